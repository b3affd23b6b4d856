"""Formula 1 standings beside an independent count-back, and the published order of 2007."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from tests.program import ranks_of, score
from tests.tables import ROOT, write

RUBRIC = ROOT / "rubrics" / "formula1" / "formula1.rubric"
EXAMPLE = ROOT / "examples" / "formula1"
LETTERS = "RDENWF"
AWARDS = {str(place): points for place, points in enumerate((25, 18, 15, 12, 10, 8, 6, 4, 2, 1), start=1)}

Row = dict[str, str]


def made_up(seed: int, drivers: int, races: int) -> list[Row]:
    """A season in which each race classifies some drivers; with few races most drivers have equal points."""
    rng = random.Random(seed)
    rows: list[Row] = []
    for race in range(1, races + 1):
        order = rng.sample(range(drivers), drivers)
        classified = rng.randint(drivers // 2, drivers)
        factor = Fraction(1, 2) if race == 2 else Fraction(2) if race == races else Fraction(1)
        for place, driver in enumerate(order, start=1):
            finish = str(place) if place <= classified else rng.choice(LETTERS)
            points = factor * AWARDS.get(finish, 0)
            rows.append({"driver": f"D{driver}", "round": str(race), "finish": finish, "points": str(float(points))})
    return rows


def points_of(rows: Sequence[Row]) -> dict[str, Fraction]:
    totals: dict[str, Fraction] = {}
    for row in rows:
        totals[row["driver"]] = totals.get(row["driver"], Fraction(0)) + Fraction(row["points"])
    return totals


def places(rows: Sequence[Row]) -> dict[str, int]:
    """Ranks: by points, then by the numbers of first, second … places, compared in this order."""
    totals = points_of(rows)
    finishes: dict[str, Counter[int]] = {driver: Counter() for driver in totals}
    for row in rows:
        finishes[row["driver"]][int(row["finish"]) if row["finish"].isdigit() else 0] += 1
    keys = {driver: (totals[driver], [finishes[driver][place] for place in range(1, 27)]) for driver in totals}
    return {driver: 1 + sum(other > key for other in keys.values()) for driver, key in keys.items()}


@pytest.mark.parametrize(("seed", "drivers", "races"), [(1, 26, 3), (2, 22, 17), (3, 20, 1), (4, 26, 2), (5, 24, 6)])
def test_points_and_ranks_are_those_of_an_independent_count_back(
    seed: int, drivers: int, races: int, tmp_path: Path
) -> None:
    rows = made_up(seed, drivers, races)
    result = score(RUBRIC, results=write(tmp_path / "results.csv", rows))
    totals = points_of(rows)
    assert {name: Fraction(mine["points"]["exact"]) for name, mine in result["subjects"].items()} == totals
    assert ranks_of(result) == places(rows)
    by_points = {name: 1 + sum(other > total for other in totals.values()) for name, total in totals.items()}
    assert places(rows) != by_points, "count-back decides some ranks"


def test_the_example_ends_as_the_championship_of_2007_did() -> None:
    result = score(RUBRIC, results=EXAMPLE / "results.csv")
    published = {"Räikkönen": ("110", 1), "Hamilton": ("109", 2), "Alonso": ("109", 3), "Massa": ("94", 4)}
    ranks = ranks_of(result)
    assert {name: (mine["points"]["shown"], ranks[name]) for name, mine in result["subjects"].items()} == published
