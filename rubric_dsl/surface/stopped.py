"""Why a line stopped making sense: what was expected there in the author's words, and an edit that mends it."""

from __future__ import annotations

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix
from rubric_dsl.surface.expected import expected_words
from rubric_dsl.surface.faults import write
from rubric_dsl.surface.glued import glued, touching
from rubric_dsl.surface.grammar import END, parse_table
from rubric_dsl.surface.keywords import keywords, near_words
from rubric_dsl.surface.numbers_written import behind_number, bound_in_words, thousands
from rubric_dsl.surface.places import PLACES, UNDER, Shown
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.surface.repairs import first_repair, spelled
from rubric_dsl.surface.sentence import accepted, advance, openings, reads, states_before, stop_of
from rubric_dsl.surface.tokens import Tokens

STATEMENT_WORDS = Shown(
    "a word such as `observe`, `measure`, `bands`, `indicator` or `ranking`",
    "`观测`、`测算`、`分档`、`指标`、`排名`等词",
)


def explain(tokens: Tokens, place: str, index: int) -> Diagnostic:
    """The finding about a line that fits its place up to this token (the number after the last: up to its end)."""
    return (
        glued(tokens, place, index)
        or behind_number(tokens, place, index)
        or bound_in_words(tokens, place, index)
        or thousands(tokens, index)
        or touching(tokens, place, index)
        or _bracket(tokens, place, index)
        or (_opening(tokens, place) if index == 0 else _within(tokens, place, index))
    )


# ---------------------------------------------------------------- brackets


def _bracket(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R012: a bracket that is never closed; R013: one that was never opened."""
    open_at: list[int] = []
    for at, kind in enumerate(tokens.kinds):
        if kind == "(":
            open_at.append(at)
        elif kind == ")":
            if not open_at:
                if at != index:
                    return None
                span = tokens.span(at, at)
                return Diagnostic("R013", span, fixes=(Fix("remove", (Edit(span, ""),)),))
            open_at.pop()
    closing = ")" * len(open_at)
    if closing and index == len(tokens.kinds) and reads(states_before(tokens, place, index), list(closing), place):
        end = tokens.place(tokens.ends[-1], tokens.ends[-1])
        fix = Fix("close", (Edit(end, closing),), {"brackets": closing})
        return Diagnostic("R012", tokens.span(open_at[-1], open_at[-1]), fixes=(fix,))
    return None


# ---------------------------------------------------------------- the first word


def _opening(tokens: Tokens, place: str) -> Diagnostic:
    """A line that does not start as lines of this place do: R023, R028 or R022."""
    kind = tokens.kinds[0]
    as_name = _keyword_as_name(tokens, place, 0)
    if as_name is not None:
        return as_name
    span = tokens.span(0, 0)
    found = tokens.shown(0)
    elsewhere = [other for other in UNDER if other != place and stop_of(tokens, other) == -1]
    if not elsewhere and kind != "NAME":
        elsewhere = [other for other in UNDER if other != place and kind in openings(other)]
    if elsewhere and (kind[0] == "_" or kind == "="):
        where = Shown(
            " or ".join(dict.fromkeys(UNDER[other].en for other in elsewhere)),
            "或".join(dict.fromkeys(UNDER[other].zh for other in elsewhere)),
        )
        return Diagnostic("R028", span, {"found": found, "where": where, "place": PLACES[place]})
    expected = STATEMENT_WORDS if place == "statement" else expected_words(openings(place))
    facts = {"found": found, "place": PLACES[place], "expected": expected}
    fixes: list[Fix] = []
    if kind == "NAME":
        words = {w: k for k in openings(place) if k[0] == "_" for w in keywords().tokens[k[1:]].all()}
        for near in near_words(found, words, 1):
            fixes.append(Fix("near", (Edit(span, near),), {"near": near}))
    elif kind == "|" and place == "grid_line":
        bars = [0] + ([len(tokens.kinds) - 1] if tokens.kinds[-1] == "|" and len(tokens.kinds) > 1 else [])
        fixes.append(Fix("remove", tuple(Edit(tokens.span(bar, bar), "") for bar in bars)))
    return Diagnostic("R022", span, facts, fixes=tuple(fixes))


def _keyword_as_name(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R023: a word of the language where a name stands, when the line reads on with a name there."""
    kind = tokens.kinds[index] if index < len(tokens.kinds) else ""
    if kind[:1] != "_" or kind == "_YESNO" or not tokens.texts[index]:
        return None
    states = states_before(tokens, place, index)
    table = parse_table()
    if not advance(table, states, "NAME"):
        return None
    rest = tokens.kinds[index + 1 :]
    if not reads(states, rest, place) and not (len(rest) > 1 and advance(table, states, rest[0])):
        return None
    span = tokens.span(index, index)
    word = tokens.texts[index]
    if place == "grid_line":
        return Diagnostic("R023", span, {"word": word}, fixes=(write(span, quoted(word, "en")),))
    other = f"{word}项" if word[0] > "\u3000" else f"{word}_value"
    return Diagnostic("R023", span, {"word": word}, fixes=(write(span, other),))


# ---------------------------------------------------------------- further on


def _within(tokens: Tokens, place: str, index: int) -> Diagnostic:
    """R021: the line ends too early; R020: something else was expected."""
    as_name = _keyword_as_name(tokens, place, index)
    if as_name is not None:
        return as_name
    states = states_before(tokens, place, index)
    expected = accepted(states, place)
    fix = first_repair(tokens, place, index, states, expected)
    if fix is None and index > 1:
        earlier = _earlier(tokens, place, index - 1)
        if earlier is not None:
            return earlier
    fixes = () if fix is None else (fix,)
    before = tokens.shown(index - 1)
    facts: dict[str, object] = {"before": before, "expected": expected_words(expected)}
    if index == len(tokens.kinds):
        if tokens.kinds[0] == "_RUBRIC" and index == 1:
            word = spelled(tokens, "_RUBRIC")
            title = Edit(tokens.span(0, 0).after(), " " + quoted("…", "zh" if tokens.chinese else "en"))
            return Diagnostic("R152", tokens.span(0, 0), {"word": word}, fixes=(Fix("title", (title,)),))
        return Diagnostic("R021", tokens.span(index - 1, index - 1), facts, fixes=fixes)
    return Diagnostic("R020", tokens.span(index, index), {**facts, "found": tokens.shown(index)}, fixes=fixes)


def _earlier(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R020 one token before the line stopped, when a word put in there makes it a sentence (`measure x 5`)."""
    states = states_before(tokens, place, index)
    expected = accepted(states, place) - {tokens.kinds[index], END}
    fix = first_repair(tokens, place, index, states, expected)
    if fix is None or fix.key != "insert":
        return None
    facts = {
        "before": tokens.shown(index - 1),
        "expected": Shown(f"`{fix.facts['word']}`", f"`{fix.facts['word']}`"),
        "found": tokens.shown(index),
    }
    return Diagnostic("R020", tokens.span(index, index), facts, fixes=(fix,))
