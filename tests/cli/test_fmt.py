"""`rubric fmt` on files, folders and standard input."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run

RAGGED = "bands heat by rate\n  from 95%: hot # the top\n  0% to under 95%: cold\n"
LAID_OUT = "bands heat by rate\n  from 95%:        hot  # the top\n  0% to under 95%: cold\n"
CHINESE = "分档 heat 按 rate\n  不低于95%：  hot  # the top\n  0%至不足95%：cold\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("a.rubric").write_text(RAGGED, "utf-8")
    Path("inner").mkdir()
    Path("inner/b.rubric").write_text(LAID_OUT, "utf-8")
    Path("inner/.hidden.rubric").write_text(RAGGED, "utf-8")
    return tmp_path


def test_a_folder_is_laid_out_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "."]) == 0
    said = capsys.readouterr()
    assert said.out == f".{'/' if sys.platform != 'win32' else chr(92)}a.rubric: laid out\n"
    assert said.err == "1 changed, 1 as they were\n"
    assert Path("a.rubric").read_text("utf-8") == LAID_OUT
    assert Path("inner/.hidden.rubric").read_text("utf-8") == RAGGED


def test_check_changes_nothing_and_ends_with_5(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "--check", "a.rubric", "inner"]) == 5
    assert capsys.readouterr().out == "a.rubric: not in the one layout\n"
    assert Path("a.rubric").read_text("utf-8") == RAGGED
    assert run(["fmt", "--check", "inner"]) == 0


def test_a_difference_is_shown_and_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "--diff", "a.rubric"]) == 0
    out = capsys.readouterr().out
    assert "-  from 95%: hot # the top\n" in out and "+  from 95%:        hot  # the top\n" in out
    assert Path("a.rubric").read_text("utf-8") == RAGGED


def test_a_language_translates_and_the_other_gives_the_same_bytes_back() -> None:
    assert run(["fmt", "a.rubric", "--lang", "zh"]) == 0
    assert Path("a.rubric").read_text("utf-8") == CHINESE
    assert run(["fmt", "a.rubric", "--lang", "en"]) == 0
    assert Path("a.rubric").read_text("utf-8") == LAID_OUT


def test_a_folder_is_translated_with_all_in_it_and_comes_back() -> None:
    assert run(["fmt", ".", "--lang", "zh"]) == 0
    assert Path("a.rubric").read_text("utf-8") == Path("inner/b.rubric").read_text("utf-8") == CHINESE
    assert run(["fmt", ".", "--lang", "en"]) == 0
    assert Path("a.rubric").read_text("utf-8") == Path("inner/b.rubric").read_text("utf-8") == LAID_OUT


def test_the_language_of_the_messages_translates_nothing() -> None:
    assert run(["--lang", "zh", "fmt", "a.rubric"]) == 0
    assert Path("a.rubric").read_text("utf-8") == LAID_OUT


def test_standard_input_is_printed(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RAGGED.encode())))
    assert run(["fmt", "-", "--lang", "zh"]) == 0
    assert capfdbinary.readouterr().out == CHINESE.encode()


def test_a_rubric_with_a_fault_is_left_and_the_others_are_laid_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.rubric").write_text("measure  a = 1 +\n", "utf-8")
    assert run(["fmt", "bad.rubric", "a.rubric"]) == 3
    assert "R021" in capsys.readouterr().err
    assert Path("bad.rubric").read_text("utf-8") == "measure  a = 1 +\n"
    assert Path("a.rubric").read_text("utf-8") == LAID_OUT


def test_other_line_ends_and_a_byte_order_mark_become_the_usual_ones() -> None:
    Path("a.rubric").write_bytes(b"\xef\xbb\xbf" + RAGGED.replace("\n", "\r\n").encode())
    assert run(["fmt", "a.rubric"]) == 0
    assert Path("a.rubric").read_bytes() == LAID_OUT.encode()


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "nowhere.rubric"]) == 2
    assert "no such file" in capsys.readouterr().err
