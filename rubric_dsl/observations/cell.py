"""What every kind of cell has in common: how it is refused, and which characters are no part of a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import field

from rubric_dsl.observations import codes
from rubric_dsl.text.record import dataclass

MAX_TEXT = 10_000
"""Characters of one value."""

BLANKS = " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Taken off around a value and listed as a repair."""

_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Control characters except tab and line ends, zero-width blanks, and controls of the direction of writing."""


@dataclass(frozen=True, slots=True)
class CellRefused(Exception):
    """Why a cell has no value."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


def refuse_invisible(text: str) -> None:
    """Raises CellRefused where a value holds a character that nobody sees."""
    found = _INVISIBLE.search(text)
    if found:
        character = found.group()
        facts = {"help": "character", "character": f"U+{ord(character):04X}", "place": found.start() + 1}
        raise CellRefused(codes.INVISIBLE_CHARACTER, facts)


def plain_width(text: str) -> str:
    """Full-width digits, letters and marks as their ordinary twins, for suggestions only."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


ALLOWED_WIDE = str.maketrans(
    "０１２３４５６７８９．，％－＋：（）［］＊／\u2212", "0123456789.,%-+:()[]*/-",
)
"""Full-width characters with the one ASCII character that each stands for. An allow-list: folding by Unicode would also
read `①`, `²` and `٣` as digits."""
