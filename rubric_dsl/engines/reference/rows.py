"""The row stage: every row is scored once, and its scores are added up by subject and scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rubric_dsl.engines.aggregates import aggregated
from rubric_dsl.engines.contract import Stratum, Subject, Tally, Totals
from rubric_dsl.engines.folding import strata_of
from rubric_dsl.evaluation.arithmetic import Cells, Values, fault_of, total
from rubric_dsl.evaluation.prepare import Prepared, evaluate_row
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.values import Given, Nothing, Undefined, Value, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Observations, Row
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op

NAME = "reference"

MAX_KEPT = 2_000_000
"""So many values of rows are kept for explaining (some 16 MB); of further rows they are computed again."""


@dataclass(slots=True)
class _Sums:
    """Totals as they grow."""

    subjects: dict[Subject, None] = field(default_factory=dict)
    rows: dict[str, dict[Subject, dict[Stratum, int]]] = field(default_factory=dict)
    scores: dict[op.Node, dict[Subject, dict[Stratum, list[Exact]]]] = field(default_factory=dict)
    samples: dict[op.Node, dict[Subject, list[Given] | Undefined]] = field(default_factory=dict)
    facts: dict[str, dict[Subject, Cells]] = field(default_factory=dict)
    faults: list[Undefined] = field(default_factory=list)
    kept: dict[int, Values] = field(default_factory=dict)

    def tally(self, node: op.Node, subject: Subject, stratum: Stratum, score: Exact) -> None:
        self.scores.setdefault(node, {}).setdefault(subject, {}).setdefault(stratum, []).append(score)


def totals(
    plan: ScoringPlan, prepared: Prepared, observations: Observations, known: Mapping[int, Values] | None = None
) -> Totals:
    """The exact totals of all rows; a row of a subject that the plan does not declare takes no part.

    `known`: by `id` of a row, the values that its nodes had in an earlier run of the same plan.
    """
    sums = _Sums()
    known = known or {}
    declared = None if plan.subjects is None else frozenset(plan.subjects)
    for schema in plan.tables:
        data = observations.tables.get(schema.name)
        if data is None:
            continue
        stage = _TableStage(schema, prepared, sums, known)
        for row in data.rows:
            subject = row.values[schema.subject]
            if isinstance(subject, str) and (declared is None or subject in declared):
                stage.add(row, subject)
    return _finished(sums, prepared)


class _TableStage:
    """One table: which of its nodes count, and what a row adds."""

    def __init__(
        self, schema: TableSchema, prepared: Prepared, sums: _Sums, known: Mapping[int, Values]
    ) -> None:
        self.known = known
        self.schema = schema
        self.prepared = prepared
        self.sums = sums
        self.scores = [step for step in map(prepared.steps.__getitem__, prepared.row_nodes.get(schema.name, ()))
                       if isinstance(step, Score)]
        self.scenarios = {score.node: strata_of(score, prepared) for score in self.scores}
        self.aggregates = [
            (node, operation)
            for node, operation in enumerate(prepared.operations)
            if isinstance(operation, op.Aggregate) and operation.table == schema.name
        ]
        self.nodes = prepared.row_nodes.get(schema.name, ())

    def add(self, row: Row, subject: Subject) -> None:
        sums, schema = self.sums, self.schema
        stratum = None if schema.stratum is None else row.values[schema.stratum]
        assert stratum is None or isinstance(stratum, str)
        sums.subjects.setdefault(subject)
        by_stratum = sums.rows.setdefault(schema.name, {}).setdefault(subject, {})
        by_stratum[stratum] = by_stratum.get(stratum, 0) + 1
        if schema.folding == "one row each":
            sums.facts.setdefault(schema.name, {}).setdefault(subject, row.values)
        values = self.known.get(id(row))
        if values is None:
            values = evaluate_row(self.prepared, row.values, self.nodes)
        if len(sums.kept) * len(values) < MAX_KEPT:
            sums.kept[id(row)] = values
        for score in self.scores:
            self._add_score(score, values, row, subject, stratum)
        for node, operation in self.aggregates:
            self._add_sample(node, operation, values, row, subject, stratum)

    def _add_score(self, score: Score, values: Values, row: Row, subject: Subject, stratum: Stratum) -> None:
        scenarios = self.scenarios[score.node]
        if scenarios and stratum not in scenarios:
            return
        result = values[score.node]
        if isinstance(result, Undefined):
            needed_by = _reached_by(result, score, values)
            self.sums.faults.append(result.at(subject, self.schema.name, row.number, needed_by))
            return
        if not is_number(result):
            return
        self.sums.tally(score.node, subject, stratum, result)
        for node, points in touchpoint_points(self.prepared, score, values, row.values):
            if is_number(points):
                self.sums.tally(node, subject, stratum, points)

    def _add_sample(
        self, node: op.Node, operation: op.Aggregate, values: Values, row: Row, subject: Subject, stratum: Stratum
    ) -> None:
        value = sample_of(node, operation, values)
        if value is None:
            return
        by_subject = self.sums.samples.setdefault(node, {})
        samples = by_subject.setdefault(subject, [])
        if isinstance(samples, Undefined):
            return
        if isinstance(value, Undefined):
            by_subject[subject] = value.at(subject, self.schema.name, row.number)
        elif operation.name == "folded" and is_number(value):
            self.sums.tally(node, subject, stratum, value)
        else:
            samples.append(value)


def _reached_by(fault: Undefined, score: Score, values: Values) -> op.Node:
    """The touchpoint that brought the fault into the score, else the score itself (its conditions or bounds)."""
    parts = (*(part.node for part in score.combination.parts), *(extra.node for extra in score.extras))
    return next((node for node in parts if values[node] is fault), score.node)


def touchpoint_points(
    prepared: Prepared, score: Score, values: Values, cells: Cells
) -> Iterator[tuple[op.Node, Value]]:
    """The points of each touchpoint on a row where its indicator has a score.

    Where a condition decided the score nothing below was read: each touchpoint of the row's scenario then has the same
    share of its worth, so that touchpoints and indicator tell one story; penalties and bonuses have none.
    """
    decided = score.decide(values)
    extras = {extra.node for extra in score.extras}
    for node in (*(part.node for part in score.combination.parts), *extras):
        if decided is None:
            yield node, values[node]
        elif node not in extras and is_number(decided.value):
            step = prepared.steps[node]
            if isinstance(step, Touchpoint) and step.belongs(cells):
                yield node, reals.divide(reals.multiply(decided.value, step.amount), score.worth)


def sample_of(node: op.Node, operation: op.Aggregate, values: Values) -> Given | Undefined | None:
    """What a row brings to an aggregate: the operand's value, None where the row is not selected, or a fault."""
    if operation.where is not None:
        selected = values[operation.where]
        if selected is False:
            return None
        if selected is not True:
            return selected if isinstance(selected, Undefined) else Undefined("absent", node)
    if operation.operand is None:
        return True
    value = values[operation.operand]
    return Undefined("absent", node) if isinstance(value, Nothing) else value


def _finished(sums: _Sums, prepared: Prepared) -> Totals:
    aggregates: dict[op.Node, dict[Subject, Value]] = {}
    pooled: dict[op.Node, dict[Subject, tuple[Given, ...] | Undefined]] = {}
    for node, by_subject in sums.samples.items():
        operation = prepared.operations[node]
        assert isinstance(operation, op.Aggregate)
        for subject, samples in by_subject.items():
            if operation.pooled:
                kept = samples if isinstance(samples, Undefined) else tuple(samples)
                pooled.setdefault(node, {})[subject] = kept
            elif operation.name != "folded" or isinstance(samples, Undefined):
                aggregates.setdefault(node, {})[subject] = aggregated(node, operation, samples, prepared.constants)
                sums.scores.get(node, {}).pop(subject, None)
    tallies: dict[op.Node, dict[Subject, Mapping[Stratum, Tally]]] = {}
    for node, scores in sums.scores.items():
        for subject, by_stratum in scores.items():
            try:
                tallies.setdefault(node, {})[subject] = {s: Tally(len(of), total(of)) for s, of in by_stratum.items()}
            except ArithmeticError as error:
                aggregates.setdefault(node, {})[subject] = fault_of(error, node)
    return Totals(
        tuple(sums.subjects), sums.rows, tallies, aggregates, pooled, sums.facts, tuple(sums.faults), sums.kept
    )
