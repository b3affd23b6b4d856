"""From the sheets of a workbook to the records of one table: which sheet, what merged cells cover, what is hidden."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from rubric_dsl.observations import codes
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.forms import FORM_SHEET
from rubric_dsl.observations.headers import LOOKED_AT
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.raw import FileRefused, Note, Raw, RawTable, Record, TypedCell, is_blank
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

MOST_SHEETS = 50
"""Sheets among which the one of a table is looked for."""

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged cell, counted from 0."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet that has anything in it: its place from 0, its cells from the first column on."""

    place: int
    cells: list[Raw]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetCells:
    rows: Iterator[SheetRow]
    merges: Sequence[Merge] = ()
    hidden_columns: frozenset[int] = frozenset()


class Sheets(Protocol):
    """A workbook that is open: the names of its sheets in order, which are hidden, and the cells of one."""

    @property
    def visible(self) -> Mapping[str, bool]: ...

    def cells(self, sheet: str) -> SheetCells: ...


def table_of_workbook(
    book: Sheets, table: TableSchema, words: RubricWords, part: str, file: str
) -> RawTable:
    """The records of the table's sheet; raises FileRefused where it is not clear which that is."""
    shown = [name for name, visible in book.visible.items() if visible]
    name = _sheet(book, shown, table, words, part, posixpath.basename(file))
    form = _form(book)
    others = [other for other in shown if other != name]
    notes = () if form or part or not others else tuple(Note(codes.SHEET_LEFT_ASIDE, other, "") for other in others)
    sheet = book.cells(name)
    return RawTable(records_of(sheet), name, notes, hidden=sheet.hidden_columns, form=form)


def _sheet(
    book: Sheets, shown: Sequence[str], table: TableSchema, words: RubricWords, part: str, file: str
) -> str:
    """The sheet that was named, that has the table's name, that is alone, or whose header is the table's."""
    if part:
        if part in book.visible:
            return part
        near = nearest(part, book.visible)
        facts = {"help": "near", "near": near} if near else {"help": "sheets", "sheets": listing(book.visible)}
        raise FileRefused(codes.NO_SUCH_SHEET, {"sheet": part, **facts})
    named = [name for name in shown if name.strip() in (table.name, table.label)]
    if len(named) == 1:
        return named[0]
    if len(shown) == 1:
        return shown[0]
    counts = {name: _headers_in(book, name, words) for name in shown[:MOST_SHEETS]}
    most = max(counts.values(), default=0)
    best = [name for name, count in counts.items() if count == most]
    if most and len(best) == 1:
        return best[0]
    asked = best if most else shown
    example = f"{table.name}={file}#{asked[0] if asked else ''}"
    raise FileRefused(codes.WHICH_SHEET, {"sheets": listing(asked), "example": example})


def _headers_in(book: Sheets, name: str, words: RubricWords) -> int:
    """The most headers of the table that stand in one of the first rows of the sheet."""
    rows = itertools.islice(book.cells(name).rows, LOOKED_AT)
    return max((words.headers_in(row.cells) for row in rows), default=0)


def _form(book: Sheets) -> str:
    """The identity in the hidden sheet of a form, empty where the workbook is none."""
    if book.visible.get(FORM_SHEET, True):
        return ""
    row = next(book.cells(FORM_SHEET).rows, None)
    cells = [str(cell) for cell in row.cells] if row is not None else []
    return cells[1] if len(cells) > 1 and cells[0] == "plan" else ""


def records_of(sheet: SheetCells) -> Iterator[Record]:
    """Every row up to the last, blank ones too, with merged cells as what they cover."""
    covered = _Covered(sheet.merges)
    next_place = 0
    for row in sheet.rows:
        for place in range(next_place, row.place):
            if covered.reaches(place):
                yield Record(place + 1, place + 1, covered.cells(place, []))
            else:
                yield Record(place + 1, place + 1, [])
        next_place = row.place + 1
        cells = covered.cells(row.place, row.cells) if covered.reaches(row.place) else row.cells
        yield Record(row.place + 1, row.place + 1, cells, row.hidden)


class _Covered:
    """What the merged cells of a sheet cover, row by row."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._starting = sorted((merge for merge in merges if merge[:2] != merge[2:]), reverse=True)
        self._open: list[tuple[Merge, Raw]] = []

    def reaches(self, row: int) -> bool:
        """Whether a merged cell covers something in the row; rows are asked for in order."""
        self._open = [item for item in self._open if item[0][2] >= row]
        return bool(self._open) or bool(self._starting and self._starting[-1][0] <= row)

    def cells(self, row: int, cells: list[Raw]) -> list[Raw]:
        filled = list(cells)
        while self._starting and self._starting[-1][0] <= row:
            merge = self._starting.pop()
            self._open.append((merge, cells[merge[1]] if merge[1] < len(cells) and merge[0] == row else ""))
        for (first_row, first, last_row, last), anchor in self._open:
            if last_row < row or is_blank(anchor):
                continue
            filled += [""] * (last + 1 - len(filled))
            for place in range(first, last + 1):
                if place == first and row > first_row:
                    filled[place] = TypedCell("below", str(anchor), covers=anchor)
                elif place > first:
                    filled[place] = TypedCell("beside", "", str(anchor))
        return filled
