"""Why a line stopped making sense: what was expected there in the author's words, and an edit that mends it."""

from __future__ import annotations

import re
from difflib import get_close_matches

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix
from rubric_dsl.surface import faults
from rubric_dsl.surface.expected import expected_words
from rubric_dsl.surface.grammar import parse_table
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.places import PLACES, UNDER, Shown
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.surface.repairs import first_repair, reads, spelled
from rubric_dsl.surface.sentence import accepted, advance, may_end, openings, states_before
from rubric_dsl.surface.tokens import Tokens, tokens_of
from rubric_dsl.text.source import Span

# Written after a number, these include it.
BOUNDS_BEHIND = {
    "以上": "FROM", "及以上": "FROM", "起": "FROM", "以下": "UP_TO", "及以下": "UP_TO", "以内": "UP_TO", "之内": "UP_TO"
}  # fmt: skip
EXPONENT = re.compile(r"[eE]([0-9]*)")
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
MOST_SPLITS = 6


def explain(tokens: Tokens, place: str, index: int) -> Diagnostic:
    """The finding about a line that fits its place up to this token (the number after the last: up to its end)."""
    return (
        _reserved(tokens)
        or _behind_number(tokens, place, index)
        or _thousands(tokens, index)
        or _glued(tokens, place, index)
        or _touching(tokens, place, index)
        or _bracket(tokens, index)
        or (_opening(tokens, place) if index == 0 else _within(tokens, place, index))
    )


def text_of(tokens: Tokens, index: int) -> str:
    return tokens.text[tokens.starts[index] : tokens.ends[index]]


# ---------------------------------------------------------------- words of their own kind


def _reserved(tokens: Tokens) -> Diagnostic | None:
    """R026: a word kept for a later edition of the language."""
    if "_EACH" not in tokens.kinds:
        return None
    index = tokens.kinds.index("_EACH")
    return Diagnostic("R026", tokens.span(index, index), {"word": text_of(tokens, index)})


def _behind_number(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """A word right behind a number that is no unit: `95%以上`, `1e5`, `3次`."""
    kinds = tokens.kinds
    if not 0 < index < len(kinds) or kinds[index] != "NAME" or kinds[index - 1] != "AMOUNT":
        return None
    word, number = tokens.texts[index], text_of(tokens, index - 1)
    both = tokens.span(index - 1, index)
    if word in BOUNDS_BEHIND:
        prefix = keywords().tokens[BOUNDS_BEHIND[word]].zh[0] + number
        return Diagnostic("R027", both, {"word": word, "prefix": prefix}, fixes=(_write(both, prefix),))
    if not tokens.touching(index):
        return _unit(tokens, place, index)
    exponent = EXPONENT.match(word)
    if exponent and exponent.end() == len(word) and index - 1 not in tokens.units:
        return _scientific(tokens, index, exponent[1])
    if re.fullmatch("_[0-9_]+", word):
        return faults.number_form(both, number + word, number + word.replace("_", ""))
    return _unit(tokens, place, index)


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
        digits, point = (zeros + whole + part, len(whole)) if negative else (whole + part + zeros, len(whole) + int(power))
        instead = f"{digits[:point].lstrip('0') or '0'}.{digits[point:].rstrip('0')}".rstrip(".")
    return faults.number_form(span, written, instead)


def _unit(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R179: a counting word or foreign unit behind a number, when the line is a sentence without it."""
    if index - 1 in tokens.units or len(tokens.texts[index]) > 4:
        return None
    kinds = tokens.kinds
    if not reads(states_before(tokens, place, index), kinds[index + 1 :], place):
        return None
    span = tokens.place(tokens.ends[index - 1], tokens.ends[index])
    number = text_of(tokens, index - 1)
    fix = Fix("bare", (Edit(span, ""),), {"number": number})
    return Diagnostic("R179", tokens.span(index, index), {"word": tokens.texts[index]}, fixes=(fix,))


def _thousands(tokens: Tokens, index: int) -> Diagnostic | None:
    """R015: `1,000` where a comma cannot stand."""
    for comma in (index, index - 1, index - 2):
        if not 0 < comma < len(tokens.kinds) - 1 or tokens.kinds[comma - 1 : comma + 2] != ["AMOUNT", ",", "AMOUNT"]:
            continue
        if tokens.touching(comma) and tokens.touching(comma + 1) and re.fullmatch("[0-9]{3}", tokens.texts[comma + 1]):
            span = tokens.span(comma - 1, comma + 1)
            digits = tokens.texts[comma - 1] + tokens.texts[comma + 1]
            return faults.number_form(span, tokens.text[tokens.starts[comma - 1] : tokens.ends[comma + 1]], digits)
    return None


# ---------------------------------------------------------------- words without a blank between them


def _glued(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R024: a Chinese keyword without blanks between it and a name (`接通率四舍五入到1%`)."""
    current, stop = tokens, index
    for _ in range(MOST_SPLITS):
        split = _best_split(current, place, stop)
        if split is None:
            break
        text, stop = split
        current = tokens_of(text, tokens.origin)
        if stop < 0:
            break
    return None if current is tokens else _blanks_offered(tokens, current.text)


def _best_split(tokens: Tokens, place: str, index: int) -> tuple[str, int] | None:
    """The text with blanks around a keyword in the name at or before this token, when the line then reads further.

    With the token at which the new line stops (-1: it is a sentence).
    """
    best: tuple[str, int] | None = None
    for at in (index - 1, index):
        if not 0 <= at < len(tokens.kinds) or tokens.kinds[at] != "NAME" or tokens.texts[at][0] < "\u3000":
            continue
        start, word = tokens.starts[at], tokens.texts[at]
        for first, last in _keywords_in(word):
            parts = (word[:first], word[first:last], word[last:])
            text = tokens.text[:start] + " ".join(part for part in parts if part) + tokens.text[start + len(word) :]
            stop = stop_of(tokens_of(text, tokens.origin), place)
            further = stop < 0 or stop > index + (1 if first else 0)
            if further and (best is None or (best[1] >= 0 and (stop < 0 or stop > best[1]))):
                best = text, stop
    return best


def _keywords_in(word: str) -> list[tuple[int, int]]:
    """Where keywords of two or more characters, or single ones at an end, stand inside a Chinese name; longest first."""
    phrases = keywords().phrases
    found = []
    for size in range(min(len(word) - 1, 8), 0, -1):
        for first in range(len(word) - size + 1):
            if word[first : first + size] in phrases:
                found.append((first, first + size))
    return found[:20]


def _blanks_offered(tokens: Tokens, text: str) -> Diagnostic:
    """The finding about the first word that `text` splits, with one edit for each blank that the line lacks."""
    places = [old for old, _ in _added_blanks(tokens.text, text)]
    index = next(i for i, end in enumerate(tokens.ends) if end >= places[0])
    start, end = tokens.starts[index], tokens.ends[index]
    spaced = "".join(" " * places.count(old) + tokens.text[old] for old in range(start, end)).strip()
    edits = tuple(Edit(tokens.place(old, old), " ") for old in places)
    fix = Fix("blanks", edits, {"spaced": spaced})
    return Diagnostic("R024", tokens.span(index, index), {"word": tokens.text[start:end]}, fixes=(fix,))


def _added_blanks(old: str, new: str) -> list[tuple[int, int]]:
    """(offset in the old text, offset in the new one) of each blank that the new text has more."""
    found = []
    at = 0
    for offset, character in enumerate(new):
        if at < len(old) and old[at] == character:
            at += 1
        else:
            found.append((at, offset))
    return found


def stop_of(tokens: Tokens, place: str) -> int:
    """The token at which a line stops making sense; -1: it does not."""
    if tokens.fault is not None:
        return len(tokens.kinds)
    table = parse_table()
    states = [table.starts[place]]
    for index, kind in enumerate(tokens.kinds):
        if not advance(table, states, kind):
            return index
    return -1 if may_end(states, place) else len(tokens.kinds)


def _touching(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R025: pieces that touch and are no one name, such as `第1季度` or `3x`."""
    kinds = tokens.kinds
    if not 0 < index < len(kinds) or not tokens.touching(index):
        return None
    if {kinds[index - 1], kinds[index]} - {"NAME", "AMOUNT"} or index - 1 in tokens.units:
        return None
    first = last = index
    while first > 0 and tokens.touching(first) and kinds[first - 1] in ("NAME", "AMOUNT"):
        first -= 1
    while last + 1 < len(kinds) and tokens.touching(last + 1) and kinds[last + 1] in ("NAME", "AMOUNT"):
        last += 1
    span = tokens.span(first, last)
    written = tokens.text[tokens.starts[first] : tokens.ends[last]]
    pieces = tuple(f"`{text_of(tokens, i)}`" for i in range(first, last + 1))
    if place == "grid_line":
        instead = quoted(written, "en")
    elif any(character > "\u3000" for character in written):
        instead = written.translate(NUMERALS)
    else:
        instead = "_" + written
    return Diagnostic("R025", span, {"word": written, "pieces": pieces}, fixes=(_write(span, instead),))


def _write(span: Span, text: str) -> Fix:
    return Fix("write", (Edit(span, text),), {"text": text})


# ---------------------------------------------------------------- brackets


def _bracket(tokens: Tokens, index: int) -> Diagnostic | None:
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
    if index == len(tokens.kinds) and open_at:
        end = tokens.place(tokens.ends[-1], tokens.ends[-1])
        fix = Fix("close", (Edit(end, ")" * len(open_at)),), {"brackets": ")" * len(open_at)})
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
    found = text_of(tokens, 0)
    elsewhere = [other for other in UNDER if other != place and stop_of(tokens, other) == -1]
    if not elsewhere and kind != "NAME":
        elsewhere = [other for other in UNDER if other != place and kind in openings(other)]
    if elsewhere and (kind[0] == "_" or kind == "="):
        where = Shown(
            " or ".join(dict.fromkeys(UNDER[other].en for other in elsewhere)),
            "或".join(dict.fromkeys(UNDER[other].zh for other in elsewhere)),
        )
        return Diagnostic("R028", span, {"found": found, "where": where, "place": PLACES[place]})
    facts = {"found": found, "place": PLACES[place], "expected": expected_words(openings(place))}
    fixes: list[Fix] = []
    if kind == "NAME":
        words = {w: k for k in openings(place) if k[0] == "_" for w in keywords().tokens[k[1:]].all()}
        for near in get_close_matches(found, words, 1, 0.6):
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
        return Diagnostic("R023", span, {"word": word}, fixes=(_write(span, quoted(word, "en")),))
    other = f"{word}项" if word[0] > "\u3000" else f"{word}_value"
    return Diagnostic("R023", span, {"word": word}, fixes=(_write(span, other),))


# ---------------------------------------------------------------- further on


def _within(tokens: Tokens, place: str, index: int) -> Diagnostic:
    """R021: the line ends too early; R020: something else was expected."""
    as_name = _keyword_as_name(tokens, place, index)
    if as_name is not None:
        return as_name
    states = states_before(tokens, place, index)
    expected = accepted(states, place)
    fix = first_repair(tokens, place, index, states, expected)
    fixes = () if fix is None else (fix,)
    before = text_of(tokens, index - 1)
    facts: dict[str, object] = {"before": before, "expected": expected_words(expected)}
    if index == len(tokens.kinds):
        if tokens.kinds[0] == "_RUBRIC" and index == 1:
            word = spelled(tokens, "_RUBRIC")
            title = Edit(tokens.span(0, 0).after(), " " + quoted("…", "zh" if tokens.chinese else "en"))
            return Diagnostic("R152", tokens.span(0, 0), {"word": word}, fixes=(Fix("title", (title,)),))
        return Diagnostic("R021", tokens.span(index - 1, index - 1), facts, fixes=fixes)
    return Diagnostic("R020", tokens.span(index, index), {**facts, "found": text_of(tokens, index)}, fixes=fixes)
