"""Which CSV files a fast reader reads exactly as ours does, told from their bytes.

Fast readers trim blanks around numbers, fill rows that are too short, cut rows that are too long and skip blank lines,
all without a word. A file in which none of that can happen may be left to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from rubric_dsl.observations.raw import Record
from rubric_dsl.observations.records import records_of
from rubric_dsl.text.record import dataclass

_BOM = b"\xef\xbb\xbf"
_PIECE = 1 << 20
"""Bytes that are looked at at once: few enough to stay near the processor."""
_LONGEST_LINE = 1 << 24
_THREADS = 2
_END, _BLANK, _COMMA = b"\n ,"


@dataclass(frozen=True, slots=True)
class PlainCsv:
    """A file of UTF-8 with commas, without quotes, blanks around cells and blank lines. `rows`: without the header."""

    path: Path
    header: Record
    rows: int


def plain_csv(path: Path) -> PlainCsv | None:
    """None: the file is not of this kind, or it is not sure."""
    with open(path, "rb") as file:
        header = file.readline(_LONGEST_LINE).removeprefix(_BOM)
    try:
        record = next(records_of(header.decode("utf-8")), None)
    except UnicodeDecodeError:
        return None
    if record is None or len(record.cells) < 2:
        return None
    lines = 0
    with open(path, "rb") as file, ThreadPoolExecutor(_THREADS) as pool:
        pieces = _pieces(file)
        counted = partial(_lines, columns=len(record.cells))
        while some := list(islice(pieces, 4 * _THREADS)):
            for found in pool.map(counted, some):
                if found is None:
                    return None
                lines += found
    return PlainCsv(path, record, lines - 1) if lines > 1 else None


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces of whole lines. A line that is too long is a piece with what is never plain."""
    rest = b""
    while read := file.read(_PIECE):
        cut = read.rfind(b"\n") + 1
        if cut:
            yield rest + read[:cut]
            rest = read[cut:]
        else:
            rest += read
            if len(rest) > _LONGEST_LINE:
                yield b"\0"
                return
    if rest:
        yield rest + b"\n"


def _lines(piece: bytes, columns: int) -> int | None:
    """How many there are; None where anything is quoted, trimmed, cut, skipped or not in UTF-8."""
    import polars as pl

    held = pl.Series([piece], dtype=pl.Binary)
    if not piece.isascii():
        try:
            held.cast(pl.String)
        except pl.exceptions.PolarsError:
            return None
    if piece.find(b'"') >= 0 or (piece.find(b" ") >= 0 and (piece.startswith(b" ") or any(
        piece.find(mark) >= 0 for mark in (b", ", b" ,", b"\n ", b" \n", b" \r")
    ))):
        return None
    each = held.bin.reinterpret(dtype=pl.Array(pl.UInt8, len(piece)), endianness="little").explode()
    ends = each == _END
    lines, controls = int(ends.sum()), int((each < _BLANK).sum())
    if controls != lines and (controls != 2 * lines or piece.count(b"\r\n") != lines):
        return None
    separators = each.filter(ends | (each == _COMMA))
    last = separators.gather_every(columns, columns - 1)
    return lines if len(separators) == lines * columns and bool((last == _END).all()) else None
