"""The same rows as every kind of observations that a program may give."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

Maker = Callable[[pl.DataFrame, Path], Any]


def _parquet(frame: pl.DataFrame, folder: Path) -> Path:
    frame.write_parquet(folder / "given.parquet")
    return folder / "given.parquet"


def _text_path(frame: pl.DataFrame, folder: Path) -> str:
    return str(_parquet(frame, folder))


def _through_pandas_file(frame: pl.DataFrame, folder: Path) -> Path:
    """What pandas writes of its own frame."""
    path = folder / "pandas.parquet"
    frame.to_pandas().to_parquet(path)
    return path


KINDS: Mapping[str, Maker] = {
    "path": _parquet,
    "text of a path": _text_path,
    "list of dicts": lambda frame, _: frame.to_dicts(),
    "polars": lambda frame, _: frame,
    "polars, lazy": lambda frame, _: frame.lazy(),
    "arrow": lambda frame, _: frame.to_arrow(),
    "pandas": lambda frame, _: frame.to_pandas(),
    "pandas with Arrow types": lambda frame, _: frame.to_pandas(use_pyarrow_extension_array=True),
    "pandas, all objects": lambda frame, _: frame.to_pandas().astype(object),
    "file of pandas": _through_pandas_file,
}


def typed(text: str) -> pl.DataFrame:
    """A CSV with a type for each column that all its cells agree to: yes/no, whole numbers, decimals, dates, and
    categories where few texts come again."""
    frame = pl.read_csv(io.StringIO(text), infer_schema=False)
    return frame.with_columns(_typed(column) for column in frame.get_columns())


def _typed(column: pl.Series) -> pl.Series:
    cells = column.drop_nulls()
    if not len(cells):
        return column
    if set(cells) <= {"yes", "no"}:
        return column == "yes"
    if cells.str.contains(r"^-?(0|[1-9][0-9]{0,9})$").all():
        return column.cast(pl.Int64)
    if cells.str.contains(r"^-?(0|[1-9][0-9]{0,9})\.[0-9]{1,4}$").all():
        return column.cast(pl.Decimal(18, 4))
    if cells.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$").all():
        return column.str.to_date()
    return column.cast(pl.Categorical) if cells.n_unique() * 2 < len(cells) else column
