"""Large files as the engine takes them: never in memory as a whole, typed only as far as that is beyond doubt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from math import isqrt
from pathlib import Path

import polars as pl

from rubric_dsl.engines.columnar.csv_files import sample_of, types_of
from rubric_dsl.engines.columnar.frames import series_of
from rubric_dsl.engines.columnar.typed import Typed, typed
from rubric_dsl.engines.lowering.cells import cells_of
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT
from rubric_dsl.engines.lowering.unified import unified
from rubric_dsl.observations.databases import raw_of
from rubric_dsl.observations.headers import Layout, layout_of
from rubric_dsl.observations.large import Watch
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Row
from rubric_dsl.observations.plain_csv import PlainCsv, plain_csv
from rubric_dsl.observations.raw import Record
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

_SAMPLE_ROWS = 5_000
_OFTEN = 10
"""So many rows of a group in the sample are no chance."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The rows of the files of a table. `raw` has ROW, the place of a row over all files, and the columns by header."""

    schema: TableSchema
    layout: Layout
    headers: tuple[str, ...]
    raw: pl.LazyFrame
    texts: pl.LazyFrame
    """The same with every cell as it stands in the file: a text, or the value of a typed column."""
    sizes: tuple[int, ...]
    """Rows of each file."""
    sample: pl.DataFrame
    columns: Mapping[str, Typed]
    files: tuple[tuple[str, str], ...] = ()
    """Names and digests where there are several."""
    seen: Callable[[int], None] | None = None
    """Is told of each piece that is read how many rows it has."""

    @property
    def size(self) -> int:
        return sum(self.sizes)

    def file_at(self, place: int) -> str:
        """The file of a row, where there are several."""
        return self.files[bisect_right(list(accumulate(self.sizes)), place)][0] if self.files else ""

    def likely(self) -> int:
        """At most how many rows a subject has in a scenario, guessed from the sample."""
        keys = [self.header_of(name) for name in (self.schema.subject, self.schema.stratum) if name is not None]
        counts = self.sample.group_by(keys).len()["len"]
        seen, most = len(self.sample), int(counts.max() or 0)  # type: ignore[arg-type]
        if seen >= self.size:
            return max(self.size, 1)
        if most >= _OFTEN:
            return min(self.size, (most + 3 * isqrt(most)) * self.size // seen + 1)
        # Nobody stands out. As many pairs are alike as there would be among so many groups of the same size.
        pairs = int((counts.cast(pl.Int64) * (counts.cast(pl.Int64) - 1)).sum()) // 2 + 1
        mean = self.size * 2 * pairs // (seen * seen) + 1
        return min(self.size, mean + 8 * isqrt(mean) + 16)

    def header_of(self, column: str) -> str:
        place = next(place for place, one in enumerate(self.schema.columns) if one.name == column)
        return self.headers[self.layout.places[place]]

    def typed(self) -> tuple[pl.LazyFrame, dict[str, Lowered], list[str]]:
        """ROW, the cells, SUBJECT and STRATUM as written, and flags of cells that are not sure; forms; the flags."""
        read = [pl.col(self.header_of(name)).alias(f"r.{name}") for name in self.columns]
        values = [one.value.alias(f"c.{name}") for name, one in self.columns.items()]
        flags = {
            f"u.{name}": one.unsure for name, one in self.columns.items()
            if one.unsure is not None and name not in (self.schema.subject, self.schema.stratum)
        }
        keys = [pl.col(f"r.{self.schema.subject}").cast(pl.String).alias(SUBJECT)]
        if self.schema.stratum is not None:
            keys.append(pl.col(f"r.{self.schema.stratum}").cast(pl.String).alias(STRATUM))
        frame = self.raw.select(ROW, *read)
        if self.seen is not None:
            frame = frame.map_batches(
                partial(_told, self.seen), projection_pushdown=True, validate_output_schema=False, streamable=True)
        frame = frame.select(
            ROW, *keys, *values, *(flag.alias(name) for name, flag in flags.items())
        )
        return frame, {name: one.cell for name, one in self.columns.items()}, list(flags)

    def records(self, places: Sequence[int]) -> Iterator[Record]:
        """The rows at these ascending places as a reader sees them, numbered in their own file."""
        wanted = pl.Series("at", places, dtype=pl.UInt64)
        return self._records(pl.col(ROW).cast(pl.UInt64).is_in(wanted.implode()))

    def records_with(self, column: str, texts: Sequence[str]) -> Iterator[Record]:
        """The rows that have one of these texts in a column."""
        cell = pl.col(self.header_of(column)).cast(pl.String)
        return self._records(pl.any_horizontal(cell == text for text in texts))

    def _records(self, chosen: pl.Expr) -> Iterator[Record]:
        rows = self.texts.filter(chosen).sort(ROW).collect(engine="streaming")
        starts = [0, *accumulate(self.sizes)]
        file = 0
        for place, *cells in rows.select(ROW, *self.headers).iter_rows():
            while place >= starts[file + 1]:
                file += 1
            number = place - starts[file] + 2
            yield Record(number, number, [raw_of(cell) for cell in cells])


def counting(watch: Watch, size: int) -> Callable[[int], None]:
    """Rows are read in one pass, and in further ones where some are in doubt."""
    seen = 0

    def told(rows: int) -> None:
        nonlocal seen
        seen = seen + rows if seen < size else rows
        watch(seen, size)

    return told


def _told(seen: Callable[[int], None], piece: pl.DataFrame) -> pl.DataFrame:
    seen(piece.height)
    return piece


def scan_of(schema: TableSchema, files: Sequence[Path], account: Account) -> Scan | None:
    """The files as one table; None where only the reader of observations can tell what they hold.

    Headers that are wrong are refused in the account, and then there is no scan either.
    """
    if not files or schema.folding == "one row each":
        return None
    if all(file.suffix == ".parquet" for file in files):
        return _parquet(schema, files, account)
    if any(file.suffix == ".parquet" for file in files):
        return None
    found: list[PlainCsv] = []
    for file in files:
        plain = plain_csv(file)
        if plain is None or plain.header.cells != (found or [plain])[0].header.cells:
            return None
        found.append(plain)
    return _csv(schema, found, account)


def _parquet(schema: TableSchema, files: Sequence[Path], account: Account) -> Scan | None:
    frames = [pl.scan_parquet(file, glob=False) for file in files]
    headers = tuple(frames[0].collect_schema().names())
    if any(tuple(frame.collect_schema().names()) != headers for frame in frames):
        return None
    sizes = tuple(int(frame.select(pl.len()).collect().item()) for frame in frames)
    return _typed_scan(schema, headers, pl.scan_parquet(list(files), row_index_name=ROW, glob=False), sizes, account)


def scan_of_frame(schema: TableSchema, frame: pl.DataFrame, account: Account) -> Scan | None:
    """A frame as one table, as if it were a Parquet file."""
    if schema.folding == "one row each" or ROW in frame.columns:
        return None
    raw = frame.lazy().with_row_index(ROW)
    return _typed_scan(schema, tuple(frame.columns), raw, (frame.height,), account)


def _typed_scan(
    schema: TableSchema, headers: tuple[str, ...], raw: pl.LazyFrame, sizes: tuple[int, ...], account: Account
) -> Scan | None:
    """`raw`: rows whose columns have types, with ROW."""
    layout = layout_of(Record(1, 1, list(headers)), schema, account)
    if layout is None or any(layout.units) or ROW in headers:
        return None
    step = max(sum(sizes) // 3, 1)
    parts = [raw.slice(place, _SAMPLE_ROWS // 3).collect() for place in (0, step, 2 * step)]
    sample = pl.concat(parts).drop(ROW)
    return _scan(schema, layout, headers, raw, raw, sizes, sample)


def _csv(schema: TableSchema, files: Sequence[PlainCsv], account: Account) -> Scan | None:
    layout = layout_of(files[0].header, schema, account)
    headers = tuple(map(str, files[0].header.cells))
    if layout is None or any(layout.units) or len(set(headers)) != len(headers) or ROW in headers:
        return None
    named = {headers[place]: column for place, column in zip(layout.places, schema.columns, strict=True)}
    sample = pl.concat([sample_of(file, _SAMPLE_ROWS // len(files) + 1) for file in files])
    paths = [file.path for file in files]
    types = types_of(named, sample)
    raw = pl.scan_csv(paths, schema=types, row_index_name=ROW, glob=False)
    texts = pl.scan_csv(paths, infer_schema=False, row_index_name=ROW, glob=False)
    as_read = sample.select(pl.col(header).cast(kind, strict=False) for header, kind in types.items())
    return _scan(schema, layout, headers, raw, texts, tuple(file.rows for file in files), as_read)


def _scan(
    schema: TableSchema, layout: Layout, headers: tuple[str, ...], raw: pl.LazyFrame, texts: pl.LazyFrame,
    sizes: tuple[int, ...], sample: pl.DataFrame,
) -> Scan | None:
    columns: dict[str, Typed] = {}
    for place, column in zip(layout.places, schema.columns, strict=True):
        found = None if column.written_absent or column.duration_written else typed(column, sample[headers[place]])
        if found is None:
            return None
        columns[column.name] = found
    return Scan(schema, layout, headers, raw, texts, sizes, sample, columns)


# ---------------------------------------------------------------- rows that were read apart, beside the others


def beside(
    schema: TableSchema, frame: pl.LazyFrame, cells: Mapping[str, Lowered], rows: Sequence[Row], places: Sequence[int]
) -> tuple[pl.LazyFrame, dict[str, Lowered]] | None:
    """The frame with these rows too, their cells in forms that hold both; None where no form does."""
    held, own = cells_of(schema.columns, rows)
    joined: dict[str, Lowered] = {}
    scaled: dict[str, tuple[int, int]] = {}
    for column in schema.columns:
        found = unified(column, cells[column.name], own[column.name])
        if found is None:
            return None
        joined[column.name], scaled[f"c.{column.name}"] = found
    keys = [pl.Series(SUBJECT, [str(row.values[schema.subject]) for row in rows], pl.String)]
    if schema.stratum is not None:
        keys.append(pl.Series(STRATUM, [str(row.values[schema.stratum]) for row in rows], pl.String))
    few = pl.DataFrame([pl.Series(ROW, places, pl.UInt64), *keys, *map(series_of, held)]).lazy()
    names = [ROW, *(key.name for key in keys), *scaled]
    many = frame.select(
        pl.col(ROW).cast(pl.UInt64), *names[1:len(keys) + 1], *(_times(name, by[0]) for name, by in scaled.items()))
    few = few.select(*names[:len(keys) + 1], *(_times(name, by[1]) for name, by in scaled.items()))
    return pl.concat([many, few], how="vertical_relaxed"), joined


def _times(name: str, by: int) -> pl.Expr:
    return pl.col(name) if by == 1 else (pl.col(name).cast(pl.Int128) * pl.lit(by, dtype=pl.Int128)).alias(name)
