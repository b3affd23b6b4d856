"""Faults of aggregates over rows and of values across subjects."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from rubric_dsl.engines import aggregates
from rubric_dsl.engines import subjects as stage
from rubric_dsl.engines.reference import rows as reference_rows
from rubric_dsl.evaluation import statistics
from rubric_dsl.evaluation.values import ABSENT, Nothing
from rubric_dsl.numbers import reals
from tests.conformance.faults.registry import FAULTS, Fault, Plant, entry, fault, replaced

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)



# ---------------------------------------------------------------- aggregates

def _sorted(numbers: Sequence[Any]) -> list[Any]:
    return sorted(numbers)


def _trimmed_of_all_equals(numbers: Sequence[Any]) -> Any:
    kept = [number for number in numbers if min(numbers) < number < max(numbers)]
    return statistics.mean(kept) if kept else ABSENT


def _trimmed_of_two(numbers: Sequence[Any]) -> Any:
    return statistics.mean(numbers if len(numbers) < 3 else _sorted(numbers)[1:-1])


def _sample_deviation(numbers: Sequence[Any]) -> Any:
    if len(numbers) < 2:
        return ABSENT
    middle = statistics.mean(numbers)
    return reals.sqrt(sum((number - middle) ** 2 for number in numbers) / Fraction(len(numbers) - 1))


def _interpolated_percentile(numbers: Sequence[Any], p: Any) -> Any:
    place = p * (len(numbers) - 1)
    ordered, below = _sorted(numbers), math.floor(place)
    above = min(below + 1, len(numbers) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


STATISTICS = statistics._STATISTICS
entry("the median of an even number is the lower one", STATISTICS, "median",
      lambda numbers: _sorted(numbers)[(len(numbers) - 1) // 2], "median_odd_and_even")
entry("the median is of the rows as they stand", STATISTICS, "median",
      lambda numbers: numbers[len(numbers) // 2], "median_odd_and_even")
entry("the deviation divides by n - 1", STATISTICS, "deviation", _sample_deviation, "deviation_divides_by_n")
entry("the deviation is not rooted", STATISTICS, "deviation",
      lambda numbers: statistics.mean([(n - statistics.mean(numbers)) ** 2 for n in numbers]), "deviation_divides_by_n")
entry("the trimmed mean drops all that equal the ends", STATISTICS, "trimmed_mean", _trimmed_of_all_equals,
      "trimmed_mean")
entry("the trimmed mean of two is their mean", STATISTICS, "trimmed_mean", _trimmed_of_two, "trimmed_mean_needs_three")
entry("the lowest is the first", STATISTICS, "lowest", lambda numbers: numbers[0], "lowest_and_highest")
replaced("percentiles are interpolated", statistics, "percentile", _interpolated_percentile, "percentile_of_rows")
replaced("percentiles go through binary floats", statistics, "percentile",
         lambda numbers, p: _sorted(numbers)[math.ceil(float(p) * len(numbers)) - 1], "percentile_is_exact_at_a_step")


@fault("count and sum over no rows have no value", "count_of_rows_and_conditions", "sum_over_rows")
def _no_rows_no_value(patch: pytest.MonkeyPatch) -> None:
    right = statistics.aggregate
    patch.setattr(aggregates, "aggregate", lambda name, values, *more: right(name, values, *more) if values else ABSENT)


@fault("a mean over no rows is 0", "mean_where_guards_the_argument", "share_with_where")
def _no_rows_zero(patch: pytest.MonkeyPatch) -> None:
    right = statistics.aggregate
    patch.setattr(aggregates, "aggregate", lambda name, values, *more: right(name, values, *more) if values else ZERO)


@fault("aggregates ignore their where", "share_with_where", "sum_over_rows")
def _no_where(patch: pytest.MonkeyPatch) -> None:
    right = reference_rows.sample_of
    patch.setattr(reference_rows, "sample_of",
                  lambda node, operation, values: right(node, replace(operation, where=None), values))


# ---------------------------------------------------------------- across subjects

def _placements_with(name: str, wrong: Callable[[Sequence[Any]], list[Any]]) -> Plant:
    right = statistics.placements

    def mistaken(asked: str, numbers: Sequence[Any]) -> list[Any]:
        return wrong(numbers) if asked == name else right(asked, numbers)

    return lambda patch: patch.setattr(aggregates, "placements", mistaken)


FAULTS += [
    Fault("rank counts from the lowest", ("rank_across",),
          _placements_with("rank", lambda xs: [Fraction(1 + sum(y < x for y in xs)) for x in xs])),
    Fault("tied ranks take the largest", ("rank_across",),
          _placements_with("rank", lambda xs: [Fraction(sum(y >= x for y in xs)) for x in xs])),
    Fault("ranks are dense", ("rank_across",),
          _placements_with("rank", lambda xs: [Fraction(1 + len({y for y in xs if y > x})) for x in xs])),
    Fault("the percentile rank divides by n", ("across_percentile_rank",),
          _placements_with("percentile_rank", lambda xs: [
              (sum(y < x for y in xs) + HALF * (sum(y == x for y in xs) - 1)) / len(xs) for x in xs])),
    Fault("the percentile rank leaves equals out", ("across_percentile_rank",),
          _placements_with("percentile_rank", lambda xs: [
              Fraction(sum(y < x for y in xs), len(xs) - 1) for x in xs])),
    Fault("the percentile rank counts the subject itself", ("across_percentile_rank",),
          _placements_with("percentile_rank", lambda xs: [
              (sum(y < x for y in xs) + HALF * sum(y == x for y in xs)) / (len(xs) - 1) for x in xs])),
    Fault("minmax is from the top", ("minmax",),
          _placements_with("minmax", lambda xs: [(max(xs) - x) / (max(xs) - min(xs)) for x in xs])),
    Fault("minmax of equal values is 0", ("minmax_of_equal_values_stops_the_run",),
          _placements_with("minmax", lambda xs: [ZERO for _ in xs])),
    Fault("zscore divides by the deviation of a sample", ("zscore",),
          _placements_with("zscore", lambda xs: [
              reals.divide(x - statistics.mean(xs), _sample_deviation(xs)) for x in xs])),
]


@fault("across takes absent values as 0", "across_takes_those_that_have_a_value")
def _absent_across(patch: pytest.MonkeyPatch) -> None:
    right = aggregates._part_of

    def part(operation: Any, values: Any) -> Any:
        value = right(operation, values)
        return ZERO if isinstance(value, Nothing) else value

    patch.setattr(aggregates, "_part_of", part)


@fault("across ignores its groups", "across_within_region", "across_within_a_class")
def _no_groups(patch: pytest.MonkeyPatch) -> None:
    right = aggregates.groups
    patch.setattr(stage, "groups", lambda within, values: right(None, values))
