"""One table from several files: rows, refusals and repairs keep their file, and keys hold across files."""

from __future__ import annotations

from pathlib import Path

import pytest

from rubric_dsl.cli.main import run as rubric
from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger
from rubric_dsl.observations.raw import Given, OnDisk, SeveralFiles
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.books import book
from tests.observations.plans import column, plan, table

PLAN = plan(table(
    column("id", key=True), column("city"), column("x", "seconds", presence="optional"), column("share", "percent"),
))
USUAL = "id,city,x,share\n1,甲,12,50%\n2,乙,1分05秒,25%\n"


def several(*files: Given) -> SeveralFiles:
    return SeveralFiles("forms", files)


def given(name: str, text: str, encoding: str = "utf-8") -> Given:
    return Given(name, text.encode(encoding))


def ledger_of(*files: Given) -> Ledger:
    return read_observations(PLAN, {"calls": several(*files)}).tables["calls"].ledger


def test_files_of_other_layouts_and_encodings_are_one_table() -> None:
    other = given("b.csv", "city;share;id;x;remark\n丙;75％;3;;none\n", "utf-16")
    sheet = Given("c.xlsx", book([["Calls of 丁"], ["x", "id", "city", "share"], [9, "4", "丁", {"number": "0.5",
                                                                                           "format": "0%"}]]))
    data = read_observations(PLAN, {"calls": several(given("a.csv", USUAL), other, sheet)}).tables["calls"]
    assert data.ledger.refusals == ()
    assert [(row.file, row.number, row.values["city"], row.values["x"]) for row in data.rows] == [
        ("a.csv", 2, "甲", 12), ("a.csv", 3, "乙", 65), ("b.csv", 2, "丙", None), ("c.xlsx", 3, "丁", 9),
    ]
    ledger = data.ledger
    assert (ledger.read, ledger.scored, ledger.refused) == (4, 4, 0)
    repaired = {(r.file, ledger.place(r.row, r.column or None, r.file)) for r in ledger.repairs}
    assert repaired >= {("a.csv", "C3"), ("b.csv", "B2"), ("c.xlsx", "Sheet1!1")}
    assert [(name, part.read) for name, part in ledger.parts.items()] == [("a.csv", 2), ("b.csv", 1), ("c.xlsx", 1)]
    assert len({part.sha256 for part in ledger.parts.values()} | {ledger.sha256}) == 4


def test_a_key_is_one_across_files_also_in_the_same_row() -> None:
    found = ledger_of(given("a.csv", USUAL), given("b.csv", "id,city,x,share\n1,丙,,5%\n"))
    assert [(r.file, r.row, r.code) for r in found.refusals] == [("b.csv", 2, "D021")]
    assert "row 2 (a.csv)" in message(found.refusals[0], "en") and "a.csv:2" in message(found.refusals[0], "zh")


def test_what_is_wrong_in_one_file_is_said_of_it_and_the_others_are_read() -> None:
    found = ledger_of(
        given("a.csv", "id,city,share\n1,甲,5%\n"), given("b.csv", 'id,city,x,share\n8,乙,soon,5%\n9,"丙,1,5%\n'),
        Given("c.pdf", b"%PDF-1.4"), given("d.csv", USUAL),
    )
    assert [(r.file, r.row, r.column, r.code) for r in found.refusals] == [
        ("a.csv", 1, "x", "D035"), ("b.csv", 2, "x", "D007"), ("b.csv", 3, None, "D026"), ("c.pdf", 0, None, "R333"),
    ]
    assert (found.read, found.scored) == (4, 2)


def test_a_file_that_cannot_be_opened_stops_the_run(tmp_path: Path) -> None:
    files = SeveralFiles("forms", (given("a.csv", USUAL), OnDisk(str(tmp_path / "gone.csv"))))
    for leave_out in (False, True):
        found = read_observations(PLAN, {"calls": files}, leave_out).tables["calls"].ledger
        assert [(r.file, r.code) for r in found.refusals] == [(str(tmp_path / "gone.csv"), "R367")]


RUBRIC = """rubric "Forms"
observe calls of city, averaged
  id   text key
  city text
  x    seconds
indicator total worth 10
  touchpoint quick worth 10 when x <= 15 s
ranking by total
  exact
  ties share
"""


@pytest.fixture(scope="module")
def made() -> ScoringPlan:
    compiled = compile_rubric("forms.rubric", lambda path: RUBRIC.encode()).plan
    assert compiled is not None
    return compiled


@pytest.mark.parametrize("ugly", ["", "8,乙,soon\n", "1,乙,3\n", '8,"乙",3\n'])
def test_files_that_are_scanned_have_the_account_of_those_read_row_by_row(
    tmp_path: Path, made: ScoringPlan, ugly: str
) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text("id,city,x\n1,甲,12\n2,乙,30\n", encoding="utf-8")
    paths[1].write_text(f"id,city,x\n{ugly}3,甲,20\n", encoding="utf-8")
    files = SeveralFiles("forms", tuple(OnDisk(str(path)) for path in paths))
    one = read_observations(made, {"calls": files}).tables["calls"]
    other = read_observations(made, {"calls": LargeFiles("forms", paths)}).tables["calls"]
    assert (other.large is None) == ('"' in ugly)
    for ledger in (one.ledger, other.ledger):
        assert ledger.sha256 == one.ledger.sha256 and list(ledger.parts) == [str(path) for path in paths]
    said = [[(r.file, r.row, r.column, r.code) for r in data.ledger.refusals] for data in (one, other)]
    expected = {
        "": [], '8,"乙",3\n': [], "8,乙,soon\n": [("b.csv", 2, "x", "D007")], "1,乙,3\n": [("b.csv", 2, "id", "D021")],
    }
    assert [(Path(file).name, *rest) for file, *rest in said[0]] == expected[ugly]
    # The scan reads both rows of a key again, and tells the second as the reader does.
    assert said[1] == said[0]


def test_a_folder_of_forms_is_scored_and_each_cell_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.rubric").write_text(RUBRIC, encoding="utf-8")
    Path("forms").mkdir()
    Path("forms/a.csv").write_text('id,city,x\n1,甲,"12"\n', encoding="utf-8")
    Path("forms/b.xlsx").write_bytes(book([["id", "city", "x"], ["2", "乙", 30]]))
    assert rubric(["score", "t.rubric", "calls=forms", "--json"]) == 0
    assert '"file": "forms/b.xlsx"' in capfd.readouterr().out
    Path("forms/c.xlsx").write_bytes(book([["id", "city", "x"], ["2", "乙", "1:05"]]))
    assert rubric(["score", "t.rubric", "calls=forms", "--lang", "en"]) == 4
    said = capfd.readouterr().err
    assert "forms/c.xlsx:2 (Sheet1!C2): x" in said and "row 2 (forms/b.xlsx) has the same id" in said
    assert rubric(["score", "t.rubric", "calls=forms/[ab]*", "--bundle", "out", "--lang", "en"]) == 2
    assert "one file of each table" in capfd.readouterr().err
