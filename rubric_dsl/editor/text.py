"""Places in a document: an editor counts UTF-16 units (or what was agreed on) of its own text, a span code points of
the text in normal form.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from lsprotocol import types as lsp

from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]
LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Place:
    """A line (from 1) and a column (code points from 0), as spans count them."""

    line: int
    column: int


class Document:
    """The text that an editor holds, and places in it."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.encoding = encoding
        self.lines = LINE_BREAK.split(text)

    def range(self, span: Span) -> lsp.Range:
        return lsp.Range(
            self.position(span.first_line, span.column), self.position(span.last_line, span.end_column)
        )

    def position(self, line: int, column: int) -> lsp.Position:
        """Of a line from 1 and a column in code points; behind the end of the text, its end."""
        if line > len(self.lines):
            return self.end()
        return lsp.Position(line - 1, self.units(line - 1, column))

    def end(self) -> lsp.Position:
        return lsp.Position(len(self.lines) - 1, self.units(len(self.lines) - 1, len(self.lines[-1])))

    def units(self, index: int, column: int) -> int:
        """How many units the first characters of a line take."""
        text = self.lines[index]
        if text.isascii() or self.encoding == "utf-32":
            return min(column, len(text))
        before = text[: written_column(text, column)]
        return len(before.encode("utf-8", "surrogatepass")) if self.encoding == "utf-8" else units16(before)

    def place(self, position: lsp.Position) -> Place:
        """The place of an editor's position."""
        if position.line >= len(self.lines):
            return Place(len(self.lines), len(self.lines[-1]))
        text = self.lines[position.line]
        if text.isascii() or self.encoding == "utf-32":
            return Place(position.line + 1, min(position.character, len(text)))
        units = 0
        for index, character in enumerate(text):
            if units >= position.character:
                return Place(position.line + 1, normal_column(text, index))
            units += len(character.encode("utf-8", "surrogatepass")) if self.encoding == "utf-8" else units16(character)
        return Place(position.line + 1, normal_column(text, len(text)))


def units16(text: str) -> int:
    """UTF-16 units: two for a character outside the basic plane."""
    return len(text) + sum(character > "\uffff" for character in text)


def written_column(text: str, column: int) -> int:
    """The column of the text as written that is this column of it in normal form."""
    if unicodedata.is_normalized("NFC", text):
        return min(column, len(text))
    return next((index for index in range(len(text)) if normal_column(text, index) >= column), len(text))


def normal_column(text: str, column: int) -> int:
    return len(unicodedata.normalize("NFC", text[:column])) if not text.isascii() else column
