"""Which CSV files a fast reader reads exactly as ours does, told from their bytes.

Fast readers trim blanks around numbers, fill rows that are too short and skip blank lines without a word. A file in
which none of that can happen may be left to them.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from pathlib import Path

from rubric_dsl.observations.raw import Record
from rubric_dsl.observations.records import records_of
from rubric_dsl.text.record import dataclass

_BOM = b"\xef\xbb\xbf"
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class PlainCsv:
    """A file of UTF-8 with commas, without quotes, blanks around cells and blank lines. `rows`: without the header."""

    path: Path
    header: Record
    rows: int
    commas: int


def plain_csv(path: Path) -> PlainCsv | None:
    """None: the file is not of this kind, or it is not sure."""
    counts = _counted(path)
    if counts is None:
        return None
    lines, commas, header = counts
    record = next(records_of(header.decode("utf-8")), None)
    if record is None or lines < 2 or commas != lines * (len(record.cells) - 1):
        return None
    return PlainCsv(path, record, lines - 1, commas)


def _counted(path: Path) -> tuple[int, int, bytes] | None:
    """Lines, commas and the header line; None where there is anything to be told apart."""
    lines = commas = 0
    header, last = b"", b""
    decoder = getincrementaldecoder("utf-8")()
    with open(path, "rb") as file:
        first = True
        while chunk := file.read(_CHUNK):
            if first:
                chunk = chunk.removeprefix(_BOM)
                end = chunk.find(b"\n")
                header, first = chunk[: end if end >= 0 else len(chunk)], False
            if (chunk.startswith(b"\n") and not last) or not _is_plain(last[-1:] + chunk):
                return None
            if not chunk.isascii() or not last.isascii():
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return None
            lines += chunk.count(b"\n")
            commas += chunk.count(b",")
            last = chunk
    if last and not last.endswith(b"\n"):
        lines += 1
    return lines, commas, header


def _is_plain(chunk: bytes) -> bool:
    """Nothing that is quoted, trimmed or skipped."""
    if any(chunk.find(mark) >= 0 for mark in (b'"', b"\t", b"\0", b"\x0b", b"\x0c")):
        return False
    if chunk.find(b"\r") >= 0 and (
        chunk.count(b"\r") != chunk.count(b"\r\n") + chunk.endswith(b"\r")
        or chunk.find(b"\n\r") >= 0 or chunk.find(b" \r") >= 0
    ):
        return False
    if chunk.find(b"\n\n") >= 0:
        return False
    return chunk.find(b" ") < 0 or not any(chunk.find(mark) >= 0 for mark in (b", ", b" ,", b"\n ", b" \n"))
