"""Workbooks of Excel 97 to 2003 (.xls): texts from calamine, everything else from the records themselves.

A reader that gives values alone shows an error as a blank and 87.5% as 0.875, and neither hidden rows nor the calendar.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from rubric_dsl.observations import codes
from rubric_dsl.observations.compound import stream
from rubric_dsl.observations.number_formats import GENERAL, NumberCells, NumberFormat, built_in, format_from
from rubric_dsl.observations.raw import FileRefused, Raw, TypedCell
from rubric_dsl.observations.workbook import Merge, SheetCells, SheetRow
from rubric_dsl.text.record import dataclass


class _Kind:
    """Kinds of records, as [MS-XLS] numbers them."""

    BOF, EOF, FILEPASS, DATEMODE, BOUNDSHEET, FORMAT, XF = 0x809, 0x0A, 0x2F, 0x22, 0x85, 0x41E, 0xE0
    ROW, COLINFO, MERGED = 0x208, 0x7D, 0xE5
    NUMBER, RK, MULRK, BOOLERR, FORMULA, LABEL, LABELSST = 0x203, 0x27E, 0xBD, 0x205, 0x06, 0x204, 0xFD


_BIFF8 = 0x600
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

Cells = dict[int, dict[int, Raw]]


def open_xls(data: bytes) -> Xls:
    return Xls(data)


class Xls:
    """A workbook that is open."""

    def __init__(self, data: bytes) -> None:
        import python_calamine  # heavy, and most files are no .xls

        found = stream(data, ("Workbook", "Book"))
        if found is None:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": "Workbook"})
        self._stream = found[1]
        try:
            self._globals = _Globals.of(self._stream)
            self._texts: Any = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": "Workbook"}) from error
        except python_calamine.PasswordError as error:
            raise FileRefused(codes.FORMAT_NOT_READ, {"help": "password"}) from error
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "archive"}) from error
        self.visible: Mapping[str, bool] = {name: visible for name, (_, visible) in self._globals.sheets.items()}

    def cells(self, sheet: str) -> SheetCells:
        start, _ = self._globals.sheets[sheet]
        try:
            read = _Sheet(self._stream, start, self._globals)
            texts = self._texts.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (struct.error, IndexError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "rows"}) from error
        return SheetCells(read.rows(texts), read.merges, frozenset(read.hidden_columns))


@dataclass(frozen=True, slots=True)
class _Globals:
    """What holds for the whole workbook: where its sheets start and which are shown, and formats by style."""

    sheets: dict[str, tuple[int, bool]]
    formats: list[NumberFormat]
    numbers: NumberCells

    @staticmethod
    def of(data: bytes) -> _Globals:
        sheets: dict[str, tuple[int, bool]] = {}
        own: dict[int, NumberFormat] = {}
        styles: list[int] = []
        from_1904 = False
        for kind, body in _records(data, 0):
            if kind == _Kind.BOF and struct.unpack_from("<H", body)[0] != _BIFF8:
                raise FileRefused(codes.FORMAT_NOT_READ, {"help": "xls95"})
            if kind == _Kind.FILEPASS:
                raise FileRefused(codes.FORMAT_NOT_READ, {"help": "password"})
            if kind == _Kind.BOUNDSHEET:
                start, state, sheet_kind, length, wide = struct.unpack_from("<IBBBB", body)
                if sheet_kind == 0:
                    sheets[_text(body, 8, length, wide)] = (start, state & 3 == 0)
            elif kind == _Kind.FORMAT:
                number, length, wide = struct.unpack_from("<HHB", body)
                own[number] = format_from(_text(body, 5, length, wide))
            elif kind == _Kind.XF:
                styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == _Kind.DATEMODE:
                from_1904 = struct.unpack_from("<H", body)[0] == 1
        formats = [own.get(number) or built_in(number) for number in styles]
        return _Globals(sheets, formats or [GENERAL], NumberCells(from_1904))


def _text(body: bytes, start: int, length: int, wide: int) -> str:
    if wide & 1:
        return body[start : start + 2 * length].decode("utf-16-le")
    return body[start : start + length].decode("latin-1")


def _records(data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, without those of charts inside it."""
    depth = 0
    while start + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, start)
        body = data[start + 4 : start + 4 + length]
        start += 4 + length
        depth += kind == _Kind.BOF
        if depth == 1 and kind != _Kind.EOF:
            yield kind, body
        depth -= kind == _Kind.EOF
        if depth <= 0:
            return
    raise IndexError("a part that is cut off")


class _Sheet:
    """The records of one sheet."""

    def __init__(self, data: bytes, start: int, book: _Globals) -> None:
        self._book = book
        self._cells: Cells = {}
        self._hidden: set[int] = set()
        self.merges: list[Merge] = []
        self.hidden_columns: set[int] = set()
        self._texts: set[tuple[int, int]] = set()
        for kind, body in _records(data, start):
            self._take(kind, body)

    def rows(self, texts: list[list[object]]) -> Iterator[SheetRow]:
        """The rows from the first, with the texts that calamine read."""
        for row, column in self._texts:
            text = texts[row][column] if row < len(texts) and column < len(texts[row]) else ""
            self._cells.setdefault(row, {})[column] = text if isinstance(text, str) else str(text)
        for row in sorted(self._cells):
            filled = self._cells[row]
            cells: list[Raw] = [""] * (max(filled) + 1)
            for column, cell in filled.items():
                cells[column] = cell
            yield SheetRow(row, cells, row in self._hidden)

    def _take(self, kind: int, body: bytes) -> None:
        match kind:
            case _Kind.NUMBER:
                row, column, style, value = struct.unpack_from("<HHHd", body)
                self._number(row, column, style, repr(value))
            case _Kind.RK:
                row, column, style = struct.unpack_from("<HHH", body)
                self._number(row, column, style, _rk(body, 6))
            case _Kind.MULRK:
                row, first = struct.unpack_from("<HH", body)
                for place in range((len(body) - 6) // 6):
                    (style,) = struct.unpack_from("<H", body, 4 + 6 * place)
                    self._number(row, first + place, style, _rk(body, 6 + 6 * place))
            case _Kind.BOOLERR:
                row, column, _, value, is_error = struct.unpack_from("<HHHBB", body)
                self._put(row, column, _truth_or_error(value, bool(is_error)))
            case _Kind.FORMULA:
                self._formula(body)
            case _Kind.LABELSST | _Kind.LABEL:
                row, column = struct.unpack_from("<HH", body)
                self._texts.add((row, column))
            case _Kind.ROW:
                (row,), (flags,) = struct.unpack_from("<H", body), struct.unpack_from("<H", body, 12)
                if flags & 0x20:
                    self._hidden.add(row)
            case _Kind.COLINFO:
                first, last, _, _, flags = struct.unpack_from("<HHHHH", body)
                if flags & 1:
                    self.hidden_columns.update(range(first, min(last, 255) + 1))
            case _Kind.MERGED:
                (count,) = struct.unpack_from("<H", body)
                for place in range(count):
                    first_row, last_row, first, last = struct.unpack_from("<HHHH", body, 2 + 8 * place)
                    self.merges.append((first_row, first, last_row, last))

    def _formula(self, body: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", body)
        result = body[6:14]
        if result[6:] != b"\xff\xff":
            self._number(row, column, style, repr(struct.unpack("<d", result)[0]))
        elif result[0] == 0:
            self._texts.add((row, column))
        elif result[0] in (1, 2):
            self._put(row, column, _truth_or_error(result[2], result[0] == 2))

    def _number(self, row: int, column: int, style: int, stored: str) -> None:
        formats = self._book.formats
        shown = formats[style] if style < len(formats) else GENERAL
        self._put(row, column, self._book.numbers.cell(stored.removesuffix(".0"), shown))

    def _put(self, row: int, column: int, cell: Raw) -> None:
        self._cells.setdefault(row, {})[column] = cell


def _truth_or_error(value: int, is_error: bool) -> Raw:
    if is_error:
        return TypedCell("error", _ERRORS.get(value, "#N/A"))
    return TypedCell("yes/no", "TRUE" if value else "FALSE")


def _rk(body: bytes, place: int) -> str:
    """A number in 30 bits: whole or the upper half of a binary number, perhaps in hundredths."""
    (bits,) = struct.unpack_from("<i", body, place)
    value: Any
    if bits & 2:
        value = bits >> 2
    else:
        (value,) = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", bits & ~3))
    return repr(value / 100 if bits & 1 else value)
