"""A file's logical lines: physical lines joined where a bracket is open, with indentation, comments, blank lines."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.tokens import BLANK

BRACKETS = re.compile(r'"(?:[^"\\\n]|\\.)*+"|“(?:[^”\\\n]|\\.)*+”|＂[^＂\n]*+＂|#.*|＃.*|[(（)）]')
WIDE = "\t\u3000"
STATEMENTS = (
    *("RUBRIC", "USE", "DROP", "OBSERVE", "PARAMETER", "MEASURE", "FORMULA", "BANDS", "WEIGHTS", "INDICATOR"),
    *("TOUCHPOINT", "RANKING", "EXAMPLE", "TEST", "PROMISE"),
)
# After a bracket that is never closed, later lines of the same statement look for their own only this far.
SHORT_REACH = 20


class Remark(NamedTuple):
    """A line that holds a comment only."""

    text: str
    """Behind the `#`, without blanks at the end."""
    indent: int
    blank_before: bool
    """Whether a blank line stands right above it."""


class LogicalLine(NamedTuple):
    text: str
    """From the first column on, perhaps several physical lines joined by line breaks."""
    number: int
    """Its first physical line, from 1."""
    indent: int
    blank_before: bool
    """Whether a blank line stands right above it, below its remarks."""
    remarks: tuple[Remark, ...]
    """Those above it, below the line before."""


class Lines(NamedTuple):
    lines: list[LogicalLine]
    remarks_after: tuple[Remark, ...]
    """Those below the last line."""


def logical_lines(text: str, limit: int) -> Lines:
    """The lines that say something (at most `limit`)."""
    physical = text.split("\n")
    found: list[LogicalLine] = []
    blank = False
    remarks: list[Remark] = []
    index = 0
    short_until = 0
    while index < len(physical) and len(found) < limit:
        line = physical[index]
        stripped = line.strip()
        if not stripped:
            blank = True
            index += 1
            continue
        if stripped[0] in "#＃":
            remarks.append(Remark(stripped[1:], _indent(line), blank))
            blank = False
            index += 1
            continue
        size = 1
        if "(" in line or "（" in line:
            reach = len(physical) if index >= short_until else index + SHORT_REACH
            size, closed = _joined(physical, index, reach)
            if not closed:
                short_until = max(short_until, index + size)
                size = 1
        whole = line if size == 1 else "\n".join(physical[index : index + size])
        found.append(LogicalLine(whole, index + 1, _indent(line), blank, tuple(remarks)))
        blank, remarks = False, []
        index += size
    return Lines(found, tuple(remarks))


def _indent(line: str) -> int:
    """How deep a line is indented; a tab or wide blank counts as the two blanks it is to be replaced by."""
    blanks = line[: len(line) - len(line.lstrip())]
    return len(blanks) if blanks.isascii() and "\t" not in blanks else sum(2 if b in WIDE else 1 for b in blanks)


def _joined(physical: list[str], index: int, reach: int) -> tuple[int, bool]:
    """How many physical lines from here until brackets are closed, and whether they are.

    A line that opens a statement ends the search: no sentence goes on with such a word.
    """
    depth = 0
    for size in range(1, min(reach, len(physical)) - index + 1):
        line = physical[index + size - 1]
        if size > 1 and statement_opening().match(line):
            return size - 1, False
        for match in BRACKETS.finditer(line):
            sign = match[0]
            if sign in "(（":
                depth += 1
            elif sign in ")）" and depth:
                depth -= 1
        if not depth:
            return size, True
    return max(1, min(reach, len(physical)) - index), False


@functools.cache
def statement_opening() -> re.Pattern[str]:
    """A line whose first word opens a statement, in either language."""
    words = [word for token in STATEMENTS for word in keywords().tokens[token].all()]
    words.sort(key=len, reverse=True)
    return re.compile(rf"[{BLANK}]*+(?:{'|'.join(map(re.escape, words))})(?=[{BLANK}]|$)")
