"""Mystery visits beside the form written anew, for many made-up visits."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from math import floor
from pathlib import Path

from tests.program import ranks_of, run, score
from tests.tables import ROOT, rows_of, write

RUBRIC = ROOT / "rubrics" / "window_visits" / "window_visits.rubric"
EXAMPLE = ROOT / "examples" / "window_visits" / "visits.csv"
LEVELS = ((90, "excellent"), (80, "good"), (60, "pass"), (0, "fail"))
AT_THE_WINDOW = ("badge", "manner", "distracted", "waited", "told_once", "extra_papers", "outcome")

Visit = dict[str, str]


def share(worth: int, *items: tuple[Fraction | int, int] | None) -> Fraction:
    """The worth of a section by its items (points, worth); None is an item that does not apply."""
    counted = [item for item in items if item is not None]
    return worth * Fraction(sum(points for points, _ in counted)) / sum(full for _, full in counted)


def yes(visit: Visit, column: str, worth: int) -> tuple[int, int] | None:
    return None if visit[column] == "不适用" else (worth if visit[column] == "yes" else 0, worth)


def sections(visit: Visit) -> dict[str, Fraction]:
    """The points of each section of one visit."""
    if visit["veto"] != "none":
        return dict.fromkeys(("premises", "staff", "handling", "convenience", "extras"), Fraction(0))
    cleanliness = {"good": 8, "fair": 4, "poor": 0}[visit["clean"]]
    premises = share(20, yes(visit, "signs", 8), (cleanliness, 8), yes(visit, "ramp", 4))
    convenience = share(15, yes(visit, "elders", 6), yes(visit, "copies", 5), yes(visit, "sign_talk", 4))
    staff = handling = Fraction(0)
    if visit["attended"] == "yes":
        manner = {"warm": 20, "plain": 12, "rude": 0}[visit["manner"]]
        badge = 5 if visit["badge"] == "yes" else 0
        staff = Fraction(max(badge + manner - min(3 * int(visit["distracted"]), 6), 0))
        waited = int(visit["waited"])
        prompt = Fraction(15) if waited <= 10 else 15 - Fraction(waited - 10, 2) if waited <= 30 else Fraction(0)
        told = {"told": (10, 10), "not_told": (0, 10), "no_papers": None}[visit["told_once"]]
        papers = max(5 - Fraction(5, 2) * int(visit["extra_papers"]), Fraction(0))
        outcome = {"accepted": (10, 10), "turned_away": (0, 10), "asked_only": None}[visit["outcome"]]
        handling = share(40, (prompt, 15), told, (papers, 5), outcome)
    added = sum(3 for name in ("stayed_open", "helped") if visit[name] == "yes")
    extras = Fraction(min(max(added - (5 if visit["wrong_notice"] == "yes" else 0), -5), 5))
    return {
        "premises": premises, "staff": staff, "handling": handling, "convenience": convenience, "extras": extras
    }


def judged(visits: list[Visit]) -> tuple[dict[str, Fraction], Fraction]:
    """Sections and total of a hall."""
    found = [sections(visit) for visit in visits]
    means = {name: sum((each[name] for each in found), Fraction(0)) / len(found) for name in found[0]}
    total = min(max(sum(means.values(), Fraction(0)), Fraction(0)), Fraction(100))
    return means, min(total, Fraction(59)) if any(visit["veto"] != "none" for visit in visits) else total


def made_up(rng: random.Random, number: int) -> Visit:
    def mostly(usual: str, *others: str) -> str:
        return usual if rng.random() < 0.7 else rng.choice(others)

    visit = {
        "visit": f"V{number}", "hall": f"H{rng.randrange(60)}", "day": "2024-05-06", "visitor": "甲",
        "signs": mostly("yes", "no"), "clean": mostly("good", "fair", "poor"), "ramp": mostly("yes", "no", "不适用"),
        "attended": mostly("yes", "yes", "no"), "badge": mostly("yes", "no"), "manner": mostly("warm", "plain", "rude"),
        "distracted": mostly("0", "1", "2", "5"), "waited": mostly("9", "10", "11", "17", "30", "31", "90"),
        "told_once": mostly("told", "not_told", "no_papers"), "extra_papers": mostly("0", "1", "2", "3"),
        "outcome": mostly("accepted", "turned_away", "asked_only"), "elders": mostly("yes", "no"),
        "copies": mostly("yes", "no"), "sign_talk": mostly("yes", "no", "不适用"), "stayed_open": mostly("no", "yes"),
        "helped": mostly("no", "yes"), "wrong_notice": mostly("no", "no", "yes"),
        "veto": "bribe" if rng.random() < 0.03 else "none", "photos": "1", "photo": f"P{number}",
    }
    return visit | (dict.fromkeys(AT_THE_WINDOW, "") if visit["attended"] == "no" else {})


def test_sections_totals_levels_and_ranks_are_those_of_the_form(tmp_path: Path) -> None:
    rng = random.Random(59)
    visits = [made_up(rng, number) for number in range(160)]
    halls: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        halls[visit["hall"]].append(visit)
    result = score(RUBRIC, visits=write(tmp_path / "visits.csv", visits))
    expected = {hall: judged(made) for hall, made in halls.items()}
    for hall, (means, total) in expected.items():
        mine = result["subjects"][hall]
        got = {name: Fraction(mine[name]["exact"]) for name in (*means, "total")}
        assert got == {**means, "total": total}, hall
        assert mine["level"] == next(name for bound, name in LEVELS if total >= bound)
    keys = {
        hall: (floor(total * 100 + Fraction(1, 2)), means["handling"])
        for hall, (means, total) in expected.items() if len(halls[hall]) > 1
    }
    ranks: dict[str, int | None] = dict.fromkeys(expected)
    ranks |= {hall: 1 + sum(other > key for other in keys.values()) for hall, key in keys.items()}
    assert None in ranks.values() and ranks_of(result) == ranks


def test_every_fault_that_can_be_seen_needs_its_photograph(tmp_path: Path) -> None:
    faultless = rows_of(EXAMPLE)[0]
    assert faultless["照片张数"] == "0"
    away = dict.fromkeys(
        ("佩戴工牌", "服务态度", "做无关事项次数", "等候时间(分钟)", "一次性告知", "清单外材料(件)", "办理结果"), ""
    )
    faults: list[tuple[str, Visit]] = [
        ("unclear signs", {"标识清楚": "否"}),
        ("dirt", {"环境卫生": "脏乱"}),
        ("a blocked ramp", {"无障碍通道畅通": "否"}),
        ("an unattended window", {"窗口在岗": "否", **away}),
        ("a missing badge", {"佩戴工牌": "否"}),
        ("other business", {"做无关事项次数": "2"}),
        ("a wrong notice", {"公示与实际不符": "是"}),
        ("a veto", {"一票否决事项": "辱骂群众"}),
    ]
    without = [faultless | fault | {"编号": f"V{place}"} for place, (_, fault) in enumerate(faults)]
    status, result = run("score", RUBRIC, f"visits={write(tmp_path / 'without.csv', without)}")
    assert status == 4
    said = {cell["row"]: cell["message"] for cell in result["ledger"]["visits"]["refusals"]}
    assert sorted(said) == list(range(2, 2 + len(faults)))
    assert all(f"({fault}" in said[row] for row, (fault, _) in enumerate(faults, start=2))
    photographed = [visit | {"照片张数": "1", "照片编号": "P1"} for visit in without]
    score(RUBRIC, visits=write(tmp_path / "with.csv", photographed))
