"""Which names a piece of a rubric mentions, without knowing what they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache

from rubric_dsl.surface import tree
from rubric_dsl.text.source import Origin, Span


@cache
def _parts_of(kind: type[object]) -> tuple[str, ...]:
    """The fields of a class of the tree that may hold names."""
    if issubclass(kind, tree.Named | tree.Quoted | Span | Origin) or not is_dataclass(kind):
        return ()
    return tuple(field.name for field in fields(kind) if field.name not in ("span", "pattern_span", "text", "unit"))


_PLAIN = frozenset({type(None), bool, int, str})
_ALL: Mapping[type[object], tuple[str, ...]] = {}
_CALLS_WHOLE: Mapping[type[object], tuple[str, ...]] = {tree.Call: ()}
_COMPUTED: Mapping[type[object], tuple[str, ...]] = {tree.Is: ("operand",), tree.Exactly: (), tree.Range: ()}
"""Of these, the fields that may hold more than members, classes and parameters."""


def _parts(*pieces: object, instead: Mapping[type[object], tuple[str, ...]] = _ALL) -> Iterator[object]:
    """All parts of the tree in the pieces that may hold names, in no particular order; `instead`: fields to follow."""
    pending: list[object] = list(pieces)
    while pending:
        piece = pending.pop()
        kind: type = type(piece)
        if kind is tuple:
            pending.extend(piece)  # type: ignore[arg-type]  # a tuple
        elif kind not in _PLAIN:
            yield piece
            followed = instead[kind] if kind in instead else _parts_of(kind)
            pending.extend([getattr(piece, name) for name in followed])


def mentioned(*pieces: object) -> Iterator[tree.Word | tree.Name]:
    """Every name in the pieces that may refer to a declaration, in no particular order.

    Works on any part of the tree by its fields, so a new construct needs no line here. Words that declare
    (`Named`) and quoted texts are passed over; `Is` members are included, as they may be parameters or classes.
    """
    return (piece for piece in _parts(*pieces) if isinstance(piece, tree.Word | tree.Name))


def beside(*pieces: object) -> Iterator[tree.Word | tree.Name | tree.Call]:
    """The calls in the pieces, and every name outside their brackets."""
    found = _parts(*pieces, instead=_CALLS_WHOLE)
    return (piece for piece in found if isinstance(piece, tree.Word | tree.Name | tree.Call))


def comparisons(*pieces: object) -> list[tree.Call]:
    """The calls that run across subjects, in written order."""
    found = [piece for piece in _parts(*pieces) if isinstance(piece, tree.Call) and piece.across is not None]
    return sorted(found, key=lambda call: (call.span.first_line, call.span.column))


def names_in(*pieces: object) -> set[str]:
    """The same as a set of texts."""
    return {_text_of(piece) for piece in mentioned(*pieces)}


def computed_in(*pieces: object) -> set[str]:
    """The names among them that may stand for something computed: not members behind `is`, nor words of patterns."""
    parts = _parts(*pieces, instead=_COMPUTED)
    return {_text_of(piece) for piece in parts if isinstance(piece, tree.Word | tree.Name)}


def _text_of(piece: tree.Word | tree.Name) -> str:
    return piece.text if isinstance(piece, tree.Word) else piece.name


def find_name(expression: object, name: str) -> Span | None:
    """Where the name is first mentioned in the piece."""
    spans = [
        piece.span
        for piece in mentioned(expression)
        if _text_of(piece) == name
    ]
    return min(spans, key=lambda span: (span.line, span.column)) if spans else None
