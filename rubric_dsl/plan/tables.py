"""The table that gives a named value, whatever stands around it."""

from __future__ import annotations

from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op


def table_of(plan: ScoringPlan, node: op.Node) -> op.Node | None:
    """The table below a stated range (`from … to …`) and a condition (`when …`); None for a value by no table."""
    operation = plan.nodes[node].operation
    while isinstance(operation, op.Only | op.Within):
        node = operation.operand
        operation = plan.nodes[node].operation
    return node if isinstance(operation, op.Table) else None
