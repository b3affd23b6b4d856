"""Conditions of a row as formulas of a spreadsheet, for a form that greys what must stay empty.

A formula says when a condition is decided; while the cells that it reads are blank it is neither true nor false. A
condition that a spreadsheet cannot say simply is left out: the form then shows it in words only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rubric_dsl.evaluation.values import constant_value
from rubric_dsl.observations.name_cells import YES_OR_NO
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema
from rubric_dsl.render.form_values import in_excel
from rubric_dsl.resolved import operations as op

MOST_CHARACTERS = 4_000
"""A formula may have 8,192 characters; two of these make one."""


class NotSimple(Exception):
    """A condition that is not said in a formula."""


class Conditions:
    """Makes formulas of the conditions of one table, for its first row. `cells` are references by column (`$H3`)."""

    def __init__(self, plan: ScoringPlan, table: TableSchema, cells: Mapping[str, str]) -> None:
        self._plan = plan
        self._table = table.name
        self._columns = {column.name: column for column in table.columns}
        self._cells = cells

    def formula(self, node: op.Node, holds: bool) -> str | None:
        """When the condition certainly holds, or certainly does not; None where no formula says that."""
        try:
            formula = self._formula(node, holds, 0)
        except NotSimple:
            return None
        return formula if len(formula) <= MOST_CHARACTERS else None

    def _formula(self, node: op.Node, holds: bool, depth: int) -> str:
        if depth > 20:
            raise NotSimple
        operation = self._plan.nodes[node].operation
        match operation:
            case op.Column() if self._of(node).type == "yes/no":
                words = [word for word, meant in YES_OR_NO.items() if meant is holds]
                return _either(f"{self._cell(node)}={text(word)}" for word in words)
            case op.Not():
                return self._formula(operation.operand, not holds, depth + 1)
            case op.All() | op.Any():
                parts = [self._formula(operand, holds, depth + 1) for operand in operation.operands]
                return f"{'AND' if isinstance(operation, op.All) is holds else 'OR'}({','.join(parts)})"
            case op.Member():
                return self._member(operation, holds)
            case op.Compare():
                return self._compared(operation, holds)
            case op.Present():
                return f'{self._cell(operation.operand)}{"<>" if holds else "="}""'
        raise NotSimple

    def _of(self, node: op.Node) -> ColumnSchema:
        operation = self._plan.nodes[node].operation
        if not isinstance(operation, op.Column) or operation.table != self._table:
            raise NotSimple
        return self._columns[operation.column]

    def _cell(self, node: op.Node) -> str:
        return self._cells[self._of(node).name]

    def _member(self, operation: op.Member, holds: bool) -> str:
        column = self._of(operation.operand)
        words = list(operation.values)
        for member in column.members:
            if member.name in operation.values:
                words += member.labels
        cell = self._cells[column.name]
        is_one = _either(f"{cell}={text(word)}" for word in words)
        return is_one if holds else f'AND({cell}<>"",NOT({is_one}))'

    def _compared(self, operation: op.Compare, holds: bool) -> str:
        column = self._of(operation.left)
        bound = self._plan.nodes[operation.right]
        if not isinstance(bound.operation, op.Constant):
            raise NotSimple
        if column.type in ("text", "choice", "yes/no"):
            raise NotSimple
        limit = in_excel(constant_value(bound.operation.value, bound.type), column)
        cell = self._cells[column.name]
        is_so = f"{cell}{operation.relation}{limit}"
        return f"AND(ISNUMBER({cell}),{is_so if holds else f'NOT({is_so})'})"


def text(word: str) -> str:
    """A text as a formula writes it."""
    return '"' + word.replace('"', '""') + '"'


def _either(parts: Iterable[str]) -> str:
    return f"OR({','.join(parts)})"
