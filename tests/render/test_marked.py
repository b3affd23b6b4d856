"""The sender's workbook again: refused cells coloured and commented, everything else as it was."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from rubric_dsl.observations.opening import records_again
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.render.marked import COLOUR, made_anew, marked_workbook, marks_of
from tests import office
from tests.observations.plans import HEADER, ROWS, hotline, with_cells

BLANK = (4, 1)
"""The city of the fifth line is forgotten: the file has no such cell at all."""


def sent(**more: Any) -> bytes:
    """A workbook with two wrong cells (one of them blank), formulas, formats, comments and another sheet."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.calc_on_load = False
        sheet = book.add_worksheet("拨测 一月")
        money = book.add_format({"num_format": "#,##0.00", "bold": True})
        sheet.write_string(0, 0, "一月拨测")
        sheet.write_row(1, 0, HEADER.split(","))
        for number, line in enumerate(ROWS, 2):
            for place, cell in enumerate(line.split(",")):
                if (number, place) == BLANK:
                    continue
                if cell.isdecimal() and place:
                    sheet.write_number(number, place, int(cell), money)
                elif cell:
                    sheet.write_string(number, place, cell)
        sheet.write_string(2, 6, "soon", money)
        sheet.write_formula(5, 6, "=2-2", None, 0)
        if more.get("comment"):
            sheet.write_comment(2, 6, "please check")
            sheet.write_comment(7, 0, "last one")
        sheet.conditional_format("G3:G8", {"type": "cell", "criteria": ">", "value": 60, "format": money})
        sheet.data_validation("E3:E8", {"validate": "list", "source": ["yes", "no"]})
        book.add_worksheet("别的").write_formula(0, 0, "=1+1", None, 2)
    return data.getvalue()


def marked(data: bytes, lang: str = "zh") -> Any:
    source = Given("calls.xlsx", data, "拨测 一月")
    ledger = read_observations(hotline(), {"calls": source}).tables["calls"].ledger
    assert {(r.row, r.column, r.code) for r in ledger.refusals} == {(3, "wait", "D007"), (5, "city", "D001")}
    made = marked_workbook(data, {ledger.sheet: marks_of(ledger, lang)})
    return openpyxl.load_workbook(io.BytesIO(made)), made


def coloured(sheet: Any) -> set[str]:
    return {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == COLOUR}


def test_the_refused_cells_and_no_others_are_coloured_and_say_why() -> None:
    book, _ = marked(sent())
    sheet = book["拨测 一月"]
    assert coloured(sheet) == {"G3", "B5"}
    assert "[D007]" in sheet["G3"].comment.text and "不是数" in sheet["G3"].comment.text
    assert "[D001]" in sheet["B5"].comment.text
    english, _ = marked(sent(), "en")
    assert "not a number" in english["拨测 一月"]["G3"].comment.text


def test_everything_else_stays_as_it_was() -> None:
    before = openpyxl.load_workbook(io.BytesIO(sent()))
    after, _ = marked(sent())
    assert after.sheetnames == before.sheetnames
    for name in before.sheetnames:
        for row in before[name].iter_rows():
            for cell in row:
                again = after[name][cell.coordinate]
                assert (again.value, again.number_format, again.font.b) == (cell.value, cell.number_format, cell.font.b)
    assert after["拨测 一月"]["G6"].value == "=2-2"
    assert len(after["拨测 一月"].data_validations.dataValidation) == 1
    assert len(after["拨测 一月"].conditional_formatting) == 1


def test_comments_of_the_sender_are_kept() -> None:
    book, _ = marked(sent(comment=True))
    sheet = book["拨测 一月"]
    assert "please check" in sheet["G3"].comment.text and "[D007]" in sheet["G3"].comment.text
    assert sheet["A8"].comment.text.strip() == "last one" and sheet["B5"].comment is not None


def test_of_a_text_file_a_workbook_of_its_cells_is_made() -> None:
    source = Given("calls.csv", with_cells(2, {"wait": "=1+1", "city": ""}).encode())
    ledger = read_observations(hotline(), {"calls": source}).tables["calls"].ledger
    made = made_anew([("calls", records_again(source, hotline().tables[0]), marks_of(ledger, "en"))])
    sheet = openpyxl.load_workbook(io.BytesIO(made))["calls"]
    assert coloured(sheet) == {"B2", "G2"} and sheet["G2"].value == "=1+1" and sheet["G2"].data_type == "s"
    assert [cell.value for cell in sheet[1]] == HEADER.split(",") and sheet.max_row == 7


def test_what_is_said_of_the_whole_table_stands_in_its_first_cell() -> None:
    source = Given("calls.csv", "id,city\n1,杭州\n".encode())
    ledger = read_observations(hotline(), {"calls": source}).tables["calls"].ledger
    marks = marks_of(ledger, "en")
    assert set(marks) == {(1, 1)} and "`wait`" in marks[1, 1] and marks[1, 1].count("\n") == 7


@office.needed
@pytest.mark.parametrize("comment", [False, True])
def test_libreoffice_opens_it_and_finds_the_same_cells(comment: bool) -> None:
    _, made = marked(sent(comment=comment))
    original = office.converted(sent(comment=comment), "sent.xlsx", office.csv_filter(76))
    assert office.converted(made, "marked.xlsx", office.csv_filter(76)) == original
    assert b"[D007]" in office.converted(made, "marked.xlsx", "fods")
