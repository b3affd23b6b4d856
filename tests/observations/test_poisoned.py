"""Files with one wrong thing in them: each is refused, with the right cell, and nothing of it is scored by mistake."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import xlsxwriter

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.model import ScoringPlan
from tests.books import book
from tests.observations.calls import HEADER, Rows, as_csv, calls, read, typed
from tests.observations.plans import column as column_of
from tests.observations.plans import members, plan, table

Cell = tuple[int, str | None, str]
"""Row, column and code of a refusal."""


@dataclass(frozen=True)
class Poison:
    trap: str
    name: str
    data: Callable[[], bytes]
    refused: tuple[Cell, ...]
    file: str = "calls.csv"
    part: str = ""


def _cell(column: str, cell: str) -> Callable[[], bytes]:
    """The calls with one cell, in row 6, written otherwise."""
    def data() -> bytes:
        rows = calls()
        rows[5][HEADER.index(column)] = cell
        return as_csv(rows).encode()
    return data


def _in_book(column: str, cell: Any, **more: Any) -> Callable[[], bytes]:
    def data() -> bytes:
        rows = typed(calls())
        rows[5][HEADER.index(column)] = cell
        return book(rows, **more)
    return data


def _lines(change: Callable[[Rows], Any], encoding: str = "utf-8") -> Callable[[], bytes]:
    def data() -> bytes:
        rows = calls()
        return as_csv(change(rows) or rows).encode(encoding)
    return data


def _parts(change: Callable[[dict[str, bytes]], Any]) -> Callable[[], bytes]:
    """A sound workbook with parts of its archive changed."""
    def data() -> bytes:
        with zipfile.ZipFile(io.BytesIO(book(typed(calls())))) as whole:
            parts = {name: whole.read(name) for name in whole.namelist()}
        change(parts)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        return packed.getvalue()
    return data


def _duplicate_calls(rows: Rows) -> Rows:
    return [*rows, rows[5]]


def _two_sheets() -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as made:
        for name in ("一月", "二月"):
            made.add_worksheet(name).write_row(0, 0, HEADER)
    return data.getvalue()


def _entity(parts: dict[str, bytes]) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<sst", bomb + b"<sst", 1)


def _outside(parts: dict[str, bytes]) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbook", entity + b"<workbook", 1)


def _replaced(part: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new, 1)
    return change


SHEET = "xl/worksheets/sheet1.xml"
WHOLE = 0
X = "calls.xlsx"


def one(column: str, code: str) -> tuple[Cell, ...]:
    return ((6, column, code),)


POISONS = [
    # ---------------------------------------------------------------- cells of text files
    *(Poison("numbers", f"{cell!r} as a number", _cell("wait_seconds", cell), one("wait_seconds", code)) for cell,
        code in (
        ("①", "D007"), ("1²", "D007"), ("٣", "D007"), ("五", "D007"), ("1,2", "D007"), ("1e2", "D008"), ("NaN", "D007"),
        ("1e10000000", "D007"), ("12.5", "D010"), ("-3", "D011"), ("", "D002"), ("0x1F", "D007"), ("1 2", "R351"),
    )),
    *(Poison("notes beside numbers", f"{cell!r}", _cell("wait_seconds", cell), one("wait_seconds", "R351"))
      for cell in ("92*（复核）", "<5", "约90", "90左右", ">30", "45 (估计)")),
    *(Poison("durations", f"{cell!r}", _cell("wait_seconds", cell), one("wait_seconds", code)) for cell, code in (
        ("01:05", "R352"), ("1分75秒", "D007"), ("1.5分30秒", "D007"), ("1:75:00", "D007"),
    )),
    *(Poison("absence", f"{cell!r}", _cell("wait_seconds", cell), one("wait_seconds", "R362"))
      for cell in ("—", "/", "无", "NA", "N/A", "不适用")),
    *(Poison("yes and no", f"{cell!r}", _cell("greeting", cell), one("greeting", "D006"))
      for cell in ("x", "maybe", "基本", "2", "yes?")),
    *(Poison("dates", f"{cell!r}", _cell("call_date", cell), one("call_date", code)) for cell, code in (
        ("3/4/2020", "D014"), ("28.10.2020", "D014"), ("20201028", "D014"), ("2020-02-30", "D015"), ("44132", "D014"),
        ("2020-10-28 14:56", "R363"), ("十月二十八日", "D014"),
    )),
    Poison("times", "'25:00'", _cell("call_time", "25:00"), one("call_time", "D016")),
    Poison("times", "'下午2:56'", _cell("call_time", "下午2:56"), one("call_time", "D016")),
    Poison("names", "a near name", _cell("city", "杭洲"), one("city", "D005")),
    Poison("names", "a zero-width blank", _cell("tester_id", "M\u200b1"), one("tester_id", "D018")),
    Poison("identifiers", "cut by a spreadsheet", _cell("call_id", "3.30102E+17"), one("call_id", "R359")),
    Poison("contradictions", "no wait on an answered call", _cell("wait_seconds", ""), one("wait_seconds", "D002")),
    Poison("formulas", "a command in a text", _cell("wait_seconds", "=cmd|'/c calc'!A1"), one("wait_seconds", "D007")),
    # ---------------------------------------------------------------- layouts
    Poison("headers", "a column is missing", _lines(lambda rows: [[*row[:9], *row[10:]] for row in rows]),
           ((1, "wait_seconds", "D035"),)),
    Poison("headers", "a column by name and by label", _lines(lambda rows: [
        [*row, "等待时长(秒)" if number == 0 else "9"] for number, row in enumerate(rows)]),
            ((1, "wait_seconds", "D034"),)),
    Poison("headers", "a value under none", _lines(lambda rows: [
        [*row, "" if number != 5 else "?"] for number, row in enumerate(rows)]), ((6, None, "D025"),)),
    Poison("totals", "one that has every value", _lines(lambda rows: [*rows, ["合计", *rows[5][1:]]]),
        ((90, None, "R345"),)),
    Poison("footnotes", "one among the rows", _lines(lambda rows: [*rows[:5], ["注：复核", *[""] * 24], *rows[5:]]),
        tuple(
        (6, name, "D001") for name in ("city", "scenario_id", "call_date", "call_time", "period", "tester_id",
            "connected"))),
    Poison("rows", "one cell too many", _lines(lambda rows: [*rows[:5], [*rows[5], "x"], *rows[6:]]),
        ((6, None, "D024"),)),
    Poison("rows", "the same call twice", _lines(_duplicate_calls), ((90, "call_id", "D021"),)),
    Poison("quotes", "one that is not closed", lambda: as_csv(calls()).replace("\n01-S6,", '\n"01-S6,', 1).encode(),
           ((7, None, "D026"),)),
    # ---------------------------------------------------------------- encodings
    Poison("encodings", "GB18030 cut in a character", lambda: as_csv(calls()).encode("gb18030")[:-3] + b"\x81",
        ((0, None, "D030"),)),
    Poison("encodings", "another one than was named", _lines(lambda rows: None, "gb18030"), ((0, None, "R332"),),
           part="utf-8"),
    Poison("encodings", "one that is not known", _lines(lambda rows: None), ((0, None, "R332"),), part="ebcdic"),
    Poison("encodings", "a zero byte", lambda: as_csv(calls()).encode() + b"\0", ((0, None, "D031"),)),
    # ---------------------------------------------------------------- cells of workbooks
    Poison("error cells", "#N/A", _in_book("wait_seconds", {"error": "#N/A"}), one("wait_seconds", "R354"), X),
    Poison("error cells", "#DIV/0! as a text", _in_book("call_id", {"error": "#DIV/0!"}), one("call_id", "R354"), X),
    Poison("formulas", "never computed", _in_book("wait_seconds", {"formula": "=A1+1"}), one("wait_seconds", "R355"),
        X),
    Poison("formulas", "left to whoever opens it", _in_book("wait_seconds", {"formula": "=4+1", "result": 0},
        computed_on_load=True),
           one("wait_seconds", "R355"), X),
    Poison("dates of workbooks", "a number that became a date", _in_book(
        "transfers", {"date": "2020-01-02", "format": "m-d"}), one("transfers", "R356"), X),
    Poison("dates of workbooks", "an identifier that became a date", _in_book(
        "call_id", {"date": "2020-01-02", "format": "m-d"}), one("call_id", "R356"), X),
    Poison("dates of workbooks", "a moment for a day", _in_book(
        "call_date", {"date": "2020-01-02T00:30:00", "format": "yyyy-mm-dd"}), one("call_date", "R363"), X),
    Poison("dates of workbooks", "29 February 1900", _in_book(
        "call_date", {"number": "60", "format": "yyyy-mm-dd"}), one("call_date", "R354"), X),
    Poison("durations of workbooks", "h:mm for m:ss", _in_book(
        "wait_seconds", {"number": "0.0451388888888889", "format": "h:mm"}), one("wait_seconds", "R352"), X),
    Poison("durations of workbooks", "[h]:mm for m:ss", _in_book(
        "wait_seconds", {"number": "0.0451388888888889", "format": "[h]:mm"}), one("wait_seconds", "R352"), X),
    Poison("identifiers", "18 digits as a number", _in_book(
        "call_id", {"number": "330102199001011234"}), one("call_id", "R359"), X),
    Poison("number formats", "ten thousands", _in_book(
        "handle_seconds", {"number": "12345", "format": '0!.0,"万"'}), one("handle_seconds", "R360"), X),
    Poison("number formats", "a word for a number", _in_book(
        "handle_seconds", {"number": "1", "format": '"是";;"否"'}), one("handle_seconds", "R360"), X),
    Poison("number formats", "a percentage of seconds", _in_book(
        "wait_seconds", {"number": "0.12", "format": "0%"}), one("wait_seconds", "D007"), X),
    Poison("hidden", "a row", lambda: book(typed(calls()), hidden_rows=[6]), ((6, None, "R348"),), X),
    Poison("merged cells", "over measured values", lambda: book(
        [[*row[:9], "" if number == 6 else row[9], *row[10:]] for number, row in enumerate(typed(calls()))],
        merge=["J6:J7"]), ((7, "wait_seconds", "R347"),), X),
    Poison("sheets", "two that may be the table", _two_sheets, ((0, None, "R336"),), X),
    Poison("sheets", "one that is not there", lambda: book(typed(calls())), ((0, None, "R337"),), X, "一月"),
    # ---------------------------------------------------------------- files that are not what they seem, or do harm
    Poison("kinds of files", "a web page named .xls", lambda: b"<html><body><table><tr><td>city</td></tr></table>",
           ((0, None, "R333"),), "calls.xls"),
    Poison("kinds of files", "an XML spreadsheet of 2003", lambda: (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'), ((0, None, "R333"),
            ), "calls.xls"),
    Poison("kinds of files", "a lock file", lambda: b"\x05admin" + b" " * 159, ((0, None, "R333"),), "~$calls.xlsx"),
    Poison("kinds of files", "a PDF", lambda: b"%PDF-1.7", ((0, None, "R333"),)),
    Poison("kinds of files", "a binary workbook", _parts(
        lambda parts: parts.update({"xl/workbook.bin": parts.pop("xl/workbook.xml")})), ((0, None, "R333"),),
            "calls.xlsb"),
    Poison("kinds of files", "a document", _parts(
        lambda parts: parts.update({"word/document.xml": parts.pop("xl/workbook.xml")})), ((0, None, "R333"),),
            "calls.docx"),
    Poison("damage", "cut off", lambda: book(typed(calls()))[:4000], ((0, None, "R334"),), X),
    Poison("damage", "a part is missing", _parts(lambda parts: parts.pop(SHEET)), ((0, None, "R334"),), X),
    Poison("damage", "rows out of order", _parts(_replaced(SHEET, b'<row r="9"', b'<row r="3"')), ((0, None, "R334"),),
        X),
    Poison("damage", "a text that the file does not hold", _parts(
        _replaced(SHEET, b't="s"><v>0</v>', b't="s"><v>99999</v>')), ((0, None, "R334"),), X),
    Poison("bombs", "entities that multiply", _parts(_entity), ((0, None, "R334"),), X),
    Poison("bombs", "an entity that names a file", _parts(_outside), ((0, None, "R334"),), X),
    Poison("bombs", "16,385 columns", lambda: (",".join(f"c{i}" for i in range(16_385)) + "\n").encode(),
        ((1, None, "R339"),)),
    Poison("bombs", "a million columns", lambda: b",".join(b"c" * 3 for _ in range(10**6)) + b"\n",
        ((1, None, "R339"),)),
    Poison("bombs", "a million columns in a sheet", _parts(_replaced(SHEET, b'<c r="A1"', b'<c r="BDWGN1"')),
        ((0, None, "R339"),), X),
    Poison("bombs", "a cell of 10 MB", _cell("tester_id", "x" * 10_000_000), ((6, None, "R335"),)),
    Poison("bombs", "a cell of 10 MB in a workbook", _parts(
        _replaced(SHEET, b'<c r="A6" t="s"><v>', b'<c r="A6" t="str"><v>' + b"x" * 10_000_000)),
        ((6, "call_id", "D017"),), X),
]


@pytest.mark.parametrize("poison", POISONS, ids=[f"{one.trap}: {one.name}" for one in POISONS])
def test_a_poisoned_file_is_refused_with_the_right_cell(poison: Poison) -> None:
    _, ledger = read(poison.data(), poison.file, poison.part)
    found = tuple((refusal.row, refusal.column, refusal.code) for refusal in ledger.refusals)
    assert found == poison.refused
    for refusal in ledger.refusals:
        for lang in ("en", "zh"):
            assert "{" not in message(refusal, lang)


def test_there_are_enough_of_them() -> None:
    assert len(POISONS) >= 80 and len({one.trap for one in POISONS}) >= 20
    assert len({(one.trap, one.name) for one in POISONS}) == len(POISONS)


# ---------------------------------------------------------------- percentages


def _shares(**more: Any) -> ScoringPlan:
    return plan(table(column_of("city", "choice", members=members(甲="", 乙="", 丙="")), column_of("share", "percent",
        **more)),
                subjects=("甲", "乙", "丙"))


def _read_shares(cells: list[str], **more: Any) -> Ledger:
    text = "city,share\n" + "".join(f"{city},{cell}\n" for city, cell in zip("甲乙丙", cells, strict=False))
    return read_observations(_shares(**more), {"calls": Given("shares.csv", text.encode())}).tables["calls"].ledger


def test_percentages_in_three_ways_are_refused_with_the_cells_of_each() -> None:
    ledger = _read_shares(["87.5%", "87.5", "0.875"])
    assert [(r.row, r.column, r.code) for r in ledger.refusals] == [
        (3, "share", "D012"), (4, "share", "D012"), (0, "share", "R353")]
    said = message(ledger.refusals[-1], "en")
    assert "with % in B2" in said and "over 1 without % in B3" in said and "up to 1 without % in B4" in said
    assert stopped_by(read_observations(_shares(), {}), leave_out_refused=True)


def test_a_sign_among_bare_percentages_is_refused_in_each_direction() -> None:
    for written in ("87.5", "0.875"):
        found = [(r.row, r.code) for r in _read_shares(["0.5", "87.5%", "0.25"], percent_written=written).refusals]
        assert found == [(3, "D013")]


def test_a_percent_format_of_a_workbook_is_the_sign_and_a_bare_fraction_is_refused() -> None:
    rows = [["city", "share"], ["甲", {"number": "0.875", "format": "0.0%"}], ["乙", 0.875], ["丙",
        {"number": "87.5", "format": '0.0"%"'}]]
    data = read_observations(_shares(), {"calls": Given("shares.xlsx", book(rows))}).tables["calls"]
    assert [str(row.values["share"]) for row in data.rows] == ["7/8", "7/8"]
    assert [(r.row, r.code) for r in data.ledger.refusals] == [(3, "D012")]
    assert data.ledger.place(3, "share") == "Sheet1!B3"


def test_a_header_with_the_sign_lends_it_to_bare_cells_and_each_is_listed() -> None:
    text = "city,share(%)\n甲,87.5\n乙,90%\n丙,100\n"
    data = read_observations(_shares(), {"calls": Given("shares.csv", text.encode())}).tables["calls"]
    assert [str(row.values["share"]) for row in data.rows] == ["7/8", "9/10", "1"]
    assert [(r.code, r.before, r.after) for r in data.ledger.repairs] == [
        ("R341", "share(%)", "share"), ("R350", "87.5", "87.5%"), ("R350", "100", "100%")]
