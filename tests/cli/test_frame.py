"""What holds for all commands: help, faults of the command line, faults of the program, interrupts, poor outputs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rubric_dsl
from rubric_dsl.cli import codes
from rubric_dsl.cli.app import COMMANDS
from rubric_dsl.cli.main import run

HEAVY = ("pydantic", "lark", "rich", "polars")
ROOT = Path(rubric_dsl.__file__).parent.parent
RUBRIC = [sys.executable, "-P", "-m", "rubric_dsl"]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "RUBRIC_LANG"):
        monkeypatch.delenv(name, raising=False)


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([*RUBRIC, *arguments], capture_output=True, env=env, timeout=60, check=False)


# ---------------------------------------------------------------- help


def test_alone_it_prints_three_things_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    said = capsys.readouterr()
    assert sum(line.startswith("  rubric ") for line in said.out.splitlines()) == 3
    assert said.err == ""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("lang", "example"), [("en", "Example:"), ("zh", "示例：")])
def test_every_command_has_help_with_an_example(
    command: str, lang: str, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", lang, command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"\n{example}\n" in text
    assert f"  rubric {command}" in text[text.index(example):]
    assert "{" not in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list_of_commands_has_them_all(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", lang, "--help"]) == 0
    text = capsys.readouterr().out
    assert re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)[: len(COMMANDS)] == list(COMMANDS)


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys; from rubric_dsl.cli.main import run; from rubric_dsl.cli.app import COMMANDS\n"
        "for name in ('', *COMMANDS): run([*name.split(), '--help'])\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, env=env, timeout=60, check=True)
    modules = set(done.stderr.decode().split())
    assert "rubric_dsl.cli.score" in modules and set(HEAVY) & modules == set()


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"rubric {rubric_dsl.__version__}\n"


# ---------------------------------------------------------------- faults of the command line


@pytest.mark.parametrize(("arguments", "en", "zh"), [
    (["chek"], "there is no command `chek`; is one of these meant: check?", "没有命令 `chek`；是否为：check？"),
    (["codes", "--jsn"], "there is no option --jsn; is one of these meant: --json?",
     "没有选项 --jsn；是否为：--json？"),
    (["codes", "a", "b"], "unexpected: b", "多余的参数：b"),
    (["check"], "RUBRIC is missing", "缺少 RUBRIC"),
    (["score", "a.rubric"], "OBS is missing", "缺少 OBS"),
    (["codes", "R998"], "there is no diagnostic R998; `rubric codes` lists all",
     "没有诊断 R998；`rubric codes` 列出全部"),
    (["check", "no-such.rubric"], "no-such.rubric: there is no such file", "no-such.rubric：没有这个文件"),
    (["score", "a", "b", "--set"], "--set needs a value", "--set 后面要有值"),
])
def test_a_wrong_command_line_ends_with_2_and_says_why_in_both_languages(
    arguments: list[str], en: str, zh: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, text in (("en", en), ("zh", zh)):
        assert run(["--lang", lang, *arguments]) == 2
        said = capsys.readouterr()
        assert said.err.splitlines()[0] == text
        assert said.out == ""


def test_a_language_that_is_not_spoken_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codes", "--lang", "fr"]) == 2
    assert capsys.readouterr().err.startswith("--lang takes one of zh, en\n")


# ---------------------------------------------------------------- faults of the program


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail() -> None:
        raise RuntimeError("the cause")

    monkeypatch.setattr(codes.prose, "all_codes", fail)
    yield


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_fault_of_the_program_names_a_report_and_shows_no_traceback(
    lang: str, failing: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(["--lang", lang, "codes", "R031"]) == 1
    said = capsys.readouterr()
    reports = list(tmp_path.iterdir())
    assert len(reports) == 1 and str(reports[0]) in said.err
    assert "Traceback" not in said.err and "RuntimeError" in said.err
    text = reports[0].read_text("utf-8")
    assert "RuntimeError: the cause" in text and "'R031'" in text and "Traceback" in text


def test_without_a_place_for_the_report_the_fault_is_still_named(
    failing: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    assert run(["codes", "R031"]) == 1
    said = capsys.readouterr().err
    assert "RuntimeError at test_frame.py:" in said and "Traceback" not in said


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(codes.prose, "all_codes", interrupt)
    assert run(["codes", "R031"]) == 130
    assert "Traceback" not in capsys.readouterr().err


# ---------------------------------------------------------------- outputs


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a POSIX shell")
def test_a_reader_that_closes_early_is_no_fault() -> None:
    read, write = os.pipe()
    os.close(read)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*RUBRIC, "codes"], stdout=write, stderr=subprocess.PIPE, env=env, timeout=60, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["cp936", "ascii", "latin-1"])
def test_a_console_of_another_encoding_gets_something_for_every_character(encoding: str) -> None:
    done = started("codes", "--lang", "zh", PYTHONIOENCODING=encoding)
    assert done.returncode == 0 and done.stderr == b""
    assert ("表" if encoding == "cp936" else "?") in done.stdout.decode(encoding)


def test_json_is_the_same_document_in_every_encoding() -> None:
    documents = [started("codes", "R031", "--json", PYTHONIOENCODING=name) for name in ("utf-8", "cp936", "ascii")]
    first, *others = [json.loads(done.stdout.decode("utf-8")) for done in documents]
    assert first[0]["code"] == "R031" and all(other == first for other in others)


def test_machine_output_is_not_translated() -> None:
    assert started("codes", "--json", "--lang", "zh").stdout == started("codes", "--json", "--lang", "en").stdout


def test_what_has_to_be_done_at_the_end_is_done_before_the_process_leaves() -> None:
    said = (
        "import atexit, sys; from rubric_dsl.__main__ import main; atexit.register(print, 'at the end'); "
        "sys.argv[1:] = ['codes', 'R999']; main()"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, env=env, timeout=60, check=False)
    assert done.returncode == 2 and done.stdout.decode().endswith("at the end\n") and b"R999" in done.stderr
