"""Rounding to a multiple of a step: 四舍五入, 修约, 进位, 舍去."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact

Mode = Literal["half up", "half even", "up", "down"]

_HALF = Fraction(1, 2)


def round_to(value: Exact, mode: Mode, step: Fraction) -> Fraction:
    """The multiple of `step` that `mode` gives; `step` is positive.

    `half up` and `half even` (修约, GB/T 8170) round the absolute value and keep the sign; `up` is towards +∞, `down`
    towards −∞. Raises Undecided where an irrational cannot be told apart from the number at which the result changes.
    """
    if step <= 0:
        raise ValueError(f"a rounding step is positive, not {step}")
    if isinstance(value, Fraction):
        return _rounded(value / step, mode) * step
    steps = reals.divide(value, step)
    if mode == "down":
        return reals.floor(steps) * step
    if mode == "up":
        return reals.ceiling(steps) * step
    size = reals.add(reals.absolute(steps), _HALF)
    whole = reals.floor(size)
    if mode == "half even" and whole % 2 == 1 and reals.compare(size, whole) == 0:
        whole -= 1
    return whole * step * reals.sign(steps)


def _rounded(steps: Fraction, mode: Mode) -> int:
    if mode == "down":
        return steps.numerator // steps.denominator
    if mode == "up":
        return -(-steps.numerator // steps.denominator)
    size, below = abs(steps.numerator), steps.denominator
    whole = (2 * size + below) // (2 * below)
    if mode == "half even" and whole % 2 == 1 and 2 * size + below == 2 * below * whole:
        whole -= 1
    return whole if steps.numerator >= 0 else -whole
