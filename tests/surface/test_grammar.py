"""The grammar has one reading for every line, and its table is the one that is shipped."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from lark.exceptions import GrammarError

from rubric_dsl.surface.build import LineBuilder
from rubric_dsl.surface.grammar import build, from_data, grammar_source, parse_table, start_symbols
from rubric_dsl.surface.keywords import grammar_folder, keywords

PLACES = {
    *("statement", "header_line", "observe_line", "member_line", "table_line", "by_touchpoint_line"),
    *("touchpoint_line", "indicator_line", "grid_line", "ranking_line", "test_line"),
}


@pytest.fixture(scope="module")
def built() -> dict[str, object]:
    """Lark builds the table in strict mode, where a conflict from any start symbol is an error."""
    return build(grammar_source())


def test_no_place_has_a_conflict(built: dict[str, object]) -> None:
    starts = built["starts"]
    assert isinstance(starts, dict)
    assert set(starts) == PLACES


def test_a_conflict_would_be_noticed() -> None:
    once = "bands: _BANDS named inputs"
    ambiguous = grammar_source().replace(once, f"{once} | _BANDS NAME inputs")
    assert ambiguous != grammar_source()
    with pytest.raises(GrammarError):
        build(ambiguous)


def test_the_shipped_table_is_made_from_the_grammar(built: dict[str, object]) -> None:
    shipped = json.loads((grammar_folder() / "tables.json").read_text("utf-8"))
    assert shipped == json.loads(json.dumps(built)), "run `python -m rubric_dsl.surface.grammar`"


def test_every_rule_that_does_not_hand_on_its_only_child_has_a_meaning(built: dict[str, object]) -> None:
    for rule in from_data(built).rules:
        assert rule.size > 0
        if rule.name and len(rule.keep) != 1 and not rule.origin.startswith("_"):
            assert hasattr(LineBuilder, rule.name), rule


def test_every_keyword_is_used() -> None:
    used = {kind[1:] for state in parse_table().actions for kind in state if kind[0] == "_"}
    assert set(keywords().tokens) == used


def test_no_two_keywords_share_a_spelling() -> None:
    spellings = [word for token in keywords().tokens.values() for word in token.all()]
    assert len(spellings) == len(set(spellings))


def test_every_start_symbol_is_a_place() -> None:
    assert set(start_symbols(grammar_source())) == PLACES


def test_parsing_needs_no_lark() -> None:
    program = (
        "import sys; from rubric_dsl.surface.from_text import parse; from rubric_dsl.text.files import Source; "
        "parsed = parse(Source('a', 'measure x = 1')); assert len(parsed.document.items) == 1; "
        "assert 'lark' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
