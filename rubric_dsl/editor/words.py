"""The texts of the editor service in Chinese and English, from `diagnostics/prose/editor.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from rubric_dsl.diagnostics.prose import FOLDER, fill


@cache
def texts() -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / "editor.toml").read_text(encoding="utf-8"))


def say(key: str, lang: str, **facts: object) -> str:
    """The text at `section.key` with its facts. Raises KeyError for a key that is not in the file."""
    section, _, name = key.partition(".")
    return fill(str(texts()[section][name][lang]), facts, lang)
