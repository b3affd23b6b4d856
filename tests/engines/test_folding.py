"""From rows to a subject: means, scenarios, weights, what was not observed, sums."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction as F

import pytest

from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.model import NoValue
from rubric_dsl.results.score import score
from tests.engines.build import Plan, choice, grid, observed

THREE = choice("a", "b", "c")


def by_scenario(
    missing: str | None = None, weights: dict[str, str] | None = None, strata: Sequence[str] = ()
) -> ScoringPlan:
    """An indicator worth 10 whose touchpoint is x where `usable`."""
    plan = Plan()
    panel = None if weights is None else plan.panel("importance", weights)
    plan.table(
        "calls", {"scenario": THREE, "usable": YES_NO, "x": NUMBER}, stratum="scenario", missing=missing, weights=panel
    )
    x = plan.touchpoint("x", 10, plan.column("calls", "x"), strata=strata)
    plan.row_score("total", 10, [x], conditions=[plan.when(plan.column("calls", "usable"))])
    plan.measure("folded", plan.aggregate("folded", "calls", plan.column("calls", "x")))
    plan.measure("plain", plan.aggregate("mean", "calls", plan.column("calls", "x")))
    return plan.done()


def total(plan: ScoringPlan, *rows: str, name: str = "total") -> object:
    found = score(plan, observed(calls=grid("city scenario usable x", *rows))).values["甲"][name]
    return found.state if isinstance(found, NoValue) else found


def test_the_mean_of_scenarios_is_not_the_mean_of_rows() -> None:
    # a: (0 + 6) ÷ 2, b: 9, c: 6, mean 6; over the rows 21 ÷ 4
    rows = ("甲 a yes 0", "甲 a yes 6", "甲 b yes 9", "甲 c yes 6")
    assert total(by_scenario(), *rows) == 6
    assert total(by_scenario(), *rows, name="x") == 6
    assert total(by_scenario(), *rows, name="folded") == 6
    assert total(by_scenario(), *rows, name="plain") == F(21, 4)


def test_weights_of_scenarios() -> None:
    plan = by_scenario(weights={"a": "60", "b": "30", "c": "10"})
    assert total(plan, "甲 a yes 10", "甲 b yes 0", "甲 c yes 5") == F(13, 2)  # 6 + 0 + 1/2


@pytest.mark.parametrize(("missing", "expected"), [
    ("0", F(6)),  # 60% of 10, c counts 0 with its 10%
    ("not applicable", F(20, 3)),  # 60 of 90
    (None, F(20, 3)),
])
def test_a_scenario_that_was_not_observed(missing: str | None, expected: F) -> None:
    plan = by_scenario(missing, {"a": "60", "b": "30", "c": "10"})
    assert total(plan, "甲 a yes 10", "甲 b yes 0") == expected


def test_a_scenario_whose_rows_are_all_left_out_counts_as_not_observed() -> None:
    rows = ("甲 a yes 10", "甲 b no 10", "甲 c no 10")
    assert total(by_scenario("0"), *rows) == F(10, 3)
    assert total(by_scenario("not applicable"), *rows) == 10
    assert total(by_scenario(), *rows) == 10


def test_missing_zero_adds_no_rows_to_aggregates() -> None:
    assert total(by_scenario("0"), "甲 a yes 9", name="plain") == 9
    assert total(by_scenario("0"), "甲 a yes 9", name="folded") == 3


def test_an_indicator_is_folded_over_the_scenarios_it_has() -> None:
    # a and b only: c is not missing but no part of it
    assert total(by_scenario("0", strata=["a", "b"]), "甲 a yes 10", "甲 c yes 10") == 5


def test_a_subject_without_any_row() -> None:
    rows = grid("city scenario usable x", "乙 a yes 10")
    for missing, expected in (("0", F(0)), ("not applicable", "not applicable"), (None, "not applicable")):
        plan = by_scenario(missing).model_copy(update={"subjects": ("甲", "乙")})
        found = score(plan, observed(calls=rows)).values["甲"]["total"]
        assert (found.state if isinstance(found, NoValue) else found) == expected


def test_a_subject_whose_rows_all_are_left_out_is_not_applicable() -> None:
    assert total(by_scenario("0"), "甲 a no 10", "甲 b no 10", "甲 c no 10") == "not applicable"


def test_totalled_penalties_add_up() -> None:
    plan = Plan(subjects=["甲", "乙", "丙"])
    plan.table("complaints", {"days": NUMBER}, folding="totalled", missing="0")
    late = plan.touchpoint("late", 5, plan.column("complaints", "days"), stake="penalty")
    row = plan.row_score("complaints_total", 0, [], table="complaints", extras=[late])
    base = plan.indicator("base", 100, value=plan.number(90))
    plan.indicator("overall", 100, [base, row])
    rows = grid("city days", "甲 3", "甲 1/2", "乙 1")
    values = score(plan.done(), observed(complaints=rows)).values
    assert values["甲"]["complaints_total"] == F(-7, 2)
    assert values["甲"]["late"] == F(7, 2)
    assert [values[city]["overall"] for city in ("甲", "乙", "丙")] == [F(173, 2), 89, 90]


def test_aggregates_select_before_they_read() -> None:
    plan = Plan()
    plan.table("calls", {"connected": YES_NO, "wait": NUMBER})
    connected, wait = plan.column("calls", "connected"), plan.column("calls", "wait")
    plan.measure("mean", plan.aggregate("mean", "calls", wait, where=connected))
    plan.measure("rate", plan.aggregate("share", "calls", connected))
    plan.measure("rows", plan.aggregate("count", "calls"))
    plan.measure("p50", plan.aggregate("percentile", "calls", wait, where=connected, argument="1/2"))
    rows = grid("city connected wait", "甲 yes 10", "甲 yes 21", "甲 no -", "乙 no -")
    values = score(plan.done(), observed(calls=rows)).values
    assert values["甲"] == {"mean": F(31, 2), "rate": F(2, 3), "rows": 3, "p50": 10}
    assert isinstance(values["乙"]["mean"], NoValue)
    assert (values["乙"]["rate"], values["乙"]["rows"]) == (0, 1)


def test_pooled_aggregates_run_over_the_rows_of_all_or_of_a_group() -> None:
    plan = Plan(register="facts")
    plan.table("facts", {"region": choice("n", "s")}, folding="one row each")
    plan.table("calls", {"x": NUMBER})
    x, region = plan.column("calls", "x"), plan.column("facts", "region")
    plan.measure("all", plan.aggregate("mean", "calls", x, pooled=True))
    plan.measure("region", plan.aggregate("mean", "calls", x, pooled=True, within=region))
    facts = grid("city region", "甲 n", "乙 n", "丙 s")
    rows = grid("city x", "甲 1", "甲 2", "乙 6", "丙 7")
    values = score(plan.done(), observed(facts=facts, calls=rows)).values
    assert [values[city]["all"] for city in "甲乙丙"] == [4, 4, 4]
    assert [values[city]["region"] for city in "甲乙丙"] == [3, 3, 7]


def test_rows_of_undeclared_subjects_take_no_part() -> None:
    plan = by_scenario().model_copy(update={"subjects": ("甲",)})
    result = score(plan, observed(calls=grid("city scenario usable x", "甲 a yes 5", "乙 a yes 9")))
    assert list(result.values) == ["甲"]


def test_an_indicator_rounds_after_folding() -> None:
    # rows 1 and 2: the mean 3/2 rounds to 2
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    inner = plan.row_score("inner", 10, [plan.touchpoint("x", 10, plan.column("calls", "x"))])
    plan.indicator("total", 10, [inner], rounding=op.Rounding("half up", "1"))
    assert score(plan.done(), observed(calls=grid("city x", "甲 1", "甲 2"))).values["甲"]["total"] == 2
