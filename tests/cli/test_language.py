"""Which language a run speaks, and that every text is there in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rubric_dsl
from rubric_dsl.cli import words
from rubric_dsl.cli.language import language


@pytest.mark.parametrize(("arguments", "environment", "expected"), [
    ([], {}, "en"),
    ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
    ([], {"LANG": "C"}, "en"),
    ([], {"LC_ALL": "zh_TW.Big5", "LANG": "en_US.UTF-8"}, "zh"),
    ([], {"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US"}, "zh"),
    ([], {"RUBRIC_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
    ([], {"RUBRIC_LANG": "fr", "LANG": "zh_CN.UTF-8"}, "zh"),
    (["check", "x", "--lang", "zh"], {"RUBRIC_LANG": "en"}, "zh"),
    (["--lang=en", "check", "x"], {"LANG": "zh_CN.UTF-8"}, "en"),
    (["check", "--", "--lang", "zh"], {}, "en"),
    (["check", "--lang"], {"LANG": "zh_CN"}, "zh"),
])
def test_the_option_comes_before_the_variable_before_the_locale(
    arguments: list[str], environment: dict[str, str], expected: str
) -> None:
    assert language(arguments, environment) == expected


ENTRIES = [(section, key, text) for section, keys in words.texts().items() for key, text in keys.items()]


@pytest.mark.parametrize(("section", "key", "text"), ENTRIES, ids=[f"{s}.{k}" for s, k, _ in ENTRIES])
def test_every_text_is_there_in_both_languages_with_the_same_facts(
    section: str, key: str, text: dict[str, str]
) -> None:
    assert set(text) == {"en", "zh"}
    facts = [set(re.findall(r"\{(\w+)\}", text[lang])) for lang in ("en", "zh")]
    assert facts[0] == facts[1]


def test_every_text_that_a_command_names_exists() -> None:
    source = "".join(path.read_text("utf-8") for path in (Path(rubric_dsl.__file__).parent / "cli").glob("*.py"))
    sections = "|".join(words.texts())
    named = set(re.findall(rf'"((?:{sections})\.[a-z][a-z_-]*)"', source))
    assert len(named) > 20
    assert [key for key in sorted(named) if not words.has(key)] == []


def test_a_fact_is_not_filled_twice() -> None:
    assert words.say("file.unreadable", "en", path="{reason}", reason="denied") == "{reason}: cannot be read (denied)"
