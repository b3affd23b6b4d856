"""Raw columns of a file as typed cells, where that is beyond doubt; where it is not, a flag says so.

A cell that is flagged is read again by the reader of observations, which knows all spellings, repairs and refusals.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl

from rubric_dsl.engines.columnar.written import RANGES
from rubric_dsl.engines.lowering.cells import cell_of
from rubric_dsl.engines.lowering.forms import Form, Lowered, Name, Number, Text, YesNo
from rubric_dsl.engines.lowering.validity import ends_of
from rubric_dsl.observations.name_cells import YES_OR_NO, spellings
from rubric_dsl.plan.model import ColumnSchema
from rubric_dsl.text.record import dataclass

_NUMBERS = ("whole number", "number", "percent", "seconds")
_FEW = 4
"""Numbers may be so many times as large as those in the sample before their rows are read apart."""
_FIFTEEN_DIGITS = 10**15
_MOST_PLACES = 6
_SEEN = 1_000
"""So many different numbers of a sample are looked at."""
_DAYS_BEFORE_1970 = 719_163
"""Polars counts days from 1970-01-01 (0), the plan from 0001-01-01 (1)."""
_COMMON = "一-鿿，。、；：？！（）《》“”…·"
_PLAIN_TEXT = rf"^[!-~{_COMMON}]([ -~{_COMMON}]{{0,998}}[!-~{_COMMON}])?$"
"""Characters that are in normal form whatever stands beside them."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A column's cells: an expression over the raw column, named `c.NAME`, and where it could not be told."""

    cell: Lowered
    value: pl.Expr
    unsure: pl.Expr | None


def typed(column: ColumnSchema, sample: pl.Series) -> Typed | None:
    """How the cells of a raw column (named as the plan names it) are read; None where only the reader can.

    `sample`: some of its cells. Numbers are whole numbers over a power of ten.
    """
    raw, kind = pl.col(f"r.{column.name}"), sample.dtype
    name = f"c.{column.name}"
    match column.type:
        case "yes/no":
            return _yes_no(column, name, raw, kind)
        case "choice":
            return _choice(column, name, raw, kind)
        case "text":
            return _text(column, name, raw, kind)
        case "date":
            return _date(column, name, raw, kind)
        case "time":
            return _time(column, name, raw, kind)
        case found if found in _NUMBERS:
            return _number(column, name, raw, sample)
        case _:
            return None


def _cell(column: ColumnSchema, name: str, form: Form, natural: tuple[int, int] | None = None) -> Lowered:
    """A cell that is there where the column says so: whether it is, is asked of every row."""
    return cell_of(column, name, form, column.presence != "always", natural)


def _yes_no(column: ColumnSchema, name: str, raw: pl.Expr, kind: pl.DataType) -> Typed | None:
    cell = _cell(column, name, YesNo())
    if kind == pl.Boolean:
        return Typed(cell, raw, None)
    if isinstance(kind, pl.Enum):
        words = kind.categories.to_list()
        if all(word in YES_OR_NO for word in words):
            return Typed(cell, _in_words(raw, [word for word in words if YES_OR_NO[word]]), None)
    if kind.is_integer():
        return Typed(cell, raw == 1, raw.is_not_null() & ~raw.is_in([0, 1]))
    if kind == pl.String:
        known = raw.is_in(list(YES_OR_NO))
        value = pl.when(known).then(raw.is_in([word for word, yes in YES_OR_NO.items() if yes]))
        return Typed(cell, value, raw.is_not_null() & ~known)
    return None


def _in_words(raw: pl.Expr, words: list[str]) -> pl.Expr:
    return raw == words[0] if len(words) == 1 else raw.is_in(words)


def _choice(column: ColumnSchema, name: str, raw: pl.Expr, kind: pl.DataType) -> Typed | None:
    members = tuple(member.name for member in column.members)
    places = {text: members.index(name) for text, name in spellings(column).items()}
    if not (kind in (pl.String, pl.Categorical) or isinstance(kind, pl.Enum)):
        return None
    text = raw if kind == pl.String else raw.cast(pl.String)
    value = text.replace_strict(list(places), list(places.values()), default=None, return_dtype=pl.UInt32)
    return Typed(_cell(column, name, Name(members)), value, raw.is_not_null() & value.is_null())


def _text(column: ColumnSchema, name: str, raw: pl.Expr, kind: pl.DataType) -> Typed | None:
    """Texts of common characters without blanks around them are what they are; others may be repaired."""
    if kind != pl.String:
        return None
    plain = raw.str.contains(_PLAIN_TEXT)
    return Typed(_cell(column, name, Text()), raw, raw.is_not_null() & ~plain)


def _date(column: ColumnSchema, name: str, raw: pl.Expr, kind: pl.DataType) -> Typed | None:
    ends = [date.fromisoformat(end).toordinal() if end is not None else None for end in (column.low, column.high)]
    low = ends[0] if ends[0] is not None else date.min.toordinal()
    high = ends[1] if ends[1] is not None else date.max.toordinal()
    cell = _cell(column, name, Number(1, low, high, moment=True))
    if kind == pl.Date:
        return Typed(cell, raw.cast(pl.Int32) + _DAYS_BEFORE_1970, None)
    if isinstance(kind, pl.Datetime):
        days = raw.dt.date()
        with_time = (days.cast(kind) != raw).fill_null(False)
        return Typed(cell, days.cast(pl.Int32) + _DAYS_BEFORE_1970, with_time)
    if kind != pl.String:
        return None
    days = raw.str.to_date("%Y-%m-%d", strict=False)
    unsure = raw.is_not_null() & (days.is_null() | ~raw.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
    return Typed(cell, days.cast(pl.Int32) + _DAYS_BEFORE_1970, unsure)


def _time(column: ColumnSchema, name: str, raw: pl.Expr, kind: pl.DataType) -> Typed | None:
    if kind != pl.String:
        return None
    low, high = (_minute(end) for end in (column.low or "00:00", column.high or "23:59"))
    plain = raw.str.contains(r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    hours, minutes = (raw.str.slice(start, 2).cast(pl.Int16, strict=False) for start in (0, 3))
    cell = _cell(column, name, Number(1, low, high, moment=True))
    return Typed(cell, hours * 60 + minutes, raw.is_not_null() & ~plain)


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _number(column: ColumnSchema, name: str, raw: pl.Expr, sample: pl.Series) -> Typed | None:
    kind, sign = sample.dtype, ""
    value, unsure = raw, None
    per = 1
    if column.type == "percent":
        sign = "%" if column.percent_written in ("with sign", None) else ""
        per = 1 if column.percent_written == "0.875" else 100
    if kind == pl.String:
        places = _places(sample)
        plain = raw.str.contains(rf"^-?[0-9]{{1,15}}(\.[0-9]{{1,{places}}})?{sign}$")
        unsure = raw.is_not_null() & ~plain
        digits = raw.str.strip_suffix("%") if sign else raw
        value = digits.cast(pl.Decimal(38, places), strict=False).to_physical()
        seen = _decimals(sample, places)
    elif sign:
        return None  # a number without its sign is not what the rubric asks for
    elif kind.is_integer():
        places, seen = 0, sample
    elif isinstance(kind, pl.Decimal):
        places, seen, value = kind.scale or 0, sample.to_physical(), raw.to_physical()
    elif kind.is_float():
        places = _places_of_binary(sample)
        seen = sample.to_frame("x").select(_scaled(pl.col("x"), places).cast(pl.Int64, strict=False)).to_series()
        value, unsure = decimal_of_binary(raw, places)
    else:
        return None
    limit = 0 if column.type == "whole number" else column.decimals
    if limit is not None and places > limit:
        rest = (value % pl.lit(10 ** (places - limit), dtype=pl.Int128) != 0).fill_null(False)
        unsure = rest if unsure is None else unsure | rest
    form = _form(10**places * per, *ends_of(column), seen, limits_of(kind))
    if form is None:
        return None
    natural = RANGES[kind.base_type()] if kind.is_integer() else (-(2**126), 2**126)
    return Typed(_cell(column, name, form, natural), value, unsure)


def _places(sample: pl.Series) -> int:
    """As many digits after the point as the sample has, and one more: `8` may be followed by `8.5`."""
    found = sample.str.extract(r"\.([0-9]*)").str.len_chars().max()
    return min(found if isinstance(found, int) else 0, 8) + 1


def _decimals(sample: pl.Series, places: int) -> pl.Series:
    return sample.str.strip_suffix("%").cast(pl.Decimal(38, places), strict=False).to_physical()


def _scaled(binary: pl.Expr, places: int) -> pl.Expr:
    return (binary.cast(pl.Float64) * pl.lit(10**places, dtype=pl.Float64)).round(0)


def decimal_of_binary(raw: pl.Expr, places: int) -> tuple[pl.Expr, pl.Expr]:
    """Binary numbers as the shortest decimals that are the same, times a power of ten; and where that is not sure.

    A decimal of at most 15 digits is the shortest of the binary number nearest to it, so what divides back to the
    number is it. It is divided by a column: by a literal Polars multiplies with the reciprocal, which rounds twice.
    """
    number = raw.cast(pl.Float64)
    scaled = _scaled(number, places)
    sure = scaled.abs() < _FIFTEEN_DIGITS  # not so where it is infinite or no number
    sure &= (scaled / (number * 0 + 10**places) if places else scaled) == number
    return pl.when(sure).then(scaled).cast(pl.Int64), raw.is_not_null() & ~sure


def _places_of_binary(sample: pl.Series) -> int:
    """As many digits after the point as the sample has, as far as they are few."""
    numbers = sample.drop_nulls().cast(pl.Float64)
    numbers = numbers.filter(numbers.is_finite())
    texts = (format(Decimal(repr(number)), "f") for number in numbers.unique()[:_SEEN])
    found = [len(text.partition(".")[2].rstrip("0")) for text in texts]
    return min(max([0, *found]), _MOST_PLACES)


def _form(
    bottom: int, low: Fraction | None, high: Fraction | None, seen: pl.Series, limits: tuple[int, int] | None
) -> Number | None:
    """The declared ends; where one is open, those of a narrow type, else far beyond what was seen: a row that goes
    further is read apart."""
    numbers = [int(end) for end in (seen.min(), seen.max()) if isinstance(end, int)] or [0]
    room = _FEW * max(map(abs, numbers)) + 1000
    open_low, open_high = (-room, room) if limits is None else limits
    least = open_low if low is None else -(-(low * bottom).numerator // (low * bottom).denominator)
    most = open_high if high is None else (high * bottom).numerator // (high * bottom).denominator
    return Number(bottom, least, most) if least <= most else None


def limits_of(kind: pl.DataType) -> tuple[int, int] | None:
    """What a narrow type of integers can hold: beyond it nothing needs to be asked."""
    return RANGES.get(kind.base_type()) if kind in (pl.Int8, pl.Int16, pl.UInt8, pl.UInt16) else None
