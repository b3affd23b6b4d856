"""Aggregates and places among many, each by its definition."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.evaluation.statistics import aggregate, placements
from rubric_dsl.evaluation.values import ABSENT, Given


@pytest.mark.parametrize(("name", "expected"), [
    ("count", F(5)),
    ("sum", F(20)),
    ("mean", F(4)),
    ("trimmed_mean", F(11, 3)),  # (2 + 4 + 5) ÷ 3
    ("median", F(4)),
    ("lowest", F(0)),
    ("highest", F(9)),
])
def test_aggregates_of_five_numbers(name: str, expected: F) -> None:
    assert aggregate(name, [F(4), F(9), F(0), F(2), F(5)]) == expected


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two() -> None:
    assert aggregate("median", [F(1), F(10), F(2), F(3)]) == F(5, 2)


@pytest.mark.parametrize(("p", "expected"), [
    (F(9, 10), 9),  # ⌈0.9 · 10⌉ = 9 exactly; binary 0.9 times 10 may round either way
    (F(91, 100), 10),
    (F(0), 1),
    (F(1), 10),
])
def test_a_percentile_is_the_ceiling_of_pn_th_smallest(p: F, expected: int) -> None:
    assert aggregate("percentile", [F(n) for n in range(10, 0, -1)], p) == expected


def test_deviation_divides_by_n() -> None:
    # mean 5, squares 9 1 1 1 0 0 4 16: 32 ÷ 8 = 4
    assert aggregate("deviation", [F(x) for x in (2, 4, 4, 4, 5, 5, 7, 9)]) == 2


def test_share_counts_yes_among_all() -> None:
    answers: list[Given] = [True, False, True]
    assert aggregate("share", answers) == F(2, 3)
    assert aggregate("count", answers) == 2


def test_over_nothing_count_and_sum_are_zero_and_the_rest_is_missing() -> None:
    assert aggregate("count", []) == 0
    assert aggregate("sum", []) == 0
    for name in ("share", "mean", "median", "percentile", "lowest", "highest", "deviation", "trimmed_mean"):
        assert aggregate(name, []) is ABSENT
    assert aggregate("trimmed_mean", [F(1), F(2)]) is ABSENT


def test_rank_counts_from_the_highest_and_ties_share_the_smallest() -> None:
    assert placements("rank", [F(5), F(9), F(5), F(1)]) == [2, 1, 2, 4]


def test_percentile_rank_counts_lower_and_half_of_the_other_equals() -> None:
    # n − 1 = 3: (1 + 1/2) ÷ 3, 3 ÷ 3, the same again, 0
    assert placements("percentile_rank", [F(5), F(9), F(5), F(1)]) == [F(1, 2), 1, F(1, 2), 0]


def test_minmax_and_zscore() -> None:
    assert placements("minmax", [F(10), F(20), F(40)]) == [0, F(1, 3), 1]
    # mean 4, squares 4 4 4 4 of 2, 6, 2, 6: deviation 2
    assert placements("zscore", [F(2), F(6), F(2), F(6)]) == [-1, 1, -1, 1]


@pytest.mark.parametrize("name", ["percentile_rank", "minmax", "zscore"])
def test_one_number_alone_has_nothing_to_be_compared_with(name: str) -> None:
    with pytest.raises(ZeroDivisionError):
        placements(name, [F(3)])
