"""How the cells of a raw column are read inside an engine, where that is beyond doubt.

A column of a file or table has a type of its own and is described here for every database alike: what a cell becomes,
and which cells are not surely what they seem. Those are read again by the reader of observations, which knows all
spellings, repairs and refusals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from rubric_dsl.engines.lowering.cells import cell_of
from rubric_dsl.engines.lowering.forms import Lowered, Name, Number, Text, YesNo
from rubric_dsl.engines.lowering.validity import ends_of
from rubric_dsl.observations.cell import MAX_TEXT
from rubric_dsl.observations.name_cells import YES_OR_NO, spellings
from rubric_dsl.plan.model import ColumnSchema
from rubric_dsl.text.record import dataclass

NUMBERS = ("whole number", "number", "percent", "seconds")
DAYS_BEFORE_1970 = 719_163
"""Databases count days from 1970-01-01 (0), the plan from 0001-01-01 (1)."""
COMMON = "一-鿿，。、；：？！（）《》“”…·"
PLAIN_TEXT = f"[!-~{COMMON}]([ -~{COMMON}]*[!-~{COMMON}])?"
"""Characters that are in normal form whatever stands beside them, without blanks around them."""
_FEW = 4
"""Numbers may be so many times as large as those in the sample before their rows are read apart."""
_MOST_DIGITS = 18
"""So many digits are below 2**63."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a database says of a column. Of integers `low` and `high` are the ends of the type, of decimals of the
    number without its point; `places`: behind the point."""

    name: Literal["yes/no", "text", "date", "time", "integer", "decimal", "other"]
    low: int = 0
    high: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True)
class AsItIs:
    """The cell is the value: yes or no, a text, an integer."""


@dataclass(frozen=True, slots=True)
class Days:
    """Of a date the days since 0001-01-01, which is 1. `written`: a text, `2020-10-28`."""

    written: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Texts that are yes, and all that are known."""

    yes: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """The place that each text stands for."""

    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plain:
    """A text, if it is all of this pattern and not longer."""

    pattern: str
    longest: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """`HH:MM` as minutes."""

    pattern: str = "([01][0-9]|2[0-3]):[0-5][0-9]"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as minutes, if it has no seconds."""


@dataclass(frozen=True, slots=True)
class Digits:
    """A text of digits as the integer without its point, moved so that `places` stand behind it. `sign`: at its end."""

    pattern: str
    places: int
    sign: str


@dataclass(frozen=True, slots=True)
class Unscaled:
    """A decimal as the integer without its point."""

    places: int


Way = AsItIs | Days | Words | Members | Plain | Minutes | Clock | Digits | Unscaled


@dataclass(frozen=True, slots=True)
class Reading:
    """`cell`: an expression that reads the column `c.NAME`; `way`: what stands in it. `divisor`: of what it must be a
    multiple, as the rubric allows fewer decimals than the type has."""

    cell: Lowered
    way: Way
    divisor: int = 1


def reading(column: ColumnSchema, kind: Kind, sample: Sequence[object]) -> Reading | None:
    """None: only the reader can tell. `sample`: some cells of the column, without those that are empty."""
    if column.written_absent:
        return None
    match column.type:
        case "yes/no" if kind.name == "yes/no":
            return Reading(_cell(column, YesNo()), AsItIs())
        case "yes/no" if kind.name == "text":
            return Reading(_cell(column, YesNo()), _words(sample))
        case "choice" if kind.name == "text":
            members = tuple(member.name for member in column.members)
            places = {text: members.index(name) for text, name in spellings(column).items()}
            return Reading(_cell(column, Name(members)), Members(places))
        case "text" if kind.name == "text":
            return Reading(_cell(column, Text()), Plain(PLAIN_TEXT, MAX_TEXT))
        case "date" if kind.name in ("date", "text"):
            return _date(column, kind)
        case "time" if kind.name in ("text", "time"):
            way = Minutes() if kind.name == "text" else Clock()
            low, high = _minute(column.low or "00:00"), _minute(column.high or "23:59")
            return Reading(_cell(column, Number(1, low, high, moment=True), (0, 24 * 60)), way)
        case found if found in NUMBERS:
            return _number(column, kind, sample)
        case _:
            return None


def _cell(column: ColumnSchema, form: YesNo | Name | Text | Number, natural: tuple[int, int] | None = None) -> Lowered:
    """A cell that is there where the column says so: whether it is, is asked of every row."""
    return cell_of(column, f"c.{column.name}", form, column.presence != "always", natural)


def _words(sample: Sequence[object]) -> Words:
    """The words of the sample; with those of the other columns of a file all are known to somebody."""
    seen = {word for word in sample if isinstance(word, str) and word in YES_OR_NO}
    meant = set(YES_OR_NO) if not seen else seen | {_OPPOSITES[word] for word in seen}
    known = tuple(word for word in YES_OR_NO if word in meant)
    return Words(tuple(word for word in known if YES_OR_NO[word]), known)


_HALF = len(YES_OR_NO) // 2
_OPPOSITES = dict(zip(YES_OR_NO, [*list(YES_OR_NO)[_HALF:], *list(YES_OR_NO)[:_HALF]], strict=True))


def _date(column: ColumnSchema, kind: Kind) -> Reading:
    ends = [date.fromisoformat(end).toordinal() if end is not None else None for end in (column.low, column.high)]
    first, last = date.min.toordinal(), date.max.toordinal()
    low, high = first if ends[0] is None else ends[0], last if ends[1] is None else ends[1]
    # Databases have days before the first and after the last that are known here.
    form = Number(1, low, high, moment=True)
    return Reading(_cell(column, form, (-(2**31) + 1, 2**31 - 1)), Days(kind.name == "text"))


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _number(column: ColumnSchema, kind: Kind, sample: Sequence[object]) -> Reading | None:
    """Numbers are whole numbers over a power of ten."""
    sign, per = "", 1
    if column.type == "percent":
        sign = "%" if column.percent_written in ("with sign", None) else ""
        per = 1 if column.percent_written == "0.875" else 100
    limit = 0 if column.type == "whole number" else column.decimals
    way: Way
    if kind.name == "text":
        texts = [text for text in sample if isinstance(text, str)]
        places = _places(texts) if limit is None else min(limit, _places(texts))
        most = _MOST_DIGITS - places
        fraction = f"([.][0-9]{{1,{places}}})?" if places else ""
        # In percent, `-` stands before digits only; `%` behind them if the rubric wants it there.
        pattern = f"-?[0-9]{{1,{most}}}{fraction}{sign}"
        seen = [_unscaled(text.removesuffix("%"), places) for text in texts if re.fullmatch(pattern, text)]
        way, natural = Digits(pattern, places, sign), (1 - 10**_MOST_DIGITS, 10**_MOST_DIGITS - 1)
    elif sign:
        return None  # a number without its sign is not what the rubric asks for
    elif kind.name in ("integer", "decimal"):
        places, natural = kind.places, (kind.low, kind.high)
        seen = [number for number in sample if isinstance(number, int)]
        way = AsItIs() if kind.name == "integer" else Unscaled(places)
    else:
        return None
    form = _form(column, 10**places * per, seen, natural, kind)
    if form is None:
        return None
    divisor = 10 ** (places - limit) if limit is not None and places > limit else 1
    return Reading(_cell(column, form, natural), way, divisor)


def _places(texts: Sequence[str]) -> int:
    """As many digits behind the point as the sample has, and one more: `8` may be followed by `8.5`."""
    found = (re.search(r"[.]([0-9]*)", text) for text in texts)
    return min(max((len(one.group(1)) for one in found if one is not None), default=0), 8) + 1


def _unscaled(text: str, places: int) -> int:
    return int(Fraction(text) * 10**places)


def _form(
    column: ColumnSchema, bottom: int, seen: Sequence[int], natural: tuple[int, int], kind: Kind
) -> Number | None:
    """The declared ends; where one is open, those of a narrow type, else far beyond what was seen: a row that goes
    further is read apart."""
    low, high = ends_of(column)
    room = _FEW * max(map(abs, seen), default=0) + 1000
    narrow = kind.name == "integer" and natural[1] < 2**16
    open_low, open_high = natural if narrow else (-room, room)
    least = open_low if low is None else -(-(low * bottom).numerator // (low * bottom).denominator)
    most = open_high if high is None else (high * bottom).numerator // (high * bottom).denominator
    return Number(bottom, least, most) if least <= most else None
