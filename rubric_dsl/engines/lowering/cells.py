"""Accepted rows of a table as columns: integers over one denominator, names by their place, never floats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.expr import Constant
from rubric_dsl.engines.lowering.forms import LIMIT, Form, Listed, Lowered, Name, Number, Text, YesNo, kind_of
from rubric_dsl.observations.model import Cell, Row
from rubric_dsl.plan.model import ColumnSchema

MAX_DENOMINATOR = 2**62


def cells_of(
    columns: Sequence[ColumnSchema], rows: Sequence[Row]
) -> tuple[list[Column], Mapping[str, Lowered]]:
    """The columns that are asked for, and how they are to be read."""
    held, cells = [], {}
    for column in columns:
        found = [row.values.get(column.name) for row in rows]
        form = form_of(column, found)
        values = _held(form, found)
        low, high = _ends(form)
        held.append(Column(f"c.{column.name}", kind_of(form), values, low, high))
        cells[column.name] = cell_of(column, held[-1].name, form, None in values)
    return held, cells


def cell_of(
    column: ColumnSchema, name: str, form: Form, nullable: bool, natural: tuple[int, int] | None = None
) -> Lowered:
    """The cells of a column of the plan that stand in the column `name` of a frame. `natural`: what its type can
    hold, where that may be more than the form says."""
    low, high = natural or _ends(form)
    guards = frozenset() if column.present_when is None else frozenset({column.present_when})
    return Lowered(form, ex.column(name, kind_of(form), nullable, low, high), nullable, given_if=guards)


def _ends(form: Form) -> tuple[int, int]:
    match form:
        case Number():
            return form.low, form.high
        case Name(members=listed) | Listed(values=listed):
            return 0, max(len(listed) - 1, 0)
        case _:
            return 0, 0


def form_of(column: ColumnSchema, cells: Iterable[object]) -> Form:
    """The form that has room for all of these cells."""
    match column.type:
        case "yes/no":
            return YesNo()
        case "text":
            return Text()
        case "choice":
            return Name(tuple(member.name for member in column.members))
        case kind:
            given = [cell for cell in cells if isinstance(cell, (int, Fraction))]
            return _number(given, kind in ("date", "time")) or Listed(tuple(dict.fromkeys(given)))


def _number(given: Sequence[Fraction | int], moment: bool) -> Number | None:
    """None: no integer type holds them."""
    denominator = 1
    for value in given:
        denominator = lcm(denominator, value.denominator)
        if denominator > MAX_DENOMINATOR:
            return None
    tops = [value.numerator * (denominator // value.denominator) for value in given]
    form = Number(denominator, min(tops, default=0), max(tops, default=0), moment)
    return None if form.most >= LIMIT else form


def _held(form: Form, cells: Sequence[Cell]) -> Sequence[Constant]:
    match form:
        case YesNo():
            return [cell if isinstance(cell, bool) else None for cell in cells]
        case Text():
            return [cell if isinstance(cell, str) else None for cell in cells]
        case Number(denominator=denominator):
            return [
                cell.numerator * (denominator // cell.denominator) if isinstance(cell, (int, Fraction)) else None
                for cell in cells
            ]
        case Name(members=listed) | Listed(values=listed):
            places: dict[object, int] = {value: place for place, value in enumerate(listed)}
            return [places.get(cell) for cell in cells]
