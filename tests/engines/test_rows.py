"""On a row: conditions, touchpoints, what is scaled and what is not (`language.md` section 7, steps 1 to 5)."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.model import NoValue, Outcome
from rubric_dsl.results.score import score
from tests.engines.build import Given, Plan, choice, grid, observed


def calls(*columns: str) -> Plan:
    """A plan with a table of calls, every column yes or no but `x` and `y`, which are numbers."""
    plan = Plan()
    plan.table("calls", {column: NUMBER if column in ("x", "y") else YES_NO for column in columns})
    return plan


def scored(plan: ScoringPlan, name: str, **cells: Given) -> Outcome:
    """The value of `name` for a city with this one call."""
    return score(plan, observed(calls=[{"city": "甲", **cells}])).values["甲"][name]


def test_an_indicator_is_the_sum_of_its_touchpoints() -> None:
    plan = calls("greeted", "named")
    worths = (("greeted", 4), ("named", 6))
    parts = [plan.touchpoint(n, w, plan.points_if(plan.column("calls", n), w)) for n, w in worths]
    plan.row_score("manner", 10, parts)
    done = plan.done()
    assert scored(done, "manner", greeted=True, named=False) == 4
    assert scored(done, "manner", greeted=False, named=True) == 6


def test_points_of_what_is_applicable_are_scaled_to_the_worth() -> None:
    # of worth 4 only 3 is applicable, 2 points of it: 4 · 2 ÷ 3
    plan = calls("online", "x")
    x = plan.touchpoint("x", 3, plan.column("calls", "x"))
    online = plan.column("calls", "online")
    help_ = plan.touchpoint("help", 1, plan.points_if(online, 1), conditions=[plan.unless(online, "not applicable")])
    plan.row_score("manner", 4, [x, help_])
    done = plan.done()
    assert scored(done, "manner", online=False, x=2) == F(8, 3)
    assert scored(done, "manner", online=True, x=2) == 3


def test_a_row_without_an_applicable_touchpoint_is_left_out() -> None:
    plan = calls("online", "x")
    online = plan.column("calls", "online")
    x = plan.touchpoint("x", 4, plan.column("calls", "x"), conditions=[plan.unless(online, "not applicable")])
    plan.row_score("manner", 4, [x])
    rows = grid("city online x", "甲 yes 3", "甲 no 0", "乙 no 0")
    values = score(plan.done(), observed(calls=rows)).values
    assert values["甲"]["manner"] == 3
    nothing = values["乙"]["manner"]
    assert isinstance(nothing, NoValue)
    assert (nothing.state, nothing.because, dict(nothing.facts)) == ("not applicable", "no row", {"table": "calls"})


def test_unless_gives_its_value_and_nothing_below_is_read() -> None:
    plan = calls("connected", "rude", "x")
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    rude = plan.touchpoint("rude", 2, plan.points_if(plan.column("calls", "rude"), 2), stake="penalty")
    plan.row_score(
        "manner", 10, [x], extras=[rude], conditions=[plan.unless(plan.column("calls", "connected"), "3/2")],
        limits=[op.Limit("at least", plan.number(3), None)], rounding=op.Rounding("half up", "1"),
    )
    done = plan.done()
    # neither the absent x, nor the penalty, the bound of 3 and the rounding count
    assert scored(done, "manner", connected=False, rude=True, x=None) == F(3, 2)
    assert scored(done, "manner", connected=True, rude=True, x=9) == 7


def test_the_first_condition_that_decides_counts() -> None:
    plan = calls("connected", "urgent")
    connected, urgent = plan.column("calls", "connected"), plan.column("calls", "urgent")
    t = plan.touchpoint("t", 10, plan.number(10))
    plan.row_score("manner", 10, [t], conditions=[
        plan.if_(urgent, 6), plan.unless(connected, 2), plan.when(connected),
    ])
    done = plan.done()
    assert scored(done, "manner", connected=False, urgent=True) == 6
    assert scored(done, "manner", connected=False, urgent=False) == 2
    assert scored(done, "manner", connected=True, urgent=False) == 10


def test_when_leaves_the_row_out_of_the_mean() -> None:
    plan = calls("connected", "x")
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    plan.row_score("manner", 10, [x], conditions=[plan.when(plan.column("calls", "connected"))])
    rows = grid("city connected x", "甲 yes 8", "甲 no -", "甲 yes 4")
    assert score(plan.done(), observed(calls=rows)).values["甲"]["manner"] == 6


def test_penalties_and_bonuses_are_not_scaled() -> None:
    # applicable 3 of 4, 3 points: the score is 4, less a penalty of 1 plus a bonus of 1/2
    plan = calls("off", "bad", "good", "x")
    x = plan.touchpoint("x", 3, plan.column("calls", "x"))
    switched = plan.if_(plan.column("calls", "off"), "not applicable")
    off = plan.touchpoint("off", 1, plan.number(1), conditions=[switched])
    bad = plan.touchpoint("bad", 1, plan.points_if(plan.column("calls", "bad"), 1), stake="penalty")
    good = plan.touchpoint("good", "1/2", plan.points_if(plan.column("calls", "good"), "1/2"), stake="bonus")
    plan.row_score("manner", 4, [x, off], extras=[bad, good])
    assert scored(plan.done(), "manner", off=True, bad=True, good=True, x=3) == F(7, 2)


def test_bounds_come_after_penalties_and_rounding_last() -> None:
    plan = calls("x", "y")
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    y = plan.touchpoint("y", 20, plan.column("calls", "y"), stake="penalty")
    plan.row_score(
        "manner", 10, [x], extras=[y], rounding=op.Rounding("half up", "1"),
        limits=[op.Limit("at least", plan.number("1/2"), None), op.Limit("at most", plan.number(8), None)],
    )
    done = plan.done()
    assert scored(done, "manner", x=5, y=20) == 1  # −15, held at 1/2, rounded
    assert scored(done, "manner", x=10, y=0) == 8
    assert scored(done, "manner", x=F(34, 10), y=0) == 3


def test_a_bound_with_a_condition_holds_only_there() -> None:
    plan = calls("late", "x")
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    plan.row_score("manner", 10, [x], limits=[op.Limit("at most", plan.number(4), plan.column("calls", "late"))])
    done = plan.done()
    assert scored(done, "manner", late=True, x=9) == 4
    assert scored(done, "manner", late=False, x=9) == 9


def test_a_touchpoint_reads_condition_then_missing_then_rule() -> None:
    plan = calls("asked", "x")
    x = plan.touchpoint(
        "x", 10, plan.column("calls", "x"), conditions=[plan.unless(plan.column("calls", "asked"), 5)], missing=2,
    )
    plan.row_score("manner", 10, [x])
    done = plan.done()
    assert scored(done, "x", asked=False, x=None) == 5
    assert scored(done, "x", asked=True, x=None) == 2
    assert scored(done, "x", asked=True, x=7) == 7


def test_a_touchpoint_is_rounded_before_folding() -> None:
    # 0.26 and 0.26 round to 0.3 each; the mean of the unrounded would round to 0.3 too, their sum shows the difference
    plan = calls("x", "y")
    tenth = op.Rounding("half up", "1/10")
    parts = [plan.touchpoint(n, 1, plan.column("calls", n), rounding=tenth) for n in ("x", "y")]
    plan.row_score("manner", 2, parts)
    assert scored(plan.done(), "manner", x=F(26, 100), y=F(26, 100)) == F(6, 10)


def test_weights_take_the_place_of_worths_also_when_the_rest_is_scaled() -> None:
    # shares 1/2 and 1 with weights 1/4 and 3/4 of 20; without y only x counts: 20 · 1/2
    plan = calls("x", "y")
    panel = plan.panel("w", {"x": "1/4", "y": "3/4"})
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    y = plan.touchpoint("y", 5, plan.column("calls", "y"), missing="not applicable")
    plan.row_score("manner", 20, [x, y], panel=panel)
    done = plan.done()
    assert scored(done, "manner", x=5, y=5) == F(35, 2)
    assert scored(done, "manner", x=5, y=None) == 10


@pytest.mark.parametrize(("combination", "expected"), [
    ("sum", F(25)),  # 40 · (16/4 · 1/4 + …): 40 · (1 + 4) ÷ 8
    ("mean", F(25)),
    ("geometric mean", F(20)),  # √(1/4 · 1) = 1/2 of 40
    ("lowest", F(10)),
    ("highest", F(40)),
])
def test_ways_of_combining_touchpoints(combination: op.Combination, expected: F) -> None:
    plan = calls("x", "y")
    parts = [plan.touchpoint(n, 4, plan.column("calls", n)) for n in ("x", "y")]
    plan.row_score("manner", 40, parts, combination=combination)
    assert scored(plan.done(), "manner", x=1, y=4) == expected


def test_touchpoints_belong_to_their_scenarios() -> None:
    plan = Plan()
    plan.table("calls", {"scenario": choice("tax", "housing"), "x": NUMBER, "y": NUMBER}, stratum="scenario")
    parts = [
        plan.touchpoint("x", 10, plan.column("calls", "x"), strata=["tax"]),
        plan.touchpoint("y", 10, plan.column("calls", "y"), strata=["housing"]),
    ]
    plan.row_score("manner", 10, parts)
    rows = grid("city scenario x y", "甲 tax 8 -", "甲 housing - 4")
    values = score(plan.done(), observed(calls=rows)).values["甲"]
    assert (values["manner"], values["x"], values["y"]) == (6, 8, 4)


def test_points_of_a_touchpoint_follow_a_decided_indicator() -> None:
    # three calls: 4 of 4, 2 of 4, and one where a condition gives the indicator 5 of 10, half of everything
    plan = calls("connected", "x", "y")
    parts = [plan.touchpoint(n, w, plan.column("calls", n)) for n, w in (("x", 4), ("y", 6))]
    plan.row_score("manner", 10, parts, conditions=[plan.unless(plan.column("calls", "connected"), 5)])
    rows = grid("city connected x y", "甲 yes 4 6", "甲 yes 2 0", "甲 no - -")
    values = score(plan.done(), observed(calls=rows)).values["甲"]
    assert values["manner"] == F(17, 3)  # (10 + 2 + 5) ÷ 3
    assert values["x"] == F(8, 3)  # (4 + 2 + 2) ÷ 3
    assert values["y"] == 3  # (6 + 0 + 3) ÷ 3


def test_measures_of_rows_are_not_reported() -> None:
    plan = calls("x")
    double = plan.measure("double", plan.add(op.Add((plan.column("calls", "x"),) * 2, (False, False))))
    plan.row_score("manner", 10, [plan.touchpoint("t", 10, double)])
    result = score(plan.done(), observed(calls=[{"city": "甲", "x": 4}]))
    assert result.values["甲"] == {"t": F(8), "manner": F(8)}
