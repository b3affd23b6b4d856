"""Where every subject stands in one item, counted from the highest number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from rubric_dsl.evaluation.arithmetic import quotient, total
from rubric_dsl.numbers.reals import Real
from rubric_dsl.plan.model import NamedValue
from rubric_dsl.results.columns import outcomes, ratios
from rubric_dsl.results.model import Result
from rubric_dsl.results.ranking import LONGEST_KEY
from rubric_dsl.text.record import dataclass

Ratio = tuple[int, int]


class NotRational(Exception):
    """The numbers of an item are not all rational, or beyond the limits of exact numbers."""


@dataclass(frozen=True, slots=True)
class Standings:
    """How many subjects have a number (`of`), and what it is on the average and at most and least."""

    of: int
    mean: Fraction
    highest: Fraction
    lowest: Fraction
    places: Sequence[tuple[int, int] | None]
    """Of each subject the place and how many stand there; None without a number."""


def standings(result: Result, named: NamedValue) -> Standings | None:
    """None where nobody has a number. Raises NotRational."""
    parts = _parts(result, named)
    known = [part for part in parts if part is not None]
    if not known:
        return None
    keys = _keys(parts)
    counts = Counter(key for key in keys if key is not None)
    ordered, before = sorted(counts, reverse=True), 0
    place_of: dict[int | Fraction, tuple[int, int]] = {}
    for key in ordered:
        place_of[key] = before + 1, counts[key]
        before += counts[key]
    highest, lowest = (next(part for part, own in zip(parts, keys, strict=True) if part is not None and own == key)
                       for key in (ordered[0], ordered[-1]))
    places = [None if key is None else place_of[key] for key in keys]
    return Standings(len(known), _mean(known), Fraction(*highest), Fraction(*lowest), places)


def _parts(result: Result, named: NamedValue) -> list[Ratio | None]:
    found = ratios(result, named)
    if found is None:
        return [_ratio(value) for value in outcomes(result, named.name)]
    parts: list[Ratio | None] = list(zip(found.tops, found.bottoms, strict=True))
    for place, value in found.odd.items():
        parts[place] = _ratio(value)
    return parts


def _ratio(value: object) -> Ratio | None:
    if isinstance(value, Real):
        raise NotRational
    return value.as_integer_ratio() if isinstance(value, Fraction) else None


def _keys(parts: Sequence[Ratio | None]) -> Sequence[int | Fraction | None]:
    """Numbers that are in the order of the fractions, equal where these are: two fractions with denominators below
    2ⁿ are equal or more than 2⁻²ⁿ apart."""
    bits = 2 * max(part[1] for part in parts if part is not None).bit_length()
    if bits > LONGEST_KEY:
        return [None if part is None else Fraction(*part) for part in parts]
    return [None if part is None else (part[0] << bits) // part[1] for part in parts]


def _mean(parts: Sequence[Ratio]) -> Fraction:
    sums: Counter[int] = Counter()
    for top, bottom in parts:
        sums[bottom] += top
    try:
        mean = quotient(total(Fraction(top, bottom) for bottom, top in sums.items()), Fraction(len(parts)))
    except ArithmeticError:
        raise NotRational from None
    assert isinstance(mean, Fraction)
    return mean
