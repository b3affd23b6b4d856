"""What a text is after a proposed fix."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rubric_dsl.diagnostics.model import Edit, Fix
from rubric_dsl.text.source import Span

LINE_BREAK = re.compile(r"\r\n|\r|\n")


def apply_fix(text: str, fix: Fix, file: str | None = None) -> str:
    """The text after the fix's edits; with `file`, only those of that file.

    Spans are of `text` as it is. Several insertions at one place stand in written order. Raises ValueError when two
    edits overlap or one lies outside the text.
    """
    starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
    pieces: list[str] = []
    end_of_last = 0
    for start, end, edit in sorted(_offsets(fix, file, starts), key=lambda item: item[:2]):
        if start < end_of_last or end < start or end > len(text):
            raise ValueError(f"the edit at {edit.span} overlaps another or lies outside the text")
        pieces += [text[end_of_last:start], edit.text]
        end_of_last = end
    return "".join([*pieces, text[end_of_last:]])


def _offsets(fix: Fix, file: str | None, starts: Sequence[int]) -> list[tuple[int, int, Edit]]:
    return [
        (_offset(edit.span, edit.span.first_line, edit.span.column, starts),
         _offset(edit.span, edit.span.last_line, edit.span.end_column, starts), edit)
        for edit in fix.edits if file is None or edit.span.file == file
    ]


def _offset(span: Span, line: int, column: int, starts: Sequence[int]) -> int:
    if not 1 <= line <= len(starts):
        raise ValueError(f"the edit at {span} lies outside the text")
    return starts[line - 1] + column
