"""Values of columns as a spreadsheet holds them, and how its cells are formatted and held to them."""

from __future__ import annotations

import datetime
from fractions import Fraction

from rubric_dsl.numbers.decimals import decimal_places, decimal_text
from rubric_dsl.observations.calendar_cells import date_ordinal, minute_of_day
from rubric_dsl.observations.facts import decimal_text as shown_decimal
from rubric_dsl.plan.model import ColumnSchema

_EPOCH = datetime.date(1899, 12, 30).toordinal()

FORMATS = {"text": "@", "choice": "@", "yes/no": "@", "date": "yyyy-mm-dd", "time": "hh:mm"}


def number_format(column: ColumnSchema) -> str:
    """Texts stay texts, so that no identifier becomes a number; percentages show all decimals that they may have."""
    if column.type == "percent" and column.percent_written == "with sign":
        decimals = 2 if column.decimals is None else column.decimals
        return "0" + ("." + "0" * decimals if decimals else "") + "%"
    return "@" if column.duration_written else FORMATS.get(column.type, "General")


def in_excel(value: object, column: ColumnSchema) -> str:
    """A value in the runtime unit as a formula writes it: days for dates, parts of a day for times."""
    if column.type == "date":
        assert isinstance(value, int)
        return str(value - _EPOCH)
    if column.type == "time":
        assert isinstance(value, int)
        return f"{value}/1440"
    assert isinstance(value, Fraction)
    if column.percent_written == "87.5":
        value *= 100
    places = decimal_places(value)
    return decimal_text(value, places) if places is not None else shown_decimal(value)


def ends(column: ColumnSchema) -> tuple[str | None, str | None]:
    """The ends of a column's range as a formula writes them."""
    found: list[str | None] = []
    for end in (column.low, column.high):
        if end is None:
            found.append(None)
        elif column.type == "date":
            found.append(in_excel(date_ordinal(end), column))
        elif column.type == "time":
            found.append(in_excel(minute_of_day(end), column))
        else:
            found.append(in_excel(Fraction(end), column))
    if column.type == "seconds" and found[0] is None:
        found[0] = "0"
    return found[0], found[1]
