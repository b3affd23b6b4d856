"""Text with the role of each piece, so that one drawing serves terminals with and without colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rubric_dsl.render.width import wrap
from rubric_dsl.text.record import dataclass

Role = Literal["", "error", "warning", "hint", "strong", "place", "frame", "help", "faint"]


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    role: Role = ""


Line = tuple[Piece, ...]


def plain(lines: Iterable[Line]) -> str:
    """The lines without roles, each ended by a line break and without blanks at its end."""
    return "".join("".join(piece.text for piece in line).rstrip() + "\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing may use: the language, the columns of a line, and the characters that the output can show.

    `wrap`: prose is broken to the columns (on a terminal); else it stays on its line, for files and other programs.
    """

    lang: str = "en"
    columns: int = 100
    wrap: bool = False
    ascii: bool = False

    @property
    def corner(self) -> str:
        return "+" if self.ascii else "┌"

    @property
    def bar(self) -> str:
        return "|" if self.ascii else "│"

    @property
    def ellipsis(self) -> str:
        return "..." if self.ascii else "…"

    @property
    def rule(self) -> str:
        return "-" if self.ascii else "─"

    def say(self, en: str, zh: str) -> str:
        """The text in this look's language."""
        return zh if self.lang == "zh" else en


def paragraph(text: str, look: Look, role: Role = "") -> Iterable[Line]:
    """The text, on a terminal broken to its columns under its own indent."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    text = text.lstrip(" ")
    for line in wrap(text, look.columns - len(indent)) if look.wrap else [text]:
        yield (Piece(indent + line, role),)
