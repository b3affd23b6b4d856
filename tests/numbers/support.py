"""Strategies and an outside calculator (the standard library's `decimal`) for the tests of numbers."""

from __future__ import annotations

import decimal
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

modest = settings(derandomize=True, max_examples=80, deadline=None)

DIGITS = 60
CALCULATOR = decimal.Context(prec=DIGITS, Emin=-10**6, Emax=10**6)


def fractions(low: int = -1000, high: int = 1000, below: int = 60) -> st.SearchStrategy[Fraction]:
    return st.builds(Fraction, st.integers(low * below, high * below), st.integers(1, below)).filter(
        lambda value: low <= value <= high
    )


positive = fractions(0).filter(lambda value: value > 0)


def calculated(value: Fraction) -> decimal.Decimal:
    return CALCULATOR.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))


def holds(low: Fraction, high: Fraction, value: decimal.Decimal) -> bool:
    """Whether the ends enclose the calculator's value, allowing for the calculator's own rounding."""
    slack: Fraction = abs(Fraction(value)) / 10 ** (DIGITS - 5)
    exact = Fraction(value)
    return low - slack <= exact <= high + slack
