"""Tables as they are published, with their gaps and clashes worked out by hand."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.checks.coverage import (
    ANYTHING,
    MISSING,
    PRESENT,
    AllBut,
    AnyOf,
    Axis,
    Between,
    Constraint,
    Gap,
    Holds,
    IsMissing,
    Linear,
    Never,
    NotOf,
    OneOf,
    Piece,
    PresentExactlyWhen,
    TableRow,
    cover,
)
from rubric_dsl.resolved.types import AnyText, Domain, Interval, Members, Points, Ratio

SECONDS = Interval(F(0), F(600), step=F(1))
YES_NO = Members(("yes", "no"))
OTHERWISE = TableRow("otherwise")


def number(text: str) -> F:
    return F(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def at_least(low: str) -> Between:
    return Between(number(low), True, None, False)


def over(low: str) -> Between:
    return Between(number(low), False, None, False)


def up_to(high: str) -> Between:
    return Between(None, False, number(high), True)


def to(low: str, high: str) -> Between:
    return Between(number(low), True, number(high), True)


def over_to(low: str, high: str) -> Between:
    return Between(number(low), False, number(high), True)


def one(*names: str) -> OneOf:
    return OneOf(frozenset(names))


def row(*cells: Piece | tuple[Piece, ...]) -> TableRow:
    return TableRow("patterns", tuple(cell if isinstance(cell, tuple) else (cell,) for cell in cells))


PUBLISHED = [row(at_least("95%")), row(to("31%", "94%")), row(to("1%", "30%")), row(to("0%", "0%"))]
YES = Holds(1, (one("yes"),))


def test_published_connect_rate_bands_have_exactly_three_gaps() -> None:
    coverage = cover([Axis(Ratio())], PUBLISHED, False)
    assert coverage.gaps == (
        Gap((F(1, 101),), (Between(F(0), False, F(1, 100), False),), 0, before=3, after=2),
        Gap((F(4, 13),), (Between(F(30, 100), False, F(31, 100), False),), 0, before=2, after=1),
        Gap((F(16, 17),), (Between(F(94, 100), False, F(95, 100), False),), 0, before=1, after=0),
    )
    assert not coverage.overlaps and not coverage.never
    assert coverage.reachable == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("sizes", "witnesses"),
    [((8,), []), ((13,), [F(4, 13)]), ((16,), []), ((17,), [F(16, 17)]), ((8, 13, 17), [F(4, 13), F(16, 17)])],
)
def test_with_a_fixed_number_of_calls_only_attainable_gaps_count(sizes: tuple[int, ...], witnesses: list[F]) -> None:
    coverage = cover([Axis(Ratio(sizes))], PUBLISHED, False)
    assert [gap.witness for gap in coverage.gaps] == [(witness,) for witness in witnesses]


def test_bands_of_whole_percentages_are_clean() -> None:
    assert cover([Axis(Interval(F(0), F(1), step=F(1, 100)))], PUBLISHED, False).clean


def test_whole_seconds_have_no_gap_between_15_and_16() -> None:
    rows = [row(up_to("15")), row(to("16", "60")), row(at_least("61"))]
    assert cover([Axis(SECONDS)], rows, False).clean
    continuous = cover([Axis(Interval(F(0), F(600)))], rows, False)
    assert [gap.witness for gap in continuous.gaps] == [(F("15.5"),), (F("60.5"),)]


def test_a_shared_end_is_one_overlap() -> None:
    coverage = cover([Axis(SECONDS)], [row(up_to("15")), row(to("15", "60")), row(over("60"))], False)
    (overlap,) = coverage.overlaps
    assert (overlap.first, overlap.second, overlap.witness) == (0, 1, (F(15),))
    assert overlap.box == (to("15", "15"),)
    assert not coverage.gaps and not coverage.never


def test_two_uncovered_values_with_a_covered_one_between_are_two_gaps() -> None:
    coverage = cover([Axis(SECONDS)], [row(up_to("9")), row(to("11", "11")), row(at_least("13"))], False)
    assert [(gap.witness, gap.before, gap.after) for gap in coverage.gaps] == [((F(10),), 0, 1), ((F(12),), 1, 2)]


def test_a_gap_at_the_end_of_the_domain_has_closed_ends_on_the_grid() -> None:
    (gap,) = cover([Axis(SECONDS)], [row(up_to("60"))], False).gaps
    assert gap == Gap((F(61),), (to("61", "600"),), 0, before=0, after=None)


def test_the_first_row_decides_under_first_match() -> None:
    rows = [row(up_to("60")), row(up_to("15")), OTHERWISE]
    coverage = cover([Axis(SECONDS)], rows, True)
    assert coverage.never == (Never(1, "shadowed", (0,)),)
    assert coverage.reachable == {0, 2}
    assert coverage.witnesses == ((F(0),), None, (F(61),))


def test_several_rows_together_shadow_one() -> None:
    rows = [row(up_to("15")), row(over("15")), row(to("10", "20"))]
    assert cover([Axis(SECONDS)], rows, True).never == (Never(2, "shadowed", (0, 1)),)


def test_a_ladder_cannot_have_a_gap() -> None:
    rows = [row(at_least("95%")), row(at_least("31%")), row(at_least("1%")), OTHERWISE]
    assert cover([Axis(Ratio())], rows, True).clean


def test_a_row_inside_another_is_said_once() -> None:
    coverage = cover([Axis(SECONDS)], [row(to("10", "20")), row(ANYTHING)], False)
    assert coverage.never == (Never(0, "subsumed", (1,)),)
    assert not coverage.overlaps


def test_equal_rows_call_the_later_one_subsumed() -> None:
    coverage = cover([Axis(YES_NO)], [row(one("yes")), row(one("yes")), row(one("no"))], False)
    assert coverage.never == (Never(1, "subsumed", (0,)),)


def test_a_row_beyond_the_domain_and_an_impossible_row_differ() -> None:
    rows = [row(ANYTHING), row(at_least("700")), row(to("60", "15")), row(one("yes")), row(MISSING)]
    assert cover([Axis(SECONDS)], rows, False).never == (
        Never(1, "outside"),
        Never(2, "empty"),
        Never(3, "outside"),
        Never(4, "outside"),
    )


def test_an_otherwise_row_that_nothing_remains_for_is_shadowed() -> None:
    coverage = cover([Axis(YES_NO)], [row(one("yes")), row(one("no")), OTHERWISE], False)
    assert coverage.never == (Never(2, "shadowed", (0, 1)),)


def test_a_missing_value_is_a_gap_of_its_own_and_otherwise_does_not_take_it() -> None:
    (gap,) = cover([Axis(SECONDS, may_be_missing=True)], [row(up_to("60")), OTHERWISE], False).gaps
    assert gap == Gap((None,), (MISSING,))
    assert cover([Axis(SECONDS, True)], [row(up_to("60")), row(MISSING), OTHERWISE], False).clean
    assert cover([Axis(SECONDS, True)], [row((up_to("60"), MISSING)), row(over("60"))], False).clean


def test_members_without_a_row_are_one_gap() -> None:
    tone = Members(("gentle", "flat", "rude"))
    (gap,) = cover([Axis(tone)], [row(one("flat"))], False).gaps
    assert gap == Gap(("gentle",), (one("gentle", "rude"),))


def test_texts_need_a_row_for_all_others() -> None:
    (gap,) = cover([Axis(AnyText())], [row(one("a", "b"))], False).gaps
    assert gap == Gap(("c",), (AllBut(frozenset({"a", "b"})),))
    assert cover([Axis(AnyText())], [], False).gaps == (Gap(("a",), (PRESENT,)),)


def test_listed_values_skip_what_is_not_there() -> None:
    scores = Axis(Points((F(10), F(35), F(50))))
    assert cover([scores], [row(up_to("20")), row(over("40"))], False).gaps[0].witness == (F(35),)
    assert cover([scores], [row(up_to("35")), row(at_least("40"))], False).clean


def test_an_empty_domain_leaves_nothing_to_cover() -> None:
    assert not cover([Axis(Interval(F(5), F(1)))], [], False).gaps
    assert not cover([Axis(YES_NO), Axis(Points(()))], [], False).gaps


def test_two_inputs_show_the_missing_corner() -> None:
    rows = [row(one("yes"), ANYTHING), row(one("no"), up_to("60"))]
    (gap,) = cover([Axis(YES_NO), Axis(SECONDS)], rows, False).gaps
    assert gap == Gap(("no", F(61)), (one("no"), to("61", "600")), 1, before=1, after=None)


def test_a_gap_between_two_rows_that_agree_elsewhere_names_them() -> None:
    rows = [row(one("yes"), up_to("9")), row(one("yes"), at_least("20")), row(one("no"), ANYTHING)]
    (gap,) = cover([Axis(YES_NO), Axis(SECONDS)], rows, False).gaps
    assert gap == Gap(("yes", F(10)), (one("yes"), to("10", "19")), 1, before=0, after=1)


def test_one_missing_row_stands_for_every_absent_input() -> None:
    axes = [Axis(YES_NO, may_be_missing=True), Axis(SECONDS, may_be_missing=True)]
    rows = [row(one("yes"), ANYTHING), row(one("no"), PRESENT), TableRow("missing")]
    coverage = cover(axes, rows, False)
    assert coverage.clean
    (gap_without,) = cover(axes, rows[:1] + rows[2:], False).gaps
    assert gap_without.box == (one("no"), to("0", "600"))
    uncovered = {gap.box for gap in cover(axes, rows[:2], False).gaps}
    assert uncovered == {(one("no"), MISSING), (MISSING, ANYTHING)}


def test_presence_takes_away_what_cannot_occur() -> None:
    """`wait` is there exactly when `connected` is yes."""
    axes = [Axis(SECONDS, may_be_missing=True), Axis(YES_NO)]
    when = [PresentExactlyWhen(0, YES)]
    rows = [row(ANYTHING, one("no")), row(PRESENT, one("yes"))]
    assert cover(axes, rows, False, when).clean
    assert cover(axes, [row(MISSING, one("no")), row(PRESENT, one("yes"))], False, when).clean
    assert [gap.witness for gap in cover(axes, rows, False).gaps] == [(None, "yes")]


def test_presence_on_a_column_that_the_table_does_not_read() -> None:
    axes = [Axis(SECONDS, may_be_missing=True), Axis(YES_NO, hidden=True)]
    when: list[Constraint] = [PresentExactlyWhen(0, YES)]
    (gap,) = cover(axes, [row(PRESENT)], False, when).gaps
    assert gap.witness == (None,)
    assert cover(axes, [row(PRESENT)], False, [*when, YES]).clean


def test_a_must_rule_between_columns_keeps_impossible_values_out() -> None:
    """`must hits <= asked` with asked at most 10, and hits declared up to 20."""
    axes = [Axis(Interval(F(0), F(20), step=F(1))), Axis(Interval(F(0), F(10), step=F(1)), hidden=True)]
    must = [Linear({0: F(1), 1: F(-1)}, "<=", F(0))]
    assert cover(axes, [row(up_to("10"))], False, must).clean
    (gap,) = cover(axes, [row(up_to("8"))], False, must).gaps
    assert gap.witness == (F(9),)
    assert cover(axes, [row(up_to("10")), row(over("10"))], False, must).never == (Never(1, "outside"),)


def test_a_must_rule_asks_nothing_where_a_cell_is_absent() -> None:
    axes = [Axis(Interval(F(0), F(20), step=F(1))), Axis(Interval(F(0), F(10), step=F(1)), True, hidden=True)]
    must: list[Constraint] = [Linear({0: F(1), 1: F(-1)}, "<=", F(0))]
    assert [gap.witness for gap in cover(axes, [row(up_to("10"))], False, must).gaps] == [(F(11),)]
    there = [*must, NotOf(IsMissing(1))]
    assert cover(axes, [row(up_to("10"))], False, there).clean


def test_a_table_may_lean_on_a_must_rule_between_its_inputs() -> None:
    """Two shares that sum to at most 1: no row is needed for both above one half."""
    half = Interval(F(0), F(1))
    rows = [row(up_to("0.5"), ANYTHING), row(over("0.5"), up_to("0.5"))]
    assert cover([Axis(half), Axis(half)], rows, False, [Linear({0: F(1), 1: F(1)}, "<=", F(1))]).clean
    (gap,) = cover([Axis(half), Axis(half)], rows, False, [Linear({0: F(1), 1: F(1)}, "<=", F("1.01"))]).gaps
    x, y = gap.witness
    assert isinstance(x, F) and isinstance(y, F)
    assert x > F(1, 2) and y > F(1, 2) and x + y <= F("1.01")


def test_what_cannot_occur_does_not_divide_a_gap() -> None:
    """`wait` is never 300: the values below and above it are left out by one gap."""
    never = NotOf(Holds(0, (to("300", "300"),)))
    (gap,) = cover([Axis(SECONDS)], [row(up_to("9")), row(at_least("500"))], False, [never]).gaps
    assert gap == Gap((F(10),), (to("10", "499"),), 0, before=0, after=1)
    rows = [row(up_to("9"), ANYTHING), row(at_least("500"), ANYTHING)]
    (gap,) = cover([Axis(SECONDS), Axis(YES_NO)], rows, False, [never]).gaps
    assert gap == Gap((F(10), "yes"), (to("10", "499"), ANYTHING), 0, before=0, after=1)


def test_alternatives_in_a_condition_are_all_considered() -> None:
    axes = [Axis(SECONDS)]
    either = AnyOf((Holds(0, (up_to("10"),)), Holds(0, (at_least("590"),))))
    assert cover(axes, [row(up_to("10")), row(at_least("590"))], False, [either]).clean
    (gap,) = cover(axes, [row(up_to("10"))], False, [either]).gaps
    assert gap.box == (to("590", "600"),)


@pytest.mark.parametrize("domain", [SECONDS, Interval(), Ratio(), YES_NO, AnyText(), Points((F(1),))])
def test_a_row_for_anything_covers_every_domain(domain: Domain) -> None:
    assert cover([Axis(domain, may_be_missing=True)], [row(ANYTHING)], False).clean
    assert cover([Axis(domain)] * 2, [OTHERWISE], True).clean
