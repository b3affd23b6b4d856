"""Why a score is what it is: every item down to the touchpoints, and for these every row with the cells read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.reference.contributions import Item, contributions
from rubric_dsl.engines.reference.trace import RowTrace, ScoreTrace, SubjectTrace, TouchpointTrace, trace_of
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.operands import operands_of
from rubric_dsl.evaluation.values import Value
from rubric_dsl.observations.model import PRIVATE
from rubric_dsl.plan.model import ColumnSchema, NamedValue, ScoringPlan
from rubric_dsl.resolved import operations as op


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell that a rule read: its column and its text as written (of a private column `•••`)."""

    column: ColumnSchema
    text: str


@dataclass(frozen=True, slots=True)
class RowReason:
    """A touchpoint on a row: the points that it gave there, and what gave them.

    `condition`: the condition that decided, of the touchpoint or of its indicator; `matched`: the place of the row of
    its table that matched; `missed`: its `missing` line. None of these: its rule. `belongs`: it is part of the row's
    scenario.
    """

    table: str
    number: int
    line: int
    points: Value
    cells: tuple[ReadCell, ...]
    belongs: bool
    condition: op.Condition | None
    matched: int | None
    missed: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """An item with its parts; `named` is how the rubric calls it, `rows` are those of a touchpoint scored on rows."""

    item: Item
    named: NamedValue | None
    rows: tuple[RowReason, ...]
    parts: tuple[Explained, ...]


def explain(done: Run, subject: Subject, node: op.Node) -> Explained:
    """The tree below an indicator or touchpoint of a subject, scored again by the reference engine."""
    return _Explaining(done, trace_of(done, subject)).explained(contributions(done, subject, node))


class _Explaining:
    def __init__(self, done: Run, trace: SubjectTrace) -> None:
        self.done = done
        self.trace = trace
        self.named = {named.name: named for named in done.plan.values}

    def explained(self, item: Item) -> Explained:
        rows = tuple(self._rows(item)) if item.kind in ("touchpoint", "penalty", "bonus") else ()
        return Explained(item, self.named.get(item.name), rows, tuple(map(self.explained, item.parts)))

    def _rows(self, item: Item) -> Iterator[RowReason]:
        for row in self.trace.rows:
            for score in row.scores:
                for touchpoint in score.touchpoints:
                    if touchpoint.node == item.node:
                        yield self._row(row, score, touchpoint)

    def _row(self, row: RowTrace, score: ScoreTrace, found: TouchpointTrace) -> RowReason:
        touchpoint, around = (self.done.plan.nodes[node].operation for node in (found.node, score.node))
        assert isinstance(touchpoint, op.Touchpoint) and isinstance(around, (op.RowScore, op.Indicator))
        condition = None
        if score.condition is not None:
            condition = around.conditions[score.condition]
        elif found.condition is not None:
            condition = touchpoint.conditions[found.condition]
        read = [found.node] if condition is None else [condition.node]
        cells = tuple(_cells(self.done.plan, row, read))
        return RowReason(
            row.table, row.row.number, row.row.line, found.points, cells, found.belongs, condition, found.table_row,
            found.missed,
        )


def _cells(plan: ScoringPlan, row: RowTrace, nodes: Iterable[op.Node]) -> Iterator[ReadCell]:
    """The cells of the row that the nodes read, in order of the columns."""
    read = _columns(plan, nodes)
    schema = next(table for table in plan.tables if table.name == row.table)
    for column in schema.columns:
        if (row.table, column.name) in read:
            yield ReadCell(column, PRIVATE if column.private else row.row.cells.get(column.name, ""))


def _columns(plan: ScoringPlan, nodes: Iterable[op.Node]) -> set[tuple[str, str]]:
    """Table and column of every column below the nodes, not through aggregates, which read other rows too."""
    waiting, seen, found = list(nodes), set(), set()
    while waiting:
        node = waiting.pop()
        operation = plan.nodes[node].operation
        if node in seen or isinstance(operation, (op.Aggregate, op.Across)):
            continue
        seen.add(node)
        if isinstance(operation, op.Column):
            found.add((operation.table, operation.column))
        waiting.extend(operands_of(operation))
    return found
