"""Arithmetic on columns of rational numbers. At odd places anything may come out: the caller puts values there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import repeat
from math import lcm
from operator import floordiv, mul

from rubric_dsl.engines.stage.columns import Numbers
from rubric_dsl.numbers.rounding import Mode
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Aligned:
    """Columns over the same denominators."""

    tops: Sequence[Sequence[int]]
    below: int
    scale: Sequence[int] | None


def aligned(columns: Sequence[Numbers]) -> Aligned:
    scales = {id(column.scale): column.scale for column in columns if column.scale is not None}
    found = list(scales.values())
    scale = None if not found else found[0] if len(found) == 1 else list(map(lcm, *found))
    below = lcm(*(column.below for column in columns))
    tops = []
    for column in columns:
        own = column.tops
        if scale is not None and column.scale is None:
            own = list(map(mul, own, scale))
        elif column.scale is not scale and column.scale is not None and scale is not None:
            own = list(map(mul, own, map(floordiv, scale, column.scale)))
        factor = below // column.below
        tops.append(own if factor == 1 else list(map(mul, own, repeat(factor))))
    return Aligned(tops, below, scale)


def weighted_sum(columns: Sequence[Numbers], weights: Sequence[Fraction]) -> Numbers:
    """Σ weight × column."""
    parts = aligned(columns)
    shared = lcm(*(weight.denominator for weight in weights))
    whole = [weight.numerator * (shared // weight.denominator) for weight in weights]
    terms = [own if by == 1 else list(map(mul, own, repeat(by))) for own, by in zip(parts.tops, whole, strict=True)]
    tops = terms[0] if len(terms) == 1 else list(map(sum, zip(*terms, strict=True)))
    return Numbers(tops, parts.below * shared, parts.scale)


def scaled(column: Numbers, by: Fraction) -> Numbers:
    """column × by."""
    top, bottom = by.as_integer_ratio()
    tops = column.tops if top == 1 else list(map(mul, column.tops, repeat(top)))
    return Numbers(tops, column.below * bottom, column.scale)


def product(a: Numbers, b: Numbers) -> Numbers:
    tops = list(map(mul, a.tops, b.tops))
    if a.scale is None or b.scale is None:
        return Numbers(tops, a.below * b.below, a.scale or b.scale)
    return Numbers(tops, a.below * b.below, list(map(mul, a.scale, b.scale)))


def inverse(column: Numbers) -> tuple[Numbers, list[int]]:
    """1 ÷ column, and the places where it is 0."""
    zeros = [place for place, top in enumerate(column.tops) if top == 0]
    scale = [abs(top) or 1 for top in column.tops]
    bottoms = column.bottoms()
    return Numbers([-own if top < 0 else own for top, own in zip(column.tops, bottoms, strict=False)], 1, scale), zeros


def rounded(column: Numbers, mode: Mode, step: Fraction) -> Numbers:
    """To multiples of the step, as `numbers.rounding` does it."""
    up, down = step.denominator, step.numerator
    round_one = _ROUNDED[mode]
    tops = column.tops if up == 1 else map(mul, column.tops, repeat(up))
    bottoms = map(mul, column.bottoms(), repeat(down))
    wholes = list(map(round_one, tops, bottoms))
    return Numbers(wholes if down == 1 else list(map(mul, wholes, repeat(down))), up)


def _half_up(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom) if top >= 0 else -((bottom - 2 * top) // (2 * bottom))


def _half_even(top: int, bottom: int) -> int:
    size = abs(top)
    whole, rest = divmod(2 * size + bottom, 2 * bottom)
    if rest == 0 and whole % 2:
        whole -= 1
    return whole if top >= 0 else -whole


def _up(top: int, bottom: int) -> int:
    return -(-top // bottom)


_ROUNDED: dict[Mode, Callable[[int, int], int]] = {
    "half up": _half_up, "half even": _half_even, "up": _up, "down": floordiv,
}


def chosen(columns: Sequence[Numbers], choose: Callable[..., int]) -> Numbers:
    """The lowest (`min`) or highest (`max`) of these."""
    if len(columns) == 1:
        return columns[0]
    parts = aligned(columns)
    return Numbers(list(map(choose, *parts.tops)), parts.below, parts.scale)


def outside(column: Numbers, most: Fraction) -> list[int]:
    """The places where it is not between 0 and `most`."""
    top, bottom = most.as_integer_ratio()
    end = top * column.below
    if column.scale is None:
        return [place for place, own in enumerate(column.tops) if own < 0 or own * bottom > end]
    pairs = enumerate(zip(column.tops, column.scale, strict=True))
    return [place for place, (own, scale) in pairs if own < 0 or own * bottom > end * scale]
