"""Whether two texts say the same: line by line as words, which is quick, and as trees."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.surface.tokens import Tokens, tokens_of
from rubric_dsl.text.source import Origin

# Spans that say by being there that a word was written.
MARKS = frozenset({"key", "private", "first_match"})


def has_the_same_words(first: Tokens, other: str) -> bool:
    """Of logical lines: the same keywords, names, texts and amounts in one order, in whichever language.

    Then they are the same sentence; lines that differ may be so too (`>= 5` and `from 5`).
    """
    second = tokens_of(other, Origin("", 1))
    return (
        first.kinds == second.kinds
        and first.units == second.units
        and first.fault is None
        and second.fault is None
        and (first.texts == second.texts or _words(first) == _words(second))
    )


def _words(tokens: Tokens) -> list[str]:
    """The texts of tokens, function words in one language; in a row of names, the word for ranks too."""
    kinds, texts = tokens.kinds, tokens.texts
    if "NAME" in kinds and set(kinds) <= {"NAME", "|"}:
        return ["rank" if function_id(text) == "rank" else text for text in texts]
    return [
        (text if kind != "NAME" or after != "(" else function_id(text) or text) if kind[0] != "_" else kind
        for kind, after, text in zip(kinds, [*kinds[1:], ""], texts, strict=True)
    ]


def says_the_same(one: Any, other: Any) -> bool:
    """Of nodes, tuples of nodes, or values of fields: spans and brackets apart."""
    while isinstance(one, tree.Group):
        one = one.inner
    while isinstance(other, tree.Group):
        other = other.inner
    kind: Any = type(one)
    if kind is not type(other):
        return False
    if kind is tuple:
        return len(one) == len(other) and all(map(says_the_same, one, other))
    said = fields_that_speak(kind)  # type: ignore[arg-type]  # a class is hashable
    if said is None:
        return bool(one == other)
    if kind is tree.Call and _function(one) != _function(other):
        return False
    if kind is tree.Cell and one.kind == "name" and function_id(one.text) == function_id(other.text) == "rank":
        return bool(other.kind == "name")
    for name, is_mark in said:
        left, right = getattr(one, name), getattr(other, name)
        if (left is None) != (right is None) or not (is_mark or says_the_same(left, right)):
            return False
    return True


def _function(call: tree.Call) -> str:
    return function_id(call.function.text) or call.function.text


@functools.cache
def fields_that_speak(kind: Any) -> tuple[tuple[str, bool], ...] | None:
    """The fields that say something, and whether being there is all they say; None: no node."""
    if not dataclasses.is_dataclass(kind):
        return None
    skipped = {"file", "function"} if kind in (tree.Call, tree.Document) else set()
    return tuple(
        (field.name, field.name in MARKS)
        for field in dataclasses.fields(kind)
        if field.name not in skipped and (field.name in MARKS or field.type != "Span")
    )
