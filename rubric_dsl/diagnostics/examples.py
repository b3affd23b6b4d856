"""The smallest rubrics and data that bring up each diagnostic, and the same mended; from the gallery of the tests.

`examples.json` is generated (`./dev docs`). Codes whose example is too long to read, or not made of text, have none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rubric_dsl.text.record import dataclass

FILE = Path(__file__).resolve().parent / "examples.json"


@dataclass(frozen=True, slots=True)
class Example:
    wrong: Mapping[str, str]
    """By name of the file, the rubric first."""
    said: str
    """As it is printed at full width."""
    right: Mapping[str, str]
    """Only the files that differ."""


@cache
def examples() -> Mapping[str, Mapping[str, Example]]:
    """By code and language; the Chinese ones are in Chinese keywords where that keeps what is wrong."""
    found = json.loads(FILE.read_text("utf-8"))
    return {code: {lang: Example(**one) for lang, one in entry.items()} for code, entry in found.items()}
