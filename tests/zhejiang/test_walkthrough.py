"""The walkthrough says of its commands what they say. (That they run: tests/library.)"""

from __future__ import annotations

import shlex

from tests.library.walks import commands_of
from tests.tables import rows_of
from tests.zhejiang.independent import EXAMPLE

TEXT = (EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_the_walkthrough_has_the_commands_that_it_explains() -> None:
    commands = [shlex.split(command)[1] for command in commands_of(EXAMPLE / "README.md")]
    assert commands == ["check", "score", "score", "explain", "explain", "diff"]


def test_the_figures_of_the_walkthrough_are_those_of_the_example() -> None:
    scores = {row["city"]: row["total"] for row in rows_of(EXAMPLE / "expected_scores.csv")}
    assert scores["湖州"] == "683/8" and scores["嘉兴"] == "457/8"
    assert 683 / 8 == 85.375 and "85.375" in TEXT and 457 / 8 == 57.125 and "57.125" in TEXT
    lost = [
        (number, call["city"], call["scenario_id"])
        for number, call in enumerate(rows_of(EXAMPLE / "calls.csv"), start=2) if call["connected"] == "no"
    ]
    assert lost == [(30, "嘉兴", "S5")] and "row 30" in TEXT and "第30行" in TEXT
