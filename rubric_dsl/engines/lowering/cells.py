"""Accepted rows of a table as columns: integers over one denominator, names by their place, never floats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        form, values = _held(column, found)
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


def _held(column: ColumnSchema, cells: Sequence[Cell]) -> tuple[Form, Sequence[Constant]]:
    match column.type:
        case "yes/no":
            return YesNo(), [cell if isinstance(cell, bool) else None for cell in cells]
        case "text":
            return Text(), [cell if isinstance(cell, str) else None for cell in cells]
        case "choice":
            members = tuple(member.name for member in column.members)
            places: dict[Cell, int] = {member: place for place, member in enumerate(members)}
            return Name(members), [places.get(cell) for cell in cells]
        case kind:
            return _numbers([c for c in cells if isinstance(c, (int, Fraction))], cells, kind in ("date", "time"))


def _numbers(
    given: Sequence[Fraction | int], cells: Sequence[Cell], moment: bool
) -> tuple[Form, Sequence[Constant]]:
    denominator = 1
    for value in given:
        denominator = lcm(denominator, value.denominator)
        if denominator > MAX_DENOMINATOR:
            return _listed(cells)
    tops = [
        cell.numerator * (denominator // cell.denominator) if isinstance(cell, (int, Fraction)) else None
        for cell in cells
    ]
    present = [top for top in tops if top is not None]
    form = Number(denominator, min(present, default=0), max(present, default=0), moment)
    return _listed(cells) if form.most >= LIMIT else (form, tops)


def _listed(cells: Sequence[Cell]) -> tuple[Form, Sequence[Constant]]:
    """Numbers that no integer type holds."""
    values = tuple(dict.fromkeys(cell for cell in cells if cell is not None))
    places: dict[Cell, int] = {value: place for place, value in enumerate(values)}
    return Listed(values), [places.get(cell) for cell in cells]
