"""Monthly rankings of Beijing 12345 beside an independent count of the cases."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.program import ranks_of, run, score
from tests.tables import ROOT, rows_of, write

RUBRICS = ROOT / "rubrics" / "beijing_12345"
EXAMPLE = ROOT / "examples" / "beijing_12345"
STEPS = ((10, 5), (5, 3), (2, 1))

Row = dict[str, str]


def rates_score(cases: Sequence[Row], resolution_weight: Fraction = Fraction(45, 100)) -> Fraction | None:
    """Points by the three rates; None without a case that counts or a caller that was reached."""
    counted = [case for case in cases if case["剔除审核通过"] != "是"]
    reached = [case for case in counted if case["回访是否成功"] == "是"]
    if not reached:
        return None
    responded = Fraction(sum(case["是否响应"] == "是" for case in counted), len(counted))
    resolved = Fraction(sum(case["是否解决"] == "是" for case in reached), len(reached))
    satisfied = Fraction(sum(case["满意程度"] != "不满意" for case in reached), len(reached))
    return 10 * responded + 100 * resolution_weight * resolved + (90 - 100 * resolution_weight) * satisfied


def by(cases: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for case in cases:
        found.setdefault(case[column], []).append(case)
    return found


def places(
    values: Mapping[str, Fraction | None], group: Callable[[str], str] = lambda name: ""
) -> dict[str, int | None]:
    return {
        name: None
        if value is None
        else 1 + sum(o is not None and o > value for other, o in values.items() if group(other) == group(name))
        for name, value in values.items()
    }


def bonus(now: Fraction | None, before: Fraction | None) -> int:
    if now is None or before is None:
        return 0
    return next((points for bound, points in STEPS if now - before >= bound), 0)


def exact(result: Mapping[str, Any], name: str, item: str = "total") -> Fraction | None:
    value = result["subjects"][name][item].get("exact")
    return None if value is None else Fraction(value)


def made_up(seed: int, units: Sequence[str], months: int) -> list[Row]:
    """Few cases a unit and month, so that rates coincide, callers are not reached, and months are missing."""
    rng = random.Random(seed)
    rows = []
    for month in range(1, months + 1):
        for unit in units:
            for _ in range(rng.choice((0, 1, 2, 3, 4, 6))):
                applied, reached = rng.random() < 0.2, rng.random() < 0.8
                decision = rng.choice("是否") if applied else ""
                rows.append({
                    "工单编号": str(len(rows)), "街道乡镇": unit, "月份": str(month),
                    "申请剔除事由": "重复派单" if applied else "", "剔除审核通过": decision,
                    "是否响应": rng.choice("是是是否"), "回访是否成功": "是" if reached else "否",
                    "是否解决": rng.choice("是是否") if reached else "",
                    "满意程度": rng.choice(("满意", "基本满意", "不满意")) if reached else "",
                })
    return rows


REGISTER = [
    {"街道乡镇": f"U{number}", "类别": ("街道", "乡镇")[number % 2], "所在区": "甲乙丙"[number % 3]}
    for number in range(12)
]
UNITS = [row["街道乡镇"] for row in REGISTER]
KIND = {row["街道乡镇"]: row["类别"] for row in REGISTER}
DISTRICT = {row["街道乡镇"]: row["所在区"] for row in REGISTER}


@pytest.mark.parametrize("seed", range(6))
def test_scores_and_three_rankings_of_a_month(seed: int, tmp_path: Path) -> None:
    cases = made_up(seed, UNITS, 1)
    register = write(tmp_path / "register.csv", REGISTER)
    result = score(RUBRICS / "beijing_12345.rubric", subdistricts=register, cases=write(tmp_path / "cases.csv", cases))
    own = by(cases, "街道乡镇")
    expected = {unit: rates_score(own.get(unit, [])) for unit in UNITS}
    assert {unit: exact(result, unit) for unit in UNITS} == expected
    assert ranks_of(result) == places(expected)
    assert ranks_of(result, 1) == places(expected, KIND.__getitem__)
    assert ranks_of(result, 2) == places(expected, DISTRICT.__getitem__)


@pytest.mark.parametrize("seed", range(6))
def test_months_compare_with_the_month_before_and_with_no_other(seed: int, tmp_path: Path) -> None:
    cases = made_up(100 + seed, UNITS, 5)
    register = write(tmp_path / "register.csv", REGISTER)
    result = score(RUBRICS / "months.rubric", subdistricts=register, cases=write(tmp_path / "cases.csv", cases))
    rates = {
        month: {unit: rates_score(by(rows, "街道乡镇").get(unit, [])) for unit in UNITS}
        for month, rows in by(cases, "月份").items()
    }
    assert [period["period"] for period in result["periods"]] == sorted(rates)
    bonuses = 0
    for period in result["periods"]:
        now, before = rates[period["period"]], rates.get(str(int(period["period"]) - 1), {})
        totals = {u: None if value is None else value + bonus(value, before.get(u)) for u, value in now.items()}
        assert {unit: exact(period, unit) for unit in UNITS} == totals
        assert ranks_of(period) == places(totals)
        bonuses += totals != now
    assert bonuses, "somebody has a bonus"


def test_districts_are_scored_by_the_cases_in_them_and_not_by_the_mean_of_their_units() -> None:
    cases = rows_of(EXAMPLE / "cases.csv")
    register, data = EXAMPLE / "districts.csv", EXAMPLE / "cases.csv"
    result = score(RUBRICS / "districts.rubric", districts=register, cases=data)
    expected = {name: rates_score(own) for name, own in by(cases, "所在区").items()}
    assert {name: exact(result, name) for name in expected} == expected
    assert ranks_of(result) == places(expected)


def test_another_weight_moves_the_ranks_that_the_walkthrough_names() -> None:
    cases = rows_of(EXAMPLE / "cases.csv")
    status, result = run(
        "score", RUBRICS / "beijing_12345.rubric", f"subdistricts={EXAMPLE / 'subdistricts.csv'}",
        f"cases={EXAMPLE / 'cases.csv'}", "--set", "resolution_weight = 20%",
    )
    assert status == 0
    usual, other = (
        places({unit: rates_score(own, weight) for unit, own in by(cases, "街道乡镇").items()})
        for weight in (Fraction(45, 100), Fraction(20, 100))
    )
    assert ranks_of(result) == other
    moved = {unit for unit in usual if usual[unit] != other[unit]}
    assert moved == {"东街街道", "山前镇", "西街街道", "北桥镇"}
