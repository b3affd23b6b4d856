"""Faults of expert panels: how ratings become weights."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from rubric_dsl.evaluation import prepare
from rubric_dsl.numbers import panels
from tests.conformance.faults.registry import FAULTS, Fault


def mistaken(name: str, attribute: str, by: Any, *cases: str) -> None:
    """The fault of something else in `numbers.panels`; weights that are remembered are computed anew."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(prepare, "_weights_of", prepare._weights_of.__wrapped__)
        patch.setattr(panels, attribute, by)

    FAULTS.append(Fault(name, cases, plant))


def _half_up_steps(weights: Sequence[Any], step: Fraction) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(weight / step + Fraction(1, 2))) * step for weight in weights)


def _steps_to_the_first(weights: Sequence[Any], step: Fraction) -> tuple[Fraction, ...]:
    floors = [Fraction(int(weight / step)) * step for weight in weights]
    return (floors[0] + 1 - sum(floors), *floors[1:])


mistaken("steps round half up", "in_steps", _half_up_steps, "in_steps_of_is_not_half_up")
mistaken("what is left of the steps goes to the first item", "in_steps", _steps_to_the_first,
         "in_steps_of_largest_remainder", "in_steps_of_is_not_half_up")
mistaken("steps are ignored", "in_steps", lambda weights, step: tuple(weights), "in_steps_of_largest_remainder")
mistaken("ratings are averaged as they stand", "_shares", list, "weights_ratings_of_two_experts")
mistaken("the median of weights is a mean", "_median",
         lambda values: sum(values, Fraction(0)) / len(values), "weights_median", "weights_median_is_normalised")



def _arithmetic_judgements(judges: Sequence[Any]) -> Any:
    """The arithmetic mean above the diagonal, its reciprocal below."""
    items = range(len(judges[0]))

    def mean(i: int, j: int) -> Fraction:
        above = sum((judge[min(i, j)][max(i, j)] for judge in judges), Fraction(0)) / len(judges)
        return above if i <= j else 1 / above

    return [[mean(i, j) for j in items] for i in items]


def _with_other_method(right: Any = panels._from_ratings) -> Any:
    return lambda method, judges: right("mean", judges)


def _with_other_meeting(right: Any = panels._from_judgements) -> Any:
    other: dict[Any, Any] = {"judgements": "weights", "weights": "judgements", None: None}
    return lambda method, meet, judges: right(method, other[meet], judges)


mistaken("a trimmed mean of experts is a mean", "_from_ratings", _with_other_method(), "weights_trimmed_mean")
mistaken("experts meet the other way", "_from_judgements", _with_other_meeting(),
         "ahp_mean_of_judgements", "ahp_mean_of_weights")
mistaken("judgements meet in their arithmetic mean", "mean_of_judgements", _arithmetic_judgements,
         "ahp_mean_of_judgements")
