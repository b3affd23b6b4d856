"""Shared by the tests of the surface: read a text, apply a fix, show findings briefly."""

from __future__ import annotations

from rubric_dsl.diagnostics.model import Diagnostic, Fix
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.text.files import Source


def parsed(text: str) -> Parsed:
    return parse(Source("a.rubric", text))


def codes(text: str) -> list[str]:
    return [finding.code for finding in parsed(text).diagnostics]


def only(text: str) -> Diagnostic:
    """The one finding in the text."""
    (finding,) = parsed(text).diagnostics
    return finding


def under(text: str, finding: Diagnostic) -> str:
    """What the finding underlines."""
    line = text.split("\n")[finding.span.first_line - 1]
    return line[finding.span.column : finding.span.end_column]


def mended(text: str, fix: Fix) -> str:
    """The text with a fix applied."""
    lines = text.split("\n")
    for edit in sorted(fix.edits, key=lambda edit: (edit.span.first_line, edit.span.column), reverse=True):
        assert edit.span.first_line == edit.span.last_line
        line = lines[edit.span.first_line - 1]
        assert 0 <= edit.span.column <= edit.span.end_column <= len(line)
        lines[edit.span.first_line - 1] = line[: edit.span.column] + edit.text + line[edit.span.end_column :]
    return "\n".join(lines)


def value(text: str) -> tree.Expr:
    """The expression of `measure x = TEXT`."""
    result = parsed(f"measure x = {text}")
    assert result.diagnostics == (), result.diagnostics
    (item,) = result.document.items
    assert isinstance(item, tree.Measure)
    assert not isinstance(item.body, tree.Table)
    return item.body


def row(text: str) -> tree.Row:
    """A row of a table by one input."""
    result = parsed(f"bands b by x\n  {text}")
    assert result.diagnostics == (), result.diagnostics
    (item,) = result.document.items
    assert isinstance(item, tree.Bands)
    return item.table.rows[0]
