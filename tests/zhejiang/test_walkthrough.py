"""The commands of the walkthrough run as they are written, and say what it says they say."""

from __future__ import annotations

import re
import shlex

import pytest

from rubric_dsl.cli.main import run
from tests.zhejiang.independent import EXAMPLE, ROOT, rows_of

TEXT = (EXAMPLE / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines() if line.strip()
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_walkthrough_runs(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    program, *words = shlex.split(command)
    assert program == "rubric"
    assert run(words) == 0
    said = capsys.readouterr()
    assert said.out and "Traceback" not in said.err


def test_the_walkthrough_has_the_commands_that_it_explains() -> None:
    assert [shlex.split(command)[1] for command in COMMANDS] == ["check", "score", "score", "explain", "explain"]


def test_the_figures_of_the_walkthrough_are_those_of_the_example() -> None:
    scores = {row["city"]: row["total"] for row in rows_of(EXAMPLE / "expected_scores.csv")}
    assert scores["湖州"] == "683/8" and scores["嘉兴"] == "457/8"
    assert 683 / 8 == 85.375 and "85.375" in TEXT and 457 / 8 == 57.125 and "57.125" in TEXT
    lost = [
        (number, call["city"], call["scenario_id"])
        for number, call in enumerate(rows_of(EXAMPLE / "calls.csv"), start=2) if call["connected"] == "no"
    ]
    assert lost == [(30, "嘉兴", "S5")] and "row 30" in TEXT and "第30行" in TEXT
