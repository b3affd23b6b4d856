"""Exact arithmetic: rationals, and irrationals known by enclosures of any precision.

Every function takes and gives `Exact`; what is rational comes back as a `Fraction` as far as that is recognised
(perfect powers, logarithms of powers, roots that cancel). `Real` is structural: the same operation on equal inputs is
equal, sums and products do not depend on order. Comparing refines enclosures until they separate; at `MAX_BITS` it
gives up with `Undecided` and never guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeAlias

from rubric_dsl.numbers import enclosures, terms
from rubric_dsl.numbers.atoms import UNIT, Monomial, Terms, opaque, terms_enclosure
from rubric_dsl.numbers.limits import (
    MAX_BITS,
    MAX_DEPTH,
    MAX_RATIONAL_BITS,
    OutsideDomain,
    TooLarge,
    Undecided,
    sized,
)

__all__ = [
    "MAX_BITS", "MAX_DEPTH", "MAX_RATIONAL_BITS", "Exact", "OutsideDomain", "Real", "TooLarge", "Undecided", "absolute",
    "add", "ceiling", "compare", "divide", "enclosed", "enclosure", "exp", "floor", "ln", "log", "maximum", "minimum",
    "multiply", "negate", "power", "sign", "sqrt", "subtract", "total",
]

ZERO = Fraction(0)
ONE = Fraction(1)
HALF = Fraction(1, 2)


class Real:
    """A number that is not known to be rational: a linear combination of roots, logarithms, exponentials and products.

    Immutable. `==` and `hash` go by structure; whether two numbers are equal in value is for `compare` to say.
    """

    __slots__ = ("_bits", "_hash", "_known", "_terms")

    def __init__(self, combination: Terms) -> None:
        self._terms = combination
        self._hash: int | None = None
        self._bits = 0
        self._known = enclosures.ONE

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Real) and self._terms == other._terms)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._terms.items()))
        return self._hash

    def __deepcopy__(self, memo: object) -> Real:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return Real, (self._terms,)

    def __repr__(self) -> str:
        low, high = enclosure(self, 64)
        return f"Real(between {low} and {high})"

    def binary_enclosure(self, bits: int) -> enclosures.Enclosure:
        """Parts known to about `bits` significant bits; what is known already is used again."""
        if self._bits < bits:
            self._known, self._bits = terms_enclosure(self._terms, bits), bits
        return self._known


Exact: TypeAlias = Fraction | Real


def _terms_of(value: Exact) -> Terms:
    if isinstance(value, Real):
        return value._terms
    return {UNIT: value} if value else {}


def _exact(combination: Terms) -> Exact:
    """A combination as the rational that it is, if it is one."""
    if not combination:
        return ZERO
    if len(combination) == 1 and UNIT in combination:
        return combination[UNIT]
    return Real(combination)


def _single(factor: Fraction, monomial: Monomial) -> Exact:
    return Real({monomial: factor}) if monomial and factor else factor


# ---------------------------------------------------------------- arithmetic


def add(a: Exact, b: Exact) -> Exact:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return sized(a + b)
    return _exact(terms.plus(_terms_of(a), _terms_of(b)))


def subtract(a: Exact, b: Exact) -> Exact:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return sized(a - b)
    return _exact(terms.plus(_terms_of(a), _terms_of(b), -ONE))


def total(values: Iterable[Exact]) -> Exact:
    """The sum of many values in one pass; 0 of none."""
    rational = ZERO
    combination: dict[Monomial, Fraction] = {}
    for value in values:
        if isinstance(value, Fraction):
            rational += value
            continue
        for monomial, factor in value._terms.items():
            combination[monomial] = combination.get(monomial, ZERO) + factor
    combination[UNIT] = combination.get(UNIT, ZERO) + sized(rational)
    return _exact({monomial: sized(factor) for monomial, factor in combination.items() if factor})


def negate(a: Exact) -> Exact:
    if isinstance(a, Fraction):
        return -a
    return Real({monomial: -factor for monomial, factor in a._terms.items()})


def multiply(a: Exact, b: Exact) -> Exact:
    if isinstance(a, Fraction):
        if isinstance(b, Fraction):
            return sized(a * b)
        return _exact(terms.times_fraction(b._terms, a))
    if isinstance(b, Fraction):
        return _exact(terms.times_fraction(a._terms, b))
    return _exact(terms.times(a._terms, b._terms))


def divide(a: Exact, b: Exact) -> Exact:
    """Raises OutsideDomain for a divisor of 0, Undecided for one that cannot be told apart from 0."""
    if isinstance(b, Fraction):
        if b == 0:
            raise OutsideDomain("division by zero")
        return sized(a / b) if isinstance(a, Fraction) else _exact(terms.times_fraction(a._terms, 1 / b))
    return multiply(a, power(b, -ONE))


# ---------------------------------------------------------------- powers, logarithms


def power(base: Exact, exponent: Exact) -> Exact:
    """base^exponent. Whole exponents take any base but 0^0 and 0 to a negative power; others need a base of at least 0.

    Raises OutsideDomain, and TooLarge where the result would have more than `MAX_RATIONAL_BITS` bits.
    """
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        return _whole_power(base, exponent.numerator)
    direction = sign(base)
    if direction < 0:
        raise OutsideDomain("a negative number to a power that is not whole")
    if direction == 0:
        if sign(exponent) < 0:
            raise OutsideDomain("zero to a negative power")
        return ZERO
    if isinstance(exponent, Real):
        return exp(multiply(exponent, ln(base)))
    if isinstance(base, Fraction):
        return _single(*terms.radical(base, exponent))
    return _real_power(base, exponent)


def _whole_power(base: Exact, exponent: int) -> Exact:
    if isinstance(base, Fraction):
        if base == 0 and exponent <= 0:
            raise OutsideDomain("zero to the power of zero" if exponent == 0 else "zero to a negative power")
        length = max(base.numerator.bit_length(), base.denominator.bit_length())
        if abs(exponent) * (length - 1) > MAX_RATIONAL_BITS:
            raise TooLarge("a power is too large")
        return sized(base**exponent)
    direction = sign(base)
    if direction == 0:
        return _whole_power(ZERO, exponent)
    if exponent == 0:
        return ONE
    if 0 < exponent <= 6 and len(base._terms) ** exponent <= terms.MAX_EXPANDED:
        result: Exact = base
        for _ in range(exponent - 1):
            result = multiply(result, base)
        return result
    if direction < 0:
        result = _real_power(negate(base), Fraction(exponent))
        return negate(result) if exponent % 2 else result
    return _real_power(base, Fraction(exponent))


def _real_power(base: Exact, exponent: Fraction) -> Exact:
    """A positive base to a rational power other than 0."""
    combination = _terms_of(base)
    _check_size(combination, exponent)
    if len(combination) > 1:
        factor, atom = terms.factored(combination)
        monomial: Monomial = frozenset({(atom, ONE)})
    else:
        ((monomial, factor),) = combination.items()
    p, left = terms.radical(factor, exponent)
    q, right = terms.to_power(monomial, exponent)
    r, both = terms.product(left, right)
    return _single(sized(p * q * r), both)


def _check_size(combination: Terms, exponent: Fraction) -> None:
    low, high, binary = terms_enclosure(combination, 64)
    if low <= 0:
        low = 1
    furthest = max(abs(low.bit_length() + binary), abs(high.bit_length() + binary))
    if (furthest + 1) * abs(exponent) > 2 * MAX_RATIONAL_BITS:
        raise TooLarge("a power is too large")


def sqrt(a: Exact) -> Exact:
    if sign(a) < 0:
        raise OutsideDomain("the root of a negative number")
    return power(a, HALF)


def ln(a: Exact) -> Exact:
    if sign(a) <= 0:
        raise OutsideDomain("the logarithm of a number that is not above zero")
    return _exact(terms.ln_fraction(a) if isinstance(a, Fraction) else terms.ln_terms(a._terms))


def log(a: Exact, base: Exact) -> Exact:
    """The logarithm to a base above 0 other than 1."""
    if sign(base) <= 0 or compare(base, ONE) == 0:
        raise OutsideDomain("a logarithm to a base that is not above zero, or is one")
    return divide(ln(a), ln(base))


def exp(a: Exact) -> Exact:
    """e^a. Raises TooLarge where the result is beyond 2^±`MAX_RATIONAL_BITS`."""
    combination = _terms_of(a)
    if not combination:
        return ONE
    low, high = enclosures.ends(terms_enclosure(combination, 64))
    if high * 3 > MAX_RATIONAL_BITS * 2 or low * 3 < -MAX_RATIONAL_BITS * 2:
        raise TooLarge("an exponential is too large or too small")
    rational, result = ONE, UNIT
    for monomial, factor in combination.items():
        p, power_of_e = terms.exp_monomial(monomial, factor)
        q, result = terms.product(result, power_of_e)
        rational = sized(rational * p * q)
    return _single(rational, result)


# ---------------------------------------------------------------- order


def sign(a: Exact) -> int:
    """-1, 0 or 1. Raises Undecided where `MAX_BITS` bits do not tell the value apart from 0."""
    if isinstance(a, Fraction):
        return (a > 0) - (a < 0)
    if len(a._terms) > 1:
        low, high, _ = a.binary_enclosure(64)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
    return terms.sign(a._terms)


def compare(a: Exact, b: Exact) -> int:
    """-1, 0 or 1. Raises Undecided where `MAX_BITS` bits do not tell the values apart."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        # In whole numbers: a comparison of fractions asks what kind of number the other is, each time.
        (a_top, a_bottom), (b_top, b_bottom) = a.as_integer_ratio(), b.as_integer_ratio()
        left, right = a_top * b_bottom, b_top * a_bottom
        return (left > right) - (left < right)
    if a == b:
        return 0
    a_low, a_high = enclosure(a, 64)
    b_low, b_high = enclosure(b, 64)
    if a_low > b_high:
        return 1
    if a_high < b_low:
        return -1
    return terms.sign(terms.plus(_terms_of(a), _terms_of(b), -ONE))


def absolute(a: Exact) -> Exact:
    return a if sign(a) >= 0 else negate(a)


def minimum(a: Exact, b: Exact) -> Exact:
    return a if compare(a, b) <= 0 else b


def maximum(a: Exact, b: Exact) -> Exact:
    return a if compare(a, b) >= 0 else b


def floor(a: Exact) -> Fraction:
    """The largest whole number that is at most a. Raises Undecided where a cannot be told apart from a whole number."""
    if isinstance(a, Fraction):
        return Fraction(a.numerator // a.denominator)
    bits = 64
    while bits <= MAX_BITS:
        low, high, exponent = a.binary_enclosure(bits)
        if exponent >= 0:
            below, above = low << exponent, high << exponent
        else:
            below, above = low >> -exponent, high >> -exponent
        if below == above:
            return Fraction(below)
        if above == below + 1 and bits > 64:
            return Fraction(above if compare(a, Fraction(above)) >= 0 else below)
        bits *= 2
    raise Undecided("the whole part of a number cannot be told")


def ceiling(a: Exact) -> Fraction:
    """The smallest whole number that is at least a."""
    return -floor(negate(a))


def enclosure(value: Exact, bits: int) -> tuple[Fraction, Fraction]:
    """Rationals below and above the value, both the value itself where it is rational.

    The parts of a sum are known to about `bits` significant bits; where they cancel, fewer are left.
    """
    if isinstance(value, Fraction):
        return value, value
    return enclosures.ends(value.binary_enclosure(bits))


def enclosed(description: object, calculate: Callable[[int], enclosures.Enclosure]) -> Real:
    """A positive irrational from a calculation of its own, equal to another one exactly if the descriptions are equal.

    `calculate(bits)` gives `(low, high, exponent)` with low·2^exponent ≤ x ≤ high·2^exponent, closer as `bits` grows.
    """
    return Real({frozenset({(opaque(description, calculate), ONE)}): ONE})
