"""check, plan, score and test as a user and a script see them."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from rubric_dsl.cli.main import run
from rubric_dsl.render.width import width
from tests.cli import rubrics


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in with `hotlines.rubric`, `gaps.rubric`, `calls.csv`, `refused.csv`; English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("hotlines.rubric", rubrics.HOTLINES), ("gaps.rubric", rubrics.GAPS),
        ("calls.csv", rubrics.CALLS), ("refused.csv", rubrics.REFUSED),
    ):
        Path(name).write_text(text, "utf-8")
    return tmp_path


class Said:
    """Runs a command line and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def json(self, *arguments: str) -> tuple[int, Any]:
        code, out, _ = self(*arguments, "--json")
        return code, json.loads(out)


@pytest.fixture
def rubric(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


# ---------------------------------------------------------------- check


def test_a_clean_rubric_says_what_it_amounts_to_and_nothing_else(rubric: Said) -> None:
    assert rubric("check", "hotlines.rubric") == (0, "hotlines.rubric: 2 touchpoints, worth 10\n", "")
    assert rubric("check", "hotlines.rubric", "--lang", "zh") == (0, "hotlines.rubric：2 个触点，满分 10\n", "")


def test_gaps_are_shown_with_place_witness_and_next_act(rubric: Said) -> None:
    code, out, err = rubric("check", "gaps.rubric")
    assert (code, out) == (3, "")
    assert err.count("error[R031]") == 3
    assert "gaps.rubric:11:15" in err and "16 of 17 calls" in err and "= help: " in err


def test_check_json_has_the_shape_that_scripts_rely_on(rubric: Said) -> None:
    code, found = rubric.json("check", "gaps.rubric")
    assert code == 3 and found["format"] == "rubric-check/1" and len(found["diagnostics"]) == 3
    first = found["diagnostics"][0]
    assert {"code", "name", "severity", "message", "spans", "witness", "fixes"} <= set(first)
    assert first["name"] == "gap-between-bands" and first["spans"][0]["line"] == 11
    code, found = rubric.json("check", "hotlines.rubric")
    assert code == 0 and found["diagnostics"] == []
    assert found["summary"] == {
        "indicators": 3, "touchpoints": 2, "strata": 0, "touchpoint_instances": 2, "worth": "10"}


def test_check_json_of_several_rubrics_is_a_list(rubric: Said) -> None:
    code, found = rubric.json("check", "hotlines.rubric", "gaps.rubric")
    assert code == 3 and [len(one["diagnostics"]) for one in found] == [0, 3]


def test_json_is_not_translated(rubric: Said) -> None:
    assert rubric.json("check", "gaps.rubric", "--lang", "zh") == rubric.json("check", "gaps.rubric", "--lang", "en")


# ---------------------------------------------------------------- plan


def test_the_plan_has_its_identity_first_which_labels_do_not_change(rubric: Said, folder: Path) -> None:
    code, found = rubric.json("plan", "hotlines.rubric")
    assert code == 0 and next(iter(found)) == "plan" and found["plan"].startswith("sha256:")
    other = rubrics.HOTLINES.replace('"综合得分"', '"总分"').replace("  exact", "  exact  # decided in 2020")
    (folder / "other.rubric").write_text(other, "utf-8")
    assert rubric.json("plan", "other.rubric")[1]["plan"] == found["plan"]
    (folder / "other.rubric").write_text(rubrics.HOTLINES.replace("over target: 2", "over target: 3"), "utf-8")
    assert rubric.json("plan", "other.rubric")[1]["plan"] != found["plan"]


@pytest.mark.parametrize(("lang", "lines"), [
    ("en", ["of city, averaged", "target = 15 s (may be 5 s to 60 s)", "connect_rate 接通率 = share(connected)",
            "heat by connect_rate rounded half up to 1%", "answered, worth 4, when connected", "unless connected: 0",
            "up to target:"]),
    ("zh", ["对象 city，平均", "target = 15秒（可取 5秒 至 60秒）", "connect_rate 接通率 = share(connected)",
            "heat 按 connect_rate 四舍五入到 1%", "answered，满分 4，当 connected", "除非 connected：0",
            "不超过 target："]),
])
def test_the_plan_as_a_page_can_be_followed(lang: str, lines: list[str], rubric: Said) -> None:
    code, out, err = rubric("plan", "hotlines.rubric", "--lang", lang)
    assert (code, err) == (0, "")
    assert [line for line in lines if line not in out] == []


def test_a_rubric_with_errors_has_no_plan(rubric: Said) -> None:
    code, out, err = rubric("plan", "gaps.rubric")
    assert (code, out) == (3, "") and "error[R031]" in err


# ---------------------------------------------------------------- score


def test_the_ranking_has_ranks_scores_classes_and_the_account(rubric: Said) -> None:
    code, out, err = rubric("score", "hotlines.rubric", "calls.csv")
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines() if line.startswith("   ") and line.split()[0].isdigit()]
    assert rows == [["1", "丙", "10", "hot"], ["2", "甲", "8", "hot"], ["3", "乙", "5", "warm"]]
    assert "calls (calls.csv): 5 rows read = 5 scored + 0 refused" in out


def test_the_reasons_say_what_cost_most_and_on_which_rows(rubric: Said) -> None:
    _, out, _ = rubric("score", "hotlines.rubric", "calls.csv")
    lines = [line.strip() for line in out.splitlines()]
    below = {subject: lines[i + 1] for i, line in enumerate(lines) for subject in "甲乙" if f"  {subject}  " in line}
    assert below == {"甲": "quick −2 (row 3)", "乙": "quick −3 (row 5); answered −2 (row 5)"}


def test_the_ranking_in_chinese_has_labels_and_aligned_columns(rubric: Said) -> None:
    _, out, _ = rubric("score", "hotlines.rubric", "calls.csv", "--lang", "zh")
    lines = out.splitlines()
    head = next(line for line in lines if line.startswith("名次"))
    rows = [line for line in lines if line.startswith("   ") and line.split()[0].isdigit()]
    assert head.split() == ["名次", "city", "综合得分", "heat"]
    words = ("heat", "热线", "热线", "温线")
    assert len({width(line[: line.index(word)]) for line, word in zip([head, *rows], words, strict=True)}) == 1


def test_score_json_is_a_result_with_exact_numbers(rubric: Said) -> None:
    code, found = rubric.json("score", "hotlines.rubric", "calls=calls.csv")
    assert code == 0 and found["format"] == "rubric-result/1" and found["engine"] == "reference"
    assert [(row["rank"], row["subject"], row["score"]["exact"]) for row in found["rankings"][0]["rows"]] == [
        (1, "丙", "10"), (2, "甲", "8"), (3, "乙", "5")]
    assert found["subjects"]["乙"]["heat"] == "warm"
    assert {key: found["ledger"]["calls"][key] for key in ("read", "scored", "refused")} == {
        "read": 5, "scored": 5, "refused": 0}
    assert found["parameters"]["target"]["set"] is False


def test_a_parameter_set_is_checked_anew_and_said(rubric: Said) -> None:
    code, out, _ = rubric("score", "hotlines.rubric", "calls.csv", "--set", "target=20 s")
    assert code == 0 and "with target = 20 s instead of 15 s" in out
    code, found = rubric.json("score", "hotlines.rubric", "calls.csv", "--set", "target=20 s")
    assert found["rankings"][0]["rows"][0]["score"]["exact"] == "10"
    assert [row["rank"] for row in found["rankings"][0]["rows"]] == [1, 1, 3]
    code, _, err = rubric("score", "hotlines.rubric", "calls.csv", "--set", "target=90 s")
    assert code == 3 and "R130" in err


def test_a_setting_of_no_parameter_is_refused_with_those_that_there_are(rubric: Said) -> None:
    for command in (["score", "hotlines.rubric", "calls.csv"], ["check", "hotlines.rubric"]):
        code, out, err = rubric(*command, "--set", "targt=20 s")
        assert (code, out) == (2, "")
        assert err == "--set targt: hotlines.rubric has no parameter of this name; it has: target\n"
    code, _, err = rubric("plan", "hotlines.rubric", "--set", "目标=20 s", "--lang", "zh")
    assert code == 2 and err == "--set 目标：hotlines.rubric 没有这个参数；可设置的有：target\n"


def test_refused_cells_are_all_named_and_nothing_is_scored(rubric: Said) -> None:
    code, out, err = rubric("score", "hotlines.rubric", "calls=refused.csv")
    assert (code, out) == (4, "")
    assert 'refused.csv:3: wait "soon": ' in err and 'refused.csv:4: connected "maybe": ' in err
    assert "calls (refused.csv): 3 rows read = 1 scored + 2 refused" in err
    code, found = rubric.json("score", "hotlines.rubric", "calls=refused.csv")
    assert code == 4 and found["rankings"] == [] and found["subjects"] == {}
    assert [(r["row"], r["column"], r["value"]) for r in found["ledger"]["calls"]["refusals"]] == [
        (3, "wait", "soon"), (4, "connected", "maybe")]


def test_refused_rows_are_left_out_on_request_and_the_result_is_marked(rubric: Said) -> None:
    code, out, err = rubric("score", "hotlines.rubric", "calls=refused.csv", "--leave-out-refused")
    assert code == 0 and "2 refused rows were LEFT OUT on request" in out and "refused.csv:3" in err


def test_a_private_value_is_shown_nowhere(rubric: Said) -> None:
    for arguments in (["--json"], [], ["--leave-out-refused"]):
        said = rubric("score", "hotlines.rubric", "calls=refused.csv", *arguments)
        assert "Secret" not in said[1] + said[2]


def test_results_are_written_to_files_for_programs_and_spreadsheets(rubric: Said, folder: Path) -> None:
    code, out, _ = rubric("score", "hotlines.rubric", "calls.csv", "-o", "a.json", "-o", "b.csv", "-o", "c.csv")
    assert code == 0 and "丙" in out
    saved = json.loads((folder / "a.json").read_text("utf-8"))
    assert saved == rubric.json("score", "hotlines.rubric", "calls.csv")[1]
    rows = list(csv.DictReader(io.StringIO((folder / "b.csv").read_text("utf-8-sig"))))
    assert [(row["subject"], row["rank"], row["exact"]) for row in rows] == [
        ("丙", "1", "10"), ("甲", "2", "8"), ("乙", "3", "5")]
    assert (folder / "b.csv").read_bytes() == (folder / "c.csv").read_bytes()


def test_nothing_is_written_when_the_run_stops(rubric: Said, folder: Path) -> None:
    assert rubric("score", "hotlines.rubric", "calls=refused.csv", "-o", "a.json")[0] == 4
    assert not (folder / "a.json").exists()


def test_standard_input_is_a_table(rubric: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(rubrics.CALLS.encode("utf-8"))

    monkeypatch.setattr("sys.stdin", Stdin)
    code, found = rubric.json("score", "hotlines.rubric", "-")
    assert code == 0 and found["ledger"]["calls"]["file"] == "<stdin>"


def test_an_impossible_value_stops_the_run_and_shows_the_line(rubric: Said, folder: Path) -> None:
    measure = "= share(connected)\nmeasure odd = 1 / (count(connected) - 1)"
    text = rubrics.HOTLINES.replace("= share(connected)", measure)
    (folder / "odd.rubric").write_text(text, "utf-8")
    code, out, err = rubric("score", "odd.rubric", "calls.csv")
    assert (code, out) == (7, "")
    assert "error[X001]" in err and "odd.rubric:11:" in err and "乙" in err
    code, found = rubric.json("score", "odd.rubric", "calls.csv")
    assert code == 7 and found["rankings"] == [] and found["subjects"] == {}
    assert {d["code"] for d in found["diagnostics"]} == {"X001"}


def test_a_rubric_with_errors_scores_nothing_and_says_so_in_json(rubric: Said) -> None:
    code, found = rubric.json("score", "gaps.rubric", "calls.csv")
    assert code == 3 and found["rankings"] == [] and found["subjects"] == {} and len(found["diagnostics"]) == 3


def test_files_of_a_folder_are_each_refused_by_their_name(rubric: Said, tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for month in ("01", "02"):
        (folder / f"{month}.csv").write_bytes(b"city\n")
    code, out, err = rubric("score", "hotlines.rubric", f"calls={folder}")
    assert code == 4 and out == "" and f"{folder / '01.csv'}:1" in err and f"{folder / '02.csv'}:1" in err


def test_an_engine_that_is_not_there_is_named(rubric: Said) -> None:
    code, _, err = rubric("score", "hotlines.rubric", "calls.csv", "--engine", "abacus")
    assert code == 2 and "abacus" in err and "reference, compiled, polars" in err


@pytest.mark.parametrize("engine", ["compiled", "polars", "duckdb"])
def test_another_engine_gives_the_same_result(rubric: Said, engine: str) -> None:
    _, reference = rubric.json("score", "hotlines.rubric", "calls.csv")
    code, found = rubric.json("score", "hotlines.rubric", "calls.csv", "--engine", engine)
    assert code == 0 and found.pop("engine") == engine and reference.pop("engine") == "reference"
    assert found == reference


def test_many_rows_go_to_the_compiled_engine_and_have_the_same_reasons(rubric: Said) -> None:
    header, *calls = rubrics.CALLS.splitlines()
    many = [f"{n}{call.removeprefix(call[0])}" for n, call in enumerate(calls * 70)]
    Path("many.csv").write_text("\n".join([header, *many]) + "\n", "utf-8")
    code, found = rubric.json("score", "hotlines.rubric", "calls=many.csv")
    _, reference = rubric.json("score", "hotlines.rubric", "calls=many.csv", "--engine", "reference")
    assert code == 0 and found.pop("engine") == "compiled" and reference.pop("engine") == "reference"
    assert found == reference
    assert found["rankings"][0]["rows"][-1]["reasons"]


@pytest.mark.parametrize(("engine", "package"), [
    ("polars", "polars"), ("duckdb", "duckdb"), ("duckdb", "sqlglot"), ("spark", "pyspark"),
])
@pytest.mark.parametrize(("lang", "words"), [("en", "not installed"), ("zh", "尚未安装")])
def test_an_engine_that_is_not_installed_says_how_to_install_it(
    rubric: Said, monkeypatch: pytest.MonkeyPatch, lang: str, words: str, engine: str, package: str
) -> None:
    ours = ("rubric_dsl.engines.columnar", "rubric_dsl.engines.sql")
    for name in [name for name in sys.modules if name.startswith(ours) or name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    code, out, err = rubric("score", "hotlines.rubric", "calls.csv", "--engine", engine, "--lang", lang)
    assert code == 6 and out == "" and words in err and "-m pip install" in err and f'"{package}' in err
    assert rubric("score", "hotlines.rubric", "calls.csv")[0] == 0


@pytest.mark.parametrize(("lang", "words"), [("en", "apt-get install openjdk"), ("zh", "尚未安装")])
def test_spark_without_java_says_how_to_install_it(
    rubric: Said, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    code, out, err = rubric("score", "hotlines.rubric", "calls.csv", "--engine", "spark", "--lang", lang)
    assert code == 6 and out == "" and words in err


def test_a_cluster_is_for_spark_only(rubric: Said) -> None:
    code, _, err = rubric("score", "hotlines.rubric", "calls.csv", "--engine", "duckdb", "--master", "local[2]")
    assert code == 2 and "--engine spark" in err


def test_a_program_that_does_not_finish_is_named(rubric: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    from rubric_dsl.engines.sql import duckdb

    class Full:
        """A connection that has no room for what is asked of it."""

        def execute(self, query: str, *_: object) -> None:
            raise duckdb.duckdb.OutOfMemoryException("could not allocate block of size 256.0 KiB\nmore lines")

        def close(self) -> None: ...

    opened = duckdb.DuckDatabase.__init__

    def open(self: duckdb.DuckDatabase, *given: Any, **named: Any) -> None:
        opened(self, *given, **named)
        self.connection.close()
        monkeypatch.setattr(self, "connection", Full())

    monkeypatch.setattr(duckdb.DuckDatabase, "__init__", open)
    code, out, err = rubric("score", "hotlines.rubric", "calls.csv", "--engine", "duckdb")
    assert code == 7 and out == "" and "DuckDB did not finish" in err and "could not allocate block" in err
    assert "more lines" not in err and "Traceback" not in err


# ---------------------------------------------------------------- test


def test_the_tests_of_a_rubric_pass(rubric: Said) -> None:
    assert rubric("test", "hotlines.rubric") == (0, "hotlines.rubric: 1 passed, 0 failed\n", "")


def test_a_failed_test_shows_the_cell_and_what_came_out(rubric: Said, folder: Path) -> None:
    text = rubrics.HOTLINES.replace('"甲" | 10      | hot', '"甲" | 9       | hot')
    (folder / "wrong.rubric").write_text(text, "utf-8")
    code, out, err = rubric("test", "wrong.rubric")
    assert (code, out) == (5, "wrong.rubric: 0 passed, 1 failed\n")
    assert "failed: a quick answer has full marks" in err
    assert '"甲" | 9       | hot' in err and "^ overall came out as 10" in err
    code, found = rubric.json("test", "wrong.rubric")
    assert code == 5 and (found["passed"], found["failed"]) == (0, 1)
    assert found["tests"][0]["differences"] == [
        {"subject": "甲", "item": "overall", "line": 33, "expected": "9", "got": "10"}]


def test_an_answer_of_no_subject_fails(rubric: Said, folder: Path) -> None:
    text = """observe results of driver, totalled
  driver text
  points number
measure total = sum(points)
test "two answers for one driver"
  given results
    driver | points
    "甲"   | 3
  expect
    total
    3
    3
"""
    (folder / "more.rubric").write_text(text, "utf-8")
    code, _, err = rubric("test", "more.rubric")
    assert code == 5 and "12│     3\n  │     ^ there is no such subject in the test" in err


def test_a_rubric_without_tests_says_so(rubric: Said, folder: Path) -> None:
    text = rubrics.HOTLINES[: rubrics.HOTLINES.index("test ")]
    (folder / "bare.rubric").write_text(text, "utf-8")
    assert rubric("test", "bare.rubric") == (0, "bare.rubric: it has no tests\n", "")


# ---------------------------------------------------------------- explain


def test_an_explanation_leads_to_the_rows_and_lines_that_cost_points(rubric: Said) -> None:
    code, out, err = rubric("explain", "hotlines.rubric", "calls.csv", "乙")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    # 乙 wins 10 and 0 of 10 on two calls: each loses half of what it lacks
    assert out.splitlines()[0] == "乙 has 5 of 10 points in overall, rank 3 of 3."
    assert [line for line in lines if line[:1] in (["answered"], ["quick"])] == [
        ["answered", "2/4", "−2", "3", "3.333", "4", "18"], ["quick", "3/6", "−3", "3", "4.333", "6", "21"]]
    assert "      connected, −2: row 5 (no)" in out.splitlines()
    assert "    unless connected: 0 (line 20), −3: row 5" in out.splitlines()


def test_an_item_is_explained_with_all_its_rows_and_the_row_of_its_table(rubric: Said) -> None:
    for item in ("quick", "--item=quick"):
        _, out, _ = rubric("explain", "hotlines.rubric", "calls.csv", "--subject", "甲", item)
        assert out.splitlines()[0] == "甲 has 4 of 6 points in quick, place 2 of 3."
        assert out.splitlines()[-2:] == [
            "  row 3  2/6  −2  wait 20; over target: 2 (line 23); not line 22 (wait)",
            "  1 more row lost nothing",
        ]
    _, out, _ = rubric("explain", "hotlines.rubric", "calls.csv", "甲", "等待", "--lang", "zh")
    assert out.splitlines()[0] == "甲等待4分（满分6），在3个对象中居第2位。"
    assert "第3行  2/6  −2  wait 20；over target: 2（细则 23 行）" in out


def test_explain_json_adds_up_and_names_rubric_and_row(rubric: Said) -> None:
    code, found = rubric.json("explain", "hotlines.rubric", "calls.csv", "甲")
    assert code == 0 and (found["score"]["exact"], found["worth"]["exact"], found["rank"]) == ("8", "10", 2)
    assert [(item["name"], item["contribution"]["exact"], item["lost"]["exact"]) for item in found["items"]] == [
        ("access", "4", "0"), ("waiting", "4", "2")]
    quick = found["items"][1]["items"][0]
    assert quick["rubric"] == {"file": "hotlines.rubric", "line": 21}
    row = quick["rows"][1]
    assert (row["table"], row["row"], row["columns"], row["points"]["exact"]) == ("calls", 3, {"wait": "20"}, "2")
    place = {"file": "hotlines.rubric", "line": 23}
    assert row["matched"] == {"row": 2, "text": "over target: 2", "rubric": place}


@pytest.mark.parametrize(("words", "said"), [
    (["calls.csv"], "say which subject to explain; there are: 丙, 乙, 甲"),
    (["calls.csv", "丁"], "there is no subject `丁`; there are: 丙, 乙, 甲"),
    (["calls.csv", "甲", "speed"], "there is no item `speed`; there are: overall, access, answered, waiting, quick"),
    (["calls.csv", "甲", "quick", "more"], "unexpected: more"),
])
def test_who_or_what_cannot_be_explained_is_said_with_what_can(words: list[str], said: str, rubric: Said) -> None:
    code, out, err = rubric("explain", "hotlines.rubric", *words)
    assert (code, out) == (2, "") and err.splitlines()[0] == said


def test_a_private_cell_that_decided_is_not_shown(rubric: Said, folder: Path) -> None:
    text = rubrics.HOTLINES.replace("worth 4 when connected", 'worth 4 when tester = "M1"')
    (folder / "private.rubric").write_text(text[: text.index("test ")], "utf-8")
    for arguments in ([], ["--json"]):
        code, out, _ = rubric("explain", "private.rubric", "calls.csv", "甲", "answered", *arguments)
        assert code == 0 and "•••" in out and "M2" not in out


# ---------------------------------------------------------------- files of a rubric


def test_use_takes_files_of_a_folder_only_when_it_is_named(rubric: Said, folder: Path) -> None:
    (folder / "common").mkdir()
    (folder / "mine").mkdir()
    start = rubrics.HOTLINES.index("parameter ")
    end = rubrics.HOTLINES.index("measure ")
    (folder / "common" / "targets.rubric").write_text('rubric "common"\n' + rubrics.HOTLINES[start:end], "utf-8")
    text = rubrics.HOTLINES[:start] + 'use "targets.rubric"\n' + rubrics.HOTLINES[end:]
    (folder / "mine" / "main.rubric").write_text(text, "utf-8")
    code, _, err = rubric("check", "mine/main.rubric")
    assert code == 3 and "R190" in err and "Traceback" not in err
    assert rubric("check", "mine/main.rubric", "--use-from", "common")[0] == 0
    (folder / "mine" / "main.rubric").write_text(text.replace("targets", "../common/targets"), "utf-8")
    code, _, err = rubric("check", "mine/main.rubric")
    assert code == 3 and "R19" in err


def test_groups_of_a_ranking_are_named_as_people_call_them(rubric: Said) -> None:
    Path("groups.rubric").write_text(
        "rubric \"g\"\nobserve f of city, one row each\n  city text\n  region choice east \"东部\" | west \"West\"\n"
        "  x number 0 to 5\nbands level by x\n  from 3:  high \"高\"\n  under 3: low\n"
        "measure points = x\nranking by_region by points within region\n  exact\n  ties share\n"
        "ranking by_level by points within level\n  exact\n  ties share\n", "utf-8")
    Path("f.csv").write_text("city,region,x\n甲,east,5\n乙,west,2\n", "utf-8")
    names, shown = {"east", "东部", "west", "West", "high", "高", "low"}, {}
    for lang in ("en", "zh"):
        code, out, _ = rubric("score", "groups.rubric", "f=f.csv", "--lang", lang)
        assert code == 0
        shown[lang] = [line for line in out.splitlines() if line in names]
    assert shown == {"en": ["east", "West", "high", "low"], "zh": ["东部", "West", "高", "low"]}


def test_a_ranking_shows_what_it_ranks_by_and_the_key_that_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUBRIC_LANG", "en")
    rubric, table = tmp_path / "medals.rubric", tmp_path / "teams.csv"
    rubric.write_text(
        'rubric "Medals"\nobserve teams of team, one row each\n  team text\n  gold, silver, bronze whole number\n'
        "ranking by gold\n  exact\n  ties by silver, bronze\n",
        encoding="utf-8",
    )
    table.write_text("team,gold,silver,bronze\nA,2,1,9\nB,2,3,0\nC,1,8,8\n", encoding="utf-8")
    assert run(["score", str(rubric), str(table)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["rank", "team", "gold", "silver"] in lines
    assert [line for line in lines if line and line[0] in "123"] == [
        ["1", "B", "2", "3"], ["2", "A", "2", "1"], ["3", "C", "1", "8"],
    ]
