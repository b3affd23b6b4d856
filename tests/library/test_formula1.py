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
SEASONS = RUBRIC.with_name("seasons.rubric")
EXAMPLE = ROOT / "examples" / "formula1"
LETTERS = "RDENWF"
AWARDS = {str(place): points for place, points in enumerate((25, 18, 15, 12, 10, 8, 6, 4, 2, 1), start=1)}

ERAS = (
    (1959, (8, 6, 4, 3, 2)),
    (1960, (8, 6, 4, 3, 2, 1)),
    (1990, (9, 6, 4, 3, 2, 1)),
    (2002, (10, 6, 4, 3, 2, 1)),
    (2009, (10, 8, 6, 5, 4, 3, 2, 1)),
    (2020, (25, 18, 15, 12, 10, 8, 6, 4, 2, 1)),
)
HALVED = {(1975, 4), (1975, 12), (1984, 6), (1991, 16), (2009, 2)}

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


def awarded(row: Row) -> Fraction:
    """What a row brings by the rules of its year."""
    year, race = int(row["year"]), int(row["round"])
    place = int(row["finish"]) if row["finish"].isdigit() else None
    table = next(points for last, points in ERAS if year <= last)
    points = Fraction(table[place - 1]) if place is not None and place <= len(table) else Fraction(0)
    points *= Fraction(1, 2) if (year, race) in HALVED else 2 if (year, race) == (2014, 19) else 1
    fastest = year <= 1959 or (year >= 2019 and place is not None and place <= 10)
    return points + (row["fastest_lap"] == "yes" and fastest)


def test_every_season_has_the_points_of_its_year_and_ranks_of_its_own(tmp_path: Path) -> None:
    rows = []
    for year in range(1950, 2021):
        season = made_up(year, 12, 19)
        rng = random.Random(year)
        fastest = {str(race): f"D{rng.randrange(12)}" for race in range(1, 20)}
        for row in season:
            row |= {"year": str(year), "fastest_lap": "yes" if fastest[row["round"]] == row["driver"] else "no"}
            row["points"] = str(awarded(row))
        rows += season
    names = ("driver", "year", "round", "finish", "fastest_lap")
    result = score(SEASONS, results=write(tmp_path / "results.csv", rows, {name: name for name in names}))
    assert [period["period"] for period in result["periods"]] == [str(year) for year in range(1950, 2021)]
    for period in result["periods"]:
        season = [row for row in rows if row["year"] == period["period"]]
        mine = {name: Fraction(values["points"]["exact"]) for name, values in period["subjects"].items()}
        assert mine == points_of(season)
        ranked = places(season) if int(period["period"]) >= 1991 else dict.fromkeys(points_of(season))
        assert ranks_of(period) == ranked, period["period"]


def test_the_example_of_two_seasons_ends_as_they_did() -> None:
    result = score(SEASONS, results=EXAMPLE / "seasons.csv")
    published = {
        "2007": {"Räikkönen": ("110", 1), "Hamilton": ("109", 2), "Alonso": ("109", 3), "Massa": ("94", 4)},
        "2008": {
            "Hamilton": ("98", 1), "Massa": ("97", 2), "Räikkönen": ("75", 3), "Kubica": ("75", 4), "Alonso": ("61", 5)
        },
    }
    for period in result["periods"]:
        ranks, shown = ranks_of(period), {name: mine["points"]["shown"] for name, mine in period["subjects"].items()}
        assert {name: (shown[name], ranks[name]) for name in shown} == published[period["period"]]
