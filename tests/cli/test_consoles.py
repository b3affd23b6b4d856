"""Consoles of before Unicode, and terminals on which ambiguous characters take two columns."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.cli import rubrics
from tests.cli.test_terminal import ESCAPES, ROOT, RUN, WITH_PTY, on_terminal

QUOTED = """\
观测 拨测 “拨测…记录” 对象 地市，平均
  地市 文本
  接通 “是×否” 是/否 当 未知名
"""


def columns_of(text: str) -> int:
    """On a console that has East Asian characters only: everything that Unicode calls ambiguous takes two columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def marked(shown: str, word: str) -> bool:
    """Whether the carets stand right below this word of the line above them."""
    lines = shown.split("\n")
    below = next(index for index, line in enumerate(lines) if "^" in line)
    line, carets = lines[below - 1], lines[below]
    first = columns_of(carets[: carets.index("^")])
    return (first, carets.count("^")) == (columns_of(line[: line.index(word)]), columns_of(word))


def on_gbk(words: list[str], folder: Path) -> tuple[str, int]:
    environment = {name: value for name, value in os.environ.items() if name != "RUBRIC_AMBIGUOUS_WIDTH"}
    environment |= {"PYTHONIOENCODING": "cp936", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "rubric_dsl", *words], capture_output=True, env=environment, cwd=folder,
        timeout=60, check=False,
    )
    return (done.stdout + done.stderr).decode("gbk"), done.returncode


def test_marks_stand_below_their_word_on_a_gbk_console(tmp_path: Path) -> None:
    (tmp_path / "a.rubric").write_text(QUOTED, "utf-8")
    shown, code = on_gbk(["--lang", "zh", "check", "a.rubric"], tmp_path)
    assert code == 3 and "错误[R042]：没有名为“未知名”的内容" in shown
    assert marked(shown, "未知名") and "?" not in shown and "│" not in shown


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_results_and_pages_are_whole_on_a_gbk_console(lang: str, tmp_path: Path) -> None:
    """No character is lost: a question mark would stand for it."""
    (tmp_path / "h.rubric").write_text(rubrics.HOTLINES, "utf-8")
    (tmp_path / "calls.csv").write_text(rubrics.CALLS, "utf-8")
    said = {"zh": ("名次", "分档有空档"), "en": ("rank", "a table leaves some values out")}[lang]
    for words, wanted in ((["score", "h.rubric", "calls=calls.csv"], said[0]), (["codes", "R031"], said[1])):
        shown, code = on_gbk(["--lang", lang, *words], tmp_path)
        assert code == 0 and wanted in shown and "?" not in shown


@WITH_PTY
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_is_too_wide_where_ambiguous_characters_take_two_columns(lang: str, tmp_path: Path) -> None:
    (tmp_path / "a.rubric").write_text(QUOTED, "utf-8")
    pages = ["--help", "codes R031", "codes R050", "codes D012", "codes", "score --help", "check a.rubric"]
    code = "from rubric_dsl.cli.terminal import prepare_streams; prepare_streams(); "
    said = on_terminal(
        code + RUN.format([f"--lang {lang} {page}" for page in pages]), 60, tmp_path, RUBRIC_AMBIGUOUS_WIDTH="2")
    lines = ESCAPES.sub("", said).split("\n")
    assert len(lines) > 200
    assert [line for line in lines if columns_of(line) > 60 and not line.startswith(("  rubric ", "  eval "))] == []
    assert marked("\n".join(lines).rpartition("[R042]")[2], "未知名")
