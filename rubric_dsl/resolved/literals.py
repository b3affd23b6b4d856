"""Literals as values: units brought to the runtime unit, dates and times in quotes read."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from rubric_dsl.resolved import types as ty

if TYPE_CHECKING:  # scoring reads dates and no rubric
    from rubric_dsl.surface import tree

_SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86400}


def value_in(number: Fraction, unit: tree.Unit) -> tuple[Fraction, ty.ValueType]:
    """A number with its unit in the runtime unit: 95% is 19/20, 3 min is 180 (seconds)."""
    if unit == "%":
        return number / 100, ty.PERCENT
    if unit in _SECONDS:
        return number * _SECONDS[unit], ty.DURATION
    return number, ty.NUMBER


def constant_of(literal: tree.Number) -> tuple[Fraction, ty.ValueType]:
    return value_in(literal.value, literal.unit)


_LAST_DAY = datetime.date.max.toordinal()
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


def read_moment(text: str, kind: ty.ValueType) -> str | None:
    """The text if it is a date `2020-10-28` or a time `14:56` of the kind asked for, else None."""
    if kind == ty.DATE and _DATE.fullmatch(text):
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            return None
        return text
    if kind == ty.TIME and _TIME.fullmatch(text) and int(text[:2]) < 24 and int(text[3:]) < 60:
        return text
    return None


def moment_number(text: str) -> int:
    """The runtime number of a date (proleptic ordinal) or a time (minutes since midnight)."""
    if ":" in text:
        return int(text[:2]) * 60 + int(text[3:])
    return datetime.date.fromisoformat(text).toordinal()


def moment_text(number: int, kind: ty.TypeKind) -> str:
    """The inverse of `moment_number`; a number outside the calendar (a witness of any date) is its nearest day."""
    if kind == "time":
        return f"{number // 60:02d}:{number % 60:02d}"
    return datetime.date.fromordinal(min(max(number, 1), _LAST_DAY)).isoformat()
