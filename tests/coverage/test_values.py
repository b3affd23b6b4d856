"""Which value of a domain is named for a stretch of an axis."""

from __future__ import annotations

import random
from fractions import Fraction as F

import pytest

from rubric_dsl.checks.coverage.values import (
    AnyShare,
    Dense,
    Grid,
    Listed,
    Shares,
    Span,
    outward,
    plainest,
    simplest,
)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("0.94", "0.95", F(16, 17)),
        ("0.30", "0.31", F(4, 13)),
        ("0", "0.01", F(1, 101)),
        ("0.49", "0.51", F(1, 2)),
        ("0", "1", F(1, 2)),
        ("0.99", "1", F(100, 101)),
    ],
)
def test_an_open_stretch_of_shares_is_shown_with_the_fewest_rows(low: str, high: str, expected: F) -> None:
    assert AnyShare(100).witness(Span(int(F(low) * 100), False, int(F(high) * 100), False)) == expected


def test_simplest_has_the_least_denominator_then_numerator() -> None:
    rng = random.Random(3)
    compared = 0
    for _ in range(3000):
        scale = rng.randrange(1, 60)
        low, high = sorted(rng.randrange(0, 2 * scale) for _ in range(2))
        low_closed, high_closed = rng.random() < 0.5, rng.random() < 0.5
        span = Span(low, low_closed, high, high_closed)
        if not Dense(scale).has(span):
            continue
        found = simplest(low, low_closed, high, high_closed, scale)
        expected = next(
            F(k, n)
            for n in range(1, 10_000)
            for k in range(low * n // scale, high * n // scale + 2)
            if (F(low, scale) < F(k, n) or (low_closed and F(low, scale) == F(k, n)))
            and (F(k, n) < F(high, scale) or (high_closed and F(k, n) == F(high, scale)))
        )
        assert found == expected
        compared += 1
    assert compared > 2000


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("94", "95", "94.5"),
        ("0.94", "0.95", "0.945"),
        ("15", "60", "16"),
        ("-3.2", "-3.1", "-3.15"),
        ("2.4", "3.1", "3"),
    ],
)
def test_a_continuous_stretch_is_shown_with_few_decimals(low: str, high: str, expected: str) -> None:
    scale = 1000
    assert plainest(Span(int(F(low) * scale), False, int(F(high) * scale), False), scale) == F(expected)


def test_a_stretch_without_ends_is_shown_near_the_end_it_has() -> None:
    assert plainest(Span(None, False, 7, False), 1) == 6
    assert plainest(Span(None, False, 7, True), 2) == F(3)
    assert plainest(Span(7, False, None, False), 2) == F(4)
    assert plainest(Span(None, False, None, False), 1) == 0
    assert Grid(1, 5).witness(Span(None, False, -1, True)) == -5
    assert Grid(1, 5).witness(Span(None, False, -5, False)) == -10


def test_a_stretch_too_narrow_for_decimals_is_shown_as_a_fraction() -> None:
    scale = 3 * 10**40
    low = 10**40
    found = plainest(Span(low, False, low + 1, False), scale)
    assert F(low, scale) < found < F(low + 1, scale)


def test_a_grid_has_no_value_between_neighbours() -> None:
    assert not Grid(1, 1).has(Span(15, False, 16, False))
    assert Grid(1, 1).has(Span(15, False, 16, True))
    assert Grid(10, 5).witness(Span(1, False, 9, False)) == F(1, 2)
    assert Grid(1, 1).witness(Span(16, True, 15, True)) is None


def test_shares_of_fixed_sizes_take_the_smallest_size() -> None:
    shares = Shares(100, (8, 13, 17))
    assert shares.witness(Span(94, False, 95, False)) == F(16, 17)
    assert shares.witness(Span(30, False, 31, False)) == F(4, 13)
    assert shares.witness(Span(40, True, 60, True)) == F(1, 2)
    assert not Shares(100, (8,)).has(Span(94, False, 95, False))
    assert list(Shares(1, (2,)).between(Span(0, True, 1, True))) == [F(0), F(1, 2), F(1)]


def test_listed_values_respect_open_ends() -> None:
    listed = Listed(1, (10, 35, 50))
    assert listed.witness(Span(10, False, 50, True)) == 35
    assert not listed.has(Span(10, False, 35, False))


def test_integers_are_tried_from_the_end_that_is_there() -> None:
    assert list(outward(2, 4)) == [2, 3, 4]
    assert [value for value, _ in zip(outward(None, 4), range(3), strict=False)] == [4, 3, 2]
    assert [value for value, _ in zip(outward(None, None), range(5), strict=False)] == [0, 1, -1, 2, -2]
