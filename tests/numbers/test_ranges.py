from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rubric_dsl.numbers import range_functions, reals
from rubric_dsl.numbers.limits import OutsideDomain, TooLarge
from rubric_dsl.numbers.ranges import EVERYTHING, Range
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.rounding import Mode, round_to
from tests.numbers.support import modest

small = st.builds(F, st.integers(-12, 12), st.sampled_from([1, 2, 3]))
ends = st.one_of(st.none(), small)
ranges = st.builds(Range, ends, ends, st.booleans(), st.booleans())
MODES: list[Mode] = ["half up", "half even", "up", "down"]


def values_of(range_: Range) -> list[F]:
    """Some values of a range, near its ends too."""
    low = range_.low if range_.low is not None else (range_.high or F(0)) - 1000
    high = range_.high if range_.high is not None else (range_.low or F(0)) + 1000
    found = [low + (high - low) * part for part in (F(0), F(1, 1000), F(1, 3), F(1, 2), F(7, 8), F(999, 1000), F(1))]
    return [value for value in [*found, F(0), F(1)] if range_.contains(value)]


def closed(low: int | F, high: int | F) -> Range:
    return Range(F(low), F(high))


# ---------------------------------------------------------------- sets


def test_an_empty_range_is_one_range() -> None:
    assert Range(F(2), F(1)) == Range(F(1), F(1), True, False) == Range.empty()
    assert Range.empty().is_empty
    assert not EVERYTHING.is_empty
    assert Range.empty().width == 0
    assert not any(Range.empty().contains(value) for value in (F(0), F(1, 2), F(1)))


def test_an_end_that_is_not_there_is_not_closed() -> None:
    assert Range(None, F(1), True) == Range(None, F(1), False)
    assert Range(F(1), None).width is None
    assert closed(1, 3).width == 2
    assert closed(3, 3).single == 3
    assert closed(1, 3).single is None


@given(ranges, ranges, small)
@modest
def test_intersection_and_hull(a: Range, b: Range, value: F) -> None:
    assert a.intersect(b).contains(value) == (a.contains(value) and b.contains(value))
    assert a.within(a.hull(b)) and b.within(a.hull(b))
    if a.contains(value) or b.contains(value):
        assert a.hull(b).contains(value)
    assert a.intersect(b).within(a)


# ---------------------------------------------------------------- enclosing

BINARY: list[tuple[Callable[[Range, Range], Range], Callable[[F, F], Exact]]] = [
    (Range.add, lambda x, y: x + y),
    (Range.subtract, lambda x, y: x - y),
    (Range.multiply, lambda x, y: x * y),
    (Range.divide, lambda x, y: reals.divide(x, y)),
    (Range.minimum, min),
    (Range.maximum, max),
    (range_functions.log, lambda x, y: reals.log(x, y)),
    (range_functions.power, lambda x, y: reals.power(x, y)),
]


@pytest.mark.parametrize(("operation", "function"), BINARY)
@given(ranges, ranges)
@modest
def test_results_of_two_operands_are_enclosed(
    operation: Callable[[Range, Range], Range], function: Callable[[F, F], Exact], a: Range, b: Range
) -> None:
    result = operation(a, b)
    for x in values_of(a):
        for y in values_of(b):
            try:
                value = function(x, y)
            except OutsideDomain:
                continue
            assert holds(result, value), (x, y)
    if a.is_empty or b.is_empty:
        assert result.is_empty


UNARY: list[tuple[Callable[[Range], Range], Callable[[F], Exact]]] = [
    (Range.negate, lambda x: -x),
    (Range.absolute, abs),
    (Range.floor, reals.floor),
    (Range.ceiling, reals.ceiling),
    (range_functions.sqrt, reals.sqrt),
    (range_functions.ln, reals.ln),
    (range_functions.exp, reals.exp),
]


@pytest.mark.parametrize(("operation", "function"), UNARY)
@given(ranges)
@modest
def test_results_of_one_operand_are_enclosed(
    operation: Callable[[Range], Range], function: Callable[[F], Exact], a: Range
) -> None:
    result = operation(a)
    for x in values_of(a):
        try:
            value = function(x)
        except OutsideDomain:
            continue
        assert holds(result, value), x
    if a.is_empty:
        assert result.is_empty


def holds(range_: Range, value: Exact) -> bool:
    if isinstance(value, F):
        return range_.contains(value)
    above = range_.low is None or reals.compare(value, range_.low) >= 0
    return above and (range_.high is None or reals.compare(value, range_.high) <= 0)


@given(ranges, st.sampled_from(MODES), st.sampled_from([F(1), F(1, 10), F(5, 2)]))
@modest
def test_rounded_values_are_enclosed_by_the_smallest_range(a: Range, mode: Mode, step: F) -> None:
    result = a.round_to(mode, step)
    rounded = [round_to(value, mode, step) for value in values_of(a)]
    assert all(result.contains(value) for value in rounded)
    for end in (result.low, result.high):
        if end is not None and not a.is_empty:  # some value of the range is rounded to the end
            near = Range(end - step, end + step).intersect(a)
            assert end in [round_to(value, mode, step) for value in values_of(near)]


# ---------------------------------------------------------------- exact where it can be


@given(small, small, small, small)
@modest
def test_products_of_closed_ranges_reach_their_ends(a: F, b: F, c: F, d: F) -> None:
    assume(a <= b and c <= d)
    corners = [x * y for x in (a, b) for y in (c, d)]
    assert closed(a, b).multiply(closed(c, d)) == closed(min(corners), max(corners))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (closed(0, 1).multiply(Range(F(-2))), Range(F(-2))),
        (Range(F(0), F(1), False).multiply(Range(F(1))), Range(F(0), None, False)),
        (Range(F(0), F(1), False, False).multiply(closed(-3, 5)), Range(F(-3), F(5), False, False)),
        (closed(0, 0).multiply(EVERYTHING), closed(0, 0)),
        (closed(1, 2).divide(closed(4, 8)), closed(F(1, 8), F(1, 2))),
        (closed(1, 2).divide(closed(-1, 1)), EVERYTHING),
        (closed(1, 2).divide(closed(0, 4)), Range(F(1, 4))),
        (closed(1, 2).divide(Range(F(-4), F(0), True, False)), Range(None, F(-1, 4))),
        (closed(1, 2).divide(closed(0, 0)), Range.empty()),
        (closed(0, 0).divide(closed(-1, 1)), closed(0, 0)),
        (closed(1, 2).divide(Range(F(5))), Range(F(0), F(2, 5), False)),
        (closed(-3, 2).absolute(), closed(0, 3)),
        (Range(F(-3), F(2), False).absolute(), Range(F(0), F(3), True, False)),
        (closed(-3, -2).absolute(), closed(2, 3)),
        (closed(0, 5).clamp(closed(1, 1), closed(3, 3)), closed(1, 3)),
        (Range(F(0), F(5), False).minimum(closed(0, 3)), closed(0, 3)),
        (Range(F(1, 2), F(3, 2), False, False).round_to("half up", F(1)), closed(1, 1)),
        (closed(F(1, 2), F(3, 2)).round_to("half even", F(1)), closed(0, 2)),
        (Range(F(0), F(1), False, False).floor(), closed(0, 0)),
        (Range(F(0), F(1), False, False).ceiling(), closed(1, 1)),
        (range_functions.sqrt(Range(F(-1), F(4), True, False)), Range(F(0), F(2), True, False)),
        (range_functions.ln(Range(F(0), F(1))), Range(None, F(0))),
        (range_functions.log(closed(2, 8), closed(2, 2)), closed(1, 3)),
        (range_functions.log(closed(2, 8), closed(F(1, 2), F(1, 2))), closed(-3, -1)),
        (range_functions.power(closed(-2, 3), closed(2, 2)), closed(0, 9)),
        (range_functions.power(closed(-2, 3), closed(3, 3)), closed(-8, 27)),
        (range_functions.power(closed(4, 9), closed(F(-1, 2), F(-1, 2))), closed(F(1, 3), F(1, 2))),
        (range_functions.power(closed(-1, 8), closed(F(1, 3), F(1, 3))), closed(0, 2)),
        (range_functions.exp(Range(None, F(0))), Range(F(0), F(1), False)),
        (range_functions.sqrt(closed(-2, -1)), Range.empty()),
    ],
)
def test_ends_are_exact_where_they_are_rational(result: Range, expected: Range) -> None:
    assert result == expected


def test_irrational_ends_are_rounded_outward_by_little() -> None:
    root = range_functions.sqrt(closed(2, 3))
    assert root.low is not None and root.high is not None
    assert root.low**2 < 2 < (root.low + F(1, 2**50)) ** 2
    assert (root.high - F(1, 2**50)) ** 2 < 3 < root.high**2
    assert range_functions.around(reals.sqrt(F(2))).low == root.low
    assert range_functions.around(F(2)) == closed(2, 2)


def test_results_too_large_to_write_down_have_no_end() -> None:
    with pytest.raises(TooLarge):
        reals.exp(F(10**9))
    assert range_functions.exp(closed(0, 10**9)) == Range(F(1))
    assert range_functions.power(closed(-10, 10), closed(10**9 + 1, 10**9 + 1)) == EVERYTHING
