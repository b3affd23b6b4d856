"""The rows of one table as the engine takes them: cells in a frame, whose they are, and where to find a row again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from rubric_dsl.engines.columnar.written import integer_type
from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.held import held_table
from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class TableFrame:
    """`frame` has ROW, SUBJECT, STRATUM (in a table with scenarios) and the columns that `cells` reads."""

    frame: pl.LazyFrame
    types: Mapping[str, pl.DataType]
    """Of its columns."""
    cells: Mapping[str, Lowered]
    names: Callable[[Iterable[object]], Mapping[object, Subject]]
    """From what stands in SUBJECT to subjects, in the order in which they are told."""
    strata: Mapping[object, Stratum]
    """From what stands in STRATUM to scenarios."""
    size: int
    likely: int
    """At most so many rows are in a group, as far as one can guess."""
    rows_at: Callable[[Sequence[int]], Sequence[Row]]
    """The rows at these places."""
    facts: Mapping[Subject, Cells]
    """Of a table with one row each."""


def frame_of(schema: TableSchema, rows: Sequence[Row], read: frozenset[str]) -> TableFrame:
    """Accepted rows, of which the columns `read` and the scenario are needed."""
    held = held_table(schema, rows, read)
    frame = pl.DataFrame([series_of(column) for column in held.columns])
    return TableFrame(
        frame.lazy(), dict(frame.schema), held.cells, held.names, held.strata, held.size, held.size, held.rows_at,
        held.facts,
    )


def series_of(column: Column) -> pl.Series:
    return pl.Series(column.name, column.values, _type(column))


def _type(column: Column) -> type[pl.DataType]:
    match column.kind:
        case "yes/no":
            return pl.Boolean
        case "text":
            return pl.String
        case _:
            return integer_type(column.low, column.high)
