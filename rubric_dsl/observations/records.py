"""From the bytes of a CSV file to records of raw cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Protocol

from rubric_dsl.observations import codes
from rubric_dsl.text.record import dataclass

MAX_BYTES = 512 * 1024 * 1024
MAX_CELL = 131_072
"""Characters between two separators; more is almost always a quote that was never closed."""

_BOM = "\ufeff"
_MARKS = {
    b"PK\x03\x04": "Excel (.xlsx)",
    b"\xd0\xcf\x11\xe0": "Excel (.xls)",
    b"PAR1": "Parquet",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"SQLite format 3": "SQLite",
    b"%PDF": "PDF",
}


class Source(Protocol):
    """A file as the caller read it: what to call it, and its bytes."""

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> bytes: ...


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
    cells: list[str]


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, without its byte order mark; raises FileRefused."""
    if len(data) > MAX_BYTES:
        raise FileRefused(codes.FILE_TOO_LARGE, {"size": len(data) // 2**20, "limit": MAX_BYTES // 2**20})
    _refuse_other_formats(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start
        line = data.count(b"\n", 0, offset) + 1
        facts = {"offset": offset, "line": line, "byte": f"{data[offset]:02X}"}
        raise FileRefused(codes.NOT_UTF8, facts, line=line) from None
    return text.removeprefix(_BOM)


def _refuse_other_formats(data: bytes) -> None:
    for mark, kind in _MARKS.items():
        if data.startswith(mark):
            raise FileRefused(codes.NOT_A_TEXT_FILE, {"kind": kind, "offset": 0, "help": "format"})
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise FileRefused(codes.NOT_A_TEXT_FILE, {"offset": nul, "line": line, "help": "nul"}, line=line)


def records_of(text: str) -> Iterator[Record]:
    """Every record with its number, empty lines included (as a record without cells); raises FileRefused."""
    csv.field_size_limit(MAX_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number, line = 0, 1
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            open_quote = "unexpected end" in str(error) or "field larger" in str(error)
            facts = {"help": "unclosed" if open_quote else "inside"}
            raise FileRefused(codes.BROKEN_QUOTING, facts, number + 1, line) from None
        number += 1
        yield Record(number, line, cells)
        line = lines.line_num + 1


def _separator(text: str) -> str:
    """A comma, or a tab where the header has tabs and no comma."""
    header = io.StringIO(text, newline="").readline()
    return "\t" if "\t" in header and "," not in header else ","
