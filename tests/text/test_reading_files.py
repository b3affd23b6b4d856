"""Bytes become text that is safe to read, or findings that say why not."""

from __future__ import annotations

import time
import unicodedata

import pytest

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.text.files import MAX_BYTES, Source, read_source


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in read_source("a.rubric", data)[1]]


def text(data: bytes) -> str:
    source, findings = read_source("a.rubric", data)
    assert source is not None
    assert findings == []
    return source.text


def mended(source: Source, findings: list[Diagnostic]) -> str:
    """The text with the first fix of every finding applied, from the end on."""
    lines = source.lines()
    edits = [edit for finding in findings for edit in finding.fixes[0].edits]
    for edit in sorted(edits, key=lambda edit: (edit.span.first_line, edit.span.column), reverse=True):
        line = lines[edit.span.first_line - 1]
        lines[edit.span.first_line - 1] = line[: edit.span.column] + edit.text + line[edit.span.end_column :]
    return "\n".join(lines)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert text(b"\xef\xbb\xbfrubric") == "rubric"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read_alike(ending: str) -> None:
    assert text(f"a{ending}b".encode()) == "a\nb"


def test_text_is_read_in_normal_form_c() -> None:
    assert text("e\u0301".encode()) == "\u00e9"


def test_bytes_that_are_no_utf_8_are_located() -> None:
    source, findings = read_source("a.rubric", b"first\nse\xffcond")
    assert source is None
    assert [finding.code for finding in findings] == ["R001"]
    assert (findings[0].span.first_line, findings[0].span.column) == (2, 2)
    assert findings[0].facts["byte"] == "0xFF"


def test_a_file_in_gbk_is_told_to_be_saved_as_utf_8() -> None:
    _, findings = read_source("a.rubric", "细则".encode("gb18030"))
    assert findings[0].fixes[0].key == "save_utf8"


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not() -> None:
    assert codes(b"#" * MAX_BYTES) == []
    assert codes(b"#" * (MAX_BYTES + 1)) == ["R002"]


def test_thirty_marks_on_a_character_are_read_and_thirty_one_are_not() -> None:
    mark = "\u0316"
    assert codes(("e" + mark * 30).encode()) == []
    source, findings = read_source("a.rubric", ("ab\ne" + mark * 31 + "x").encode())
    assert source is None
    assert [finding.code for finding in findings] == ["R003"]
    span = findings[0].span
    assert (span.first_line, span.column, span.end_column) == (2, 1, 32)


def test_a_mebibyte_of_marks_is_answered_at_once() -> None:
    data = ("e" + "\u0301\u0316" * (MAX_BYTES // 4 - 1)).encode()
    start = time.process_time()
    assert codes(data) == ["R003"]
    assert time.process_time() - start < 2


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200f", "\u061c"])
def test_characters_that_turn_the_direction_are_refused_even_in_comments(character: str) -> None:
    assert codes(f"# note{character}".encode()) == ["R004"]


@pytest.mark.parametrize(
    "character", ["\u200b", "\ufeff", "\x00", "\x1b", "\u00ad", "\u2028", "\ufe0f", "\u3164", "\U000e0041"]
)
def test_characters_that_nobody_sees_are_refused_and_the_fix_removes_them(character: str) -> None:
    source, findings = read_source("a.rubric", f"con{character}nected".encode())
    assert source is not None
    assert [finding.code for finding in findings] == ["R005"]
    assert mended(source, findings) == "connected"


def test_every_control_character_but_tab_and_line_ends_is_reported() -> None:
    controls = [chr(c) for c in range(0x100) if unicodedata.category(chr(c)) == "Cc" and chr(c) not in "\t\n\r"]
    for control in controls:
        assert codes(f"a{control}b".encode()) == ["R005"], hex(ord(control))


def test_all_hidden_characters_are_listed_up_to_fifty() -> None:
    assert len(codes(("a\u200b" * 7).encode())) == 7
    assert len(codes(("a\u200b" * 70).encode())) == 50


@pytest.mark.parametrize(("indent", "blanks"), [("\t", "  "), ("\u3000", "  "), ("  \t", "    "), ("\u00a0", " ")])
def test_tabs_and_wide_blanks_in_indentation_are_replaced_by_blanks(indent: str, blanks: str) -> None:
    source, findings = read_source("a.rubric", f"x\n{indent}y\n".encode())
    assert source is not None
    assert [finding.code for finding in findings] == ["R006"]
    assert mended(source, findings) == f"x\n{blanks}y\n"


def test_blanks_in_indentation_and_wide_blanks_inside_a_line_are_fine() -> None:
    assert codes("x\n  y\u3000z\tw\n   \t\n".encode()) == []
