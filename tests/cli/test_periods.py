"""A rubric with periods on the command line: a ranking for each, explained in one, written as rows and as JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run

RUBRIC = """rubric "Seasons"
observe results of driver each year, averaged
  driver choice a "Anna" | b "Ben"
  year   choice y1 "first" | y2 "second"
  points number 0 to 10
  missing: not applicable
indicator score worth 10
  touchpoint p worth 10 = points
measure gain optional = score - previous(score)
ranking by score
  exact
  ties share
"""
ROWS = "driver,year,points\na,y1,4\nb,y1,6\na,y2,7\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.setenv("RUBRIC_LANG", "en")
    rubric, rows = tmp_path / "seasons.rubric", tmp_path / "results.csv"
    rubric.write_text(RUBRIC, encoding="utf-8")
    rows.write_text(ROWS, encoding="utf-8")
    return str(rubric), str(rows)


def test_each_period_has_its_own_ranking(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", *files]) == 0
    said = capsys.readouterr().out
    first, second = said.split("year first")[1].split("year second")
    assert first.index("Ben") < first.index("Anna")
    assert "Anna" in second and "Ben: not applicable" in second


def test_json_has_the_periods_in_place_of_one_ranking(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["score", *files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "rankings" not in found and "subjects" not in found
    assert found["period_column"] == "year"
    assert [(one["period"], one["label"]) for one in found["periods"]] == [("y1", "first"), ("y2", "second")]
    ranks = [{row["subject"]: row["rank"] for row in one["rankings"][0]["rows"]} for one in found["periods"]]
    assert ranks == [{"a": 2, "b": 1}, {"a": 1, "b": None}]
    assert found["periods"][1]["subjects"]["a"]["gain"] == {"exact": "3", "shown": "3"}
    because = found["periods"][0]["subjects"]["a"]["gain"]
    assert because == {"state": "missing", "because": "there is no value of the period before"}
    assert found["ledger"]["results"]["read"] == 3


def test_a_run_that_stops_has_no_periods(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(files[1]).write_text("driver,year,points\na,y1,x\n", encoding="utf-8")
    assert run(["score", *files, "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert found["periods"] == [] and found["period_column"] == "year"
    assert "rankings" not in found and "subjects" not in found


def test_rows_begin_with_the_period(files: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run(["score", *files, "-o", str(out)]) == 0
    rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[:3] for row in rows] == [
        ["year", "subject", "rank"],
        ["first", "b", "1"], ["first", "a", "2"],
        ["second", "a", "1"], ["second", "b", ""],
    ]


@pytest.mark.parametrize(("period", "points"), [("y1", "4"), ("first", "4"), ("y2", "7")])
def test_a_subject_is_explained_in_the_period_that_is_named(
    files: tuple[str, str], period: str, points: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *files, "Anna", "--period", period]) == 0
    label = {"y1": "first", "y2": "second"}.get(period, period)
    assert capsys.readouterr().out.startswith(f"Anna ({label}) has {points} of 10 points in score")


def test_without_a_period_the_latest_is_explained_and_named(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *files, "a", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["period"] == "second"
    assert "period second" in said.err


def test_a_period_that_is_not_there_is_refused_with_what_there_is(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *files, "a", "--period", "y3"]) == 2
    assert "y1" in capsys.readouterr().err


def test_a_value_of_the_period_before_says_which_period(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *files, "a", "gain", "--period", "y2"]) == 0
    assert "previous(score) (first) = 4" in capsys.readouterr().out
    assert run(["explain", *files, "a", "gain", "--json"]) == 0
    read = {one["name"]: one for one in json.loads(capsys.readouterr().out)["inputs"]}
    assert read["previous(score)"]["period"] == "first" and "period" not in read["score"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        # What came out of one of two periods is no answer for both, not even that there is nothing.
        ('driver | gain\n    "a"    | -', "the rows above have several periods: say which, in a column `year`"),
        ('driver | year | score\n    "a"    | y3   | -', "there is no such period in the test"),
        ('driver | year | score\n    "b"    | y2   | -', "there is no such subject in the test"),
        ("year | p\n    y1   | 4\n    y2   | 7\n    y1   | 6\n    y2   | 6", "there is no such subject in the test"),
        ('driver | year     | score\n    "a"    | "second" | 8', "score came out as 7"),
    ],
)
def test_an_answer_of_a_test_is_that_of_one_subject_in_one_period(
    files: tuple[str, str], answers: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = "  given results\n    driver | year | points\n    a | y1 | 4\n    b | y1 | 6\n    a | y2 | 7\n"
    rubric = tmp_path / "tested.rubric"
    rubric.write_text(f'{RUBRIC}test "x"\n{given}  expect\n    {answers}\n', encoding="utf-8")
    assert run(["test", str(rubric)]) == 5
    err = capsys.readouterr().err
    assert err.count("^ ") == 1 and said in err


@pytest.mark.parametrize("column", ["year whole number private", "year whole number optional", "year text"])
def test_a_column_that_cannot_be_shown_for_every_row_is_no_period(
    column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric = tmp_path / "column.rubric"
    rubric.write_text(f"observe results of driver each year, averaged\n  driver text\n  {column}\n", encoding="utf-8")
    assert run(["check", str(rubric)]) == 3
    assert "R205" in capsys.readouterr().err


def test_a_value_of_the_period_before_that_reads_itself_is_a_circle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric = tmp_path / "circle.rubric"
    rubric.write_text(RUBRIC + "measure own optional = previous(own) + 1\n", encoding="utf-8")
    assert run(["check", str(rubric)]) == 3
    assert "R043" in capsys.readouterr().err
