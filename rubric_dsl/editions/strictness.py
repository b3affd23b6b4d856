"""Whether the values of a column, such as the testers, score alike: mean points of each within a scenario."""

from __future__ import annotations

from fractions import Fraction

from rubric_dsl.editions.alternatives import names_of_values
from rubric_dsl.editions.linear import Rowed, rowed
from rubric_dsl.engines.run import Run
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Strict:
    """The rows of one value of a column in a scenario: how many, their mean score, and that of all rows there."""

    value: str
    stratum: str | None
    rows: int
    mean: Fraction
    all: Fraction


def strictness(done: Run, schema: RankingSchema, table: str, column: str) -> tuple[Strict, ...]:
    """By value and scenario, in order of their names. Raises NotVaried where rows have no score of the ranked item."""
    model: Rowed = rowed(done, schema, "without value")
    names = names_of_values(done, table, column)
    own: dict[tuple[str, str | None], list[Fraction]] = {}
    whole: dict[str | None, list[Fraction]] = {}
    for subject, rows in zip(model.weighted.subjects, model.rows, strict=True):
        for row, (stratum, shares) in zip(done.rows[table][subject], rows, strict=True):
            points = model.weighted.worth * sum(
                (weight * share for weight, share in zip(model.weighted.weights, shares, strict=True)), Fraction(0)
            ) / model.denominator
            name = names.get(row.values[column])
            if name is not None:
                own.setdefault((name, stratum), []).append(points)
            whole.setdefault(stratum, []).append(points)
    return tuple(
        Strict(value, stratum, len(points), sum(points, Fraction(0)) / len(points),
               sum(whole[stratum], Fraction(0)) / len(whole[stratum]))
        for (value, stratum), points in sorted(own.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    )
