"""Cells of workbooks that are more than their text: what each kind means in a column of each type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from rubric_dsl.numbers.decimals import read_decimal
from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.facts import decimal_text
from rubric_dsl.observations.raw import TypedCell
from rubric_dsl.plan.model import ColumnSchema

Mended = tuple[str, str, str]

_NUMBERS = ("number", "whole number", "percent", "seconds")
_DESCRIPTIVE = ("text", "choice", "date", "time")
_LONG_NUMBER = re.compile(r"[+-]?[0-9]{16,}|[+-]?[0-9]\.[0-9]+[eE]\+?(?:1[5-9]|[2-9][0-9])")


class TypedCells:
    """Gives a typed cell as the text that its column reads, with the repair that this takes."""

    def __init__(self, column: ColumnSchema, bounds: Sequence[Fraction] = ()) -> None:
        """`bounds`: what the rubric compares the column with, in the runtime unit."""
        self._type = column.type
        self._bounds = [bound * 100 for bound in bounds] if column.percent_written == "87.5" else list(bounds)
        self.is_filled_down = column.key or column.type in _DESCRIPTIVE
        """Whether a merged cell says the same for all rows that it covers; over measured values it would be counted
        as often as it has rows."""

    def text_of(self, cell: TypedCell) -> tuple[str, Mended | None]:
        """The text to read, and the repair; raises CellRefused."""
        match cell.kind:
            case "error":
                raise CellRefused(codes.ERROR_CELL, {"error": cell.text})
            case "formula":
                raise CellRefused(codes.NEVER_COMPUTED)
            case "yes/no":
                return ({"TRUE": "yes", "FALSE": "no"}[cell.text] if self._type == "yes/no" else cell.text), None
            case "date":
                return self._date(cell)
            case "clock":
                return self._clock(cell)
            case "duration":
                return self._duration(cell)
            case "digits":
                return self._digits(cell)
            case "rounded":
                return cell.text, (codes.SHOWN_ROUNDED, cell.detail, cell.text) if self._type in _NUMBERS else None
            case "format":
                if self._type in _NUMBERS:
                    raise CellRefused(codes.FORMAT_CHANGES_VALUE, {"format": cell.detail, "stored": cell.text})
                return cell.text, None
            case _:
                return cell.text, None

    def _date(self, cell: TypedCell) -> tuple[str, None]:
        if self._type == "date":
            if " " in cell.text:
                raise CellRefused(codes.DATE_WITH_TIME, {"help": "instead", "instead": cell.text.split(" ")[0]})
            return cell.text, None
        if self._type == "time":
            raise CellRefused(codes.NOT_A_TIME, {"help": "any"})
        raise CellRefused(codes.TURNED_INTO_A_DATE, {"date": cell.text})

    def _clock(self, cell: TypedCell) -> tuple[str, Mended | None]:
        """A time of day; where seconds are shown it may be a duration as well, where not that is in doubt."""
        seconds = Fraction(cell.detail)
        if self._type == "time":
            if seconds.denominator != 1 or seconds % 60:
                raise CellRefused(codes.NOT_A_TIME, {"help": "any"})
            minutes = int(seconds // 60)
            return f"{minutes // 60:02}:{minutes % 60:02}", None
        if self._type != "seconds":
            raise CellRefused(codes.TURNED_INTO_A_DATE, {"date": cell.text})
        if cell.text.count(":") == 1:
            if seconds % 60:
                raise CellRefused(codes.FORMAT_CHANGES_VALUE, {"format": "h:mm", "stored": decimal_text(seconds)})
            return cell.text, None
        text = decimal_text(seconds)
        return text, (codes.WRITTEN_OTHERWISE, cell.text, text)

    def _duration(self, cell: TypedCell) -> tuple[str, Mended | None]:
        if self._type != "seconds":
            raise CellRefused(codes.TURNED_INTO_A_DATE, {"date": cell.detail})
        return cell.text, (codes.WRITTEN_OTHERWISE, cell.detail, cell.text)

    def _digits(self, cell: TypedCell) -> tuple[str, Mended | None]:
        if self._type not in _NUMBERS or is_long_number(cell.detail):
            raise CellRefused(codes.IDENTIFIER_AS_NUMBER)
        moves = any(_side(cell.detail, bound) != _side(cell.text, bound) for bound in self._bounds)
        return cell.text, (codes.DIGITS_CUT_MOVES if moves else codes.DIGITS_CUT, cell.detail, cell.text)


def _side(text: str, bound: Fraction) -> int:
    """On which side of a bound a number lies."""
    percent = text.endswith("%")
    value = read_decimal(text.rstrip("%")) / (100 if percent else 1)
    return (value > bound) - (value < bound)


def is_long_number(text: str) -> bool:
    """Whether a number has more than 15 digits before its point, of which a spreadsheet has lost the last."""
    return _LONG_NUMBER.fullmatch(text) is not None
