from __future__ import annotations

import time
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.numbers.decimals import (
    NotANumber,
    NumberTooLong,
    decimal_places,
    decimal_text,
    exact_text,
    from_exact,
    integer_text,
    read_decimal,
)
from tests.numbers.support import fractions, modest


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", F(0)),
        ("-0", F(0)),
        ("007", F(7)),
        ("+12.50", F(25, 2)),
        ("-0.001", F(-1, 1000)),
        ("1e3", F(1000)),
        ("1.5E-2", F(3, 200)),
        ("1e0000000000000000060", F(10) ** 60),
        ("89.9999999999999", F(899999999999999, 10**13)),
    ],
)
def test_a_decimal_is_read_exactly(text: str, value: F) -> None:
    assert read_decimal(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " 1", "1 ", "1\n", ".5", "5.", "--1", "1_000", "1,000", "NaN", "inf", "-inf", "1e", "1e+", "e5", "0x10",
        "1/2", "１２", "٣", "1.٣", "²", "1e２", "−1", "1.2.3", "5%",
    ],
)
def test_what_is_not_plain_ascii_digits_is_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        read_decimal(text)


def test_sixty_digits_are_read_and_one_more_is_refused() -> None:
    assert read_decimal("1" * 60) == int("1" * 60)
    assert read_decimal("1." + "3" * 59) == F(int("1" + "3" * 59), 10**59)
    with pytest.raises(NumberTooLong):
        read_decimal("1" * 61)
    with pytest.raises(NumberTooLong):
        read_decimal("0." + "0" * 60)


@pytest.mark.parametrize("text", ["1e61", "1e-61", "1e10000000", "1e" + "9" * 100_000, "9" * 10_000_000])
def test_huge_numbers_are_refused_at_once(text: str) -> None:
    start = time.process_time()
    with pytest.raises(NumberTooLong):
        read_decimal(text)
    assert time.process_time() - start < 1


def test_exact_texts_are_in_lowest_terms() -> None:
    assert exact_text(F(19, 2)) == "19/2"
    assert exact_text(F(12, 2)) == "6"
    assert exact_text(F(-2, 4)) == "-1/2"


@given(fractions())
@modest
def test_exact_text_is_read_back_to_the_same_value(value: F) -> None:
    assert from_exact(exact_text(value)) == value


def test_exact_texts_longer_than_python_converts_in_one_step() -> None:
    long = F(10**9000 + 7, 3**9000)
    assert from_exact(exact_text(long)) == long
    assert integer_text(-(10**5000)) == "-1" + "0" * 5000
    assert integer_text(10**4000) == "1" + "0" * 4000


@pytest.mark.parametrize("text", ["", "1/0", "1/-2", "0.5", "1e3", " 1", "1/2/3", "１"])
def test_other_forms_of_an_exact_text_are_refused(text: str) -> None:
    with pytest.raises(NotANumber):
        from_exact(text)


def test_an_exact_text_has_a_longest_length() -> None:
    with pytest.raises(NumberTooLong):
        from_exact("1" * 70_001)


@given(st.integers(-(10**9), 10**9), st.integers(0, 12))
@modest
def test_decimal_places_are_the_fewest_that_suffice(digits: int, places: int) -> None:
    value = F(digits, 10**places)
    needed = decimal_places(value)
    assert needed is not None
    assert (value * 10**needed).denominator == 1
    assert needed == 0 or (value * 10 ** (needed - 1)).denominator != 1
    assert read_decimal(decimal_text(value, needed)) == value


def test_a_third_has_no_finite_decimals() -> None:
    assert decimal_places(F(1, 3)) is None
    assert decimal_places(F(1, 2**40)) == 40
    with pytest.raises(ValueError, match="more than 2 decimals"):
        decimal_text(F(1, 8), 2)
