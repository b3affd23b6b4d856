"""Which values an expression may take, computed from its parts: ranges, steps, shares, members.

A domain is always an enclosure: it holds every value that can occur; parts are taken as independent of one another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from rubric_dsl.numbers import range_functions, ranges
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.numbers.show import shown
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.literals import moment_number, moment_text
from rubric_dsl.text.record import dataclass

YES_NO = ty.Members(("yes", "no"))
COUNT = ty.Interval(Fraction(0), None, step=Fraction(1))
ZERO = ty.Points((Fraction(0),))
MAX_STEP_DENOMINATOR = 10**40


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of a type in the reader's language."""

    value: Fraction
    type: ty.ValueType

    def shown(self, lang: str) -> str:
        if self.type in (ty.DATE, ty.TIME):
            return moment_text(int(self.value), self.type.kind)
        return shown(self.value, self.type.kind, lang)  # type: ignore[arg-type]  # a numeric kind


@dataclass(frozen=True, slots=True)
class ShownRange:
    """A range of numeric values in the reader's language: `0% to 100%`, `at most 60 s`."""

    domain: ty.Domain
    type: ty.ValueType

    def shown(self, lang: str) -> str:
        around = as_interval(self.domain)
        low, high = (
            Shown(end, self.type).shown(lang) if end is not None else None for end in (around.low, around.high)
        )
        zh = lang == "zh"
        if low is not None and high is not None:
            return low if low == high else f"{low} 至 {high}" if zh else f"{low} to {high}"
        if low is not None:
            return f"不低于 {low}" if zh else f"at least {low}"
        if high is not None:
            return f"不超过 {high}" if zh else f"at most {high}"
        return "任何值" if zh else "any value"


# ---------------------------------------------------------------- making and reading domains


def of_constant(value: str, kind: ty.ValueType) -> ty.Domain:
    if kind.numeric:
        return ty.Points((Fraction(value),))
    if kind in (ty.DATE, ty.TIME):
        return ty.Points((Fraction(moment_number(value)),))
    return ty.Members((value,)) if kind != ty.TEXT else ty.AnyText()


def of_number(value: Fraction) -> ty.Domain:
    return ty.Points((value,))


def as_interval(domain: ty.Domain) -> ty.Interval:
    """The interval around a numeric domain."""
    if isinstance(domain, ty.Interval):
        return domain
    if isinstance(domain, ty.Ratio):
        return ty.Interval(Fraction(0), Fraction(1))
    if isinstance(domain, ty.Points):
        return ty.Interval(domain.values[0], domain.values[-1], step=_common_step(domain.values))
    return ty.Interval()


def _common_step(values: Sequence[Fraction]) -> Fraction | None:
    """The largest step of which all are multiples; None for zeros alone or beyond the stated size."""
    step: Fraction | None = None
    for value in values:
        if value:
            step = abs(value) if step is None else gcd(step, abs(value))
    return step if step is None or step.denominator <= MAX_STEP_DENOMINATOR else None


def gcd(one: Fraction, two: Fraction) -> Fraction:
    """The greatest common divisor of two rationals: both are whole multiples of it."""
    bottom = math.lcm(one.denominator, two.denominator)
    return Fraction(math.gcd(int(one * bottom), int(two * bottom)), bottom)


def single(domain: ty.Domain) -> Fraction | None:
    """The only value of a numeric domain."""
    return domain.values[0] if isinstance(domain, ty.Points) and len(domain.values) == 1 else None


def highest(domain: ty.Domain) -> Fraction | None:
    return as_interval(domain).high


def is_whole(domain: ty.Domain) -> bool:
    step = as_interval(domain).step
    return single(domain) == 0 or (step is not None and step.denominator == 1)


def inside(domain: ty.Domain, low: int, high: int) -> bool:
    """Whether every value lies between the two."""
    around = as_interval(domain)
    return around.low is not None and around.high is not None and low <= around.low and around.high <= high


def without_step(domain: ty.Domain) -> ty.Domain:
    """The same range, any value in it."""
    around = as_interval(domain)
    return ty.Interval(around.low, around.high, around.low_closed, around.high_closed)


def denominator(domain: ty.Domain) -> int | None:
    """All values are multiples of 1/denominator."""
    if single(domain) == 0:
        return 1
    step = as_interval(domain).step
    return step.denominator if step is not None else None


def intersect(domain: ty.Domain, low: Fraction | None, high: Fraction | None) -> ty.Domain | None:
    """The part of the domain between the ends; None where nothing is."""
    if isinstance(domain, ty.Points):
        kept = tuple(
            value for value in domain.values if (low is None or value >= low) and (high is None or value <= high)
        )
        return ty.Points(kept) if kept else None
    if isinstance(domain, ty.Ratio) and (low is None or low <= 0) and (high is None or high >= 1):
        return domain
    around = as_interval(domain)
    narrow = _range(around).intersect(ranges.Range(low, high))
    if narrow.is_empty:
        return None
    return _domain(narrow, around.step)


# ---------------------------------------------------------------- arithmetic


def _range(around: ty.Interval) -> ranges.Range:
    return ranges.Range(around.low, around.high, around.low_closed, around.high_closed)


def _domain(found: ranges.Range, step: Fraction | None = None) -> ty.Interval:
    return ty.Interval(found.low, found.high, found.low_closed, found.high_closed, step)


def negate(domain: ty.Domain) -> ty.Domain:
    if isinstance(domain, ty.Points):
        return ty.Points(tuple(-value for value in reversed(domain.values)))
    around = as_interval(domain)
    return _domain(_range(around).negate(), around.step)


def add(parts: Sequence[ty.Domain], minus: Sequence[bool]) -> ty.Domain:
    singles = [single(part) for part in parts]
    if all(value is not None for value in singles):
        total = sum((-v if less else v for v, less in zip(singles, minus, strict=True) if v is not None), Fraction(0))
        return ty.Points((total,))
    total_range: ranges.Range | None = None
    step: Fraction | None = Fraction(0)
    for part, less in zip(parts, minus, strict=True):
        around = as_interval(negate(part) if less else part)
        own = _range(around)
        total_range = own if total_range is None else total_range.add(own)
        if single(part) != 0:
            step = gcd(step, around.step) if step and around.step else (around.step if step == 0 else None)
    assert total_range is not None
    return _domain(total_range, step or None)


def multiply(parts: Sequence[ty.Domain], divided: Sequence[bool]) -> ty.Domain:
    found: ranges.Range | None = None
    step: Fraction | None = Fraction(1)
    exact: Fraction | None = Fraction(1)
    for part, over in zip(parts, divided, strict=True):
        around, value = as_interval(part), single(part)
        own = _range(around)
        found = own if found is None else found.divide(own) if over else found.multiply(own)
        if exact is None or value is None or (over and value == 0):
            exact = None
        else:
            exact = exact / value if over else exact * value
        if over:
            step = step / abs(value) if step and value else None
        else:
            own_step = around.step if value != 0 else Fraction(1)
            step = step * own_step if step and own_step else None
        if step is not None and step.denominator > MAX_STEP_DENOMINATOR:
            step = None
    if exact is not None:
        return ty.Points((exact,))
    assert found is not None
    return _domain(found, step)


def power(base: ty.Domain, exponent: ty.Domain) -> ty.Domain:
    whole = single(exponent)
    step = as_interval(base).step
    if whole is None or whole.denominator != 1 or whole < 0 or whole > 64 or step is None:
        step = None
    else:
        step = step ** int(whole)
    return _domain(range_functions.power(_range(as_interval(base)), _range(as_interval(exponent))), step)


def rounded(domain: ty.Domain, mode: op.Mode, step: Fraction) -> ty.Domain:
    if isinstance(domain, ty.Points):
        return ty.Points(tuple(sorted({round_to(value, mode, step) for value in domain.values})))
    around = as_interval(domain)
    low = round_to(around.low, mode, step) if around.low is not None else None
    high = round_to(around.high, mode, step) if around.high is not None else None
    if around.step is not None and (around.step / step).denominator == 1:
        return ty.Interval(around.low, around.high, around.low_closed, around.high_closed, around.step)
    return ty.Interval(low, high, step=step)


def hull(parts: Sequence[ty.Domain]) -> ty.Domain:
    """The smallest domain around several of one type."""
    if all(isinstance(part, ty.Points) for part in parts):
        return ty.Points(tuple(sorted({v for part in parts if isinstance(part, ty.Points) for v in part.values})))
    if all(isinstance(part, ty.Members) for part in parts):
        return ty.Members(
            tuple(dict.fromkeys(v for part in parts if isinstance(part, ty.Members) for v in part.values))
        )
    if any(isinstance(part, ty.AnyText) for part in parts):
        return ty.AnyText()
    if len(set(parts)) == 1:
        return parts[0]
    around = [as_interval(part) for part in parts]
    joined = _range(around[0])
    step: Fraction | None = Fraction(0)
    for part, own in zip(parts, around, strict=True):
        joined = joined.hull(_range(own))
        if single(part) != 0:
            step = gcd(step, own.step) if step and own.step else (own.step if step == 0 else None)
    return _domain(joined, step or None)


MAX_END_BITS = 4096
"""Longer ends are no ends: nothing that a rubric scores comes near them, and they grow with each step."""


def kept(domain: ty.Domain) -> ty.Domain:
    """The domain, or a wider one where its numbers have grown beyond all use."""
    if isinstance(domain, ty.Interval):
        low = domain.low if domain.low is None or _short(domain.low) else None
        high = domain.high if domain.high is None or _short(domain.high) else None
        step = domain.step if domain.step is None or _short(domain.step) else None
        if low is domain.low and high is domain.high and step is domain.step:
            return domain
        return ty.Interval(low, high, domain.low_closed, domain.high_closed, step)
    if isinstance(domain, ty.Points) and not all(map(_short, domain.values)):
        return ty.Interval()
    return domain


def _short(value: Fraction) -> bool:
    return value.numerator.bit_length() <= MAX_END_BITS and value.denominator.bit_length() <= MAX_END_BITS


# ---------------------------------------------------------------- functions


def function(name: str, parts: Sequence[ty.Domain]) -> ty.Domain:
    """The values of a function of values; always an enclosure."""
    own = [_range(as_interval(part)) for part in parts]
    if name == "abs":
        return _domain(own[0].absolute(), as_interval(parts[0]).step)
    if name in ("min", "max", "clamp"):
        return _extremes(name, parts, own)
    if name in ("floor", "ceiling"):
        return rounded(parts[0], "down" if name == "floor" else "up", Fraction(1))
    if name == "sqrt":
        return _domain(range_functions.sqrt(own[0]))
    if name in ("ln", "exp"):
        return _domain(range_functions.ln(own[0]) if name == "ln" else range_functions.exp(own[0]))
    if name == "log":
        return _domain(range_functions.log(own[0], own[1]))
    if name == "goalposts":
        below = own[0].subtract(own[1])
        return _domain(below.divide(own[2].subtract(own[1])))
    return ty.Interval(step=Fraction(86400 if name == "days_between" else 1))


def _extremes(name: str, parts: Sequence[ty.Domain], own: Sequence[ranges.Range]) -> ty.Domain:
    singles = [single(part) for part in parts]
    if all(value is not None for value in singles):
        values = [value for value in singles if value is not None]
        if name == "clamp":
            return ty.Points((max(values[1], min(values[0], values[2])),))
        return ty.Points((min(values) if name == "min" else max(values),))
    found = own[0]
    if name == "clamp":
        found = own[0].clamp(own[1], own[2])
    else:
        for other in own[1:]:
            found = found.minimum(other) if name == "min" else found.maximum(other)
    step = as_interval(hull(parts)).step
    return _domain(found, step)


def aggregate(name: str, operand: ty.Domain) -> ty.Domain:
    """The values of an aggregate of rows that each lie in the operand's domain."""
    around = as_interval(operand)
    if name in ("lowest", "highest", "percentile"):
        return around
    if name == "median":
        return ty.Interval(around.low, around.high, step=around.step / 2 if around.step else None)
    if name == "sum":
        low = Fraction(0) if around.low is not None and around.low >= 0 else None
        high = Fraction(0) if around.high is not None and around.high <= 0 else None
        return ty.Interval(low, high, step=around.step)
    if name == "deviation":
        high = around.high - around.low if around.high is not None and around.low is not None else None
        return ty.Interval(Fraction(0), high)
    return ty.Interval(around.low, around.high)


def across(name: str, operand: ty.Domain) -> ty.Domain:
    if name == "share":
        return ty.Ratio()
    if name == "count":
        return COUNT
    if name == "rank":
        return ty.Interval(Fraction(1), None, step=Fraction(1))
    if name in ("percentile_rank", "minmax"):
        return ty.Interval(Fraction(0), Fraction(1))
    if name == "zscore":
        return ty.Interval()
    return aggregate(name, operand)
