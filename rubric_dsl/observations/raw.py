"""What readers of files yield: records of raw cells, before anything is known of their columns.

Most cells are texts. A cell that is more than its text, because a workbook stores how it is shown, that it is an error,
a date or a result never computed, is a `TypedCell`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Literal, Protocol, runtime_checkable

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import BLANKS
from rubric_dsl.text.record import dataclass

MOST_COLUMNS = 16_384
"""As many as a sheet of Excel has."""

Kind = Literal[
    "error", "formula", "yes/no", "date", "clock", "duration", "digits", "rounded", "format", "below", "beside"
]


@dataclass(frozen=True, slots=True, eq=False)
class TypedCell:
    """A cell of a workbook that its text alone does not tell. By `kind`, `text` and `detail` are:

    error       `#N/A`
    formula     the formula, of which the file holds no result
    yes/no      `TRUE` or `FALSE`
    date        `2020-10-28`, with ` 14:56:00` where it has a time; detail: the number that is stored
    clock       `1:05` or `1:05:00` as a time of day is shown; detail: the exact seconds
    duration    `65` as decimal seconds, detail: what is stored
    digits      the number at Excel's 15 digits; detail: what is stored
    rounded     the number that is stored; detail: how the format shows it
    format      the number that is stored; detail: a format that shows something else than the number
    below       the text of the cell above, over which and this one a merged cell reaches; `covers` is that cell
    beside      nothing: covered by a merged cell that starts in this row; detail: the text of that cell

    Two of them are never equal; a reader gives the same one for the same stored value.
    """

    kind: Kind
    text: str
    detail: str = ""
    covers: Raw | None = None

    def __str__(self) -> str:
        return self.text


Raw = str | TypedCell


def text_of_cell(cell: Raw) -> str:
    """What is written in a cell, without the blanks around it."""
    return (cell if isinstance(cell, str) else cell.text).strip(BLANKS)


def is_blank(cell: Raw) -> bool:
    return not cell.strip(BLANKS) if isinstance(cell, str) else not cell.text


SERVERS = ("postgresql", "postgres")
"""Schemes of URLs that name a server."""
CLUSTER = ("catalog", "hdfs", "s3a", "abfss", "gs", "file")
"""Schemes of URLs that name what only a cluster reads: a table of its catalog, or files."""


class Source(Protocol):
    """A file as the caller read it: what to call it, and its bytes."""

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Given:
    """A file with what the command line says of it.

    `part` is what stands behind `#`: a sheet, a table of a database, or the encoding of a text. `location` is where a
    database is (a path or a URL), whose bytes are not read.
    """

    name: str
    data: bytes = b""
    part: str = ""
    location: str = ""


def part_of(source: Source) -> str:
    return source.part if isinstance(source, Given) else ""


class MissingPart(Exception):
    """A package is needed that is not installed: its name, and what `pip install` takes."""

    def __init__(self, package: str, requirement: str) -> None:
        super().__init__(package)
        self.package = package
        self.requirement = requirement


@dataclass(frozen=True, slots=True)
class FileRefused(Exception):
    """The rest of the file cannot be read: why, and in which record (0: the file as a whole) and line."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    row: int = codes.WHOLE_TABLE
    line: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """Raw cells of one record. `number` counts records as a spreadsheet shows them, `line` is where it starts."""

    number: int
    line: int
    cells: list[Raw]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What was decided about a file as a whole, for the ledger: a repair without a cell."""

    code: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """The records of one table of a file, the header among the first.

    `sheet` is the name of the sheet, empty where a file has none. `sha256` is given where the file's own bytes are not
    what was read (a server). `comma_decimals`: the file separates cells by semicolons, as programs do that write `1,5`
    for one and a half. `hidden` are the places of columns that the sheet does not show.
    """

    records: Iterator[Record]
    sheet: str = ""
    notes: tuple[Note, ...] = ()
    sha256: str = ""
    comma_decimals: bool = False
    hidden: frozenset[int] = frozenset()
    form: str = ""
    """The identity of the plan that a form was made for, where the file is a form."""


@runtime_checkable
class TableSource(Protocol):
    """Rows that a program hands over instead of a file; `data` is empty."""

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> bytes: ...

    def table(self) -> RawTable: ...
