"""Faults of tables: patterns, the order of rows, absence, linear outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest

from rubric_dsl.evaluation import tables
from rubric_dsl.evaluation.values import Nothing
from tests.conformance.faults.registry import fault, replaced


def _beyond_with(closed: bool) -> Callable[..., Any]:
    right = tables._beyond_fraction
    return lambda end, side, was_closed: right(end, side, closed)


@fault("the last matching row decides", "first_match_order", "first_match_with_missing")
def _last_match(patch: pytest.MonkeyPatch) -> None:
    right = tables.PreparedTable.__init__

    def built(self: Any, *arguments: Any) -> None:
        right(self, *arguments)
        self._patterns.reverse()

    patch.setattr(tables.PreparedTable, "__init__", built)


@fault("otherwise takes absent values too", "pattern_otherwise_is_of_present_values",
       "bands_with_missing_and_otherwise")
def _otherwise_absent(patch: pytest.MonkeyPatch) -> None:
    right = tables.PreparedTable.match

    def match(self: Any, given: Sequence[Any]) -> Any:
        found = right(self, given)
        absent = any(isinstance(value, Nothing) for value in given)
        return self._otherwise if absent and self._otherwise is not None else found

    patch.setattr(tables.PreparedTable, "match", match)


@fault("the row of missing inputs comes before the others", "pattern_missing_alone_in_two_inputs")
def _missing_first(patch: pytest.MonkeyPatch) -> None:
    right = tables.PreparedTable.match

    def match(self: Any, given: Sequence[Any]) -> Any:
        absent = any(isinstance(value, Nothing) for value in given)
        return self._missing if absent and self._missing is not None else right(self, given)

    patch.setattr(tables.PreparedTable, "match", match)


@fault("`-` does not take absence", "pattern_anything")
def _anything_present(patch: pytest.MonkeyPatch) -> None:
    right = tables.PreparedTable.match

    def match(self: Any, given: Sequence[Any]) -> Any:
        found = right(self, given)
        present = not any(isinstance(value, Nothing) for value in given)
        return found if present or found != 0 else self._missing

    patch.setattr(tables.PreparedTable, "match", match)


replaced("closed ends are open", tables, "_beyond_fraction", _beyond_with(False),
         "pattern_from_and_under", "pattern_from_to_closed", "pattern_over_to")
replaced("open ends are closed", tables, "_beyond_fraction", _beyond_with(True), "first_match_with_missing")
replaced("linear outcomes run the other way", tables, "interpolated",
         lambda x, low, high, start, end: end + (x - low) / (high - low) * (start - end),
         "linear_falling", "linear_rising")
replaced("linear outcomes are whole", tables, "interpolated",
         lambda x, low, high, start, end: Fraction(round(start + (x - low) / (high - low) * (end - start))),
         "linear_falling", "linear_rising")
