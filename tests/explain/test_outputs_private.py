"""No value of a private column is in any output, whatever the columns are for."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run

RUBRIC = """\
rubric "private"
observe calls of city, averaged by scenario
  call_id  text key private
  city     text
  scenario choice first | second
  tester   text private
  grade    whole number 0 to 99999 private
  remark   text optional private
  polite   yes/no
  wait     seconds 0 to 600
measure strict = mean(grade)
indicator total worth 30
  indicator manner worth 20
    touchpoint courtesy worth 10 when polite
    touchpoint graded worth 10 by grade
      up to 40000:     0
      over 40000:      10
  indicator quick worth 10
    if grade = 55551: 0
    touchpoint speed worth 10 by wait
      up to 15 s: 10
      over 15 s:  2
ranking by total
  exact
  ties by strict
"""
CALLS = """\
call_id,city,scenario,tester,grade,remark,polite,wait
KEY-1,甲,first,TESTER-1,31117,NOTE-1,yes,12
KEY-2,甲,second,TESTER-2,55551,,no,70
KEY-3,乙,first,TESTER-3,72229,NOTE-3,yes,40
KEY-4,乙,second,TESTER-4,43331,,yes,14
"""
SECRETS = [f"{word}-{i}" for word in ("KEY", "TESTER", "NOTE") for i in range(1, 5)] + [
    # 55551 stands in the rubric itself, which is public
    "31117", "72229", "43331", "OLD-TESTER", "NEW-TESTER", "86667",
]
APPEALS = "row key,column,old,new,reason,decided by,date,decision\n" + (
    "row 2,tester,TESTER-1,NEW-TESTER,badge,board,2021-01-20,accepted\n"
    "row 3,wait,70,15,clock,board,2021-01-20,accepted\n"
    "row 4,grade,72229,86667,misread,board,2021-01-20,accepted\n"
    "row 5,tester,TESTER-4,OLD-TESTER,badge,board,2021-01-20,rejected\n"
)

SCORE, EXPLAIN = ("score", "p.rubric", "calls.csv"), ("explain", "p.rubric", "calls.csv", "甲")
COMMANDS = {
    "score": SCORE, "score_json": (*SCORE, "--json"),
    "corrections": (*SCORE, "--corrections", "appeals.csv"),
    "corrections_json": (*SCORE, "--corrections", "appeals.csv", "--json"),
    "files": (*SCORE, "--corrections", "appeals.csv", "-o", "out.json", "-o", "out.csv", "-o", "out.html"),
    "only": (*SCORE, "-o", "out.html", "--only", "甲"),
    "bundle": (*SCORE, "--corrections", "appeals.csv", "--bundle", "bundle", "--without-data"),
    "explain": EXPLAIN, "explain_json": (*EXPLAIN, "--json"), "explain_item": (*EXPLAIN, "manner"),
    "explain_measure": (*EXPLAIN, "strict", "--json"), "explain_page": (*EXPLAIN, "-o", "out.html"),
    "explain_corrected": (*EXPLAIN, "--corrections", "appeals.csv", "--json"),
    "versus": (*EXPLAIN, "--versus", "乙"), "versus_json": (*EXPLAIN, "--versus", "乙", "--json"),
    "versus_page": (*EXPLAIN, "--versus", "乙", "-o", "out.html"),
    "reach": (*EXPLAIN, "--reach", "rank=1"), "reach_json": (*EXPLAIN, "--reach", "score=25", "--json"),
    "docs": ("docs", "p.rubric", "-o", "out.html"),
    "workbook": (*SCORE, "--corrections", "appeals.csv", "-o", "out.xlsx"),
    # With names of files in capitals: what was saved before and is explained beside.
    "beside": (*EXPLAIN, "--result", "SAVED.json"), "beside_json": (*EXPLAIN, "--result", "SAVED.json", "--json"),
    "beside_bundle": (*EXPLAIN, "--result", "SAVED", "--json"),
    "beside_page": (*EXPLAIN, "--versus", "乙", "--result", "SAVED.json", "-o", "out.html"),
    "verify": ("verify", "SAVED", "calls=calls.csv"),
}
SAVING = (*SCORE, "-o", "SAVED.json", "--bundle", "SAVED", "--without-data")


def text_of(path: Path) -> str:
    """All that stands in a file; of a workbook all its parts."""
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode("utf-8") for name in book.namelist())


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_private_value_is_in_any_output(
    name: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"p.rubric": RUBRIC, "calls.csv": CALLS, "appeals.csv": APPEALS}
    for file, text in given.items():
        (tmp_path / file).write_text(text, "utf-8")
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        if any(word.startswith("SAVED") for word in COMMANDS[name]):
            assert run([*SAVING, "--lang", lang]) == 0, err.getvalue()
        assert run([*COMMANDS[name], "--lang", lang]) == 0, err.getvalue()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in given]
    told = [("standard output", out.getvalue()), ("standard error", err.getvalue())]
    told += [(str(path.relative_to(tmp_path)), text_of(path)) for path in files]
    assert any(len(text) > 100 for _, text in told)
    assert [(where, secret) for where, text in told for secret in SECRETS if secret in text] == []


TIED = """\
rubric "private keys"
observe people of city, one row each
  city  text
  wage  number 0 to 100 private
  age   number 0 to 100 private
  ok    yes/no
measure pay = wage
measure twice = 2 * age
indicator total worth 10
  touchpoint a worth 10 when ok
ranking by total
  exact
  ties by pay, age
"""
PEOPLE = "city,wage,age,ok\nA,77.25,31.5,yes\nB,77.25,41.25,yes\nC,66.5,12.75,yes\n"
TOLD = ["77.25", "31.5", "41.25", "66.5", "12.75", "82.5", "25.5", "309/4", "63/2", "165/4", "133/2", "51/4", "165/2"]


def test_what_equals_a_private_cell_is_used_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tie keys and measures that are a private cell decide ranks and stand in no output."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.rubric").write_text(TIED, "utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    given = ("p.rubric", "people.csv")
    outputs = [word for end in ("json", "csv", "html", "xlsx") for word in ("-o", f"out.{end}")]
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        assert run(["score", *given, *outputs, "--bundle", "bundle", "--without-data", "--lang", "en"]) == 0
        for words in (
            ["--json"], ["--result", "out.json"], ["--versus", "B", "--json"], ["--reach", "rank=1", "--json"], [],
        ):
            assert run(["explain", *given, "A", *words]) == 0
        assert run(["score", *given, "--points", "points.csv"]) == 0
    ranks = [(row["subject"], row["rank"]) for row in json.loads((tmp_path / "out.json").read_text("utf-8"))[
        "rankings"][0]["rows"]]
    assert ranks == [("B", 1), ("A", 2), ("C", 3)] and "•••" in out.getvalue()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in given]
    told = [("terminal", out.getvalue())] + [(path.name, text_of(path)) for path in files]
    assert len(told) > 8 and [(where, secret) for where, text in told for secret in TOLD if secret in text] == []
