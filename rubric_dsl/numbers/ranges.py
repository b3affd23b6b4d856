"""Ranges of rationals and what arithmetic makes of them: always a proved enclosure of all results.

Ends are exact; `range_functions` has the roots, logarithms, exponentials and powers, whose ends are rounded outward. An
operation that is undefined for some operands (division by 0) speaks of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from rubric_dsl.numbers.rounding import Mode, round_to

Bound: TypeAlias = "tuple[Fraction | None, bool]"
"""An end and whether it belongs to the range; None is no end on that side."""

ZERO = Fraction(0)
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Range:
    """All rationals (and reals) between two ends; None is no end. Empty where the ends cross: `Range.empty()`."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_closed: bool = True
    high_closed: bool = True

    def __post_init__(self) -> None:
        # One form for one set: an end that is not there is not closed, and there is one empty range.
        if self.low is None:
            object.__setattr__(self, "low_closed", False)
        if self.high is None:
            object.__setattr__(self, "high_closed", False)
        if self.low is None or self.high is None:
            return
        if self.low > self.high or (self.low == self.high and not (self.low_closed and self.high_closed)):
            for name, value in (("low", ONE), ("high", ZERO), ("low_closed", True), ("high_closed", True)):
                object.__setattr__(self, name, value)

    @classmethod
    def exactly(cls, value: Fraction) -> Range:
        return cls(value, value)

    @classmethod
    def empty(cls) -> Range:
        return cls(ONE, ZERO)

    @property
    def is_empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def single(self) -> Fraction | None:
        """The only value, where there is exactly one."""
        return self.low if self.low is not None and self.low == self.high else None

    @property
    def width(self) -> Fraction | None:
        """High minus low; 0 of the empty range, None without an end."""
        if self.is_empty:
            return ZERO
        return None if self.low is None or self.high is None else self.high - self.low

    def contains(self, value: Fraction) -> bool:
        above = self.low is None or value > self.low or (value == self.low and self.low_closed)
        below = self.high is None or value < self.high or (value == self.high and self.high_closed)
        return above and below

    def within(self, other: Range) -> bool:
        """Whether every value of this range is one of the other."""
        return self.is_empty or self.intersect(other) == self

    # -------------------------------------------------------- sets

    def intersect(self, other: Range) -> Range:
        low, low_closed = _later(self.low, self.low_closed, other.low, other.low_closed)
        high, high_closed = _sooner(self.high, self.high_closed, other.high, other.high_closed)
        return Range(low, high, low_closed, high_closed)

    def hull(self, other: Range) -> Range:
        """The smallest range that holds both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        low: Bound = (None, False)
        high: Bound = (None, False)
        if self.low is not None and other.low is not None:
            low = _lowest([(self.low, self.low_closed), (other.low, other.low_closed)])
        if self.high is not None and other.high is not None:
            high = _highest([(self.high, self.high_closed), (other.high, other.high_closed)])
        return Range(low[0], high[0], low[1], high[1])

    # -------------------------------------------------------- arithmetic

    def negate(self) -> Range:
        if self.is_empty:
            return self
        return Range(
            None if self.high is None else -self.high,
            None if self.low is None else -self.low,
            self.high_closed,
            self.low_closed,
        )

    def add(self, other: Range) -> Range:
        if self.is_empty or other.is_empty:
            return Range.empty()
        return Range(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            self.low_closed and other.low_closed,
            self.high_closed and other.high_closed,
        )

    def subtract(self, other: Range) -> Range:
        return self.add(other.negate())

    def multiply(self, other: Range) -> Range:
        if self.is_empty or other.is_empty:
            return Range.empty()
        low: list[Bound] = []
        high: list[Bound] = []
        for a, a_closed, a_side in self._ends():
            for b, b_closed, b_side in other._ends():
                found = _product(a, a_closed, a_side, b, b_closed, b_side)
                for sign, bounds in ((-1, low), (1, high)):
                    if found[2] in (0, sign):
                        bounds.append((found[0], found[1]))
        return _between(low, high)

    def divide(self, other: Range) -> Range:
        """All quotients by the divisors other than 0; everything where they lie on both sides of 0."""
        positive = other.intersect(Range(ZERO, None, False))
        negative = other.intersect(Range(None, ZERO, False, False))
        if self.is_empty or (positive.is_empty and negative.is_empty):
            return Range.empty()
        if self.single == 0:
            return self
        if not positive.is_empty and not negative.is_empty:
            return Range()
        if positive.is_empty:
            return self.negate().divide(other.negate())
        return self.multiply(positive._reciprocal())

    def _reciprocal(self) -> Range:
        """Of a range of positive numbers."""
        assert self.low is not None
        high = None if self.low == 0 else 1 / self.low
        return Range(ZERO if self.high is None else 1 / self.high, high, self.high_closed, self.low_closed)

    def _ends(self) -> tuple[tuple[Fraction | None, bool, int], tuple[Fraction | None, bool, int]]:
        return (self.low, self.low_closed, -1), (self.high, self.high_closed, 1)

    # -------------------------------------------------------- order

    def minimum(self, other: Range) -> Range:
        if self.is_empty or other.is_empty:
            return Range.empty()
        low = self.hull(other)
        high, high_closed = _sooner(self.high, self.high_closed, other.high, other.high_closed)
        return Range(low.low, high, low.low_closed, high_closed)

    def maximum(self, other: Range) -> Range:
        return self.negate().minimum(other.negate()).negate()

    def clamp(self, low: Range, high: Range) -> Range:
        return self.maximum(low).minimum(high)

    def absolute(self) -> Range:
        return self.intersect(Range(ZERO)).hull(self.negate().intersect(Range(ZERO)))

    # -------------------------------------------------------- steps

    def round_to(self, mode: Mode, step: Fraction) -> Range:
        """The smallest range that holds the rounded values."""
        if self.is_empty:
            return self
        low = None if self.low is None else self._rounded_end(self.low, self.low_closed, 1, mode, step)
        high = None if self.high is None else self._rounded_end(self.high, self.high_closed, -1, mode, step)
        return Range(low, high)

    def _rounded_end(self, end: Fraction, closed: bool, inward: int, mode: Mode, step: Fraction) -> Fraction:
        """Rounding is constant between two half steps, so an open end rounds like a point a little inside."""
        if closed:
            return round_to(end, mode, step)
        scale = 2 * (end / step)
        if scale.denominator > 1:
            return round_to(end, mode, step)
        return round_to(end + inward * step / 4, mode, step)

    def floor(self) -> Range:
        return self.round_to("down", ONE)

    def ceiling(self) -> Range:
        return self.round_to("up", ONE)


EVERYTHING = Range()


def _later(a: Fraction | None, a_closed: bool, b: Fraction | None, b_closed: bool) -> Bound:
    """The stricter of two low ends."""
    if a is None or b is None:
        return (b, b_closed) if a is None else (a, a_closed)
    if a == b:
        return a, a_closed and b_closed
    return (a, a_closed) if a > b else (b, b_closed)


def _sooner(a: Fraction | None, a_closed: bool, b: Fraction | None, b_closed: bool) -> Bound:
    """The stricter of two high ends."""
    if a is None or b is None:
        return (b, b_closed) if a is None else (a, a_closed)
    if a == b:
        return a, a_closed and b_closed
    return (a, a_closed) if a < b else (b, b_closed)


def _product(
    a: Fraction | None, a_closed: bool, a_side: int, b: Fraction | None, b_closed: bool, b_side: int
) -> tuple[Fraction | None, bool, int]:
    """The limit of a product at a pair of ends, whether it is reached, and for an endless one (None) its direction.

    0 at a closed end makes 0 whatever the other is; 0 · ∞ at an open or closed end bounds nothing beyond 0 from here.
    """
    if (a == 0 and a_closed) or (b == 0 and b_closed):
        return ZERO, True, 0
    if a == 0 or b == 0:
        return ZERO, False, 0
    if a is not None and b is not None:
        return a * b, a_closed and b_closed, 0
    a_sign = a_side if a is None else (a > 0) - (a < 0)
    b_sign = b_side if b is None else (b > 0) - (b < 0)
    return None, False, a_sign * b_sign


def _between(low: list[Bound], high: list[Bound]) -> Range:
    below = (None, False) if any(end is None for end, _ in low) else _lowest(low)
    above = (None, False) if any(end is None for end, _ in high) else _highest(high)
    return Range(below[0], above[0], below[1], above[1])


def _lowest(bounds: list[Bound]) -> Bound:
    least = min(end for end, _ in bounds if end is not None)
    return least, any(closed for end, closed in bounds if end == least)


def _highest(bounds: list[Bound]) -> Bound:
    most = max(end for end, _ in bounds if end is not None)
    return most, any(closed for end, closed in bounds if end == most)
