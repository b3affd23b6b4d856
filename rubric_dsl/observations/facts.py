"""Facts of refusals that read differently in each language: lists, and the range of a column."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from fractions import Fraction

from rubric_dsl.numbers.decimals import decimal_places, exact_text
from rubric_dsl.numbers.decimals import decimal_text as exact_decimal
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import ColumnSchema
from rubric_dsl.text.record import dataclass

MOST_LISTED = 12
"""A longer list shows this many and says how many more there are."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Some names, shown with the list mark of the language."""

    items: tuple[str, ...]

    def shown(self, lang: str) -> str:
        mark = "、" if lang == "zh" else ", "
        text = mark.join(self.items[:MOST_LISTED])
        more = len(self.items) - MOST_LISTED
        if more <= 0:
            return text
        return f"{text} 等另 {more} 个" if lang == "zh" else f"{text} and {more} more"


@dataclass(frozen=True, slots=True)
class PlaceInFile:
    """A row of one of the files of a table."""

    row: int
    file: str

    def shown(self, lang: str) -> str:
        return f"{self.file}:{self.row}" if lang == "zh" else f"{self.row} ({self.file})"


def listing(items: Iterable[str]) -> Listing:
    return Listing(tuple(items))


@dataclass(frozen=True, slots=True)
class AllowedRange:
    """The stated range of a column, in the words of the rubric language; at least one end is given."""

    low: str | None
    high: str | None

    def shown(self, lang: str) -> str:
        if self.high is None:
            return f"不低于 {self.low}" if lang == "zh" else f"from {self.low}"
        if self.low is None:
            return f"不超过 {self.high}" if lang == "zh" else f"up to {self.high}"
        return f"{self.low} 至 {self.high}" if lang == "zh" else f"{self.low} to {self.high}"


def end_as_written(value: Cell, column: ColumnSchema) -> str:
    """An end of a column's range as a cell of that column would be written."""
    if column.type == "date" and isinstance(value, int):
        return datetime.date.fromordinal(value).isoformat()
    if column.type == "time" and isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    if not isinstance(value, Fraction):
        return str(value)
    if column.type == "percent" and column.percent_written != "0.875":
        return decimal_text(value * 100) + ("" if column.percent_written == "87.5" else "%")
    return decimal_text(value)


def decimal_text(value: Fraction) -> str:
    """The value as a decimal where it has one, else as a fraction (ends of ranges may be computed)."""
    places = decimal_places(value)
    return exact_text(value) if places is None else exact_decimal(value, places)
