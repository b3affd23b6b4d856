from __future__ import annotations

import decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.rounding import Mode, round_to
from tests.numbers.support import modest

OUTSIDE: dict[Mode, str] = {
    "half up": decimal.ROUND_HALF_UP,
    "half even": decimal.ROUND_HALF_EVEN,
    "up": decimal.ROUND_CEILING,
    "down": decimal.ROUND_FLOOR,
}


@pytest.mark.parametrize(
    ("value", "mode", "step", "rounded"),
    [
        ("2.5", "half up", "1", "3"),
        ("-2.5", "half up", "1", "-3"),
        ("2.5", "half even", "1", "2"),
        ("3.5", "half even", "1", "4"),
        ("-2.5", "half even", "1", "-2"),
        ("2.1", "up", "1", "3"),
        ("-2.1", "up", "1", "-2"),
        ("2.9", "down", "1", "2"),
        ("-2.1", "down", "1", "-3"),
        ("0.945", "half up", "0.01", "0.95"),
        ("7.4", "half up", "2.5", "7.5"),
        ("6.25", "half even", "2.5", "5"),
        ("8.75", "half even", "2.5", "10"),
        ("12", "down", "5", "10"),
    ],
)
def test_rounding_by_hand(value: str, mode: Mode, step: str, rounded: str) -> None:
    assert round_to(F(value), mode, F(step)) == F(rounded)


@given(st.integers(-(10**6), 10**6), st.integers(0, 4), st.integers(0, 3), st.sampled_from(sorted(OUTSIDE)))
@modest
def test_rounding_agrees_with_an_outside_calculator(digits: int, places: int, kept: int, mode: Mode) -> None:
    outside = decimal.Decimal(digits).scaleb(-places).quantize(decimal.Decimal(1).scaleb(-kept), OUTSIDE[mode])
    assert round_to(F(digits, 10**places), mode, F(1, 10**kept)) == F(outside)


@pytest.mark.parametrize(
    ("mode", "positive", "negative"),
    [
        ("half up", "1.414", "-1.414"),
        ("half even", "1.414", "-1.414"),
        ("up", "1.415", "-1.414"),
        ("down", "1.414", "-1.415"),
    ],
)
def test_an_irrational_is_rounded_like_its_digits(mode: Mode, positive: str, negative: str) -> None:
    root = reals.sqrt(F(2))  # 1.41421…
    assert round_to(root, mode, F(1, 1000)) == F(positive)
    assert round_to(reals.negate(root), mode, F(1, 1000)) == F(negative)


def test_thirty_digits_of_e() -> None:
    assert round_to(reals.exp(F(1)), "half up", F(1, 10**30)) == F("2.718281828459045235360287471353")


@pytest.mark.parametrize("step", [F(0), F(-1)])
def test_a_step_is_positive(step: F) -> None:
    with pytest.raises(ValueError, match="positive"):
        round_to(F(1), "down", step)
