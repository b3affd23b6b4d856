"""Exact scores, order and classes, and that disguise of the data changes nothing."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.program import ranks_of, run, score
from tests.tables import rows_of, write
from tests.zhejiang.independent import (
    EXAMPLE,
    INDICATORS,
    LABELS,
    OBSERVED,
    RUBRIC,
    RUBRIC_ZH,
    heat,
    ranks,
    scores,
)
from tests.zhejiang.program import exact_scores, heat_of

CALLS = rows_of(EXAMPLE / "calls.csv")
ORDER = ["湖州", "温州", "宁波", "杭州", "台州", "舟山", "丽水", "金华", "绍兴", "衢州", "嘉兴"]
IN_CHINESE = {"yes": "是", "no": "否", "peak": "高峰", "off_peak": "非高峰"}


def judge(result: dict[str, Any]) -> None:
    """The result is that of the example, to the last fraction."""
    assert exact_scores(result) == scores(CALLS)
    assert [row["subject"] for row in result["rankings"][0]["rows"]] == ORDER
    assert [row["rank"] for row in result["rankings"][0]["rows"]] == list(range(1, 12))
    assert heat_of(result) == {city: "warm" if city == "嘉兴" else "hot" for city in ORDER}
    account = result["ledger"]["calls"]
    assert (account["read"], account["scored"], account["refused"]) == (88, 88, 0)


def test_the_stored_scores_are_those_of_the_form() -> None:
    stored = rows_of(EXAMPLE / "expected_scores.csv")
    assert [row["city"] for row in stored] == ORDER
    as_fractions = {row["city"]: {item: Fraction(row[item]) for item in ("total", *INDICATORS)} for row in stored}
    assert as_fractions == scores(CALLS)
    assert {row["city"]: int(row["rank"]) for row in stored} == ranks({c: s["total"] for c, s in scores(CALLS).items()})


@pytest.mark.parametrize("rubric", [RUBRIC, RUBRIC_ZH], ids=["english", "chinese"])
def test_every_score_is_exact_in_both_languages(rubric: Path) -> None:
    judge(score(rubric, calls=EXAMPLE / "calls.csv"))


def test_both_languages_are_one_plan() -> None:
    plans = [run("plan", rubric)[1]["plan"] for rubric in (RUBRIC, RUBRIC_ZH)]
    assert plans[0].startswith("sha256:") and plans[0] == plans[1]


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    shuffled = CALLS[:]
    random.Random(11).shuffle(shuffled)
    reverse = {name: name for name in reversed(list(LABELS))}
    judge(score(RUBRIC, calls=write(tmp_path / "calls.csv", shuffled, reverse)))


def test_chinese_headers_and_values_are_read(tmp_path: Path) -> None:
    rows = [{name: IN_CHINESE.get(cell, cell) for name, cell in call.items()} for call in CALLS]
    judge(score(RUBRIC, calls=write(tmp_path / "calls.csv", rows, LABELS)))


def test_the_rubric_says_176_touchpoints_worth_100() -> None:
    for rubric in (RUBRIC, RUBRIC_ZH):
        status, result = run("check", rubric)
        assert status == 0 and result["diagnostics"] == []
        summary = result["summary"]
        counted = (summary["touchpoints"], summary["strata"], summary["touchpoint_instances"], summary["worth"])
        assert counted == (22, 8, 176, "100")


def test_the_rubric_s_own_tests_pass() -> None:
    for rubric in (RUBRIC, RUBRIC_ZH):
        status, result = run("test", rubric)
        assert status == 0, result


def disturbed(seed: int) -> list[dict[str, str]]:
    """Scenarios called again, so that means are halves, thirds and sevenths; cells on the limits; calls lost."""
    rng = random.Random(seed)
    calls = [dict(call) for call in CALLS]
    calls += [dict(rng.choice(CALLS), call_id=f"X{number}") for number in range(90)]
    limits = {"wait_seconds": (15, 16, 30, 31, 60, 61, 180, 181), "speech_rate_cpm": (99, 100, 140, 141),
              "tone_rating": (3, 4), "transfers": (0, 1), "handle_seconds": (200, 300, 301, 600, 601)}
    for call in rng.sample(calls, 60):
        if call["connected"] == "yes":
            for column, values in limits.items():
                call[column] = str(rng.choice(values))
            call["lookup_hold_seconds"] = str(rng.choice((29, 30, 31, 32)))
            call["key_points_hit"] = str(rng.randrange(int(call["key_points_total"]) + 1))
    for call in rng.sample(calls, 8):
        call.update(dict.fromkeys(OBSERVED, ""), connected="no", fail_reason="占线")
    return calls


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_calls_are_scored_as_exactly(seed: int, tmp_path: Path) -> None:
    calls = disturbed(seed)
    expected = scores(calls)
    assert any(score["total"].denominator % 3 == 0 for score in expected.values())
    result = score(RUBRIC, calls=write(tmp_path / "calls.csv", calls))
    assert exact_scores(result) == expected
    assert heat_of(result) == heat(calls)
    assert ranks_of(result) == ranks({city: score["total"] for city, score in expected.items()})


def test_cities_with_the_same_calls_share_a_rank(tmp_path: Path) -> None:
    calls = [call for call in CALLS if call["city"] != "台州"]
    calls += [{**call, "city": "台州", "call_id": "T" + call["call_id"]} for call in calls if call["city"] == "舟山"]
    got = ranks_of(score(RUBRIC, calls=write(tmp_path / "calls.csv", calls)))
    assert got["台州"] == got["舟山"] == 5 and got["丽水"] == 7
