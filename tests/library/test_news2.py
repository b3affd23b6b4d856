"""NEWS2 beside the charts of the Royal College of Physicians, written anew as limits, at every edge and elsewhere."""

from __future__ import annotations

import random
from bisect import bisect_left
from pathlib import Path

from tests.program import ranks_of, score
from tests.tables import ROOT, write

RUBRIC = ROOT / "rubrics" / "news2" / "news2.rubric"

Chart = dict[str, str]

# Each parameter as (the highest figure of every band but the last, the points of the bands); temperatures in tenths.
BANDS = {
    "resp": ((8, 11, 20, 24), (3, 1, 0, 2, 3)),
    "sbp": ((90, 100, 110, 219), (3, 2, 1, 0, 3)),
    "pulse": ((40, 50, 90, 110, 130), (3, 1, 0, 1, 2, 3)),
    "temp": ((350, 360, 380, 390), (3, 1, 0, 1, 2)),
}
SCALE_1 = ((91, 93, 95), (3, 2, 1, 0))
SCALE_2_ON_AIR = ((83, 85, 87), (3, 2, 1, 0))
SCALE_2_ON_OXYGEN = ((83, 85, 87, 92, 94, 96), (3, 2, 1, 0, 1, 2, 3))


def points(bands: tuple[tuple[int, ...], tuple[int, ...]], figure: int) -> int:
    limits, values = bands
    return values[bisect_left(limits, figure)]


def judged(chart: Chart) -> tuple[int, str]:
    """Total and level of response."""
    oxygen, hypercapnic = chart["oxygen"] == "1", chart["hypercapnic_rf"] == "1"
    scale = (SCALE_2_ON_OXYGEN if oxygen else SCALE_2_ON_AIR) if hypercapnic else SCALE_1
    found = [points(bands, int(chart[name].replace(".", ""))) for name, bands in BANDS.items()]
    found += [points(scale, int(chart["spo2"])), 0 if chart["consciousness"] == "A" else 3]
    total = sum(found) + 2 * oxygen
    level = "high" if total >= 7 else "medium" if total >= 5 else "low_medium" if 3 in found else "low"
    return total, level


def figures(rng: random.Random) -> Chart:
    """Mostly near a limit, for limits are what is wrong when something is."""
    def near(limits: tuple[int, ...], low: int, high: int) -> int:
        return rng.choice(limits) + rng.randint(-1, 2) if rng.random() < 0.7 else rng.randint(low, high)

    tenths = str(near(BANDS["temp"][0], 320, 420))
    return {
        "resp": str(near(BANDS["resp"][0], 0, 60)), "spo2": str(min(100, near(SCALE_2_ON_OXYGEN[0], 60, 100))),
        "hypercapnic_rf": rng.choice("01"), "oxygen": rng.choice("01"), "temp": f"{tenths[:-1]}.{tenths[-1]}",
        "sbp": str(near(BANDS["sbp"][0], 40, 300)), "pulse": str(near(BANDS["pulse"][0], 20, 220)),
        "consciousness": rng.choice("AAAACVPU"),
    }


def test_totals_levels_and_ranks_are_those_of_the_charts(tmp_path: Path) -> None:
    rng = random.Random(2017)
    normal = {"resp": "16", "spo2": "97", "sbp": "120", "pulse": "70", "temp": "37.0", "consciousness": "A"}
    flags = [{"hypercapnic_rf": scale, "oxygen": oxygen} for scale in "01" for oxygen in "01"]
    calm = [
        {**normal, **flag, name: text}
        for flag in flags
        for name, limits in {**{name: bands[0] for name, bands in BANDS.items()}, "spo2": SCALE_2_ON_OXYGEN[0]}.items()
        for limit in limits
        for figure in (limit, limit + 1)
        for text in [f"{figure / 10:.1f}" if name == "temp" else str(figure)]
    ]
    charts = [{"patient": f"P{number}", **chart} for number, chart in enumerate(
        [*calm, *(figures(rng) for _ in range(1500))])]
    result = score(RUBRIC, charts=write(tmp_path / "charts.csv", charts))
    expected = {chart["patient"]: judged(chart) for chart in charts}
    assert {level for _, level in expected.values()} == {"low", "low_medium", "medium", "high"}
    got = {patient: (int(mine["total"]["exact"]), mine["risk"]) for patient, mine in result["subjects"].items()}
    assert got == expected
    totals = sorted(total for total, _ in expected.values())
    above = {total: len(totals) - totals.index(total) - totals.count(total) for total in set(totals)}
    assert ranks_of(result) == {patient: 1 + above[total] for patient, (total, _) in expected.items()}
