"""The decathlon beside whole-number arithmetic: marks that come near a whole number of points, and others."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

from tests.program import ranks_of, run, score
from tests.tables import ROOT, rows_of, write

RUBRIC = ROOT / "rubrics" / "decathlon" / "decathlon.rubric"
EXAMPLE = ROOT / "examples" / "decathlon"

# A, B, C, how many of the formula's unit one second or metre is (negative: the less the better), and the range of
# hundredths that is looked through. IAAF Scoring Tables for Combined Events, edition 2001.
EVENTS = {
    "m100": ("25.4347", "18", "1.81", -1, (900, 1850)),
    "long_jump": ("0.14354", "220", "1.4", 100, (200, 900)),
    "shot_put": ("51.39", "1.5", "1.05", 1, (100, 2300)),
    "high_jump": ("0.8465", "75", "1.42", 100, (70, 250)),
    "m400": ("1.53775", "82", "1.81", -1, (4300, 8250)),
    "hurdles110": ("5.74352", "28.5", "1.92", -1, (1250, 2900)),
    "discus": ("12.91", "4", "1.1", 1, (350, 7500)),
    "pole_vault": ("0.2797", "100", "1.35", 100, (90, 630)),
    "javelin": ("10.14", "7", "1.08", 1, (650, 9900)),
    "m1500": ("0.03768", "480", "1.85", -1, (20500, 48050)),
}
UNMARKED = {name: "DNF" if event[3] < 0 else "NM" for name, event in EVENTS.items()}


def inside(event: str, mark: Decimal) -> Decimal:
    """B − T or M − B."""
    _, b, _, unit, _ = EVENTS[event]
    return Decimal(b) - mark if unit < 0 else unit * mark - Decimal(b)


def uncut(event: str, mark: Decimal) -> Decimal:
    """The points before they are cut, to 30 digits."""
    a, _, c, _, _ = EVENTS[event]
    distance = inside(event, mark)
    with localcontext() as context:
        context.prec = 30
        return Decimal(a) * distance ** Decimal(c) if distance > 0 else Decimal(0)


def points(event: str, mark: str) -> int:
    """The n with n ≤ A·d^C < n + 1, confirmed without roots: n^100 ≤ A^100 · d^(100·C) < (n + 1)^100."""
    if mark in ("NM", "DNF", "DQ"):
        return 0
    n = int(uncut(event, Decimal(mark)))
    a, _, c, _, _ = EVENTS[event]
    distance = inside(event, Decimal(mark))
    if distance > 0:
        hundred = Fraction(a) ** 100 * Fraction(distance) ** int(Decimal(c) * 100)
        assert n**100 <= hundred < (n + 1) ** 100
    return n


def marks(event: str, count: int, rng: random.Random) -> list[str]:
    """Half of them the marks of the event with points nearest to a whole number, a few about B, others anywhere."""
    first, last = EVENTS[event][4]
    a, b, c = map(float, EVENTS[event][:3])
    unit = EVENTS[event][3]
    nearest: list[tuple[float, str]] = []
    for hundredths in range(first, last):
        distance = b - hundredths / 100 if unit < 0 else unit * hundredths / 100 - b
        full = a * max(distance, 0) ** c
        if full > 0.5:
            nearest.append((abs(full - round(full)), f"{hundredths // 100}.{hundredths % 100:02d}"))
    limit = Decimal(EVENTS[event][1]) / max(unit, 1)
    about = [str(limit + Decimal(step) / 100) for step in range(-3, 4)]
    found = [text for _, text in sorted(nearest)[: count // 2]] + about
    found += [UNMARKED[event]] * 2
    found += [f"{number // 100}.{number % 100:02d}" for number in rng.choices(range(first, last), k=count - len(found))]
    return rng.sample(found, len(found))


def lines(names: Iterable[str], columns: dict[str, list[str]]) -> list[dict[str, str]]:
    return [
        {"performance": name, **{event: column[number] for event, column in columns.items()}}
        for number, name in enumerate(names)
    ]


def test_points_totals_and_ranks_are_those_of_whole_number_arithmetic(tmp_path: Path) -> None:
    rng = random.Random(9126)
    count = 120
    performances = lines([f"P{n}" for n in range(count)], {event: marks(event, count, rng) for event in EVENTS})
    performances.append(performances[0] | {"performance": "twin"})
    result = score(RUBRIC, performances=write(tmp_path / "performances.csv", performances))
    totals = {}
    for performance in performances:
        name = performance["performance"]
        mine = result["subjects"][name]
        expected = {event: points(event, performance[event]) for event in EVENTS}
        assert {event: int(mine[f"p_{event}"]["exact"]) for event in EVENTS} == expected, performance
        totals[name] = sum(expected.values())
        assert int(mine["total"]["exact"]) == totals[name]
    ranks = {name: 1 + sum(other > mine for other in totals.values()) for name, mine in totals.items()}
    assert ranks_of(result) == ranks


def test_the_example_has_the_published_points() -> None:
    result = score(RUBRIC, performances=EXAMPLE / "performances.csv")
    published = rows_of(EXAMPLE / "published.csv")
    for row in published:
        mine = result["subjects"][row["performance"]]
        assert {item: mine[item]["exact"] for item in row if item != "performance"} == {
            item: text for item, text in row.items() if item != "performance"
        }
    order = sorted(published, key=lambda row: -int(row["total"]))
    ranks = ranks_of(result)
    assert [ranks[row["performance"]] for row in order] == list(range(1, len(order) + 1))


def test_a_blank_cell_and_a_mark_of_another_event_are_refused(tmp_path: Path) -> None:
    whole = rows_of(EXAMPLE / "performances.csv")[0]
    wrong = [
        whole | {"performance": "forgotten", "javelin": ""},
        whole | {"performance": "in minutes", "m1500": "4:36.11"},
        whole | {"performance": "in centimetres", "pole_vault": "545"},
        whole | {"performance": "thousandths", "m100": "10.545"},
        whole | {"performance": "a race without a mark", "m400": "NM"},
    ]
    status, result = run("score", RUBRIC, f"performances={write(tmp_path / 'wrong.csv', wrong)}")
    assert status == 4
    refused = {(cell["row"], cell["column"]) for cell in result["ledger"]["performances"]["refusals"]}
    assert refused == {(2, "javelin"), (3, "m1500"), (4, "pole_vault"), (5, "m100"), (6, "m400")}
