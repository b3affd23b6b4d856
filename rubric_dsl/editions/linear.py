"""A ranking by weighted parts, taken apart: the share of each part that each subject has, down to the rows.

All in whole numbers over one denominator, so that a simulation compares scores exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.scores import Score, WeightedPart
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass


class NotVaried(Exception):
    """Something that cannot be varied in this rubric: the step, the reason as a word, and the item."""

    def __init__(self, step: str, reason: str, item: str) -> None:
        super().__init__(f"{step}: {reason} ({item})")
        self.step = step
        self.reason = reason
        self.item = item


@dataclass(frozen=True, slots=True)
class Weighted:
    """score = worth × Σ weight · share ÷ Σ weight.

    `shares[s][i]`: points ÷ worth of part i of subject s, times `denominator`. `weights` add up to 1.
    """

    worth: Fraction
    parts: tuple[str, ...]
    weights: tuple[Fraction, ...]
    subjects: tuple[str, ...]
    shares: tuple[tuple[int, ...], ...]
    denominator: int


@dataclass(frozen=True, slots=True)
class Rowed:
    """The rows behind it: `rows[s]` are those of a subject, each with its scenario and its share of each part, times
    `denominator`. A subject's share of a part is the mean over its scenarios of the mean over their rows."""

    weighted: Weighted
    rows: tuple[tuple[tuple[str | None, tuple[int, ...]], ...], ...]
    denominator: int


def weighted(done: Run, schema: RankingSchema, step: str) -> Weighted:
    """The ranked item as weighted parts. Raises NotVaried where it is not."""
    node, score = _ranked(done, schema, step)
    parts = score.combination.parts
    subjects = [placed for placed in done.subjects if is_number(done.values[placed][node])]
    shares: list[list[Fraction]] = []
    for subject in subjects:
        values = [done.values[subject][part.node] for part in parts]
        for part, value in zip(parts, values, strict=True):
            if not isinstance(value, Fraction):
                raise NotVaried(step, "a part has no score", _name(done, part.node))
        shares.append([value / part.worth for value, part in zip(values, parts, strict=True)])  # type: ignore[operator]
    denominator = lcm(1, *(share.denominator for own in shares for share in own))
    whole = sum((_weight(part, step, done) for part in parts), Fraction(0))
    return Weighted(
        score.worth, tuple(_name(done, part.node) for part in parts),
        tuple(_weight(part, step, done) / whole for part in parts), tuple(subjects),
        tuple(tuple(int(share * denominator) for share in own) for own in shares), denominator,
    )


def _ranked(done: Run, schema: RankingSchema, step: str) -> tuple[op.Node, Score]:
    ranking = done.plan.nodes[schema.node].operation
    assert isinstance(ranking, op.Ranking)
    operation, score = done.plan.nodes[ranking.by].operation, done.prepared.steps[ranking.by]
    if not isinstance(operation, op.Indicator) or not isinstance(score, Score) or not score.combination.parts:
        raise NotVaried(step, "no weighted parts", schema.by)
    if operation.combination not in ("sum", "mean"):
        raise NotVaried(step, "combined otherwise", schema.by)
    if operation.conditions or operation.limits or operation.rounding is not None or operation.extras:
        raise NotVaried(step, "conditions, limits, roundings or extras", schema.by)
    return ranking.by, score


def _weight(part: WeightedPart, step: str, done: Run) -> Fraction:
    if not isinstance(part.weight, Fraction):
        raise NotVaried(step, "an irrational weight", _name(done, part.node))
    return part.weight


def _name(done: Run, node: op.Node) -> str:
    return str(getattr(done.plan.nodes[node].operation, "name", node))


def rowed(done: Run, schema: RankingSchema, step: str) -> Rowed:
    """The rows of the parts, which must be of one averaged table. Raises NotVaried where they are not."""
    whole = weighted(done, schema, step)
    _, score = _ranked(done, schema, step)
    table = _table(done, score.combination.parts, step)
    nodes = [row_score_of(done.plan, part.node) for part in score.combination.parts]
    schema_of_table = next(one for one in done.plan.tables if one.name == table)
    found: list[list[tuple[str | None, list[Fraction]]]] = []
    for subject in whole.subjects:
        own = []
        for row in done.rows[table].get(subject, ()):
            values = done.totals.kept.get(id(row)) or _values(done, table, row.values)
            shares = []
            for part, node in zip(score.combination.parts, nodes, strict=True):
                value = values[node]
                if not isinstance(value, Fraction):
                    raise NotVaried(step, "a row has no score", _name(done, part.node))
                shares.append(value / part.worth)
            stratum = None if schema_of_table.stratum is None else str(row.values[schema_of_table.stratum])
            own.append((stratum, shares))
        found.append(own)
    denominator = lcm(1, *(share.denominator for own in found for _, shares in own for share in shares))

    def scaled(shares: Sequence[Fraction]) -> tuple[int, ...]:
        return tuple(int(share * denominator) for share in shares)

    rows = tuple(tuple((stratum, scaled(shares)) for stratum, shares in own) for own in found)
    return Rowed(whole, rows, denominator)


def worths_of_parts(done: Run, schema: RankingSchema, step: str) -> list[Fraction]:
    """What the shares of rows are shares of, part by part."""
    return [part.worth for part in _ranked(done, schema, step)[1].combination.parts]


def row_score_of(plan: ScoringPlan, part: op.Node) -> op.Node:
    """Of an indicator that is scored on rows, what scores them."""
    operation = plan.nodes[part].operation
    assert isinstance(operation, op.Indicator) and operation.row_score is not None
    return operation.row_score


def _values(done: Run, table: str, cells: object) -> Sequence[object]:
    return evaluate_row(done.prepared, cells, done.prepared.row_nodes.get(table, ()))  # type: ignore[arg-type]


def _table(done: Run, parts: Sequence[WeightedPart], step: str) -> str:
    """The one averaged table that all parts are scored on, their rows being all that they are made of."""
    tables = set()
    for part in parts:
        operation = done.plan.nodes[part.node].operation
        name = _name(done, part.node)
        if not isinstance(operation, op.Indicator) or operation.row_score is None:
            raise NotVaried(step, "a part that is not scored on rows", name)
        if operation.conditions or operation.limits or operation.rounding is not None or operation.extras:
            raise NotVaried(step, "conditions, limits, roundings or extras", name)
        tables.add(done.plan.nodes[operation.row_score].grain.table or "")
    table = tables.pop()
    schema = next(one for one in done.plan.tables if one.name == table)
    if tables or schema.folding != "averaged" or schema.stratum_weights is not None:
        raise NotVaried(step, "rows that are not averaged evenly in one table", table)
    return table
