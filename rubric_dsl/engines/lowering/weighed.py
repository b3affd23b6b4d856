"""Aggregates of values that are counted instead of listed; each is what `evaluation.statistics` gives of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from rubric_dsl.evaluation.arithmetic import ZERO, fault_of, quotient
from rubric_dsl.evaluation.statistics import ONE, ascending
from rubric_dsl.evaluation.values import ABSENT, Nothing, Value, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op

Weighed = tuple[int, Exact]
"""How many rows have a value, and the value."""


def weighed_total(values: Iterable[Weighed]) -> Exact:
    """The exact sum, added up as `evaluation.arithmetic.total` does one by one."""
    sums: dict[int, int] = {}
    rest: Exact = ZERO
    for count, value in values:
        if isinstance(value, Fraction):
            sums[value.denominator] = sums.get(value.denominator, 0) + count * value.numerator
        else:
            rest = reals.add(rest, reals.multiply(Fraction(count), value))
    for bottom, top in sums.items():
        rest = reals.add(rest, Fraction(top, bottom)) if rest else Fraction(top, bottom)
    return rest


def weighed_aggregate(node: op.Node, operation: op.Aggregate, values: Sequence[Weighed], argument: Value) -> Value:
    """`lowest`, `highest`, `median`, `percentile`, `trimmed_mean` or `deviation` of at least one value."""
    try:
        if operation.name == "percentile":
            return _percentile(values, argument if is_number(argument) else ONE)
        return _STATISTICS[operation.name](values)
    except ArithmeticError as error:
        return fault_of(error, node)


def _size(values: Sequence[Weighed]) -> int:
    return sum(count for count, _ in values)


def _smallest(values: Sequence[Weighed], places: Sequence[int]) -> list[Exact]:
    """The values at these ascending places, 1 being the smallest."""
    counts: dict[Exact, int] = {}
    for count, value in values:
        counts[value] = counts.get(value, 0) + count
    found: list[Exact] = []
    passed = 0
    for value in ascending(list(counts)):
        passed += counts[value]
        while len(found) < len(places) and places[len(found)] <= passed:
            found.append(value)
    return found


def _percentile(values: Sequence[Weighed], p: Exact) -> Exact:
    n = _size(values)
    place = int(reals.ceiling(reals.multiply(p, Fraction(n))))
    return _smallest(values, [min(max(place, 1), n)])[0]


def _median(values: Sequence[Weighed]) -> Exact:
    n = _size(values)
    if n % 2:
        return _smallest(values, [n // 2 + 1])[0]
    return quotient(reals.total(_smallest(values, [n // 2, n // 2 + 1])), Fraction(2))


def _trimmed_mean(values: Sequence[Weighed]) -> Exact | Nothing:
    n = _size(values)
    if n < 3:
        return ABSENT
    ends = _smallest(values, [1, n])
    return quotient(weighed_total([*values, (-1, ends[0]), (-1, ends[1])]), Fraction(n - 2))


def _deviation(values: Sequence[Weighed]) -> Exact:
    n = Fraction(_size(values))
    middle = quotient(weighed_total(values), n)
    gaps = [(count, reals.subtract(value, middle)) for count, value in values]
    return reals.sqrt(quotient(weighed_total([(count, reals.multiply(gap, gap)) for count, gap in gaps]), n))


_STATISTICS: dict[str, Callable[[Sequence[Weighed]], Exact | Nothing]] = {
    "lowest": lambda values: _smallest(values, [1])[0],
    "highest": lambda values: _smallest(values, [_size(values)])[0],
    "median": _median,
    "trimmed_mean": _trimmed_mean,
    "deviation": _deviation,
}
