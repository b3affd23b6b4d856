"""Explained points add up to the score exactly, and lost points to what is missing of the worth."""

from __future__ import annotations

from fractions import Fraction as F

from rubric_dsl.engines.reference.contributions import Item, Loss, contributions, leaves, losses
from rubric_dsl.engines.reference.trace import trace
from rubric_dsl.engines.run import Run, run
from rubric_dsl.evaluation.values import NOT_APPLICABLE
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from tests.engines.build import Plan, choice, grid, observed

AB = choice("a", "b")


def calls(**more: str | None) -> Plan:
    plan = Plan(subjects=["甲"])
    columns = {"scenario": AB, "ok": YES_NO, "x": NUMBER, "y": NUMBER}
    plan.table("calls", columns, stratum="scenario", missing=more.get("missing"))
    return plan


def done(plan: Plan, *rows: str) -> Run:
    found = run(plan.done(), observed(calls=grid("city scenario ok x y", *rows)))
    assert not found.problems.count
    return found


def adds_up(item: Item) -> None:
    """At every level: contributions to the points, losses to worth − points, leaves to the whole."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if current.additive:
            parts = [part for part in current.parts if part.contribution is not None]
            assert sum(part.contribution for part in parts) == current.points  # type: ignore[misc]
            assert sum(part.lost for part in parts) == current.worth - current.points  # type: ignore[misc, operator]
        waiting.extend(current.parts)
    assert sum(leaf.lost for leaf in leaves(item)) == item.worth - item.points  # type: ignore[misc, operator]


def told(found: list[Loss]) -> list[tuple[str, str, object, tuple[int, ...]]]:
    return [(loss.item, loss.kind, loss.lost, loss.rows) for loss in found]


def two_touchpoints(plan: Plan) -> int:
    parts = [plan.touchpoint(n, w, plan.column("calls", n), missing="not applicable") for n, w in (("x", 6), ("y", 4))]
    return plan.row_score("manner", 10, parts, conditions=[plan.unless(plan.column("calls", "ok"), 0)])


def test_losses_are_shared_out_over_rows_and_scenarios() -> None:
    plan = calls()
    manner = two_touchpoints(plan)
    # a has two rows, so each counts 1/4; b has one, 1/2
    found = done(plan, "甲 a yes 6 4", "甲 a no - -", "甲 b yes 3 3")
    item = contributions(found, "甲", manner)
    adds_up(item)
    # x: row 3 loses 6 · 1/4, row 4 loses 3 · 1/2; y: 4 · 1/4 and 1 · 1/2
    assert told(losses(item)) == [("x", "touchpoint", F(3), (3, 4)), ("y", "touchpoint", F(3, 2), (3, 4))]


def test_rescaled_parts_lose_in_points_of_the_whole() -> None:
    plan = calls()
    manner = two_touchpoints(plan)
    # y is not applicable: x 3 of 6 stands for 5 of 10
    item = contributions(done(plan, "甲 a yes 3 -"), "甲", manner)
    adds_up(item)
    assert told(losses(item)) == [("x", "touchpoint", F(5), (2,))]
    assert [(part.name, part.points, part.contribution) for part in item.parts] == [
        ("x", F(3), F(5)), ("y", NOT_APPLICABLE, F(0)),
    ]


def test_a_scenario_that_missing_scores_zero_loses_all() -> None:
    plan = calls(missing="0")
    manner = two_touchpoints(plan)
    item = contributions(done(plan, "甲 a yes 6 4"), "甲", manner)
    adds_up(item)
    assert told(losses(item)) == [("x", "touchpoint", F(3), ()), ("y", "touchpoint", F(2), ())]


def test_penalties_bounds_and_rounding_are_parts_of_their_own() -> None:
    plan = calls()
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    y = plan.touchpoint("y", 9, plan.column("calls", "y"), stake="penalty")
    manner = plan.row_score(
        "manner", 10, [x], extras=[y], limits=[op.Limit("at least", plan.number("1/2"), None)],
        rounding=op.Rounding("half up", "1"),
    )
    # 5 − 9 = −4, held at 1/2, rounded to 1
    item = contributions(done(plan, "甲 a yes 5 9"), "甲", manner)
    adds_up(item)
    assert [(part.kind, part.contribution) for part in item.parts] == [
        ("touchpoint", 5), ("penalty", -9), ("limits", F(9, 2)), ("rounding", F(1, 2)),
    ]
    assert told(losses(item)) == [("y", "penalty", F(9), (2,)), ("x", "touchpoint", F(5), (2,))]


def test_the_tree_of_indicators_adds_up_through_weights_and_bonuses() -> None:
    plan = calls()
    panel = plan.panel("w", {"manner": 1, "speed": 3})
    manner = two_touchpoints(plan)
    speed = plan.row_score("speed", 5, [plan.touchpoint("wait", 5, plan.number(2))])
    bonus = plan.touchpoint("prize", 3, plan.number(1), stake="bonus")
    overall = plan.indicator("overall", 100, [manner, speed], panel=panel, extras=[bonus])
    item = contributions(done(plan, "甲 a yes 6 2", "甲 b yes 0 4"), "甲", overall)
    adds_up(item)
    # manner: (8 + 4) ÷ 2 = 6 of 10; 100 · (1/4 · 6/10 + 3/4 · 2/5) + 1
    assert item.points == 46
    # speed lacks 3 of 5: 75 · 3/5. x lacks 6 · 1/2 of 10, y 2 · 1/2 of 10, each of 25
    assert told(losses(item)) == [
        ("wait", "touchpoint", F(45), (2, 3)), ("x", "touchpoint", F(15, 2), (3,)), ("y", "touchpoint", F(5, 2), (2,)),
    ]
    assert [leaf.lost for leaf in leaves(item) if leaf.kind == "bonus"] == [-1]


def test_parts_that_are_not_applicable_bring_and_lose_nothing() -> None:
    plan = calls()
    manner = two_touchpoints(plan)
    speed = plan.row_score(
        "speed", 30, [plan.touchpoint("wait", 30, plan.number(0))], conditions=[plan.when(plan.column("calls", "ok"))]
    )
    overall = plan.indicator("overall", 40, [manner, speed])
    item = contributions(done(plan, "甲 a no - -", "甲 b no - -"), "甲", overall)
    adds_up(item)
    assert [(part.name, part.contribution, part.lost) for part in item.parts] == [
        ("manner", F(0), F(40)), ("speed", F(0), F(0)),
    ]


def test_a_condition_of_the_subject_takes_the_whole_loss() -> None:
    plan = calls()
    x = plan.touchpoint("x", 10, plan.column("calls", "x"))
    row = plan.row_score("manner", 10, [x])
    share = plan.aggregate("share", "calls", plan.column("calls", "ok"))
    overall = plan.indicator("overall", 10, [row], conditions=[plan.unless(plan.compare(share, ">=", "1/2"), 1)])
    item = contributions(done(plan, "甲 a no 8 -"), "甲", overall)
    adds_up(item)
    assert told(losses(item)) == [("overall", "condition", F(9), ())]


def test_a_geometric_mean_has_no_contributions_and_is_itself_where_points_were_lost() -> None:
    plan = calls()
    parts = [plan.touchpoint(n, 4, plan.column("calls", n)) for n in ("x", "y")]
    manner = plan.row_score("manner", 40, parts, combination="geometric mean")
    item = contributions(done(plan, "甲 a yes 4 4", "甲 b yes 1 4"), "甲", manner)
    adds_up(item)
    assert (item.additive, item.points) == (False, F(30))
    assert told(losses(item)) == [("manner", "indicator", F(10), (3,))]


def test_a_geometric_mean_of_indicators_shows_its_parts_without_contributions() -> None:
    plan = calls()
    parts = [plan.row_score(n, 4, [plan.touchpoint(f"t_{n}", 4, plan.column("calls", n))]) for n in ("x", "y")]
    overall = plan.indicator("overall", 40, parts, combination="geometric mean")
    bonus = plan.touchpoint("prize", 3, plan.number(1), stake="bonus")
    total = plan.indicator("total", 40, [overall], extras=[bonus])
    item = contributions(done(plan, "甲 a yes 1 4", "甲 b yes 1 4"), "甲", total)
    adds_up(item)
    inner = item.parts[0]
    assert (inner.points, inner.lost, inner.additive) == (F(20), F(20), False)
    assert [(part.name, part.points, part.contribution) for part in inner.parts] == [
        ("x", F(1), None), ("y", F(4), None),
    ]
    assert told(losses(item)) == [("overall", "indicator", F(20), ())]


def test_a_computed_indicator_with_a_bound_adds_up() -> None:
    plan = calls()
    x = plan.aggregate("sum", "calls", plan.column("calls", "x"))
    total = plan.indicator("total", 10, value=x, limits=[op.Limit("at most", plan.number(6), None)])
    item = contributions(done(plan, "甲 a yes 8 -"), "甲", total)
    adds_up(item)
    assert [(part.kind, part.contribution) for part in item.parts] == [("indicator", F(8)), ("limits", F(-2))]


def test_a_trace_tells_what_decided_and_which_row_matched() -> None:
    plan = calls()
    x = plan.column("calls", "x")
    ends = plan.number(3)
    rows = (
        op.Row("patterns", ((op.Between(None, False, ends, True),),), op.Value(plan.number(1))),
        op.Row("otherwise", (), op.Value(plan.number(2))),
    )
    t = plan.touchpoint("t", 2, plan.add(op.Table((x,), rows, False)), missing=0)
    plan.row_score("manner", 2, [t], conditions=[plan.unless(plan.column("calls", "ok"), 0)])
    case = observed(calls=grid("city scenario ok x y", "甲 a yes 3 -", "甲 a yes 4 -", "甲 b no 1 -", "甲 b yes - -"))
    found = trace(plan.done(), case, "甲")
    scores = [row.scores[0] for row in found.rows]
    assert [row.row.number for row in found.rows] == [2, 3, 4, 5]
    assert [(s.score, s.condition) for s in scores] == [(1, None), (2, None), (0, 0), (0, None)]
    touchpoints = [s.touchpoints[0] for s in scores]
    assert [(t.points, t.table_row, t.missed) for t in touchpoints] == [
        (1, 0, False), (2, 1, False), (0, None, False), (0, None, True),
    ]
