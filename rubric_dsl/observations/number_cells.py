"""Numbers, percents and seconds as written in a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from rubric_dsl.numbers.decimals import MAX_DIGITS, NotANumber, NumberTooLong, ratio, ratios, read_decimal
from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import ALLOWED_WIDE, CellRefused
from rubric_dsl.observations.facts import AllowedRange, decimal_text, end_as_written
from rubric_dsl.plan.model import ColumnSchema

_FORMS = {"with sign": "sign", "87.5": "bare", "0.875": "fraction"}
_UNITS = {"s": 1, "秒": 1, "min": 60, "分钟": 60, "分": 60, "h": 3600, "小时": 3600}
_WITH_UNIT = re.compile(r"([0-9.]{1,60}) ?(s|秒|min|分钟|分|h|小时)")
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})")
_USUAL = re.compile(r"(-?[0-9]{1,20})(?:\.([0-9]{1,20}))?")
_USUAL_PERCENT = re.compile(_USUAL.pattern + "%")
"""How nearly all numbers are written; these are read in a third of the time."""
_POWERS = [10**places for places in range(21)]
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[,' ][0-9]{3}){1,20}(?:\.[0-9]{1,60})?")
_SCIENTIFIC = re.compile(r"([+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?)e([+-]?[0-9]{1,2})")


class NumberReader:
    """Reads the cells of a whole number, number, percent or seconds column; the value is in the runtime unit."""

    def __init__(self, column: ColumnSchema) -> None:
        self._seconds = column.type == "seconds"
        self._decimals = 0 if column.type == "whole number" else column.decimals
        self._written = column.percent_written or "with sign" if column.type == "percent" else None
        self._hundredths = self._written in ("with sign", "87.5")
        self._form = _FORMS[self._written] if self._written else "whole" if self._decimals == 0 else "number"
        self._low = Fraction(column.low) if column.low is not None else Fraction(0) if self._seconds else None
        self._high = Fraction(column.high) if column.high is not None else None
        self._of = 100 if self._hundredths else 1
        self._usual = (_USUAL_PERCENT if self._written == "with sign" else _USUAL).fullmatch
        decimals = 20 if self._decimals is None else min(self._decimals, 20)
        one = r"-?[0-9]{1,20}" + (rf"(?:\.[0-9]{{1,{decimals}}})?" if decimals else "")
        self._all_usual = re.compile(rf"{one}(?:\n{one})*").fullmatch
        self._range = AllowedRange(
            None if self._low is None else end_as_written(self._low, column),
            None if self._high is None else end_as_written(self._high, column),
        )

    def __call__(self, text: str) -> Fraction:
        value = self.quick(text)
        if value is not None:
            return value
        written = self._number(text)
        value = written / 100 if self._hundredths else written
        self.refuse_unfit(value)
        return value

    def quick(self, text: str) -> Fraction | None:
        """The value of a number that is written as nearly all are; None where it is not, or is to be refused."""
        found = self._usual(text)
        if found is None:
            return None
        whole, decimals = found.groups()
        if decimals is None:
            value = ratio(int(whole), self._of)
        elif self._decimals is not None and len(decimals) > self._decimals:
            return None
        else:
            value = ratio(int(whole + decimals), self._of * _POWERS[len(decimals)])
        if (self._low is not None and value < self._low) or (self._high is not None and value > self._high):
            return None
        return value

    def quick_all(self, texts: Sequence[str]) -> list[Fraction] | None:
        """What `quick` gives for each; None where that is None for any of them."""
        together = "\n".join(texts)
        if self._of != 1 or together.count("\n") != len(texts) - 1 or not self._all_usual(together):
            return None
        if "." in together:
            tops = list(map(int, together.replace(".", "").split("\n")))
            bottoms = [_POWERS[len(text.partition(".")[2])] for text in texts]
        else:
            tops = list(map(int, texts))
            bottoms = [1] * len(tops)
        if self._low is not None:
            above, below = self._low.numerator, self._low.denominator
            if any(top * below < above * bottom for top, bottom in zip(tops, bottoms, strict=True)):
                return None
        if self._high is not None:
            above, below = self._high.numerator, self._high.denominator
            if any(top * below > above * bottom for top, bottom in zip(tops, bottoms, strict=True)):
                return None
        return ratios(tops, bottoms)

    def refuse_unfit(self, value: Fraction) -> None:
        """Raises CellRefused for a value, in the runtime unit, with more decimals than the column has or outside its
        range."""
        written = value * 100 if self._hundredths else value
        if self._decimals is not None and (written * 10**self._decimals).denominator != 1:
            facts = {"decimals": self._decimals, "help": "whole" if self._decimals == 0 else "decimals"}
            raise CellRefused(codes.TOO_MANY_DECIMALS, facts)
        self.refuse_outside(value)

    def refuse_outside(self, value: Fraction) -> None:
        """Raises CellRefused for a value, in the runtime unit, that the column's range leaves out."""
        if (self._low is not None and value < self._low) or (self._high is not None and value > self._high):
            raise CellRefused(codes.OUT_OF_RANGE, {"range": self._range})

    def _number(self, text: str) -> Fraction:
        """The number as written; of a percent with its sign the number before the sign."""
        digits = text
        if self._written == "with sign":
            if not text.endswith("%"):
                self._refuse_bare_percent(text)
            digits = text[:-1]
        elif self._written and text.endswith("%"):
            raise CellRefused(codes.PERCENT_SIGN_NOT_WANTED, self._without_sign(text))
        if "e" in digits or "E" in digits:
            raise self._refused(text)
        try:
            return read_decimal(digits)
        except NumberTooLong:
            raise CellRefused(codes.NUMBER_TOO_LONG, {"limit": MAX_DIGITS}) from None
        except NotANumber:
            raise self._refused(text) from None

    def _refuse_bare_percent(self, text: str) -> None:
        if _PLAIN.fullmatch(text):
            raise CellRefused(codes.PERCENT_SIGN_MISSING, {"help": "instead", "instead": f"{text}%"})
        raise self._refused(text)

    def _without_sign(self, text: str) -> dict[str, object]:
        digits = text[:-1].translate(ALLOWED_WIDE)
        if not _PLAIN.fullmatch(digits):
            return {"help": "any"}
        value = Fraction(digits)
        return {"help": "instead", "instead": decimal_text(value if self._written == "87.5" else value / 100)}

    def _refused(self, text: str) -> CellRefused:
        instead = self._rewritten(text)
        if instead is not None:
            return CellRefused(codes.NUMBER_WRITTEN_OTHERWISE, {"help": "instead", "instead": instead})
        return CellRefused(codes.NOT_A_NUMBER, {"help": self._form})

    def _rewritten(self, text: str) -> str | None:
        """How the number that is meant beyond doubt is written here, None where there is doubt."""
        plain = text.translate(ALLOWED_WIDE)[:200]
        sign = ""
        if self._written == "with sign" and plain.endswith("%"):
            plain, sign = plain[:-1].strip(), "%"
        if self._seconds and (unit := _WITH_UNIT.fullmatch(plain)) and _PLAIN.fullmatch(unit.group(1)):
            return decimal_text(Fraction(unit.group(1)) * _UNITS[unit.group(2)])
        if _GROUPED.fullmatch(plain):
            plain = re.sub("[,' ]", "", plain)
        if power := _SCIENTIFIC.fullmatch(plain.lower()):
            places = int(power.group(2))
            if abs(places) > MAX_DIGITS:
                return None
            plain = decimal_text(Fraction(power.group(1)) * Fraction(10) ** places)
        if _PLAIN.fullmatch(plain):
            return decimal_text(Fraction(plain)) + sign
        return None
