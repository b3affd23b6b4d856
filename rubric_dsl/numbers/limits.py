"""What exact arithmetic refuses to do, and where it stops."""

from __future__ import annotations

from fractions import Fraction

MAX_RATIONAL_BITS = 100_000
"""Longest numerator or denominator, about 30,000 digits: beyond it one multiplication takes visible time."""

MAX_BITS = 4096
"""Precision at which comparing two irrationals gives up."""

MAX_DEPTH = 60
"""How deeply roots, logarithms and exponentials may stand inside each other."""


class OutsideDomain(ArithmeticError):
    """The operation has no value here: division by zero, a root of a negative number, a logarithm of zero."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLarge(OutsideDomain):
    """The value exists but is longer than `MAX_RATIONAL_BITS`, or nested deeper than `MAX_DEPTH`."""


class Undecided(ArithmeticError):
    """Two values cannot be told apart with `MAX_BITS` bits, and are not known to be equal."""


def sized(value: Fraction) -> Fraction:
    """The value itself; raises TooLarge where it is longer than the limit."""
    if value.numerator.bit_length() > MAX_RATIONAL_BITS or value.denominator.bit_length() > MAX_RATIONAL_BITS:
        raise TooLarge("a number grew too long")
    return value
