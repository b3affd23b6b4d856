"""Files on the command line: parts behind `#`, standard input, servers, marked workbooks and forms."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from rubric_dsl.cli.files import where
from rubric_dsl.cli.main import run
from rubric_dsl.observations.raw import Given
from rubric_dsl.render.width import width
from tests.books import book
from tests.cli import rubrics

HEADER, *ROWS = [line.split(",") for line in rubrics.CALLS.splitlines()]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("hotlines.rubric").write_text(rubrics.HOTLINES, "utf-8")
    Path("calls.csv").write_text(rubrics.CALLS, "utf-8")
    Path("calls.xlsx").write_bytes(book([HEADER, *ROWS], sheet="一月", others=["二月"]))
    Path("refused.xlsx").write_bytes(book([HEADER, ["x1", "甲", "t", "maybe", ""], *ROWS]))
    return tmp_path


def scores(out: str) -> Any:
    return json.loads(out)["subjects"]


def test_a_workbook_a_named_sheet_and_a_text_file_give_the_same_scores(capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for given in ("calls.csv", "calls.xlsx", "calls=calls.xlsx#一月", "calls.csv#utf-8"):
        assert run(["score", "hotlines.rubric", given, "--json"]) == 0
        found.append(scores(capsys.readouterr().out))
    assert found[0] and all(one == found[0] for one in found)


def test_standard_input_may_be_any_kind_of_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("calls.csv", "calls.xlsx"):
        monkeypatch.setattr(sys, "stdin", type("In", (), {"buffer": io.BytesIO(Path(name).read_bytes())}))
        assert run(["score", "hotlines.rubric", "-", "--json"]) == 0
        ledger = json.loads(capsys.readouterr().out)["ledger"]["calls"]
        assert ledger["file"] == "<stdin>" and ledger["scored"] == len(ROWS)


def test_the_ledger_names_cells_and_says_when_nothing_was_mended(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "hotlines.rubric", "calls.csv"]) == 0
    assert "0 repairs: every cell was read as it stands" in capsys.readouterr().out
    assert run(["score", "hotlines.rubric", "refused.xlsx", "--json"]) == 4
    (refusal,) = json.loads(capsys.readouterr().out)["ledger"]["calls"]["refusals"]
    assert (refusal["cell"], refusal["row"], refusal["code"]) == ("Sheet1!D2", 2, "D006")


def test_a_refused_cell_is_shown_in_its_row_with_a_caret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "hotlines.rubric", "refused.xlsx"]) == 4
    first, head, row, carets, *_ = capsys.readouterr().err.splitlines()
    assert first.startswith('refused.xlsx:2 (Sheet1!D2): connected "maybe": neither yes nor no')
    assert "D connected" in head
    assert width(row[: row.index("maybe")]) == width(carets[: carets.index("^^^^^")])
    assert "•••" in row and " t " not in row


def test_marked_writes_the_workbook_again_and_never_over_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "hotlines.rubric", "refused.xlsx", "--marked", "marked.xlsx"]) == 4
    assert "marked.xlsx: cells marked: 1" in capsys.readouterr().err
    assert "[D006]" in openpyxl.load_workbook("marked.xlsx").active["D2"].comment.text
    before = Path("refused.xlsx").read_bytes()
    for name, code in (("refused.xlsx", 2), ("marked.csv", 2)):
        assert run(["score", "hotlines.rubric", "refused.xlsx", "--marked", name]) == code
    assert Path("refused.xlsx").read_bytes() == before
    capsys.readouterr()
    assert run(["score", "hotlines.rubric", "calls.csv", "--marked", "none.xlsx"]) == 0
    assert not Path("none.xlsx").exists() and "nothing was refused" in capsys.readouterr().err


def test_a_form_is_made_and_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["template", "hotlines.rubric", "-o", "form.xlsx", "--lang", "en"]) == 0
    assert openpyxl.load_workbook("form.xlsx").sheetnames[1] == "拨测"
    capsys.readouterr()
    assert run(["score", "hotlines.rubric", "form.xlsx", "--json"]) == 4
    (refusal,) = json.loads(capsys.readouterr().out)["ledger"]["calls"]["refusals"]
    assert refusal["code"] == "D039"
    assert run(["template", "hotlines.rubric", "-o", "form.csv"]) == 2
    assert run(["template", "hotlines.rubric", "-o", "form.xlsx", "--rows", "0"]) == 2


@pytest.mark.parametrize(("text", "given"), [
    ("calls.csv", Given("calls.csv", location="calls.csv")),
    ("none.csv#gbk", Given("none.csv", part="gbk", location="none.csv")),
    ("sqlite:a.db#the calls", Given("a.db", part="the calls", location="a.db")),
    ("postgresql://me:secret@host/base#calls",
     Given("postgresql://me•••@host/base", part="calls", location="postgresql://me:secret@host/base")),
])
def test_what_stands_behind_the_sign_names_a_part(text: str, given: Given) -> None:
    assert where(text) == given


def test_a_file_with_the_sign_in_its_name_is_itself() -> None:
    Path("a#b.csv").write_text(rubrics.CALLS, "utf-8")
    assert where("a#b.csv") == Given("a#b.csv", location="a#b.csv")
    assert run(["score", "hotlines.rubric", "calls=a#b.csv", "--json"]) == 0


def test_a_server_that_needs_what_is_not_installed_is_exit_6(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert run(["score", "hotlines.rubric", "calls=postgresql://host/base#calls"]) == 6
    said = capsys.readouterr().err
    assert "psycopg" in said and "pip install" in said


def test_a_password_is_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["score", "hotlines.rubric", "calls=postgresql://me:s3cret@127.0.0.1:1/base#calls", "--json"]) == 4
    said = capsys.readouterr()
    assert "s3cret" not in said.out + said.err
