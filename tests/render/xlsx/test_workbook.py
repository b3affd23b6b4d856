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

PLACES = """\
rubric "places of many kinds"
observe results of city, one row each
  city   text
  region choice east "东部" | west "West"
  score  number
  second number optional
  late   yes/no
  new    yes/no
measure points = score
measure other optional = second
ranking overall by points
  rounded half up to 0.1
  ties by other lowest first
  exclude when new
ranking in_region by points within region
  exact
  ties share dense
ranking keyed_in_region by points within region
  rounded half up to 1
  ties by other
ranking fewest by points lowest first
  rounded half up to 1
  ties share dense
ranking capped by points
  exact
  ties share
  no better than 2 when late
"""
RESULTS = """\
city,region,score,second,late,new
甲,east,9,1,yes,no
乙,east,8.04,2,no,no
丙,west,7.96,1,no,no
丁,west,7.96,1,no,no
戊,west,9.5,1,no,yes
己,east,8.04,,no,no
庚,east,3,7,no,no
"""
EXPECTED = {
    "overall": {"甲": 1, "丙": 2, "丁": 2, "乙": 4, "己": 5, "庚": 6, "戊": None},
    "in_region": {"甲": 1, "乙": 2, "己": 2, "庚": 3, "戊": 1, "丙": 2, "丁": 2},
    "keyed_in_region": {"甲": 1, "乙": 2, "己": 3, "庚": 4, "戊": 1, "丙": 2, "丁": 2},
    "fewest": {"庚": 1, "乙": 2, "丙": 2, "丁": 2, "己": 2, "甲": 3, "戊": 4},
    "capped": {"戊": 1, "甲": 2, "乙": 3, "己": 3, "丙": 5, "丁": 5, "庚": 7},
}
"""By hand: a blank second is behind every other; rounded to whole points 9.5 is 10, 8.04 and 7.96 are 8."""


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
    (folder / "places.rubric").write_text(PLACES, "utf-8")
    (folder / "results.csv").write_text(RESULTS, "utf-8")
    made["places"] = scored(folder, "places.xlsx", folder / "places.rubric", f"results={folder / 'results.csv'}")
    moved = openpyxl.load_workbook(made["places"])
    cells = next(one for one in moved.worksheets if one["A1"].value in ("row", "行") and one["B2"].value == "甲")
    score = next(cell for cell in cells[1] if cell.value == "score")
    cells.cell(8, score.column).value = 8  # 庚, who had 3
    made["moved"] = folder / "moved.xlsx"
    moved.save(made["moved"])
    return dict(zip(made, computed(folder, list(made.values())), strict=True))


def test_libreoffice_computes_every_score_and_rank_of_the_example(books: dict[str, Any]) -> None:
    book = books["zhejiang"]
    assert differing(book) == []
    check = book.worksheets[-1]
    assert check["B1"].value == 0 and check["B4"].value == "0" and check["B2"].value < 1e-9
    assert check["B3"].value > 2500
    ranking = {row[1]: row for row in book.worksheets[0].iter_rows(min_row=4, values_only=True)}
    for expected in rows_of(EXAMPLE / "expected_scores.csv"):
        rank, _, score, exact, _ = ranking[expected["city"]][:5]
        top, _, bottom = expected["total"].partition("/")
        assert (rank, exact) == (int(expected["rank"]), expected["total"])
        assert abs(score - int(top) / int(bottom or 1)) < 1e-9


def test_a_cell_that_is_changed_runs_through_to_the_ranks_and_the_check_says_so(books: dict[str, Any]) -> None:
    """One transfer less is four eighths for 台州, which passes 杭州."""
    book = books["changed"]
    ranking = {row[1]: row for row in book.worksheets[0].iter_rows(min_row=4, values_only=True)}
    assert (ranking["台州"][0], ranking["台州"][2]) == (4, 76.375) and ranking["杭州"][0] == 5
    told = {(row[0], row[1]) for row in differing(book)}
    assert ("台州", "rank in overall") in told or ("台州", "overall 名次") in told
    assert {city for city, _ in told} == {"台州", "杭州"}


def test_rules_of_many_kinds_are_formulas_and_right(books: dict[str, Any]) -> None:
    book = books["many"]
    assert differing(book) == []
    assert book.worksheets[-1]["B4"].value == "0"


def places_in(book: Any) -> dict[str, dict[str, Any]]:
    """By ranking the rank of each subject, as the first sheet has it."""
    sheet, found = book.worksheets[0], {}
    for cell in sheet[2]:
        if cell.value:
            rows = sheet.iter_rows(min_row=4, min_col=cell.column, max_col=cell.column + 1, values_only=True)
            found[cell.value] = {city: None if rank == "–" else rank for rank, city in rows if city}
    return found


def test_places_by_keys_in_groups_and_without_gaps_are_formulas(books: dict[str, Any]) -> None:
    book = books["places"]
    assert differing(book) == []
    assert places_in(book) == EXPECTED
    assert book.worksheets[-1]["B4"].value in ("capped: rank (7)", "capped: 名次 (7)")
    method = [row[0] for sheet in book.worksheets for row in sheet.iter_rows(max_col=1, values_only=True)]
    assert any("capped" in str(text) and ("better places" in str(text) or "名次上限" in str(text)) for text in method)


def test_a_draft_says_so_on_its_first_sheet(books: dict[str, Any]) -> None:
    assert str(books["zhejiang"].worksheets[0]["A1"].value).startswith(("DRAFT", "草稿"))


def test_places_by_keys_move_with_the_observations(books: dict[str, Any]) -> None:
    """庚 has 8 points now: equal to four others when rounded, and first of them by its second value, 7."""
    found = places_in(books["moved"])
    assert found["keyed_in_region"] == EXPECTED["keyed_in_region"] | {"庚": 2, "乙": 3, "己": 4}
    assert found["fewest"] == {"庚": 1, "乙": 1, "丙": 1, "丁": 1, "己": 1, "甲": 2, "戊": 3}
    assert found["in_region"] == EXPECTED["in_region"]  # 8 is still third in the east
    assert found["overall"] == {"甲": 1, "丙": 2, "丁": 2, "乙": 4, "庚": 5, "己": 6, "戊": None}


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
