"""The numbers with which a rubric compares a column of a row: where a last digit may decide."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import PlanNode, ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op

_NUMBERS = ("number", "percent", "duration")


def bounds_of(plan: ScoringPlan, table: TableSchema) -> dict[str, tuple[Fraction, ...]]:
    """By column, the ends of its range and every constant and parameter that a condition or a table compares it with.

    What is compared with a mean or a sum of many rows is not here: no single cell decides it.
    """
    found: dict[str, set[Fraction]] = {column.name: set() for column in table.columns}
    for column in table.columns:
        if column.type in ("number", "whole number", "percent", "seconds"):
            found[column.name].update(Fraction(end) for end in (column.low, column.high) if end is not None)
    for node in plan.nodes:
        for operand, bound in _compared(node):
            read = plan.nodes[operand].operation
            value = _value(plan, bound)
            if isinstance(read, op.Column) and read.table == table.name and read.column in found and value is not None:
                found[read.column].add(value)
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _compared(node: PlanNode) -> Iterator[tuple[op.Node, op.Node]]:
    """The nodes that an operation compares, and with which."""
    operation = node.operation
    if isinstance(operation, op.Compare):
        yield operation.left, operation.right
        yield operation.right, operation.left
    elif isinstance(operation, op.Table):
        for row in operation.rows:
            for operand, patterns in zip(operation.inputs, row.patterns, strict=False):
                for pattern in patterns:
                    if isinstance(pattern, op.Between):
                        yield from ((operand, end) for end in (pattern.low, pattern.high) if end is not None)
                    elif isinstance(pattern, op.Equal):
                        yield operand, pattern.value


def _value(plan: ScoringPlan, number: op.Node) -> Fraction | None:
    node = plan.nodes[number]
    if node.type.kind not in _NUMBERS:
        return None
    if isinstance(node.operation, op.Constant):
        return from_exact(node.operation.value)
    if isinstance(node.operation, op.Parameter):
        name = node.operation.name
        return next((from_exact(parameter.value) for parameter in plan.parameters if parameter.name == name), None)
    return None
