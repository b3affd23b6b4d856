"""Impossible values: found where they count, named with subject and row, harmless where they are not reached."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.engines.problems import CODES, MAX_PROBLEMS, RunProblem
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.model import Result
from rubric_dsl.results.score import score
from tests.engines.build import Plan, grid, observed


def calls(private: bool = False) -> Plan:
    plan = Plan()
    plan.table("calls", {"ok": YES_NO, "x": NUMBER, "n": NUMBER}, private=["x"] if private else [])
    return plan


def quotient(plan: Plan) -> int:
    return plan.add(op.Multiply((plan.column("calls", "x"), plan.column("calls", "n")), (False, True)))


def ran(plan: Plan, *rows: str) -> Result:
    return score(plan.done(), observed(calls=grid("city ok x n", *rows)))


def said(problem: RunProblem, lang: str = "en") -> str:
    return prose.message(problem, lang)


def test_a_division_by_zero_on_a_row_names_subject_and_row() -> None:
    plan = calls()
    plan.row_score("manner", 10, [plan.touchpoint("rate", 10, quotient(plan))])
    result = ran(plan, "甲 yes 1 1", "乙 yes 1 0", "乙 no 2 0")
    assert (result.rankings, result.values) == ((), {})
    assert [(p.code, p.place.subject, p.place.table, p.place.row) for p in result.problems] == [
        ("X001", "乙", "calls", 3), ("X001", "乙", "calls", 4),
    ]
    assert said(result.problems[0]) == "`rate`, 乙, row 3 of `calls`: a division by zero"
    assert "第 3 行" in said(result.problems[0], "zh")


def test_what_is_not_reached_does_no_harm() -> None:
    plan = calls()
    rate = plan.touchpoint("rate", 10, quotient(plan))
    plan.row_score("manner", 10, [rate], conditions=[plan.unless(plan.column("calls", "ok"), 0)])
    guarded = plan.add(op.Choose(plan.compare(plan.column("calls", "n"), ">", 0), quotient(plan), plan.number(0)))
    plan.measure("mean", plan.aggregate("mean", "calls", guarded))
    result = ran(plan, "甲 yes 8 1", "甲 no 1 0")
    assert result.problems == ()
    assert result.values["甲"] == {"rate": F(4), "manner": F(4), "mean": F(4)}


def test_a_fault_in_an_aggregate_names_the_row() -> None:
    plan = calls()
    mean = plan.measure("mean", plan.aggregate("mean", "calls", quotient(plan)))
    plan.measure("double", plan.add(op.Add((mean, mean), (False, False))))
    result = ran(plan, "甲 yes 8 1", "甲 yes 1 0")
    assert [(p.code, p.item, p.place.row) for p in result.problems] == [("X001", "mean", 3)]


def test_a_fault_of_one_subject_that_others_are_compared_with_is_told_once() -> None:
    plan = calls()
    mean = plan.aggregate("mean", "calls", quotient(plan))
    plan.measure("best", plan.add(op.Across("highest", mean, None, None)))
    result = ran(plan, "甲 yes 8 1", "乙 yes 1 0", "丙 yes 1 1")
    assert [(p.place.subject, p.place.row) for p in result.problems] == [("乙", 3)]


@pytest.mark.parametrize("points", ["11", "-1"])
def test_points_outside_the_worth_are_impossible(points: str) -> None:
    plan = calls()
    plan.row_score("manner", 10, [plan.touchpoint("t", 10, plan.column("calls", "x"))])
    problem = ran(plan, f"甲 yes {points} 1").problems[0]
    assert problem.code == "X006"
    assert f"{points} points, but it is worth 10" in said(problem)


def test_rounding_does_not_hide_points_outside_the_worth() -> None:
    plan = calls()
    whole = op.Rounding("half up", "1")
    plan.row_score("manner", 10, [plan.touchpoint("t", 10, plan.column("calls", "x"), rounding=whole)])
    assert [p.code for p in ran(plan, "甲 yes -1/4 1").problems] == ["X006"]


def test_a_value_outside_its_stated_range_is_impossible() -> None:
    plan = calls()
    rate = plan.aggregate("sum", "calls", plan.column("calls", "x"))
    plan.measure("rate", plan.add(op.Within(rate, plan.number(0), plan.number(1))))
    problem = ran(plan, "甲 yes 4/3 1").problems[0]
    assert (problem.code, problem.place.subject, problem.item) == ("X005", "甲", "rate")
    assert "1.333 lies outside" in said(problem)


def test_a_table_without_a_row_for_a_value_is_impossible_and_shows_the_value() -> None:
    plan = calls()
    one = op.Row("patterns", ((op.Equal(plan.number(1)),),), op.Value(plan.number(5)))
    table = plan.add(op.Table((plan.column("calls", "x"),), (one,), False))
    plan.row_score("manner", 10, [plan.touchpoint("t", 10, table)])
    problem = ran(plan, "甲 yes 7 1").problems[0]
    assert problem.code == "X004"
    assert "matches 7" in said(problem)


def test_private_values_are_not_shown() -> None:
    plan = calls(private=True)
    one = op.Row("patterns", ((op.Equal(plan.number(1)),),), op.Value(plan.number(5)))
    double = plan.add(op.Add((plan.column("calls", "x"),) * 2, (False, False)))
    plan.row_score("manner", 10, [plan.touchpoint("t", 10, plan.add(op.Table((double,), (one,), False)))])
    message = said(ran(plan, "甲 yes 777 1").problems[0])
    assert "•••" in message
    assert "1554" not in message


def test_a_needed_value_that_is_absent_is_impossible() -> None:
    plan = calls()
    plan.row_score("manner", 10, [plan.touchpoint("t", 10, plan.column("calls", "x"))])
    assert [(p.code, p.place.row) for p in ran(plan, "甲 yes - 1").problems] == [("X007", 2)]


def test_a_number_that_cannot_be_decided_is_not_guessed() -> None:
    # √2 + √3 and √(5 + 2√6) are equal, and are not recognised as such
    plan = calls()
    two, three, five, six = (plan.number(n) for n in (2, 3, 5, 6))

    def root(node: int) -> int:
        return plan.add(op.Function("sqrt", (node,)))

    left = plan.add(op.Add((root(two), root(three)), (False, False)))
    right = root(plan.add(op.Add((five, root(six), root(six)), (False, False, False))))
    plan.measure("m", plan.add(op.Compare("<", left, right), YES_NO))
    assert [p.code for p in ran(plan, "甲 yes 1 1").problems] == ["X003"]


def test_a_ranking_and_its_conditions_need_their_values() -> None:
    plan = calls()
    x = plan.measure("x", plan.aggregate("sum", "calls", plan.column("calls", "x")))
    n = plan.aggregate("sum", "calls", plan.column("calls", "n"))
    bad = plan.compare(plan.add(op.Multiply((x, n), (False, True))), ">", 1)
    plan.ranking(x, excludes=[bad])
    assert [(p.code, p.item) for p in ran(plan, "甲 yes 1 0").problems] == [("X001", "ranking")]


def test_subjects_that_cannot_be_told_apart_are_not_ranked() -> None:
    # √2 + √3 and √(2 + 3 + √24) are equal, and are not recognised as such
    plan = calls()

    def root(node: int) -> int:
        return plan.add(op.Function("sqrt", (node,)))

    x, n = (plan.aggregate("sum", "calls", plan.column("calls", c)) for c in ("x", "n"))
    apart = plan.add(op.Add((root(x), root(n)), (False, False)))
    product = plan.add(op.Multiply((plan.number(4), x, n), (False,) * 3))
    together = root(plan.add(op.Add((x, n, root(product)), (False,) * 3)))
    first = plan.compare(plan.aggregate("count", "calls"), "=", 1)
    plan.ranking(plan.measure("m", plan.add(op.Choose(first, apart, together))))
    result = ran(plan, "甲 yes 2 3", "乙 yes 2 3", "乙 no 0 0")
    assert [(p.code, p.item, p.place.subject) for p in result.problems] == [("X003", "ranking", None)]
    assert "all subjects together" in said(result.problems[0])


def test_problems_are_counted_in_full_and_listed_up_to_a_limit() -> None:
    plan = calls()
    plan.row_score("manner", 10, [plan.touchpoint("rate", 10, quotient(plan))])
    result = ran(plan, *["甲 yes 1 0"] * 60)
    assert (len(result.problems), result.problem_count) == (MAX_PROBLEMS, 60)


def test_every_reason_has_its_prose_in_both_languages() -> None:
    for code in CODES.values():
        for lang in prose.LANGUAGES:
            assert "{" not in prose.title(code, lang) + prose.why(code, lang)
            assert prose.entry(code)[lang]["message"]
