"""A broken line is one finding and hides nothing but itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from rubric_dsl.surface import tree
from tests.surface.reading import codes, parsed

HOTLINE = (Path(__file__).parent / "hotline.rubric").read_text("utf-8")
LINES = HOTLINE.rstrip("\n").split("\n")


@pytest.mark.parametrize("number", [n for n, line in enumerate(LINES) if line.strip()])
def test_any_one_line_made_unreadable_is_one_finding_on_that_line(number: int) -> None:
    lines = LINES[:]
    lines[number] += " $"
    findings = parsed("\n".join(lines)).diagnostics
    assert [(finding.code, finding.span.first_line) for finding in findings] == [("R014", number + 1)]


def test_every_broken_line_is_reported() -> None:
    lines = [line + " $" if number % 7 == 3 and line.strip() else line for number, line in enumerate(LINES)]
    broken = [number + 1 for number, line in enumerate(lines) if line.endswith("$")]
    findings = parsed("\n".join(lines)).diagnostics
    assert [finding.span.first_line for finding in findings] == broken
    assert len(broken) > 5


def test_neighbours_of_a_broken_line_are_in_the_tree_and_their_item_is_incomplete() -> None:
    result = parsed("bands b by x\n  1: a\n  2 a\n  3: c\nmeasure y = 1")
    bands, measure = result.document.items
    assert isinstance(bands, tree.Bands)
    assert len(bands.table.rows) == 2
    assert result.incomplete == (bands,)
    assert measure not in result.incomplete


def test_indicators_and_touchpoints_around_a_broken_line_are_incomplete_and_their_siblings_are_not() -> None:
    text = "indicator a\n  touchpoint b worth 3 by y\n    1: 3\n    2 0\n  touchpoint c worth 3 by y\n    1: 3"
    result = parsed(text)
    (item,) = result.document.items
    assert isinstance(item, tree.Indicator)
    assert [type(part).__name__ for part in result.incomplete] == ["Indicator", "Touchpoint"]
    assert result.incomplete[1] is item.children[0]


def test_names_in_broken_lines_and_below_them_are_known_to_be_lost() -> None:
    result = parsed("measure y 1\nobserve c of\n  wait seconds\ntouchpoint t worth 1 by\n  hot: 1\nmeasure z = 1")
    assert {"y", "c", "t", "hot"} <= result.lost
    assert "wait" in result.lost
    assert "z" not in result.lost
    assert [item for item in result.document.items if isinstance(item, tree.Measure)] == list(result.document.items)


def test_lines_below_a_broken_line_whose_kind_is_known_are_read() -> None:
    assert codes("indicator a worth\n  unless x: 0\n  at laest 3") == ["R021", "R022"]
    assert codes("observe c of\n  wait seconds 0-5") == ["R021", "R020"]


def test_lines_below_a_broken_line_whose_kind_is_not_known_are_not_judged() -> None:
    assert codes("indicatr a worth 3\n  unles x: 0\n    no sense at all") == ["R022"]


def test_an_unclosed_bracket_does_not_swallow_the_next_statement() -> None:
    result = parsed("measure a = (1 +\nmeasure b = 2\nindicator c worth 3\n  touchpoint d worth 3 = min(a\n")
    assert [finding.code for finding in result.diagnostics] == ["R021", "R012"]
    assert len(result.document.items) == 2


def test_after_fifty_findings_one_more_says_so_and_reading_stops() -> None:
    found = codes("x\n" * 200)
    assert found[:50] == ["R022"] * 50
    assert found[50:] == ["R007"]
    assert len(codes("x\n" * 50)) == 50


@pytest.mark.parametrize("guard", ["  unless conn ected: 0\n", "unless connected: 0\n"], ids=["broken", "slipped out"])
def test_a_lost_condition_leaves_everything_below_its_indicator_incomplete(guard: str) -> None:
    body = "  touchpoint a worth 4 by x\n    up to 5: 4\n"
    result = parsed(f"indicator i\n{body}{guard}measure y = 2")
    indicator, measure = result.document.items
    assert isinstance(indicator, tree.Indicator)
    assert set(map(id, result.incomplete)) == {id(indicator), id(indicator.children[0])}
    assert measure not in result.incomplete


def test_what_follows_where_reading_stopped_is_lost_and_the_item_there_incomplete() -> None:
    result = parsed("bands b by x\n" + "  1 a\n" * 50 + "  2: c\nmeasure d = 1")
    (bands,) = result.document.items
    assert result.incomplete == (bands,)
    assert {"c", "d"} <= result.lost


def test_a_line_with_a_hidden_character_is_left_out_without_a_second_finding() -> None:
    result = parsed("measure a\u200bb = 1\nmeasure c = 2")
    assert result.diagnostics == ()
    assert len(result.document.items) == 1
    assert "a" in result.lost


def test_a_file_without_a_header_is_read() -> None:
    result = parsed("measure a = 1")
    assert result.document.header is None
    assert result.diagnostics == ()


def test_an_empty_file_is_an_empty_document() -> None:
    result = parsed("\n  \n# only a comment\n")
    assert (result.document.header, result.document.items, result.diagnostics) == (None, (), ())
    assert [remark.text for remark in result.remarks_after] == [" only a comment"]
