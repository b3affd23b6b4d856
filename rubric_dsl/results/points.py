"""The points of every subject in every item, for machines: one record an item, the same fields for every rubric."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact, Real
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.json import unranked_text
from rubric_dsl.results.model import NoValue, Outcome, Placed, Result
from rubric_dsl.results.nothing import sentence
from rubric_dsl.results.table import in_order
from rubric_dsl.text.record import dataclass

State = Literal["given", "missing", "not applicable"]


@dataclass(frozen=True, slots=True)
class Point:
    """What a subject has in one item (`kind` ranking: what it is ranked by, with its rank). Numbers are in points, a
    percentage as its fraction, durations in seconds."""

    period: str | None
    subject: str
    item: str
    label: str | None
    kind: str
    state: State
    number: Exact | None
    """None: not a number, or none."""
    text: str | None
    """Of what is no number: a class, `yes` or `no`, a date as it is written."""
    worth: Fraction | None
    """Full marks of an indicator or touchpoint; the most that a penalty or bonus can be."""
    rank: int | None
    because: str | None
    """Why there is no value, or no rank."""


def points(run: Run, result: Result) -> Iterator[Point]:
    """Subject by subject in order of the first ranking: the rankings, then the named values as the rubric has them."""
    plan = run.plan
    placed = [(schema.label, found, {row.subject: row for row in found.rows})
              for schema, found in zip(plan.rankings, result.rankings, strict=True)]
    named = {value.name: (value, worth_of(run, value.node)) for value in plan.values}
    for subject in in_order(result):
        for label, ranking, rows in placed:
            row = rows[subject]
            yield _point(result.period, subject, ranking.name, label, "ranking", row.score, None, row.rank,
                         _because(plan, row))
        for name, outcome in result.values[subject].items():
            value, worth = named[name]
            yield _point(result.period, subject, name, value.label, value.kind, outcome, worth, None, None)


def worth_of(run: Run, node: op.Node) -> Fraction | None:
    operation, step = run.plan.nodes[node].operation, run.prepared.steps[node]
    if isinstance(operation, op.Touchpoint):
        return from_exact(operation.amount)
    return step.worth if isinstance(step, Score) else None


def _because(plan: ScoringPlan, placed: Placed) -> str | None:
    return None if placed.because is None else unranked_text(plan, placed)


def _point(
    period: str | None, subject: str, item: str, label: str | None, kind: str, outcome: Outcome,
    worth: Fraction | None, rank: int | None, because: str | None,
) -> Point:
    state: State = "given"
    number: Exact | None = None
    text: str | None = None
    match outcome:
        case NoValue():
            state, because = outcome.state, because or sentence(outcome)
        case bool():
            text = "yes" if outcome else "no"
        case Fraction() | Real():
            number = outcome
        case _:
            text = outcome
    return Point(period, subject, item, label, kind, state, number, text, worth, rank, because)
