"""Faults of touchpoints, conditions, indicators, penalties, bounds and weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from rubric_dsl.evaluation import prepare, scores
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Nothing, is_number
from rubric_dsl.numbers import reals
from tests.conformance.faults.registry import FAULTS, Fault, Plant, fault

ZERO, ONE = Fraction(0), Fraction(1)



# ---------------------------------------------------------------- touchpoints and conditions

@fault("conditions are read from the last", "unless_order", "unless_before_when", "touchpoint_unless_and_if")
def _conditions_reversed(patch: pytest.MonkeyPatch) -> None:
    right = scores.Conditions.__init__

    def built(self: Any, node: Any, conditions: Sequence[Any]) -> None:
        right(self, node, tuple(reversed(conditions)))

    patch.setattr(scores.Conditions, "__init__", built)


@fault("a row where `when` is not true scores 0", "when_row_left_out_of_mean", "subject_when_makes_not_applicable")
def _when_is_zero(patch: pytest.MonkeyPatch) -> None:
    right = scores.Conditions.decide

    def decide(self: Any, values: Any) -> Any:
        decided = right(self, values)
        if decided is not None and self._lines[decided.place][0] == "when":
            return scores.Decided(decided.place, ZERO)
        return decided

    patch.setattr(scores.Conditions, "decide", decide)


@fault("conditions are ignored", "if_veto", "unless_of_an_indicator_on_rows", "subject_condition_replaces_fold")
def _no_conditions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scores.Conditions, "decide", lambda self, values: None)


@fault("`unless` is read as `if`", "unless_of_an_indicator_on_rows", "if_veto")
def _swapped_words(patch: pytest.MonkeyPatch) -> None:
    right = scores.Conditions.__init__

    def built(self: Any, node: Any, conditions: Sequence[Any]) -> None:
        other = {"unless": "if", "if": "unless", "when": "when"}
        right(self, node, tuple(replace(line, word=other[line.word]) for line in conditions))

    patch.setattr(scores.Conditions, "__init__", built)


@fault("missing is read before the conditions", "touchpoint_unless_then_missing_then_rule")
def _missing_before_unless(patch: pytest.MonkeyPatch) -> None:
    right = scores.Touchpoint.decide

    def decide(self: Any, values: Any) -> Any:
        absent = values[self.rule] is Nothing.ABSENT and self._missing is not None
        return None if absent else right(self, values)

    patch.setattr(scores.Touchpoint, "decide", decide)


@fault("an absent touchpoint scores 0 whatever `missing` says", "touchpoint_missing_line", "missing_of_an_indicator")
def _missing_is_zero(patch: pytest.MonkeyPatch) -> None:
    right = scores.Touchpoint.__init__

    def built(self: Any, *arguments: Any) -> None:
        right(self, *arguments)
        self._missing = lambda values: ZERO

    patch.setattr(scores.Touchpoint, "__init__", built)


@fault("points beyond the worth are let through", "touchpoint_value_out_of_range")
def _no_worth(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scores, "within_worth", lambda points, worth, node: points)


@fault("touchpoints ignore their scenarios", "strata_limited_touchpoint")
def _no_strata(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scores.Touchpoint, "belongs", lambda self, cells: True)


@fault("`rounded` is ignored", "touchpoint_rounded", "indicator_rounded_on_each_row", "ranking_rounded")
def _no_rounding(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scores.Rounder, "__call__", lambda self, score: score)


# ---------------------------------------------------------------- indicators

def _parts_that_do_not_apply(points_of: Callable[[Any], Fraction]) -> Plant:
    """Gives every part that does not apply the same kind of points, where another part does."""
    right = scores.Combination.__call__

    def combined(self: Any, values: Any) -> Any:
        changed = list(values)
        if any(is_number(values[part.node]) for part in self.parts):
            for part in self.parts:
                changed[part.node] = points_of(part) if isinstance(values[part.node], Nothing) else values[part.node]
        return right(self, changed)

    return lambda patch: patch.setattr(scores.Combination, "__call__", combined)


FAULTS += [
    Fault("parts that do not apply count 0", ("parts_not_applicable_are_scaled", "weights_scaled_without_a_child"),
          _parts_that_do_not_apply(lambda part: ZERO)),
    Fault("parts that do not apply count in full",
          ("parts_not_applicable_are_scaled", "subject_when_makes_not_applicable"),
          _parts_that_do_not_apply(lambda part: part.worth)),
]


@fault("without an applicable part the score is 0", "all_parts_not_applicable", "all_children_not_applicable")
def _nothing_is_zero(patch: pytest.MonkeyPatch) -> None:
    right = scores.Combination.__call__

    def combined(self: Any, values: Any) -> Any:
        found = right(self, values)
        return ZERO if found is NOT_APPLICABLE else found

    patch.setattr(scores.Combination, "__call__", combined)


@fault("weights are ignored", "weights_mean", "weights_of_touchpoints_on_rows", "weights_of_unequal_worths")
def _no_weights(patch: pytest.MonkeyPatch) -> None:
    right = scores.weighted_parts
    patch.setattr(prepare, "weighted_parts", lambda operation, worth_of, panel: right(operation, worth_of, None))


@fault("weights multiply points instead of shares", "weights_of_unequal_worths", "weights_touchpoint_without_worth")
def _weights_times_points(patch: pytest.MonkeyPatch) -> None:
    right = scores.weighted_parts

    def parts(operation: Any, worth_of: Any, panel: Any) -> Any:
        found = right(operation, worth_of, panel)
        return [replace(part, rate=part.weight) for part in found] if panel is not None else found

    patch.setattr(prepare, "weighted_parts", parts)


@fault("a geometric mean is an arithmetic one", "geometric_mean_rational", "geometric_mean_on_rows")
def _arithmetic_mean(patch: pytest.MonkeyPatch) -> None:
    def mean(applicable: Any, whole: Any) -> Any:
        return sum(part.weight * points / part.worth for part, points in applicable) / whole

    patch.setattr(scores, "_geometric_mean", mean)


@fault("a geometric mean ignores the weights", "geometric_mean_weighted", "weights_with_geometric_combination")
def _unweighted_geometric_mean(patch: pytest.MonkeyPatch) -> None:
    right = scores._geometric_mean

    def mean(applicable: Any, total: Any) -> Any:
        equal = [(replace(part, weight=ONE), points) for part, points in applicable]
        return right(equal, Fraction(len(equal)))

    patch.setattr(scores, "_geometric_mean", mean)


@fault("the lowest counts where the highest should", "combined_by_highest")
def _lowest_for_highest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reals, "maximum", lambda a, b: min(a, b))


@fault("penalties are scaled with the parts", "penalties_are_not_scaled", "penalty_of_the_parent_is_not_scaled")
def _scaled_penalties(patch: pytest.MonkeyPatch) -> None:
    right = scores.Score.with_extras

    def with_extras(self: Any, score: Any, values: Any) -> Any:
        scored: Any = scores.weight_of(part for part in self.combination.parts if is_number(values[part.node]))
        found = right(self, score, values)
        both = isinstance(found, Fraction) and isinstance(score, Fraction)
        return score + (found - score) * self.worth / scored if both and scored else found

    patch.setattr(scores.Score, "with_extras", with_extras)


@fault("penalties are added", "penalty_per_occurrence", "penalty_on_averaged_table")
def _added_penalties(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prepare._Preparation, "_sign", lambda self, node: 1)


@fault("bounds ignore their condition", "bound_with_a_condition", "bound_on_parent_with_a_count")
def _unconditional_bounds(patch: pytest.MonkeyPatch) -> None:
    right = scores.Score._held
    patch.setattr(scores.Score, "_held",
                  lambda self, score, limit, values: right(self, score, replace(limit, when=None), values))


@fault("at most is ignored", "bonus_per_occurrence", "bounds_on_row", "bound_on_parent")
def _no_upper_bound(patch: pytest.MonkeyPatch) -> None:
    right = scores.Score._held
    patch.setattr(scores.Score, "_held", lambda self, score, limit, values: (
        score if limit.word == "at most" else right(self, score, limit, values)))


@fault("at least is ignored", "penalty_per_occurrence", "bounds_on_row", "deduction_beside_indicators")
def _no_lower_bound(patch: pytest.MonkeyPatch) -> None:
    right = scores.Score._held
    patch.setattr(scores.Score, "_held", lambda self, score, limit, values: (
        score if limit.word == "at least" else right(self, score, limit, values)))


@fault("a score is rounded before it is bounded", "indicator_rounded_last")
def _rounded_before_bounds(patch: pytest.MonkeyPatch) -> None:
    right = scores.Score.limited
    patch.setattr(scores.Score, "limited", lambda self, score, values: right(self, self.rounder(score), values))
    patch.setattr(scores.Rounder, "__call__", _rounding_once(scores.Rounder.__call__))


def _rounding_once(right: Callable[..., Any]) -> Callable[..., Any]:
    """Rounds on the first of two calls only."""
    calls: dict[int, int] = {}

    def rounded(self: Any, score: Any) -> Any:
        calls[id(self)] = calls.get(id(self), 0) + 1
        return right(self, score) if calls[id(self)] % 2 else score

    return rounded


@fault("the value of a condition is bounded", "unless_value_is_not_bounded")
def _bounded_conditions(patch: pytest.MonkeyPatch) -> None:
    right = scores.Score.__call__

    def scored(self: Any, values: Any, cells: Any) -> Any:
        found = right(self, values, cells)
        return self.limited(found, values) if self.decide(values) is not None else found

    patch.setattr(scores.Score, "__call__", scored)
