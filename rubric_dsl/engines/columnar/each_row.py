"""What every row has in every score and touchpoint, as a lazy frame: rows that are not in memory are read once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

import polars as pl

from rubric_dsl.engines.columnar.by_file import PartsTable
from rubric_dsl.engines.columnar.frames import frame_of
from rubric_dsl.engines.columnar.rows import FrameRows
from rubric_dsl.engines.columnar.scanned import ScannedTable
from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.lowering.forms import Form
from rubric_dsl.engines.lowering.queries import ROW, SUBJECT
from rubric_dsl.engines.lowering.totals import TableRun, accepted_rows, columns_read
from rubric_dsl.engines.run import Run
from rubric_dsl.observations.model import Row, TableData
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.resolved.operations import Node
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class EachRow:
    """`frame`: ROW, SUBJECT, STRATUM in a table with scenarios, and `v0`, `v1`, … of the items, by ascending ROW."""

    schema: TableSchema
    frame: pl.LazyFrame
    items: Sequence[tuple[Node, Form]]
    subjects: Mapping[object, Subject]
    strata: Mapping[object, Stratum]
    located: Callable[[pl.Series], tuple[pl.Series, pl.Series]]
    """From the places of rows to the names of their files and their numbers in them."""


def each_row(run: Run) -> Iterator[EachRow]:
    """The tables that have scores on rows, as the plan lists them."""
    for schema in run.plan.tables:
        data = run.observations.tables.get(schema.name)
        if data is not None:
            yield from (found for found in _tables(run, schema, data) if found.items)


def _tables(run: Run, schema: TableSchema, data: TableData) -> Iterator[EachRow]:
    if isinstance(data.large, PartsTable):
        for own, name, size in data.large.runs_of_files():
            yield _of(own, schema, partial(_in_files, names=[name], sizes=[size]))
    elif isinstance(data.large, ScannedTable) and data.large.run is not None:
        names, sizes = data.large.names, data.large.scan.sizes
        yield _of(data.large.run, schema, partial(_in_files, names=names, sizes=sizes))
    elif rows := accepted_rows(run.plan, schema, run.observations):
        yield _of_rows(run, schema, rows, data.ledger.file)


def _of_rows(run: Run, schema: TableSchema, rows: Sequence[Row], file: str) -> EachRow:
    given = frame_of(schema, rows, columns_read(run.prepared, schema))
    numbers = pl.Series([row.number for row in rows], dtype=pl.Int64)
    return _of(TableRun(run.plan, run.prepared, schema, given, FrameRows(given)), schema,
               lambda places: (pl.repeat(file, len(places), dtype=pl.String, eager=True), numbers.gather(places)))


def _of(
    run: TableRun, schema: TableSchema, located: Callable[[pl.Series], tuple[pl.Series, pl.Series]]
) -> EachRow:
    items = {node: item for node, item in run.row_values().items() if not item.void}
    assert isinstance(run.rows, FrameRows)
    frame = run.rows.with_values([item.value for item in items.values()])
    subjects = run.given.names(dict.fromkeys(run.summed.subjects))
    forms = [(node, item.form) for node, item in items.items()]
    return EachRow(schema, frame, forms, subjects, run.given.strata, located)


def _in_files(places: pl.Series, names: Sequence[str], sizes: Sequence[int]) -> tuple[pl.Series, pl.Series]:
    starts = pl.Series([0, *accumulate(sizes)][:-1], dtype=pl.Int64)
    at = places.cast(pl.Int64)
    file = starts.search_sorted(at, side="right") - 1
    return pl.Series(names, dtype=pl.String).gather(file), at - starts.gather(file) + 2


__all__ = ["ROW", "SUBJECT", "EachRow", "each_row"]
