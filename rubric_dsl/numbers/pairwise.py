"""Pairwise judgements of the Analytic Hierarchy Process (层次分析法): weights, consistency, contradictions.

A matrix is n × n, positive and reciprocal: entry (i, j) says how many times as important item i is as item j.
Source: Saaty, The Analytic Hierarchy Process (1980).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.perron import Matrix, perron
from rubric_dsl.numbers.reals import Exact

Judgements = Sequence[Sequence[Exact]]

RANDOM_INDEX = {
    size: Fraction(hundredths, 100)
    for size, hundredths in enumerate((58, 90, 112, 124, 132, 141, 145, 149, 151, 148, 156, 157, 159), start=3)
}
"""Saaty's mean consistency index of random reciprocal matrices, by size."""

ONE = Fraction(1)


def judgement_weights(matrix: Judgements, method: Literal["eigenvector", "geometric mean"]) -> tuple[Exact, ...]:
    """The weights of one matrix, which add up to 1; both methods agree on a consistent one and give it exactly."""
    full = checked(matrix)
    if is_consistent(full):
        return adding_up([row[0] for row in full])
    if method == "eigenvector":
        return perron(full).weights
    share = Fraction(1, len(full))
    means: list[Exact] = []
    for row in full:
        product: Exact = ONE
        for value in row:
            product = reals.multiply(product, value)
        means.append(reals.power(product, share))
    return adding_up(means)


def mean_of_judgements(matrices: Sequence[Judgements]) -> Matrix:
    """The geometric mean entry by entry: of all means the one that keeps a matrix reciprocal."""
    if len(matrices) == 1:
        return checked(matrices[0])
    full = [checked(matrix) for matrix in matrices]
    size = len(full[0])
    if any(len(matrix) != size for matrix in full):
        raise ValueError("the matrices of a panel have different sizes")
    share = Fraction(1, len(full))
    return tuple(tuple(_geometric([matrix[i][j] for matrix in full], share) for j in range(size)) for i in range(size))


def _geometric(values: Sequence[Exact], share: Fraction) -> Exact:
    product: Exact = ONE
    for value in values:
        product = reals.multiply(product, value)
    return reals.power(product, share)


def consistency_ratio(matrix: Judgements) -> Exact:
    """How far an expert's pairwise judgements are from agreeing with each other: ((λ − n) ÷ (n − 1)) ÷ random index.

    Unit: none; 0 is perfect, Saaty accepts up to 1/10. Up to two items always agree: 0. ValueError over 15 items.
    """
    full = checked(matrix)
    size = len(full)
    if size < 3 or is_consistent(full):
        return Fraction(0)
    if size not in RANDOM_INDEX:
        raise ValueError(f"there is no random index for {size} items")
    index = reals.divide(reals.subtract(perron(full).eigenvalue, Fraction(size)), Fraction(size - 1))
    return reals.divide(index, RANDOM_INDEX[size])


def most_contradictory_triple(matrix: Sequence[Sequence[Fraction]]) -> tuple[int, int, int]:
    """Items i < j < k whose a_ij · a_jk is the most times greater or smaller than a_ik; the first of equal ones.

    Raises ValueError for fewer than three items.
    """
    size = len(matrix)
    if size < 3:
        raise ValueError("two items cannot contradict each other")
    worst, found = Fraction(0), (0, 1, 2)
    for i in range(size):
        for j in range(i + 1, size):
            for k in range(j + 1, size):
                ratio = matrix[i][j] * matrix[j][k] / matrix[i][k]
                if (apart := max(ratio, 1 / ratio)) > worst:
                    worst, found = apart, (i, j, k)
    return found


def is_consistent(matrix: Matrix) -> bool:
    """Whether a_ij · a_jk = a_ik for all items; it is enough to look at those through the first."""
    size = range(len(matrix))
    return all(reals.multiply(matrix[i][0], matrix[0][j]) == matrix[i][j] for i in size for j in size)


def checked(matrix: Judgements) -> Matrix:
    """The matrix as a tuple. Raises ValueError unless it is square, positive and reciprocal."""
    full = tuple(tuple(row) for row in matrix)
    size = len(full)
    if not size or any(len(row) != size for row in full):
        raise ValueError("a matrix of judgements is square")
    for i in range(size):
        for j in range(i + 1):
            if reals.compare(full[i][j], Fraction(0)) <= 0 or reals.multiply(full[i][j], full[j][i]) != 1:
                raise ValueError("a matrix of judgements is positive and reciprocal")
    return full


def adding_up(values: Sequence[Exact]) -> tuple[Exact, ...]:
    """The values scaled to add up to 1. Raises ValueError where all are 0.

    The last irrational one is written as 1 minus the others, so that the sum is 1 by structure.
    """
    whole = reals.total(values)
    if reals.compare(whole, Fraction(0)) == 0:
        raise ValueError("no item has any weight")
    shares = [reals.divide(value, whole) for value in values]
    for place in reversed(range(len(shares))):
        if not isinstance(shares[place], Fraction):
            others = reals.total(share for i, share in enumerate(shares) if i != place)
            shares[place] = reals.subtract(ONE, others)
            break
    return tuple(shares)
