"""Workbooks of LibreOffice (.ods): values with their types as the file states them, and as they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from xml.etree import ElementTree

from rubric_dsl.numbers.decimals import NotANumber, NumberTooLong, decimal_places, decimal_text, read_decimal
from rubric_dsl.observations import codes
from rubric_dsl.observations.number_formats import GENERAL, NumberCells, NumberFormat
from rubric_dsl.observations.raw import MOST_COLUMNS, FileRefused, Raw, TypedCell
from rubric_dsl.observations.workbook import Merge, SheetCells, SheetRow
from rubric_dsl.observations.xlsx_cells import MOST_ROWS, unescaped
from rubric_dsl.observations.xlsx_parts import Parts, local

MOST_REPEATED_CELLS = 10_000_000
"""Cells that a file may say by repeating a row; rows that are blank cost nothing."""

_PERCENT = NumberFormat("percent")
_TIME = re.compile(r"(-?)PT(?:([0-9]{1,7})H)?(?:([0-9]{1,7})M)?(?:([0-9]{1,7}(?:[.,][0-9]{1,9})?)S)?")
_SHOWN_TIME = re.compile(r"-?[0-9]+:[0-9]{2}(:[0-9]{2}(?:[.,][0-9]+)?)?")
_SHOWN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?%?")


def open_ods(data: bytes) -> Ods:
    return Ods(data)


class Ods:
    """A workbook that is open, as a tree."""

    def __init__(self, data: bytes) -> None:
        parts = Parts(data)
        if parts.has("META-INF/manifest.xml") and "encryption-data" in parts.text("META-INF/manifest.xml"):
            raise FileRefused(codes.FORMAT_NOT_READ, {"help": "password"})
        root = parts.tree("content.xml")
        hidden = {
            _attribute(style, "name") for style in root.iter() if local(style) == "style"
            for part in style if local(part) == "table-properties" and _attribute(part, "display") == "false"
        }
        self._tables = {_attribute(table, "name"): table for table in root.iter() if local(table) == "table"}
        self.visible: Mapping[str, bool] = {
            name: _attribute(table, "style-name") not in hidden for name, table in self._tables.items()
        }
        if not self._tables:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": "content.xml"})

    def cells(self, sheet: str) -> SheetCells:
        table = self._tables[sheet]
        rows = list(_rows(table))
        merges = [merge for _, row, _ in rows for merge in row[1]]
        return SheetCells(_sheet_rows(rows), merges, frozenset(_hidden_columns(table)))


_Row = tuple[int, tuple[list[Raw], list[Merge]], tuple[int, bool]]


def _sheet_rows(rows: list[_Row]) -> Iterator[SheetRow]:
    for place, (cells, _), (times, hidden) in rows:
        for again in range(times):
            yield SheetRow(place + again, cells, hidden)


def _rows(table: ElementTree.Element) -> Iterator[_Row]:
    """Each row with anything in it: its place, its cells and merged areas, how often it stands there and if hidden."""
    place = 0
    repeated = 0
    for element in _row_elements(table):
        times = _repeated(element, "number-rows-repeated")
        cells, merges = _cells(element, place)
        if any(cells) or merges:
            repeated += times * max(len(cells), 1)
            if place + times > MOST_ROWS or (times > 1 and repeated > MOST_REPEATED_CELLS):
                raise FileRefused(codes.OVER_A_LIMIT, {"help": "rows", "limit": MOST_ROWS})
            yield place, (cells, merges), (times, _attribute(element, "visibility") in ("collapse", "filter"))
        place += times


def _row_elements(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Rows, also those inside groups and header rows."""
    waiting = list(reversed(table))
    while waiting:
        element = waiting.pop()
        name = local(element)
        if name == "table-row":
            yield element
        elif name in ("table-row-group", "table-header-rows", "table-rows"):
            waiting.extend(reversed(element))


def _cells(row: ElementTree.Element, place: int) -> tuple[list[Raw], list[Merge]]:
    cells: list[Raw] = []
    merges: list[Merge] = []
    blank = 0
    for element in row:
        if local(element) not in ("table-cell", "covered-table-cell"):
            continue
        times = _repeated(element, "number-columns-repeated")
        cell = _cell(element)
        if cell == "":
            blank += times
            continue
        if len(cells) + blank + times > MOST_COLUMNS:
            raise FileRefused(codes.TOO_MANY_COLUMNS, {"columns": len(cells) + blank + times, "limit": MOST_COLUMNS})
        cells.extend([""] * blank)
        blank = 0
        rows, columns = _repeated(element, "number-rows-spanned"), _repeated(element, "number-columns-spanned")
        if rows > 1 or columns > 1:
            merges.append((place, len(cells), place + rows - 1, len(cells) + columns - 1))
        cells.extend([cell] * times)
    return cells, merges


def _cell(element: ElementTree.Element) -> Raw:
    kind, shown = _attribute(element, "value-type"), _shown(element)
    if any(name.endswith("}value-type") and value == "error" for name, value in element.attrib.items()):
        return TypedCell("error", shown or "#N/A")
    if _attribute(element, "formula") and not kind:
        return TypedCell("formula", "=")
    match kind:
        case "float" | "percentage" | "currency":
            return _number(_attribute(element, "value"), shown, kind == "percentage")
        case "date":
            day, _, time = _attribute(element, "date-value").partition("T")
            time = time.split(".")[0]
            return TypedCell("date", day if time in ("", "00:00:00") else f"{day} {time}")
        case "time":
            return _time(_attribute(element, "time-value"), shown)
        case "boolean":
            return TypedCell("yes/no", "TRUE" if _attribute(element, "boolean-value") == "true" else "FALSE")
        case "string":
            return unescaped(_attribute(element, "string-value") or shown)
    return unescaped(shown)


_NUMBERS = NumberCells(from_1904=False)


def _number(stored: str, shown: str, percent: bool) -> Raw:
    """The number; where it is shown with fewer digits, or as a truth value, that too."""
    if shown in ("TRUE", "FALSE"):
        return TypedCell("yes/no", shown)
    cell = _NUMBERS.cell(stored, _PERCENT if percent else GENERAL)
    if not isinstance(cell, str):
        return cell
    seen = _SHOWN_NUMBER.fullmatch(shown.replace(",", ""))
    if seen is None or percent != shown.endswith("%"):
        return cell
    try:
        is_other = read_decimal(seen.group().rstrip("%")) != read_decimal(cell.rstrip("%"))
    except (NotANumber, NumberTooLong):
        return cell
    return TypedCell("rounded", cell, shown) if is_other else cell


def _time(stored: str, shown: str) -> Raw:
    found = _TIME.fullmatch(stored)
    if found is None:
        return TypedCell("error", shown or stored)
    sign, hours, minutes, seconds = found.groups()
    value = int(hours or 0) * 3600 + int(minutes or 0) * 60 + Fraction((seconds or "0").replace(",", "."))
    value = Fraction(round(value * 1000), 1000) * (-1 if sign else 1)
    visible = _SHOWN_TIME.fullmatch(shown)
    places = decimal_places(value)
    if visible is not None and visible.group(1) is None:
        return TypedCell("clock", shown, str(value))
    if 0 <= value < 86_400:
        return TypedCell("clock", shown if visible is not None else f"{shown or stored}::", str(value))
    return TypedCell("duration", decimal_text(value, places or 0), shown or stored)


def _shown(element: ElementTree.Element) -> str:
    """The paragraphs of a cell as they are shown, without its notes."""
    return "\n".join("".join(part.itertext()) for part in element if local(part) == "p")


def _hidden_columns(table: ElementTree.Element) -> Iterator[int]:
    place = 0
    for element in table.iter():
        if local(element) == "table-column":
            times = _repeated(element, "number-columns-repeated")
            if _attribute(element, "visibility") in ("collapse", "filter"):
                yield from range(place, min(place + times, MOST_COLUMNS))
            place += times


def _attribute(element: ElementTree.Element, name: str) -> str:
    """An attribute by its name without its namespace; of the one in `office:` and the like, not LibreOffice's own."""
    for key, value in element.attrib.items():
        if key.endswith("}" + name) and "documentfoundation" not in key:
            return value
    return ""


def _repeated(element: ElementTree.Element, name: str) -> int:
    value = _attribute(element, name)
    return max(int(value), 1) if value.isdecimal() and len(value) < 9 else 1
