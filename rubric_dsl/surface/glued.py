"""Words that need a blank between them, and pieces that touch and are no one name."""

from __future__ import annotations

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix
from rubric_dsl.surface.faults import write
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.surface.sentence import reads, states_before, stop_of
from rubric_dsl.surface.tokens import Tokens, tokens_of

NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
MOST_SPLITS = 6
LONGEST_NAME = 60
LONGEST_PHRASE = 8


def glued(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
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
    """Where keywords stand inside a Chinese name, the longest first; none in a name longer than anybody writes."""
    if len(word) > LONGEST_NAME:
        return []
    phrases = keywords().phrases
    sizes = range(min(len(word) - 1, LONGEST_PHRASE), 0, -1)
    places = ((first, first + size) for size in sizes for first in range(len(word) - size + 1))
    return [(first, last) for first, last in places if word[first:last] in phrases]


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


def touching(tokens: Tokens, place: str, index: int) -> Diagnostic | None:
    """R025: pieces that touch and are no one name, such as `第1季度` or `3x`."""
    kinds = tokens.kinds
    if kinds[index : index + 2] == ["AMOUNT", "NAME"] and tokens.touching(index + 1):
        index += 1
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
    if len(written) > LONGEST_NAME:
        return None
    pieces = tuple(f"`{tokens.shown(i)}`" for i in range(first, last + 1))
    if place == "grid_line":
        instead = quoted(written, "en")
    elif any(character > "\u3000" for character in written):
        instead = written.translate(NUMERALS)
    elif reads(states_before(tokens, place, index), ["*", *kinds[index:]], place):
        product = f"{tokens.written(index - 1)} * {tokens.written(index)}"
        fix = Fix("times", (Edit(span, product),), {"text": product})
        return Diagnostic("R025", span, {"word": written, "pieces": pieces}, fixes=(fix,))
    else:
        instead = "_" + written
    return Diagnostic("R025", span, {"word": written, "pieces": pieces}, fixes=(write(span, instead),))
