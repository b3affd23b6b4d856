"""The prose about findings: every text in Chinese and English, from `prose/*.toml`, read when first needed.

A template names facts as `{fact}`. A fact that is missing is shown with its braces instead of stopping the program;
the tests of the catalogue find it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from rubric_dsl.diagnostics.model import Diagnostic, Facts, Fix, Label, Severity

LANGUAGES: Final = ("en", "zh")
FOLDER: Final = Path(__file__).resolve().parent / "prose"
PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
CODE = re.compile(r"[RDXI]\d{3}")


class Found(Protocol):
    """Whatever has a code and facts: a `Diagnostic`, or a `Refusal` of a reader."""

    @property
    def code(self) -> str: ...

    @property
    def facts(self) -> Facts: ...


class UnknownCode(KeyError):
    """No family has an entry for the code."""


@cache
def families() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Family (the name of its file) to code to entry, codes in ascending order."""
    import tomllib  # what finds nothing needs no prose

    found = {}
    for file in FOLDER.iterdir():
        if file.name.endswith(".toml"):
            entries = tomllib.loads(file.read_text(encoding="utf-8"))
            found[file.name.removesuffix(".toml")] = {c: entries[c] for c in sorted(entries) if CODE.fullmatch(c)}
    return found


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Code to its entry, in ascending order, from all families. Raises ValueError when two families have one code."""
    entries: dict[str, Mapping[str, Any]] = {}
    for family, codes in families().items():
        twice = entries.keys() & codes.keys()
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} of {family} stands in another family too")
        entries.update(codes)
    return dict(sorted(entries.items()))


def all_codes() -> tuple[str, ...]:
    return tuple(catalogue())


def entry(code: str) -> Mapping[str, Any]:
    try:
        return catalogue()[code]
    except KeyError:
        raise UnknownCode(code) from None


def name(code: str) -> str:
    """The stable name for machines, `gap-between-bands`."""
    return str(entry(code).get("name", code))


def severity(code: str) -> Severity:
    """A refused cell is an error of its file, a repaired one a hint; an entry that says nothing is an error."""
    said = entry(code).get("severity")
    return "warning" if said == "warning" else "hint" if said in ("hint", "repair") else "error"


def title(code: str, lang: str) -> str:
    return _text(code, lang, "title")


def why(code: str, lang: str) -> str:
    """Why the fault matters and what to do, for the catalogue; empty when the entry has none."""
    return _text(code, lang, "why", missing="")


def message(found: Found, lang: str) -> str:
    return fill(_text(found.code, lang, "message"), found.facts, lang)


def label_text(diagnostic: Diagnostic, label: Label | None, lang: str) -> str:
    """The text under a place: the primary span with `label` None, else that second one; empty when none is written."""
    if label is None:
        return fill(_text(diagnostic.code, lang, "label", missing=""), diagnostic.facts, lang)
    template = _text(diagnostic.code, lang, "labels", label.key, missing="")
    return fill(template, {**diagnostic.facts, **label.facts}, lang)


def help_text(diagnostic: Diagnostic, fix: Fix, lang: str) -> str:
    template = _text(diagnostic.code, lang, "helps", fix.key)
    return fill(template, {**diagnostic.facts, **fix.facts}, lang)


def fill(template: str, facts: Facts, lang: str) -> str:
    """The template with its facts; one without a fact keeps its braces."""
    return PLACEHOLDER.sub(lambda m: shown(facts[m[1]], lang) if m[1] in facts else m[0], template)


def shown(fact: object, lang: str) -> str:
    """A fact as people read it: by its own `shown(lang)`, several joined by commas, anything else as it prints."""
    show = getattr(fact, "shown", None)
    if callable(show):
        return str(show(lang))
    if isinstance(fact, (tuple, list)):
        return ("、" if lang == "zh" else ", ").join(shown(part, lang) for part in fact)
    return str(fact)


def _text(code: str, lang: str, *keys: str, missing: str | None = None) -> str:
    """The text at `keys` in the language, else in English; when neither has it, `missing`, or the keys in braces."""
    for language in (lang, "en"):
        found: object = entry(code).get(language)
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            return found
    return missing if missing is not None else "{" + ".".join(keys) + "}"
