"""How much of the variance of an output each input makes: first-order and total Sobol indices.

Sources: Janon and others, Asymptotic normality and efficiency of two Sobol index estimators (2014), for first order;
Jansen, Analysis of variance designs for model output (1999), for total order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from rubric_dsl.editions.samples import root_above
from rubric_dsl.text.record import dataclass

Draw = TypeVar("Draw")

BATCHES = 10
T_OF_BATCHES = Fraction(2262157, 1000000)
"""The 97.5% point of Student's distribution with 9 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Indices:
    """By input; of the kind of number that the output is. None where the output never changes.

    `error`: half the width of a 95% interval of the least certain of them, from parts of the draws; None: too few.
    """

    first: tuple[Any, ...] | None
    total: tuple[Any, ...] | None
    evaluations: int
    error: Fraction | None = None


def sobol(
    inputs: int, count: int, draw: Callable[[int, int], Draw], output: Callable[[Sequence[Draw]], Any]
) -> Indices:
    """`draw(input, n)` is the n-th independent value of an input, `output` a number of one value of each.

    count × (inputs + 2) evaluations. Whole numbers and fractions are added up exactly.
    """
    batches = [_Sums(inputs) for _ in range(BATCHES)]
    for n in range(count):
        one = [draw(place, 2 * n) for place in range(inputs)]
        other = [draw(place, 2 * n + 1) for place in range(inputs)]
        mixed = [output([*one[:place], other[place], *one[place + 1 :]]) for place in range(inputs)]
        batches[n % BATCHES].add(output(one), output(other), mixed)
    whole = _Sums(inputs)
    for batch in batches:
        whole.join(batch)
    found = whole.indices()
    if found is None:
        return Indices(None, None, count * (inputs + 2))
    return Indices(*found, count * (inputs + 2), _error([batch.indices() for batch in batches]))


_Found = tuple[tuple[Any, ...], tuple[Any, ...]]


def _error(found: Sequence[_Found | None]) -> Fraction | None:
    known = [(*one[0], *one[1]) for one in found if one is not None]
    if len(known) < BATCHES:
        return None
    widths = []
    for estimates in zip(*known, strict=True):
        values = [Fraction(one) for one in estimates]
        mean = sum(values, Fraction(0)) / BATCHES
        spread = sum(((value - mean) ** 2 for value in values), Fraction(0)) / (BATCHES * (BATCHES - 1))
        widths.append(T_OF_BATCHES * root_above(spread))
    return max(widths)


class _Sums:
    """What the indices are made of, added up over draws."""

    def __init__(self, inputs: int) -> None:
        self.count = 0
        self.total: Any = 0
        self.squares: Any = 0
        self.by_input: list[list[Any]] = [[0, 0, 0, 0] for _ in range(inputs)]
        """Products, sums and squares with the first-order mixture, squared differences from the other one."""

    def add(self, a: Any, b: Any, mixed: Sequence[Any]) -> None:
        self.count += 1
        self.total += a + b
        self.squares += a * a + b * b
        for sums, value in zip(self.by_input, mixed, strict=True):
            sums[0] += b * value
            sums[1] += b + value
            sums[2] += b * b + value * value
            sums[3] += (a - value) ** 2

    def join(self, other: _Sums) -> None:
        self.count += other.count
        self.total += other.total
        self.squares += other.squares
        self.by_input = [
            [a + b for a, b in zip(mine, theirs, strict=True)]
            for mine, theirs in zip(self.by_input, other.by_input, strict=True)
        ]

    def indices(self) -> _Found | None:
        variance = _variance(self.total, self.squares, 2 * self.count) if self.count else 0
        if variance == 0:
            return None
        first = []
        for products, sums, squares, _ in self.by_input:
            mean, own = _ratio(sums, 2 * self.count), _variance(sums, squares, 2 * self.count)
            first.append((_ratio(products, self.count) - mean * mean) / own if own else 0)
        return tuple(first), tuple(_ratio(moves, 2 * self.count) / variance for *_, moves in self.by_input)


def _variance(total: Any, squares: Any, count: int) -> Any:
    mean = _ratio(total, count)
    return _ratio(squares, count) - mean * mean


def _ratio(a: Any, b: int) -> Any:
    return Fraction(a, b) if isinstance(a, int) else a / b
