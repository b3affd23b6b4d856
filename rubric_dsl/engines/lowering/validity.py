"""What a row must be to count: ranges, presence and the rules between cells.

A row that breaks any may be refused, and is read again by the one reader that says why; a row that keeps all never is.
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


def doubts(schema: TableSchema, lowering: TableLowering, unreadable: Iterable[Expr]) -> Expr:
    """How many reasons there are to doubt that a row is right; 0 where it surely is. Never null.

    `unreadable`: where a cell could not be read for certain. Whether subject and scenario are right is told from the
    groups that rows are added up by.
    """
    presence: list[Expr] = []
    others = list(unreadable)
    for column in schema.columns:
        if column.name in (schema.subject, schema.stratum):
            continue
        cell = lowering.cells[column.name]
        presence += _presence(column, cell, lowering.nodes)
        others += _outside(column, cell)
    for must in schema.musts:
        rule = lowering.nodes[must.node]
        others.append(~rule.value)
        if rule.fault is not None:
            others.append(rule.fault)
    # Counted instead of joined: `or` of values that may be null is dear in every engine, a count is not.
    return ex.plus(*(ex.when(one, ex.literal(1), ex.literal(0)) for one in (ex.some(*presence), *others)))


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
    value = _as_it_is(cell)
    below = [ex.at_most(value, ex.literal(form.low - 1))] if value.low < form.low else []
    return below + ([~ex.at_most(value, ex.literal(form.high))] if value.high > form.high else [])


def _presence(column: ColumnSchema, cell: Lowered, nodes: Mapping[op.Node, Lowered]) -> list[Expr]:
    absent = ex.is_null(_as_it_is(cell))
    if column.presence == "always":
        return [absent]
    if column.present_when is None:
        return []
    condition = nodes[column.present_when]
    undecided = [] if condition.fault is None else [condition.fault]
    return [ex.equal(absent, yes(condition)), *undecided]


def _as_it_is(cell: Lowered) -> Expr:
    """The column of a cell that is taken to be always there."""
    value = cell.value
    return ex.column(str(value.value), value.kind, True, value.low, value.high)
