"""Algebra of linear combinations of monomials, in a normal form that makes most equal numbers equal in structure.

Exponents of integer bases lie between 0 and 1 and their bases are coprime and no perfect powers that the exponent
would undo, so a monomial of integers is irrational unless it is `UNIT`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from rubric_dsl.numbers import roots
from rubric_dsl.numbers.atoms import (
    UNIT,
    Base,
    Exponential,
    Logarithm,
    Monomial,
    Sum,
    Terms,
    exponential,
    integers_in,
    logarithm,
    sum_atom,
    terms_enclosure,
)
from rubric_dsl.numbers.limits import MAX_BITS, MAX_RATIONAL_BITS, TooLarge, Undecided, sized

ONE = Fraction(1)
ZERO = Fraction(0)

MAX_CLEARED = 2048
"""A comparison is multiplied by its divisors up to so many terms."""

MAX_REFINED = 256
"""Up to so many large integers in a comparison are searched for common factors."""

MAX_EXPANDED = 64
"""A product of sums is multiplied out up to so many terms; a longer one is kept as a product."""


def plus(a: Terms, b: Terms, factor: Fraction = ONE) -> Terms:
    """a + factor · b."""
    if len(a) < len(b) and factor == 1:
        a, b = b, a
    result = dict(a)
    for monomial, coefficient in b.items():
        known = result.get(monomial)
        added = coefficient * factor
        value = added if known is None else sized(known + added)
        if value:
            result[monomial] = value
        else:
            result.pop(monomial, None)
    return result


def times_fraction(terms: Terms, factor: Fraction) -> Terms:
    if not factor:
        return {}
    return {monomial: sized(coefficient * factor) for monomial, coefficient in terms.items()}


def times(a: Terms, b: Terms) -> Terms:
    if len(a) == 1 and UNIT in a:
        return times_fraction(b, a[UNIT])
    if len(b) == 1 and UNIT in b:
        return times_fraction(a, b[UNIT])
    if len(b) == 1:
        a = _as_factor_of(a, b)
    elif len(a) == 1:
        b = _as_factor_of(b, a)
    elif len(a) * len(b) > MAX_EXPANDED:
        a, b = _as_single(a), _as_single(b)
    result: Terms = {}
    for left, p in a.items():
        for right, q in b.items():
            factor, monomial = product(left, right)
            result = plus(result, _expanded(monomial, sized(p * q * factor)))
    return result


def _as_factor_of(terms: Terms, single: Terms) -> Terms:
    """A sum that stands as a base in a single monomial becomes one too, so that it can cancel."""
    if len(terms) > 1:
        for base, _ in next(iter(single)):
            if isinstance(base, Sum) and (ratio := proportion(terms, base.terms)) is not None:
                return {frozenset({(base, ONE)}): ratio}
    return terms


def _as_single(terms: Terms) -> Terms:
    if len(terms) == 1:
        return terms
    factor, base = factored(terms)
    return {frozenset({(base, ONE)}): factor}


def _expanded(monomial: Monomial, factor: Fraction) -> Terms:
    """A sum that stands as a factor by itself is multiplied out where that stays short."""
    sums = [(base, exponent) for base, exponent in monomial if isinstance(base, Sum) and exponent.denominator == 1]
    if len(sums) == 1:
        base, exponent = sums[0]
        assert isinstance(base, Sum)
        count = exponent.numerator
        if count == 1 or (1 < count <= 6 and len(base.terms) ** count <= MAX_EXPANDED):
            rest = monomial - {(base, exponent)}
            result: Terms = {rest: factor}
            for _ in range(count):
                result = _distributed(result, base.terms)
            return result
    return {monomial: factor}


def _distributed(a: Terms, b: Terms) -> Terms:
    result: Terms = {}
    for left, p in a.items():
        for right, q in b.items():
            factor, monomial = product(left, right)
            result = plus(result, {monomial: sized(p * q * factor)})
    return result


def proportion(a: Terms, b: Terms) -> Fraction | None:
    """a ÷ b where that is rational by structure: the same monomials with proportional coefficients."""
    if a.keys() != b.keys() or not a:
        return None
    first = next(iter(a))
    ratio = a[first] / b[first]
    return ratio if all(a[monomial] == ratio * b[monomial] for monomial in a) else None


def factored(terms: Terms) -> tuple[Fraction, Sum]:
    """A sum of two or more terms as a rational of its sign times a positive base. Raises Undecided near zero."""
    above = gcd(*(factor.numerator for factor in terms.values()))
    below = lcm(*(factor.denominator for factor in terms.values()))
    content = Fraction(above, below) * sign(terms)
    if not content:
        raise Undecided("a divisor, root or logarithm cannot be told apart from zero")
    return content, sum_atom({monomial: factor / content for monomial, factor in terms.items()})


# ---------------------------------------------------------------- monomials


def product(a: Monomial, b: Monomial) -> tuple[Fraction, Monomial]:
    """The product as a rational and a monomial."""
    if not a:
        return ONE, b
    if not b:
        return ONE, a
    exponents = dict(a)
    for base, exponent in b:
        known = exponents.get(base)
        exponents[base] = exponent if known is None else known + exponent
    return normal(exponents)


def to_power(monomial: Monomial, exponent: Fraction) -> tuple[Fraction, Monomial]:
    return normal({base: own * exponent for base, own in monomial})


def normal(exponents: dict[Base, Fraction]) -> tuple[Fraction, Monomial]:
    """The product of powers in normal form, its rational part split off."""
    large = [base for base in exponents if isinstance(base, int) and base >= roots.SMALL]
    if len(large) > 1:
        exponents = _over_coprime_bases(exponents, large)
    above = below = 1
    kept: list[tuple[Base, Fraction]] = []
    for base, exponent in exponents.items():
        if not exponent:
            continue
        if not isinstance(base, int):
            kept.append((base, exponent))
            continue
        if base >= roots.SMALL and exponent.denominator > 1:
            base, multiple = roots.without_powers(base, exponent.denominator)
            exponent *= multiple
        whole = exponent.numerator // exponent.denominator
        if abs(whole) * base.bit_length() > 2 * MAX_RATIONAL_BITS:
            raise TooLarge("a power is too large")
        if whole > 0:
            above *= base**whole
        elif whole < 0:
            below *= base**-whole
        if exponent.denominator > 1:
            kept.append((base, exponent - whole))
    return sized(Fraction(above, below)), frozenset(kept)


def _over_coprime_bases(exponents: dict[Base, Fraction], large: list[int]) -> dict[Base, Fraction]:
    parts = roots.coprime_parts(large)
    if len(parts) == len(large) and set(parts) == set(large):
        return exponents
    result = {base: exponent for base, exponent in exponents.items() if base not in large}
    for value in large:
        for part, count in roots.exponents_over(value, parts).items():
            result[part] = result.get(part, ZERO) + count * exponents[value]
    return result


@lru_cache(maxsize=4096)
def radical(base: Fraction, exponent: Fraction) -> tuple[Fraction, Monomial]:
    """base^exponent for a positive base."""
    length = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(exponent) * (length - 1) > MAX_RATIONAL_BITS:
        raise TooLarge("a power is too large")
    exponents: dict[Base, Fraction] = {}
    for factor, count in roots.factors(base.numerator).items():
        exponents[factor] = count * exponent
    for factor, count in roots.factors(base.denominator).items():
        exponents[factor] = -count * exponent
    return normal(exponents)


# ---------------------------------------------------------------- logarithms and exponentials


def ln_fraction(value: Fraction) -> Terms:
    """The logarithm of a positive rational, over those of its factors."""
    result: dict[Monomial, Fraction] = {}
    for part, direction in ((value.numerator, 1), (value.denominator, -1)):
        for factor, count in roots.factors(part).items():
            base, multiple = roots.primitive_root(factor) if factor >= roots.SMALL else (factor, 1)
            result[frozenset({(logarithm(base), ONE)})] = Fraction(direction * count * multiple)
    return result


def ln_base(base: Base) -> Terms:
    """The logarithm of a positive base."""
    if isinstance(base, int):
        return ln_fraction(Fraction(base))
    if isinstance(base, Exponential):
        return {base.exponent: ONE}
    direction = sign(plus(_terms_of(base), {UNIT: -ONE}))
    if direction == 0:
        return {}
    return {frozenset({(logarithm(base, direction < 0), ONE)}): Fraction(direction)}


def _terms_of(base: Base) -> Terms:
    if isinstance(base, Sum):
        return base.terms
    return {frozenset({(base, ONE)}): ONE}


def ln_terms(terms: Terms) -> Terms:
    """The logarithm of a positive combination. Raises Undecided where it cannot be told apart from 0."""
    if len(terms) > 1:
        factor, atom = factored(terms)
        return plus(ln_fraction(factor), ln_base(atom))
    ((monomial, factor),) = terms.items()
    result = ln_fraction(factor)
    for base, exponent in monomial:
        result = plus(result, ln_base(base), exponent)
    return result


def exp_monomial(monomial: Monomial, factor: Fraction) -> tuple[Fraction, Monomial]:
    """e^(factor · monomial); e^(factor · ln b) is b^factor."""
    if len(monomial) == 1:
        ((base, exponent),) = monomial
        if isinstance(base, Logarithm) and exponent == 1:
            power = -factor if base.below_one else factor
            if isinstance(base.argument, int):
                return radical(Fraction(base.argument), power)
            return ONE, frozenset({(base.argument, power)})
    return ONE, frozenset({(exponential(monomial), factor)})


# ---------------------------------------------------------------- signs


def sign(terms: Terms) -> int:
    """-1, 0 or 1. Raises Undecided where `MAX_BITS` bits do not tell a sum apart from zero."""
    if not terms:
        return 0
    bits = 64
    while bits <= MAX_BITS:
        if len(terms) == 1:  # monomials are positive
            return 1 if next(iter(terms.values())) > 0 else -1
        low, high, _ = terms_enclosure(terms, bits)
        if low > 0:
            return 1
        if high < 0:
            return -1
        if bits == 128:
            terms = refined(without_divisors(terms))
            if not terms:
                return 0
        bits *= 2
    raise Undecided("two numbers cannot be told apart")


def without_divisors(terms: Terms) -> Terms:
    """The number times the (positive) sums by which parts of it are divided; itself where that would be long."""
    while True:
        divisors = {
            base
            for monomial in terms
            for base, exponent in monomial
            if isinstance(base, Sum) and exponent < 0 and exponent.denominator == 1
        }
        if not divisors:
            return terms
        divisor = min(divisors, key=lambda base: len(base.terms))
        if len(terms) * len(divisor.terms) > MAX_CLEARED:
            return terms
        cleared: Terms = {}
        for monomial, factor in terms.items():
            exponents = dict(monomial)
            if exponents.get(divisor, ZERO) < 0:
                rational, rest = product(monomial, frozenset({(divisor, ONE)}))
                cleared = plus(cleared, {rest: sized(factor * rational)})
            else:
                cleared = plus(cleared, _distributed({monomial: factor}, divisor.terms))
        terms = cleared


def refined(terms: Terms) -> Terms:
    """The same number over integer bases that are coprime throughout, which finds hidden equalities."""
    large = {value for value in integers_in(terms) if value >= roots.SMALL}
    if len(large) > MAX_REFINED:
        return terms
    parts = roots.coprime_parts(large)
    result: Terms = {}
    for monomial, factor in terms.items():
        exponents: dict[Base, Fraction] = {}
        logs: list[Terms] = []
        for base, exponent in monomial:
            if isinstance(base, int) and base in large:
                for part, count in roots.exponents_over(base, parts).items():
                    exponents[part] = exponents.get(part, ZERO) + count * exponent
            elif isinstance(base, Logarithm) and base.argument in large and exponent == 1:
                assert isinstance(base.argument, int)
                logs.append(_ln_over(base.argument, parts))
            else:
                exponents[base] = exponent
        rational, rest = normal(exponents)
        refined_term: Terms = {rest: factor * rational}
        for log in logs:
            refined_term = _distributed(refined_term, log)
        result = plus(result, refined_term)
    return result


def _ln_over(value: int, parts: list[int]) -> Terms:
    result: Terms = {}
    for part, count in roots.exponents_over(value, parts).items():
        result = plus(result, ln_fraction(Fraction(part)), Fraction(count))
    return result
