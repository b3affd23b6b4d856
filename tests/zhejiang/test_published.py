"""What the report prints, row by row of `tests/data/zhejiang_12345_2020/published_facts.csv`.

Scores, ranks and classes come from the program, raw figures from the calls. The readings of vague words are those that
the file states in `how_checked`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.program import ranks_of, run, score
from tests.tables import ROOT, rows_of, write
from tests.zhejiang.independent import EXAMPLE, INDICATORS, OBSERVED, RUBRIC, SCENARIOS, mean
from tests.zhejiang.program import exact_scores, heat_of

FACTS = rows_of(ROOT / "tests" / "data" / "zhejiang_12345_2020" / "published_facts.csv")
CALLS = rows_of(EXAMPLE / "calls.csv")
ANSWERED = [call for call in CALLS if call["connected"] == "yes"]
CITIES = list(dict.fromkeys(call["city"] for call in CALLS))

Fact = Mapping[str, str]


@cache
def result() -> dict[str, Any]:
    return score(RUBRIC, calls=EXAMPLE / "calls.csv")


@cache
def operations() -> tuple[dict[str, Any], ...]:
    """The operations of the plan, as the program prints it."""
    found, waiting = [], [run("plan", RUBRIC)[1]]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, dict):
            found += [piece] if "kind" in piece else []
            waiting.extend(piece.values())
        elif isinstance(piece, list):
            waiting.extend(piece)
    return tuple(found)


def full_marks(indicator: str) -> Fraction:
    found = (op for op in operations() if op["kind"] == "indicator" and op["name"] == indicator)
    worths = {op["worth"] for op in found if "worth" in op}
    assert len(worths) == 1, (indicator, worths)
    return Fraction(worths.pop())


def by_city(item: str) -> dict[str, Fraction]:
    return {city: values[item] for city, values in exact_scores(result()).items()}


def place(values: Mapping[str, Fraction], city: str) -> int:
    """Strict: a tie with another city is no place at all."""
    assert list(values.values()).count(values[city]) == 1
    return 1 + sum(value > values[city] for value in values.values())


def figures(column: str, city: str | None = None, period: str | None = None) -> list[int]:
    return [
        int(call[column]) for call in ANSWERED if city in (None, call["city"]) and period in (None, call["period"])
    ]


def connect_rate(city: str) -> Fraction:
    return Fraction(result()["subjects"][city]["connect_rate"]["exact"])


def lead(item: str, ahead: int) -> Fraction:
    """By how much the city in place `ahead` leads the next."""
    ordered = sorted(by_city(item).values(), reverse=True)
    return ordered[ahead - 1] - ordered[ahead]


def peak_is_slower() -> bool:
    others = [None, *(city for city in CITIES if city not in ("温州", "湖州"))]
    return all(
        mean(figures("wait_seconds", city, "peak")) >= Fraction(3, 2) * mean(figures("wait_seconds", city, "off_peak"))
        for city in others
    )


def slow_wait() -> bool:
    for period in ("peak", "off_peak"):
        means = {city: mean(figures("wait_seconds", city, period)) for city in CITIES}
        usual = max(mean(means.values()), mean(figures("wait_seconds", None, period)))
        if not all(means[city] > usual for city in ("嘉兴", "杭州")):
            return False
    return True


def slow_handling() -> bool:
    seconds = {city: mean(figures("handle_seconds", city)) for city in CITIES}
    points = by_city("handling")
    lowest = sorted(CITIES, key=lambda city: points[city])[:2]
    return set(lowest) == set(sorted(CITIES, key=lambda city: -seconds[city])[:2]) == {"杭州", "金华"}


def long_waits() -> bool:
    return sum(wait > 180 for wait in figures("wait_seconds")) >= 3 and all(
        max(figures("wait_seconds", city)) > 180 for city in ("嘉兴", "杭州")
    )


def referred() -> bool:
    """Every city but 杭州 has a call that was transferred twice or sent to another number."""
    bad = {c["city"] for c in ANSWERED if int(c["transfers"]) >= 2 or c["told_other_number"] == "yes"}
    return set(CITIES) - {"杭州"} <= bad


def weak_on_policy() -> bool:
    return any(
        2 * sum(c["policy_basis"] == "no" for c in ANSWERED if c["city"] == city) > len(figures("transfers", city))
        for city in CITIES
    )


def looked_up() -> bool:
    return all(
        2 * sum(hold > 30 for hold in figures("lookup_hold_seconds", city)) > len(figures("lookup_hold_seconds", city))
        for city in ("杭州", "金华")
    )


def navigation_everywhere(fact: Fact) -> bool:
    having = [all(c["ivr_present"] == "yes" for c in ANSWERED if c["city"] == city) for city in CITIES]
    return Fraction(100 * sum(having), len(CITIES)) == Fraction(fact["value"])


def dimensions() -> bool:
    """The dimensions that the report names are indicators, and all indicators together are worth 100."""
    heads = [line.strip() for line in RUBRIC.read_text(encoding="utf-8").splitlines() if " indicator " in f" {line}"]
    named = all(any(f'"{name}' in head for head in heads) for name in ("服务态度", "呼入接通", "硬件环境"))
    return named and sum(full_marks(indicator) for indicator in INDICATORS) == full_marks("total") == 100


def columns_read(indicator: str) -> set[str]:
    """The columns that an indicator's touchpoints name in the rubric."""
    block = RUBRIC.read_text(encoding="utf-8").split(f"  indicator {indicator} ")[1].split("\n  indicator ")[0]
    touchpoints = [line.split(" when ")[1] for line in block.split("\nranking")[0].splitlines() if " when " in line]
    return {word for line in touchpoints for word in line.split() if word in OBSERVED}


STATED: dict[str, Callable[[Fact], bool]] = {
    "call_window": lambda fact: all("2020-10-01" <= call["call_date"] <= "2021-01-13" for call in CALLS),
    "n_scenarios": lambda fact: len({call["scenario_id"] for call in CALLS}) == len(SCENARIOS) == int(fact["value"]),
    "n_touchpoints": lambda fact: (
        run("check", RUBRIC)[1]["summary"]["touchpoint_instances"] == int(fact["value"])
    ),
    "dimensions": lambda fact: dimensions(),
    "attitude_min": lambda fact: min(by_city("attitude").values()) >= Fraction(fact["value"]),
    "attitude_margin": lambda fact: lead("attitude", 3) >= Fraction(1, 2),
    "attitude_aspects": lambda fact: (
        {"mandarin_standard", "speech_rate_cpm", "tone_rating"} <= columns_read("attitude")
    ),
    "attitude_guidance": lambda fact: "proactive_guidance" in columns_read("attitude"),
    "ivr_prevalence": navigation_everywhere,
    "hz_margin": lambda fact: lead("direct", 1) >= Fraction(3, 2) <= lead("accuracy", 1),
    "referrals": lambda fact: referred(),
    "hard_to_reach": lambda fact: 1 <= sum(connect_rate(city) < Fraction(95, 100) for city in CITIES) <= 2,
    "handling_slow": lambda fact: slow_handling(),
    "retrieval": lambda fact: looked_up(),
    "policy_weak": lambda fact: weak_on_policy(),
    "handling_def": lambda fact: columns_read("handling") == {"handle_seconds", "lookup_hold_seconds"},
    "wait_def": lambda fact: columns_read("wait") == {"wait_seconds"},
    "peak": lambda fact: peak_is_slower(),
    "slow_wait": lambda fact: slow_wait(),
    "over180": lambda fact: long_waits(),
}


def holds(fact: Fact) -> bool:
    kind, _, what = fact["check_key"].partition(":")
    if not what:
        return STATED[kind](fact)
    value = Fraction(fact["value"])
    if kind == "rank":
        return ranks_of(result())[what] == place(by_city("total"), what) == value
    if kind.endswith("_rank"):
        return place(by_city(kind.removesuffix("_rank")), what) == value
    if kind == "full":
        return full_marks(what) == value
    if kind == "mean":
        return int(mean(by_city(what).values()) * 100 + Fraction(1, 2)) == value * 100
    if kind == "connect":
        cities = [what] if what != "others" else [city for city in CITIES if city != "嘉兴"]
        return all(connect_rate(city) * 100 == value for city in cities)
    return by_city(kind)[what] == value


CHECKABLE = [fact for fact in FACTS if fact["check_type"] in ("data", "form")]


@pytest.mark.parametrize("fact", CHECKABLE, ids=[f"{fact['fact_id']}-{fact['check_key']}" for fact in CHECKABLE])
def test_what_the_report_prints_follows_from_the_calls(fact: Fact) -> None:
    assert holds(fact), (fact["quote"], fact["how_checked"])


def test_no_fact_is_passed_over() -> None:
    kinds = [fact["check_type"] for fact in FACTS]
    assert {kind: kinds.count(kind) for kind in kinds} == {"data": 45, "form": 8, "definition": 4, "text_only": 11}
    assert {fact["check_key"] for fact in FACTS if fact["check_type"] == "definition"} == {
        "band_hot", "band_warm", "band_cold", "band_dead",
    }


RATES = {
    "杭州": (19, 20, "hot"), "宁波": (47, 50, "warm"), "温州": (31, 100, "warm"), "嘉兴": (3, 10, "cold"),
    "湖州": (1, 100, "cold"), "绍兴": (0, 8, "dead"), "金华": (8, 8, "hot"), "衢州": (189, 200, "hot"),
    "舟山": (61, 200, "warm"), "台州": (1, 200, "cold"), "丽水": (1, 250, "dead"),
}
"""Answered calls, all calls, class: the printed ends of the bands, then 94.5%, 30.5%, 0.5% and 0.4% between them."""


def test_the_bands_of_the_connect_rate_are_those_of_the_report_and_rounded_between_them(tmp_path: Path) -> None:
    model = ANSWERED[0]
    calls = []
    for city, (answered, count, _) in RATES.items():
        for number in range(count):
            call = {**model, "call_id": f"{city}{number}", "city": city, "scenario_id": SCENARIOS[number % 8]}
            if number >= answered:
                call.update(dict.fromkeys(OBSERVED, ""), connected="no", fail_reason="占线")
            calls.append(call)
    got = heat_of(score(RUBRIC, calls=write(tmp_path / "calls.csv", calls)))
    assert got == {city: band for city, (_, _, band) in RATES.items()}
