"""Accepted rows of a table as columns: integers over one denominator, names by their place, never floats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

import polars as pl

from rubric_dsl.engines.columnar.written import integer_type
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.forms import LIMIT, Form, Listed, Lowered, Name, Number, Text, YesNo, kind_of
from rubric_dsl.observations.model import Cell, Row
from rubric_dsl.plan.model import ColumnSchema

MAX_DENOMINATOR = 2**62


def cells_of(
    columns: Sequence[ColumnSchema], rows: Sequence[Row]
) -> tuple[list[pl.Series], Mapping[str, Lowered]]:
    """The columns that are asked for, and how they are to be read."""
    series, cells = [], {}
    for column in columns:
        found = [row.values.get(column.name) for row in rows]
        form, values = _column(f"c.{column.name}", column, found)
        series.append(values)
        cells[column.name] = cell_of(column, values.name, form, values.null_count() > 0)
    return series, cells


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


def _column(name: str, column: ColumnSchema, cells: Sequence[Cell]) -> tuple[Form, pl.Series]:
    match column.type:
        case "yes/no":
            return YesNo(), pl.Series(name, cells, pl.Boolean)
        case "text":
            return Text(), pl.Series(name, cells, pl.String)
        case "choice":
            members = tuple(member.name for member in column.members)
            places: dict[Cell, int] = {member: place for place, member in enumerate(members)}
            return Name(members), pl.Series(name, [places.get(cell) for cell in cells], pl.UInt32)
        case kind:
            return _numbers(name, [c for c in cells if isinstance(c, (int, Fraction))], cells, kind in ("date", "time"))


def _numbers(
    name: str, given: Sequence[Fraction | int], cells: Sequence[Cell], moment: bool
) -> tuple[Form, pl.Series]:
    denominator = 1
    for value in given:
        denominator = lcm(denominator, value.denominator)
        if denominator > MAX_DENOMINATOR:
            return _listed(name, cells)
    tops = [
        cell.numerator * (denominator // cell.denominator) if isinstance(cell, (int, Fraction)) else None
        for cell in cells
    ]
    present = [top for top in tops if top is not None]
    form = Number(denominator, min(present, default=0), max(present, default=0), moment)
    if form.most >= LIMIT:
        return _listed(name, cells)
    return form, pl.Series(name, tops, integer_type(form.low, form.high))


def _listed(name: str, cells: Sequence[Cell]) -> tuple[Form, pl.Series]:
    """Numbers that no integer type holds."""
    values = tuple(dict.fromkeys(cell for cell in cells if cell is not None))
    places: dict[Cell, int] = {value: place for place, value in enumerate(values)}
    return Listed(values), pl.Series(name, [places.get(cell) for cell in cells], pl.UInt32)
