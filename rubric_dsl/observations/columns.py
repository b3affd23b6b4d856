"""One prepared reader a column: from a raw cell to its typed value, with what was trimmed on the way."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from fractions import Fraction

from rubric_dsl.observations import codes
from rubric_dsl.observations.calendar_cells import DateReader, TimeReader
from rubric_dsl.observations.cell import BLANKS, CellRefused
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.model import PRIVATE, Cell
from rubric_dsl.observations.name_cells import ChoiceReader, TextReader, YesNoReader
from rubric_dsl.observations.number_cells import NumberReader
from rubric_dsl.plan.model import ColumnSchema

MOST_REMEMBERED = 20_000
"""Different cells of a column whose values are kept, so that equal cells are read once."""

Mended = tuple[str, str, str]
"""A repair: its code, the text before and after."""


class ColumnReader:
    """Reads the cells of one column. `known` maps raw cells that need no repair to their values."""

    def __init__(self, column: ColumnSchema) -> None:
        self.column = column
        self.name = column.name
        self.private = column.private
        self.known: dict[str, Cell] = {}
        self._read = _reader_of(column)
        self._absent = {text.strip(BLANKS) for text in column.written_absent}
        self._blank_refused = _refusal_of_blank(column)

    def read(self, raw: str) -> tuple[Cell, Mended | None]:
        """The typed value (None: absent) and the repair that it took; raises CellRefused."""
        text = raw.strip(BLANKS)
        value: Cell
        if text in self._absent:
            value = None
        elif not text:
            if self._blank_refused is not None:
                raise self._blank_refused
            value = None
        else:
            value = self._read(text)
        mended = self._mended(raw, text, value)
        if mended is None and len(self.known) < MOST_REMEMBERED:
            self.known[raw] = value
        return value, mended

    def _mended(self, raw: str, text: str, value: Cell) -> Mended | None:
        if text != raw:
            return codes.BLANKS_TRIMMED, raw, text
        if self.column.type == "text" and isinstance(value, str) and value != text:
            return codes.TEXT_NORMALISED, text, unicodedata.normalize("NFC", text)
        return None

    def check_typed(self, value: Cell) -> Cell:
        """A cell that is typed already, held to the column's decimals and range; raises CellRefused.

        Texts are read as from a file. None is absent, in whatever way the column writes absence.
        """
        if value is None:
            return self.read("")[0] if self.column.presence == "always" else None
        if isinstance(self._read, NumberReader) and isinstance(value, Fraction):
            self._read.refuse_unfit(value)
            return value
        if isinstance(self._read, (DateReader, TimeReader)) and isinstance(value, int):
            self._read.refuse_outside(value)
            return value
        if isinstance(value, str):
            return self.read(value)[0]
        if isinstance(self._read, YesNoReader) and isinstance(value, bool):
            return value
        return self.read(shown_cell(value))[0]

    def shown(self, text: str) -> str:
        """The text as it may be shown to people."""
        return PRIVATE if self.private else text


def shown_cell(value: Cell) -> str:
    """A typed value as text, for the cells of rows that were never text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _reader_of(column: ColumnSchema) -> Callable[[str], Cell]:
    match column.type:
        case "text":
            return TextReader()
        case "yes/no":
            return YesNoReader()
        case "choice":
            return ChoiceReader(column)
        case "date":
            return DateReader(column)
        case "time":
            return TimeReader(column)
        case _:
            return NumberReader(column)


def _refusal_of_blank(column: ColumnSchema) -> CellRefused | None:
    if column.presence == "always":
        return CellRefused(codes.BLANK)
    if column.written_absent:
        written = (f'"{text}"' for text in column.written_absent)
        return CellRefused(codes.ABSENCE_NOT_MARKED, {"written": listing(written)})
    return None
