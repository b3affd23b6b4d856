"""Faults of folding rows into one value of a subject."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from rubric_dsl.engines import folding
from rubric_dsl.evaluation.values import NOT_APPLICABLE
from tests.conformance.faults.registry import fault

ZERO = Fraction(0)



@fault("folding ignores scenarios", "fold_averaged_by_scenario", "folded_function")
def _flat_mean(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.Fold, "_averaged", lambda self, tallies: Fraction(
        sum(tally.sum for tally in tallies.values()) / sum(tally.count for tally in tallies.values())))


@fault("scenario weights are ignored", "fold_weighted_by", "folded_weighted")
def _equal_scenarios(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.Fold, "equal", property(lambda self: True))


@fault("scenario weights are not rescaled", "fold_weighted_without_a_scenario")
def _unscaled_scenarios(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.Fold, "scenario_shares", lambda self, tallies: dict(self.weights))


@fault("an unobserved scenario never counts", "missing_scenario_counts_zero", "fold_weighted_missing_counts_zero")
def _unobserved_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.Fold, "zero_for_unobserved", property(lambda self: False))


@fault("an unobserved scenario counts 0", "missing_scenario_not_applicable",
       "scenario_all_left_out_without_missing_line")
def _unobserved_zero(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.Fold, "zero_for_unobserved", property(lambda self: True))


@fault("a totalled table is averaged", "penalty_totalled", "bonus_totalled", "folded_on_a_totalled_table")
def _averaged_totals(patch: pytest.MonkeyPatch) -> None:
    right = folding.Fold.__call__

    def folded(self: Any, tallies: Any, has_rows: bool) -> Any:
        found = right(self, tallies, has_rows)
        rows_seen = sum(tally.count for tally in tallies.values())
        return found / rows_seen if self.schema.folding == "totalled" and rows_seen else found

    patch.setattr(folding.Fold, "__call__", folded)


@fault("an averaged table is totalled", "fold_averaged", "penalty_on_averaged_table")
def _totalled_means(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(folding.Fold, "_averaged", lambda self, tallies: Fraction(
        sum(tally.sum for tally in tallies.values())))


@fault("a subject without a scored row has 0", "when_row_left_out_of_mean", "subject_without_rows_not_applicable")
def _empty_fold_zero(patch: pytest.MonkeyPatch) -> None:
    right = folding.Fold.__call__

    def folded(self: Any, tallies: Any, has_rows: bool) -> Any:
        found = right(self, tallies, has_rows)
        return ZERO if found is NOT_APPLICABLE else found

    patch.setattr(folding.Fold, "__call__", folded)
