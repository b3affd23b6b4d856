"""One value from many, and each one's place among many: aggregates over rows and across subjects.

All are exact; `deviation` may be an enclosed root. Where nothing is there `count` and `sum` are 0, the others have no
value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cmp_to_key

from rubric_dsl.evaluation.arithmetic import ZERO, quotient, total
from rubric_dsl.evaluation.values import ABSENT, Given, Nothing, as_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact

ONE = Fraction(1)
HALF = Fraction(1, 2)


def aggregate(name: str, values: Sequence[Given], argument: Exact | None = None) -> Exact | Nothing:
    """The aggregate of the values, by its name; `share` and `count` take yes or no, or count what is there.

    `ABSENT` over no values (fewer than three for `trimmed_mean`), except for `count` and `sum`. May raise `Undecided`.
    """
    if name == "count":
        return Fraction(sum(value is not False for value in values))
    if name == "sum":
        return total([as_number(value) for value in values])
    if not values:
        return ABSENT
    if name == "share":
        return Fraction(sum(value is True for value in values), len(values))
    numbers = [as_number(value) for value in values]
    if name == "percentile":
        return percentile(numbers, ONE if argument is None else argument)
    return _STATISTICS[name](numbers)


def mean(numbers: Sequence[Exact]) -> Exact:
    return quotient(total(numbers), Fraction(len(numbers)))


def trimmed_mean(numbers: Sequence[Exact]) -> Exact | Nothing:
    """Without one lowest and one highest; of at least three."""
    if len(numbers) < 3:
        return ABSENT
    return mean(ascending(numbers)[1:-1])


def median(numbers: Sequence[Exact]) -> Exact:
    """The middle one; of an even number the mean of the middle two."""
    ordered, half = ascending(numbers), len(numbers) // 2
    return ordered[half] if len(ordered) % 2 else mean(ordered[half - 1 : half + 1])


def percentile(numbers: Sequence[Exact], p: Exact) -> Exact:
    """The ⌈p·n⌉-th smallest (the smallest where p is 0)."""
    place = reals.ceiling(reals.multiply(p, Fraction(len(numbers))))
    return ascending(numbers)[min(max(int(place), 1), len(numbers)) - 1]


def deviation(numbers: Sequence[Exact]) -> Exact:
    """The standard deviation, dividing by n."""
    middle = mean(numbers)
    squares = [reals.multiply(gap, gap) for gap in (reals.subtract(number, middle) for number in numbers)]
    return reals.sqrt(mean(squares))


def lowest(numbers: Sequence[Exact]) -> Exact:
    return ascending(numbers)[0]


def highest(numbers: Sequence[Exact]) -> Exact:
    return ascending(numbers)[-1]


_STATISTICS: dict[str, Callable[[Sequence[Exact]], Exact | Nothing]] = {
    "mean": mean,
    "trimmed_mean": trimmed_mean,
    "median": median,
    "lowest": lowest,
    "highest": highest,
    "deviation": deviation,
}


def ascending(numbers: Sequence[Exact]) -> list[Exact]:
    if all(type(number) is Fraction for number in numbers):
        return sorted(numbers)  # type: ignore[type-var]
    return sorted(numbers, key=cmp_to_key(reals.compare))


# ---------------------------------------------------------------- places among all


def placements(name: str, numbers: Sequence[Exact]) -> list[Exact]:
    """For each number its `rank`, `percentile_rank`, `minmax` or `zscore` among all of them, in the given order.

    Raises `ZeroDivisionError` where there is nothing to compare with (one number; all equal).
    """
    if name in ("rank", "percentile_rank"):
        return _ranks(numbers, percentile=name == "percentile_rank")
    if name == "minmax":
        low, high = lowest(numbers), highest(numbers)
        return [quotient(reals.subtract(x, low), reals.subtract(high, low)) for x in numbers]
    middle, spread = mean(numbers), deviation(numbers)
    return [quotient(reals.subtract(x, middle), spread) for x in numbers]


def _ranks(numbers: Sequence[Exact], percentile: bool) -> list[Exact]:
    """`rank`: 1 + how many are higher. `percentile_rank`: (lower + half of the other equals) ÷ (n − 1)."""
    n = len(numbers)

    def compared(i: int, j: int) -> int:
        return reals.compare(numbers[i], numbers[j])

    order = sorted(range(n), key=cmp_to_key(compared))
    result: list[Exact] = [ZERO] * n
    start = 0
    while start < n:
        end = start + 1
        while end < n and reals.compare(numbers[order[end]], numbers[order[start]]) == 0:
            end += 1
        place = quotient(start + HALF * (end - start - 1), Fraction(n - 1)) if percentile else Fraction(n - end + 1)
        for i in order[start:end]:
            result[i] = place
        start = end
    return result
