"""Numbers written in forms of other notations: `95%以上`, `1e5`, `1,000`, `3次`, each with the form to write."""

from __future__ import annotations

import re

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix
from rubric_dsl.surface import faults
from rubric_dsl.surface.faults import write
from rubric_dsl.surface.grammar import parse_table
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.sentence import advance, reads, states_before
from rubric_dsl.surface.tokens import Tokens

# Written after a number, these include it.
BOUNDS_BEHIND = {
    "以上": "FROM", "及以上": "FROM", "起": "FROM", "以下": "UP_TO", "及以下": "UP_TO", "以内": "UP_TO", "之内": "UP_TO"
}  # fmt: skip
# The same in English: `90 or more`, `5 and below`, `90+`.
MORE = frozenset({"more", "above", "over", "higher", "greater", "up", "later", "longer"})
LESS = frozenset({"less", "below", "under", "lower", "fewer", "earlier", "shorter"})
EXPONENT = re.compile(r"[eE]([0-9]*)")
# Latin words behind a number that somebody may take for a unit.
FOREIGN_UNITS = frozenset(
    {"ms", "km", "m", "cm", "mm", "kg", "g", "t", "yuan", "rmb", "cny", "usd", "times", "calls", "rows", "people"}
    | {"persons", "items", "week", "weeks", "month", "months", "year", "years"}
)


def behind_number(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """A word right behind a number that is no unit: `95%以上`, `1e5`, `3次`."""
    kinds = tokens.kinds
    if kinds[index : index + 2] == ["AMOUNT", "NAME"] and tokens.texts[index + 1] in BOUNDS_BEHIND:
        index += 1
    if not 0 < index < len(kinds) or kinds[index] != "NAME" or kinds[index - 1] != "AMOUNT":
        return None
    word, number = tokens.texts[index], tokens.written(index - 1)
    both = tokens.span(index - 1, index)
    if word in BOUNDS_BEHIND:
        prefix = _prefix_form(tokens, place, index)
        return Diagnostic("R027", both, {"word": word}, fixes=(write(both, prefix),))
    if not tokens.touching(index):
        return _unit(tokens, place, index)
    exponent = EXPONENT.match(word)
    if exponent and exponent.end() == len(word) and index - 1 not in tokens.units:
        return _scientific(tokens, index, exponent[1])
    if re.fullmatch("_[0-9_]+", word):
        return faults.number_form(both, number + word, number + word.replace("_", ""))
    return _unit(tokens, place, index)


def bound_in_words(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R027 for `90 or more`, `5 and below` and `90+` where a range can stand."""
    if not 0 < index < len(tokens.kinds) or tokens.kinds[index - 1] != "AMOUNT":
        return None
    behind = tokens.texts[index + 1].lower() if index + 1 < len(tokens.kinds) else ""
    if tokens.kinds[index] in ("_OR", "_AND") and behind in MORE | LESS:
        last, token = index + 1, "FROM" if behind in MORE else "UP_TO"
    elif tokens.kinds[index] == "+" and tokens.touching(index) and behind in (":", ",", "|", ""):
        last, token = index, "FROM"
    else:
        return None
    if not reads(states_before(tokens, place, index - 1), ["_" + token, "AMOUNT", *tokens.kinds[last + 1 :]], place):
        return None
    both = tokens.span(index - 1, last)
    word = tokens.text[tokens.starts[index] : tokens.ends[last]]
    return Diagnostic("R027", both, {"word": word}, fixes=(
        write(both, f"{keywords().tokens[token].en[0]} {tokens.written(index - 1)}"),
    ))


def _prefix_form(tokens: Tokens, place: str, index: int) -> str:
    """The range that `95%以上` means, in a form that fits here: `不低于95%`, `>= 95%`, or (behind `至`) `95%`."""
    number = tokens.written(index - 1)
    token = BOUNDS_BEHIND[tokens.texts[index]]
    states = states_before(tokens, place, index - 1)
    rest = ["AMOUNT", *tokens.kinds[index + 1 :]]
    if advance(parse_table(), states[:], "_" + token):
        return keywords().tokens[token].zh[0] + number
    if reads(states, ["COMPARE", *rest], place):
        blank = " " if tokens.touching(index - 1) else ""
        return f"{blank}{'>=' if token == 'FROM' else '<='} {number}"
    return number


def _scientific(tokens: Tokens, index: int, power: str) -> Diagnostic:
    """R015 for `1e5` (or `1e` with its sign and digits in the next tokens)."""
    last = index
    negative = False
    if not power and tokens.kinds[index + 1 : index + 3] in (["-", "AMOUNT"], ["+", "AMOUNT"]):
        negative = tokens.kinds[index + 1] == "-"
        last, power = index + 2, tokens.texts[index + 2]
    span = tokens.span(index - 1, last)
    written = tokens.text[tokens.starts[index - 1] : tokens.ends[last]]
    instead = None
    if power.isdigit() and len(power) < 3 and int(power) <= 30:
        whole, _, part = tokens.texts[index - 1].partition(".")
        zeros = "0" * int(power)
        digits = zeros + whole + part if negative else whole + part + zeros
        point = len(whole) if negative else len(whole) + int(power)
        instead = f"{digits[:point].lstrip('0') or '0'}.{digits[point:].rstrip('0')}".rstrip(".")
    return faults.number_form(span, written, instead)


def _unit(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R179: a counting word or foreign unit behind a number, when the line is a sentence without it."""
    word = tokens.texts[index]
    if index - 1 in tokens.units or (word not in FOREIGN_UNITS and (word[0] < "\u3000" or len(word) > 3)):
        return None
    kinds = tokens.kinds
    if not reads(states_before(tokens, place, index), kinds[index + 1 :], place):
        return None
    span = tokens.place(tokens.ends[index - 1], tokens.ends[index])
    number = tokens.written(index - 1)
    fix = Fix("bare", (Edit(span, ""),), {"number": number})
    return Diagnostic("R179", tokens.span(index, index), {"word": tokens.texts[index]}, fixes=(fix,))


def thousands(tokens: Tokens, index: int) -> Diagnostic | None:
    """R015: `1,000` where a comma cannot stand."""
    for comma in (index, index - 1, index - 2):
        if not 0 < comma < len(tokens.kinds) - 1 or tokens.kinds[comma - 1 : comma + 2] != ["AMOUNT", ",", "AMOUNT"]:
            continue
        if tokens.touching(comma) and tokens.touching(comma + 1) and re.fullmatch("[0-9]{3}", tokens.texts[comma + 1]):
            span = tokens.span(comma - 1, comma + 1)
            digits = tokens.texts[comma - 1] + tokens.texts[comma + 1]
            return faults.number_form(span, tokens.text[tokens.starts[comma - 1] : tokens.ends[comma + 1]], digits)
    return None
