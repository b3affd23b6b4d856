"""One prepared reader a column: from a raw cell to its typed value, with what was mended on the way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from fractions import Fraction

from rubric_dsl.observations import codes
from rubric_dsl.observations.calendar_cells import DateReader, TimeReader
from rubric_dsl.observations.cell import ALLOWED_WIDE, BLANKS, CellRefused, refuse_invisible
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.model import PRIVATE, Cell
from rubric_dsl.observations.name_cells import ChoiceReader, TextReader, YesNoReader
from rubric_dsl.observations.number_cells import NumberReader
from rubric_dsl.observations.raw import Raw, TypedCell
from rubric_dsl.observations.typed_cells import TypedCells
from rubric_dsl.observations.written_forms import WrittenForms
from rubric_dsl.plan.model import ColumnSchema

MOST_REMEMBERED = 20_000
"""Different cells of a column whose values are kept, so that equal cells are read once."""

Mended = tuple[str, str, str]
"""A repair: its code, the text before and after."""

_WORDS_FOR_ABSENT = {
    "—", "——", "–", "-", "--", "/", "\\", "无", "无此项", "不适用", "缺失", "未填", "空", "na", "n/a", "null", "none",
    "#n/a", "nil",
}
_WITH_A_NOTE = re.compile(
    r"[<>≤≥＜＞~～约近超逾].{0,4}[0-9].{0,200}|[+-]?[0-9][0-9.,]{0,30}[%％]? ?[*†※^(（\[【\s\u4e00-\u9fff].{0,200}"
)
"""`约90`, `<5`, `92*（复核）`: a number, and something that says more than the number."""
_UNIT_OF_TIME = re.compile(r"[时分秒]")
_CUT_SHORT = re.compile(r"[0-9]\.[0-9]{1,14}[eE]\+[0-9]{2}")
"""`3.30102E+17`: what a spreadsheet leaves of a long identifier."""


class ColumnReader:
    """Reads the cells of one column. `known` maps raw cells that need no repair to their values."""

    def __init__(
        self, column: ColumnSchema, forms: WrittenForms | None = None, bounds: Sequence[Fraction] = ()
    ) -> None:
        self.column = column
        self.name = column.name
        self.private = column.private
        self.known: dict[Raw, Cell] = {}
        self._read = _reader_of(column)
        self.quick: Callable[[str], Cell] | None = None
        """Reads a cell that is written as most are; None where it is not or is refused. Not of every column."""
        self.quick_all: Callable[[Sequence[str]], Sequence[Cell] | None] | None = None
        """The same for many cells at once."""
        self._forms = forms or WrittenForms(column)
        self._typed = TypedCells(column, bounds)
        self._absent = {text.strip(BLANKS) for text in column.written_absent}
        self._blank_refused = _refusal_of_blank(column)
        if isinstance(self._read, NumberReader) and column.type != "percent" and not self._forms.always:
            quick = self._read.quick
            if not any(quick(text) is not None for text in self._absent):
                self.quick, self.quick_all = quick, self._read.quick_all

    def read(self, raw: Raw) -> tuple[Cell, Mended | None]:
        """The typed value (None: absent) and the repair that it took; raises CellRefused."""
        if isinstance(raw, TypedCell):
            return self._read_typed(raw)
        text = raw.strip(BLANKS)
        value: Cell
        form = text
        if text in self._absent:
            value = None
        elif not text:
            if self._blank_refused is not None:
                raise self._blank_refused
            value = None
        else:
            value, form = self._value(text)
        mended = self._mended(raw, text, form, value)
        if mended is None and len(self.known) < MOST_REMEMBERED:
            self.known[raw] = value
        return value, mended

    def _value(self, text: str) -> tuple[Cell, str]:
        """The value, and the form of the column in which it was read."""
        if self.column.type == "text" and _CUT_SHORT.fullmatch(text):
            raise CellRefused(codes.IDENTIFIER_AS_NUMBER)
        form = self._forms.of(text) if self._forms.always else None
        try:
            return self._in_form(form or text, text), form or text
        except CellRefused as refused:
            if refused.code not in _IN_ANOTHER_FORM:
                raise
            form = self._forms.of(text)
            if form is None or form == text:
                raise self._better(refused, text) from None
        return self._in_form(form, text), form

    def _in_form(self, form: str, text: str) -> Cell:
        """The value of a text in the column's form. A refusal for the range says what the text was read as."""
        try:
            return self._read(form)
        except CellRefused as refused:
            if refused.code == codes.OUT_OF_RANGE and form != text:
                raise CellRefused(refused.code, {**refused.facts, "help": "read", "read": form}) from None
            raise

    def _better(self, refused: CellRefused, text: str) -> CellRefused:
        """The same refusal, or one that knows more: a word for an absent value, a number with a note beside it."""
        refuse_invisible(text)
        may_say_absent = self.column.presence != "always" or self.column.type not in ("text", "choice", "yes/no")
        if may_say_absent and text.translate(ALLOWED_WIDE).casefold() in _WORDS_FOR_ABSENT:
            return CellRefused(codes.ABSENCE_NOT_DECLARED, {"help": self.column.presence, "word": text})
        is_duration = self.column.type == "seconds" and _UNIT_OF_TIME.search(text) is not None
        if refused.code == codes.NOT_A_NUMBER and not is_duration and _WITH_A_NOTE.fullmatch(text):
            return CellRefused(codes.VALUE_WITH_A_NOTE)
        return refused

    def _mended(self, raw: str, text: str, form: str, value: Cell) -> Mended | None:
        if form != text and not self._forms.is_own(text):
            return codes.WRITTEN_OTHERWISE, raw, form
        if text != raw:
            return codes.BLANKS_TRIMMED, raw, text
        if self.column.type == "text" and isinstance(value, str) and value != text:
            return codes.TEXT_NORMALISED, text, unicodedata.normalize("NFC", text)
        return None

    def _read_typed(self, cell: TypedCell) -> tuple[Cell, Mended | None]:
        """A cell of a workbook: by what it is, then as its text would be read."""
        if cell.kind == "beside":
            return self.read("")
        if cell.text.strip(BLANKS) in self._absent:
            return None, None
        if cell.kind == "below":
            if not self._typed.is_filled_down or cell.covers is None:
                raise CellRefused(codes.MERGED_OVER_VALUES)
            return self.read(cell.covers)[0], (codes.FILLED_DOWN, "", cell.text)
        text, mended = self._typed.text_of(cell)
        value, form = self._value(text)
        if mended is None and form != text and not self._forms.is_stored(cell):
            mended = codes.WRITTEN_OTHERWISE, text, form
        if mended is None and len(self.known) < MOST_REMEMBERED:
            self.known[cell] = value
        return value, mended

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


_IN_ANOTHER_FORM = frozenset({
    codes.NOT_YES_OR_NO, codes.NOT_A_NUMBER, codes.NUMBER_WRITTEN_OTHERWISE, codes.NOT_A_DATE, codes.NOT_A_TIME,
    codes.NOT_A_MEMBER,
})
"""Refusals that say that a cell is not in the column's own form."""


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
