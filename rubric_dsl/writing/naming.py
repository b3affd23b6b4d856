"""Names for what an author calls things: the text itself where it can be a name, else one made of it and a label."""

from __future__ import annotations

import re

from rubric_dsl.surface.keywords import is_keyword
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.surface.tokens import HAN
from rubric_dsl.text.record import dataclass

NAME = re.compile(rf"[A-Za-z_]*+[{HAN}][A-Za-z_{HAN}]*+|[A-Za-z_][A-Za-z0-9_]*+")
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Called:
    name: str
    label: str | None

    def declared(self) -> str:
        """`name "label"`."""
        return self.name if self.label is None else f"{self.name} {quoted(self.label, 'en')}"


class Names:
    """The names of one rubric, each given once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, text: str, label: str | None = None) -> Called:
        """A name for the text; with its label, or the text as one where the name is another."""
        stem = name_from(text)
        name, number = stem, 1
        while name in self.taken or is_keyword(name):
            number += 1
            name = f"{stem}_{number}" if stem.isascii() else f"{stem}_{str(number).translate(NUMERALS)}"
        self.taken.add(name)
        return Called(name, label or (None if name == text else text))


def name_from(text: str) -> str:
    """The text as a name: signs left out, digits as Chinese ones where there are Chinese characters."""
    text = text.strip()[:LONGEST]
    if NAME.fullmatch(text):
        return text
    if re.search(f"[{HAN}]", text):
        return "".join(re.findall(f"[A-Za-z_{HAN}]", text.translate(NUMERALS)))
    words = "_".join(re.findall(r"[A-Za-z0-9]+", text)).lower()
    return f"_{words}" if not words or words[0].isdigit() else words
