"""The walkthrough says of its commands what they say. (That they run: tests/library.)"""

from __future__ import annotations

import shlex
from fractions import Fraction

from tests import program
from tests.library.walks import commands_of
from tests.tables import ROOT, rows_of
from tests.zhejiang.independent import EXAMPLE

TEXT = (EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_the_walkthrough_has_the_commands_that_it_explains() -> None:
    commands = [shlex.split(command)[1] for command in commands_of(EXAMPLE / "README.md")]
    assert commands == ["check", "score", "score", "explain", "explain", "diff", "diff"]


def test_the_figures_of_the_walkthrough_are_those_of_the_example() -> None:
    scores = {row["city"]: row["total"] for row in rows_of(EXAMPLE / "expected_scores.csv")}
    assert scores["湖州"] == "683/8" and scores["嘉兴"] == "457/8"
    assert 683 / 8 == 85.375 and "85.375" in TEXT and 457 / 8 == 57.125 and "57.125" in TEXT
    lost = [
        (number, call["city"], call["scenario_id"])
        for number, call in enumerate(rows_of(EXAMPLE / "calls.csv"), start=2) if call["connected"] == "no"
    ]
    assert lost == [(30, "嘉兴", "S5")] and "row 30" in TEXT and "第30行" in TEXT


def test_without_its_unanswered_call_the_last_city_has_the_mean_of_seven_calls_and_is_last() -> None:
    """The edition that leaves such calls out: 7 × 8 marks of the published score are those of seven calls, as the
    eighth has none. Every point of the difference belongs to a line that was changed."""
    status, found = program.run(
        "diff", ROOT / "rubrics" / "zhejiang_12345_2020.rubric", EXAMPLE / "answered_only.rubric",
        "--use-from", ROOT / "rubrics", f"calls={EXAMPLE / 'calls.csv'}",
    )
    assert status == 0
    published = {row["city"]: Fraction(row["total"]) for row in rows_of(EXAMPLE / "expected_scores.csv")}
    subjects = {one["subject"]: one for one in found["subjects"]}
    for city, score in published.items():
        new = score * 8 / 7 if city == "嘉兴" else score
        assert Fraction(subjects[city]["new"]["score"]["exact"]) == new, city
    own = subjects["嘉兴"]
    assert own["new"]["score"]["shown"] == "65.286" and own["new"]["rank"] == own["old"]["rank"] == 11
    shares = [Fraction(share["score"]["exact"]) for share in own["because"] if "score" in share]
    assert sum(shares) == Fraction(457, 7) - Fraction(457, 8)
    assert len(shares) == 7 and all(share > 0 for share in shares)
    assert "65.29" in TEXT and "457/7" in TEXT and "457/56" in TEXT
