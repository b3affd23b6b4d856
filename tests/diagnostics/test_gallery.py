"""Every code has a wrong and a repaired example: shown exactly as expected, and mended by its first fix."""

from __future__ import annotations

import os
import re

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.fixes import apply_fix
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.text.files import read_source
from tests.diagnostics import gallery

ACCEPT = bool(os.environ.get("RUBRIC_ACCEPT"))
CODES = prose.all_codes()
WITH_FOLDER = [code for code in CODES if gallery.folder(code).is_dir()]
UNFILLED = re.compile(r"\{\w+(\.\w+)*\}")


def test_every_code_has_a_folder_and_every_folder_a_code() -> None:
    folders = {path.name for path in gallery.HERE.iterdir() if prose.CODE.fullmatch(path.name)}
    assert folders == set(CODES) - set(gallery.WITHOUT_FOLDER)


@pytest.mark.parametrize("code", WITH_FOLDER)
@pytest.mark.parametrize("lang", prose.LANGUAGES)
def test_the_wrong_example_says_what_is_expected(code: str, lang: str) -> None:
    brought = gallery.found(code, "bad")
    assert code in brought.codes(), f"bad.* of {code} brings up {brought.codes()}"
    text = brought.text(lang)
    assert UNFILLED.findall(text) == [], "a template names a fact that the finding does not have"
    expected = gallery.folder(code) / f"expected.{lang}.txt"
    if ACCEPT:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", WITH_FOLDER)
def test_the_repaired_example_is_clean(code: str) -> None:
    assert gallery.found(code, "fixed").codes() == []


@pytest.mark.parametrize("code", [code for code in WITH_FOLDER if code.startswith("R")])
def test_the_first_fix_mends_the_fault_and_makes_no_other(code: str) -> None:
    """Fixes with edits are applied to the text as it was read; a finding whose first fix has none gives advice only."""
    place = gallery.folder(code)
    before = gallery.found(code, "bad")
    for diagnostic in before.diagnostics:
        if diagnostic.code != code or not diagnostic.fixes or not diagnostic.fixes[0].edits:
            continue
        source, _ = read_source("bad.rubric", gallery.rubric_text(place / "bad.rubric"))
        assert source is not None
        text = apply_fix(source.text, diagnostic.fixes[0], "bad.rubric")
        after = gallery.bring_up(place, "bad.rubric", text.encode("utf-8"))
        left = sorted(after.codes())
        assert left == _without(before.diagnostics, diagnostic), text


def _without(diagnostics: tuple[Diagnostic, ...], mended: Diagnostic) -> list[str]:
    return sorted(diagnostic.code for diagnostic in diagnostics if diagnostic is not mended)
