"""Linear conditions between axes: solvable exactly when counting says so, and then with numbers that satisfy them."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

from rubric_dsl.checks.coverage.linear import Inequality, Variable, solve
from rubric_dsl.checks.coverage.model import Budget, LimitReached
from rubric_dsl.checks.coverage.values import Dense, Grid, Listed, Shares


def whole(low: int | None, high: int | None) -> Variable:
    return Variable(
        None if low is None else F(low), True, None if high is None else F(high), True, Grid(1, 1)
    )


def dense(low: int, high: int, closed: bool) -> Variable:
    return Variable(F(low), closed, F(high), closed, Dense(1))


def less(terms: dict[int, int], bound: int, strict: bool = False) -> Inequality:
    return Inequality(tuple((axis, F(factor)) for axis, factor in terms.items()), F(bound), strict)


def holds(inequality: Inequality, values: dict[int, F]) -> bool:
    total = sum((factor * values[axis] for axis, factor in inequality.terms), F(0))
    return total < inequality.bound or (total == inequality.bound and not inequality.strict)


def test_whole_numbers_agree_with_counting() -> None:
    rng = random.Random(11)
    solvable = 0
    for _ in range(1500):
        size = rng.randrange(1, 4)
        variables = {axis: whole(low := rng.randrange(-2, 2), low + rng.randrange(0, 5)) for axis in range(size)}
        inequalities = [
            less({axis: rng.randrange(-4, 5) for axis in range(size)}, rng.randrange(-6, 6), rng.random() < 0.5)
            for _ in range(rng.randrange(1, 6))
        ]
        every = itertools.product(*(range(int(v.low or 0), int(v.high or 0) + 1) for v in variables.values()))
        expected = any(
            all(holds(each, {axis: F(value) for axis, value in enumerate(point)}) for each in inequalities)
            for point in every
        )
        found = solve(inequalities, variables, Budget("search", 100_000))
        assert (found is not None) == expected
        if found is not None:
            assert all(holds(each, found) for each in inequalities)
            assert all(value.denominator == 1 for value in found.values())
            solvable += 1
    assert 300 < solvable < 1200


def test_dense_numbers_agree_with_a_fine_grid() -> None:
    """With factors 1 and -1, whole bounds and two dense axes a solvable system has a solution in quarters."""
    rng = random.Random(12)
    quarters = [F(number, 4) for number in range(0, 13)]
    solvable = 0
    for _ in range(300):
        closed = rng.random() < 0.5
        variables = {0: dense(0, 3, closed), 1: dense(0, 3, closed), 2: whole(0, 3)}
        inequalities = [
            less({axis: rng.choice([-1, 1]) for axis in pair}, rng.randrange(-3, 4), rng.random() < 0.6)
            for pair in (rng.sample(range(3), 2) for _ in range(rng.randrange(1, 7)))
        ]
        line = quarters if closed else quarters[1:-1]
        expected = any(
            all(holds(each, {0: x, 1: y, 2: F(z)}) for each in inequalities)
            for x, y, z in itertools.product(line, line, range(4))
        )
        found = solve(inequalities, variables, Budget("search", 100_000))
        assert (found is not None) == expected
        solvable += expected
        if found is not None:
            assert all(holds(each, found) for each in inequalities)
            assert all(0 <= found[axis] <= 3 and (closed or 0 < found[axis] < 3) for axis in (0, 1))
    assert 60 < solvable < 280


def test_an_open_corner_has_no_solution() -> None:
    # x < y and y < x + 0 leave nothing; x <= y <= x leaves the diagonal.
    variables = {0: dense(0, 1, True), 1: dense(0, 1, True)}
    assert solve([less({0: 1, 1: -1}, 0, True), less({1: 1, 0: -1}, 0, True)], variables, Budget("search", 100)) is None
    assert solve([less({0: 1, 1: -1}, 0), less({1: 1, 0: -1}, 0)], variables, Budget("search", 100)) is not None


def test_parity_is_seen_without_trying_values() -> None:
    # 2x - 2y = 1 over whole numbers without ends.
    variables = {0: whole(None, None), 1: whole(None, None)}
    both = [less({0: 2, 1: -2}, 1), less({0: -2, 1: 2}, -1)]
    assert solve(both, variables, Budget("search", 50)) is None


def test_listed_values_and_shares_are_tried_one_by_one() -> None:
    variables = {
        0: Variable(F(0), True, F(1), True, Shares(1, (3,))),
        1: Variable(None, False, None, False, Listed(2, (1, 3))),
    }
    # x + y = 7/6 only with 2/3 and 1/2.
    total = [Inequality(((0, F(1)), (1, F(1))), F(7, 6), False), Inequality(((0, F(-1)), (1, F(-1))), F(-7, 6), False)]
    assert solve(total, variables, Budget("search", 1000)) == {0: F(2, 3), 1: F(1, 2)}


def test_a_hard_search_stops_at_its_limit() -> None:
    # 12223x + 12224y + 36674z + 61119w + 85569v = 89643481 has no solution in numbers of 0 and more (a known
    # hard instance: Aardal and Lenstra, Hard equality constrained integer knapsacks, 2004).
    factors = [12223, 12224, 36674, 61119, 85569]
    variables = {axis: whole(0, None) for axis in range(5)}
    both = [less(dict(enumerate(factors)), 89643481), less({a: -f for a, f in enumerate(factors)}, -89643481)]
    with pytest.raises(LimitReached):
        solve(both, variables, Budget("search", 2000))
