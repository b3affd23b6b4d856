"""The workbook as LibreOffice computes it anew: every formula against the exact value, a change that runs through."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from rubric_dsl.render.xlsx.subjects import tell_apart
from tests import program
from tests.tables import ROOT, rows_of
from tests.zhejiang.independent import EXAMPLE

RUBRIC = Path(ROOT) / "rubrics" / "zhejiang_12345_2020.rubric"
CALLS = EXAMPLE / "calls.csv"
OFFICE = shutil.which("soffice")
ALWAYS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""LibreOffice's setting to compute a workbook when it is opened, instead of believing the values in it."""

MANY = """\
rubric "many rules"
observe calls of city, averaged by scenario
  city     text
  scenario choice first | second | third
  open     yes/no
  wait     seconds 0 to 600 when open
  tone     choice kind | flat | rude when open
  rude     whole number 0 to 5
  missing: not applicable
observe visits of city, averaged
  city text
  clean number 0 to 10
measure answered = count(open)
measure far = count(calls where open and wait > 60 s)
bands heat by answered
  from 2: hot
  1:      warm
  0:      cold
indicator total worth 40
  at most 35
  indicator phone worth 20
    unless open: 0
    touchpoint quick worth 12 by wait
      up to 15 s:         12
      over 15 s to 60 s:  5
      over 60 s:          0
    touchpoint manner worth 8 by tone
      kind: 8
      flat: 3
      rude: 0
  indicator extra worth 10
    at least 0
    touchpoint third_only worth 10 in third when open
    touchpoint rudeness penalty 5, minus 1 per rude
  indicator clean_rooms worth 10
    touchpoint clean_room worth 10 = clean
ranking by total
  rounded half up to 0.01
  ties share
"""


def scored(folder: Path, name: str, *words: str | Path) -> Path:
    path = folder / name
    assert program.run("score", *words, "-o", path)[0] == 0
    return path


def computed(folder: Path, paths: Sequence[Path]) -> list[Any]:
    """The workbooks as LibreOffice computes them."""
    if OFFICE is None:
        pytest.skip("needs LibreOffice Calc")
    (folder / "profile" / "user").mkdir(parents=True, exist_ok=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(ALWAYS, "utf-8")
    done = subprocess.run([
        OFFICE, "--headless", "--norestore", f"-env:UserInstallation=file://{folder / 'profile'}", "--convert-to",
        "xlsx:Calc MS Excel 2007 XML", "--outdir", folder / "computed", *paths,
    ], capture_output=True, encoding="utf-8", timeout=240, check=True)
    assert "Error" not in done.stdout + done.stderr, done
    return [openpyxl.load_workbook(folder / "computed" / path.name, data_only=True) for path in paths]


def differing(book: Any) -> list[tuple[object, ...]]:
    rows = list(book.worksheets[-1].iter_rows(min_row=7, values_only=True))
    assert len(rows) > 10
    return [row for row in rows if row[5] not in (True, 1)]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All workbooks at once, since starting LibreOffice takes most of the time."""
    folder = tmp_path_factory.mktemp("books")
    made = {"zhejiang": scored(folder, "zhejiang.xlsx", RUBRIC, f"calls={CALLS}")}
    changed = openpyxl.load_workbook(made["zhejiang"])
    sheet = next(one for one in changed.worksheets if one["B2"].value == "01-S1")
    head = [cell.value for cell in sheet[1]]
    place = next(k for k, title in enumerate(head, 1) if title in ("transfers", "转接次数"))
    line = next(row for row in range(2, 100) if sheet.cell(row, 2).value == "10-S4")
    assert sheet.cell(line, place).value == 1
    sheet.cell(line, place).value = 0
    made["changed"] = folder / "changed.xlsx"
    changed.save(made["changed"])
    (folder / "many.rubric").write_text(MANY, "utf-8")
    rows = [
        "甲,first,yes,12,kind,0", "甲,second,yes,15,flat,1", "甲,third,no,,,0", "乙,first,yes,70,rude,5",
        "乙,first,no,,,2", "丙,third,yes,60,kind,0", "丙,first,yes,16,kind,3",
    ]
    (folder / "calls.csv").write_text("city,scenario,open,wait,tone,rude\n" + "\n".join(rows) + "\n", "utf-8")
    (folder / "visits.csv").write_text("city,clean\n甲,9.1\n甲,7.3\n乙,0.1\n丙,10\n", "utf-8")
    tables = (f"calls={folder / 'calls.csv'}", f"visits={folder / 'visits.csv'}")
    made["many"] = scored(folder, "many.xlsx", folder / "many.rubric", *tables)
    return dict(zip(made, computed(folder, list(made.values())), strict=True))


def test_libreoffice_computes_every_score_and_rank_of_the_example(books: dict[str, Any]) -> None:
    book = books["zhejiang"]
    assert differing(book) == []
    check = book.worksheets[-1]
    assert check["B1"].value == 0 and check["B4"].value == "0" and check["B2"].value < 1e-9
    assert check["B3"].value > 2500
    ranking = {row[1]: row for row in book.worksheets[0].iter_rows(min_row=3, values_only=True)}
    for expected in rows_of(EXAMPLE / "expected_scores.csv"):
        rank, _, score, exact, _ = ranking[expected["city"]][:5]
        top, _, bottom = expected["total"].partition("/")
        assert (rank, exact) == (int(expected["rank"]), expected["total"])
        assert abs(score - int(top) / int(bottom or 1)) < 1e-9


def test_a_cell_that_is_changed_runs_through_to_the_ranks_and_the_check_says_so(books: dict[str, Any]) -> None:
    """One transfer less is four eighths for 台州, which passes 杭州."""
    book = books["changed"]
    ranking = {row[1]: row for row in book.worksheets[0].iter_rows(min_row=3, values_only=True)}
    assert (ranking["台州"][0], ranking["台州"][2]) == (4, 76.375) and ranking["杭州"][0] == 5
    told = {(row[0], row[1]) for row in differing(book)}
    assert ("台州", "rank in overall") in told or ("台州", "overall 名次") in told
    assert {city for city, _ in told} == {"台州", "杭州"}


def test_rules_of_many_kinds_are_formulas_and_right(books: dict[str, Any]) -> None:
    book = books["many"]
    assert differing(book) == []
    assert book.worksheets[-1]["B4"].value == "0"


def test_texts_stay_texts_and_private_cells_stay_hidden(tmp_path: Path) -> None:
    (tmp_path / "r.rubric").write_text("""\
rubric "texts"
observe calls of city, averaged
  city   text
  tester text private
  remark text
  polite yes/no
indicator total worth 10
  touchpoint courtesy worth 10 when polite
ranking by total
  exact
  ties share
""", "utf-8")
    texts = ("=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "007")
    lines = "".join(f"{text},SECRET,{text},{'yes' if i % 2 else 'no'}\n" for i, text in enumerate(texts))
    (tmp_path / "calls.csv").write_text("city,tester,remark,polite\n" + lines, "utf-8")
    path = scored(tmp_path, "r.xlsx", tmp_path / "r.rubric", f"calls={tmp_path / 'calls.csv'}")
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if "SECRET" in str(cell.value)]
    for text in texts:
        found = [cell for cell in cells if cell.value == text]
        assert found and all(cell.data_type == "s" and cell.hyperlink is None for cell in found)
    # Names that criteria of a spreadsheet take for something else have values instead of formulas, and that is listed.
    assert "total" in str(book.worksheets[-1]["B4"].value)


def test_names_that_a_spreadsheet_takes_for_one() -> None:
    assert tell_apart(["杭州", "Ningbo", "a b"])
    for names in (["abc", "ABC"], ["a*"], ["?"], [">5"], ["007"], ["-1"], [" "]):
        assert not tell_apart(names)


def test_the_same_result_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (scored(tmp_path, name, RUBRIC, f"calls={CALLS}") for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()
