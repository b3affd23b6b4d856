"""Whether the values of a column, such as the testers, score alike: mean points of each within a scenario, and whether
what they differ by is more than chance brings when rows of a scenario are dealt out at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

from rubric_dsl.editions.alternatives import names_of_values
from rubric_dsl.editions.chance import words
from rubric_dsl.editions.linear import Rowed, rowed
from rubric_dsl.engines.run import Run
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.text.record import dataclass

DEALS = 1999
"""Times that the rows are dealt out: with the one that was observed 2,000."""


@dataclass(frozen=True, slots=True)
class Strict:
    """The rows of one value of a column in a scenario: how many, their mean score, and that of all rows there."""

    value: str
    stratum: str | None
    rows: int
    mean: Fraction
    all: Fraction


@dataclass(frozen=True, slots=True)
class Leaning:
    """The rows of one value in all scenarios: by how much a row of it scores more than the mean of its scenario, and in
    which share of random deals of the rows within scenarios it would be as far from it."""

    value: str
    rows: int
    difference: Fraction
    by_chance: Fraction


@dataclass(frozen=True, slots=True)
class Strictness:
    """In order of the names of the values. `cells`: by scenario too."""

    column: str
    leanings: tuple[Leaning, ...]
    cells: tuple[Strict, ...]


def strictness(done: Run, schema: RankingSchema, table: str, column: str, seed: int) -> Strictness:
    """Raises NotVaried where rows have no score of the ranked item."""
    model: Rowed = rowed(done, schema, "without value")
    names = names_of_values(done, table, column)
    strata: dict[str | None, list[tuple[str, Fraction]]] = {}
    for subject, rows in zip(model.weighted.subjects, model.rows, strict=True):
        for row, (stratum, shares) in zip(done.rows[table][subject], rows, strict=True):
            points = model.weighted.worth * sum(
                (weight * share for weight, share in zip(model.weighted.weights, shares, strict=True)), Fraction(0)
            ) / model.denominator
            strata.setdefault(stratum, []).append((names.get(row.values[column], ""), points))
    cells = []
    for stratum, found in strata.items():
        whole = sum((points for _, points in found), Fraction(0)) / len(found)
        for value in {name for name, _ in found} - {""}:
            own = [points for name, points in found if name == value]
            cells.append(Strict(value, stratum, len(own), sum(own, Fraction(0)) / len(own), whole))
    cells.sort(key=lambda one: (one.value, one.stratum or ""))
    return Strictness(column, tuple(_leanings([strata[name] for name in sorted(strata, key=str)], seed)), tuple(cells))


def _leanings(strata: Sequence[Sequence[tuple[str, Fraction]]], seed: int) -> list[Leaning]:
    """In whole numbers: deviations from the means of scenarios over one denominator."""
    deviations = []
    for found in strata:
        mean = sum((points for _, points in found), Fraction(0)) / len(found)
        deviations.append([points - mean for _, points in found])
    bottom = lcm(1, *(one.denominator for own in deviations for one in own))
    whole = [[int(one * bottom) for one in own] for own in deviations]
    names = [[name for name, _ in found] for found in strata]
    observed = _sums(names, whole)
    as_far = dict.fromkeys(observed, 1)
    for deal in range(DEALS):
        dealt = []
        for place, own in enumerate(whole):
            keys = words(len(own), seed, place, deal)
            dealt.append([own[i] for i in sorted(range(len(own)), key=keys.__getitem__)])
        for name, total in _sums(names, dealt).items():
            as_far[name] += abs(total) >= abs(observed[name])
    rows = {name: sum(own.count(name) for own in names) for name in observed}
    return [
        Leaning(name, rows[name], Fraction(observed[name], bottom * rows[name]), Fraction(as_far[name], DEALS + 1))
        for name in sorted(observed) if name
    ]


def _sums(names: Sequence[Sequence[str]], numbers: Sequence[Sequence[int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for own, values in zip(names, numbers, strict=True):
        for name, value in zip(own, values, strict=True):
            found[name] = found.get(name, 0) + value
    return found
