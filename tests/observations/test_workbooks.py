"""Workbooks: the quick reader of sheets against the XML parser, merged cells, calendars, formats, unusual writers."""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.observations.number_formats import NumberCells, at_excel_digits, format_from, is_same_double
from rubric_dsl.observations.raw import FileRefused, Given, Raw
from rubric_dsl.observations.read import read_observations
from rubric_dsl.observations.workbook import SheetRow
from rubric_dsl.observations.xlsx import Xlsx
from tests.books import book
from tests.observations.calls import calls, expected, read, typed
from tests.observations.disguises import DISGUISES
from tests.observations.plans import column, plan, table

SHEET = "xl/worksheets/sheet1.xml"


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def cell_facts(cell: Raw) -> object:
    return cell if isinstance(cell, str) else (cell.kind, cell.text, cell.detail)


def rows_of(rows: list[SheetRow]) -> list[object]:
    return [(row.place, row.hidden, [cell_facts(cell) for cell in row.cells]) for row in rows]


BOOKS = [one for one in DISGUISES if one.data()[:2] == b"PK"]


@pytest.mark.parametrize("one", BOOKS, ids=[one.name for one in BOOKS])
def test_the_quick_reader_and_the_parser_give_the_same_cells(one: Any) -> None:
    """A comment in the XML sends the whole sheet to the parser."""
    data = one.data()
    found = 0
    for name in Xlsx(data).visible:
        quick = rows_of(list(Xlsx(data).cells(name).rows))
        parts = parts_of(data)
        part = Xlsx(data).part_of(name)
        parts[part] = parts[part].replace(b"<sheetData>", b"<!-- slowly --><sheetData>", 1)
        assert b"slowly" in parts[part]
        assert rows_of(list(Xlsx(packed(parts)).cells(name).rows)) == quick
        found += len(quick)
    assert found >= 89


def test_xml_with_prefixes_single_quotes_and_no_references_is_read_by_the_parser() -> None:
    parts = parts_of(book(typed(calls())))
    xml = parts[SHEET].decode()
    for name in ("worksheet", "sheetData", "row", "c", "v"):
        xml = xml.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>").replace(f"</{name}>",
            f"</x:{name}>")
    parts[SHEET] = xml.replace("xmlns=", "xmlns:x=", 1).replace('"', "'").encode()
    values, ledger = read(packed(parts), "calls.xlsx")
    assert ledger.refusals == () and values == expected()


CELLS = st.one_of(
    st.just(""), st.integers(-10**6, 10**6), st.decimals(-10**5, 10**5, places=3, allow_nan=False),
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=6), st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6), st.booleans(),
       st.sampled_from([1, 12]))
def test_random_sheets_are_read_alike_by_both(rows: list[list[Any]], formatted: bool, times: int) -> None:
    """Of rows that come again and again, those after the first are read by the form of such rows."""
    cells = [[{"number": str(c), "format": "0.0%"} if formatted and not isinstance(c, (str, bool)) else
              c if isinstance(c, (str, bool, int)) else {"number": str(c)} for c in row] for row in rows] * times
    parts = parts_of(book(cells))
    quick = rows_of(list(Xlsx(packed(parts)).cells("Sheet1").rows))
    parts[SHEET] = parts[SHEET].replace(b"<sheetData", b"<!-- --><sheetData", 1)
    assert rows_of(list(Xlsx(packed(parts)).cells("Sheet1").rows)) == quick


def test_rows_that_are_written_alike_differ_in_every_way_that_a_row_can() -> None:
    """Twenty rows of one form, and among them one of each kind that only looks like it."""
    usual = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" s="1"><v>0.5</v></c></row>'
    others = [
        '<row r="{0}" hidden="1"><c r="A{0}"><v>1</v></c><c r="B{0}" s="1"><v>0.5</v></c></row>',
        '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="B{0}"><v>0.5</v></c></row>',
        '<row r="{0}"><c r="A{0}"><v>0.57999999999999996</v></c><c r="B{0}" s="1"><v>1E-3</v></c></row>',
        '<row r="{0}"><c r="A{0}"><f>1+1</f><v>2</v></c><c r="B{0}" s="1"><v>0.5</v></c></row>',
        '<row r="{0}"><c r="A{0}"/><c r="B{0}" s="1"><v>0.5</v></c></row>',
        '<row r="{0}"><c r="B{0}" s="1"><v>0.5</v></c></row>',
        '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="B{0}" s="1"><v>0.5</v></c><c r="D{0}"><v>9</v></c></row>',
        '<row r="{0}"><c r="A{0}"><v> 7 </v></c><c r="B{0}" s="1"><v>0.5</v></c></row>',
        '<row r="{0}"><c r="A{0}" t="e"><v>#N/A</v></c><c r="B{0}" s="1"><v>0.5</v></c></row> ',
    ]
    rows = [usual] * 20 + [one for other in others for one in (other, usual)]
    parts = parts_of(book([[1, {"number": "0.5", "format": "0.0%"}]]))
    xml = parts[SHEET].decode()
    start, end = xml.index("<row"), xml.index("</sheetData>")
    written = "".join(row.format(number) for number, row in enumerate(rows, start=1))
    parts[SHEET] = (xml[:start] + written + xml[end:]).encode()
    quick = rows_of(list(Xlsx(packed(parts)).cells("Sheet1").rows))
    assert len(quick) == len(rows) and quick[-1] == (len(rows) - 1, False, [str(len(rows)), "50%"])
    parts[SHEET] = parts[SHEET].replace(b"<sheetData", b"<!-- --><sheetData", 1)
    assert rows_of(list(Xlsx(packed(parts)).cells("Sheet1").rows)) == quick


def test_cells_between_rows_are_a_damaged_file_also_below_rows_of_one_form() -> None:
    parts = parts_of(book([[one] for one in range(30)]))
    parts[SHEET] = parts[SHEET].replace(b'<row r="25"', b'<c r="A9"><v>1</v></c><row r="25"', 1)
    with pytest.raises(FileRefused):
        list(Xlsx(packed(parts)).cells("Sheet1").rows)


# ---------------------------------------------------------------- numbers and their formats


@pytest.mark.parametrize(("stored", "read_as"), [
    ("89.999999999999986", "90"), ("0.30000000000000004", "3/10"), ("123456789012345.6", "123456789012346"),
    ("0.000123456789012345678", "123456789012346/1000000000000000000"), ("-2.0000000000000004", "-2"), ("0", "0"),
    ("12.5", "25/2"), ("330102199001011234", "330102199001011234"),
])
def test_numbers_are_read_at_fifteen_digits(stored: str, read_as: str) -> None:
    assert at_excel_digits(Fraction(stored)) == Fraction(read_as)


@settings(max_examples=300, deadline=None)
@given(st.floats(1e-9, 1e14))
def test_a_number_at_fifteen_digits_is_a_repair_only_where_it_is_another_number(number: float) -> None:
    """The judge is Python's own reading of decimals; 17 digits say a binary number completely."""
    stored = f"{number:.17g}"
    at_fifteen = at_excel_digits(Fraction(stored))
    # Rounding 17 digits half up may differ in the last of 15 from rounding the binary number itself.
    assert abs(at_fifteen - Fraction(f"{number:.15g}")) <= Fraction(stored) / 10**14
    assert is_same_double(Fraction(f"{number:.15g}"), Fraction(stored)) == (float(f"{number:.15g}") == number)


@pytest.mark.parametrize(("code", "stored", "cell"), [
    ("0.0%", "0.875", "87.5%"), ('0.0"%"', "87.5", "87.5%"), ("00000", "123", "00123"), ("#,##0.00", "1234.5",
        "1234.5"),
    ("0.0", "87.456", ("rounded", "87.456", "87.5")), ("0", "-2.5", ("rounded", "-2.5", "-3")),
    ('0!.0,"万"', "12345", ("format", "12345", '0!.0,"万"')), ("0,", "12345", ("format", "12345", "0,")),
    ('"是";;"否"', "1", ("format", "1", '"是";;"否"')), (";;;", "5", ("format", "5", ";;;")),
    ('[Red]0.00;[Blue]-0.00', "1.25", "1.25"), ('[$-804]yyyy"年"m"月"d"日"', "44132", ("date", "2020-10-28", "")),
    ("m/d/yy h:mm", "44132.5", ("date", "2020-10-28 12:00:00", "")), ("[h]:mm:ss", "1.5",
        ("duration", "129600", "36:00:00")),
    ("mm:ss", "0.000752314814814815", ("duration", "65", "0:01:05")), ("h:mm", "0.0451388888888889",
        ("clock", "1:05", "3900")),
    ('上午/下午h"时"mm"分"', "0.5", ("clock", "12:00", "43200")), ("General", "1E-3", "0.001"), ("@", "12", "12"),
    ("# ?/?", "0.5", "0.5"), ("0.00E+00", "12345", "12345"), ("G/通用格式", "0.1", "0.1"),
])
def test_what_a_format_says_of_a_number(code: str, stored: str, cell: object) -> None:
    assert cell_facts(NumberCells(False).cell(stored, format_from(code))) == cell


@pytest.mark.parametrize(("serial", "from_1904", "day"), [
    ("1", False, "1900-01-01"), ("59", False, "1900-02-28"), ("60", False, None), ("61", False, "1900-03-01"),
    ("44132", False, "2020-10-28"), ("0", True, "1904-01-01"), ("42670", True, "2020-10-28"), ("-1", False, None),
    ("2958466", False, None),
])
def test_days_of_both_calendars(serial: str, from_1904: bool, day: str | None) -> None:
    cell = NumberCells(from_1904).cell(serial, format_from("yyyy-mm-dd"))
    assert cell_facts(cell) == (("date", day, "") if day else ("error", "####", ""))


def test_a_digit_that_decides_a_bound_is_marked_and_one_that_does_not_is_not() -> None:
    of = plan(table(column("city"), column("x", "number", low="0", high="90")))
    rows = [["city", "x"], ["甲", {"number": "89.99999999999999"}], ["乙", {"number": "45.00000000000001"}]]
    found = read_observations(of, {"calls": Given("x.xlsx", book(rows))}).tables["calls"]
    assert [(r.row, r.before, r.after, r.code) for r in found.ledger.repairs] == [
        (2, "89.99999999999999", "90", "R358"), (3, "45.00000000000001", "45", "R357")]


# ---------------------------------------------------------------- where things are


def test_cells_are_named_by_sheet_letter_and_row_as_the_spreadsheet_shows_them() -> None:
    rows = [["title"], [], ["note", "city", "x"], ["n", "甲", "?"]]
    of = plan(table(column("city"), column("x", "number")))
    ledger = read_observations(of, {"calls": Given("x.xlsx", book(rows, sheet="一月 2021"))}).tables["calls"].ledger
    (refusal,) = ledger.refusals
    assert ledger.place(refusal.row, refusal.column) == "'一月 2021'!C4"
    assert ledger.place(1, None) == "'一月 2021'!1" and ledger.place(0, None) == ""
    assert refusal.around == (("city", "甲"), ("x", "?"))


def test_private_cells_are_shown_nowhere() -> None:
    of = plan(table(column("city"), column("tester", "number", private=True), column("x", "number")))
    rows = [["city", "tester", "x"], ["甲", {"number": "4711.00000000000001"}, "?"], ["乙", "约4711", 1],
            ["合计", 4711, ""], ["丙", {"date": "2020-01-02", "format": "m-d"}, 1]]
    ledger = read_observations(of, {"calls": Given("x.xlsx", book(rows))}).tables["calls"].ledger
    assert len(ledger.refusals) == 3 and "4711" not in repr(ledger) and "2020-01-02" not in repr(ledger)
