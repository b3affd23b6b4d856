"""The conditions of a plan's tables, ready to judge rows with."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.evaluation.prepare import Prepared, evaluate_row, prepare
from rubric_dsl.evaluation.values import Undefined
from rubric_dsl.observations.conditions import Condition, Verdict
from rubric_dsl.observations.model import Cell
from rubric_dsl.observations.presence import RowRules
from rubric_dsl.plan.model import MustSchema, ScoringPlan, TableSchema
from rubric_dsl.resolved.operations import Column, Node


class PlanRules:
    """Prepares the plan once, and only if some table has a condition."""

    def __init__(self, plan: ScoringPlan, prepared: Prepared | None = None) -> None:
        self._plan = plan
        self._prepared = prepared

    def of(self, table: TableSchema) -> RowRules:
        conditions: dict[Node, Condition] = {}
        for column in table.columns:
            node = column.present_when
            if node is not None and node not in conditions:
                conditions[node] = Condition(node, self._columns_of(node, table), self._verdict)
        whens = {
            column.name: conditions[column.present_when] for column in table.columns if column.present_when is not None
        }
        musts = [
            (Condition(must.node, self._read_by(must, table), self._verdict), must.message) for must in table.musts
        ]
        return RowRules(table, whens, musts)

    def _read_by(self, must: MustSchema, table: TableSchema) -> tuple[str, ...]:
        """The columns that a rule names, in its order, then those that it reads through measures."""
        return tuple(dict.fromkeys((*must.columns, *self._columns_of(must.node, table))))

    def _columns_of(self, node: Node, table: TableSchema) -> tuple[str, ...]:
        """The columns of the table that a condition reads, in the table's order."""
        operations = self._ready.operations
        needed = (node, *self._ready.needed_for((node,)))
        read = {
            operation.column
            for operation in (operations[number] for number in needed)
            if isinstance(operation, Column) and operation.table == table.name
        }
        return tuple(column.name for column in table.columns if column.name in read)

    def _verdict(self, node: Node, values: Mapping[str, Cell]) -> Verdict:
        value = evaluate_row(self._ready, values, (node,))[node]
        if isinstance(value, Undefined):
            return value.reason
        return value if isinstance(value, bool) else None

    @property
    def _ready(self) -> Prepared:
        if self._prepared is None:
            self._prepared = prepare(self._plan)
        return self._prepared
