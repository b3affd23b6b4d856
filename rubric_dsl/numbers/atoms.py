"""The building blocks of irrational reals: positive atoms, monomials of them, and linear combinations of monomials.

A monomial is a product of powers, `{(base, exponent), …}`; a base is an integer above 1 or an atom, all positive. Terms
are a linear combination `{monomial: coefficient, …}` without zeros. Atoms are interned: equal structure is one object.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias, TypeVar
from weakref import WeakValueDictionary

from rubric_dsl.numbers import enclosures
from rubric_dsl.numbers.enclosures import Enclosure
from rubric_dsl.numbers.limits import MAX_BITS, MAX_DEPTH, TooLarge, Undecided

Base: TypeAlias = "int | Atom"
Monomial: TypeAlias = "frozenset[tuple[Base, Fraction]]"
Terms: TypeAlias = "Mapping[Monomial, Fraction]"

UNIT: Monomial = frozenset()
"""The monomial 1: its coefficient is the rational part."""


class Atom(ABC):
    """A positive real number that is known by enclosures of any precision."""

    __slots__ = ("__weakref__", "_bits", "_known", "depth")

    def __init__(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TooLarge("roots, logarithms and exponentials stand too deep inside each other")
        self.depth = depth
        self._bits = 0
        self._known: Enclosure = enclosures.ONE

    def __deepcopy__(self, memo: object) -> Atom:
        return self

    def enclosure(self, bits: int) -> Enclosure:
        """About `bits` significant bits; both ends are above 0. Raises Undecided where that cannot be reached."""
        if self._bits < bits:
            wanted = bits
            while (found := self._enclose(wanted))[0] <= 0:
                wanted *= 2
                if wanted > 4 * MAX_BITS:
                    raise Undecided("a divisor, root or logarithm cannot be told apart from zero")
            self._known, self._bits = found, bits
        return self._known

    @abstractmethod
    def _enclose(self, bits: int) -> Enclosure:
        """The ends come closer as `bits` grows."""


class Logarithm(Atom):
    """|ln argument|."""

    __slots__ = ("argument", "below_one")

    def __init__(self, argument: Base, below_one: bool) -> None:
        super().__init__(1 if isinstance(argument, int) else argument.depth + 1)
        self.argument = argument
        self.below_one = below_one

    def __reduce__(self) -> tuple[object, ...]:
        return logarithm, (self.argument, self.below_one)

    def _enclose(self, bits: int) -> Enclosure:
        scale = bits + 8
        if isinstance(self.argument, int):
            low, high = enclosures.ln_whole(self.argument, scale)
        else:
            low, high = enclosures.ln(self.argument.enclosure(bits), scale)
        return (-high, -low, -scale) if self.below_one else (low, high, -scale)


class Exponential(Atom):
    """e to the power of a monomial."""

    __slots__ = ("exponent",)

    def __init__(self, exponent: Monomial) -> None:
        super().__init__(1 + _depth(exponent))
        self.exponent = exponent

    def __reduce__(self) -> tuple[object, ...]:
        return exponential, (self.exponent,)

    def _enclose(self, bits: int) -> Enclosure:
        fixed = enclosures.to_fixed(monomial_enclosure(self.exponent, bits + 8), bits + 8)
        return enclosures.exp(fixed, bits + 8, bits)


class Sum(Atom):
    """A linear combination of two or more monomials, positive, with coprime integer coefficients."""

    __slots__ = ("terms",)

    def __init__(self, terms: frozenset[tuple[Monomial, Fraction]]) -> None:
        super().__init__(1 + max(_depth(monomial) for monomial, _ in terms))
        self.terms: Terms = dict(terms)

    def __reduce__(self) -> tuple[object, ...]:
        return sum_atom, (self.terms,)

    def _enclose(self, bits: int) -> Enclosure:
        return terms_enclosure(self.terms, bits)


class Opaque(Atom):
    """A number given by a calculation outside this package's functions, known by its hashable description alone."""

    __slots__ = ("calculate",)

    def __init__(self, description: object, calculate: Callable[[int], Enclosure]) -> None:
        super().__init__(1)
        self.calculate = calculate

    def _enclose(self, bits: int) -> Enclosure:
        return self.calculate(bits)


# ---------------------------------------------------------------- interning

A = TypeVar("A", bound=Atom)

_atoms: WeakValueDictionary[tuple[object, ...], Atom] = WeakValueDictionary()


def logarithm(argument: Base, below_one: bool = False) -> Logarithm:
    return _interned(Logarithm, (argument, below_one), lambda: Logarithm(argument, below_one))


def exponential(exponent: Monomial) -> Exponential:
    return _interned(Exponential, (exponent,), lambda: Exponential(exponent))


def sum_atom(terms: Terms) -> Sum:
    """`terms` are positive, with coprime integer coefficients."""
    key = frozenset(terms.items())
    return _interned(Sum, (key,), lambda: Sum(key))


def opaque(description: object, calculate: Callable[[int], Enclosure]) -> Opaque:
    """`calculate(bits)` is the same function for equal descriptions."""
    return _interned(Opaque, (description,), lambda: Opaque(description, calculate))


def _interned(kind: type[A], key: tuple[object, ...], make: Callable[[], A]) -> A:
    full = (kind, *key)
    found = _atoms.get(full)
    if not isinstance(found, kind):
        found = make()
        _atoms[full] = found
    return found


def _depth(monomial: Monomial) -> int:
    return max((base.depth for base, _ in monomial if not isinstance(base, int)), default=0)


# ---------------------------------------------------------------- enclosures of combinations


def monomial_enclosure(monomial: Monomial, bits: int) -> Enclosure:
    """A positive enclosure of about `bits` significant bits."""
    if len(monomial) == 1:
        ((base, exponent),) = monomial
        if exponent == 1 and not isinstance(base, int):
            return base.enclosure(bits)
    bits += 8 + len(monomial).bit_length()
    result = enclosures.ONE
    scale = bits + 8
    low = high = 0
    for base, exponent in monomial:
        above, below = exponent.numerator, exponent.denominator
        if below == 1 and not isinstance(base, int):
            result = enclosures.multiplied(result, enclosures.whole_power(base.enclosure(bits), above, bits), bits)
            continue
        if isinstance(base, int):
            smaller, larger = enclosures.ln_whole(base, scale)
        else:
            smaller, larger = enclosures.ln(base.enclosure(bits), scale)
        if above < 0:
            smaller, larger = larger, smaller
        low += smaller * above // below
        high -= -larger * above // below
    if low or high:
        result = enclosures.multiplied(result, enclosures.exp((low, high), scale, bits), bits)
    return result


def terms_enclosure(terms: Terms, bits: int) -> Enclosure:
    """An enclosure each of whose parts has about `bits` significant bits; cancellation may leave fewer in the sum."""
    bits += 4 + len(terms).bit_length()
    return enclosures.total([_part(monomial, factor, bits) for monomial, factor in terms.items()])


def _part(monomial: Monomial, factor: Fraction, bits: int) -> Enclosure:
    enclosed = enclosures.of_fraction(factor, bits)
    if not monomial:
        return enclosed
    return enclosures.scaled(monomial_enclosure(monomial, bits), enclosed, bits)


def integers_in(terms: Terms) -> Iterable[int]:
    """Integers that stand as bases, or as arguments of logarithms that are bases."""
    for monomial in terms:
        for base, _ in monomial:
            if isinstance(base, int):
                yield base
            elif isinstance(base, Logarithm) and isinstance(base.argument, int):
                yield base.argument
