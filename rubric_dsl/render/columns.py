"""Tables of results with typed columns, for other programs: Parquet, Arrow, frames, CSV.

A number stands in two columns: `…exact`, a text such as `179/8` that says all of it, and `…double`, the nearest double.
An irrational number has no exact text.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Exact, enclosure
from rubric_dsl.results.points import Point
from rubric_dsl.text.record import dataclass

if TYPE_CHECKING:
    import polars

ColumnKind = Literal["text", "double", "whole number"]

POINTS: Mapping[str, ColumnKind] = {
    "period": "text", "subject": "text", "item": "text", "label": "text", "kind": "text", "state": "text",
    "exact": "text", "double": "double", "text": "text", "worth_exact": "text", "worth_double": "double",
    "rank": "whole number", "because": "text",
}
"""The columns of points by subject, the same for every rubric."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Values by column, all of one length; None where there is none."""

    kinds: Mapping[str, ColumnKind]
    values: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.values.values()), ()))

    def rows(self) -> Iterable[tuple[Any, ...]]:
        return zip(*self.values.values(), strict=True)


def point_columns(points: Iterable[Point]) -> Columns:
    rows = [
        (
            point.period, point.subject, point.item, point.label, point.kind, point.state, *both(point.number),
            point.text, *both(point.worth), point.rank, point.because,
        )
        for point in points
    ]
    found = zip(*rows, strict=True) if rows else ((),) * len(POINTS)
    return Columns(POINTS, dict(zip(POINTS, map(list, found), strict=True)))


def both(value: Exact | None) -> tuple[str | None, float | None]:
    """The exact text and the nearest double of a number."""
    if value is None:
        return None, None
    return exact_text(value) if isinstance(value, Fraction) else None, double_of(value)


def double_of(value: Exact) -> float | None:
    """The nearest double; None beyond all doubles."""
    bits = 64
    while True:
        low, high = enclosure(value, bits)
        try:
            ends = low.numerator / low.denominator, high.numerator / high.denominator
        except OverflowError:
            return None
        if ends[0] == ends[1] or bits > 4_096:
            return ends[0]
        bits *= 2


# ---------------------------------------------------------------- files


def frame_of(columns: Columns) -> polars.DataFrame:
    """As a frame of Polars. Raises ImportError where that is not installed."""
    import polars

    types = {"text": polars.String, "double": polars.Float64, "whole number": polars.Int64}
    return polars.DataFrame([
        polars.Series(name, columns.values[name], types[kind], strict=True) for name, kind in columns.kinds.items()
    ])


def table_bytes(columns: Columns, kind: str) -> bytes:
    """The file `.parquet` or `.arrow` (the format of Arrow files, also named Feather). The same columns, the same
    bytes, with one version of Polars. Raises ImportError."""
    made = io.BytesIO()
    frame = frame_of(columns)
    if kind == ".parquet":
        frame.write_parquet(made, compression="zstd", row_group_size=1 << 17)
    else:
        frame.write_ipc(made, compression="uncompressed")
    return made.getvalue()


def text_rows(columns: Columns) -> Iterable[tuple[str, ...]]:
    """For CSV: a double is written as its shortest text, what is not there is blank."""
    yield tuple(columns.kinds)
    for row in columns.rows():
        yield tuple("" if value is None else str(value) for value in row)
