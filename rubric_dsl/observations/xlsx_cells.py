"""The cells of a sheet's XML: exactly what is stored, with the format under which it is shown.

Sheets as spreadsheets write them are taken apart by one regular expression a row. Whatever it does not account for,
down to the last `<c`, is read by an XML parser instead; both give the same cells.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import MAX_TEXT
from rubric_dsl.observations.number_formats import NumberCells, NumberFormat
from rubric_dsl.observations.raw import MOST_COLUMNS, FileRefused, Raw, TypedCell
from rubric_dsl.observations.workbook import Merge, SheetCells, SheetRow
from rubric_dsl.observations.xlsx_parts import local

MOST_ROWS = 1_048_576
MOST_REMEMBERED = 50_000
"""Different stored numbers of one format whose cells are kept."""

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,6})")?(?: t="([a-zA-Z]{1,10})")?\s?'
    r"(?:/>|>(<f\b[^>]{0,1000}/>|<f\b[^>]{0,1000}>[^<]{0,20000}</f>)?(?:<v>([^<]*)</v>|<v ?/>)?"
    r"(?:<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>)?</c>)"
)
_ROW_NUMBER = re.compile(r'\br="([0-9]{1,7})"')
_HIDDEN = re.compile(r'\bhidden="(?:1|true)"')
_MERGE = re.compile(r'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_COLUMN = re.compile(r"<(?:\w+:)?col\b([^>]*)>")
_ATTRIBUTE = re.compile(r'\b(min|max)="([0-9]{1,6})"')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SheetReader:
    """Reads the cells of the sheets of one workbook."""

    def __init__(
        self, shared: Callable[[], Sequence[str]], formats: Sequence[NumberFormat], numbers: NumberCells,
        never_computed: bool,
    ) -> None:
        """`never_computed`: the program that wrote the workbook left the results of formulas to whoever opens it."""
        self._shared_texts = shared
        self._shared: Sequence[str] | None = None
        self._formats = formats
        self._numbers = numbers
        self._never_computed = never_computed
        self._known: dict[str, dict[str, Raw]] = {}

    def cells(self, xml: str) -> SheetCells:
        start, end = xml.find("<sheetData"), xml.rfind("</sheetData>")
        if start >= 0 and end >= 0 and "<!--" not in xml and "<![CDATA[" not in xml:
            rows = self._rows(xml, start, end)
        else:
            rows = self._parsed_rows(xml)
        tail = xml[max(end, 0):]
        return SheetCells(rows, _merges(tail), _hidden_columns(xml[: max(start, 0)]))

    # ------------------------------------------------------------ as written by spreadsheets

    def _rows(self, xml: str, start: int, end: int) -> Iterator[SheetRow]:
        place = xml.find("<row", start, end)
        next_row = 0
        while place >= 0:
            following = xml.find("<row", place + 4, end)
            chunk = xml[place : following if following >= 0 else end]
            head, _, body = chunk.partition(">")
            number = _ROW_NUMBER.search(head)
            found = _CELL.findall(body)
            if number is None or len(found) != body.count("<c ") + body.count("<c>"):
                row = self._parsed_row(chunk, next_row)
            else:
                row = SheetRow(int(number.group(1)) - 1, self._row_cells(found), _HIDDEN.search(head) is not None)
            if row.place < next_row or row.place >= MOST_ROWS:
                raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
            next_row = row.place + 1
            yield row
            place = following

    def _row_cells(self, found: list[tuple[str, str, str, str, str, str]]) -> list[Raw]:
        cells: list[Raw] = []
        known = self._known
        for letters, style, kind, formula, value, inline in found:
            column = _PLACES.get(letters)
            if column is None:
                column = place_of_column(letters)
            if column != len(cells):
                if column < len(cells):
                    raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
                cells.extend([""] * (column - len(cells)))
            if not kind and not formula and value:
                of_style = known.get(style)
                if of_style is not None and value in of_style:
                    cells.append(of_style[value])
                    continue
            cells.append(self._cell(style, kind, bool(formula), html.unescape(value), html.unescape(inline)))
        return cells

    # ------------------------------------------------------------ any other XML

    def _parsed_row(self, chunk: str, next_row: int) -> SheetRow:
        """One row with the parser; a chunk that does not stand alone stops the reading."""
        end = chunk.rfind("</row>")
        try:
            element = ElementTree.fromstring(_WITH_NAMES.format(chunk[: end + 6] if end >= 0 else chunk))[0]
        except (ElementTree.ParseError, IndexError, RecursionError, ValueError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"}) from error
        return self._row_of(element, next_row)

    def _parsed_rows(self, xml: str) -> Iterator[SheetRow]:
        next_row = 0
        try:
            for _, element in ElementTree.iterparse(io.BytesIO(xml.encode("utf-8"))):
                if local(element) == "row":
                    row = self._row_of(element, next_row)
                    if row.place < next_row or row.place >= MOST_ROWS:
                        raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
                    next_row = row.place + 1
                    yield row
                    element.clear()
        except (ElementTree.ParseError, RecursionError, ValueError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"}) from error

    def _row_of(self, element: ElementTree.Element, next_row: int) -> SheetRow:
        number = element.get("r", "")
        place = int(number) - 1 if number.isdecimal() and len(number) < 8 else next_row
        cells: list[Raw] = []
        for cell in element:
            if local(cell) != "c":
                continue
            letters = (cell.get("r") or "").rstrip("0123456789")
            column = place_of_column(letters) if letters else len(cells)
            if column < len(cells):
                raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
            cells.extend([""] * (column - len(cells)))
            parts = {local(part): part for part in cell}
            value = (parts["v"].text or "") if "v" in parts else ""
            inline = _texts(parts["is"]) if "is" in parts else ""
            cells.append(self._cell(cell.get("s", ""), cell.get("t", ""), "f" in parts, value, inline))
        return SheetRow(place, cells, element.get("hidden") in ("1", "true"))

    # ------------------------------------------------------------ one cell

    def _cell(self, style: str, kind: str, formula: bool, value: str, inline: str) -> Raw:
        if formula and (self._never_computed or (not value and kind != "str")):
            return TypedCell("formula", "=")
        match kind:
            case "s":
                return self._shared_text(value)
            case "str":
                return unescaped(value)
            case "inlineStr":
                return unescaped(inline)
            case "b":
                return TypedCell("yes/no", "TRUE" if value.strip() == "1" else "FALSE")
            case "e":
                return TypedCell("error", value or "#N/A")
            case "d":
                return _iso_date(value)
        if not value:
            return ""
        cell = self._numbers.cell(value.strip(), self._format(style))
        of_style = self._known.setdefault(style, {})
        if not formula and len(of_style) < MOST_REMEMBERED:
            of_style[value] = cell
        return cell

    def _format(self, style: str) -> NumberFormat:
        number = int(style) if style.isdecimal() else 0
        if number >= len(self._formats):
            return self._formats[0]
        return self._formats[number]

    def _shared_text(self, value: str) -> str:
        if self._shared is None:
            self._shared = self._shared_texts()
        number = int(value) if value.strip().isdecimal() and len(value) < 10 else -1
        if not 0 <= number < len(self._shared):
            raise FileRefused(codes.FILE_DAMAGED, {"help": "texts"})
        return self._shared[number]


_WITH_NAMES = (
    '<x xmlns:r="r" xmlns:mc="m" xmlns:x14ac="a" xmlns:xr="b" xmlns:xr2="c" xmlns:xr3="d" xmlns:x14="e" xmlns:etc="f"'
    ' xmlns:xm="g" xmlns:x15="h" xmlns:xcalcf="i">{}</x>'
)


def _texts(element: ElementTree.Element) -> str:
    """All text of a rich text, without what is written above Chinese and Japanese characters to pronounce them."""
    texts = []
    for part in element:
        name = local(part)
        if name == "t":
            texts.append(part.text or "")
        elif name == "r":
            texts += [inner.text or "" for inner in part if local(inner) == "t"]
    return "".join(texts)


def shared_texts(root: ElementTree.Element) -> list[str]:
    """The texts that cells name by their number."""
    return [unescaped(_texts(item)) for item in root if local(item) == "si"]


def unescaped(text: str) -> str:
    """`_x000D_` stands for a character that XML cannot hold; a long text is cut where it will be refused anyway."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    return text if len(text) <= 4 * MAX_TEXT else text[: 4 * MAX_TEXT]


def _iso_date(value: str) -> Raw:
    day, _, time = value.strip().partition("T")
    time = time.rstrip("Z").split(".")[0]
    return TypedCell("date", day if time in ("", "00:00:00") else f"{day} {time}")


_PLACES: dict[str, int] = {}


def place_of_column(letters: str) -> int:
    """The place of a column from its letters; kept for the columns that a sheet can have."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    if not letters or not letters.isascii() or not letters.isupper() or not 0 < place <= MOST_COLUMNS:
        raise FileRefused(codes.TOO_MANY_COLUMNS, {"columns": letters[:9], "limit": MOST_COLUMNS})
    _PLACES[letters] = place - 1
    return place - 1


def _merges(tail: str) -> list[Merge]:
    return [
        (int(first_row) - 1, place_of_column(first), int(last_row) - 1, place_of_column(last))
        for first, first_row, last, last_row in _MERGE.findall(tail)
    ]


def _hidden_columns(head: str) -> frozenset[int]:
    hidden: set[int] = set()
    for attributes in _COLUMN.findall(head):
        ends = dict(_ATTRIBUTE.findall(attributes))
        if _HIDDEN.search(attributes) and "min" in ends and "max" in ends:
            hidden.update(range(int(ends["min"]) - 1, min(int(ends["max"]), MOST_COLUMNS)))
    return frozenset(hidden)
