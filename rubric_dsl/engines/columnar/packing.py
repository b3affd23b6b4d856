"""Many small counts added up as few large ones: fields of a 64-bit integer, each with room for its sum.

A field is never negative and its sum over a group of at most so many rows cannot reach the next field, so the sum of
the integers is the sums of the fields side by side. How many rows a group has is counted in the same pass: where one
has more than were assumed, everything is added up again with wider fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.text.record import dataclass

WORD = 63


@dataclass(frozen=True, slots=True)
class Field:
    """Where the sum of a part stands: in a word, from a bit, so many bits wide (None: the word as a whole).

    The sum is that of the field and `low` for each row."""

    word: int
    start: int
    bits: int | None
    low: int


@dataclass(frozen=True, slots=True)
class Packing:
    """Words to be added up, and the field of each part."""

    words: tuple[Expr, ...]
    fields: Mapping[Expr, Field]


def packed(parts: Sequence[Expr], rows: int) -> Packing:
    """For groups of at most `rows` rows."""
    fields: dict[Expr, Field] = {}
    words: list[list[Expr]] = []
    full = 0
    for part in parts:
        low, high = (0, 1) if part.kind == "yes/no" else (part.low, part.high)
        bits = ((high - low) * rows).bit_length()
        if bits > WORD:
            words.append([part])
            fields[part] = Field(len(words) - 1, 0, None, 0)
            full = 0
            continue
        if not full or full + bits > WORD:
            words.append([])
            full = 0
        fields[part] = Field(len(words) - 1, full, bits, low)
        words[-1].append(_shifted(part, low, 1 << full))
        full += bits
    return Packing(tuple(ex.plus(*word) for word in words), fields)


def _shifted(part: Expr, low: int, by: int) -> Expr:
    """(part - low) × by, multiplied where the numbers come from."""
    if part.kind == "yes/no":
        return ex.when(part, ex.literal(by), ex.literal(0))
    if part.operation == "when" and all(low <= one.low and one.high <= part.high for one in part.operands[1:]):
        condition, then, otherwise = part.operands
        return ex.when(condition, _shifted(then, low, by), _shifted(otherwise, low, by))
    return ex.times(ex.plus(part, ex.literal(-low)), ex.literal(by))


def unpacked(field: Field, sums: pl.Series, rows: pl.Series) -> pl.Series:
    """The sums of a part by group from those of its word; 64 bits, or 128 where the word is a part as a whole."""
    if field.bits is None:
        return sums
    found = sums // (1 << field.start) if field.start else sums
    if field.bits < WORD:
        found = found % (1 << field.bits)
    if not field.low:
        return found
    return found.cast(pl.Int128) + rows.cast(pl.Int128) * pl.Series([field.low], dtype=pl.Int128)
