"""What a row must be to count, as one condition: ranges, presence and the rules between cells.

A row that breaks it may be refused, and is read again by the one reader that says why; a row that keeps it never is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import Lowered, Number, yes
from rubric_dsl.engines.lowering.nodes import TableLowering
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.resolved import operations as op


def conditions_read(schema: TableSchema) -> tuple[op.Node, ...]:
    """The nodes that presence and rules ask for."""
    whens = (column.present_when for column in schema.columns if column.present_when is not None)
    return tuple(dict.fromkeys((*whens, *(must.node for must in schema.musts))))


def doubtful(schema: TableSchema, lowering: TableLowering, unreadable: Iterable[Expr]) -> Expr:
    """Where a row is not surely right. `unreadable`: where a cell could not be read for certain. Never null."""
    found = list(unreadable)
    for column in schema.columns:
        cell = lowering.cells[column.name]
        found += _outside(column, cell)
        found += _presence(column, cell, lowering.nodes)
    for must in schema.musts:
        rule = lowering.nodes[must.node]
        found.append(ex.holds(~rule.value))
        if rule.fault is not None:
            found.append(rule.fault)
    return ex.some(*found)


def ends_of(column: ColumnSchema) -> tuple[Fraction | None, Fraction | None]:
    """The range of a column of numbers, in the runtime unit; seconds are never below 0."""
    low = Fraction(column.low) if column.low is not None else Fraction(0) if column.type == "seconds" else None
    return low, Fraction(column.high) if column.high is not None else None


def _outside(column: ColumnSchema, cell: Lowered) -> list[Expr]:
    """Beyond the ends that the form of its cells was given."""
    form = cell.form
    if not isinstance(form, Number):
        return []
    # The column itself, not held to these ends: its own type may have room for more.
    return [
        ex.holds(beyond) for beyond in (
            ex.at_most(cell.value, ex.literal(form.low - 1)), ~ex.at_most(cell.value, ex.literal(form.high)),
        )
    ]


def _presence(column: ColumnSchema, cell: Lowered, nodes: Mapping[op.Node, Lowered]) -> list[Expr]:
    absent = ex.is_null(cell.value)
    if column.presence == "always":
        return [absent]
    if column.present_when is None:
        return []
    condition = nodes[column.present_when]
    there = yes(condition)
    undecided = [] if condition.fault is None else [condition.fault]
    return [absent & there, ~absent & ~there, *undecided]
