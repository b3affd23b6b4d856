"""The points of every row in every item it is scored in, written as a stream: a table need not fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from rubric_dsl.engines.columnar.each_row import EachRow, each_row
from rubric_dsl.engines.lowering.forms import Form, decoded
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import as_number
from rubric_dsl.observations.model import PRIVATE
from rubric_dsl.observations.periods import period_text
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.columns import both
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.operations import Node
from rubric_dsl.results.harmless import FORMULA_STARTS

SCHEMA: Mapping[str, type[pl.DataType]] = {
    "period": pl.String, "table": pl.String, "file": pl.String, "row": pl.Int64, "subject": pl.String,
    "scenario": pl.String, "item": pl.String, "exact": pl.String, "double": pl.Float64,
}
"""The same for every rubric. `row` is the number of the row in its file, of which the header is 1."""
ROWS_AT_ONCE = 1 << 17


def row_points(plan: ScoringPlan, runs: Sequence[Run]) -> pl.LazyFrame:
    """Row by row in the order of the files, and on each row its items in the order of the rubric; a row has none in
    an item that does not apply to it."""
    names = _names(plan)
    tables = [
        _long(plan, found, names, None if run.period is None else period_text(plan, run.period))
        for run in runs for found in each_row(run)
    ]
    return pl.concat(tables) if tables else pl.LazyFrame(schema=SCHEMA)


def write_row_points(frame: pl.LazyFrame, path: str, kind: str) -> None:
    """The same rows, the same bytes, with one version of Polars."""
    if kind == ".parquet":
        frame.sink_parquet(path, compression="zstd", row_group_size=ROWS_AT_ONCE)
    elif kind == ".arrow":
        frame.sink_ipc(path, compression="uncompressed", record_batch_size=ROWS_AT_ONCE)
    else:
        texts = ("period", "file", "subject", "scenario")
        safe = frame.with_columns(_harmless(pl.col(name)).alias(name) for name in texts)
        safe.sink_csv(path, include_bom=True, line_terminator="\r\n")


def _harmless(text: pl.Expr) -> pl.Expr:
    """As `results.harmless` has it; what stands in these columns is never a number of ours."""
    first = text.str.slice(0, 1)
    return pl.when(first.is_in(list(FORMULA_STARTS))).then(pl.lit("'") + text).otherwise(text)


def _names(plan: ScoringPlan) -> dict[Node, str]:
    """By node what it is called; a score on rows as its indicator."""
    found = {value.node: value.name for value in plan.values}
    for value in plan.values:
        operation = plan.nodes[value.node].operation
        if isinstance(operation, op.Indicator) and operation.row_score is not None:
            found.setdefault(operation.row_score, value.name)
    return found


def _long(plan: ScoringPlan, found: EachRow, names: Mapping[Node, str], period: str | None) -> pl.LazyFrame:
    order = {value.name: place for place, value in enumerate(plan.values)}
    items = sorted(
        ((names[node], f"v{place}", form) for place, (node, form) in enumerate(found.items) if node in names),
        key=lambda item: order[item[0]],
    )
    private = {column.name for column in found.schema.columns if column.private}
    subject = _told(found.subjects, found.schema.subject in private)
    stratum = _told(found.strata, found.schema.stratum in private)
    names_of_items = pl.Series([name for name, _, _ in items], dtype=pl.String)

    def rows_of(part: pl.DataFrame) -> pl.DataFrame:
        file, number = found.located(part[ROW])
        rows = pl.DataFrame({
            "period": pl.repeat(period, part.height, dtype=pl.String, eager=True),
            "table": pl.repeat(found.schema.name, part.height, dtype=pl.String, eager=True),
            "file": file, "row": number, "subject": subject(part[SUBJECT]),
            "scenario": stratum(part[STRATUM]) if STRATUM in part.columns
            else pl.repeat(None, part.height, dtype=pl.String, eager=True),
        })
        values = _Values()
        codes = pl.concat([values.coded(part[column], form) for _, column, form in items])
        many, of = part.height, len(items)
        cells = pl.select(at=pl.int_range(many * of)).select(
            row=pl.col("at") // of, item=pl.col("at") % of, code=codes.gather(_row_by_row(many, of)),
        ).filter(pl.col("code").is_not_null())
        return rows[cells["row"]].with_columns(
            names_of_items.gather(cells["item"]).alias("item"), values.exact(cells["code"]),
            values.double(cells["code"]),
        )

    return found.frame.map_batches(rows_of, schema=SCHEMA, streamable=True)


def _told(names: Mapping[object, str | None], private: bool) -> Callable[[pl.Series], pl.Series]:
    """From what stands in a column of keys to what is told of it."""

    def of(keys: pl.Series) -> pl.Series:
        if private:
            return pl.repeat(PRIVATE, len(keys), dtype=pl.String, eager=True)
        if keys.dtype == pl.String:
            return keys
        there = keys.unique(maintain_order=True)
        told = pl.Series([names[key] for key in there.to_list()], dtype=pl.String)
        return told.gather(keys.replace_strict(there, pl.int_range(len(there), eager=True), return_dtype=pl.UInt32))

    return of


def _row_by_row(rows: int, items: int) -> pl.Series:
    """Where the items of the first row, then of the second, stand in columns that follow each other."""
    at = pl.int_range(rows * items)
    return pl.select(at % items * rows + at // items).to_series()


class _Values:
    """The different values of some columns by a number, each turned into its texts once."""

    def __init__(self) -> None:
        self._pairs: list[tuple[str | None, float | None]] = []

    def coded(self, values: pl.Series, form: Form) -> pl.Series:
        there = values.drop_nulls().unique(maintain_order=True)
        first = len(self._pairs)
        self._pairs += [both(as_number(decoded(form, value))) for value in there.to_list()]
        codes = pl.int_range(first, len(self._pairs), dtype=pl.UInt32, eager=True)
        return values.replace_strict(there, codes, default=None, return_dtype=pl.UInt32)

    def exact(self, codes: pl.Series) -> pl.Series:
        return pl.Series([text for text, _ in self._pairs], dtype=pl.String).gather(codes).alias("exact")

    def double(self, codes: pl.Series) -> pl.Series:
        return pl.Series([number for _, number in self._pairs], dtype=pl.Float64).gather(codes).alias("double")
