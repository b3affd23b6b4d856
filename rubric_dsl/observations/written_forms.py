"""Other ways to write a value that leave no doubt, brought into the one that a column reads; each is a repair.

What is taken is an allow-list: `１２．５`, `1,234`, `1.2万`, `1分05秒`, `2020/1/5`, `9时05分`, `Y`. What two readers
could take for two values is not on it (`01:05`, `1.234,5`, `3/4`, `1E+05` where a spreadsheet has cut the digits).
"""

from __future__ import annotations

import datetime
import re
from fractions import Fraction

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import ALLOWED_WIDE, CellRefused
from rubric_dsl.observations.facts import decimal_text
from rubric_dsl.observations.raw import TypedCell
from rubric_dsl.plan.model import ColumnSchema

# Patterns are made when a cell is met that needs one: making them took a twelfth of a short run, and few files do.
_NUMBER = r"[0-9]{1,40}(?:\.[0-9]{1,40})?"
_PLAIN = rf"[+-]?{_NUMBER}"
_GROUPED = r"([+-]?)([0-9]{1,3}(?:,[0-9]{3}){1,12})((?:\.[0-9]{1,40})?)"
_MYRIADS = rf"([+-]?{_NUMBER}) ?([万亿])"
_PARTS = (
    rf"(?:({_NUMBER}) ?(?:小时|时|h))?(?: ?({_NUMBER}) ?(?:分钟|分|min))?(?: ?({_NUMBER}) ?(?:秒钟|秒|s))?"
)
_CLOCK = r"([0-9]{1,4}):([0-5][0-9])"
_LONG_CLOCK = r"([0-9]{1,4}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,6})?)"
_DATE = r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})(日?)(?:[ T]0{1,2}:00(?::00(?:\.0{1,6})?)?)?"
_TIME_OF_DAY = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_TIME = r"([0-9]{1,2})[:时点]([0-9]{1,2})(?::00(?:\.0{1,6})?|分(?:00秒)?)?"
_YES = {"yes", "y", "true", "✓", "✔", "☑", "对", "1"}
_NO = {"no", "n", "false", "✗", "✘", "错", "0"}
_MYRIAD = {"万": 10**4, "亿": 10**8}
_SECONDS = {"min": 60, "h": 3600}


class WrittenForms:
    """Brings the cells of one column into its own form. `unit`: what the column's header says of its cells;
    `comma_decimals`: the file comes from where a comma may stand before decimals, so that `1,234` is in doubt."""

    def __init__(self, column: ColumnSchema, unit: str | None = None, comma_decimals: bool = False) -> None:
        self._column = column
        if column.type == "percent" and column.percent_written == "0.875":
            unit = None  # 0.875 under a header with % may be either
        self._unit = unit or column.duration_written
        self._own_clock = column.duration_written is not None and self._unit == column.duration_written
        self._comma_decimals = comma_decimals
        self.always = unit in ("min", "h", "%", "万", "亿")
        """Whether also a cell that could be read as it stands is to be brought into another form."""

    def of(self, text: str) -> str | None:
        """The cell in the column's own form, None where it is in no form that is known. Raises CellRefused where it is
        in one that means two things."""
        plain = text.translate(ALLOWED_WIDE)
        match self._column.type:
            case "number" | "whole number" | "percent" | "seconds":
                return self._number(plain)
            case "yes/no":
                word = plain.casefold()
                return "yes" if word in _YES else "no" if word in _NO else None
            case "date":
                return _date(plain)
            case "time":
                return _time(plain)
            case _:
                return None

    def is_own(self, text: str) -> bool:
        """Whether the rubric itself says that cells of the column are written like this."""
        return self._own_clock and re.fullmatch(_CLOCK, text) is not None

    def is_stored(self, cell: TypedCell) -> bool:
        """Whether a clock of a workbook means in this column the very time that is stored."""
        return self._own_clock and self._unit == "h:mm" and cell.kind == "clock"

    def _number(self, plain: str) -> str | None:
        if self._column.type == "seconds":
            return self._seconds(plain)
        sign = ""
        if plain.endswith("%"):
            plain, sign = plain[:-1].rstrip(" "), "%"
        elif self._unit == "%" and self._column.percent_written == "with sign":
            sign = "%"
        value = self._ungrouped(plain)
        if value is None or (sign and self._column.type != "percent"):
            return None
        return value + sign

    def _ungrouped(self, plain: str) -> str | None:
        scale = _MYRIAD.get(self._unit or "", 1)
        if self._column.type in ("number", "whole number") and (found := re.fullmatch(_MYRIADS, plain)):
            return decimal_text(Fraction(found.group(1)) * _MYRIAD[found.group(2)])
        if found := re.fullmatch(_GROUPED, plain):
            if self._comma_decimals:
                return None
            plain = found.group(1) + found.group(2).replace(",", "") + found.group(3)
        if not re.fullmatch(_PLAIN, plain):
            return None
        return decimal_text(Fraction(plain) * scale) if scale != 1 else plain.removeprefix("+")

    def _seconds(self, plain: str) -> str | None:
        if found := re.fullmatch(_LONG_CLOCK, plain):
            hours, minutes, seconds = found.groups()
            return decimal_text(int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds))
        if found := re.fullmatch(_CLOCK, plain):
            large, small = int(found.group(1)), int(found.group(2))
            if self._unit in ("m:ss", "h:mm"):
                return str((large * 60 + small) * (60 if self._unit == "h:mm" else 1))
            facts = {"help": "clock", "short": large * 60 + small, "long": (large * 60 + small) * 60}
            raise CellRefused(codes.CLOCK_OR_DURATION, facts)
        if plain and (found := re.fullmatch(_PARTS, plain)):
            return _in_seconds(found.groups())
        value = self._ungrouped(plain)
        if value is None or self._unit not in _SECONDS:
            return value
        return decimal_text(Fraction(value) * _SECONDS[self._unit])


def _in_seconds(parts: tuple[str | None, ...]) -> str | None:
    """Hours, minutes and seconds as seconds; only the smallest may have decimals and only the largest exceed 59."""
    given = [(Fraction(part), size) for part, size in zip(parts, (3600, 60, 1), strict=True) if part is not None]
    if any(value >= 60 for value, _ in given[1:]) or any(value.denominator != 1 for value, _ in given[:-1]):
        return None
    return decimal_text(sum((value * size for value, size in given), Fraction(0)))


def _date(plain: str) -> str | None:
    """Year first only: `3/4/2020` is a day in March or in April."""
    day, _, clock = plain.replace("T", " ", 1).partition(" ")
    if clock and re.fullmatch(_TIME_OF_DAY, clock) and clock.strip("0:.") and (alone := _date(day)) is not None:
        raise CellRefused(codes.DATE_WITH_TIME, {"help": "instead", "instead": alone})
    found = re.fullmatch(_DATE, plain)
    if found is None:
        return None
    year, one, month, other, day, end = found.groups()
    if (one, other, end) not in (("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日")):
        return None
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _time(plain: str) -> str | None:
    found = re.fullmatch(_TIME, plain)
    if found is None or int(found.group(1)) > 23 or int(found.group(2)) > 59:
        return None
    return f"{int(found.group(1)):02}:{int(found.group(2)):02}"
