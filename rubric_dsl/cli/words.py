"""The texts of the commands in Chinese and English, from `diagnostics/prose/cli.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from rubric_dsl.diagnostics.prose import FOLDER, fill


@cache
def texts() -> Mapping[str, Any]:
    """Section to key to language to text."""
    import tomllib  # a run that says nothing but its result needs none of this

    return tomllib.loads((FOLDER / "cli.toml").read_text(encoding="utf-8"))


def say(key: str, lang: str, **facts: object) -> str:
    """The text at `section.key` with its facts. Raises KeyError for a key that is not in the file."""
    section, _, name = key.partition(".")
    return fill(str(texts()[section][name][lang]), facts, lang)


def has(key: str) -> bool:
    section, _, name = key.partition(".")
    return name in texts().get(section, {})
