"""How much of the variance of an output each input makes: first-order and total Sobol indices.

Sources: Janon and others, Asymptotic normality and efficiency of two Sobol index estimators (2014), for first order;
Jansen, Analysis of variance designs for model output (1999), for total order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from rubric_dsl.text.record import dataclass

Draw = TypeVar("Draw")


@dataclass(frozen=True, slots=True)
class Indices:
    """By input; of the kind of number that the output is. None where the output never changes."""

    first: tuple[Any, ...] | None
    total: tuple[Any, ...] | None
    evaluations: int


def sobol(
    inputs: int, count: int, draw: Callable[[int, int], Draw], output: Callable[[Sequence[Draw]], Any]
) -> Indices:
    """`draw(input, n)` is the n-th independent value of an input, `output` a number of one value of each.

    count × (inputs + 2) evaluations. Whole numbers and fractions are added up exactly.
    """
    products, sums, squares, moves = ([0] * inputs for _ in range(4))
    total: Any = 0
    total_squares: Any = 0
    for n in range(count):
        one = [draw(place, 2 * n) for place in range(inputs)]
        other = [draw(place, 2 * n + 1) for place in range(inputs)]
        a, b = output(one), output(other)
        total += a + b
        total_squares += a * a + b * b
        for place in range(inputs):
            mixed = output([*one[:place], other[place], *one[place + 1 :]])
            products[place] += b * mixed
            sums[place] += b + mixed
            squares[place] += b * b + mixed * mixed
            moves[place] += (a - mixed) ** 2
    variance = _variance(total, total_squares, 2 * count)
    if variance == 0:
        return Indices(None, None, count * (inputs + 2))
    first = []
    for place in range(inputs):
        mean, own = _ratio(sums[place], 2 * count), _variance(sums[place], squares[place], 2 * count)
        first.append((_ratio(products[place], count) - mean * mean) / own if own else 0)
    totals = tuple(_ratio(one, 2 * count) / variance for one in moves)
    return Indices(tuple(first), totals, count * (inputs + 2))


def _variance(total: Any, squares: Any, count: int) -> Any:
    mean = _ratio(total, count)
    return _ratio(squares, count) - mean * mean


def _ratio(a: Any, b: int) -> Any:
    return Fraction(a, b) if isinstance(a, int) else a / b
