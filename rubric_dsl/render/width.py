"""How wide a text is in a terminal, and how it is cut and wrapped there. A Chinese character takes two columns.

Characters that Unicode calls ambiguous (`“`, `…`, `×`, `①`) take one column, and two on consoles with a Chinese,
Japanese or Korean character set; `ambiguous_take` says which it is here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"})
"""Categories that a terminal would obey, hide or not know; texts of files are never printed with them."""

NOT_AT_LINE_END = "（《“‘【([{"
NOT_AT_LINE_START = "，。；：、？！）】》”’%％,.;:?!)]}"


_two_columns = "WF"


def ambiguous_take(columns: int) -> None:
    """From now on, for the whole program: 1 or 2."""
    global _two_columns
    _two_columns = "WFA" if columns == 2 else "WF"
    char_width.cache_clear()


@lru_cache(maxsize=4096)
def char_width(char: str) -> int:
    """Columns of one character."""
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _two_columns else 1


def width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(char_width, text))


@lru_cache(maxsize=4096)
def visible_char(char: str) -> str:
    """The character, or its number where a terminal would obey or hide it."""
    return f"<U+{ord(char):04X}>" if unicodedata.category(char) in ESCAPED else char


def visible(text: str) -> str:
    """The text in which nothing is hidden and nothing moves the cursor: `a<U+202E>b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(visible_char, text))


def pad(text: str, columns: int, right: bool = False) -> str:
    """The text filled with blanks to the columns, on its left side with `right`."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def cut(text: str, columns: int, ellipsis: str = "…") -> str:
    """The text, or as much of it as fits with the ellipsis."""
    if width(text) <= columns:
        return text
    room = columns - width(ellipsis)
    kept = []
    for char in text:
        room -= char_width(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + ellipsis


def wrap(text: str, columns: int) -> list[str]:
    """Lines no wider than the columns: broken at blanks and between Chinese characters, not before closing marks."""
    columns = max(columns, 4)
    lines: list[str] = []
    line = ""
    for unit in _units(text):
        if line and width(line + unit.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
            unit = unit.lstrip()
        while width(unit.rstrip()) > columns:
            head = _head(unit, columns)
            lines.append(head)
            unit = unit[len(head):]
        line += unit
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _units(text: str) -> list[str]:
    """What is not broken: a word with its blanks, a Chinese character with the marks that belong to it."""
    units: list[str] = []
    for char in re.findall(r"[^\S\u3000]+|−?[\x21-\x7e]+|.", text):
        if units and (char.isspace() or char[0] in NOT_AT_LINE_START or units[-1][-1] in NOT_AT_LINE_END):
            units[-1] += char
        else:
            units.append(char)
    return units


def _head(text: str, columns: int) -> str:
    kept = ""
    for char in text:
        if kept and width(kept + char) > columns:
            break
        kept += char
    return kept
