"""Where the cursor stands: the place of its line, the tokens before it, and what the parser would take next."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.editor.project import Analysis
from rubric_dsl.editor.text import Place
from rubric_dsl.surface.grammar import parse_table
from rubric_dsl.surface.lines import LogicalLine
from rubric_dsl.surface.parsed_line import ParsedLine
from rubric_dsl.surface.sentence import accepted, advance
from rubric_dsl.surface.tokens import Tokens, tokens_of
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin

MOST_WORDS = 4
"""Words of the longest keyword."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The line read up to a cut before the cursor: what stands before it, what may stand next, what was begun."""

    tokens: Tokens
    kinds: frozenset[str]
    begun: str
    """The text from the cut to the cursor."""
    column: int
    """Of the cut, in the cursor's physical line."""


@dataclass(frozen=True, slots=True)
class Cursor:
    line: int
    place: str
    """How the line is parsed (`statement`, `observe_line`, …)."""
    above: tuple[ParsedLine, ...]
    """The lines it stands under, the nearest first."""
    cuts: tuple[Cut, ...]
    """The nearest first: before the word at the cursor, then before words that may begin a longer keyword."""


def cursor_at(analysis: Analysis, place: Place) -> Cursor | None:
    """None: inside quotes or a comment, or where nothing stands."""
    source = analysis.compiled.sources[analysis.path]
    lines = source.lines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    logical = _logical_at(analysis, place.line)
    start = logical.number if logical is not None and logical.text.count("\n") else place.line
    before = "\n".join([*lines[start - 1 : place.line - 1], line[: place.column]])
    indent = len(before) - len(before.lstrip()) if start == place.line else (logical.indent if logical else 0)
    above = tuple(_above(analysis, start, indent))
    body = above[0].body if above else None
    if above and body is None:
        return None
    parsed_as = body.place if body is not None else "statement"
    cuts = tuple(_cuts(before, parsed_as))
    return Cursor(place.line, parsed_as, above, cuts) if cuts else None


def _logical_at(analysis: Analysis, number: int) -> LogicalLine | None:
    parsed = analysis.parsed
    for logical, _ in parsed.lines if parsed is not None else ():
        if logical.number <= number <= logical.number + logical.text.count("\n"):
            return logical
    return None


def _above(analysis: Analysis, number: int, indent: int) -> Iterator[ParsedLine]:
    """The lines that a line of this indentation would stand under."""
    parsed = analysis.parsed
    lines = [pair for pair in (parsed.lines if parsed is not None else ()) if pair[0].number < number]
    for logical, line in reversed(lines):
        if logical.indent < indent:
            indent = logical.indent
            yield line


def _cuts(before: str, place: str) -> Iterator[Cut]:
    cut = len(before)
    while cut > 0 and _is_word(before[cut - 1]):
        cut -= 1
    line_start = before.rfind("\n") + 1
    for _ in range(MOST_WORDS):
        tokens = tokens_of(before[:cut], Origin("", 1))
        if tokens.fault is not None or "#" in _behind(tokens):
            return
        kinds = _next(tokens, place)
        if kinds is not None:
            yield Cut(tokens, kinds, before[cut:], cut - line_start)
        stripped = before[:cut].rstrip()
        cut = len(stripped)
        while cut > line_start and _is_word(before[cut - 1]):
            cut -= 1
        if cut == len(stripped):
            return


def _behind(tokens: Tokens) -> str:
    """What stands behind the last token: blanks, or a comment."""
    return tokens.text[tokens.ends[-1] if tokens.ends else 0 :].replace("＃", "#")


def _is_word(character: str) -> bool:
    return character == "_" or character.isalnum()


def _next(tokens: Tokens, place: str) -> frozenset[str] | None:
    """The terminals that may stand next; None where the line makes no sense up to here."""
    table = parse_table()
    states = [table.starts[place]]
    for kind in tokens.kinds:
        if not advance(table, states, kind):
            return None
    return accepted(states, place)
