"""Faults of reading cells and rows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from rubric_dsl.observations import columns, name_cells, number_cells, presence, read, rows, subjects
from tests.conformance.faults.registry import fault, replaced

ZERO = Fraction(0)



@fault("a percent needs no sign", "percent_without_sign_refused")
def _bare_percent(patch: pytest.MonkeyPatch) -> None:
    right = number_cells.NumberReader._number
    patch.setattr(number_cells.NumberReader, "_number", lambda self, text: (
        right(self, f"{text.rstrip('%')}%") if self._written == "with sign" else right(self, text)))


@fault("a percent is its number", "percent_arithmetic", "percent_beside_zero_and_one", "bands_name_classes")
def _percent_is_hundredfold(patch: pytest.MonkeyPatch) -> None:
    right = number_cells.NumberReader.__call__

    def read_cell(self: Any, text: str) -> Any:
        found = right(self, text)
        return found * 100 if self._written == "with sign" else found

    patch.setattr(number_cells.NumberReader, "__call__", read_cell)


@fault("numbers are read as binary floats", "exact_decimals_are_read", "compare_exactly_not_in_binary", "sum_is_exact")
def _float_cells(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(number_cells, "read_decimal", lambda text: Fraction(float(text)))
    patch.setattr(number_cells.NumberReader, "quick", lambda self, text: None)
    patch.setattr(number_cells.NumberReader, "quick_all", lambda self, texts: None)
    patch.setattr(number_cells.NumberReader, "refuse_outside", lambda self, value: None)
    right = number_cells.NumberReader.__init__

    def built(self: Any, column: Any) -> None:
        right(self, column)
        self._decimals = None

    patch.setattr(number_cells.NumberReader, "__init__", built)


@fault("ranges of columns are not held", "range_of_a_column", "range_from_only", "range_in_the_unit_of_the_column")
def _no_ranges(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(number_cells.NumberReader, "refuse_outside", lambda self, value: None)


@fault("decimals are not held", "whole_number_refuses_decimals", "decimals_declared", "decimals_of_a_percent")
def _no_decimals(patch: pytest.MonkeyPatch) -> None:
    right = number_cells.NumberReader.__init__

    def built(self: Any, column: Any) -> None:
        right(self, column)
        self._decimals = None

    patch.setattr(number_cells.NumberReader, "__init__", built)


replaced("有 and 无 are not known", name_cells, "YES_OR_NO", {"是": True, "否": False, "yes": True, "no": False},
         "yes_no_spellings")
replaced("1 is no", name_cells, "YES_OR_NO", {**name_cells.YES_OR_NO, "1": False}, "yes_no_spellings")


@fault("labels of choices are not known", "choice_labels_in_data", "choice_several_labels")
def _no_labels(patch: pytest.MonkeyPatch) -> None:
    right = name_cells.ChoiceReader.__init__

    def built(self: Any, column: Any) -> None:
        right(self, column)
        self._names = {member.name: member.name for member in column.members}

    patch.setattr(name_cells.ChoiceReader, "__init__", built)


@fault("a blank may stand anywhere", "blank_where_a_value_belongs", "optional_written_refuses_a_blank")
def _blanks_anywhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(columns, "_refusal_of_blank", lambda column: None)


@fault("an absent number is read as 0", "optional_blank", "is_missing", "mean_of_optional_values")
def _absent_zero(patch: pytest.MonkeyPatch) -> None:
    right = columns.ColumnReader.read

    def read_cell(self: Any, raw: str) -> Any:
        value, mended = right(self, raw)
        if value is None and self.column.type == "number":
            self.known[raw] = ZERO
            return ZERO, mended
        return value, mended

    patch.setattr(columns.ColumnReader, "read", read_cell)


@fault("rules between cells are not held", "must_holds_or_refuses", "present_when_value_missing",
       "present_when_value_where_none_belongs")
def _no_rules(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(presence.RowRules, "findings", lambda self, values, cells, bad: [])


replaced("keys may repeat", rows.RowReader, "_repeated_key", lambda self, number, values, bad: None,
         "key_repeated_is_refused")
replaced("a second row is taken", rows.RowReader, "_second_row", lambda self, number, values, bad: None,
         "register_second_row_refused", "scenario_second_row_refused")
replaced("any subject is known", subjects.KnownSubjects, "refusal_of", lambda self, subject, private: None,
         "unknown_subject_is_refused")
replaced("gaps of the observations are not looked for", read, "refuse_unobserved", lambda plan, given, accounts: None,
         "missing_scenario_is_refused", "subject_without_rows_is_refused", "subject_of_one_table_only")
