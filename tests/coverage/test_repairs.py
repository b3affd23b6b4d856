"""Repairs that are proposed close the gap or part the rows, and make no other fault."""

from __future__ import annotations

import os
import random
from fractions import Fraction as F

import pytest

from rubric_dsl.checks.coverage import MISSING, Axis, Between, Coverage, Piece, TableRow, cover
from rubric_dsl.checks.repairs import Repair, close_gap, part, proved, repaired, row_for_gap
from rubric_dsl.resolved.types import Domain, Interval, Points, Ratio

CASES = 20_000 if os.environ.get("RUBRIC_LONG") else 1_500
SECONDS = Interval(F(0), F(600), step=F(1))


def between(low: str | None, low_closed: bool, high: str | None, high_closed: bool) -> Between:
    return Between(None if low is None else F(low), low_closed, None if high is None else F(high), high_closed)


def first_repair(domain: Domain, rows: list[Between]) -> tuple[int, Repair]:
    """The first repair of the only gap, and the row it changes."""
    (gap,) = cover([Axis(domain)], [TableRow("patterns", ((piece,),)) for piece in rows], False).gaps
    (box,) = gap.box
    assert isinstance(box, Between)
    before = None if gap.before is None else [rows[gap.before]]
    after = None if gap.after is None else [rows[gap.after]]
    repair = close_gap(domain, box, before, after)[0]
    row = gap.before if repair.side == "before" else gap.after
    assert row is not None
    return row, repair


def test_the_row_below_is_extended_to_the_row_above() -> None:
    """`31% to 94%` before `from 95%` becomes `31% to under 95%`."""
    below = between(None, False, "0.31", False)
    rows = [between("0.95", True, None, False), between("0.31", True, "0.94", True), below]
    assert first_repair(Ratio(), rows) == (1, Repair("before", rows[1], between("0.31", True, "0.95", False)))


def test_a_range_is_extended_rather_than_a_single_value() -> None:
    """Between `0%` and `1% to 100%` the range grows: `over 0% to 100%`."""
    rows = [between("0", True, "0", True), between("0.01", True, "1", True)]
    assert first_repair(Ratio(), rows) == (1, Repair("after", rows[1], between("0", False, "1", True)))


def test_on_a_grid_the_new_end_is_a_value_of_the_grid() -> None:
    rows = [between(None, False, "15", True), between("20", False, None, False)]
    assert first_repair(SECONDS, rows) == (0, Repair("before", rows[0], between(None, False, "20", True)))
    closed = [between(None, False, "15", True), between("20", True, None, False)]
    assert first_repair(SECONDS, closed) == (0, Repair("before", closed[0], between(None, False, "19", True)))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (between("0", True, "60", True), between("0", True, None, False)),
        (between(None, False, "60", True), between(None, False, "600", True)),
        (between("15", True, "600", True), between(None, False, "600", True)),
        (between("15", False, None, False), between("0", True, None, False)),
    ],
)
def test_at_the_ends_of_the_domain_a_row_is_left_open_or_ends_there(row: Between, expected: Between) -> None:
    assert first_repair(SECONDS, [row]) == (0, Repair("before" if row.high == 60 else "after", row, expected))


def test_the_alternative_next_to_the_gap_is_extended() -> None:
    before: list[Piece] = [MISSING, between("50", True, "60", True), between(None, False, "15", True)]
    repairs = close_gap(SECONDS, between("16", True, "49", True), before, before)
    assert repairs == (
        Repair("before", between(None, False, "15", True), between(None, False, "49", True)),
        Repair("after", between("50", True, "60", True), between("16", True, "60", True)),
    )


def test_a_new_row_takes_exactly_the_gap() -> None:
    gap = between("0.94", False, "0.95", False)
    rows = [between("0.31", True, "0.94", True)], [between("0.95", True, None, False)]
    assert row_for_gap(Ratio(), gap, *rows) == gap
    assert row_for_gap(SECONDS, between("61", True, "600", True), [between(None, False, "60", True)], None) == between(
        "61", True, None, False
    )


def test_the_second_of_two_rows_that_share_an_end_starts_over_it() -> None:
    """`up to 15 s` and `15 s to 60 s`: the second becomes `over 15 s to 60 s`."""
    second = between("15", True, "60", True)
    parted = Repair("after", second, between("15", False, "60", True))
    assert part([between(None, False, "15", True)], [second]) == parted


def test_a_second_row_written_below_ends_under_the_first() -> None:
    second = between(None, False, "15", True)
    parted = Repair("after", second, between(None, False, "15", False))
    assert part([between("15", True, "60", True)], [second]) == parted


def test_a_row_inside_another_is_not_parted() -> None:
    wide, narrow = between("0", True, "60", True), between("15", True, "30", True)
    assert part([wide], [narrow]) is None
    assert part([narrow], [wide]) is None
    assert part([wide], [MISSING]) is None


# ---------------------------------------------------------------- proved on generated tables


def faults(coverage: Coverage) -> tuple[int, set[tuple[int, int]]]:
    pairs = {(overlap.first, overlap.second) for overlap in coverage.overlaps}
    for never in coverage.never:
        if never.reason == "subsumed":
            pairs |= {(min(never.row, row), max(never.row, row)) for row in never.by}
    return len(coverage.gaps), pairs


def test_every_repair_of_a_gap_closes_it_and_makes_no_other_fault() -> None:
    rng = random.Random(21)
    proven = 0
    for _ in range(CASES):
        axes, rows = generated(rng)
        known = cover(axes, rows, False)
        gaps, pairs = faults(known)
        for gap in known.gaps:
            (box,) = gap.box
            if not isinstance(box, Between):
                continue
            before = None if gap.before is None else rows[gap.before].cells[0]
            after = None if gap.after is None else rows[gap.after].cells[0]
            for repair in close_gap(axes[0].domain, box, before, after):
                changed = gap.before if repair.side == "before" else gap.after
                assert changed is not None
                mended = repaired(rows, changed, 0, repair)
                assert proved(axes, mended, False, (), known), (axes, rows, repair)
                now = faults(cover(axes, mended, False))
                assert now[0] == gaps - 1
                assert now[1] <= pairs
                proven += 1
            new_row = TableRow("patterns", ((row_for_gap(axes[0].domain, box, before, after),),))
            added = faults(cover(axes, [*rows, new_row], False))
            assert added == (gaps - 1, pairs), (axes, rows, new_row)
    assert proven > CASES / 2


def test_every_repair_of_an_overlap_parts_the_rows_and_makes_no_other_fault() -> None:
    rng = random.Random(22)
    proven = 0
    for _ in range(CASES):
        axes, rows = generated(rng)
        known = cover(axes, rows, False)
        gaps, pairs = faults(known)
        for overlap in known.overlaps:
            repair = part(rows[overlap.first].cells[0], rows[overlap.second].cells[0])
            if repair is None:
                continue
            mended = repaired(rows, overlap.second, 0, repair)
            now = cover(axes, mended, False)
            assert faults(now)[0] == gaps
            assert faults(now)[1] <= pairs - {(overlap.first, overlap.second)}
            proven += 1
    assert proven > CASES / 4


def generated(rng: random.Random) -> tuple[list[Axis], list[TableRow]]:
    """A table of one numeric input; some rows have two alternatives."""
    kind = rng.randrange(5)
    domains: list[Domain] = [
        Interval(F(0), F(6), step=F(1)),
        Interval(F(0), F(6)),
        Interval(F(0), None, step=F(1, 2)),
        Points((F(0), F(1), F(5, 2), F(6))),
        Ratio(rng.choice([None, (8,), (3, 7)])),
    ]
    unit = F(1, 10) if kind == 4 else F(1)
    rows = []
    for _ in range(rng.randrange(1, 5)):
        cell: list[Piece] = []
        for _ in range(1 if rng.random() < 0.8 else 2):
            low, high = sorted(rng.sample(range(8), 2))
            cell.append(
                rng.choice(
                    [
                        Between(low * unit, rng.random() < 0.5, high * unit, rng.random() < 0.5),
                        Between(None, False, high * unit, rng.random() < 0.5),
                        Between(low * unit, rng.random() < 0.5, None, False),
                        Between(low * unit, True, low * unit, True),
                    ]
                )
            )
        rows.append(TableRow("patterns", (tuple(cell),)))
    return [Axis(domains[kind], rng.random() < 0.2)], rows
