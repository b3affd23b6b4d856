"""What is printed on a real terminal: its width, its colours, what is being done, names that were nearly right."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from rubric_dsl.cli.app import COMMANDS
from rubric_dsl.cli.main import run
from rubric_dsl.render.width import width
from tests.cli import rubrics

ROOT = Path(__file__).resolve().parents[2]
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
WITH_PTY = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of Unix")


def on_terminal(code: str, columns: int, folder: Path, **environment: str) -> str:
    """What a program of ours prints on a terminal of this width, line ends as `\\n`."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    env |= {"PYTHONPATH": str(ROOT), "TERM": "xterm", "RUBRIC_LANG": "en", **environment}
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=folder
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # the other end is closed
        pass
    child.wait(60)
    os.close(ours)
    return said.decode("utf-8").replace("\r\n", "\n")


SHELLS = {
    "bash": (["--noprofile", "--norc"], (
        'eval "$(rubric completion bash)"\n'
        "COMP_WORDS=({words}); COMP_CWORD={place}; _rubric_completion rubric {last} {before}\n"
        'for one in "${{COMPREPLY[@]}}"; do echo "$one"; done\n')),
    # What zsh has only while somebody types is put in its place: the words, and what takes the answers.
    "zsh": (["-f"], (
        "compdef() {{ }}; compadd() {{ print -l -- $completions }}\n"
        "_describe() {{ print -l -- $completions_with_descriptions }}\n"
        'eval "$(rubric completion zsh)"\n'
        "words=({words}); CURRENT=$(({place} + 1)); _rubric_completion\n")),
    "fish": (["--no-config"], 'rubric completion fish | source; complete -C "{words}"\n'),
}
"""How each is started, and what asks it to complete words."""
RUN = "import sys; from rubric_dsl.cli.main import run; [run(words.split()) for words in {!r}]"


@WITH_PTY
@pytest.mark.parametrize("columns", [60, 100, 200])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_of_help_is_wider_than_the_terminal_but_commands_to_copy(
    columns: int, lang: str, tmp_path: Path
) -> None:
    pages = ["", "--help", "codes R031", "codes D003", "codes R050", "codes", *(f"{name} --help" for name in COMMANDS)]
    said = on_terminal(RUN.format([f"--lang {lang} {page}" for page in pages]), columns, tmp_path)
    lines = ESCAPES.sub("", said).split("\n")
    assert len(lines) > 200
    too_wide = [line for line in lines if width(line) > columns and not line.startswith(("  rubric ", "  eval "))]
    assert too_wide == []


@WITH_PTY
@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_that_want_them(
    environment: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    (tmp_path / "gaps.rubric").write_text(rubrics.GAPS, "utf-8")
    said = on_terminal(RUN.format(["check gaps.rubric"]), 80, tmp_path, **environment)
    assert "R031" in said and ("\x1b[" in said) is coloured


@WITH_PTY
def test_long_work_says_what_it_is_doing_and_for_how_long(tmp_path: Path) -> None:
    code = (
        "import time; from rubric_dsl.cli.progress import doing; from rubric_dsl.cli.terminal import Terminal\n"
        "with doing(Terminal('en'), 'scoring'): time.sleep(2.4)\n"
        "print('done')"
    )
    said = on_terminal(code, 80, tmp_path)
    assert "scoring … 1 s" in said and "scoring … 2 s" in said
    assert said.endswith("\r\x1b[Kdone\n")


def test_a_command_that_is_nearly_right_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chek"]) == 2
    assert "there is no command `chek`; is one of these meant: check?" in capsys.readouterr().err
    assert run(["zzz"]) == 2
    assert "meant" not in capsys.readouterr().err


def test_a_code_that_is_nearly_right_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codes", "gap-betwen-bands"]) == 2
    assert "is it `gap-between-bands`?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [
    ["explain", "h.rubric", "calls=calls.csv", "甲市"],
    ["score", "h.rubric", "calls=calls.csv", "-o", "report.html", "--only", "甲市"],
])
def test_a_subject_that_is_nearly_right_is_offered(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("h.rubric").write_text(rubrics.HOTLINES, "utf-8")
    Path("calls.csv").write_text(rubrics.CALLS.replace("甲", "甲城").replace("乙", "乙镇"), "utf-8")
    assert run(words) == 2
    assert "there is no subject `甲市`; is it `甲城`?" in capsys.readouterr().err


@WITH_PTY
def test_what_is_wrong_is_broken_between_words_on_a_narrow_terminal(tmp_path: Path) -> None:
    (tmp_path / "h.rubric").write_text(rubrics.HOTLINES, "utf-8")
    (tmp_path / "calls.csv").write_text(rubrics.CALLS, "utf-8")
    said = on_terminal(RUN.format([
        "explain h.rubric calls=calls.csv 丁", "score h.rubric cals=calls.csv", "explain h.rubric calls=calls.csv 甲 x",
    ]), 40, tmp_path)
    lines = ESCAPES.sub("", said).split("\n")
    assert [line for line in lines if width(line) > 40] == []
    assert {"there is no subject `丁`; there are: 丙,", "  no file is given for the table"} <= set(lines)


def test_a_file_that_is_nearly_right_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hotline.rubric").write_text("", "utf-8")
    Path("hotlines.csv").write_text("", "utf-8")
    monkeypatch.setenv("RUBRIC_LANG", "zh")
    assert run(["check", "hotlines.rubric"]) == 2
    assert "hotlines.rubric：没有这个文件，是否为 hotline.rubric？" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("rubric ch", ["check"]), ("rubric codes R031", ["R031"]), ("rubric score --le", ["--leave-out-refused"]),
    ],
)
@pytest.mark.parametrize("shell", SHELLS)
def test_shells_complete_commands_codes_and_options(
    shell: str, words: str, completed: list[str], tmp_path: Path
) -> None:
    """The script is loaded and asked as the shell does it when the tab key is pressed."""
    if shutil.which(shell) is None:
        pytest.skip(f"the shell {shell} is not installed")
    (tmp_path / "rubric").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m rubric_dsl "$@"\n', "utf-8")
    (tmp_path / "rubric").chmod(0o755)
    *before, last = words.split()
    start, script = SHELLS[shell]
    asked = script.format(words=words, last=last, before=before[-1], place=len(before))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}", "RUBRIC_LANG": "en"}
    env |= {"HOME": str(tmp_path)}
    done = subprocess.run(
        [shell, *start, "-c", asked], capture_output=True, text=True, env=env, cwd=tmp_path, timeout=60, check=False
    )
    # Beside a command stands what it does.
    found = [re.split("[\t:]", line)[0] for line in done.stdout.splitlines()]
    assert (found, done.stderr) == (completed, "")
