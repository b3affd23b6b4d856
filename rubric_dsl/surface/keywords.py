"""The words of the language, from `grammar/keywords.toml`: keywords, units, functions and methods in both languages."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from rubric_dsl.text.record import dataclass

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


# No word of the language is nearly as long.
LONGEST_NEAR = 40


def grammar_folder() -> Path:
    """Where `rubric.lark` and `keywords.toml` are: inside an installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "grammar"
    return inside if (inside / "keywords.toml").exists() else package.parent / "grammar"


@dataclass(frozen=True, slots=True)
class Spellings:
    """How one word is written; the first of each language is printed, the others are read too."""

    en: tuple[str, ...]
    zh: tuple[str, ...]

    def shown(self, lang: str) -> str:
        return self.zh[0] if lang == "zh" else self.en[0]

    def all(self) -> tuple[str, ...]:
        return self.en + self.zh


@dataclass(frozen=True, slots=True)
class Keywords:
    tokens: Mapping[str, Spellings]
    """By token (`HALF_UP`)."""
    units: Mapping[str, Spellings]
    """By unit of the tree (`s`)."""
    functions: Mapping[str, Spellings]
    """By canonical (English) name."""
    weight_methods: Mapping[str, Spellings]
    combine_methods: Mapping[str, Spellings]
    phrases: Mapping[str, tuple[str, Language]]
    """Phrase (words joined by one blank, Han phrases without blanks) → token and language."""
    unit_words: Mapping[str, str]
    function_words: Mapping[str, str]


@functools.cache
def keywords() -> Keywords:
    """The tables, read once."""
    import tomllib

    data = tomllib.loads((grammar_folder() / "keywords.toml").read_text("utf-8"))
    tables = {
        section: {key: Spellings(tuple(entry["en"]), tuple(entry["zh"])) for key, entry in table.items()}
        for section, table in data.items()
    }
    phrases: dict[str, tuple[str, Language]] = {}
    for token, spellings in tables["keywords"].items():
        phrases |= dict.fromkeys(spellings.en, (token, "en"))
        phrases |= dict.fromkeys(spellings.zh, (token, "zh"))
    return Keywords(
        tables["keywords"],
        tables["units"],
        tables["functions"],
        tables["weight_methods"],
        tables["combine_methods"],
        phrases,
        _by_word(tables["units"]),
        _by_word(tables["functions"]),
    )


def _by_word(table: Mapping[str, Spellings]) -> dict[str, str]:
    return {word: key for key, spellings in table.items() for word in spellings.all()}


def function_id(word: str) -> str | None:
    """The canonical name of a function word of either language (`占比` → `share`); None: no function."""
    return keywords().function_words.get(word)


def function_names() -> tuple[str, ...]:
    """Every word that is a function right before a bracket, in both languages."""
    return tuple(keywords().function_words)


def is_keyword(word: str) -> bool:
    """Whether a single word stands in the keyword table and so cannot be a name."""
    return word in keywords().phrases


def weight_method(phrase: str) -> str | None:
    return _method(keywords().weight_methods, phrase)


def combine_method(phrase: str) -> str | None:
    return _method(keywords().combine_methods, phrase)


def _method(table: Mapping[str, Spellings], phrase: str) -> str | None:
    """The canonical method of words joined by blanks; Chinese words may be written with or without blanks."""
    joined = phrase.replace(" ", "")
    return next((key for key, words in table.items() if phrase in words.en or joined in words.zh), None)


def near_words(word: str, words: Iterable[str], most: int) -> list[str]:
    """The words that this one is probably a slip of, nearest first; none for a word longer than any."""
    from difflib import get_close_matches

    return get_close_matches(word, list(words), most, 0.6) if len(word) <= LONGEST_NEAR else []
