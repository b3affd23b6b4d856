from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.show import Kind, quantity, rounded_digits, shown, written


@pytest.mark.parametrize(
    ("value", "kind", "lang", "text"),
    [
        (F(179, 8), "number", "en", "22.375"),
        (F(6), "number", "en", "6"),
        (F(1, 64), "number", "en", "0.015625"),  # six decimals are still exact
        (F(1, 128), "number", "en", "0.008"),  # seven are not
        (F(1, 3), "number", "en", "0.333"),
        (F(-2, 3), "number", "en", "-0.667"),
        (F(2999, 3000), "number", "en", "1.000"),  # the zeros say that it was rounded
        (F(16, 17), "percent", "en", "94.1%"),
        (F(95, 100), "percent", "en", "95%"),
        (F(9444, 10000), "percent", "zh", "94.44%"),
        (F(94445, 100000), "percent", "en", "94.4%"),
        (F(9999, 10001), "percent", "en", "100.0%"),
        (F(15), "duration", "en", "15 s"),
        (F(15), "duration", "zh", "15秒"),
        (F(31, 2), "duration", "en", "15.5 s"),
    ],
)
def test_numbers_as_people_read_them(value: F, kind: Kind, lang: str, text: str) -> None:
    assert shown(value, kind, lang) == text
    assert quantity(value, kind).shown(lang) == text


@pytest.mark.parametrize(
    ("value", "kind", "lang", "text"),
    [
        (F(1, 10**9), "number", "en", "0.000000001"),
        (F(12345, 10**7), "percent", "en", "0.12345%"),
        (F(15, 10**8), "duration", "zh", "0.00000015秒"),
        (F(1, 3), "number", "en", "0.333"),
        (F(10) ** 300, "number", "en", "1.000e300"),
    ],
)
def test_numbers_as_a_rubric_writes_them(value: F, kind: Kind, lang: str, text: str) -> None:
    assert written(value, kind, lang) == text


def test_an_irrational_shows_correctly_rounded_digits() -> None:
    assert shown(reals.sqrt(F(2))) == "1.414"
    assert shown(reals.negate(reals.sqrt(F(3)))) == "-1.732"
    assert shown(reals.sqrt(F(1, 2)), "percent") == "70.7%"
    # √(1/4 − 10⁻⁹) lies just under a half, so the tie is not rounded up: 0.499999999
    assert rounded_digits(reals.sqrt(F(1, 4) - F(1, 10**9)), 0) == "0"
    assert rounded_digits(reals.sqrt(F(1, 4) + F(1, 10**9)), 0) == "1"


def test_a_tie_that_no_precision_decides_is_still_shown() -> None:
    # √2 + √3 and √(5 + 2√6) are equal, which this arithmetic does not know.
    apart = reals.subtract(
        reals.add(reals.sqrt(F(2)), reals.sqrt(F(3))),
        reals.sqrt(reals.add(F(5), reals.multiply(F(2), reals.sqrt(F(6))))),
    )
    assert shown(reals.add(apart, F(1, 2000))) == "0.001"


def test_a_number_too_long_to_read_is_shortened() -> None:
    assert shown(F(10) ** 300) == "1.000e300"
    assert shown(-F(99999) * 10**300) == "-1.000e305"
    assert shown(F(12344) * 10**30000) == "1.234e30004"
