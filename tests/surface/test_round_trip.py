"""What is printed parses to the tree it was printed from, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.surface.keywords import LANGUAGES, Language
from rubric_dsl.surface.print import print_document
from rubric_dsl.text.files import Source, read_source
from tests.surface.compare import said
from tests.surface.trees import documents

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FILES = sorted([*HERE.glob("*.rubric"), *ROOT.glob("rubrics/**/*.rubric"), *ROOT.glob("examples/**/*.rubric")])


def parsed(text: str) -> Parsed:
    return parse(Source("a.rubric", text))


def read(path: Path) -> Parsed:
    source, findings = read_source(path.name, path.read_bytes())
    assert source is not None
    assert findings == []
    return parse(source)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_prints_back_as_itself(path: Path, lang: Language) -> None:
    first = read(path)
    assert first.diagnostics == ()
    again = parsed(print_document(first.document, lang))
    assert again.diagnostics == ()
    assert said(again.document) == said(first.document)
    assert again.language == lang


def test_every_kind_of_item_line_and_expression_is_in_the_file_of_every_form() -> None:
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, tuple):
            if value and isinstance(value[0], str):
                found.add(value[0])
            for part in value:
                walk(part)

    walk(said(read(HERE / "every_form.rubric").document))
    unions = (tree.Item, tree.Expr, tree.Pattern, tree.Outcome, tree.Rule, tree.TouchpointLine, tree.IndicatorLine)
    for union in (*unions, tree.RankingLine):
        assert {kind.__name__ for kind in get_args(union)} <= found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents(), st.sampled_from(LANGUAGES))
def test_any_tree_prints_to_a_text_that_says_the_same(document: tree.Document, lang: Language) -> None:
    text = print_document(document, lang)
    again = parsed(text)
    assert again.diagnostics == (), text
    assert said(again.document) == said(document)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents(), st.sampled_from(LANGUAGES))
def test_printing_what_was_printed_changes_nothing(document: tree.Document, lang: Language) -> None:
    text = print_document(document, lang)
    assert print_document(parsed(text).document, lang) == text
