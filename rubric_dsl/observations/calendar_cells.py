"""Dates and times of day as written in a cell."""

from __future__ import annotations

import datetime
import re

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import CellRefused, plain_width
from rubric_dsl.observations.facts import AllowedRange
from rubric_dsl.plan.model import ColumnSchema

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_OTHER_DATE = re.compile(r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?")
_RUN_TOGETHER = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[2-7][0-9]{4}")
"""Days as a workbook counts them, from 1954 to 2119."""
_FROM_1900 = datetime.date(1899, 12, 30).toordinal()
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_OTHER_TIME = re.compile(r"([0-9]{1,2}) ?[:.时点] ?([0-9]{1,2}) ?分?(?::00)?")


def date_ordinal(text: str) -> int:
    """The proleptic ordinal of a date in a plan (`2020-10-28`)."""
    return datetime.date.fromisoformat(text).toordinal()


def minute_of_day(text: str) -> int:
    """Minutes since midnight of a time in a plan (`14:56`)."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


class DateReader:
    """Reads `2020-10-28`; other ways to write a date are refused with this one, so that 3/4 is never guessed at."""

    def __init__(self, column: ColumnSchema) -> None:
        self._low = date_ordinal(column.low) if column.low is not None else None
        self._high = date_ordinal(column.high) if column.high is not None else None
        self._range = AllowedRange(column.low, column.high)

    def __call__(self, text: str) -> int:
        parts = _DATE.fullmatch(text)
        if parts is None:
            raise _refused_date(text)
        day = _day(parts)
        if day is None:
            raise CellRefused(codes.NO_SUCH_DAY)
        value = day.toordinal()
        self.refuse_outside(value)
        return value

    def refuse_outside(self, value: int) -> None:
        if (self._low is not None and value < self._low) or (self._high is not None and value > self._high):
            raise CellRefused(codes.OUT_OF_RANGE, {"range": self._range})


def _day(parts: re.Match[str]) -> datetime.date | None:
    try:
        return datetime.date(int(parts.group(1)), int(parts.group(2)), int(parts.group(3)))
    except ValueError:
        return None


def _refused_date(text: str) -> CellRefused:
    plain = plain_width(text)
    parts = _DATE.fullmatch(plain) or _OTHER_DATE.fullmatch(plain) or _RUN_TOGETHER.fullmatch(plain)
    day = _day(parts) if parts else None
    if day is None and _SERIAL.fullmatch(plain):
        of_workbook = datetime.date.fromordinal(_FROM_1900 + int(plain)).isoformat()
        return CellRefused(codes.NOT_A_DATE, {"help": "serial", "instead": of_workbook})
    if day is None:
        return CellRefused(codes.NOT_A_DATE, {"help": "any"})
    return CellRefused(codes.NOT_A_DATE, {"help": "instead", "instead": day.isoformat()})


class TimeReader:
    """Reads `14:56` (24 hours, whole minutes)."""

    def __init__(self, column: ColumnSchema) -> None:
        self._low = minute_of_day(column.low) if column.low is not None else None
        self._high = minute_of_day(column.high) if column.high is not None else None
        self._range = AllowedRange(column.low, column.high)

    def __call__(self, text: str) -> int:
        parts = _TIME.fullmatch(text)
        if parts is None:
            raise _refused_time(text)
        value = int(parts.group(1)) * 60 + int(parts.group(2))
        self.refuse_outside(value)
        return value

    def refuse_outside(self, value: int) -> None:
        if (self._low is not None and value < self._low) or (self._high is not None and value > self._high):
            raise CellRefused(codes.OUT_OF_RANGE, {"range": self._range})


def _refused_time(text: str) -> CellRefused:
    parts = _OTHER_TIME.fullmatch(plain_width(text))
    if parts is None or int(parts.group(1)) > 23 or int(parts.group(2)) > 59:
        return CellRefused(codes.NOT_A_TIME, {"help": "any"})
    instead = f"{int(parts.group(1)):02}:{int(parts.group(2)):02}"
    return CellRefused(codes.NOT_A_TIME, {"help": "instead", "instead": instead})
