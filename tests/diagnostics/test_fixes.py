"""A fix applied to a text."""

from __future__ import annotations

import pytest

from rubric_dsl.diagnostics.fixes import apply_fix
from rubric_dsl.diagnostics.model import Edit, Fix
from rubric_dsl.text.source import Origin, Span

TEXT = "甲 one\r\ntwo\nthree"


def edit(line: int, column: int, end_line: int, end_column: int, text: str, file: str = "a") -> Edit:
    return Edit(Span(Origin(file, line), 0, column, end_line - line, end_column), text)


@pytest.mark.parametrize(("edits", "expected"), [
    ([edit(1, 2, 1, 5, "eins")], "甲 eins\r\ntwo\nthree"),
    ([edit(3, 5, 3, 5, "!")], "甲 one\r\ntwo\nthree!"),
    ([edit(1, 5, 2, 0, " ")], "甲 one two\nthree"),  # a line break is replaced whole
    ([edit(3, 0, 3, 5, "drei"), edit(2, 0, 2, 0, "> ")], "甲 one\r\n> two\ndrei"),  # any order
    ([edit(2, 3, 2, 3, "a"), edit(2, 3, 2, 3, "b")], "甲 one\r\ntwoab\nthree"),
    ([], TEXT),
])
def test_edits_replace_what_their_spans_cover(edits: list[Edit], expected: str) -> None:
    assert apply_fix(TEXT, Fix("x", tuple(edits))) == expected


@pytest.mark.parametrize("edits", [
    [edit(1, 0, 1, 3, ""), edit(1, 2, 1, 4, "")],
    [edit(9, 0, 9, 1, "")],
    [edit(3, 4, 3, 99, "")],
    [edit(2, 2, 2, 1, "")],
])
def test_edits_that_overlap_or_lie_outside_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edit at"):
        apply_fix(TEXT, Fix("x", tuple(edits)))


def test_only_the_edits_of_the_named_file_are_applied() -> None:
    fix = Fix("x", (edit(1, 0, 1, 1, "乙"), edit(2, 0, 2, 3, "2", file="b")))
    assert apply_fix(TEXT, fix, "a") == "乙 one\r\ntwo\nthree"
