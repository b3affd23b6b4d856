"""`rubric diff` as a user and a script see it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from tests.cli import rubrics

OTHER = rubrics.HOTLINES.replace("over target: 2", "over target: 3").replace('edition "1"', 'edition "2"')
HARSH = rubrics.HOTLINES.replace("up to target:   6", "up to target:   6\n      over 60 s: 0").replace(
    "over target: 2", "over target to 60 s: 2"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("old.rubric", rubrics.HOTLINES), ("new.rubric", OTHER), ("harsh.rubric", HARSH), ("calls.csv", rubrics.CALLS),
        ("later.csv", rubrics.CALLS.replace("2,甲,M2,yes,20", "2,甲,M2,yes,10").replace("丙", "丁")),
        ("refused.csv", rubrics.REFUSED), ("gaps.rubric", rubrics.GAPS),
    ):
        Path(name).write_text(text, "utf-8")


class Said:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def rubric(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def test_an_edit_is_shown_with_its_lines_and_one_last_line(rubric: Said) -> None:
    code, out, err = rubric("diff", "old.rubric", "new.rubric")
    assert (code, err) == (0, "")
    assert "  1 quick, over target: points 2 → 3  [line 23 → 23]" in out.splitlines()
    assert out.splitlines()[-1] == "1 change of meaning, 1 of wording; magnitude: ranks"
    code, out, _ = rubric("diff", "old.rubric", "new.rubric", "--lang", "zh")
    assert "  1 quick，超过 target：得分 2 → 3  [第 23 → 23 行]" in out.splitlines()
    assert out.splitlines()[-1] == "含义改动 1 处，文字改动 1 处；程度：名次"


def test_observations_show_who_moves_and_why(rubric: Said) -> None:
    """甲 waited 10 s and 20 s: (10 + 6)/2 = 8 becomes (10 + 7)/2 = 8.5; nobody else waited over 15 s."""
    code, out, _ = rubric("diff", "old.rubric", "new.rubric", "calls=calls.csv")
    assert code == 0
    lines = out.splitlines()
    row = next(i for i, line in enumerate(lines) if "甲" in line)
    assert lines[row].split() == ["2", "甲", "8", "→", "8.5", "+0.5"]
    assert lines[row + 1].strip() == "score: change 1 +0.5"
    assert lines[-1].endswith("of 3 subjects 1 change, 0 in rank; magnitude: scores")


def test_the_exit_code_says_whether_scores_or_ranks_change(rubric: Said) -> None:
    Path("label.rubric").write_text(rubrics.HOTLINES.replace("综合得分", "总分"), "utf-8")
    assert rubric("diff", "old.rubric", "label.rubric", "--exit-code")[0] == 0
    assert rubric("diff", "old.rubric", "new.rubric", "calls=calls.csv", "--exit-code")[0] == 10
    assert rubric("diff", "old.rubric", "new.rubric", "--exit-code")[0] == 11  # what it may do to some data
    assert rubric("diff", "old.rubric", "new.rubric", "calls=calls.csv")[0] == 0
    Path("turned.rubric").write_text(rubrics.HOTLINES.replace("answered worth 4 when connected", (
        "answered worth 4 when not connected")), "utf-8")
    assert rubric("diff", "old.rubric", "turned.rubric", "calls=calls.csv", "--exit-code")[0] == 11


def test_two_years_are_split_into_data_and_method(rubric: Said) -> None:
    """甲: with the old rule 8 and then 10, with the new one 8.5 and then 10: data 2 and 1.5, method 0.5 and 0."""
    code, out, _ = rubric(
        "diff", "old.rubric", "new.rubric", "--old-data", "calls=calls.csv", "--new-data", "calls=later.csv", "--json"
    )
    found = json.loads(out)
    assert code == 0
    first = next(one for one in found["subjects"] if one["subject"] == "甲")
    assert (first["old"]["score"]["exact"], first["new"]["score"]["exact"]) == ("8", "10")
    shares = {share["text"]: Fraction(share["score"]["exact"]) for share in first["because"]}
    assert shares == {"data": Fraction(7, 4), "change 1": Fraction(1, 4)}
    gone = {one["subject"]: (one["old"], one["new"]) for one in found["subjects"] if None in (one["old"], one["new"])}
    assert set(gone) == {"丙", "丁"} and gone["丙"][1] is None and gone["丁"][0] is None


def test_a_change_that_has_no_result_alone_is_joined_to_what_mends_it(rubric: Said) -> None:
    """The class is renamed where it is given and where it is read: one without the other matches no row."""
    scored = rubrics.HOTLINES.replace("    touchpoint answered worth 4 when connected", (
        "    touchpoint answered worth 4 by heat\n      hot: 4\n      warm: 2\n      cold: 1\n      dead: 0"))
    Path("a.rubric").write_text(scored, "utf-8")
    Path("b.rubric").write_text(scored.replace("warm", "mild").replace("mild: 2", "mild: 3"), "utf-8")
    code, out, _ = rubric("diff", "a.rubric", "b.rubric", "calls=calls.csv", "--json")
    assert code == 0
    assert [share["changes"] for share in json.loads(out)["subjects"][0]["because"]] == [[1, 2], [3]]


def test_faults_stop_with_the_exit_code_of_their_kind(rubric: Said) -> None:
    assert rubric("diff", "old.rubric", "gaps.rubric")[0] == 3
    code, _, err = rubric("diff", "old.rubric", "new.rubric", "calls=refused.csv")
    assert code == 4 and "refused.csv:3" in err
    assert rubric("diff", "old.rubric", "new.rubric", "--old-data", "calls=calls.csv")[0] == 2
    assert rubric("diff", "old.rubric", "absent.rubric")[0] == 2


def test_json_is_the_same_for_the_same_input_and_not_translated(rubric: Said) -> None:
    words = ("diff", "old.rubric", "harsh.rubric", "calls=calls.csv", "--json")
    assert rubric(*words) == rubric(*words) == rubric(*words, "--lang", "zh")


def test_narrow_terminals_and_ascii(rubric: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    from rubric_dsl.cli import terminal
    from rubric_dsl.render.pieces import Look
    from rubric_dsl.render.width import width

    monkeypatch.setattr(terminal.Terminal, "look", lambda self, place="out": Look("zh", 60, wrap=True, ascii=True))
    _, out, _ = rubric("diff", "old.rubric", "harsh.rubric", "calls=calls.csv")
    assert out and max(width(line) for line in out.splitlines()) <= 60 and "→" not in out
