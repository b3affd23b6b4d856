"""The catalogue's texts: both languages have the same ones, and they name the same facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic, Fix, Label
from rubric_dsl.text.source import Origin, Span

CODES = prose.all_codes()
PLACE = Span(Origin("a.rubric", 1), 0, 0, 0, 1)


def texts(entry: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from texts(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_all_its_texts_in_both_languages(code: str) -> None:
    entry = prose.entry(code)
    assert set(entry) == {"name", "severity", "en", "zh"}
    en, zh = dict(texts(entry["en"])), dict(texts(entry["zh"]))
    assert set(en) == set(zh)
    assert {"title", "message", "why"} <= set(en)
    assert all(text.strip() for text in (*en.values(), *zh.values()))


@pytest.mark.parametrize("code", CODES)
def test_both_languages_name_the_same_facts(code: str) -> None:
    entry = prose.entry(code)
    en, zh = dict(texts(entry["en"])), dict(texts(entry["zh"]))
    different = {
        key: (en[key], zh[key]) for key in en.keys() & zh.keys()
        if set(prose.PLACEHOLDER.findall(en[key])) != set(prose.PLACEHOLDER.findall(zh[key]))
    }
    assert different == {}


def test_names_are_stable_words_and_each_names_one_code() -> None:
    """A fault of a rubric and one of data may share a name."""
    names = [(code[0], prose.name(code)) for code in CODES]
    assert [name for name in names if names.count(name) > 1] == []
    assert [name for _, name in names if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize("code", CODES)
def test_severities_are_known(code: str) -> None:
    said = prose.entry(code)["severity"]
    of_data = code.startswith("D") or code in prose.families()["reading"]
    assert said in ({"refusal", "repair"} if of_data else {"error", "warning", "hint"})


def test_a_missing_fact_shows_its_braces_instead_of_stopping() -> None:
    assert prose.fill("`{table}` has {count} rows", {"table": "heat"}, "en") == "`heat` has {count} rows"


class Percent:
    def shown(self, lang: str) -> str:
        return "94.1％" if lang == "zh" else "94.1%"


def test_facts_are_shown_in_the_language() -> None:
    facts = {"value": Percent(), "names": ("a", "b"), "n": 3}
    assert prose.fill("{value} of {names}: {n}", facts, "en") == "94.1% of a, b: 3"
    assert prose.fill("{names}的{value}：{n}", facts, "zh") == "a、b的94.1％：3"


def test_a_fact_with_braces_in_it_is_not_filled_again() -> None:
    assert prose.fill("{a}", {"a": "{b}", "b": "x"}, "en") == "{b}"


def test_texts_fall_back_to_english_and_labels_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"name": "n", "severity": "error", "en": {"message": "m {x}", "helps": {"h": "do {x}"}}, "zh": {}}
    monkeypatch.setattr(prose, "catalogue", lambda: {"R001": entry})
    found = Diagnostic("R001", PLACE, {"x": "1"}, (Label(PLACE, "other"),), {}, (Fix("h", (), {"x": "2"}),))
    assert prose.message(found, "zh") == "m 1"
    assert prose.label_text(found, None, "zh") == ""
    assert prose.label_text(found, found.labels[0], "zh") == ""
    assert prose.help_text(found, found.fixes[0], "zh") == "do 2"


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    with pytest.raises(prose.UnknownCode):
        prose.entry("R998")
