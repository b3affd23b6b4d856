"""Number formats of workbooks: which say that a number is a percentage, a date or a time, and how it is shown."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers.decimals import NotANumber, NumberTooLong, decimal_places, decimal_text, ratio, read_decimal
from rubric_dsl.observations.raw import Raw, TypedCell
from rubric_dsl.text.record import dataclass

EXCEL_DIGITS = 15
"""Significant digits with which a spreadsheet shows, compares and accepts numbers; it stores up to 17."""

_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy/m/d h:mm", 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 55: "h:mm",
    56: "h:mm:ss",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy/m/d"),
}
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[([^\]]*)\]|(上午/下午|AM/PM|A/P)|(.)', re.DOTALL | re.IGNORECASE)
_MAGNITUDES = re.compile(r"[万亿千百十KkMm‰0-9.]")
SIMPLE = r"[-.0-9]{1,15}"
_SIMPLE = re.compile(SIMPLE)
simple_number = _SIMPLE.fullmatch
"""Whether a stored number is written as a cell has it: no exponent, and so few characters that no digit is cut."""
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format says of the number in a cell.

    `decimals`: how many it shows, None where it shows all that there are. `zeros`: as many digits are shown at least
    (`00000`). `seconds`: a time is shown with its seconds. Of kind "odd" it shows something else than the number.
    """

    kind: Literal["general", "number", "percent", "date", "clock", "duration", "odd"]
    code: str = ""
    decimals: int | None = None
    zeros: int = 0
    seconds: bool = False
    sign_shown: bool = False
    """A `%` is shown behind a number that is not divided by 100."""


GENERAL = NumberFormat("general")


def built_in(number: int) -> NumberFormat:
    return format_from(_BUILT_IN[number]) if number in _BUILT_IN else GENERAL


def format_from(code: str) -> NumberFormat:
    """What the format says of positive numbers."""
    literals, elapsed, letters, plain = _parts(code)
    lowered = "".join(letters).lower()
    if code.lower().startswith(("general", "通用格式", "g/通用格式")) or "@" in plain:
        return GENERAL
    if elapsed:
        return NumberFormat("duration", code, seconds="s" in elapsed or "s" in lowered)
    if set(lowered) & set("ymdhs") and not set(plain) & set("#?%"):
        if "y" in lowered or "d" in lowered or not set(lowered) & set("hs"):
            return NumberFormat("date", code)
        if "h" in lowered:
            return NumberFormat("clock", code, seconds="s" in lowered)
        return NumberFormat("duration", code, seconds=True)
    return _number_format(code, literals, plain)


def _number_format(code: str, literals: str, plain: str) -> NumberFormat:
    digits = plain.rstrip("%Ee+- ()¥$€£")
    if not set(plain) & set("0#?") or _MAGNITUDES.search(literals) or digits.endswith(","):
        return NumberFormat("odd", code)
    if "/" in plain or "E" in plain.upper():
        return NumberFormat("number", code)
    whole, _, decimals = plain.partition(".")
    shown = sum(char in "0#?" for char in decimals)
    if "%" in plain:
        return NumberFormat("percent" if plain.count("%") == 1 else "odd", code, shown)
    zeros = len(whole) if not decimals and len(whole) > 1 and set(whole) == {"0"} else 0
    return NumberFormat("number", code, shown, zeros, sign_shown="%" in literals)


def _parts(code: str) -> tuple[str, str, list[str], str]:
    """Of the first section: its literal text, units of elapsed time, letters, and all that is neither."""
    literals: list[str] = []
    letters: list[str] = []
    plain: list[str] = []
    elapsed = ""
    for quoted, escaped, bracket, noon, char in _TOKEN.findall(code):
        if char == ";":
            break
        if quoted or escaped:
            literals.append(quoted or escaped)
        elif bracket:
            if bracket.lower().strip("hms") == "":
                elapsed += bracket.lower()
            elif bracket[:1] == "$":
                literals.append(bracket[1:].split("-")[0])
        elif noon:
            letters.append("h")
        elif char:
            (letters if char.isalpha() and char not in "Ee" else plain).append(char)
    return "".join(literals), elapsed, letters, "".join(plain)


class NumberCells:
    """Numbers as a workbook stores them, by their format, as raw cells."""

    def __init__(self, from_1904: bool) -> None:
        self._from_1904 = from_1904

    def cell(self, stored: str, shown: NumberFormat) -> Raw:
        """A text where the number is no more than it shows, else a TypedCell; a text that is no number stays one."""
        if shown.kind == "general" and _SIMPLE.fullmatch(stored):
            return stored
        try:
            value = read_decimal(stored)
        except (NotANumber, NumberTooLong):
            return stored
        match shown.kind:
            case "date":
                return self._date(value)
            case "clock":
                return self._clock(value, shown) if 0 <= value < 1 else self._date(value)
            case "duration":
                return self._duration(value, shown)
            case _:
                return _number(stored, value, shown)

    def _date(self, value: Fraction) -> Raw:
        days, milliseconds = divmod(_milliseconds(value), _SECONDS_A_DAY * 1000)
        day = self._day(days)
        if day is None:
            return TypedCell("error", "####")
        if milliseconds == 0:
            return TypedCell("date", day.isoformat())
        return TypedCell("date", f"{day.isoformat()} {_clock_text(milliseconds, True)}")

    def _day(self, days: int) -> datetime.date | None:
        """In the calendar from 1900 day 60 is a 29 February that never was; days before it are one later."""
        if self._from_1904:
            ordinal = _FROM_1904 + days
        elif days == 60 or days < 1:
            return None
        else:
            ordinal = _FROM_1900 + days + (1 if days < 60 else 0)
        try:
            return datetime.date.fromordinal(ordinal)
        except (ValueError, OverflowError):
            return None

    def _clock(self, value: Fraction, shown: NumberFormat) -> Raw:
        milliseconds = _milliseconds(value)
        return TypedCell("clock", _clock_text(milliseconds, shown.seconds), str(Fraction(milliseconds, 1000)))

    def _duration(self, value: Fraction, shown: NumberFormat) -> Raw:
        milliseconds = _milliseconds(value)
        if not shown.seconds:
            return TypedCell("clock", _clock_text(milliseconds, False), str(Fraction(milliseconds, 1000)))
        return TypedCell("duration", _plain(Fraction(milliseconds, 1000)), _clock_text(milliseconds, True))


_FROM_1900 = datetime.date(1899, 12, 30).toordinal()
_FROM_1904 = datetime.date(1904, 1, 1).toordinal()


def _milliseconds(days: Fraction) -> int:
    """A spreadsheet keeps times to the millisecond: 65 s are stored as 0.000752314814814815 days."""
    return round(days * _SECONDS_A_DAY * 1000)


def _clock_text(milliseconds: int, seconds: bool) -> str:
    sign = "-" if milliseconds < 0 else ""
    minutes, rest = divmod(abs(milliseconds), 60_000)
    text = f"{sign}{minutes // 60}:{minutes % 60:02}"
    if not seconds:
        return text
    whole, thousandths = divmod(rest, 1000)
    return f"{text}:{whole:02}" + (f".{thousandths:03}" if thousandths else "")


def _number(stored: str, value: Fraction, shown: NumberFormat) -> Raw:
    is_long = value.denominator == 1 and abs(value) >= 10**EXCEL_DIGITS
    read = value if is_long else at_excel_digits(value)
    cut = is_long or (read != value and not is_same_double(read, value))
    scaled = read * 100 if shown.kind == "percent" else read
    sign = "%" if shown.kind == "percent" or shown.sign_shown else ""
    text = _plain(scaled) + sign
    if cut:
        return TypedCell("digits", text, stored)
    if shown.kind == "odd":
        return TypedCell("format", text, shown.code)
    if shown.zeros and read.denominator == 1 and read >= 0:
        return text.rjust(shown.zeros, "0")
    if shown.decimals is not None and (places := decimal_places(scaled)) is not None and places > shown.decimals:
        return TypedCell("rounded", text, decimal_text(_half_up(scaled, shown.decimals), shown.decimals) + sign)
    return text


def _plain(value: Fraction) -> str:
    places = decimal_places(value)
    assert places is not None, "a stored number is a decimal"
    return decimal_text(value, places)


def _half_up(value: Fraction, places: int) -> Fraction:
    """Rounded as a spreadsheet shows it."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    rounded = Fraction(scaled.numerator // scaled.denominator, 10**places)
    return -rounded if value < 0 else rounded


def at_excel_digits(value: Fraction) -> Fraction:
    """The value at 15 significant digits, half up, but never without a whole number's last ones. It is a decimal."""
    above, below = abs(value.numerator), value.denominator
    if above >= below:
        places = max(EXCEL_DIGITS - len(str(above // below)), 0)
    elif above:
        zeros = len(str(below // above)) - 1
        places = EXCEL_DIGITS + zeros - (above * 10**zeros == below)
    else:
        return value
    scale = int("1" + "0" * places)
    if above * scale % below == 0:
        return value
    rounded = (2 * above * scale + below) // (2 * below)
    return ratio(-rounded if value < 0 else rounded, scale)


def is_same_double(one: Fraction, other: Fraction) -> bool:
    """Whether two decimals are the same number to a program that keeps numbers in binary: 0.57999999999999996 is how a
    spreadsheet stores 0.58. They are when the nearest number of 53 binary digits is the same."""
    above, below = abs(one.numerator), one.denominator
    exponent = above.bit_length() - below.bit_length()
    if (above < below << exponent) if exponent >= 0 else (above << -exponent < below):
        exponent -= 1
    shift = 52 - exponent
    return _nearest(above, below, shift) == _nearest(abs(other.numerator), other.denominator, shift)


def _nearest(above: int, below: int, shift: int) -> int:
    """The whole number nearest to above ÷ below × 2 to the power of `shift`, of two equally near ones the even one."""
    if shift >= 0:
        above <<= shift
    else:
        below <<= -shift
    whole, rest = divmod(above, below)
    return whole + (2 * rest > below or (2 * rest == below and whole & 1))
