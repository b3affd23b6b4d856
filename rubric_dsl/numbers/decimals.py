"""The one gate through which numbers enter, and the exact texts in which they are kept."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import repeat
from math import gcd
from operator import floordiv

MAX_DIGITS = 60
"""Most digits of a number as written, leading zeros included."""

MAX_EXPONENT = 60
"""Largest power of ten in `1e60`, up or down."""

MAX_EXACT_LENGTH = 70_000
"""Longest exact text that is read: a rational of `limits.MAX_RATIONAL_BITS` bits fits."""

_DECIMAL = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?")
_EXACT = re.compile(r"(-?)([0-9]+)(?:/([0-9]+))?")
_CHUNK = 4000
"""Digits converted at once: Python refuses to convert more than 4300 in one step."""
_BASE = 10**_CHUNK


class NotANumber(ValueError):
    """The text is not a decimal number in ASCII digits."""


class NumberTooLong(ValueError):
    """A decimal number with more than `MAX_DIGITS` digits or an exponent beyond `MAX_EXPONENT`."""


def read_decimal(text: str) -> Fraction:
    """The exact value of `-12.50` or `1.2e-3`: an optional sign, digits, an optional point with digits on both sides.

    Raises NotANumber for anything else (`.5`, `5.`, `1_000`, `NaN`, `inf`, full-width digits, blanks) and
    NumberTooLong, before any large number is made.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise NotANumber(text[:100])
    sign, whole, decimals, exponent_sign, exponent = found.groups()
    decimals = decimals or ""
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise NumberTooLong(text[:100])
    places = -len(decimals)
    if exponent is not None:
        exponent = exponent.lstrip("0") or "0"
        if len(exponent) > 4 or int(exponent) > MAX_EXPONENT:
            raise NumberTooLong(text[:100])
        places += -int(exponent) if exponent_sign == "-" else int(exponent)
    digits = int(whole + decimals)
    if sign == "-":
        digits = -digits
    return Fraction(digits * 10**places) if places >= 0 else Fraction(digits, 10**-places)


def ratio(numerator: int, denominator: int) -> Fraction:
    """`Fraction(numerator, denominator)` in less than half the time; the denominator is positive.

    For the readers of cells, which make one of every number of a file.
    """
    common = gcd(numerator, denominator)
    made = object.__new__(Fraction)
    made._numerator = numerator // common  # type: ignore[attr-defined]
    made._denominator = denominator // common  # type: ignore[attr-defined]
    return made


def ratios(numerators: Sequence[int], denominators: Sequence[int]) -> list[Fraction]:
    """`ratio` of each two, in half the time again; the denominators are positive."""
    commons = list(map(gcd, numerators, denominators))
    made = list(map(_new_fraction, repeat(Fraction, len(commons))))
    deque(map(_set_numerator, made, map(floordiv, numerators, commons)), maxlen=0)
    deque(map(_set_denominator, made, map(floordiv, denominators, commons)), maxlen=0)
    return made


_new_fraction: Callable[[type[Fraction]], Fraction] = object.__new__
_set_numerator: Callable[[Fraction, int], None] = Fraction._numerator.__set__  # type: ignore[attr-defined]
_set_denominator: Callable[[Fraction, int], None] = Fraction._denominator.__set__  # type: ignore[attr-defined]


def exact_text(value: Fraction) -> str:
    """`"19/2"`, or `"6"` where the denominator is 1: lowest terms, one text for one value."""
    numerator = integer_text(value.numerator)
    return numerator if value.denominator == 1 else f"{numerator}/{integer_text(value.denominator)}"


def exact_ratios(tops: Iterable[int], bottoms: Iterable[int]) -> list[str]:
    """`exact_text` of many quotients, without making a number of each; bottoms are positive."""
    found = []
    for top, bottom in zip(tops, bottoms, strict=False):
        common = gcd(top, bottom)
        top, bottom = top // common, bottom // common
        if top.bit_length() + bottom.bit_length() > _CHUNK:
            found.append(exact_text(ratio(top, bottom)))
        else:
            found.append(f"{top}/{bottom}" if bottom != 1 else str(top))
    return found


def from_exact(text: str) -> Fraction:
    """The value of `"19/2"` or `"6"`.

    Raises NotANumber for another form or a denominator of 0, NumberTooLong beyond `MAX_EXACT_LENGTH` characters.
    """
    if len(text) > MAX_EXACT_LENGTH:
        raise NumberTooLong(text[:100])
    found = _EXACT.fullmatch(text)
    if found is None:
        raise NotANumber(text[:100])
    sign, numerator, denominator = found.groups()
    below = _integer(denominator) if denominator is not None else 1
    if below == 0:
        raise NotANumber(text[:100])
    above = _integer(numerator)
    return Fraction(-above if sign else above, below)


def decimal_places(value: Fraction) -> int | None:
    """How many decimals the value needs written out in full; None where no number of them is enough."""
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None


def decimal_text(value: Fraction, places: int) -> str:
    """The value with exactly `places` decimals, `"-0.50"`. Raises ValueError where it needs more."""
    scaled = abs(value) * 10**places
    if scaled.denominator != 1:
        raise ValueError(f"{value} has more than {places} decimals")
    digits = integer_text(scaled.numerator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def integer_text(value: int) -> str:
    """Decimal digits of an integer of any length."""
    if value < 0:
        return "-" + integer_text(-value)
    chunks: list[str] = []
    while value >= _BASE:
        value, low = divmod(value, _BASE)
        chunks.append(str(low).rjust(_CHUNK, "0"))
    return str(value) + "".join(reversed(chunks))


def _integer(digits: str) -> int:
    value = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        value = value * 10 ** len(chunk) + int(chunk)
    return value
