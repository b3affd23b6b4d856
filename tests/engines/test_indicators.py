"""For a subject: conditions, indicators of indicators, weights, bonuses, bounds; comparisons between subjects."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F

import pytest

from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.model import NoValue, Outcome
from rubric_dsl.results.score import score
from tests.engines.build import Plan, choice, grid, observed


def facts(**columns: str) -> Plan:
    plan = Plan(register="facts")
    kinds = {"number": NUMBER, "yes/no": YES_NO, "region": choice("n", "s")}
    plan.table("facts", {name: kinds[kind] for name, kind in columns.items()}, folding="one row each")
    return plan


def fact(plan: Plan, name: str) -> int:
    return plan.column("facts", name)


def values(plan: Plan, header: str, *rows: str) -> dict[str, dict[str, Outcome]]:
    return score(plan.done(), observed(facts=grid(header, *rows))).values


def parts(plan: Plan, missing: str | None = None) -> list[int]:
    """Indicators `x` worth 6 and `y` worth 4, each one touchpoint."""
    return [
        plan.indicator(n, w, [plan.touchpoint(f"t_{n}", w, fact(plan, n), missing=missing)])
        for n, w in (("x", 6), ("y", 4))
    ]


def test_touchpoints_of_one_value_a_subject_are_scored_once() -> None:
    plan = facts(x="number", y="number")
    plan.indicator("total", 10, parts(plan))
    found = values(plan, "city x y", "甲 3 4")["甲"]
    assert (found["t_x"], found["x"], found["total"]) == (3, 3, 7)


@pytest.mark.parametrize(("combination", "expected"), [
    ("sum", F(7)), ("mean", F(7)), ("lowest", F(5)), ("highest", F(10)),
])
def test_ways_of_combining_indicators(combination: op.Combination, expected: F) -> None:
    # x 3 of 6 is 1/2, y 4 of 4 is 1
    plan = facts(x="number", y="number")
    plan.indicator("total", 10, parts(plan), combination=combination)
    assert values(plan, "city x y", "甲 3 4")["甲"]["total"] == expected


def test_a_weighted_geometric_mean() -> None:
    # (1/4)^(1/2) · 1^(1/2) of 10 with equal weights, though the worths differ
    plan = facts(x="number", y="number")
    panel = plan.panel("w", {"x": 1, "y": 1})
    plan.indicator("total", 10, parts(plan), combination="geometric mean", panel=panel)
    assert values(plan, "city x y", "甲 3/2 4")["甲"]["total"] == 5


def test_the_worths_of_parts_without_a_score_are_scaled_away() -> None:
    plan = facts(x="number", y="number")
    plan.indicator("total", 10, parts(plan, missing="not applicable"))
    found = values(plan, "city x y", "甲 3 -", "乙 - -")
    assert found["甲"]["total"] == 5
    nothing = found["乙"]["total"]
    assert isinstance(nothing, NoValue)
    assert (nothing.state, nothing.because) == ("not applicable", "no part")


def test_weights_of_indicators() -> None:
    # 100 · (1/4 · 1/2 + 3/4 · 1)
    plan = facts(x="number", y="number")
    panel = plan.panel("w", {"x": 25, "y": 75})
    plan.indicator("total", 100, parts(plan), panel=panel)
    assert values(plan, "city x y", "甲 3 4")["甲"]["total"] == F(175, 2)


def test_a_condition_replaces_the_score_and_is_not_bounded() -> None:
    plan = Plan()
    plan.table("calls", {"connected": YES_NO})
    connected = plan.column("calls", "connected")
    rate = plan.aggregate("share", "calls", connected)
    t = plan.touchpoint("t", 10, plan.points_if(connected, 10))
    row = plan.add(
        op.RowScore("total", "calls", "10", (), (op.Part(t, None),), (), None, "sum", (), None),
        grain=plan.nodes[t].grain,
    )
    half = plan.unless(plan.compare(rate, ">=", "1/2"), 0)
    plan.indicator(
        "total", 10, row_score=row, conditions=[half], limits=[op.Limit("at least", plan.number(6), None)]
    )
    rows = grid("city connected", "甲 yes", "甲 no", "甲 no", "乙 yes", "乙 no")
    found = score(plan.done(), observed(calls=rows)).values
    assert found["甲"]["total"] == 0
    assert found["乙"]["total"] == 6


def test_when_makes_an_indicator_not_applicable() -> None:
    plan = facts(open="yes/no", x="number", y="number")
    x, y = parts(plan)
    port = plan.indicator("port", 6, [x], conditions=[plan.when(fact(plan, "open"))])
    plan.indicator("total", 10, [port, y])
    found = values(plan, "city open x y", "甲 no 6 2", "乙 yes 6 2")
    nothing = found["甲"]["port"]
    assert isinstance(nothing, NoValue)
    assert (nothing.because, dict(nothing.facts)) == ("condition", {"line": "2"})
    assert (found["甲"]["total"], found["乙"]["total"]) == (5, 8)


def test_bonuses_are_added_after_scaling_and_bounds_come_last() -> None:
    plan = facts(x="number", y="number", z="number")
    bonus = plan.touchpoint("z", 5, fact(plan, "z"), stake="bonus")
    plan.indicator(
        "total", 10, parts(plan, missing="not applicable"), extras=[bonus],
        limits=[op.Limit("at most", plan.number(12), None)],
    )
    found = values(plan, "city x y z", "甲 3 - 2", "乙 6 4 5")
    assert found["甲"]["total"] == 7  # 5 scaled, plus 2
    assert found["乙"]["total"] == 12  # 15 held


def test_an_indicator_of_bonuses_alone_adds_its_points() -> None:
    plan = facts(x="number", z="number")
    x = plan.indicator("x", 10, [plan.touchpoint("t", 10, fact(plan, "x"))])
    prize = plan.touchpoint("prize", 5, fact(plan, "z"), stake="bonus")
    extra = plan.indicator("extra", 0, [], extras=[prize], limits=[op.Limit("at most", plan.number(2), None)])
    plan.indicator("total", 10, [x, extra])
    found = values(plan, "city x z", "甲 8 3/2", "乙 8 4")
    assert (found["甲"]["extra"], found["甲"]["total"]) == (F(3, 2), F(19, 2))
    assert (found["乙"]["extra"], found["乙"]["total"]) == (2, 10)


def test_an_indicator_computed_from_a_measure() -> None:
    plan = facts(x="number")
    x = fact(plan, "x")
    plan.indicator("total", 10, value=x, missing=1, rounding=op.Rounding("half even", "1"))
    found = values(plan, "city x", "甲 5/2", "乙 -")
    assert found["甲"]["total"] == 2
    assert found["乙"]["total"] == 1


# ---------------------------------------------------------------- across subjects


def across(name: op.AcrossName, *, within: bool = False, argument: str | None = None) -> Callable[..., list[object]]:
    plan = facts(x="number", region="region", ok="yes/no")
    told = None if argument is None else plan.number(argument)
    group = fact(plan, "region") if within else None
    plan.measure("m", plan.add(op.Across(name, fact(plan, "x"), told, group)))

    def run(*rows: str) -> list[object]:
        found = values(plan, "city x region ok", *rows)
        return [v["m"].state if isinstance(v["m"], NoValue) else v["m"] for v in found.values()]

    return run


ROWS = ("甲 5 n yes", "乙 9 n yes", "丙 5 s yes", "丁 1 s no")


@pytest.mark.parametrize(("name", "argument", "expected"), [
    ("rank", None, [2, 1, 2, 4]),
    ("percentile_rank", None, [F(1, 2), 1, F(1, 2), 0]),
    ("minmax", None, [F(1, 2), 1, F(1, 2), 0]),
    ("mean", None, [5, 5, 5, 5]),
    ("percentile", "3/4", [5, 5, 5, 5]),  # ⌈3/4 · 4⌉ = third smallest of 1 5 5 9
    ("count", None, [4, 4, 4, 4]),
])
def test_comparisons_with_all_subjects(name: op.AcrossName, argument: str | None, expected: list[F]) -> None:
    assert across(name, argument=argument)(*ROWS) == expected


def test_comparisons_within_a_group() -> None:
    assert across("rank", within=True)(*ROWS) == [2, 1, 1, 2]
    assert across("mean", within=True)(*ROWS) == [7, 7, 3, 3]


def test_subjects_without_the_value_take_no_part() -> None:
    rows = ("甲 5 n yes", "乙 - n yes", "丙 1 - yes")
    assert across("rank")(*rows) == [1, "missing", 2]
    assert across("mean")(*rows) == [3, 3, 3]
    assert across("mean", within=True)(*rows) == [5, 5, "missing"]


def test_a_cohort_value_may_be_used_in_a_score() -> None:
    # x ÷ the highest x, of 10
    plan = facts(x="number")
    x = fact(plan, "x")
    best = plan.add(op.Across("highest", x, None, None))
    ten = plan.number(10)
    plan.indicator("total", 10, value=plan.add(op.Multiply((ten, x, best), (False, False, True))))
    found = values(plan, "city x", "甲 2", "乙 8")
    assert (found["甲"]["total"], found["乙"]["total"]) == (F(5, 2), 10)


def test_arithmetic_of_cohort_values_is_one_value_for_all() -> None:
    plan = facts(x="number")
    x = fact(plan, "x")
    low, high = (plan.add(op.Across(n, x, None, None)) for n in ("lowest", "highest"))
    spread = plan.measure("spread", plan.add(op.Add((high, low), (False, True))))
    assert plan.nodes[spread].grain.kind == "cohort"
    found = values(plan, "city x", "甲 2", "乙 8")
    assert [of_city["spread"] for of_city in found.values()] == [6, 6]


def test_parameters_are_constants_of_the_plan() -> None:
    plan = facts(x="number")
    target = plan.parameter("target", 4)
    plan.measure("gap", plan.add(op.Add((fact(plan, "x"), target), (False, True))))
    assert values(plan, "city x", "甲 10")["甲"]["gap"] == 6


def test_subjects_are_declared_or_registered_or_found() -> None:
    def order(plan: Plan) -> list[str]:
        plan.table("facts", {"x": NUMBER}, folding="one row each")
        plan.table("calls", {"y": NUMBER})
        plan.measure("n", plan.aggregate("count", "calls"))
        rows = {"facts": grid("city x", "乙 1", "甲 1"), "calls": grid("city y", "丙 1", "乙 1")}
        return list(score(plan.done(), observed(**rows)).values)

    assert order(Plan(subjects=["甲", "丁"])) == ["甲", "丁"]
    assert order(Plan(register="facts")) == ["乙", "甲"]
    assert order(Plan()) == ["丙", "乙", "甲"]  # by name, in whatever order the rows are


def test_experts_weigh_parts_by_pairwise_judgements() -> None:
    # x counts three times as much as y, consistently: 3/4 and 1/4. 100 · (3/4 · 1/2 + 1/4 · 1)
    plan = facts(x="number", y="number")
    judge = op.Judge("专家", ("1", "3", "1/3", "1"))
    panel = plan.add(op.Weights("w", ("x", "y"), "ahp geometric mean", None, (judge,), None))
    plan.indicator("total", 100, parts(plan), panel=panel)
    assert values(plan, "city x y", "甲 3 4")["甲"]["total"] == F(125, 2)


def test_weights_in_steps_add_up() -> None:
    # a third each becomes 34%, 33%, 33%: floors, and one step to the first of the equal remainders
    plan = facts(x="number", y="number", z="number")
    panel = plan.add(op.Weights("w", ("x", "y", "z"), "mean", None, (op.Judge("专家", ("1", "1", "1")),), "1/100"))
    touchpoints = [plan.touchpoint(n, 1, fact(plan, n)) for n in ("x", "y", "z")]
    plan.indicator("total", 100, touchpoints, panel=panel)
    assert values(plan, "city x y z", "甲 1 0 0")["甲"]["total"] == 34
