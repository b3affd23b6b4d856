"""Which numbers a domain has between two ends, and which of them a person would name first.

Ends are counted in ticks: whole multiples of 1/scale, one scale an axis, so that all comparisons are between integers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from typing import NamedTuple, TypeAlias

from rubric_dsl.text.record import dataclass

MOST_DECIMALS = 30


class Span(NamedTuple):
    """Between two ends in ticks (None: no end)."""

    low: int | None
    low_closed: bool
    high: int | None
    high_closed: bool

    def holds(self, tick: int) -> bool:
        return (self.low is None or self.low < tick or (self.low_closed and self.low == tick)) and (
            self.high is None or tick < self.high or (self.high_closed and self.high == tick)
        )


def ticks(value: Fraction, scale: int) -> int:
    return value.numerator * (scale // value.denominator)


def least_multiple(step: int, low: int, closed: bool) -> int:
    """The least multiple of step that is at least low (open: above it)."""
    return -(-low // step) * step if closed else (low // step + 1) * step


def greatest_multiple(step: int, high: int, closed: bool) -> int:
    return high // step * step if closed else -(-high // step) * step - step


def outward(low: int | None, high: int | None) -> Iterator[int]:
    """The integers from low to high, from the end that is there; from 0 outwards if there is none."""
    if low is not None:
        yield from count(low) if high is None else range(low, high + 1)
    elif high is not None:
        yield from count(high, -1)
    else:
        yield 0
        for size in count(1):
            yield size
            yield -size


@dataclass(frozen=True, slots=True)
class Dense:
    """All rationals."""

    scale: int

    def has(self, span: Span) -> bool:
        low, low_closed, high, high_closed = span
        return low is None or high is None or low < high or (low == high and low_closed and high_closed)

    def witness(self, span: Span) -> Fraction | None:
        """The value with the fewest decimals; the middle one of several."""
        return plainest(span, self.scale) if self.has(span) else None

    def tightened(self, span: Span) -> Span:
        return span


@dataclass(frozen=True, slots=True)
class AnyShare:
    """All rationals from 0 to 1 (the span is clipped to that), of which k of n with the least n is named first."""

    scale: int

    def has(self, span: Span) -> bool:
        low, low_closed, high, high_closed = span
        return low is None or high is None or low < high or (low == high and low_closed and high_closed)

    def witness(self, span: Span) -> Fraction | None:
        if not self.has(span) or span.low is None or span.high is None:
            return None
        return simplest(span.low, span.low_closed, span.high, span.high_closed, self.scale)

    def tightened(self, span: Span) -> Span:
        return span


@dataclass(frozen=True, slots=True)
class Grid:
    """The multiples of a step (in ticks)."""

    scale: int
    step: int

    def has(self, span: Span) -> bool:
        low, low_closed, high, high_closed = span
        if low is None or high is None:
            return True
        least = -(-low // self.step) * self.step if low_closed else (low // self.step + 1) * self.step
        return least < high or (high_closed and least == high)

    def witness(self, span: Span) -> Fraction | None:
        """The least value; without a low end the greatest; without both 0."""
        low, low_closed, high, high_closed = span
        if not self.has(span):
            return None
        if low is not None:
            return Fraction(least_multiple(self.step, low, low_closed), self.scale)
        return Fraction(0 if high is None else greatest_multiple(self.step, high, high_closed), self.scale)

    def tightened(self, span: Span) -> Span:
        low, low_closed, high, high_closed = span
        return Span(
            None if low is None else least_multiple(self.step, low, low_closed),
            True,
            None if high is None else greatest_multiple(self.step, high, high_closed),
            True,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """Finitely many values, ascending (in ticks)."""

    scale: int
    values: tuple[int, ...]

    def _slice(self, span: Span) -> tuple[int, int]:
        low, low_closed, high, high_closed = span
        first = 0 if low is None else (bisect_left if low_closed else bisect_right)(self.values, low)
        last = len(self.values) if high is None else (bisect_right if high_closed else bisect_left)(self.values, high)
        return first, last

    def has(self, span: Span) -> bool:
        first, last = self._slice(span)
        return first < last

    def witness(self, span: Span) -> Fraction | None:
        first, last = self._slice(span)
        return Fraction(self.values[first], self.scale) if first < last else None

    def tightened(self, span: Span) -> Span:
        return span

    def between(self, span: Span) -> Iterator[Fraction]:
        first, last = self._slice(span)
        return (Fraction(tick, self.scale) for tick in self.values[first:last])


@dataclass(frozen=True, slots=True)
class Shares:
    """k of n for some sizes n, ascending (the span is clipped to 0 to 1)."""

    scale: int
    sizes: tuple[int, ...]

    def _counts(self, span: Span, size: int) -> range:
        """The k for which k of `size` lies in the span."""
        low, low_closed, high, high_closed = span
        least = 0 if low is None else least_multiple(self.scale, low * size, low_closed) // self.scale
        most = size if high is None else greatest_multiple(self.scale, high * size, high_closed) // self.scale
        return range(max(least, 0), min(most, size) + 1)

    def has(self, span: Span) -> bool:
        return any(self._counts(span, size) for size in self.sizes)

    def witness(self, span: Span) -> Fraction | None:
        """The share with the fewest rows, then the least."""
        return next(self.between(span), None)

    def tightened(self, span: Span) -> Span:
        return span

    def between(self, span: Span) -> Iterator[Fraction]:
        return (Fraction(k, size) for size in self.sizes for k in self._counts(span, size))


Values: TypeAlias = Dense | AnyShare | Grid | Listed | Shares


def plainest(span: Span, scale: int) -> Fraction:
    """The rational in a span that is not empty with the fewest decimals, the one nearest the middle if there are
    several with decimals, the least of several without; the simplest fraction if none has few."""
    low, low_closed, high, high_closed = span
    if low is None or high is None:
        whole = Grid(scale, scale).witness(span)
        assert whole is not None
        return whole
    if low == high:
        return Fraction(low, scale)
    for decimals in range(MOST_DECIMALS + 1):
        unit = 10**decimals
        first = least_multiple(scale, low * unit, low_closed) // scale
        last = greatest_multiple(scale, high * unit, high_closed) // scale
        if first <= last:
            return Fraction((first + last) // 2 if decimals else first, unit)
    shift = low // scale
    return shift + simplest(low - shift * scale, low_closed, high - shift * scale, high_closed, scale)


def simplest(low: int, low_closed: bool, high: int, high_closed: bool, scale: int) -> Fraction:
    """The rational between low/scale and high/scale with the least denominator, then the least numerator.

    The ends are 0 or more and the span is not empty. Source: descent of the Stern-Brocot tree by continued fractions.
    """
    (a, b), (c, d) = (low, scale), (high, scale)  # low end a/b, high end c/d; d = 0 is no end
    floors: list[int] = []
    while True:
        floor = a // b
        if a == floor * b and low_closed:
            found = floor
            break
        above = (floor + 1) * d
        if above < c or (above == c and high_closed) or d == 0:
            found = floor + 1
            break
        floors.append(floor)
        # What is left lies between floor and floor + 1: look for one over it.
        (a, b), (c, d) = (d, c - floor * d), (b, a - floor * b)
        low_closed, high_closed = high_closed, low_closed
    numerator, denominator = found, 1
    for floor in reversed(floors):
        numerator, denominator = floor * numerator + denominator, numerator
    return Fraction(numerator, denominator)
