from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.numbers import enclosures
from rubric_dsl.numbers.limits import TooLarge
from tests.numbers.support import CALCULATOR, calculated, fractions, holds, modest, positive

precisions = st.sampled_from([16, 64, 128, 180])


@given(fractions(), precisions)
@modest
def test_a_rational_is_enclosed_to_its_bits(value: F, bits: int) -> None:
    low, high = enclosures.ends(enclosures.of_fraction(value, bits))
    assert low <= value <= high
    assert high - low <= abs(value) / 2 ** (bits - 2)


@given(positive, precisions)
@modest
def test_logarithms_agree_with_an_outside_calculator(value: F, bits: int) -> None:
    low, high = enclosures.ln(enclosures.of_fraction(value, bits), bits)
    assert holds(F(low, 2**bits), F(high, 2**bits), CALCULATOR.ln(calculated(value)))
    assert high - low <= 16


@given(st.integers(1, 10**40), precisions)
@modest
def test_logarithms_of_whole_numbers(value: int, bits: int) -> None:
    low, high = enclosures.ln_whole(value, bits)
    assert holds(F(low, 2**bits), F(high, 2**bits), CALCULATOR.ln(calculated(F(value))))
    assert high - low <= 4


@given(fractions(-300, 300), precisions)
@modest
def test_exponentials_agree_with_an_outside_calculator(value: F, bits: int) -> None:
    exact = enclosures.to_fixed(enclosures.of_fraction(value, bits + 16), bits + 16)
    low, high = enclosures.ends(enclosures.exp(exact, bits + 16, bits))
    assert holds(low, high, CALCULATOR.exp(calculated(value)))
    assert high - low <= low / 2 ** (bits - 2)


@given(fractions(-20, 20), fractions(0, 5))
@modest
def test_a_wide_enclosure_gives_a_wide_exponential(low: F, width: F) -> None:
    x = (int(low * 2**64), int((low + width) * 2**64))
    below, above = enclosures.ends(enclosures.exp(x, 64, 64))
    assert holds(below, above, CALCULATOR.exp(calculated(F(x[0], 2**64))))
    assert holds(below, above, CALCULATOR.exp(calculated(F(x[1], 2**64))))


def test_a_huge_exponential_is_refused() -> None:
    with pytest.raises(TooLarge):
        enclosures.exp((2**64 * 10**6, 2**64 * 10**6), 64, 64)


@given(st.lists(fractions(), min_size=1, max_size=6))
@modest
def test_a_sum_holds_the_sum(values: list[F]) -> None:
    low, high = enclosures.ends(enclosures.total([enclosures.of_fraction(value, 40) for value in values]))
    assert low <= sum(values) <= high


@given(positive, fractions(), st.integers(-6, 6))
@modest
def test_products_reciprocals_and_powers_hold_theirs(a: F, b: F, exponent: int) -> None:
    x, y = enclosures.of_fraction(a, 30), enclosures.of_fraction(b, 30)
    for enclosed, exact in (
        (enclosures.scaled(x, y, 30), a * b),
        (enclosures.reciprocal(x, 30), 1 / a),
        (enclosures.whole_power(x, exponent, 30), a**exponent),
        (enclosures.multiplied(x, x, 30), a * a),
    ):
        low, high = enclosures.ends(enclosed)
        assert low <= exact <= high
