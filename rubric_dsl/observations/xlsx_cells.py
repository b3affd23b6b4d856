"""The cells of a sheet's XML: exactly what is stored, with the format under which it is shown.

Rows as spreadsheets write them are taken apart by a regular expression; of rows that are written alike, which most rows
of a long sheet are, by one that is made for them (`_Form`). Whatever is not accounted for, down to the last `<c`, is
read by an XML parser instead; all three give the same cells.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import MAX_TEXT
from rubric_dsl.observations.number_formats import SIMPLE, NumberCells, NumberFormat, simple_number
from rubric_dsl.observations.raw import MOST_COLUMNS, FileRefused, Raw, TypedCell
from rubric_dsl.observations.workbook import Merge, SheetCells, SheetRow
from rubric_dsl.observations.xlsx_parts import local

MOST_ROWS = 1_048_576
MOST_FORMS = 50
"""Forms of rows of one sheet for which an expression is made."""
_ALIKE = 8
"""So many rows of one form are no chance: an expression for it takes as long to make as some tens of rows to read."""
_TRIED = 6
"""Forms that are tried on a row: those of the rows before it."""
MOST_REMEMBERED = 50_000
"""Different stored numbers of one format whose cells are kept."""

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,6})")?(?: t="([a-zA-Z]{1,10})")?\s?'
    r"(?:/>|>(<f\b[^>]{0,1000}/>|<f\b[^>]{0,1000}>[^<]{0,20000}</f>)?(?:<v>([^<]*)</v>|<v ?/>)?"
    r"(?:<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>)?</c>)"
)
_STORED = re.compile(r'<c r="([A-Z]{1,3})[0-9]{1,7}"((?: s="[0-9]{1,6}")?(?: t="[a-z]{1,10}")?)(/>|><v>[^<]*</v></c>)')
"""A cell without a formula: its column, its style and kind, and whether it has a value."""
_SIMPLE_NUMBERS = re.compile(rf"(?:{SIMPLE}(?: {SIMPLE})*)?")
_STYLE_AND_KIND = re.compile(r'(?: s="([0-9]{1,6})")?(?: t="([a-z]{1,10})")?')
_HEAD = re.compile(r'<row r="[0-9]{1,7}"((?: [a-zA-Z0-9:]{1,40}="[^"<>&]{0,100}"){0,20})>')
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
        self._texts: dict[str, str] = {}
        self._plain = {str(number) for number, one in enumerate(formats) if one.kind == "general"}
        if "0" in self._plain:
            self._plain.add("")

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
        forms = _Forms(self)
        while place >= 0:
            row, following = forms.row(xml, place, end)
            if row is None:
                following = xml.find("<row", place + 4, end)
                row = self._usual_row(xml[place : following if following >= 0 else end], next_row)
            if row.place < next_row or row.place >= MOST_ROWS:
                raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
            next_row = row.place + 1
            yield row
            place = following

    def _usual_row(self, chunk: str, next_row: int) -> SheetRow:
        head, _, body = chunk.partition(">")
        number = _ROW_NUMBER.search(head)
        cells = self._usual_cells(body)
        if number is None or cells is None:
            return self._parsed_row(chunk, next_row)
        return SheetRow(int(number.group(1)) - 1, cells, _HIDDEN.search(head) is not None)

    def _usual_cells(self, body: str) -> list[Raw] | None:
        """The cells of a row, with formulas and gaps; None where something in it is not accounted for."""
        found = _CELL.findall(body)
        if len(found) != body.count("<c ") + body.count("<c>"):
            return None
        cells: list[Raw] = []
        add, places, known, plain, texts = cells.append, _PLACES, self._known, self._plain, self._texts
        next_place = 0
        for letters, style, kind, formula, value, inline in found:
            if places.get(letters) != next_place:
                column = place_of_column(letters)
                if column < next_place:
                    raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
                cells.extend([""] * (column - next_place))
                next_place = column
            next_place += 1
            if formula:
                add(self.cell(style, kind, True, html.unescape(value), html.unescape(inline)))
            elif kind == "s":
                text = texts.get(value)
                add(self._shared_text(value) if text is None else text)
            elif kind or not value:
                add(self.cell(style, kind, False, html.unescape(value), html.unescape(inline)))
            elif style in plain and simple_number(value):
                add(value)
            else:
                of_style = known.get(style)
                cell = of_style.get(value) if of_style is not None else None
                add(self.cell(style, kind, False, html.unescape(value), "") if cell is None else cell)
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
            cells.append(self.cell(cell.get("s", ""), cell.get("t", ""), "f" in parts, value, inline))
        return SheetRow(place, cells, element.get("hidden") in ("1", "true"))

    # ------------------------------------------------------------ one cell

    def is_plain(self, style: str) -> bool:
        """Whether numbers of the style are shown as they are stored."""
        return style in self._plain

    def cell(self, style: str, kind: str, formula: bool, value: str, inline: str) -> Raw:
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
        text = self._texts[value] = self._shared[number]
        return text


class _Forms:
    """The forms of the rows of one sheet, as far as they are known."""

    def __init__(self, reader: SheetReader) -> None:
        self._reader = reader
        self._tried: list[_Form] = []
        self._made: dict[_Key, _Form] = {}
        self._counts: dict[_Key, int] = {}

    def row(self, xml: str, place: int, end: int) -> tuple[SheetRow | None, int]:
        """The row that starts at this place, if it is of a known form, and where the next one does."""
        for at, form in enumerate(self._tried):
            found = form.match(xml, place, end)
            if found is not None:
                if at:
                    self._tried.insert(0, self._tried.pop(at))
                break
        else:
            learnt = self._learn(xml, place, end)
            if learnt is None or (found := learnt.match(xml, place, end)) is None:
                return None, -1
            form = learnt
        number, *values = found.groups()
        following = found.end()
        if not xml.startswith("<row", following):
            following = _next_row(xml, following, end)
        return SheetRow(int(number) - 1, form.cells(values)), following

    def _learn(self, xml: str, place: int, end: int) -> _Form | None:
        """The form of the row that starts at this place, once there are enough of its kind."""
        if len(self._counts) >= MOST_FORMS * _ALIKE:
            return None
        key = _key(xml[place : xml.find("</row>", place, end)])
        if key is None:
            return None
        count = self._counts[key] = self._counts.get(key, 0) + 1
        form = self._made.get(key)
        if form is None and count >= _ALIKE and len(self._made) < MOST_FORMS:
            form = self._made[key] = _Form(self._reader, *key)
        if form is not None:
            self._tried = [form, *(one for one in self._tried if one is not form)][:_TRIED]
        return form


_Key = tuple[str, tuple[tuple[str, str, bool], ...]]
"""What rows of one form share: the attributes of the row, and of each cell its column, its style and kind, and whether
it has a value."""


def _key(row: str) -> _Key | None:
    """None where there is more to the row than that."""
    head = _HEAD.match(row)
    if head is None or _HIDDEN.search(head.group()):
        return None
    found = list(_STORED.finditer(row, head.end()))
    if not found or sum(len(cell.group()) for cell in found) != len(row) - head.end():
        return None
    return head.group(1), tuple((cell.group(1), cell.group(2), cell.group(3) != "/>") for cell in found)


def _next_row(xml: str, place: int, end: int) -> int:
    following = xml.find("<row", place, end)
    if xml.find("<c", place, following if following >= 0 else end) >= 0:
        raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
    return following


class _Form:
    """Rows that differ in their stored values alone: one expression takes a row apart."""

    def __init__(self, reader: SheetReader, head: str, cells: Sequence[tuple[str, str, bool]]) -> None:
        expression = [f'<row r="([0-9]{{1,7}})"{re.escape(head)}>']
        places: list[int] = []
        self._plain: list[tuple[int, _Known]] = []
        self._others: list[tuple[int, _Known]] = []
        for letters, attributes, filled in cells:
            place = place_of_column(letters)
            if places and place <= places[-1]:
                raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"})
            places.append(place)
            known = _Known(reader, attributes)
            cell = f'<c r="{letters}[0-9]{{1,7}}"{attributes}'
            expression.append(f"{cell}><v>([^<]*)</v></c>" if filled else f"{cell}/>")
            if filled:
                (self._plain if known.is_plain else self._others).append((place, known))
        self.match = re.compile("".join(expression) + "</row>").match
        self._places = [place for place, (_, _, filled) in zip(places, cells, strict=True) if filled]
        self._width = places[-1] + 1
        self._has_gaps = len(self._places) < self._width

    def cells(self, values: list[str]) -> list[Raw]:
        """Numbers that are shown as they are stored are looked at all together."""
        if self._has_gaps:
            stored, values = values, [""] * self._width
            for place, value in zip(self._places, stored, strict=True):
                values[place] = value
        cells: list[Raw] = [*values]
        for place, known in self._others:
            cells[place] = known[values[place]]
        if not _SIMPLE_NUMBERS.fullmatch(" ".join([values[place] for place, _ in self._plain])):
            for place, known in self._plain:
                if not simple_number(values[place]):
                    cells[place] = known[values[place]]
        return cells


class _Known(dict[str, Raw]):
    """What stored values of one style and kind are, as far as they came up."""

    def __init__(self, reader: SheetReader, attributes: str) -> None:
        found = _STYLE_AND_KIND.fullmatch(attributes)
        self._style, self._kind = (found.group(1) or "", found.group(2) or "") if found else ("", "?")
        self.is_plain = not self._kind and reader.is_plain(self._style)
        self._cell = reader.cell

    def __missing__(self, value: str) -> Raw:
        if self.is_plain and simple_number(value):
            return value
        cell = self._cell(self._style, self._kind, False, html.unescape(value), "")
        if len(self) < MOST_REMEMBERED:
            self[value] = cell
        return cell


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
