"""`rubric explain` as a user and a script see it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rubric_dsl.cli.main import run
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.width import width
from tests.cli import rubrics
from tests.explain.explained import zhejiang


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("hotlines.rubric", rubrics.HOTLINES), ("gaps.rubric", rubrics.GAPS), ("calls.csv", rubrics.CALLS),
        ("refused.csv", rubrics.REFUSED),
    ):
        Path(name).write_text(text, "utf-8")
    return tmp_path


class Said:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(["explain", *arguments])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def json(self, *arguments: str) -> tuple[int, Any]:
        code, out, _ = self(*arguments, "--json")
        return code, json.loads(out)


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def test_arguments_are_told_apart_wherever_they_stand(explain: Said) -> None:
    expected = explain("hotlines.rubric", "calls.csv", "甲", "waiting")
    assert expected[0] == 0
    for words in (
        ("甲", "calls.csv", "waiting"), ("甲", "waiting", "calls=calls.csv"), ("拨测=calls.csv", "甲", "等待"),
        ("calls.csv", "waiting", "--subject", "甲"), ("calls.csv", "甲", "--item", "waiting"),
        ("calls.csv", "--subject=甲", "--item=等待"),
    ):
        assert explain("hotlines.rubric", *words) == expected


def test_json_does_not_depend_on_the_language_and_has_the_ledger(explain: Said) -> None:
    code, found = explain.json("hotlines.rubric", "calls.csv", "乙")
    assert code == 0 and found["ledger"]["calls"]["scored"] == 5
    assert explain.json("hotlines.rubric", "calls.csv", "乙", "--lang", "zh") == (0, found)


def test_a_parameter_may_be_set(explain: Said) -> None:
    # 甲 waited 10 s and 20 s: within 20 s both have 6 of 6
    code, found = explain.json("hotlines.rubric", "calls.csv", "甲", "--set", "target=20 s")
    assert code == 0 and (found["score"]["exact"], found["lost"]["exact"]) == ("10", "0")


ALL = "overall, access, answered, waiting, quick"


@pytest.mark.parametrize(("words", "said"), [
    (["甲", "waitng"], f"there is no item `waitng`; is it `waiting`? There are: {ALL}"),
    (["甲", "综合"], f"there is no item `综合`; is it `综合得分`? There are: {ALL}"),
    (["丁"], "there is no subject `丁`; there are: 丙, 乙, 甲"),
])
def test_names_that_are_not_there_end_with_2_and_near_names(words: list[str], said: str, explain: Said) -> None:
    code, out, err = explain("hotlines.rubric", "calls.csv", *words)
    assert (code, out, err.splitlines()[0]) == (2, "", said)


def test_a_subject_may_be_named_by_its_label(explain: Said, folder: Path) -> None:
    text = rubrics.HOTLINES[: rubrics.HOTLINES.index("test ")]
    text = text.replace("  city      text\n", '  city      choice jia "甲" | yi "乙" | bing "丙"\n')
    (folder / "labels.rubric").write_text(text, "utf-8")
    by_name, by_label = (explain("labels.rubric", "calls.csv", name) for name in ("yi", "乙"))
    assert by_name[0] == 0 and by_name == by_label
    assert explain("labels.rubric", "calls.csv", "yii")[2].startswith("there is no subject `yii`; is it `yi`?")


def test_a_label_of_two_items_is_not_guessed(explain: Said, folder: Path) -> None:
    text = rubrics.HOTLINES[: rubrics.HOTLINES.index("test ")].replace('"等待"', '"接通"')
    (folder / "twice.rubric").write_text(text, "utf-8")
    code, _, err = explain("twice.rubric", "calls.csv", "甲", "接通")
    assert code == 2 and err.startswith("several items are labelled `接通`; give the name: access, waiting")


def test_errors_of_the_rubric_end_with_3(explain: Said) -> None:
    code, out, err = explain("gaps.rubric", "calls.csv", "甲")
    assert (code, out) == (3, "") and "error[R031]" in err
    code, found = explain.json("gaps.rubric", "calls.csv", "甲")
    assert code == 3 and found["items"] == [] and found["diagnostics"][0]["code"] == "R031"


def test_refused_observations_end_with_4_unless_they_are_left_out(explain: Said) -> None:
    code, out, err = explain("hotlines.rubric", "calls=refused.csv", "甲")
    assert (code, out) == (4, "") and 'refused.csv:3: wait "soon"' in err
    code, found = explain.json("hotlines.rubric", "calls=refused.csv", "甲")
    assert code == 4 and found["items"] == [] and found["ledger"]["calls"]["refused"] == 2
    code, found = explain.json("hotlines.rubric", "calls=refused.csv", "甲", "--leave-out-refused")
    assert code == 0 and found["score"]["exact"] == "10" and found["ledger"]["calls"]["left_out"] is True


def test_impossible_values_end_with_7(explain: Said, folder: Path) -> None:
    text = "rubric \"d\"\nobserve f of city, one row each\n  city text\n  x number from 0\nmeasure m = 1 / x\n"
    (folder / "divide.rubric").write_text(text, "utf-8")
    (folder / "f.csv").write_text("city,x\n甲,0\n", "utf-8")
    code, out, err = explain("divide.rubric", "f.csv", "甲")
    assert (code, out) == (7, "") and "X001" in err
    code, found = explain.json("divide.rubric", "f.csv", "甲")
    assert code == 7 and found["diagnostics"][-1]["code"] == "X001"


def test_a_rubric_without_a_ranking_explains_its_outermost_indicators(explain: Said, folder: Path) -> None:
    text = "rubric \"two\"\nobserve f of city, one row each\n  city text\n  x number 0 to 5\n"
    text += "".join(f"indicator {n} worth 5\n  touchpoint t_{n} worth 5 = x\n" for n in ("left", "right"))
    (folder / "two.rubric").write_text(text, "utf-8")
    (folder / "f.csv").write_text("city,x\n甲,3\n", "utf-8")
    code, out, _ = explain("two.rubric", "f.csv", "甲")
    assert code == 0 and [line for line in out.splitlines() if line.startswith("甲")] == [
        "甲 has 3 of 5 points in left, place 1 of 1.", "甲 has 3 of 5 points in right, place 1 of 1."]


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_is_wider_than_the_terminal(columns: int, lang: str) -> None:
    case = zhejiang()
    for item in (None, "wait", "wait_within_60", "heat"):
        text = case.drawn("嘉兴", item, Look(lang, columns, wrap=True))
        assert [line for line in text.splitlines() if width(line) > columns] == []


def test_numbers_stand_in_columns() -> None:
    """Right ends of the columns of points, counted as a terminal does."""
    lines = zhejiang().drawn("嘉兴", None, Look("zh", 60)).splitlines()
    head = next(line for line in lines if line.startswith("项目"))
    end = width(head[: head.index("满分") + 2])
    found = [(line, re.search(r"\d/\d+(?= )", line)) for line in lines if "行" not in line]
    ends = [width(line[: points.end()]) for line, points in found if points is not None]
    assert len(ends) == 30 and set(ends) == {end}


def test_rows_on_which_an_item_takes_no_part_are_not_said_to_lose_nothing(explain: Said) -> None:
    rubric = "rubric \"v\"\nobserve visits of hall, averaged\n  hall text\n  ramp choice good | poor | none\n"
    rubric += "indicator total worth 4\n  touchpoint access worth 4 by ramp\n"
    rubric += "    good: 4\n    poor: 0\n    none: not applicable\n"
    Path("v.rubric").write_text(rubric, "utf-8")
    Path("v.csv").write_text("hall,ramp\nA,poor\nA,good\nA,none\nA,none\n", "utf-8")
    lines = [line.strip() for line in explain("v.rubric", "v.csv", "A", "access")[1].splitlines()]
    assert "1 more row lost nothing" in lines and "2 more rows not applicable" in lines
