"""Powers, roots, logarithms and exponentials of ranges.

Ends that are rational are exact; others are rounded outward to about 64 bits. Operands outside the function's domain
have no result and are left out; a result too large to write down is no end.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.limits import TooLarge
from rubric_dsl.numbers.ranges import ONE, ZERO, Range
from rubric_dsl.numbers.reals import Exact

BITS = 64

NONNEGATIVE = Range(ZERO)
POSITIVE = Range(ZERO, None, False)
_UNIT = Range.exactly(ONE)


def around(value: Exact) -> Range:
    """A single rational, or a narrow range that holds the irrational."""
    low, high = reals.enclosure(value, BITS)
    return Range(low, high)


def sqrt(a: Range) -> Range:
    return _rising(reals.sqrt, a.intersect(NONNEGATIVE))


def ln(a: Range) -> Range:
    a = a.intersect(POSITIVE)
    if a.low != 0:
        return _rising(reals.ln, a)
    high, high_closed = _end(reals.ln, a.high, a.high_closed, 1)
    return Range(None, high, False, high_closed)


def log(a: Range, base: Range) -> Range:
    """Logarithms to bases above 0 other than 1."""
    only = base.single
    if only is None:
        return ln(a).divide(ln(base))
    if only <= 0 or only == 1:
        return Range.empty()
    if only < 1:
        return log(a, Range.exactly(1 / only)).negate()
    a = a.intersect(POSITIVE)
    if a.low != 0:
        return _rising(lambda x: reals.log(x, only), a)
    return ln(a).divide(ln(base))


def exp(a: Range) -> Range:
    result = _rising(reals.exp, a)
    return result.intersect(POSITIVE)


def power(base: Range, exponent: Range) -> Range:
    """base^exponent for all pairs for which it is defined: whole exponents for any base, others for bases from 0."""
    only = exponent.single
    if only is not None:
        return _power(base, only)
    if base.is_empty or exponent.is_empty:
        return Range.empty()
    result = exp(exponent.multiply(ln(base)))
    if base.contains(ZERO) and not exponent.intersect(POSITIVE).is_empty:
        result = result.hull(Range.exactly(ZERO))
    negative = base.intersect(Range(None, ZERO, False, False))
    if not negative.is_empty:
        size = exp(exponent.multiply(ln(negative.negate())))
        result = result.hull(size).hull(size.negate())
    return result


def _power(base: Range, exponent: Fraction) -> Range:
    if exponent < 0:
        return _UNIT.divide(_power(base, -exponent))
    if exponent == 0:
        return Range.empty() if base.is_empty or base.single == 0 else _UNIT
    if exponent.denominator != 1:
        base = base.intersect(NONNEGATIVE)
    elif exponent.numerator % 2 == 0:
        base = base.absolute()
    return _rising(lambda x: reals.power(x, exponent), base)


def _rising(function: Callable[[Exact], Exact], a: Range) -> Range:
    """The values of a strictly rising function that is defined on the range and without bound where the range is."""
    if a.is_empty:
        return a
    low, low_closed = _end(function, a.low, a.low_closed, 0)
    high, high_closed = _end(function, a.high, a.high_closed, 1)
    return Range(low, high, low_closed, high_closed)


def _end(
    function: Callable[[Exact], Exact], end: Fraction | None, closed: bool, side: int
) -> tuple[Fraction | None, bool]:
    if end is None:
        return None, False
    try:
        value = function(end)
    except TooLarge:
        return None, False
    if isinstance(value, Fraction):
        return value, closed
    return reals.enclosure(value, BITS)[side], True
