from __future__ import annotations

from math import gcd, prod

from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.numbers import roots
from tests.numbers.support import modest


@given(st.integers(0, 10**60), st.integers(1, 40))
@modest
def test_an_integer_root_is_the_largest_that_fits(value: int, degree: int) -> None:
    root = roots.integer_root(value, degree)
    assert root**degree <= value < (root + 1) ** degree


@given(st.integers(2, 10**6), st.integers(1, 12), st.sampled_from([-1, 0, 1]))
@modest
def test_a_power_and_its_neighbours(base: int, degree: int, off: int) -> None:
    value = base**degree + off
    root = roots.integer_root(value, degree)
    assert root == base - 1 if off == -1 else root == base or degree == 1


def test_powers_are_undone_only_as_far_as_the_degree_asks() -> None:
    assert roots.without_powers(7**12, 2) == (7**3, 4)
    assert roots.without_powers(7**12, 3) == (7**4, 3)
    assert roots.without_powers(7**12, 6) == (7, 12)
    assert roots.without_powers(7**12, 5) == (7**12, 1)


def test_the_primitive_root_of_a_power() -> None:
    assert roots.primitive_root(1009**30) == (1009, 30)
    assert roots.primitive_root((1009 * 1013) ** 7) == (1009 * 1013, 7)
    assert roots.primitive_root(1009**2 * 1013) == (1009**2 * 1013, 1)


@given(st.integers(1, 10**30))
@modest
def test_factors_multiply_back(value: int) -> None:
    found = roots.factors(value)
    assert prod(base**count for base, count in found.items()) == value
    assert sum(base >= roots.SMALL for base in found) <= 1


@given(st.lists(st.integers(1, 5000), max_size=5))
@modest
def test_coprime_parts_are_coprime_and_suffice(values: list[int]) -> None:
    parts = roots.coprime_parts(values)
    assert all(gcd(a, b) == 1 for i, a in enumerate(parts) for b in parts[:i])
    for value in values:
        assert prod(part**count for part, count in roots.exponents_over(value, parts).items()) == value
