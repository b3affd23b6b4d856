"""What each word is, for colours that a grammar of patterns cannot know: names by what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.editor.completion import kind_of
from rubric_dsl.editor.legend import TOKEN_TYPES
from rubric_dsl.editor.occurrences import Occurrence
from rubric_dsl.editor.project import Analysis
from rubric_dsl.editor.text import Document
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.surface.parsed_line import ParsedLine
from rubric_dsl.surface.tokens import Tokens, tokens_of

OF_KINDS = {
    "table": "struct", "column": "property", "parameter": "parameter", "measure": "variable", "bands": "enum",
    "formula": "function", "weights": "variable", "touchpoint": "class", "indicator": "class", "ranking": "event",
    "example": "variable",
}
SIGNS = frozenset("+-*/^=|")

Piece = tuple[int, int, int, str, bool]
"""Line from 1, first column, column behind the last, type, whether it declares."""


def semantic_tokens(analysis: Analysis, document: Document) -> list[int]:
    """The numbers of the protocol: five a token, places relative to the token before."""
    numbers: list[int] = []
    line = start = 0
    for at, first, last, kind, declares in sorted(set(_pieces(analysis))):
        if at > len(document.lines):
            continue
        begin, end = document.units(at - 1, first), document.units(at - 1, last)
        if end <= begin:
            continue
        from_start = begin - start if at - 1 == line else begin
        numbers += [at - 1 - line, from_start, end - begin, TOKEN_TYPES.index(kind), int(declares)]
        line, start = at - 1, begin
    return numbers


def _pieces(analysis: Analysis) -> Iterator[Piece]:
    parsed = analysis.parsed
    if parsed is None:
        return
    named = {
        (one.span.first_line, one.span.column): one for one in analysis.occurrences if one.span.file == analysis.path
    }
    for logical, line in parsed.lines:
        yield from _of_line(tokens_of(logical.text, line.origin), line, named, analysis)
    for number, text in enumerate(analysis.compiled.sources[analysis.path].lines(), 1):
        stripped = text.lstrip()
        if stripped[:1] in ("#", "＃"):
            yield number, len(text) - len(stripped), len(text), "comment", False


def _of_line(
    tokens: Tokens, line: ParsedLine, named: dict[tuple[int, int], Occurrence], analysis: Analysis
) -> Iterator[Piece]:
    for index, kind in enumerate(tokens.kinds):
        span = tokens.span(index, index)
        if span.first_line != span.last_line:
            continue
        at = (span.first_line, span.column)
        before_bracket = tokens.kinds[index + 1 : index + 2] == ["("]
        if kind == "NAME" and at in named:
            yield *at, span.end_column, _kind(named[at], analysis), named[at].declares
        elif kind == "NAME" and before_bracket and function_id(tokens.texts[index]) is not None:
            yield *at, span.end_column, "function", False
        elif kind[0] == "_":
            yield *at, span.end_column, "keyword", False
        elif kind in ("AMOUNT", "QUOTED"):
            yield *at, span.end_column, "number" if kind == "AMOUNT" else "string", False
        elif kind == "COMPARE" or kind in SIGNS:
            yield *at, span.end_column, "operator", False
    if line.comments and "\n" not in tokens.text:
        end = tokens.place(tokens.ends[-1] if tokens.ends else 0, len(tokens.text))
        behind = tokens.text[end.column :]
        yield end.first_line, end.column + len(behind) - len(behind.lstrip()), len(tokens.text), "comment", False


def _kind(one: Occurrence, analysis: Analysis) -> str:
    if one.owner:
        return "parameter" if one.owner.endswith("()") else "enumMember"
    scope = analysis.compiled.resolved.scope
    binding = scope.names.get(one.name)
    kind = kind_of(binding) if binding is not None else scope.valueless.get(one.name, ("measure", None))[0]
    return OF_KINDS.get(kind, "variable")
