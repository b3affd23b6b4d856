"""How the cells of accepted rows become integers: told once a column, done by the functions that read them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import Literal

from rubric_dsl.engines.lowering.cells import cell_of, form_of
from rubric_dsl.engines.lowering.forms import Form, Listed, Lowered, Name, Number
from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.plan.model import ColumnSchema
from rubric_dsl.text.record import dataclass

MOST = 2**40
SAMPLE = 50
Assumed = Literal["number", "given"]


@dataclass(frozen=True, slots=True)
class CellReading:
    """A column of the plan, what its cells become, and the node of the condition exactly under which they are given."""

    column: str
    form: Form
    condition: int | None
    assumed: Assumed | None = None
    """What is not known of its cells and has to be seen while they are read: that all are whole numbers from 0 and not
    too large, or that none is missing."""

    def text(self, cell: str, handed: Callable[[object], str]) -> str:
        """Python for what a cell that is given becomes; `handed` names a value that is handed over."""
        match self.form:
            case Number(moment=False, denominator=1):
                return f"{cell}.numerator"
            case Number(moment=False, denominator=denominator):
                return f"({cell}.numerator * ({denominator} // {cell}.denominator))"
            case Name(members=listed) | Listed(values=listed):
                return f"{handed({one: place for place, one in enumerate(listed)})}[{cell}]"
            case _:
                return cell


def readings_of(
    columns: Sequence[ColumnSchema], rows: Sequence[Cells], given: Collection[str], assuming: bool
) -> tuple[dict[str, CellReading], dict[str, Lowered]]:
    """How to read these columns, by their names in expressions, and what stands for them there.

    `given`: columns that are known to have no missing cell. `assuming`: what most columns are is taken for granted
    instead of looking at all cells first; whoever reads them has to see that it is so.
    """
    readings, cells = {}, {}
    looked_at = {} if assuming else _different([column for column in columns if _is_looked_at(column)], rows)
    for column in columns:
        different = looked_at.get(column.name)
        assumed: Assumed | None = None
        form = form_of(column, different or ())
        nullable = column.name not in given and (different is None or None in different)
        if assuming and isinstance(form, Number):
            form, assumed = Number(1, 0, MOST, form.moment), "number"
        elif assuming and nullable and column.presence == "always":
            nullable, assumed = False, "given"
        name = f"c.{column.name}"
        readings[name] = CellReading(column.name, form, column.present_when, assumed)
        cells[column.name] = cell_of(column, name, form, nullable)
    return readings, cells


def are_likely_whole(columns: Sequence[ColumnSchema], rows: Sequence[Cells]) -> bool:
    """Whether some rows look as `assuming` takes them to be."""
    few = rows[:: max(len(rows) // SAMPLE, 1)]
    cells = [row[column.name] for column in columns if _is_looked_at(column) for row in few]
    numbers = [cell for cell in cells if isinstance(cell, (int, Fraction))]
    return all(number.denominator == 1 and 0 <= number < MOST for number in numbers)


def _is_looked_at(column: ColumnSchema) -> bool:
    """Whether its cells tell more than the plan: which numbers there are, or that indeed none is missing."""
    return column.presence == "always" or column.type not in ("yes/no", "text", "choice")


def _different(columns: Sequence[ColumnSchema], rows: Sequence[Cells]) -> dict[str, Collection[object]]:
    """The cells of these columns, each object once: cells of one text in a file are one object."""
    names = [column.name for column in columns]
    if len(names) < 2:
        return {name: _each_once([cells[name] for cells in rows]) for name in names}
    of_columns = zip(*map(itemgetter(*names), rows), strict=True)
    return {name: _each_once(cells) for name, cells in zip(names, of_columns, strict=True)}


def _each_once(cells: Sequence[object]) -> list[object]:
    return list(dict(zip(map(id, cells), cells, strict=True)).values())
