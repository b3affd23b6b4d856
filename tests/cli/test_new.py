"""From `rubric new` to a ranked and explained result, by what the program prints."""

from __future__ import annotations

import csv
import io
import json
import shlex
import sys
from pathlib import Path

import openpyxl
import pytest

from rubric_dsl.cli.main import run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Typed(io.StringIO):
    """A terminal on which this is typed."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["calls", "index", "risk", "contest"])
def test_what_is_printed_leads_to_an_explained_ranking(
    lang: str, kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "热线", "--observed", kind, "--lang", lang]) == 0
    out = capsys.readouterr().out
    commands = [line.strip() for line in out.splitlines() if line.startswith("  ")]
    assert [command.split()[0] for command in commands] == ["cd", *["rubric"] * 4]
    monkeypatch.chdir(folder / commands[0].removeprefix("cd "))
    for command in commands[1:]:
        assert run([*shlex.split(command)[1:], "--lang", lang]) == 0, command
        said = capsys.readouterr()
        assert said.err == ""
        if " score " in command:
            best = {"en": "A", "zh": "甲"}[lang]
            assert any(line.split()[:2] == ["1", best] for line in said.out.splitlines()), said.out
    assert {path.name for path in Path().iterdir()} >= {"热线.rubric", "README.md"}
    assert run(["fmt", "--check", "."]) == 0
    for name in [*Path().glob("*.csv"), *Path().glob("*.xlsx")]:
        assert name.name in (Path("README.md").read_text("utf-8"))
    _the_form_filled_in_scores_like_the_data(lang, capsys)


def _the_form_filled_in_scores_like_the_data(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the README says: the form is filled in and scored as it is; here with the data to try, cell by cell."""
    (form,), (data,) = Path().glob("*.xlsx"), Path().glob("*.csv")
    header, *rows = csv.reader(data.read_text("utf-8-sig").splitlines())
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[1]
    place = {cell.value: cell.column for cell in sheet[2]}
    for number, row in enumerate(rows, 3):
        for name, text in zip(header, row, strict=True):
            if text:
                sheet.cell(number, place[name], text if name in ("call", "编号") or not text.isdigit() else int(text))
    book.save(form)
    capsys.readouterr()
    results = []
    for file in (data, form):
        assert run(["score", "热线.rubric", str(file), "--json", "--lang", lang]) == 0, capsys.readouterr()
        results.append(json.loads(capsys.readouterr().out))
    ranks = [[(row["rank"], row["subject"], row["score"]) for row in one["rankings"][0]["rows"]] for one in results]
    assert ranks[0] == ranks[1] and results[0]["subjects"] == results[1]["subjects"]
    (ledger,) = results[1]["ledger"].values()
    assert ledger["read"] == ledger["scored"] == len(rows) and ledger["repairs"] == []


def test_six_questions_are_asked_and_a_wrong_answer_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["5", "1", "county", "tax, housing fund", "access", "access 40, manner 60 points", "Li, Wang", "by"]
    monkeypatch.setattr(sys, "stdin", Typed("\n".join(answers) + "\n"))
    assert run(["new", "hall"]) == 0
    said = capsys.readouterr().err
    assert [f"{number}. " in said for number in range(1, 8)] == [True] * 6 + [False]
    assert "choose one of: calls, index, risk, contest" in said
    assert "`access`: write a name and full marks" in said
    text = Path("hall/hall.rubric").read_text("utf-8")
    for line in (
        "observe calls of county, averaged by scenario", 'choice tax | housing_fund "housing fund"',
        "indicator total worth 100", "weights from experts", "ties by access, manner",
    ):
        assert line in text, line


def test_an_end_of_the_input_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("1\n"))
    assert run(["new", "hall"]) == 130
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x", "--indicators", "access"], "full marks"),
        (["x", "--indicators", "a 1, a 2"], "one name"),
        (["x", "--indicators", "a 0"], "above 0"),
        (["x", "--indicators", " , "], "at least one"),
        (["x", "--observed", "index", "--scenarios", "a,b"], "one row"),
        (["x", "--ties", "toss"], "share"),
        ([".."], "name of a folder"),
        (["full"], "there already"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    words: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "full").mkdir()
    (folder / "full" / "file").touch()
    assert run(["new", *words]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["full"]
