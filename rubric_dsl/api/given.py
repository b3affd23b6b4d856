"""The observations that a program gives: what may stand for a table, and how it is read.

Every kind becomes the records that a Parquet file of the same values would have, and the one reader reads those. Where
there are many rows and their types leave no doubt, the frame is scanned as a large file is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from rubric_dsl.api.errors import WrongUse
from rubric_dsl.cli.running import source_of
from rubric_dsl.cli.totals_cache import TotalsCache
from rubric_dsl.cli.words import say
from rubric_dsl.numbers.decimals import decimal_places, decimal_text, exact_text
from rubric_dsl.observations.given import GivenRows
from rubric_dsl.observations.large import LargeSource
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.read import AnySource

WORTH_SCANNING = 2_000
"""With fewer rows the reader is done before a scan of the frame is ready."""


class ArrowStream(Protocol):
    """What hands itself over by Arrow's stream interface: frames of Polars and pandas, tables of Arrow, relations of
    DuckDB."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class Lazy(Protocol):
    """A lazy frame of Polars."""

    def collect_schema(self) -> Any: ...


Data: TypeAlias = "str | os.PathLike[str] | ArrowStream | Lazy | Sequence[Mapping[str, object]]"
"""What a table may be given as: a path as on the command line (file, folder, pattern), a frame, a list of dicts."""


def given(table: str, data: Data, engine: str | None, cache: TotalsCache | None) -> AnySource:
    """Raises WrongUse for what is none of these, and the errors of the command line as Stop."""
    name = f"<{table}>"
    scans = engine in (None, "polars")
    if isinstance(data, (str, os.PathLike)):
        return source_of(os.fspath(data), engine, cache=cache)
    kind = _kind(data)
    if kind == "pandas":
        return _of_pandas(name, data, scans)
    if kind == "lazy":
        # Its rows may come in another order the next time, and large tables are read more than once.
        data = data.collect()  # type: ignore[union-attr]
        kind = "polars"
    if kind == "polars":
        return _of_polars(name, data, scans)
    if kind == "arrow":
        return _of_arrow(name, data, scans)
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)) and all(_is_dict(row) for row in data):
        return _of_dicts(name, data)
    kind = type(data).__name__
    raise WrongUse(lambda lang: say("api.no-table", lang, table=table, kind=kind))


def _is_dict(row: object) -> bool:
    return isinstance(row, Mapping)


def _kind(data: object) -> str:
    """By the package that an object comes from, so that none has to be imported to ask."""
    package, name = type(data).__module__.partition(".")[0], type(data).__name__
    if package == "polars" and name in ("DataFrame", "LazyFrame"):
        return "lazy" if name == "LazyFrame" else "polars"
    if package == "pandas" and name == "DataFrame":
        return "pandas"
    return "arrow" if hasattr(data, "__arrow_c_stream__") else ""


# ---------------------------------------------------------------- frames


def _of_polars(name: str, frame: Any, scans: bool) -> Source | LargeSource:
    whole = GivenRows(name, frame.columns, frame.iter_rows)
    if not scans or frame.height < WORTH_SCANNING:
        return whole
    return _large(name, frame, whole)


def _large(name: str, frame: Any, whole: Source) -> LargeSource:
    from rubric_dsl.engines.columnar.large import LargeFrame

    return LargeFrame(name, frame, whole)


def _of_arrow(name: str, data: Any, scans: bool) -> Source | LargeSource:
    try:
        import polars as pl
    except ImportError:
        import pyarrow  # type: ignore[import-untyped]

        table = pyarrow.table(data)
        columns = [column.to_pylist() for column in table.columns]
        return GivenRows(name, table.column_names, lambda: zip(*columns, strict=True))
    # Polars gives columns of one name others; the reader refuses them as they are.
    names = getattr(data, "column_names", None)
    if names is not None and len(set(names)) < len(names):
        columns = [column.to_pylist() for column in data.columns]
        return GivenRows(name, names, lambda: zip(*columns, strict=True))
    return _of_polars(name, pl.DataFrame(data), scans)


def _of_pandas(name: str, frame: Any, scans: bool) -> Source | LargeSource:
    """What pandas holds for missing (None, NaN, NaT, NA) is absent, as in the files that it writes; the index is no
    column."""
    headers = [str(header) for header in frame.columns]
    columns: list[list[object]] | None = None

    def rows() -> Iterator[Sequence[object]]:
        nonlocal columns
        if columns is None:
            columns = [_pandas_values(frame.iloc[:, place]) for place in range(len(headers))]
        return zip(*columns, strict=True) if columns else iter([()] * len(frame))

    whole = GivenRows(name, headers, rows)
    if not scans or len(frame) < WORTH_SCANNING or len(set(headers)) < len(headers):
        return whole
    try:
        import polars as pl
    except ImportError:
        return whole
    found = [_pandas_series(pl, header, frame.iloc[:, place]) for place, header in enumerate(headers)]
    if any(series is None for series in found):
        return whole
    return _large(name, pl.DataFrame(found), whole)


def _pandas_values(series: Any) -> list[object]:
    missing = series.isna().tolist()
    return [None if gone else plain_value(value)
            for gone, value in zip(missing, series.astype(object).tolist(), strict=True)]


def _pandas_series(pl: Any, header: str, series: Any) -> Any:
    """The same in Polars where nothing can change on the way; None: only value by value."""
    kind = series.dtype.kind if hasattr(series.dtype, "kind") else "O"
    if type(series.dtype).__module__.startswith("numpy") and kind in "iub":
        return pl.Series(header, series.to_numpy())
    if type(series.dtype).__module__.startswith("numpy") and kind == "f" and series.dtype.itemsize == 8:
        return pl.Series(header, series.to_numpy()).fill_nan(None)
    values = _pandas_values(series)
    kinds = {type(value) for value in values if value is not None}
    types = {str: pl.String, bool: pl.Boolean, int: pl.Int64}
    if len(kinds) != 1 or not kinds <= set(types):
        return None
    try:
        return pl.Series(header, values, types[kinds.pop()], strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return None


# ---------------------------------------------------------------- lists of dicts


def _of_dicts(name: str, rows: Sequence[Mapping[str, object]]) -> Source:
    """The columns in order of first appearance; what a row does not have is absent there."""
    headers = list(dict.fromkeys(header for row in rows for header in row))

    def values() -> Iterable[Sequence[object]]:
        return ([plain_value(row.get(header)) for header in headers] for row in rows)

    return GivenRows(name, list(map(str, headers)), values)


def plain_value(value: object) -> object:
    """A value of a program as one that a reader of typed files may meet; what is no cell stays what it is, and its
    text is refused."""
    if value is None or type(value) in _PLAIN:
        return value
    to_python: Callable[[], object] | None = getattr(value, "to_pydatetime", None) or getattr(value, "item", None)
    if type(value).__module__.partition(".")[0] in ("numpy", "pandas") and to_python is not None:
        if getattr(value, "nanosecond", 0):
            return str(value)
        return to_python()
    if isinstance(value, Fraction):
        places = decimal_places(value)
        return exact_text(value) if places is None else decimal_text(value, places)
    if isinstance(value, Enum):
        return plain_value(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    return None if type(value).__name__ in ("NAType", "NaTType") else value


_PLAIN = frozenset({str, int, float, bool, Decimal})
