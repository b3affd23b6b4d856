"""An edit of one line that makes it a sentence, found by trying: each is parsed before it is offered."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.diagnostics.model import Edit, Fix
from rubric_dsl.surface.grammar import END
from rubric_dsl.surface.keywords import keywords, near_words
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.surface.sentence import reads
from rubric_dsl.surface.tokens import Tokens
from rubric_dsl.text.source import Span

# Lines longer than this are not tried: nobody writes them, and trying costs time.
MAX_TOKENS = 400
# Words that many a line can hold and that change what it says: they are not put in by guessing.
NEVER_MEANT = frozenset({"_NOT", "_AND", "_OR", "_YES", "_NO", "_KEY", "_PRIVATE", "_OPTIONAL", "_CHOICE", "_MISSING"})
# Signs that were meant to say something: a line is not mended by taking them away.
MEANT = frozenset({"+", "-", "*", "/", "^", "COMPARE", "="})
SIGNS = (":", ",", ")", "=", "|", "(", "/", "*")
FULL_WIDTH = {":": "：", ",": "，"}


def first_repair(tokens: Tokens, place: str, index: int, states: list[int], expected: frozenset[str]) -> Fix | None:
    """The most likely of the edits at this token that make the whole line a sentence."""
    if len(tokens.kinds) > MAX_TOKENS:
        return None
    return next(_repairs(tokens, place, index, states, expected), None)


def _repairs(
    tokens: Tokens, place: str, index: int, states: list[int], expected: frozenset[str]
) -> Iterator[Fix]:
    rest = tokens.kinds[index:]
    words = [kind for kind in sorted(expected) if kind[0] == "_" and kind not in NEVER_MEANT]
    found = index < len(tokens.kinds)
    if found and rest[0] == "-" and "_TO" in expected and reads(states, ["_TO", *rest[1:]], place):
        word = _spaced(tokens, index, spelled(tokens, "_TO"))
        yield Fix("replace", (Edit(tokens.span(index, index), word),), {"word": word.strip()})
    if found and rest[0] == "NAME":
        for kind, word in _near(tokens, index, words):
            if reads(states, [kind, *rest[1:]], place):
                yield Fix("near", (Edit(tokens.span(index, index), word),), {"near": word})
    signs = [sign for sign in SIGNS if sign in expected]
    if place == "grid_line":
        signs.append("-")
    for sign in signs:
        if reads(states, [sign, *rest], place):
            yield Fix("insert", (_inserted(tokens, index, sign),), {"word": sign})
    if found:
        yield from _instead(tokens, place, index, states, expected)
    for kind in words:
        if reads(states, [kind, *rest], place):
            word = spelled(tokens, kind)
            yield Fix("insert", (_inserted(tokens, index, word),), {"word": word})
    if found and rest[0] not in MEANT and reads(states, rest[1:], place):
        removed = tokens.text[tokens.starts[index] : tokens.ends[index]]
        after = tokens.text[tokens.ends[index] : tokens.ends[index] + 1]
        gap = " " if index and after.strip() and after not in ":,)：，）" else ""
        yield Fix("remove", (Edit(_with_blank(tokens, index), gap),), {"word": removed})


def _instead(tokens: Tokens, place: str, index: int, states: list[int], expected: frozenset[str]) -> Iterator[Fix]:
    """Another sign or word in place of the token, or quotes around it and what follows."""
    rest = tokens.kinds[index:]
    span = tokens.span(index, index)
    if rest[0] not in ("NAME", "AMOUNT", "QUOTED"):
        # A sign was meant for another sign; who writes a word means that word, or one that looks like it.
        for sign in (sign for sign in SIGNS if sign in expected and rest[0][0] != "_"):
            if reads(states, [sign, *rest[1:]], place):
                yield Fix("replace", (Edit(span, sign),), {"word": sign})
    text_only = all(kind in ("QUOTED", END) for kind in expected)
    if "QUOTED" in expected and rest[0] != "QUOTED" and (text_only or rest[0] == "NAME"):
        for last in (index, len(tokens.kinds) - 1):
            if reads(states, ["QUOTED", *tokens.kinds[last + 1 :]], place):
                text = tokens.text[tokens.starts[index] : tokens.ends[last]]
                text = quoted(text, "zh" if tokens.chinese > tokens.english else "en")
                yield Fix("quote", (Edit(tokens.span(index, last), text),), {"text": text})
                return


def _near(tokens: Tokens, index: int, words: list[str]) -> list[tuple[str, str]]:
    """(terminal, spelling) of accepted keywords that look like the name at this token."""
    spellings = {word: kind for kind in words for word in keywords().tokens[kind[1:]].all()}
    return [(spellings[word], word) for word in near_words(tokens.texts[index], spellings, 3)]


def spelled(tokens: Tokens, kind: str) -> str:
    """A keyword in the language of the line."""
    return keywords().tokens[kind[1:]].shown("zh" if tokens.chinese > tokens.english else "en")


def _spaced(tokens: Tokens, index: int, word: str) -> str:
    """The word with blanks where its neighbours touch it."""
    before = " " if tokens.touching(index) else ""
    after = " " if tokens.text[tokens.ends[index] : tokens.ends[index] + 1].strip() else ""
    return before + word + after


def _inserted(tokens: Tokens, index: int, word: str) -> Edit:
    """The word behind the token before: `:` `,` `)` right there, others after a blank."""
    at = tokens.ends[index - 1] if index else tokens.starts[0]
    if tokens.chinese > tokens.english:
        word = FULL_WIDTH.get(word, word)
    text = word if word in ":,)：，" else f" {word}" if index else word
    touches = tokens.text[at : at + 1].strip() and word not in ")：，"
    return Edit(tokens.place(at, at), text + (" " if touches or not index else ""))


def _with_blank(tokens: Tokens, index: int) -> Span:
    """The token with the blanks before it."""
    start = tokens.ends[index - 1] if index else tokens.starts[index]
    return tokens.place(start, tokens.ends[index])
