"""What is explained adds up to the score exactly, by every rule that makes a score."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

import pytest

from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import DoesNotAddUp, Explanation, leaves, walk
from rubric_dsl.explain.why import Explainer, roots
from tests.explain.explained import conformance, item_of, lost, rows, zhejiang
from tests.tables import rows_of
from tests.zhejiang.independent import EXAMPLE, INDICATORS

EXPECTED = {row["city"]: row for row in rows_of(EXAMPLE / "expected_scores.csv")}


@pytest.mark.parametrize("city", EXPECTED)
def test_the_points_of_all_calls_of_all_touchpoints_are_the_published_scores(city: str) -> None:
    """Eight calls, one of each scenario: every call counts an eighth. The seven weights are the full marks over 100."""
    explanation = zhejiang().explained(city)
    assert [part.name for part in explanation.item.parts] == list(INDICATORS)
    in_all = F(0)
    for part in explanation.item.parts:
        assert len({len(touchpoint.rows) for touchpoint in part.parts} - {8}) == 0
        added = sum((F(row.points) for t in part.parts for row in t.rows if is_number(row.points)), F(0)) / 8  # type: ignore[arg-type]
        assert added == F(EXPECTED[city][part.name]) == part.points
        in_all += added
    assert in_all == F(EXPECTED[city]["total"]) == explanation.item.points


@pytest.mark.parametrize("city", EXPECTED)
def test_contributions_losses_and_rows_add_up_at_every_level(city: str) -> None:
    explanation = zhejiang().explained(city)
    items = [item for item in walk(explanation.item) if item.parts]
    assert len(items) == 8
    for item in items:
        assert sum(part.contribution for part in item.parts) == item.points  # type: ignore[misc]
        assert sum(part.lost for part in item.parts) == item.worth - item.points  # type: ignore[misc, operator]
    found = list(leaves(explanation.item))
    assert len(found) == 22
    for leaf in found:
        assert sum(row.lost for row in leaf.rows) == leaf.lost  # type: ignore[misc]
    assert sum(leaf.overall for leaf in found) == 100 - F(EXPECTED[city]["total"])  # type: ignore[misc]
    assert sum(cost.lost for cost in explanation.costs) == 100 - F(EXPECTED[city]["total"])  # type: ignore[misc]


# Each worked out by hand from the rubric and the data of the case.
BY_HAND: list[tuple[str, str, str, list[tuple[str, str, F]]]] = [
    # delivery is not applicable: 3 of 6 stand for 5 of 10, so speed lacks 5; a penalty of 1 is not scaled
    ("penalties_are_not_scaled", "甲", "total", [("speed", "touchpoint", F(5)), ("rudeness", "penalty", F(1))]),
    # 9 of 9 and two prizes of 1 make 11, the bound leaves 10.5
    ("bonus_totalled", "甲", "total", [("prize", "bonus", F(-2)), ("total", "limits", F(1, 2))]),
    # 2 + 0.5 + 2 taken off
    ("penalty_totalled", "甲", "total", [("offence", "penalty", F(9, 2))]),
    # lenient: all 5 lacking, 8 taken off. strict: the same makes -8, held at -2, which gives 6 back
    ("penalty_below_the_bound", "甲", "total", [
        ("a_part", "touchpoint", F(5)), ("a_loss", "penalty", F(8)),
        ("b_part", "touchpoint", F(5)), ("b_loss", "penalty", F(8)), ("strict", "limits", F(-6)),
    ]),
    # one of eight calls: 2/8
    ("penalty_on_averaged_table", "甲", "total", [("rudeness", "penalty", F(1, 4))]),
    # one of three scenarios answered, one not, one not observed
    ("missing_scenario_counts_zero", "甲", "total", [("answered", "touchpoint", F(20, 3))]),
    # a weighs 60% and one of its two calls is lost: 3; b weighs 30%: 3
    ("fold_weighted_by", "甲", "total", [("answered", "touchpoint", F(6))]),
    # scenario a is half of the score, and speed is 6 of its 10
    ("strata_limited_touchpoint", "甲", "total", [("speed", "touchpoint", F(3))]),
    # without b the weights are 5/7 and 2/7: a lacks half of 500/7
    ("weights_scaled_without_a_child", "甲", "total", [("t", "touchpoint", F(250, 7))]),
    # calls of 8 and 2: t lacks (2 + 8)/2. At least 5 gives 3/2; at most 6 takes 2/2
    ("bounds_on_row", "甲", "total", [
        ("t", "touchpoint", F(5)), ("floored", "limits", F(-3, 2)),
        ("u", "touchpoint", F(5)), ("capped", "limits", F(1)),
    ]),
    # 10/3, 10/3, 20/3 of 10: lacking 50/9; rounded to 3.3, 3.3, 6.7: -1/30 twice and +1/30, a third each
    ("indicator_rounded_on_each_row", "甲", "total", [("t", "touchpoint", F(50, 9)), ("total", "rounding", F(1, 90))]),
    # 20/3, at most 6.25, to the next half up: 6.5
    ("indicator_rounded_last", "甲", "total", [
        ("t", "touchpoint", F(10, 3)), ("total", "limits", F(5, 12)), ("total", "rounding", F(-1, 4)),
    ]),
    # not open: both are 0
    ("unless_of_the_outside_first", "甲", "total", [("t", "touchpoint", F(10)), ("u", "touchpoint", F(10))]),
    # open but not served: 3 of 10
    ("unless_of_the_outside_first", "乙", "total", [("t", "touchpoint", F(7))]),
    # one of three calls answered is below one half: 1 point
    ("subject_condition_replaces_fold", "甲", "total", [("total", "condition", F(9))]),
    # the unusable call is left out of both; of the other two one was not quick
    ("unless_not_applicable_around", "甲", "total", [("u", "touchpoint", F(5))]),
    # a blank gives 2 of 10
    ("touchpoint_missing_line", "甲", "total", [("t", "touchpoint", F(8))]),
    # the root of 25% is 50%; nothing below can be told apart
    ("geometric_mean_rational", "甲", "total", [("total", "indicator", F(50))]),
    # the lower of 5/5 and 2/5, of 0/5 and 5/5: 4 and 0 of 10
    ("combined_on_rows", "甲", "total", [("total", "indicator", F(8))]),
    # one of two calls, one of three visits
    ("several_tables", "甲", "total", [("answered", "touchpoint", F(5)), ("tidy", "touchpoint", F(2))]),
]


@pytest.mark.parametrize(("name", "subject", "item", "expected"), BY_HAND, ids=[f"{c[0]}-{c[1]}" for c in BY_HAND])
def test_what_was_lost_is_told_by_the_rule_that_took_it(
    name: str, subject: str, item: str, expected: list[tuple[str, str, F]]
) -> None:
    assert lost(conformance(name).explained(subject, item)) == expected


def test_rows_have_their_share_of_the_loss() -> None:
    # 24 s: 18 of 20, 42 s: 14, 300 s: 0, a third each
    t = item_of(conformance("linear_points_on_rows").explained("甲", "total"), "t")
    assert rows(t) == [(2, F(18), F(2, 3)), (3, F(14), F(2)), (4, F(0), F(20, 3))]
    # 60% over two calls, 30%, 10%
    answered = item_of(conformance("fold_weighted_by").explained("甲", "total"), "answered")
    assert rows(answered) == [(2, F(10), F(0)), (3, F(0), F(3)), (4, F(0), F(3)), (5, F(10), F(0))]


def test_a_scenario_without_rows_that_counts_as_zero_has_its_loss() -> None:
    answered = item_of(conformance("missing_scenario_counts_zero").explained("甲", "total"), "answered")
    assert rows(answered) == [(2, F(10), F(0)), (3, F(0), F(10, 3))]
    assert [(gone.scenario.name if gone.scenario else None, gone.lost) for gone in answered.unobserved] == [
        ("c", F(10, 3))]


def test_a_subject_without_any_row_that_counts_as_zero_lost_everything() -> None:
    explanation = conformance("subject_without_rows_counts_zero").explained("乙")
    answered = item_of(explanation, "answered")
    assert explanation.item.points == 0 and rows(answered) == []
    assert [(gone.scenario, gone.lost) for gone in answered.unobserved] == [(None, F(10))]


def test_a_touchpoint_alone_is_explained_out_of_its_own_worth() -> None:
    # in the whole `speed` lacks 5 of 10 because its weight grew; alone it lacks its 3
    explanation = conformance("penalties_are_not_scaled").explained("甲", "speed")
    assert (explanation.item.points, explanation.item.worth, explanation.item.lost) == (0, 3, 3)
    assert rows(explanation.item) == [(2, F(0), F(3))]
    penalty = conformance("penalties_are_not_scaled").explained("甲", "rudeness")
    assert (penalty.item.points, penalty.item.contribution, penalty.item.lost) == (1, -1, 1)


def test_a_rule_that_gave_points_back_costs_its_row_nothing() -> None:
    floored = item_of(conformance("bounds_on_row").explained("甲", "total"), "floored", "limits")
    assert rows(floored) == [(3, F(3), F(-3, 2))]
    assert floored.rows[0].decision.limits == (("at least", 5),)


def test_a_touchpoint_tells_its_points_before_its_rounding() -> None:
    t = item_of(conformance("touchpoint_rounded_before_folding").explained("甲"), "t")
    assert [(row.points, row.unrounded) for row in t.rows] == [
        (F(33, 10), F(10, 3)), (F(33, 10), F(10, 3)), (F(67, 10), F(20, 3))]


def test_an_explanation_that_does_not_add_up_is_not_made() -> None:
    explanation = conformance("fold_weighted_by").explained("甲", "total")
    part = explanation.item.parts[0]
    for wrong in (
        replace(part, contribution=F(5)), replace(part, lost=F(5)), replace(part, rows=part.rows[:2]),
        replace(part, overall=F(7)),
    ):
        with pytest.raises(DoesNotAddUp, match="add up to"):
            Explanation("甲", replace(explanation.item, parts=(wrong,)), None, ())


def test_one_explainer_tells_the_same_of_a_subject_as_one_of_its_own() -> None:
    case = zhejiang()
    explainer, root = Explainer(case.done, case.lines_of), roots(case.plan)[0]
    for city in reversed(case.done.subjects):
        assert explainer.explain(city, root) == case.explained(city)
