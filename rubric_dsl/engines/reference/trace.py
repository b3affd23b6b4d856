"""The rows of one subject with everything kept: what each touchpoint gave and what decided it."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.folding import has_scenario
from rubric_dsl.engines.reference.rows import touchpoint_points
from rubric_dsl.engines.run import Run, run
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Value
from rubric_dsl.observations.model import Observations, Row
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.resolved.operations import Node
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class TouchpointTrace:
    """A touchpoint on a row: its points as they count there, and what gave them.

    `belongs`: it is part of the row's scenario. `condition`: the place of its own condition that decided. `missed`: its
    `missing` line gave the points. `table_row`: the row of its table that matched, where its rule is a table that was
    read. Where a condition of the indicator decided, nothing of these was read and `points` are its share of the value.
    """

    node: Node
    points: Value
    belongs: bool
    condition: int | None
    missed: bool
    table_row: int | None


@dataclass(frozen=True, slots=True)
class ScoreTrace:
    """An indicator on a row. `condition`: the place of its condition that decided, nothing below being read."""

    node: Node
    score: Value
    condition: int | None
    touchpoints: tuple[TouchpointTrace, ...]


@dataclass(frozen=True, slots=True)
class RowTrace:
    """A row of a table with its scenario, the values of all nodes on it, and the indicators scored on it."""

    table: str
    row: Row
    stratum: Stratum
    values: Values
    scores: tuple[ScoreTrace, ...]


@dataclass(frozen=True, slots=True)
class SubjectTrace:
    """All rows of a subject, in order of the tables and of the file."""

    subject: Subject
    rows: tuple[RowTrace, ...]

    def of(self, score: Node) -> Iterator[tuple[RowTrace, ScoreTrace]]:
        """The rows on which this row score was read: those of its scenarios."""
        for row in self.rows:
            for trace in row.scores:
                if trace.node == score:
                    yield row, trace


def trace(plan: ScoringPlan, observations: Observations, subject: Subject) -> SubjectTrace:
    """Score one subject's rows again, keeping everything."""
    return trace_of(run(plan, observations), subject)


def trace_of(done: Run, subject: Subject) -> SubjectTrace:
    """The same for a run that is there already."""
    rows: list[RowTrace] = []
    for schema in done.plan.tables:
        rows += [_row(done, schema, row) for row in done.rows[schema.name].get(subject, ())]
    return SubjectTrace(subject, tuple(rows))


def _row(done: Run, schema: TableSchema, row: Row) -> RowTrace:
    nodes = done.prepared.row_nodes.get(schema.name, ())
    values = done.totals.kept.get(id(row))
    if values is None:
        values = evaluate_row(done.prepared, row.values, nodes)
    stratum = None if schema.stratum is None else row.values[schema.stratum]
    traces = tuple(
        _score(done, step, values, row)
        for step in map(done.prepared.steps.__getitem__, nodes)
        if isinstance(step, Score) and has_scenario(step, done.prepared, stratum)
    )
    return RowTrace(schema.name, row, None if stratum is None else str(stratum), values, traces)


def _score(done: Run, score: Score, values: Values, row: Row) -> ScoreTrace:
    decided = score.decide(values)
    counting = dict(touchpoint_points(done.prepared, score, values, row.values))
    parts = [part.node for part in score.combination.parts] + [extra.node for extra in score.extras]
    touchpoints = tuple(
        _touchpoint(done, node, counting.get(node, NOT_APPLICABLE), values, row, read=decided is None) for node in parts
    )
    return ScoreTrace(score.node, values[score.node], None if decided is None else decided.place, touchpoints)


def _touchpoint(done: Run, node: Node, points: Value, values: Values, row: Row, read: bool) -> TouchpointTrace:
    step = done.prepared.steps[node]
    assert isinstance(step, Touchpoint)
    belongs = step.belongs(row.values)
    if not (read and belongs):
        return TouchpointTrace(node, points, belongs, None, False, None)
    decided = step.decide(values)
    if decided is not None:
        return TouchpointTrace(node, points, belongs, decided.place, False, None)
    missed = step.missed(values)
    return TouchpointTrace(node, points, belongs, None, missed, matched_row(done, step.rule, values))


def matched_row(done: Run, node: Node, values: Values) -> int | None:
    """Which row of the table at this node matched; None where the node is no table, or none did."""
    table = done.prepared.steps[node]
    if not isinstance(table, PreparedTable):
        return None
    found = table.match([values[operand] for operand in table.inputs])
    return found if isinstance(found, int) else None
