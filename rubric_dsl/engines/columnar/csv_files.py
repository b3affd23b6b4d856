"""CSV files of the plain kind, as Polars reads them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rubric_dsl.observations.name_cells import NO, YES, YES_OR_NO
from rubric_dsl.observations.plain_csv import PlainCsv
from rubric_dsl.plan.model import ColumnSchema

_WHOLE = r"^-?[0-9]{1,17}$"


def sample_of(file: PlainCsv, rows: int) -> pl.DataFrame:
    """The first rows, as texts."""
    return pl.read_csv(file.path, has_header=True, infer_schema=False, n_rows=rows)


def types_of(names: Mapping[str, ColumnSchema], sample: pl.DataFrame) -> dict[str, pl.DataType]:
    """A type for each header that Polars reads without losing anything, by the column it stands for."""
    found: dict[str, pl.DataType] = dict.fromkeys(sample.columns, pl.String())
    for header, column in names.items():
        cells = sample[header].drop_nulls()
        if column.type in ("whole number", "number", "seconds") or column.percent_written in ("87.5", "0.875"):
            if cells.str.contains(_WHOLE).all():
                found[header] = pl.Int64()
        elif column.type == "yes/no":
            words = cells.unique().to_list()
            if words and all(word in YES_OR_NO for word in words):
                found[header] = pl.Enum([word for pair in zip(YES, NO, strict=True) for word in pair
                                         if not set(words).isdisjoint(pair)])
    return found
