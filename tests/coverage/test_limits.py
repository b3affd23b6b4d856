"""Tables beyond the stated limits are said to be undecided; what is then reported is still true."""

from __future__ import annotations

import random
from fractions import Fraction as F

from rubric_dsl.checks.coverage import (
    ANYTHING,
    AnyOf,
    Axis,
    Between,
    Constraint,
    Holds,
    Limits,
    Linear,
    NotOf,
    OneOf,
    TableRow,
    cover,
)
from rubric_dsl.resolved.types import Interval, Members

YES_NO = Members(("yes", "no"))
WHOLE = Interval(F(0), F(100), step=F(1))


def between(low: int, high: int) -> Between:
    return Between(F(low), True, F(high), False)


def scattered(axes: int, rows: int) -> list[TableRow]:
    """Rows over several inputs that leave gaps all over."""
    rng = random.Random(axes * 1000 + rows)
    return [
        TableRow("patterns", tuple((between(*sorted(rng.sample(range(101), 2))),) for _ in range(axes)))
        for _ in range(rows)
    ]


def test_too_many_inputs() -> None:
    coverage = cover([Axis(YES_NO)] * 65, [TableRow("otherwise")], False)
    assert coverage.undecided == "inputs"
    assert coverage.reachable == {0}
    assert cover([Axis(YES_NO)] * 64, [TableRow("otherwise")], False).clean


def test_conditions_nested_too_deep() -> None:
    deep: Constraint = Holds(0, (OneOf(frozenset({"yes"})),))
    for _ in range(99):
        deep = NotOf(deep)
    assert cover([Axis(YES_NO)], [TableRow("otherwise")], False, [deep]).undecided is None
    for _ in range(50_000):
        deep = NotOf(deep)
    assert cover([Axis(YES_NO)], [TableRow("otherwise")], False, [deep]).undecided == "depth"


def test_too_many_states_still_show_one_gap() -> None:
    axes = [Axis(WHOLE)] * 6
    rows = scattered(6, 40)
    coverage = cover(axes, rows, False, limits=Limits(steps=20_000, overlaps=10**6))
    assert coverage.undecided == "steps"
    assert coverage.reachable == frozenset(range(40))
    (gap,) = coverage.gaps
    for row in rows:
        inside = [
            piece.low <= value < piece.high
            for (piece,), value in zip(row.cells, gap.witness, strict=True)
            if isinstance(piece, Between) and isinstance(value, F) and piece.low is not None and piece.high is not None
        ]
        assert len(inside) == 6 and not all(inside)


def test_more_gaps_than_are_listed() -> None:
    axes = [Axis(WHOLE)] * 3
    rows = scattered(3, 20)
    listed = cover(axes, rows, True, limits=Limits(gaps=10))
    assert listed.undecided == "gaps"
    assert len(listed.gaps) == 10
    assert listed.reachable == cover(axes, rows, True, limits=Limits(gaps=10_000)).reachable


def test_a_table_of_one_input_lists_all_its_gaps() -> None:
    rows = [TableRow("patterns", ((between(2 * number, 2 * number + 1),),)) for number in range(300)]
    coverage = cover([Axis(Interval(F(0), F(598), step=F(1)))], rows, False)
    assert coverage.undecided is None
    assert len(coverage.gaps) == 299


def test_more_overlaps_than_are_listed() -> None:
    rows = [TableRow("patterns", ((between(number, number + 10),),)) for number in range(20)]
    coverage = cover([Axis(WHOLE)], rows, False, limits=Limits(overlaps=5))
    assert coverage.undecided == "overlaps"
    assert len(coverage.overlaps) == 5


def test_more_clashes_than_are_looked_at() -> None:
    coverage = cover([Axis(WHOLE)], [TableRow("patterns", ((ANYTHING,),))] * 400, False)
    assert coverage.undecided == "overlaps"
    assert len(coverage.never) > 100
    assert all(never.reason == "subsumed" and max(never.by) < never.row for never in coverage.never)


def hard() -> Linear:
    """Over whole numbers of 0 and more it has no solution, which takes long to find out (see test_linear)."""
    return Linear({axis: F(n) for axis, n in enumerate([12223, 12224, 36674, 61119, 85569])}, "=", F(89643481))


def test_a_clash_that_is_certain_is_said_though_more_is_undecided() -> None:
    """The rows share 0 to 5; whether either has more that can occur is not found out."""
    axes = [Axis(Interval(F(0), None, step=F(1))), *([Axis(Interval(F(0), None, step=F(1)), hidden=True)] * 4)]
    either = AnyOf((Holds(0, (between(0, 6),)), hard()))
    rows = [TableRow("patterns", ((between(0, 10),),)), TableRow("patterns", ((between(0, 6), between(20, 30)),))]
    coverage = cover(axes, rows, False, [either], Limits(search=2_000))
    assert coverage.undecided == "search"
    assert [(overlap.first, overlap.second) for overlap in coverage.overlaps] == [(0, 1)]
    assert not coverage.never


def test_too_many_states_under_conditions_still_show_one_gap() -> None:
    axes = [Axis(WHOLE)] * 6
    rising = Linear({0: F(1), 1: F(-1)}, "<=", F(0))
    coverage = cover(axes, scattered(6, 40), False, [rising], Limits(steps=20_000, overlaps=10**6))
    assert coverage.undecided == "steps"
    (gap,) = coverage.gaps
    assert isinstance(gap.witness[0], F) and isinstance(gap.witness[1], F)
    assert gap.witness[0] <= gap.witness[1]


def test_a_search_that_is_too_long_raises_no_alarm() -> None:
    """Whether the condition leaves anything to cover is not found out in so few steps: no gap is claimed."""
    axes = [Axis(Interval(F(0), None, step=F(1)))] * 5
    rows = [TableRow("patterns", ((between(0, 5),), *([(ANYTHING,)] * 4)))]
    coverage = cover(axes, rows, False, [hard()], Limits(search=2_000))
    assert coverage.undecided == "search"
    assert not coverage.gaps and not coverage.never
    assert coverage.reachable == {0}
