"""A workbook as it is filled: sheets, looks, formulas with the value they should give, and values without a formula."""

from __future__ import annotations

import datetime
import importlib
import io
from fractions import Fraction
from typing import Any

from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.plan import naming

FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
LONGEST_NAME = 31


class Book:
    """Everything is written through here, so that a text never becomes a formula."""

    def __init__(self, lang: str) -> None:
        self._data = io.BytesIO()
        self.lang = lang
        xlsxwriter: Any = importlib.import_module("xlsxwriter")
        self.made: Any = xlsxwriter.Workbook(self._data, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "use_future_functions": True,
        })
        # The same result gives the same bytes.
        self.made.set_properties({"created": datetime.datetime(2000, 1, 1)})
        self.head = self.made.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.percent = self.made.add_format({"num_format": "0.##%"})
        self.plain = self.made.add_format({"num_format": "0.######"})
        self.without = self.made.add_format({"num_format": "0.######", "italic": True, "font_color": "#7A4B00"})
        self.wrong = self.made.add_format({"bg_color": "#F6C7B6", "bold": True})
        self.wrap = self.made.add_format({"text_wrap": True, "valign": "top"})
        self._names: set[str] = set()
        self.values: dict[str, int] = {}
        """What stands as a value because it has no formula: where, and in how many cells."""
        self.because: dict[str, str] = {}
        """Why, where more can be said than that there is no such formula."""
        self.formulas = 0

    def say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en

    def called(self, name: str, label: str | None) -> str:
        return naming.called(name, label, self.lang)

    def sheet(self, name: str) -> Any:
        """A sheet of that name, as a spreadsheet allows it and with no other of the same."""
        short = name.translate(FORBIDDEN)[:LONGEST_NAME] or "_"
        while short.casefold() in self._names:
            short = short[: LONGEST_NAME - 2] + f"_{len(self._names)}"
        self._names.add(short.casefold())
        return self.made.add_worksheet(short)

    def formula(self, sheet: Any, line: int, place: int, text: str, value: Value) -> None:
        """A formula with the value that it should give, for programs that do not compute."""
        sheet.write_formula(line, place, f"={text}", self.plain, shown(value))
        self.formulas += 1

    def value(self, sheet: Any, line: int, place: int, value: Value, where: str) -> None:
        """A value in the place of a formula that there is none for."""
        found = shown(value)
        if isinstance(found, float):
            sheet.write_number(line, place, found, self.without)
        elif isinstance(found, bool):
            sheet.write_boolean(line, place, found, self.without)
        elif found:
            sheet.write_string(line, place, found, self.without)
        self.values[where] = self.values.get(where, 0) + 1

    def bytes(self) -> bytes:
        self.made.close()
        return self._data.getvalue()


def shown(value: Value) -> float | bool | str:
    """What a cell holds: a number, yes or no, a text; nothing for what is not there."""
    if isinstance(value, bool):
        return value
    if is_number(value):
        return float(value if isinstance(value, Fraction) else reals.enclosure(value, 64)[0])
    return value if isinstance(value, str) else ""


def letters_of(place: int) -> str:
    """The letters of a column, from 0: A, B, …, Z, AA."""
    found, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        found = chr(65 + digit) + found
    return found


def number(value: object) -> str:
    """A fraction inside a formula."""
    assert isinstance(value, Fraction)
    return str(value.numerator) if value.denominator == 1 else f"({value.numerator}/{value.denominator})"
