"""What a subject may want to reach: a rank, a class, a score; and the reverse, what it may lose."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.plan.model import NamedValue, RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """The rank of a subject in a ranking (None: it has none), its score there, and with whom it shares the rank."""

    rank: int | None
    score: Value
    beside: tuple[Subject, ...]


def standing(run: Run, schema: RankingSchema, subject: Subject) -> Standing:
    rows = ranking_of(run, schema).rows
    own = next(row for row in rows if row.subject == subject)
    beside = tuple(
        row.subject for row in rows
        if row.rank is not None and row.rank == own.rank and row.group == own.group and row.subject != subject
    )
    operation = run.plan.nodes[schema.node].operation
    assert isinstance(operation, op.Ranking)
    return Standing(own.rank, run.values[subject][operation.by], beside)


@dataclass(frozen=True, slots=True)
class RankGoal:
    """Rank `rank` or a better one; with `lose` a worse one than `rank`."""

    schema: RankingSchema
    rank: int
    lose: bool = False

    def reached(self, run: Run, subject: Subject) -> bool:
        rank = standing(run, self.schema, subject).rank
        if self.lose:
            return rank is None or rank > self.rank
        return rank is not None and rank <= self.rank

    def progress(self, run: Run, subject: Subject) -> Sequence[Value]:
        operation = run.plan.nodes[self.schema.node].operation
        assert isinstance(operation, op.Ranking)
        value = run.values[subject][operation.by]
        return [_negative(value) if operation.lowest_first != self.lose else value]


@dataclass(frozen=True, slots=True)
class ScoreGoal:
    """At least this score in an item."""

    named: NamedValue
    score: Fraction

    def reached(self, run: Run, subject: Subject) -> bool:
        value = run.values[subject][self.named.node]
        return is_number(value) and reals.compare(value, self.score) >= 0

    def progress(self, run: Run, subject: Subject) -> Sequence[Value]:
        return [run.values[subject][self.named.node]]


@dataclass(frozen=True, slots=True)
class ClassGoal:
    """A class of a classification."""

    named: NamedValue
    name: str

    def reached(self, run: Run, subject: Subject) -> bool:
        return run.values[subject][self.named.node] == self.name

    def progress(self, run: Run, subject: Subject) -> Sequence[Value]:
        """What is classified, up and down: which way leads to the class is not known before."""
        node = self.named.node
        operation = run.plan.nodes[self.named.node].operation
        while isinstance(operation, (op.Table, op.Round, op.Only)):
            node = operation.inputs[0] if isinstance(operation, op.Table) else operation.operand
            operation = run.plan.nodes[node].operation
        value = run.values[subject][node]
        return [value, _negative(value)] if is_number(value) else []


Goal = RankGoal | ScoreGoal | ClassGoal


def _negative(value: Value) -> Value:
    return reals.negate(value) if is_number(value) else value
