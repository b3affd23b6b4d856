"""The catalogue on a terminal: a wrong rubric, what is said of it, and the same mended."""

from __future__ import annotations

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.examples import examples
from rubric_dsl.render import catalogue
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.width import width


@pytest.mark.parametrize("lang", prose.LANGUAGES)
def test_the_page_of_a_code_shows_a_wrong_rubric_what_is_said_of_it_and_the_same_mended(lang: str) -> None:
    shown = plain(catalogue.page_lines("R031", Look(lang)))
    before, after = {"en": ("40% to 94%: ", "40% to under 95%: "), "zh": ("40%至94%： ", "40%至不足95%：")}[lang]
    said = shown.index({"en": "16 of 17 calls, 94.1%", "zh": "17 条 calls 中 16 条，即 94.1%"}[lang])
    assert shown.index(f"    {before}warm") < said < shown.index(f"    {after}warm")
    assert "{" not in shown


def test_nearly_every_code_has_an_example_to_show() -> None:
    """Left out are those of damaged bytes, of other encodings and of very long files."""
    assert len(prose.all_codes()) - len(examples()) <= 33


@pytest.mark.parametrize("lang", prose.LANGUAGES)
def test_every_page_keeps_to_60_columns(lang: str) -> None:
    too_wide = [
        line for code in prose.all_codes()
        for line in plain(catalogue.page_lines(code, Look(lang, 60))).split("\n") if width(line) > 60
    ]
    assert too_wide == []
