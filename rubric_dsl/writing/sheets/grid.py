"""The sheets of a workbook as cells with their places, merged cells filled down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from rubric_dsl.diagnostics.model import Diagnostic, Facts, Fix
from rubric_dsl.observations.ledger import column_letters
from rubric_dsl.observations.opening import open_workbook
from rubric_dsl.observations.raw import FileRefused, Raw, Source, TypedCell, text_of_cell
from rubric_dsl.observations.workbook import Sheets, records_of
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin, Span

MOST_ROWS = 5_000
MOST_COLUMNS = 200
MOST_SHEETS = 50
UNREAD = ("error", "formula", "date", "clock", "format")
"""Kinds of cells that are no text and no number as it is shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that says something: `细则!E12` of the file, and its text."""

    file: str
    sheet: str
    row: int
    column: int
    text: str
    kind: str = ""
    """Of a cell that is more than its text: as of `TypedCell`."""
    covered: bool = False
    """Below the first row of a merged cell; `row` is that first row."""

    @property
    def place(self) -> str:
        return f"{self.sheet}!{column_letters(self.column)}{self.row}"

    @property
    def source(self) -> str:
        return f"{self.file}#{self.place}"

    def span(self, part: str = "") -> Span:
        """The whole cell, or the part of its first line that reads so."""
        line = self.text.split("\n")[0]
        at = line.find(part) if part else 0
        start, length = (at, len(part)) if part and at >= 0 else (0, max(len(line), 1))
        return Span(Origin(self.source, 1), 0, start, 0, start + length)

    def finding(self, code: str, facts: Facts | None = None, *fixes: str, part: str = "") -> Diagnostic:
        return Diagnostic(code, self.span(part), facts or {}, fixes=tuple(Fix(key) for key in fixes))


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: Mapping[int, Cell]
    """By column from 0, only those that say something."""

    def texts(self) -> list[str]:
        return [cell.text for cell in self.cells.values()]


@dataclass(frozen=True, slots=True)
class Sheet:
    file: str
    name: str
    rows: tuple[Row, ...]
    too_large: bool = False

    def at(self, row: int, column: int) -> Cell:
        """A place, also where nothing stands."""
        return Cell(self.file, self.name, row, column, "")


@dataclass(frozen=True, slots=True)
class Workbook:
    file: str
    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...] = ()
    """Names of sheets that are not shown, and not read."""
    refused: tuple[Diagnostic, ...] = field(default=())


def read_workbook(source: Source, only: str = "") -> Workbook:
    """The visible sheets (or the one named); what makes the file unreadable is a finding."""
    name = source.name
    try:
        book = open_workbook(source)
        shown = [sheet for sheet, visible in book.visible.items() if visible]
        wanted = [sheet for sheet in shown if not only or sheet == only][:MOST_SHEETS]
        sheets = tuple(_sheet(book, name, sheet) for sheet in wanted)
        return Workbook(name, sheets, tuple(sheet for sheet in book.visible if sheet not in shown))
    except FileRefused as refused:
        place = Span(Origin(name, refused.line), 0, 0, 0, 0)
        return Workbook(name, (), refused=(Diagnostic(refused.code, place, refused.facts),))


def _sheet(book: Sheets, file: str, name: str) -> Sheet:
    rows: list[Row] = []
    for record in records_of(book.cells(name)):
        if record.number > MOST_ROWS:
            return Sheet(file, name, tuple(rows), too_large=True)
        above = rows[-1].cells if rows and rows[-1].number == record.number - 1 else {}
        rows.append(Row(record.number, dict(_cells(file, name, record.number, record.cells, above))))
    return Sheet(file, name, tuple(rows))


def _cells(
    file: str, sheet: str, row: int, raws: Sequence[Raw], above: Mapping[int, Cell]
) -> Iterator[tuple[int, Cell]]:
    for column, raw in enumerate(raws[:MOST_COLUMNS]):
        if isinstance(raw, TypedCell):
            if raw.kind == "below":
                if column in above:
                    first = above[column]
                    yield column, Cell(file, sheet, first.row, column, first.text, first.kind, covered=True)
                continue
            if raw.kind == "beside":
                continue
            text = raw.text if raw.kind != "rounded" else raw.detail or raw.text
            kind: str = raw.kind
        else:
            text, kind = str(raw), ""
        text = text_of_cell(text)
        if text:
            yield column, Cell(file, sheet, row, column, text, kind)
