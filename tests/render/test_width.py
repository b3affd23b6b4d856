"""Columns of a terminal: what a text takes, how it is cut and wrapped, and that it cannot move the cursor."""

from __future__ import annotations

import pytest

from rubric_dsl.render.width import cut, pad, visible, width, wrap


@pytest.mark.parametrize(("text", "columns"), [
    ("wait", 4),
    ("等待", 4),
    ("IVR接通", 7),
    ("：", 2),
    ("…", 1),  # ambiguous counts as one
    ("e\u0301", 1),  # a combining accent takes nothing
    ("", 0),
])
def test_a_chinese_character_takes_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_padding_counts_columns_not_characters() -> None:
    assert pad("湖州", 6) == "湖州  "
    assert pad("湖州", 6, right=True) == "  湖州"
    assert pad("湖州湖州", 6) == "湖州湖州"


def test_a_cut_text_never_exceeds_its_columns_by_half_a_character() -> None:
    assert cut("等待时长", 8) == "等待时长"
    assert cut("等待时长", 7) == "等待时…"
    assert cut("等待时长", 6) == "等待…"


def test_nothing_of_a_text_reaches_the_terminal_as_a_command() -> None:
    assert visible("a\x1b[31mb") == "a<U+001B>[31mb"
    assert visible("no\u202eon") == "no<U+202E>on"
    assert visible("line\nline") == "line<U+000A>line"
    assert visible("湖州 café") == "湖州 café"


def test_wrapped_chinese_does_not_start_a_line_with_a_closing_mark() -> None:
    assert wrap("等待时长，接通率。", 8) == ["等待时", "长，接通", "率。"]


def test_wrapped_chinese_does_not_end_a_line_with_an_opening_mark_or_a_lone_sign() -> None:
    assert wrap("处理不超过（第 12 行）", 12) == ["处理不超过", "（第 12 行）"]
    assert wrap("没有转接 −2.5", 11) == ["没有转接", "−2.5"]


def test_wrapped_english_breaks_at_blanks_and_long_words_where_they_must() -> None:
    assert wrap("no row of heat matches", 10) == ["no row of", "heat", "matches"]
    assert wrap("aaaaaaaaaaaa", 5) == ["aaaaa", "aaaaa", "aa"]


@pytest.mark.parametrize("columns", range(4, 30))
def test_wrapped_lines_fit_and_lose_only_blanks(columns: int) -> None:
    text = "16 of 17 calls，即 94.1%，不落在任何一档 （heat）。"
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
