"""Workbooks described as data, written by XlsxWriter: for the gallery (`bad.book.toml`) and the tests of reading.

A cell is a number, a text, a truth value, or a table with `number` and `format`, `date` (written with `format`),
`error`, `formula` (with `result` or without one). Further keys: `sheet` (its name), `merge` (`["A2:A4"]`),
`hidden_rows` (as the sheet shows them), `hidden_columns` (letters), `others` (names of more sheets), `sheets` (more of
them, each with `sheet`, `rows` and `merge`), `from_1904`.
"""

from __future__ import annotations

import datetime
import io
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol


def book(rows: Sequence[Sequence[Any]], **more: Any) -> bytes:
    """The bytes of an .xlsx file with these rows."""
    data = io.BytesIO()
    workbook = xlsxwriter.Workbook(data, {"in_memory": True, "date_1904": bool(more.get("from_1904"))})
    # Without this every formula counts as never computed; some are meant to have been.
    workbook.set_calc_mode("auto")
    workbook.calc_on_load = bool(more.get("computed_on_load"))
    sheet = _sheet(workbook, rows, more)
    for number in more.get("hidden_rows", ()):
        sheet.set_row(number - 1, None, None, {"hidden": True})
    for letters in more.get("hidden_columns", ()):
        sheet.set_column(f"{letters}:{letters}", None, None, {"hidden": True})
    for name in more.get("others", ()):
        workbook.add_worksheet(name).write(0, 0, "see the other sheet")
    for other in more.get("sheets", ()):
        _sheet(workbook, other["rows"], other)
    workbook.close()
    return data.getvalue()


def _sheet(workbook: Any, rows: Sequence[Sequence[Any]], more: Mapping[str, Any]) -> Any:
    sheet = workbook.add_worksheet(more.get("sheet"))
    merged = {xl_cell_to_rowcol(area.split(":")[0]): area for area in more.get("merge", ())}
    for place, cells in enumerate(rows):
        for at, cell in enumerate(cells):
            area = merged.get((place, at))
            if area is not None:
                sheet.merge_range(area, cell if not isinstance(cell, Mapping) else cell["number"])
            else:
                _write(workbook, sheet, place, at, cell)
    return sheet


def _write(workbook: Any, sheet: Any, row: int, column: int, cell: Any) -> None:
    if not isinstance(cell, Mapping):
        if isinstance(cell, str):
            if cell:
                sheet.write_string(row, column, cell)
        else:
            sheet.write(row, column, cell)
        return
    shown = workbook.add_format({"num_format": cell["format"]}) if "format" in cell else None
    if "error" in cell:
        sheet.write_formula(row, column, "=NA()", shown, cell["error"])
    elif "formula" in cell:
        sheet.write_formula(row, column, cell["formula"], shown, cell.get("result", ""))
    elif "date" in cell:
        moment = datetime.datetime.fromisoformat(str(cell["date"]))
        sheet.write_datetime(row, column, moment, shown)
    else:
        sheet.write_number(row, column, float(cell["number"]), shown)


def book_of(text: str) -> bytes:
    """The workbook that a TOML text describes."""
    said = tomllib.loads(text)
    return book(said.pop("rows"), **said)
