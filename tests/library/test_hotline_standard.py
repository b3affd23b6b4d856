"""The service-hotline standard beside an independent count of the log, and the log beside what writes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from tests.program import ranks_of, score
from tests.tables import ROOT, rows_of

RUBRIC = ROOT / "rubrics" / "hotline_standard" / "hotline_standard.rubric"
EXAMPLE = ROOT / "examples" / "hotline_standard"
REQUIRED = Fraction(95, 100)

HOTLINES = ("甲市", "乙市", "丙市", "丁市")

Call = dict[str, str]


def made(count: int) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLE / "make_calls.py", str(count)], capture_output=True, encoding="utf-8", check=True)
    return done.stdout


def of(calls: Sequence[Call], name: str) -> list[Call]:
    return [call for call in calls if call["热线"] == name]


def rate(calls: Sequence[Call]) -> Fraction | None:
    return Fraction(sum(call["是否接通"] == "是" for call in calls), len(calls)) if calls else None


def points(worth: int, calls: Sequence[Call]) -> Fraction | None:
    own = rate(calls)
    return None if own is None else worth * min(own / REQUIRED, Fraction(1))


def heat(own: Fraction) -> str:
    return "hot" if own >= REQUIRED else "warm" if own >= Fraction(3, 10) else "cold" if own else "dead"


def judged(calls: Sequence[Call]) -> tuple[Fraction, Fraction, str]:
    """Total, connect rate and class."""
    at_peak = [call for call in calls if call["时段"] == "高峰"]
    by_night = [call for call in calls if not "06:00" <= call["来电时刻"] < "22:00"]
    parts = [(worth, points(worth, some)) for worth, some in ((30, calls), (15, at_peak), (15, by_night))]
    there = [(worth, own) for worth, own in parts if own is not None]
    connecting = 60 * sum((own for _, own in there), Fraction(0)) / sum(worth for worth, _ in there)
    answered = [call for call in calls if call["是否接通"] == "是"]
    if answered:
        prompt = sum(int(call["等待时长(秒)"]) <= 15 for call in answered)
        plain = sum(call["语音菜单"] == "否" for call in answered)
        total = connecting + Fraction(30 * prompt + 10 * plain, len(answered))
    else:
        total = connecting / 60 * 100
    own = rate(calls)
    assert own is not None
    return total, own, heat(own)


def hold(path: Path) -> None:
    result = score(RUBRIC, calls=path)
    calls = rows_of(path)
    expected = {name: judged(of(calls, name)) for name in HOTLINES}
    got = {
        name: (Fraction(mine["total"]["exact"]), Fraction(mine["connect_rate"]["exact"]), mine["heat"])
        for name, mine in result["subjects"].items()
    }
    assert got == expected
    order = sorted(expected, key=lambda name: expected[name][0], reverse=True)
    assert ranks_of(result) == {name: place for place, name in enumerate(order, 1)}


def test_the_example_is_scored_as_counted() -> None:
    hold(EXAMPLE / "calls.csv")


def test_a_larger_log_is_scored_as_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(made(6000), encoding="utf-8")
    hold(path)


def test_the_log_is_what_its_generator_writes_and_has_the_figures_of_the_walkthrough() -> None:
    assert (EXAMPLE / "calls.csv").read_text("utf-8") == made(320)
    calls = rows_of(EXAMPLE / "calls.csv")
    rates = [rate(of(calls, name)) for name in ("甲市", "乙市", "丁市")]
    assert rates == [Fraction(95, 100), Fraction(9375, 10000), Fraction(2625, 10000)]
    at_peak = [call for call in of(calls, "甲市") if call["时段"] == "高峰"]
    assert rate(at_peak) == Fraction(21, 25), "84%"
