"""Keys of rows by a hash that is the same for the same key, whatever file it stands in and however that is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from rubric_dsl.engines.columnar.frames import series_of
from rubric_dsl.engines.columnar.scan import Scan
from rubric_dsl.engines.lowering.cells import cells_of
from rubric_dsl.engines.lowering.forms import LIMIT, Form, Lowered, Name, Number, Text, YesNo
from rubric_dsl.engines.lowering.queries import ROW
from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.model import Cell, Row
from rubric_dsl.observations.rows import RowReader, columns_seen_once
from rubric_dsl.plan.model import ColumnSchema, TableSchema

_SCALE = 10**17
"""Numbers are compared as multiples of one part in so many."""


def key_sets(schema: TableSchema) -> dict[str, list[ColumnSchema]]:
    """The columns whose values together stand in one row only: the key, and what has one row each."""
    once = columns_seen_once(schema)
    sets = {
        "key": [column for column in schema.columns if column.key],
        "once": [column for column in schema.columns if column.name in once],
    }
    return {name: columns for name, columns in sets.items() if columns}


def hashed(schema: TableSchema, frame: pl.LazyFrame, cells: Mapping[str, Lowered]) -> pl.LazyFrame | None:
    """ROW and a hash for each set, of all rows; None where numbers have no common scale."""
    return _hashed(schema, frame, {name: cell.form for name, cell in cells.items()}, [ROW])


def hashed_again(scan: Scan, reader: RowReader, places: Sequence[int]) -> pl.DataFrame | None:
    """The same hashes of these rows, as the reader of observations reads their keys; unreadable ones are left out."""
    columns = [column for column in scan.schema.columns
               if any(column in own for own in key_sets(scan.schema).values())]
    at = {column.name: scan.layout.places[scan.schema.columns.index(column)] for column in columns}
    rows = []
    for record in scan.records(places):
        try:
            values: dict[str, Cell] = {
                column.name: reader.by_name[column.name].read(record.cells[at[column.name]])[0] for column in columns}
        except CellRefused:
            continue
        rows.append(Row(record.number, record.line, {}, values))
    held, cells = cells_of(columns, rows)
    frame = pl.DataFrame(list(map(series_of, held))).lazy()
    found = _hashed(scan.schema, frame, {name: cell.form for name, cell in cells.items()}, [])
    return None if found is None else found.collect()


def repeated(hashes: pl.Series) -> pl.Series:
    """The hashes that are there more than once. Sorting takes half the time of counting, and less memory."""
    ascending = hashes.sort()
    return ascending.filter((ascending == ascending.shift(1)).fill_null(False)).unique()


def _hashed(
    schema: TableSchema, frame: pl.LazyFrame, forms: Mapping[str, Form], beside: Sequence[str]
) -> pl.LazyFrame | None:
    wanted = []
    for name, columns in key_sets(schema).items():
        parts = [_scaled(column.name, forms[column.name]) for column in columns]
        told = [part for part in parts if part is not None]
        if len(told) < len(parts):
            return None
        wanted.append(pl.struct(told).hash(seed=0).alias(name))
    return frame.select(*beside, *wanted)


def _scaled(name: str, form: Form) -> pl.Expr | None:
    cell = pl.col(f"c.{name}")
    match form:
        case Number():
            factor, rest = divmod(_SCALE, form.denominator)
            if rest or form.most * factor >= LIMIT:
                return None
            return cell.cast(pl.Int128) * pl.lit(factor, dtype=pl.Int128)
        case Text() | YesNo():
            return cell
        case Name():
            return cell.cast(pl.UInt32)
        case _:
            return None
