"""Rankings of a run: precision, groups, exclusions, who has no rank and why."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.model import NoValue, Placed, RankingResult
from rubric_dsl.results.score import score
from tests.engines.build import Plan, choice, grid, observed, ranks


def facts() -> Plan:
    plan = Plan(register="facts")
    plan.table(
        "facts", {"x": NUMBER, "y": NUMBER, "bad": YES_NO, "region": choice("south", "north")}, folding="one row each"
    )
    return plan


def fact(plan: Plan, name: str) -> int:
    return plan.column("facts", name)


def total(plan: Plan) -> int:
    t = plan.touchpoint("t", 10, fact(plan, "x"), missing="not applicable")
    return plan.indicator("total", 10, [t])


def ranked(plan: ScoringPlan, *rows: str) -> RankingResult:
    return score(plan, observed(facts=grid("city x y bad region", *rows))).rankings[0]


def test_ranks_are_decided_on_the_exact_value() -> None:
    plan = facts()
    plan.ranking(total(plan))
    rows = ("甲 1/3 0 no north", "乙 333/1000 0 no north", "丙 1/3 0 no north")
    assert ranks(ranked(plan.done(), *rows)) == {"甲": 1, "丙": 1, "乙": 3}


def test_rounding_decides_where_it_is_declared() -> None:
    plan = facts()
    plan.ranking(total(plan), rounding=op.Rounding("half up", "1/100"))
    found = ranked(plan.done(), "甲 1/3 0 no north", "乙 333/1000 0 no north", "丙 17/50 0 no north")
    assert ranks(found) == {"丙": 1, "甲": 2, "乙": 2}
    assert [row.score for row in found.rows] == [F(34, 100), F(33, 100), F(33, 100)]


def test_ties_by_keys_each_in_its_direction() -> None:
    plan = facts()
    by = total(plan)
    y = plan.measure("y", fact(plan, "y"))
    plan.ranking(by, ties="by", keys=[op.TieKey(y, True)])
    assert ranks(ranked(plan.done(), "甲 5 3 no north", "乙 5 2 no north", "丙 5 3 no north")) == {
        "乙": 1, "甲": 2, "丙": 2,
    }


def test_a_ranking_by_a_measure_may_be_lowest_first() -> None:
    plan = facts()
    y = plan.measure("y", fact(plan, "y"))
    plan.ranking(y, lowest_first=True)
    assert ranks(ranked(plan.done(), "甲 5 3 no north", "乙 5 2 no north")) == {"乙": 1, "甲": 2}


def test_excluded_subjects_are_listed_and_take_no_place() -> None:
    plan = facts()
    by = total(plan)
    bad = fact(plan, "bad")
    plan.ranking(by, excludes=[bad])
    found = ranked(plan.done(), "甲 9 0 yes north", "乙 5 0 no north", "丙 7 0 no north")
    assert ranks(found) == {"丙": 1, "乙": 2, "甲": None}
    assert found.rows[-1] == Placed(None, "甲", F(9), "excluded", bad, None)


def test_what_is_not_applicable_has_no_rank() -> None:
    plan = facts()
    plan.ranking(total(plan))
    found = ranked(plan.done(), "甲 - 0 no north", "乙 5 0 no north")
    assert ranks(found) == {"乙": 1, "甲": None}
    last = found.rows[-1]
    assert last.because == "not applicable"
    assert isinstance(last.score, NoValue)
    assert last.score.because == "no part"


def test_an_absent_measure_has_no_rank_and_says_missing() -> None:
    plan = facts()
    plan.ranking(plan.measure("y", fact(plan, "y")))
    found = ranked(plan.done(), "甲 1 - no north", "乙 5 0 no north")
    assert [(row.subject, row.rank, row.because) for row in found.rows] == [("乙", 1, None), ("甲", None, "missing")]


def test_a_cap_holds_under_its_condition_and_the_largest_counts() -> None:
    plan = facts()
    by = total(plan)
    bad, low = fact(plan, "bad"), plan.compare(fact(plan, "y"), "<", 1)
    plan.ranking(by, caps=[op.RankCap(2, bad), op.RankCap(4, low)])
    rows = ("甲 9 5 yes north", "乙 8 5 no north", "丙 7 0 yes north", "丁 6 5 no north", "戊 5 5 no north")
    # 乙 1; 甲 from 2; 丙 only from 4: 丁 takes 3
    assert ranks(ranked(plan.done(), *rows)) == {"乙": 1, "甲": 2, "丁": 3, "丙": 4, "戊": 5}


def test_groups_are_ranked_for_themselves_in_declared_order() -> None:
    plan = facts()
    plan.ranking(total(plan), within=fact(plan, "region"))
    found = ranked(plan.done(), "甲 9 0 no north", "乙 5 0 no south", "丙 7 0 no north", "丁 1 0 no -")
    assert [(row.group, row.rank, row.subject) for row in found.rows] == [
        ("south", 1, "乙"), ("north", 1, "甲"), ("north", 2, "丙"), (None, None, "丁"),
    ]
    assert found.rows[-1].because == "no group"


def test_several_rankings_stand_side_by_side() -> None:
    plan = facts()
    by = total(plan)
    plan.ranking(by, name="total")
    plan.ranking(plan.measure("y", fact(plan, "y")), name="single")
    result = score(plan.done(), observed(facts=grid("city x y bad region", "甲 9 0 no north", "乙 5 1 no north")))
    assert [(r.name, r.by, ranks(r)) for r in result.rankings] == [
        ("total", "total", {"甲": 1, "乙": 2}), ("single", "y", {"乙": 1, "甲": 2}),
    ]


@pytest.mark.parametrize("ties", ["share", "dense"])
def test_an_irrational_value_is_ranked_once_it_is_rounded(ties: str) -> None:
    # √2 and √3 to three decimals
    plan = facts()
    root = plan.measure("root", plan.add(op.Function("sqrt", (fact(plan, "y"),))))
    plan.ranking(root, rounding=op.Rounding("half up", "1/1000"), ties=ties)  # type: ignore[arg-type]
    found = ranked(plan.done(), "甲 1 2 no north", "乙 1 3 no north", "丙 1 2 no north")
    assert [row.score for row in found.rows] == [F(1732, 1000), F(1414, 1000), F(1414, 1000)]


def test_the_order_of_rows_decides_nothing_but_the_order_of_equals() -> None:
    plan = facts()
    plan.ranking(total(plan))
    done = plan.done()
    rows = ["甲 9 0 no north", "乙 5 0 no south", "丙 9 0 no north"]
    assert ranks(ranked(done, *rows)) == ranks(ranked(done, *reversed(rows)))
