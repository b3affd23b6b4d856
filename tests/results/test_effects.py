"""Corrections: what single cells that are decided anew do to scores and ranks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.cli.main import run as rubric
from rubric_dsl.engines.again import again
from rubric_dsl.engines.run import run
from rubric_dsl.observations.model import Observations, Row, TableData
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.results.effects import rows_of
from tests import program
from tests.books import book
from tests.explain.explained import File
from tests.tables import ROOT
from tests.zhejiang.independent import EXAMPLE

RUBRIC = Path(ROOT) / "rubrics" / "zhejiang_12345_2020.rubric"
CALLS = f"calls={EXAMPLE / 'calls.csv'}"
HEADER = "row key,column,old,new,reason,decided by,date,reference,decision\n"


def corrections(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "corrections.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines), "utf-8")
    return path


def scored(path: Path, *more: str) -> dict[str, Any]:
    status, result = program.run("score", RUBRIC, CALLS, "--corrections", path, *more)
    assert status == 0, result
    return result


def moves(moved: Sequence[Any]) -> list[tuple[str, int, int, str, str]]:
    return [(
        one["subject"], one["before"]["rank"], one["after"]["rank"], one["before"]["score"]["exact"],
        one["after"]["score"]["exact"],
    ) for one in moved]


def test_four_marks_won_by_appeal_move_taizhou_above_hangzhou(tmp_path: Path) -> None:
    """杭州 has 610 eighths and 台州 607: a touchpoint worth 4 makes 611, and only these two ranks change."""
    result = scored(corrections(tmp_path, "10-S4,transfers,1,0,recording,board,2021-01-20,3,accepted"))
    expected = [("台州", 5, 4, "607/8", "611/8"), ("杭州", 4, 5, "305/4", "305/4")]
    (effect,) = result["corrections"]["effects"]
    assert moves(effect["moved"]) == moves(result["corrections"]["together"]) == expected
    assert program.ranks_of(result)["台州"] == 4
    assert result["ledger"]["calls"]["scored"] == 88


def test_decisions_in_a_workbook_count_as_those_in_a_text(tmp_path: Path) -> None:
    """Numbers, a date, blank cells at the end, a reason over two merged rows, a title above, GB18030 beside it."""
    line = "10-S4,transfers,1,0,录音,评审组,2021-01-20,3,"
    text = corrections(tmp_path, line, "10-S2,transfers,0,1,录音,评审组,2021-01-20,4,驳回")
    other = tmp_path / "gb.csv"
    other.write_bytes(text.read_bytes().decode("utf-8").replace(
        HEADER, "主键,列,原值,新值,理由,裁定人,日期,文号,裁定\n").encode("gb18030"))
    day = {"date": "2021-01-20", "format": "yyyy-mm-dd"}
    sheet = tmp_path / "corrections.xlsx"
    sheet.write_bytes(book([
        [], ["主键", "列", "原值", "新值", "理由", "裁定人", "日期", "文号", "裁定"],
        ["10-S4", "transfers", 1, 0, "录音", "评审组", day, 3],
        ["10-S2", "transfers", 0, 1, "", "评审组", day, 4, "驳回"],
    ], merge=["E3:E4"], sheet="申诉", others=["说明"]))
    told = [scored(path)["corrections"] for path in (text, other, tmp_path / "corrections.xlsx#申诉")]
    for one in told:
        del one["file"], one["sha256"]
        for effect in one["effects"]:
            del effect["rows"]
        for listed in one["entries"]:
            del listed["row"]  # a title stands above the sheet
    assert told[0] == told[1] == told[2]


def test_three_marks_tie(tmp_path: Path) -> None:
    result = scored(corrections(tmp_path, "10-S6,mandarin_standard,no,yes,heard again,board,2021-01-20,4,"))
    assert moves(result["corrections"]["together"]) == [("台州", 5, 4, "607/8", "305/4")]
    ranks = program.ranks_of(result)
    assert ranks["台州"] == ranks["杭州"] == 4 and ranks["舟山"] == 6


def test_appeals_are_told_one_by_one_and_together(tmp_path: Path) -> None:
    path = corrections(
        tmp_path, "10-S4,transfers,1,0,recording,board,2021-01-20,3,accepted",
        "第74行,等待时长(秒),30,15,clock,board,2021-01-20,5,采纳", "01-S1,wait_seconds,12,10,clock,board,2021-01-21,6,",
        "04-S5,connected,no,yes,claimed,board,2021-01-21,7,驳回",
    )
    found = scored(path)["corrections"]
    assert (found["accepted"], found["rejected"]) == (3, 1)
    assert [entry["decision"] for entry in found["entries"]] == ["accepted"] * 3 + ["rejected"]
    # 15 s of waiting instead of 30 is the touchpoint of 7.
    alone = [moves(effect["moved"]) for effect in found["effects"]]
    assert alone[0] == [("台州", 5, 4, "607/8", "611/8"), ("杭州", 4, 5, "305/4", "305/4")]
    assert alone[1] == [("台州", 5, 4, "607/8", "307/4"), ("杭州", 4, 5, "305/4", "305/4")]
    assert alone[2] == []
    assert moves(found["together"])[0] == ("台州", 5, 4, "607/8", "309/4")


def test_a_rejected_appeal_changes_nothing(tmp_path: Path) -> None:
    path = corrections(tmp_path, "10-S4,transfers,1,0,recording,board,2021-01-20,3,rejected")
    result = scored(path)
    assert result["corrections"]["together"] == [] and result["corrections"]["effects"] == []
    plain = program.score(RUBRIC, calls=EXAMPLE / "calls.csv")
    assert result["rankings"] == plain["rankings"] and result["subjects"] == plain["subjects"]


def test_cells_of_one_appeal_belong_together(tmp_path: Path) -> None:
    """A call that was answered after all needs all its cells: none of these corrections can stand alone."""
    with open(EXAMPLE / "calls.csv", encoding="utf-8") as file:
        header, *rows = [line.rstrip("\n").split(",") for line in file]
    lost, like = (next(row for row in rows if row[0] == key) for key in ("04-S5", "04-S4"))
    changed = [f"04-S5,{name},{lost[k]},{like[k]},found,board,2021-02-01,%s,"
               for k, name in enumerate(header) if lost[k] != like[k] and k >= header.index("connected")]
    result = scored(corrections(tmp_path, *(line % "R1" for line in changed)))
    (effect,) = result["corrections"]["effects"]
    assert effect["alone"] and len(effect["rows"]) == len(changed) > 10
    assert F(result["subjects"]["嘉兴"]["total"]["exact"]) > F(457, 8)
    apart = scored(corrections(tmp_path, *(line % "" for line in changed)))["corrections"]
    assert len(apart["effects"]) == len(changed) and not any(effect["alone"] for effect in apart["effects"])
    assert apart["together"] == result["corrections"]["together"]


def test_what_is_wrong_with_corrections_stops_the_run_with_all_of_it(tmp_path: Path) -> None:
    path = corrections(
        tmp_path, "10-S9,transfers,1,0,r,b,2021-01-20,,", "10-S4,transfer,1,0,r,b,2021-01-20,,",
        "10-S4,transfers,2,0,r,b,2021-01-20,,", "10-S4,transfers,1,0,,b,2021-13-20,,",
    )
    status, result = program.run("score", RUBRIC, CALLS, "--corrections", path)
    assert status == 4 and result["rankings"] == []
    assert [(one["row"], one["code"]) for one in result["corrections"]["refusals"]] == [
        (5, "D309"), (5, "D310"), (2, "D301"), (3, "D302"), (4, "D303"),
    ]


def test_an_explanation_marks_corrected_cells(tmp_path: Path) -> None:
    path = corrections(tmp_path, "10-S4,transfers,1,0,recording,board,2021-01-20,3,accepted")
    status, found = program.run("explain", RUBRIC, CALLS, "台州", "--corrections", path)
    assert status == 0 and found["score"]["exact"] == "611/8" and found["rank"] == 4
    assert [(one["row"], one["column"], one["before"], one["now"]) for one in found["corrected"]] == [
        (77, "transfers", "1", "0"),
    ]
    parts = {part["name"]: part for item in found["items"] for part in item["items"]}
    row = next(row for row in parts["not_transferred"]["rows"] if row["row"] == 77)
    assert row["corrected"] == {"transfers": {"before": "1"}} and row["points"]["exact"] == "4"


def test_a_private_value_is_in_no_output_of_corrections(tmp_path: Path) -> None:
    path = corrections(tmp_path, "10-S4,tester_id,M1,M77,wrong badge,board,2021-01-20,3,accepted")
    assert "M77" not in json.dumps(scored(path), ensure_ascii=False)
    wrong = corrections(tmp_path, "10-S4,tester_id,M88,M77,wrong badge,board,2021-01-20,3,accepted")
    status, result = program.run("score", RUBRIC, CALLS, "--corrections", wrong)
    told = json.dumps(result, ensure_ascii=False)
    assert status == 4 and "M88" not in told and '"M1"' not in told and "D303" in told


# ---------------------------------------------------------------- scored again in part

PARTS = """\
rubric "parts"
observe facts of city, one row each
  city text
  size whole number 1 to 9
observe calls of city, averaged by scenario
  city text
  scenario choice first | second
  wait whole number 0 to 60
  missing: 0
measure slow = count(calls where wait > 20)
measure usual optional = mean(wait across city)
measure place = rank(slow across city)
indicator total worth 20
  indicator quick worth 10
    touchpoint speed worth 10 by wait
      up to 20: 10
      over 20:  10 - wait / 6
  indicator steady worth 10
    touchpoint few worth 10 = max(0, 10 - slow - place / 2)
ranking by total
  exact
  ties share
"""


@pytest.fixture(scope="module")
def parts() -> Any:
    compiled = compile_rubric("parts.rubric", lambda name: PARTS.encode())
    assert compiled.plan is not None, [found.code for found in compiled.diagnostics]
    return compiled.plan


Call = st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(("first", "second")), st.integers(0, 60))
Calls = st.lists(Call, min_size=1)


@settings(max_examples=60, deadline=None)
@given(before=Calls, after=Calls, chosen=st.sets(st.sampled_from("甲乙丙"), min_size=1))
def test_scoring_some_subjects_again_is_scoring_all(parts: Any, before: Any, after: Any, chosen: set[str]) -> None:
    """Rows of the chosen subjects replaced, whole against part."""

    def observed(calls: Sequence[Any]) -> Observations:
        lines = "".join(f"{city},{scenario},{wait}\n" for city, scenario, wait in calls)
        return read_observations(parts, {
            "facts": File("facts.csv", "city,size\n甲,1\n乙,2\n丙,3\n".encode()),
            "calls": File("calls.csv", ("city,scenario,wait\n" + lines).encode()),
        })

    old, new = observed(before), observed(after)

    def rows(observations: Observations, wanted: bool) -> list[Row]:
        return [row for row in observations.tables["calls"].rows if (row.values["city"] in chosen) == wanted]

    whole = Observations({**old.tables, "calls": TableData(
        "calls", (*rows(old, False), *rows(new, True)), old.tables["calls"].ledger,
    )})
    subjects = dict.fromkeys(sorted(chosen))
    part = again(run(parts, old), subjects, rows_of(run(parts, old), whole, subjects))
    assert part.values == run(parts, whole).values


FORMS = """rubric "Forms"
observe calls of city, averaged
  city   text
  wait   seconds 0 to 600
indicator total worth 12
  touchpoint quick worth 12 by wait
    up to 15 s:           12
    over 15 s to 60 s:    6
    over 60 s:            0
ranking by total
  exact
  ties share
"""


@pytest.fixture
def forms(tmp_path: Path) -> tuple[Path, str]:
    """A rubric and a folder of two files of one table, whose rows are numbered alike."""
    (tmp_path / "forms").mkdir()
    (tmp_path / "r.rubric").write_text(FORMS, "utf-8")
    (tmp_path / "forms" / "a.csv").write_text("city,wait\nA,12\nA,70\nC,70\n", "utf-8")
    (tmp_path / "forms" / "b.csv").write_text("city,wait\nB,70\nB,70\n", "utf-8")
    return tmp_path / "r.rubric", f"calls={tmp_path / 'forms'}"


def test_of_several_files_the_row_of_one_is_corrected_alone(forms: tuple[Path, str], tmp_path: Path) -> None:
    """The third row of b.csv: B then has 12 and 0, so 6, and C alone is behind; that of a.csv, of A, stays."""
    path = corrections(tmp_path, "b.csv:3,wait,70,10,x,board,2021-01-20,1,accepted")
    status, result = program.run("score", *forms, "--corrections", path)
    assert status == 0, result
    assert {name: own["total"]["exact"] for name, own in result["subjects"].items()} == {"A": "6", "B": "6", "C": "0"}
    assert moves(result["corrections"]["together"]) == [
        ("B", 2, 1, "0", "6"), ("C", 2, 3, "0", "0")]
    for subject, before in (("A", None), ("B", "70")):
        explained = program.run("explain", *forms, subject, "--corrections", path)[1]
        assert [one["before"] for one in explained.get("corrected", ())] == ([] if before is None else [before])


def test_a_number_that_several_files_have_is_not_guessed(
    forms: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = corrections(tmp_path, "row 3,wait,70,10,x,board,2021-01-20,1,accepted")
    assert rubric(["score", *map(str, forms), "--corrections", str(path), "--lang", "en"]) == 4
    said = capsys.readouterr().err
    assert "several files have a row of this number" in said and "a.csv:3" in said and "b.csv:3" in said
    path = corrections(tmp_path, "row 4,wait,70,10,x,board,2021-01-20,1,accepted")  # a.csv alone has one
    assert program.run("score", *forms, "--corrections", path)[1]["subjects"]["C"]["total"]["exact"] == "12"


def test_what_reaches_a_rank_does_so_as_corrections_of_several_files(forms: tuple[Path, str], tmp_path: Path) -> None:
    found = program.run("explain", *forms, "B", "--reach", "rank=1")[1]
    assert found["proposals"], found
    lines = [
        f"{Path(one['file']).name}:{one['row']},{one['column']},{one['old']},{one['new']},x,board,2021-01-20,1,accepted"
        for one in found["proposals"][0]["changes"]
    ]
    result = program.run("score", *forms, "--corrections", corrections(tmp_path, *lines))[1]
    assert program.ranks_of(result)["B"] == 1


def test_a_bundle_of_several_files_is_refused_by_name_with_corrections_too(
    forms: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = corrections(tmp_path, "b.csv:3,wait,70,10,x,board,2021-01-20,1,accepted")
    for more in ([], ["--corrections", str(path)]):
        words = ["score", *map(str, forms), *more, "--bundle", str(tmp_path / "bundle"), "--lang", "en"]
        assert rubric(words) == 2
        assert "a bundle holds one file of each table" in capsys.readouterr().err
