"""Enclosures of real numbers by binary fractions, in integer arithmetic with outward rounding.

An enclosure `(low, high, exponent)` says low·2^exponent ≤ x ≤ high·2^exponent. A *fixed* value of scale w is a pair of
integers with low ≤ x·2^w ≤ high. Nothing here is a float, and every bound below is proved in the comment beside it.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TypeAlias

from rubric_dsl.numbers.limits import MAX_RATIONAL_BITS, TooLarge

Enclosure: TypeAlias = tuple[int, int, int]
Fixed: TypeAlias = tuple[int, int]

ONE: Enclosure = (1, 1, 0)


def of_fraction(value: Fraction, bits: int) -> Enclosure:
    """A rational to `bits` significant bits; a rational with a short binary form is enclosed exactly."""
    above, below = value.numerator, value.denominator
    if below == 1 and above.bit_length() <= bits:
        return above, above, 0
    shift = bits - above.bit_length() + below.bit_length()
    if shift >= 0:
        quotient, rest = divmod(above << shift, below)
    else:
        quotient, rest = divmod(above, below << -shift)
    return quotient, quotient + (rest != 0), -shift


def trimmed(enclosure: Enclosure, bits: int) -> Enclosure:
    """The same number in about `bits` significant bits."""
    low, high, exponent = enclosure
    excess = max(high.bit_length(), low.bit_length()) - bits
    if excess <= 0:
        return enclosure
    return low >> excess, -(-high >> excess), exponent + excess


def multiplied(a: Enclosure, b: Enclosure, bits: int) -> Enclosure:
    """The product of two enclosures of positive numbers."""
    return trimmed((a[0] * b[0], a[1] * b[1], a[2] + b[2]), bits)


def scaled(a: Enclosure, factor: Enclosure, bits: int) -> Enclosure:
    """The product of a positive number's enclosure with one of any sign."""
    low = a[0] * factor[0] if factor[0] >= 0 else a[1] * factor[0]
    high = a[1] * factor[1] if factor[1] >= 0 else a[0] * factor[1]
    return trimmed((low, high, a[2] + factor[2]), bits)


def reciprocal(a: Enclosure, bits: int) -> Enclosure:
    """1 ÷ a for an enclosure that is wholly positive."""
    low, high, exponent = a
    shift = bits + high.bit_length()
    return (1 << shift) // high, -((-1 << shift) // low), -exponent - shift


def whole_power(a: Enclosure, exponent: int, bits: int) -> Enclosure:
    """A positive number's enclosure to an integer power, by squaring."""
    if exponent < 0:
        return reciprocal(whole_power(a, -exponent, bits), bits)
    result, base = ONE, a
    while exponent:
        if exponent & 1:
            result = multiplied(result, base, bits)
        exponent >>= 1
        if exponent:
            base = multiplied(base, base, bits)
    return result


def total(parts: list[Enclosure]) -> Enclosure:
    """The sum, aligned a little below the coarsest inexact part: finer places are lost in its width anyway."""
    inexact = [exponent for low, high, exponent in parts if low != high]
    exponent = max(inexact) - 8 if inexact else min(exponent for _, _, exponent in parts)
    low = high = 0
    for below, above, own in parts:
        shift = own - exponent
        if shift >= 0:
            low += below << shift
            high += above << shift
        else:
            low += below >> -shift
            high -= -above >> -shift
    return low, high, exponent


def to_fixed(enclosure: Enclosure, scale: int) -> Fixed:
    low, high, exponent = enclosure
    shift = exponent + scale
    if shift >= 0:
        return low << shift, high << shift
    return low >> -shift, -(-high >> -shift)


def ends(enclosure: Enclosure) -> tuple[Fraction, Fraction]:
    low, high, exponent = enclosure
    if exponent >= 0:
        return Fraction(low << exponent), Fraction(high << exponent)
    return Fraction(low, 1 << -exponent), Fraction(high, 1 << -exponent)


# ---------------------------------------------------------------- logarithms


@lru_cache(maxsize=64)
def ln_two(scale: int) -> Fixed:
    """ln 2 = 2·artanh(1/3) = 2·Σ 3^−(2i+1) ÷ (2i+1)."""
    power = (1 << scale + 16) // 3
    result, divisor = 0, 1
    while power:
        result += power // divisor
        power //= 9
        divisor += 2
    # Floors of floors are exact floors: each of the (divisor − 1)/2 terms lacks under 1, and so does the tail.
    return 2 * result >> 16, -(-(2 * result + divisor + 1) >> 16)


@lru_cache(maxsize=4096)
def ln_whole(value: int, scale: int) -> Fixed:
    """The logarithm of an integer above 0."""
    if value == 2:
        return ln_two(scale)
    return _ln_ratio(value, 0, scale)


def _ln_ratio(value: int, exponent: int, scale: int) -> Fixed:
    """ln(value·2^exponent) = k·ln 2 + ln m, m = value ÷ 2^shift between √½ and √2, ln m = 2·artanh((m−1)/(m+1))."""
    shift = value.bit_length()
    if value * value < 1 << (2 * shift - 1):
        shift -= 1
    one = 1 << shift
    work = scale + 16
    z = (abs(value - one) << work) // (value + one)
    square = z * z >> work
    result, power, divisor, count = z, z, 3, 1
    while power:
        power = power * square >> work
        result += power // divisor
        divisor += 2
        count += 1
    # |z| < 0.172, so rounding down costs each power under 2 units and each term under 3, the tail under 3 more.
    low, high = 2 * result, 2 * (result + 3 * count + 4)
    if value < one:
        low, high = -high, -low
    k = shift + exponent
    if k:
        two_low, two_high = ln_two(work)
        low += k * (two_low if k > 0 else two_high)
        high += k * (two_high if k > 0 else two_low)
    return low >> 16, -(-high >> 16)


def ln(enclosure: Enclosure, scale: int) -> Fixed:
    """The logarithm of an enclosure that is wholly positive."""
    low, high, exponent = enclosure
    below = _ln_ratio(low, exponent, scale)
    return below if high == low else (below[0], _ln_ratio(high, exponent, scale)[1])


# ---------------------------------------------------------------- exponentials


def exp(x: Fixed, scale: int, bits: int) -> Enclosure:
    """e^x to about `bits` significant bits, as far as the width of x allows. Raises TooLarge for huge results."""
    low, high = x
    if high >> scale > MAX_RATIONAL_BITS or low >> scale < -MAX_RATIONAL_BITS:
        raise TooLarge("an exponential is too large or too small")
    below = _exp_point(low, scale, bits)
    if low == high:
        return below
    width = high - low
    if width >> (scale - 8):
        above = _exp_point(high, scale, bits)
        exponent = min(below[2], above[2])
        return below[0] << (below[2] - exponent), above[1] << (above[2] - exponent), exponent
    # e^δ < 1 + δ + δ² for 0 < δ < 1.
    growth = (1 << scale) + width + (width * width >> scale) + 1
    return below[0], -(-(below[1] * growth) >> scale), below[2]


def _exp_point(x: int, scale: int, bits: int) -> Enclosure:
    """e^(x ÷ 2^scale): x = k·ln 2 + r with r in [0, 1), a Taylor series for r ÷ 2^halvings, squared that often."""
    work = max(scale, bits + 8) + (abs(x) >> scale).bit_length()
    x <<= work - scale
    k, rest_low, rest_high = _reduced(x, work)
    halvings = isqrt(work) // 2 + 2
    fine = work + 2 * halvings + 8
    small = rest_low << (fine - work - halvings)
    term = result = 1 << fine
    count = 0
    while term:
        count += 1
        term = (term * small >> fine) // count
        result += term
    # Rounded down throughout. Each term and the tail lack under 2 units; squaring `halvings` times multiplies what is
    # lacking by under 2^halvings · e, and its own roundings add under 3 · 2^halvings.
    for _ in range(halvings):
        result = result * result >> fine
    lacking = (3 * (2 * count + 5)) << halvings
    # e^r < 2.72, and e^δ < 1 + 1.1·δ for the tiny width δ of r.
    high = result + lacking + (3 * (rest_high - rest_low) << (fine - work))
    return trimmed((result, high, k - fine), bits + 4)


def _reduced(x: int, scale: int) -> tuple[int, int, int]:
    """k and the ends of r = x − k·ln 2, which is at least 0 and below 1."""
    two_low, two_high = ln_two(scale)
    k = x // two_high
    one, other = x - k * two_high, x - k * two_low
    if min(one, other) < 0:
        k -= 1
        one, other = x - k * two_high, x - k * two_low
    return k, min(one, other), max(one, other)
