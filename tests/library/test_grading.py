"""Marks by several markers beside the rules written anew, over many made-up candidates near every limit."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor
from pathlib import Path

from tests.program import ranks_of, score
from tests.tables import ROOT, write

RUBRIC = ROOT / "rubrics" / "grading" / "grading.rubric"
GRADES = ((90, "excellent"), (80, "good"), (70, "fair"), (60, "pass"), (0, "fail"))

Row = dict[str, str]


def settled(marks: list[Fraction], board: Fraction | None) -> tuple[str, Fraction | None]:
    """How the mark is reached, and the mark before it is rounded."""
    if board is not None:
        return "decided", board
    if len(marks) < 2:
        return "too_few", None
    apart = max(marks) - min(marks)
    if len(marks) == 2:
        if apart > 10 or (min(marks) < 60 <= max(marks)):
            return "third_needed", None
        return "agreed", sum(marks) / Fraction(2)
    if apart > 20:
        return "board_needed", None
    inner = sorted(marks)[1:-1]
    return "several", sum(inner) / Fraction(len(inner))


def mark_near(rng: random.Random, centre: int) -> str:
    tenths = centre * 10 + rng.choice((-100, -50, 0, 50, 100)) + rng.choice((-6, -5, -1, 0, 0, 1, 4, 5))
    return f"{min(max(tenths, 0), 1000) / 10:.1f}"


def test_status_mark_grade_and_rank_are_those_of_the_rules(tmp_path: Path) -> None:
    rng = random.Random(60)
    candidates: list[Row] = []
    marks: list[Row] = []
    expected: dict[str, tuple[str, int | None, str]] = {}
    ranked: dict[str, dict[str, tuple[int, Fraction, Fraction]]] = {"arts": {}, "science": {}}
    for number in range(600):
        name, centre = f"C{number}", rng.choice((60, 70, 80, 90))
        given = [mark_near(rng, centre) for _ in range(rng.choice((0, 1, 2, 2, 2, 3, 3, 4, 5)))]
        board = mark_near(rng, centre) if rng.random() < 0.1 else None
        register = {
            "candidate": name, "programme": rng.choice(("arts", "science")),
            "attempt": "retake" if rng.random() < 0.15 else "first", "defence": rng.choice(("", "70", "80.5", "90")),
        }
        candidates.append(register)
        marks += [
            {"candidate": name, "marker": f"M{place}", "role": "marker", "mark": mark}
            for place, mark in enumerate(given)
        ]
        if board is not None:
            marks.append({"candidate": name, "marker": "board", "role": "board", "mark": board})
        status, unrounded = settled([Fraction(mark) for mark in given], Fraction(board) if board else None)
        if unrounded is None:
            expected[name] = status, None, "pending"
            continue
        counted = min(unrounded, Fraction(60)) if register["attempt"] == "retake" else unrounded
        final = floor(counted + Fraction(1, 2))
        expected[name] = status, final, next(grade for bound, grade in GRADES if final >= bound)
        if register["attempt"] == "first":
            ranked[register["programme"]][name] = final, unrounded, Fraction(register["defence"] or -1)
    rng.shuffle(marks)
    result = score(
        RUBRIC, marks=write(tmp_path / "marks.csv", marks), candidates=write(tmp_path / "candidates.csv", candidates)
    )
    got = {
        name: (
            mine["status"], int(mine["final"]["exact"]) if mine["final"].get("exact") else None, mine["grade"]
        )
        for name, mine in result["subjects"].items()
    }
    assert got == expected
    assert {status for status, _, _ in expected.values()} == {
        "decided", "too_few", "third_needed", "agreed", "several", "board_needed"
    }
    ranks: dict[str, int | None] = dict.fromkeys(expected)
    for group in ranked.values():
        ranks |= {name: 1 + sum(other > key for other in group.values()) for name, key in group.items()}
    assert ranks_of(result) == ranks
