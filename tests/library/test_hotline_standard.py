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
    calls = rows_of(path)
    periods = score(RUBRIC, calls=path)["periods"]
    assert [period["period"] for period in periods] == sorted({call["日期"] for call in calls})
    for period in periods:
        mine = [call for call in calls if call["日期"] == period["period"]]
        expected = {name: judged(of(mine, name)) for name in HOTLINES}
        got = {
            name: (Fraction(values["total"]["exact"]), Fraction(values["connect_rate"]["exact"]), values["heat"])
            for name, values in period["subjects"].items()
        }
        assert got == expected
        order = sorted(expected, key=lambda name: expected[name][0], reverse=True)
        assert ranks_of(period) == {name: place for place, name in enumerate(order, 1)}


def test_the_example_is_scored_as_counted() -> None:
    hold(EXAMPLE / "calls.csv")


def test_a_larger_log_is_scored_as_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(made(6000), encoding="utf-8")
    hold(path)


def test_the_log_is_what_its_generator_writes_and_has_the_figures_of_the_walkthrough() -> None:
    assert (EXAMPLE / "calls.csv").read_text("utf-8") == made(640)
    calls = rows_of(EXAMPLE / "calls.csv")
    first, second = ([call for call in calls if call["日期"] == day] for day in ("2020-10-28", "2020-10-29"))
    names = ("甲市", "乙市", "丁市")
    assert [rate(of(first, name)) for name in names] == [Fraction(19, 20), Fraction(15, 16), Fraction(21, 80)]
    assert [rate(of(second, name)) for name in names[1:]] == [Fraction(19, 20), Fraction(25, 80)]
    assert rate([call for call in of(first, "甲市") if call["时段"] == "高峰"]) == Fraction(84, 100)
