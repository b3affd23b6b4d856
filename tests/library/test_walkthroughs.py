"""The commands of every walkthrough run as they are written."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from tests.library.walks import FOLDERS, WALKTHROUGHS, commands_of, name_of
from tests.tables import ROOT

COMMANDS = [(walkthrough, command) for walkthrough in WALKTHROUGHS for command in commands_of(walkthrough)]


@pytest.mark.parametrize(("walkthrough", "command"), COMMANDS, ids=[f"{name_of(w)}: {c}" for w, c in COMMANDS])
def test_a_command_of_a_walkthrough_runs(
    walkthrough: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    program, *words = shlex.split(command)
    assert program == "rubric" and "-o" not in words, "a walkthrough leaves no files in the project"
    assert run(words) == 0
    printed = capsys.readouterr()
    assert printed.out and "Traceback" not in printed.err


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_a_walkthrough_checks_scores_and_explains(folder: Path) -> None:
    commands = [c for w, c in COMMANDS if w.parent.name == folder.name]
    assert {"check", "score", "explain"} <= {shlex.split(command)[1] for command in commands}
    assert all(f"rubrics/{folder.name}/" in command for command in commands)
