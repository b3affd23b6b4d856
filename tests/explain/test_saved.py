"""`explain --result`: beside a saved result one subject is explained from its own rows, as if all had been scored."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rubric_dsl.cli.main import run as rubric
from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.observations.read import read_subjects
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.results.saved import Saved
from tests import program
from tests.tables import ROOT, rows_of
from tests.zhejiang.independent import EXAMPLE

RUBRIC = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
CALLS = f"calls={EXAMPLE / 'calls.csv'}"
CITIES = [row["city"] for row in rows_of(EXAMPLE / "expected_scores.csv")]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the result as a file, laid out anew, and as a bundle; the calls as Parquet with their result."""
    folder = tmp_path_factory.mktemp("saved")
    assert program.run("score", RUBRIC, CALLS, "-o", folder / "r.json", "--bundle", folder / "bundle")[0] == 0
    found = json.loads((folder / "r.json").read_text("utf-8"))
    (folder / "other.json").write_text(json.dumps(found, indent=4), "utf-8")
    table = pl.read_csv(EXAMPLE / "calls.csv", infer_schema=False)
    table.write_parquet(folder / "calls.parquet")
    assert program.run("score", RUBRIC, f"calls={folder / 'calls.parquet'}", "-o", folder / "p.json")[0] == 0
    return folder


def explained(*words: str | Path) -> dict[str, Any]:
    status, found = program.run("explain", RUBRIC, *words)
    assert status == 0, found
    return found


@pytest.mark.parametrize("city", CITIES)
def test_nothing_is_explained_otherwise_than_by_scoring_everybody(city: str, saved: Path) -> None:
    whole = explained(CALLS, city)
    beside = explained(CALLS, city, "--result", saved / "r.json")
    assert beside.pop("result") == {"file": str(saved / "r.json")} and beside == whole


def test_any_layout_and_a_bundle_will_do(saved: Path) -> None:
    whole = explained(CALLS, "嘉兴", "wait")
    for name in ("other.json", "bundle"):
        beside = explained(CALLS, "嘉兴", "wait", "--result", saved / name)
        told = beside.pop("result")
        assert ("bundle" in told) == (name == "bundle")
        for one in (beside, whole):
            one.pop("ledger", None)
        assert beside == whole


def test_the_gap_between_two_is_split_alike(saved: Path) -> None:
    whole = explained(CALLS, "台州", "--versus", "杭州")
    beside = explained(CALLS, "台州", "--versus", "杭州", "--result", saved / "r.json")
    del beside["result"]
    assert beside == whole


def test_of_a_large_file_only_the_rows_of_the_subject_are_read(saved: Path) -> None:
    calls = f"calls={saved / 'calls.parquet'}"
    beside = explained(calls, "台州", "--result", saved / "p.json")
    whole = explained(calls, "台州")
    del beside["result"]
    assert beside == whole
    plan = compile_rubric("r", lambda _: RUBRIC.read_bytes()).plan
    assert plan is not None
    files = LargeFiles("calls.parquet", [saved / "calls.parquet"])
    (table,) = read_subjects(plan, {"calls": files}, ["台州"]).tables.values()
    assert {row.values["city"] for row in table.rows} == {"台州"} and table.ledger.read == len(table.rows) == 8


def refused(*words: str | Path) -> tuple[int, str]:
    err = StringIO()
    with redirect_stderr(err):
        status = rubric(["explain", *map(str, words), "--lang", "en"])
    return status, err.getvalue()


def test_another_file_or_method_or_a_changed_value_is_said(saved: Path, tmp_path: Path) -> None:
    text = (EXAMPLE / "calls.csv").read_text("utf-8-sig")
    (tmp_path / "calls.csv").write_text(text + "\n", "utf-8")
    status, said = refused(RUBRIC, f"calls={tmp_path / 'calls.csv'}", "嘉兴", "--result", saved / "r.json")
    assert status == 5 and "other observations" in said
    edition = EXAMPLE / "answered_only.rubric"
    status, said = refused(edition, "--use-from", ROOT / "rubrics", CALLS, "嘉兴", "--result", saved / "r.json")
    assert status == 5 and "another method" in said
    result = (saved / "r.json").read_text("utf-8")
    at = result.index('\n "嘉兴": ')
    (tmp_path / "r.json").write_text(result[:at] + result[at:].replace('"exact": "457/8"', '"exact": "465/8"'), "utf-8")
    status, said = refused(RUBRIC, CALLS, "嘉兴", "--result", tmp_path / "r.json")
    assert status == 5 and "has other values in total" in said
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for name in ("manifest.json", "result.json"):
        (bundle / name).write_bytes((saved / "bundle" / name).read_bytes().replace(b'"rank":11', b'"rank":10'))
    status, said = refused(RUBRIC, CALLS, "嘉兴", "--result", bundle)
    assert status == 5 and "rubric verify" in said


@pytest.mark.parametrize("text", ["", "{}", "[1]", "no", '{\n"format": "rubric-result/1",\n"rubric": 3\n}\n'])
def test_what_is_no_result_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(text, "utf-8")
    status, said = refused(RUBRIC, CALLS, "嘉兴", "--result", tmp_path / "r.json")
    assert status == 2 and "no saved result" in said


def test_corrections_have_to_be_those_of_the_result(saved: Path, tmp_path: Path) -> None:
    appeals = tmp_path / "appeals.csv"
    appeals.write_text(
        "row key,column,old,new,reason,decided by,date\n10-S4,transfers,1,0,recording,board,2021-01-20\n", "utf-8")
    assert program.run("score", RUBRIC, CALLS, "--corrections", appeals, "-o", tmp_path / "c.json")[0] == 0
    beside = explained(CALLS, "台州", "--corrections", appeals, "--result", tmp_path / "c.json")
    assert beside["rank"] == 4 and beside["corrected"]
    status, said = refused(RUBRIC, CALLS, "台州", "--result", tmp_path / "c.json")
    assert status == 5 and "--corrections" in said
    status, said = refused(RUBRIC, CALLS, "台州", "--corrections", appeals, "--result", saved / "r.json")
    assert status == 5 and "without corrections" in said


def test_names_that_look_like_keys_are_found_in_their_place() -> None:
    text = """{
"format": "rubric-result/1",
"rubric": {"plan": "sha256:1"},
"ledger": {},
"rankings": [
 {"name": "a", "by": "x", "rows": [
  {"rank": 1, "subject": "subjects", "reasons": [{"text": "\\"subject\\": \\"b\\""}]},
  {"rank": 2, "subject": "b"}
 ]},
 {"name": "b", "by": "x", "rows": [
  {"rank": 1, "subject": "b"},
  {"rank": 2, "subject": "subjects"}
 ]}
],
"subjects": {
 "subjects": {"x": 1},
 "b": {"x": 2, "subjects": 3}
}
}
"""
    found = Saved(text.encode())
    assert (found.subject("subjects"), found.subject("b")) == ({"x": 1}, {"x": 2, "subjects": 3})
    assert found.subject("x") is None
    ranks = {(name, who): (found.placed(name, who) or {}).get("rank") for name in "ab" for who in ("subjects", "b")}
    assert ranks == {("a", "subjects"): 1, ("a", "b"): 2, ("b", "b"): 1, ("b", "subjects"): 2}


PENALTIES = """rubric "Counters"
observe visits of office, averaged
  visit   text key
  office  text
  leaves  whole number 0 to 9
  minutes whole number 0 to 100
indicator total worth 10
  at least 0
  touchpoint wait worth 10 by minutes
    up to 10:  10
    over 10:   4
  touchpoint manners penalty 3, minus 3 per leaves
ranking by total
  exact
  ties share
"""
VISITS = "visit,office,leaves,minutes\n1,A,1,5\n2,B,0,50\n3,C,1,50\n4,D,0,5\n5,E,0,50\n"


def test_places_stand_with_each_subject_and_of_a_penalty_the_lowest_is_first(tmp_path: Path) -> None:
    (tmp_path / "r.rubric").write_text(PENALTIES, "utf-8")
    (tmp_path / "v.csv").write_text(VISITS, "utf-8")
    words = (tmp_path / "r.rubric", f"visits={tmp_path / 'v.csv'}")
    assert program.run("score", *words, "-o", tmp_path / "r.json")[0] == 0
    found = json.loads((tmp_path / "r.json").read_text("utf-8"))
    # totals: A 7, B 4, C 1, D 10, E 4
    places = {name: (own["total"]["place"], own["total"].get("tied", 1)) for name, own in found["subjects"].items()}
    assert places == {"A": (2, 1), "B": (3, 2), "C": (5, 1), "D": (1, 1), "E": (3, 2)}
    total = found["standings"]["items"]["total"]
    assert (total["of"], total["mean"]["exact"], total["highest"]["exact"], total["lowest"]["exact"]) == (
        5, "26/5", "10", "1")
    for name in found["subjects"]:
        beside = program.run("explain", words[0], words[1], name, "--result", tmp_path / "r.json")[1]
        assert beside.pop("result") and beside == program.run("explain", *words, name)[1]


@pytest.mark.parametrize("place", ['"place": 0', '"place": 12', '"place": "1"', '"place": 11, "tied": 2'])
def test_a_place_that_cannot_be_is_refused(place: str, saved: Path, tmp_path: Path) -> None:
    result = (saved / "r.json").read_text("utf-8")
    at = result.index('\n "嘉兴": ')
    line = result[at:result.index("\n", at + 1)]
    mended = line.replace('"place": 11', place)
    assert mended != line
    (tmp_path / "r.json").write_text(result.replace(line, mended), "utf-8")
    status, said = refused(RUBRIC, CALLS, "嘉兴", "--result", tmp_path / "r.json")
    assert status == 2 and "no saved result" in said
