"""The rows of one table as the engine takes them: cells in a frame, whose they are, and where to find a row again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from rubric_dsl.engines.columnar.cells import cells_of
from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

ROW, SUBJECT, STRATUM = "row", "subject", "stratum"
"""Columns of a frame beside its cells: the place of the row, of its subject, and of its scenario."""


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
    needed = read if schema.stratum is None else read | {schema.stratum}
    series, cells = cells_of([column for column in schema.columns if column.name in needed], rows)
    names = [str(row.values[schema.subject]) for row in rows]
    subjects = tuple(dict.fromkeys(names))
    places = {name: place for place, name in enumerate(subjects)}
    series += [
        pl.Series(ROW, range(len(rows)), pl.UInt32), pl.Series(SUBJECT, [places[name] for name in names], pl.UInt32)
    ]
    if schema.stratum is not None:
        series.append(next(one for one in series if one.name == f"c.{schema.stratum}").alias(STRATUM))
    facts: dict[Subject, Cells] = {}
    if schema.folding == "one row each":
        for name, row in zip(names, rows, strict=True):
            facts.setdefault(name, row.values)
    frame = pl.DataFrame(series)
    return TableFrame(
        frame.lazy(), dict(frame.schema), cells, by_place(subjects), scenarios(schema), len(rows), len(rows),
        lambda at: [rows[place] for place in at], facts,
    )


def by_place(subjects: Sequence[Subject]) -> Callable[[Iterable[object]], Mapping[object, Subject]]:
    named: dict[object, Subject] = dict(enumerate(subjects))
    return lambda _: named


def scenarios(schema: TableSchema) -> dict[object, Stratum]:
    """The scenarios by place."""
    column = next((column for column in schema.columns if column.name == schema.stratum), None)
    return {None: None} if column is None else {place: member.name for place, member in enumerate(column.members)}
