"""Where a piece of a rubric stands: origins and spans.

A span is kept relative to its logical line, and the line's origin says where that line stands
now. When lines above are edited only origins move, so trees, typed nodes and findings that were
kept for unchanged lines still point at the right place.
"""

from __future__ import annotations

from rubric_dsl.text.record import dataclass


class Origin:
    """Where a logical line starts today: its file and its first line (1-based)."""

    __slots__ = ("file", "line")

    def __init__(self, file: str, line: int) -> None:
        self.file = file
        self.line = line

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Span:
    """From (line, column) up to (end_line, end_column), relative to the origin; columns are 0-based code points."""

    origin: Origin
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def file(self) -> str:
        return self.origin.file

    @property
    def first_line(self) -> int:
        """The 1-based line in the file."""
        return self.origin.line + self.line

    @property
    def last_line(self) -> int:
        return self.origin.line + self.end_line

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of the other (of the same logical line)."""
        return Span(self.origin, self.line, self.column, other.end_line, other.end_column)

    def after(self) -> Span:
        """The empty span right behind this one, where a fix inserts."""
        return Span(self.origin, self.end_line, self.end_column, self.end_line, self.end_column)

    def before(self) -> Span:
        """The empty span right before this one."""
        return Span(self.origin, self.line, self.column, self.line, self.column)

    def __repr__(self) -> str:
        return f"{self.file}:{self.first_line}:{self.column + 1}"
