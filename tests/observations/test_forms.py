"""The observation form: what is filled in reads back as it stands, and what would be refused it does not take."""

from __future__ import annotations

import datetime
import io
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest

from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.form import form
from tests import office
from tests.observations.calls import TYPES, calls, expected
from tests.observations.calls import plan as zhejiang

RUBRIC = """\
rubric "Halls"
  edition "2021"
  note "Visit each hall twice."
parameter limit = 3
observe visits "巡查记录" of hall, averaged by round, one row each
  hall    "大厅" choice east "东厅" | west "西厅"
  round   "轮次" choice first "首轮" | second "次轮"
  day     "日期" date "2021-01-01" to "2021-12-31"
  open    "是否开门" yes/no
  queue   "排队人数" whole number 0 to 200 when open
  clean   "整洁率" percent 0% to 100% when open and queue > 0
  level   "评分" number 1 to 5 1 decimal optional written "不适用"
  remark  text optional
  must level <= 5 or not open "评分不超过5"
observe halls of hall, averaged
  hall   choice east "东厅" | west "西厅"
  agents "坐席数" whole number from 1
measure busy = count(visits where open and queue > limit)
"""


def made(text: str = RUBRIC, **settings: str) -> ScoringPlan:
    done = compile_rubric("halls.rubric", lambda _: text.encode(), settings=settings)
    assert done.plan is not None, done.diagnostics
    return done.plan


def filled(data: bytes, rows: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """The form with rows below its two lines of headings, as another program saves it; new cells take the format of
    their column, as a spreadsheet gives it to them."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet, lines in rows.items():
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                if value is not None:
                    cell = book[sheet].cell(3 + number, 1 + place)
                    cell.value = value
                    cell.number_format = book[sheet].column_dimensions[cell.column_letter].number_format
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def value_of(name: str, cell: str, lang: str) -> Any:
    """A call's cell as somebody would type it into the form."""
    match TYPES[name]:
        case "date":
            return datetime.date.fromisoformat(cell)
        case "time":
            return datetime.time.fromisoformat(cell)
        case "yes/no":
            return {"yes": "是", "no": "否"}[cell] if lang == "zh" else cell
        case "seconds" | "whole number":
            return int(cell)
    return cell


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_filled_form_reads_back_without_a_single_repair(lang: str) -> None:
    header, *rows = calls()
    lines = [[value_of(name, cell, lang) if cell else None for name, cell in zip(header, row,
        strict=True)] for row in rows]
    data = filled(form(zhejiang(), lang), {"拨测记录": lines})
    found = read_observations(zhejiang(), {"calls": Given("form.xlsx", data)}).tables["calls"]
    assert found.ledger.refusals == () and found.ledger.repairs == ()
    assert [dict(row.values) for row in found.rows] == expected()
    assert found.ledger.place(found.rows[0].number, "wait_seconds") == "拨测记录!J3"


VISITS = [
    ["东厅", "首轮", datetime.date(2021, 3, 1), "是", 12, 0.975, 4.5, "x"],
    ["东厅", "次轮", datetime.date(2021, 9, 1), "否", None, None, "不适用", None],
    ["西厅", "首轮", datetime.date(2021, 3, 2), "是", 0, None, 3, None],
    ["西厅", "次轮", datetime.date(2021, 9, 2), "是", 7, 1, 2.5, None],
]
HALLS = [["东厅", 4], ["西厅", 3]]


def read(plan: ScoringPlan, data: bytes) -> Observations:
    source = Given("form.xlsx", data)
    return read_observations(plan, {"visits": source, "halls": source})


def test_one_form_serves_all_tables_of_a_rubric() -> None:
    found = read(made(), filled(form(made(), "zh"), {"巡查记录": VISITS, "halls": HALLS}))
    for name, rows in (("visits", 4), ("halls", 2)):
        ledger = found.tables[name].ledger
        assert ledger.refusals == () and ledger.repairs == () and ledger.scored == rows
    assert [str(row.values["clean"]) for row in found.tables["visits"].rows] == ["39/40", "None", "None", "1"]


def test_rows_that_are_known_stand_in_the_form() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(made(), "zh")))
    assert [[c.value for c in row[:2]] for row in book["巡查记录"].iter_rows(min_row=3, max_row=6)] == [
        ["东厅", "首轮"], ["东厅", "次轮"], ["西厅", "首轮"], ["西厅", "次轮"]]


def test_a_form_of_another_edition_is_noticed_and_a_parameter_for_a_run_is_none() -> None:
    data = filled(form(made(), "zh"), {"巡查记录": VISITS, "halls": HALLS})
    other = made(RUBRIC.replace("1 to 5 1 decimal", "0 to 5 1 decimal"))
    assert {r.code for t in read(other, data).tables.values() for r in t.ledger.refusals} == {"R364"}
    renamed = made(RUBRIC.replace('"2021"', '"2022"'))
    assert not any(t.ledger.refusals for t in read(renamed, data).tables.values())
    assert not any(t.ledger.refusals for t in read(made(limit="4"), data).tables.values())


def test_the_form_holds_cells_to_what_the_rubric_accepts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(made(), "zh", rows=50)))
    rules = {str(rule.sqref): rule for rule in book["巡查记录"].data_validations.dataValidation}
    assert rules["A3:A52"].type == "list" and rules["A3:A52"].formula1 == '"东厅,西厅"'
    assert rules["D3:D52"].formula1 == '"是,否"'
    assert rules["E3:E52"].formula1 == "AND(ISNUMBER($E3),$E3>=0,$E3<=200,$E3=INT($E3))"
    assert rules["F3:F52"].formula1 == "AND(ISNUMBER($F3),$F3>=0,$F3<=1)"
    assert rules["G3:G52"].formula1 == 'OR(AND(ISNUMBER($G3),$G3>=1,$G3<=5),$G3="不适用")'
    assert rules["C3:C52"].formula1 == "AND(ISNUMBER($C3),$C3>=44197,$C3<=44561,$C3=INT($C3))"
    assert "0 至 200" in (rules["E3:E52"].error or "")


def test_the_form_shows_both_languages_and_hides_its_identity() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form(made(), "en")))
    assert [c.value for c in book["巡查记录"][1]][:3] == ["大厅", "轮次", "日期"]
    assert [c.value for c in book["巡查记录"][2]][:3] == ["hall", "round", "day"]
    assert book["rubric-form"].sheet_state == "veryHidden"
    texts = "\n".join(str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value)
    assert all(words in texts for words in ("Visit each hall twice.", "only when open", "仅当", "评分不超过5"))


def test_long_choices_have_a_list_of_their_own() -> None:
    names = [f"某某县人民政府政务服务中心{number}" for number in "一二三四五六七八九十"] * 1
    more = [f"{name}分中心" for name in names]
    text = 'rubric "C"\nobserve calls of county, averaged\n  county choice ' + " | ".join(
        f'c{i} "{name}"' for i, name in enumerate(names + more)) + "\n  wait seconds\nmeasure n = count(calls)\n"
    book = openpyxl.load_workbook(io.BytesIO(form(made(text), "zh")))
    (rule,) = [r for r in book["calls"].data_validations.dataValidation if r.type == "list"]
    assert rule.formula1 == "'rubric-lists'!$A$1:$A$20"
    assert [c.value for c in book["rubric-lists"]["A"]] == names + more


def test_the_same_rubric_makes_the_same_form() -> None:
    assert form(made(), "zh") == form(made(), "zh")


@office.needed
def test_libreoffice_greys_what_must_stay_empty() -> None:
    """Its page shows the colours that the conditions give: grey under `no`, yellow where a value is needed."""
    lines = [["东厅", "首轮", None, "否"], ["东厅", "次轮", datetime.date(2021, 1, 2), "是"]]
    page = office.converted(filled(form(made(), "zh"), {"巡查记录": lines}), "form.xlsx", "html").decode("utf-8",
        "replace")
    table = page[page.index("巡查记录", page.index("</head>") if "</head>" in page else 0):]
    rows = [re.findall(r"<td[^>]*>", row) for row in re.findall(r"<tr>?.*?</tr>", table, re.DOTALL | re.IGNORECASE)]
    colours = [[(re.search(r'bgcolor="(#\w+)"', cell, re.IGNORECASE) or [None,
        None])[1] for cell in row] for row in rows]
    first, second = next((a, b) for a,
        b in itertools.pairwise(colours) if a and "#FFF2CC" in a and "#FFF2CC" in b)
    assert first[2] == "#FFF2CC" and first[4] is not None and first[4] != "#FFF2CC" and first[5] == first[4]
    assert second[2] is None and second[4] == "#FFF2CC"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_durations_written_as_minutes_and_seconds_read_back_without_a_repair(lang: str) -> None:
    plan = made(
        'rubric "Waits"\nobserve calls of city, averaged\n  city text\n  wait seconds written "m:ss" 0 to 1800\n'
        "measure slow = count(calls where wait > 60 s)\n"
    )
    cells = [["甲", "1:05"], ["乙", "0:09"], ["丙", "30:00"]]
    data = filled(form(plan, lang), {"calls": cells})
    table = read_observations(plan, {"calls": Given("form.xlsx", data)}).tables["calls"]
    assert table.ledger.refusals == () and table.ledger.repairs == ()
    assert [row.values["wait"] for row in table.rows] == [65, 9, 1800]
