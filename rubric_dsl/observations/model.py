"""What was observed, with every cell accounted for: rows, refusals, repairs and the ledger of a table.

Readers build these; engines read `Row.values` only. A private value never stands in a `Refusal` or a `Repair`:
its reader puts `•••` there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction

from rubric_dsl.text.record import dataclass

PRIVATE = "•••"
"""What stands for the value of a private column wherever people look."""

Cell = Fraction | bool | str | int | None
"""A typed cell: number, percent (1/2 for 50%) and seconds are fractions, a date its ordinal and a time its minute of
the day (int), yes/no a bool, text and the name of a choice's member a str. None: absent."""


@dataclass(frozen=True, slots=True)
class Row:
    """One observation that was accepted.

    `number` is the record's as a spreadsheet shows it: the header is 1, the first observation 2. `line` is the physical
    line of the file, which differs where a cell has a line break. `cells` are the texts as written, `values` the typed
    values, both by column name and with every column of the table in them.
    """

    number: int
    line: int
    cells: Mapping[str, str]
    values: Mapping[str, Cell]
    file: str = ""
    """The file that it stands in, where its table is read from several; numbers count in each."""

    @property
    def place(self) -> tuple[str, int]:
        """File and number: what tells it from all other rows of its table."""
        return self.file, self.number


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row, or with `column` a cell of it, does not count. `value` is as written, None if there is none."""

    file: str
    row: int
    column: str | None
    value: str | None
    code: str
    facts: Mapping[str, object]
    line: int
    around: tuple[tuple[str, str], ...] = ()
    """Some cells of the row as (column, text), the refused one among them, in the order of the table; those of private
    columns are `•••`. Kept for the first refusals of a table, to show them in their place."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A cell that was read as something other than what it literally holds (`89.9999999999999` as `90`)."""

    file: str
    row: int
    column: str
    before: str
    after: str
    code: str


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a table that is read from several: its digest, its rows, its sheet and the letters of its columns."""

    sha256: str
    read: int
    sheet: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of one table: read = scored + refused, always. `left_out`: refused rows were left out by request.

    Where a cell is, `place` tells from its row and column: a table's columns stand under the same letters in all rows.
    """

    table: str
    file: str
    sha256: str
    read: int
    scored: int
    refused: int
    refusals: tuple[Refusal, ...] = ()
    repairs: tuple[Repair, ...] = ()
    left_out: bool = False
    sheet: str = ""
    """The sheet of a workbook or the table of a database; empty where a file has none."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """The letters under which each column stands (`F`), also of columns left aside, by their header."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    """Of a table from several files, each by its name; then `file` is what all were called together."""

    def letters(self, file: str) -> Mapping[str, str]:
        """`columns`, of a table from several files those of this one."""
        return self.parts[file].columns if file in self.parts else self.columns

    def place(self, row: int, column: str | None, file: str = "") -> str:
        """The cell as a spreadsheet names it, `拨测!F12` or `F12`; without a column, or of an unknown one, the row:
        `拨测!12`. Empty for what is about the whole file (row 0). `file`: that of a table from several files."""
        if row <= 0:
            return ""
        sheet = self.parts[file].sheet if file in self.parts else self.sheet
        cell = f"{self.letters(file).get(column, '') if column is not None else ''}{row}"
        if not sheet:
            return cell
        sheet = sheet if sheet.replace("_", "").isalnum() else "'" + sheet.replace("'", "''") + "'"
        return f"{sheet}!{cell}"


@dataclass(frozen=True, slots=True)
class TableData:
    """The accepted rows of a table in the order of the file, and its ledger."""

    table: str
    rows: tuple[Row, ...]
    ledger: Ledger
    large: object | None = None
    """What an engine holds of a table from large files (`large.LargeTable`); then there are no rows here."""


@dataclass(frozen=True, slots=True)
class CorrectedCell:
    """A cell on which a correction was put: its table, the place of its row, its column, its text before."""

    table: str
    row: tuple[str, int]
    column: str
    before: str


@dataclass(frozen=True, slots=True)
class Observations:
    """All tables of a run by name; a table that nobody gave is not in it. `corrected`: cells that were corrected."""

    tables: Mapping[str, TableData] = field(default_factory=dict)
    corrected: tuple[CorrectedCell, ...] = ()
