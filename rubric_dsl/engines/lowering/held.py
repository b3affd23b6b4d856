"""Accepted rows of a table as columns of values, for engines that take rows which were read before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.lowering.cells import cells_of
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT, by_place, scenarios
from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class HeldTable:
    """`columns`: ROW, SUBJECT, STRATUM (in a table with scenarios) and those that `cells` reads."""

    columns: tuple[Column, ...]
    cells: Mapping[str, Lowered]
    names: Callable[[Iterable[object]], Mapping[object, Subject]]
    strata: Mapping[object, Stratum]
    size: int
    rows_at: Callable[[Sequence[int]], Sequence[Row]]
    facts: Mapping[Subject, Cells]


def held_table(schema: TableSchema, rows: Sequence[Row], read: frozenset[str]) -> HeldTable:
    """Accepted rows, of which the columns `read` and the scenario are needed."""
    needed = read if schema.stratum is None else read | {schema.stratum}
    held, cells = cells_of([column for column in schema.columns if column.name in needed], rows)
    names = [str(row.values[schema.subject]) for row in rows]
    subjects = tuple(dict.fromkeys(names))
    places = {name: place for place, name in enumerate(subjects)}
    columns = [
        Column(ROW, "number", range(len(rows)), 0, len(rows)),
        Column(SUBJECT, "number", [places[name] for name in names], 0, len(subjects)),
        *held,
    ]
    if schema.stratum is not None:
        strata = next(column for column in held if column.name == f"c.{schema.stratum}")
        columns.append(Column(STRATUM, "number", strata.values, strata.low, strata.high))
    facts: dict[Subject, Cells] = {}
    if schema.folding == "one row each":
        for name, row in zip(names, rows, strict=True):
            facts.setdefault(name, row.values)
    return HeldTable(
        tuple(columns), cells, by_place(subjects), scenarios(schema), len(rows),
        lambda at: [rows[place] for place in at], facts,
    )
