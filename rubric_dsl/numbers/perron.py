"""The weights of a positive matrix: its Perron eigenvector and largest eigenvalue, with certified enclosures.

Repeated squaring finds a vector x near the eigenvector v; how near is then proved from x alone. In Hilbert's projective
metric d a positive matrix A contracts by τ = tanh(Δ/4), Δ the logarithm of the largest cross ratio
a_ik·a_jl ÷ (a_jk·a_il) (Birkhoff 1957), so d(x, v) ≤ d(x, Ax) ÷ (1 − τ); and the eigenvalue lies between the least and
the largest (Ax)_i ÷ x_i (Collatz, Wielandt).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import NamedTuple, TypeAlias

from rubric_dsl.numbers import enclosures, reals
from rubric_dsl.numbers.enclosures import Enclosure
from rubric_dsl.numbers.limits import MAX_BITS, Undecided
from rubric_dsl.numbers.reals import Exact

Matrix: TypeAlias = tuple[tuple[Exact, ...], ...]
"""Square, every entry positive."""

_LARGEST_DENOMINATOR = 10**9
"""Rational eigenvectors are looked for up to here."""


_LOOKED_AT_EACH = 12
"""Squarings after which what is reached is looked at only now and then: such matrices are hopelessly contradictory."""


class Perron(NamedTuple):
    """Weights that add up to 1, and the largest eigenvalue."""

    weights: tuple[Exact, ...]
    eigenvalue: Exact


class _Certified(NamedTuple):
    weights: tuple[Enclosure, ...]
    """Of one item of each class."""
    eigenvalue: Enclosure


@lru_cache(maxsize=256)
def perron(matrix: Matrix) -> Perron:
    """Weights that the matrix reproduces; rational ones are recognised, irrational ones add up to 1 by structure."""
    classes = equitable_classes(matrix)
    members = [[i for i, own in enumerate(classes) if own == c] for c in range(max(classes) + 1)]
    sizes = tuple(len(group) for group in members)
    quotient = tuple(
        tuple(reals.total(matrix[group[0]][j] for j in other) for other in members) for group in members
    )
    found = _rational(quotient, sizes) or _irrational(quotient, sizes)
    return Perron(tuple(found.weights[own] for own in classes), found.eigenvalue)


def equitable_classes(matrix: Matrix) -> list[int]:
    """Classes of items that have equal weight because their rows have equal sums over every class.

    The coarsest such partition, by refining until nothing splits; two items with equal rows are always together.
    """
    size = len(matrix)
    classes = [0] * size
    while True:
        count = max(classes) + 1
        keys = []
        for i, row in enumerate(matrix):
            sums = tuple(reals.total(row[j] for j in range(size) if classes[j] == c) for c in range(count))
            keys.append((classes[i], sums))
        places: dict[tuple[int, tuple[Exact, ...]], int] = {}
        classes = [places.setdefault(key, len(places)) for key in keys]
        if len(places) == count:
            return classes


def _rational(matrix: Matrix, sizes: tuple[int, ...]) -> Perron | None:
    """A rational eigenvector, guessed from an enclosure and verified exactly."""
    if len(matrix) == 1:
        return Perron((Fraction(1, sizes[0]),), matrix[0][0])
    rational = [[value for value in row if isinstance(value, Fraction)] for row in matrix]
    if any(len(row) < len(matrix) for row in rational):
        return None
    guessed = []
    for low, high in map(enclosures.ends, _certified(matrix, sizes, 128).weights):
        middle = ((low + high) / 2).limit_denominator(_LARGEST_DENOMINATOR)
        if not low <= middle <= high:
            return None
        guessed.append(middle)
    images = [sum((a * x for a, x in zip(row, guessed, strict=True)), Fraction(0)) for row in rational]
    eigenvalue = images[0] / guessed[0]
    if any(image != eigenvalue * x for image, x in zip(images, guessed, strict=True)):
        return None
    whole = sum((size * x for size, x in zip(sizes, guessed, strict=True)), Fraction(0))
    return Perron(tuple(x / whole for x in guessed), eigenvalue)


def _irrational(matrix: Matrix, sizes: tuple[int, ...]) -> Perron:
    def weight_of(place: int) -> Exact:
        return reals.enclosed(
            ("weight", matrix, sizes, place), lambda bits: _certified(matrix, sizes, bits).weights[place]
        )

    weights = [weight_of(place) for place in range(len(matrix) - 1)]
    others = reals.total(reals.multiply(Fraction(size), w) for size, w in zip(sizes, weights, strict=False))
    weights.append(reals.divide(reals.subtract(Fraction(1), others), Fraction(sizes[-1])))
    eigenvalue = reals.enclosed(
        ("eigenvalue", matrix, sizes), lambda bits: _certified(matrix, sizes, bits).eigenvalue
    )
    return Perron(tuple(weights), eigenvalue)


# ---------------------------------------------------------------- certified enclosures


@lru_cache(maxsize=64)
def _certified(matrix: Matrix, sizes: tuple[int, ...], bits: int) -> _Certified:
    """Enclosures of about `bits` significant bits."""
    patience, spread = _contraction(matrix)
    squarings = (bits * patience).bit_length() + 2
    work = bits + squarings + 2 * patience.bit_length() + spread + 32
    if work > 4 * MAX_BITS:
        raise Undecided("the weights of the matrix need too many digits")
    entries = [
        [enclosures.to_fixed(_enclosure(value, work), work) for value in row] for row in matrix
    ]
    power = [[low for low, _ in row] for row in entries]
    for count in range(squarings + 1):
        if count < _LOOKED_AT_EACH or count % _LOOKED_AT_EACH == 0 or count == squarings:
            found = _certificate(entries, [sum(row) for row in power], sizes, patience, work, bits)
            if found is not None:
                return found
        power = _squared(power, work)
    raise Undecided("the weights of the matrix need too many digits")


def _enclosure(value: Exact, bits: int) -> Enclosure:
    return enclosures.of_fraction(value, bits) if isinstance(value, Fraction) else value.binary_enclosure(bits)


def _contraction(matrix: Matrix) -> tuple[int, int]:
    """An integer of at least 1 ÷ (1 − τ) = (√Q + 1) ÷ 2, Q the largest cross ratio; and the bits that entries span."""
    ends = [[reals.enclosure(value, 64) for value in row] for row in matrix]
    columns = range(len(matrix))
    steepest = [
        [max(row[k][1] / row[m][0] for row in ends) for m in columns] for k in columns
    ]
    largest = max(steepest[k][m] * steepest[m][k] for k in columns for m in columns)
    root = isqrt(-(-largest.numerator // largest.denominator)) + 1
    most = max(high for row in ends for _, high in row)
    least = min(low for row in ends for low, _ in row)
    ratio = most / least
    spread = 2 * (ratio.numerator.bit_length() - ratio.denominator.bit_length() + 1)
    below_one = max(0, least.denominator.bit_length() - least.numerator.bit_length())
    return root // 2 + 1, spread + below_one


def _squared(matrix: list[list[int]], bits: int) -> list[list[int]]:
    """A multiple of the square with entries of about `bits` bits, truncated, never 0."""
    columns = list(zip(*matrix, strict=True))
    product = [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in matrix]
    excess = max(max(row) for row in product).bit_length() - bits
    if excess <= 0:
        return product
    return [[max(1, value >> excess) for value in row] for row in product]


def _certificate(
    entries: Sequence[Sequence[tuple[int, int]]],
    x: list[int],
    sizes: Sequence[int],
    patience: int,
    scale: int,
    bits: int,
) -> _Certified | None:
    """What A·x proves about the eigenvector; None where that is less than `bits` bits.

    With (Ax)_i ÷ x_i between r and r·(1 + ε), every v_i ÷ x_i is between some c and c·(1 + ε)^patience, which is at
    most c ÷ (1 − patience·ε).
    """
    least = min(_image(row, x, 0) / own for row, own in zip(entries, x, strict=True))
    most = max(_image(row, x, 1) / own for row, own in zip(entries, x, strict=True))
    looseness = patience * (most / least - 1)
    if looseness * (1 << bits) > 1:
        return None
    tight = 1 - looseness
    whole = sum(size * own for size, own in zip(sizes, x, strict=True))
    weights = [_spanning(Fraction(own, whole) * tight, Fraction(own, whole) / tight, scale) for own in x]
    return _Certified(tuple(weights), _spanning(least / (1 << scale), most / (1 << scale), scale))


def _image(row: Sequence[tuple[int, int]], x: list[int], side: int) -> Fraction:
    """One entry of A·x with the low (0) or high (1) ends of A."""
    return Fraction(sum(entry[side] * own for entry, own in zip(row, x, strict=True)))


def _spanning(low: Fraction, high: Fraction, bits: int) -> Enclosure:
    """An enclosure from two positive rationals, outward."""
    shift = bits + max(0, low.denominator.bit_length() - low.numerator.bit_length())
    below = (low.numerator << shift) // low.denominator
    above = -((-high.numerator << shift) // high.denominator)
    return below, above, -shift
