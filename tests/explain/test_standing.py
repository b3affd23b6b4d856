"""Where a subject stands: in the ranking, and in every single item."""

from __future__ import annotations

from fractions import Fraction as F

from rubric_dsl.explain.explanation import Standing
from rubric_dsl.explain.why import explainable, roots
from tests.conformance.cases import case
from tests.explain.explained import conformance, item_of, of_texts, zhejiang
from tests.tables import rows_of
from tests.zhejiang.independent import EXAMPLE, INDICATORS

FACTS = """\
rubric "facts"
observe facts of city, one row each
  city text
  x    number 0 to 10
  bad  whole number 0 to 9
indicator total worth 10
  at least 0
  touchpoint t worth 10 = x
  touchpoint offence penalty 9 = bad
"""
DATA = "city,x,bad\n甲,5,1\n乙,8,3\n丙,5,0\n丁,2,1\n"


def test_every_indicator_has_its_rank_mean_and_best_over_all_cities() -> None:
    expected = rows_of(EXAMPLE / "expected_scores.csv")
    explanation = zhejiang().explained("嘉兴")
    for name in INDICATORS:
        scores = [F(row[name]) for row in expected]
        own = next(F(row[name]) for row in expected if row["city"] == "嘉兴")
        rank = 1 + sum(score > own for score in scores)
        assert item_of(explanation, name).standing == Standing(rank, 11, sum(scores, F(0)) / 11, max(scores))


def test_equals_share_a_place_and_of_penalties_the_lowest_is_best() -> None:
    explanation = of_texts(FACTS, facts=DATA).explained("丙")
    assert item_of(explanation, "t").standing == Standing(2, 4, F(5), F(8))
    assert item_of(explanation, "offence").standing == Standing(1, 4, F(5, 4), F(0))
    assert item_of(of_texts(FACTS, facts=DATA).explained("丁"), "offence").standing == Standing(2, 4, F(5, 4), F(0))


def test_the_place_is_that_of_the_ranking_that_ranks_by_the_item() -> None:
    place = zhejiang().explained("嘉兴").place
    assert place is not None and (place.ranking, place.placed.rank, place.of) == ("overall", 11, 11)
    assert zhejiang().explained("嘉兴", "wait").place is None


def test_a_subject_that_is_left_out_has_no_rank() -> None:
    place = conformance("exclude_when").explained(
        next(row for row, rank in _expected("exclude_when").items() if rank is None)).place
    assert place is not None and (place.placed.rank, place.placed.because) == (None, "excluded")


def _expected(name: str) -> dict[str, int | None]:
    found: dict[str, int | None] = next(iter(case(name).expected["rankings"].values()))
    return found


def test_without_an_item_what_the_first_ranking_ranks_by_is_explained_else_every_outermost_indicator() -> None:
    assert [named.name for named in roots(zhejiang().plan)] == ["total"]
    assert [named.name for named in roots(conformance("penalties_are_not_scaled").plan)] == ["total"]
    two = FACTS + "indicator other worth 10\n  touchpoint u worth 10 = x\n"
    assert [named.name for named in roots(of_texts(two, facts=DATA).plan)] == ["total", "other"]


def test_measures_of_rows_have_no_value_of_a_subject() -> None:
    text = "rubric \"m\"\nobserve calls of city, averaged\n  city text\n  x number 0 to 5\n"
    text += "measure twice = 2 * x\nmeasure mean_x = mean(x)\n"
    assert [named.name for named in explainable(of_texts(text, calls="city,x\n甲,1\n").plan)] == ["mean_x"]
