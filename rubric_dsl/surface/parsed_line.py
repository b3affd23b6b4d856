"""One logical line as parsed: its node or its fault, and what may stand below it."""

from __future__ import annotations

import re
from typing import Any

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.surface import stopped, tree
from rubric_dsl.surface.faults import LineFault
from rubric_dsl.surface.sentence import Stopped, parse_tokens
from rubric_dsl.surface.tokens import HAN, Tokens, tokens_of
from rubric_dsl.text.files import HIDDEN
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin, Span


@dataclass(frozen=True, slots=True)
class Body:
    """What stands below a line: the place its lines are parsed as, and whether there must be any."""

    place: str
    required: bool


@dataclass(slots=True)
class ParsedLine:
    """A line's content, kept while its text stays; only `origin` moves."""

    origin: Origin
    node: Any
    """None: the line is broken."""
    faults: tuple[Diagnostic, ...]
    body: Body | None
    anchor: str
    """Says which line this is to the lines below it: its kind and name where it declares one, else its text."""
    names: tuple[str, ...]
    """The names that a broken line holds: what they were to mean is not known."""
    comments: tuple[str, ...]
    english: int
    chinese: int
    whole: Span
    tokens: Tokens | None = None
    """Kept where somebody asked for them."""


WORD = re.compile(f"[A-Za-z_{HAN}][A-Za-z0-9_{HAN}]*+")

# Tokens read again where joined words are taken apart; no line of a rubric needs nearly as many.
MOST_WORK = 100_000

# What stands below a broken line whose first word tells what it was.
BROKEN_BODIES = {
    "_RUBRIC": Body("header_line", False),
    "_OBSERVE": Body("observe_line", False),
    "_BANDS": Body("table_line", False),
    "_WEIGHTS": Body("grid_line", False),
    "_INDICATOR": Body("indicator_line", False),
    "_RANKING": Body("ranking_line", False),
    "_EXAMPLE": Body("grid_line", False),
    "_TEST": Body("test_line", False),
    "_GIVEN": Body("grid_line", False),
}


def skipped_line(text: str, origin: Origin) -> ParsedLine:
    """A line that is not read: it stands below a broken one, or holds a hidden character (which was reported)."""
    words = words_of(text)
    whole = Span(origin, 0, len(text) - len(text.lstrip()), 0, len(text.split("\n")[0]))
    return ParsedLine(origin, None, (), None, text, words, (), 0, 0, whole)


def parse_line(text: str, origin: Origin, place: str, above: str) -> ParsedLine:
    """The line as what may stand in this place; `above` is the anchor of the line it stands under."""
    if HIDDEN.search(text):
        return skipped_line(text, origin)
    tokens, node, fault = _sentence(text, origin, place)
    body = body_of(node) if fault is None else BROKEN_BODIES.get(tokens.kinds[0] if tokens.kinds else "")
    whole = tokens.span(0, len(tokens.kinds) - 1) if tokens.kinds else tokens.place(0, len(text))
    return ParsedLine(
        origin,
        node,
        () if fault is None else (fault,),
        body,
        _anchor(node, text, above),
        () if fault is None else names_in(tokens),
        tuple(tokens.comments),
        tokens.english,
        tokens.chinese,
        whole,
        tokens,
    )


def _sentence(text: str, origin: Origin, place: str) -> tuple[Tokens, Any, Diagnostic | None]:
    """The tokens of a line with its node or its fault.

    Words that make a keyword side by side are joined, unless the line stops there and is a sentence without:
    `若 接通 为 否 则 1 否则 2` has no `否则` before the 1, and `bands combined by total` declares `combined`.
    """
    tokens = tokens_of(text, origin)
    if tokens.fault is not None:
        return tokens, None, tokens.fault
    apart: set[int] = set()
    furthest, read = tokens, -1
    stop_at = 0
    while True:
        try:
            return tokens, parse_tokens(tokens, place), None
        except LineFault as found:
            return tokens, None, found.diagnostic
        except Stopped as stop:
            place_of_stop = tokens.starts[stop.index] if stop.index < len(tokens.starts) else len(text)
            if place_of_stop > read:
                furthest, read, stop_at = tokens, place_of_stop, stop.index
            if not tokens.is_joined(stop.index) or len(apart) * len(tokens.kinds) > MOST_WORK:
                return furthest, None, stopped.explain(furthest, place, stop_at)
            apart.add(tokens.starts[stop.index])
            tokens = tokens_of(text, origin, apart)


def words_of(text: str) -> tuple[str, ...]:
    """Whatever could be a name in a line that is not read."""
    return tuple(dict.fromkeys(WORD.findall(text)))


def names_in(tokens: Tokens) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for kind, t in zip(tokens.kinds, tokens.texts, strict=True) if kind == "NAME"))


def body_of(node: Any) -> Body | None:
    """What stands below a sentence."""
    match node:
        case tree.Header():
            return Body("header_line", False)
        case tree.Observe():
            return Body("observe_line", True)
        case tree.ColumnLine(type=tree.ColumnType(kind="choice", members=())):
            return Body("member_line", False)
        case tree.Measure(body=tree.Table()) | tree.Formula(body=tree.Table()) | tree.Bands():
            return Body("table_line", True)
        case tree.Weights():
            return Body("grid_line", False)
        case tree.Indicator():
            return Body("indicator_line", False)
        case tree.Touchpoint(rule=tree.TableRule()):
            return Body("by_touchpoint_line", True)
        case tree.Touchpoint():
            return Body("touchpoint_line", False)
        case tree.Ranking():
            return Body("ranking_line", False)
        case tree.Example() | tree.Given() | tree.Expect(refused=None):
            return Body("grid_line", True)
        case tree.Test():
            return Body("test_line", True)
        case _:
            return None


def _anchor(node: Any, text: str, above: str) -> str:
    match node:
        case tree.Observe() | tree.Bands() | tree.Weights() | tree.Indicator() | tree.Touchpoint():
            return f"{type(node).__name__} {node.named.name}"
        case tree.Row() | tree.GridRow():
            return ""
        case _:
            return f"{above}\n{text}"
