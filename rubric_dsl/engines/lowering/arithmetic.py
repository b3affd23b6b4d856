"""Sums, products, rounding and functions in integers; None says that a node has no such form."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import LIMIT, Lowered, Number, constant, read, scaled, strict
from rubric_dsl.evaluation.arithmetic import SECONDS_A_DAY
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER


def added(terms: Sequence[Lowered], minus: Sequence[bool]) -> Lowered | None:
    forms = _forms(terms)
    if forms is None:
        return None
    denominator = lcm(*(form.denominator for form in forms))
    low = high = most = 0
    for form, turned in zip(forms, minus, strict=True):
        factor = denominator // form.denominator
        ends = (-form.high * factor, -form.low * factor) if turned else (form.low * factor, form.high * factor)
        low, high, most = low + ends[0], high + ends[1], most + form.most * factor
    if max(most, denominator) >= LIMIT:
        return None
    parts = []
    for term, turned in zip(terms, minus, strict=True):
        part = scaled(term, denominator)
        assert part is not None
        parts.append(ex.minus(part) if turned else part)
    return strict(Number(denominator, low, high), ex.plus(*parts), [read(term) for term in terms])


def multiplied(factors: Sequence[Lowered], divided: Sequence[bool]) -> Lowered | None:
    """A product; what is divided by must be a constant."""
    rate, product = Fraction(1), None
    for factor, below in zip(factors, divided, strict=True):
        if isinstance(factor.constant, Fraction):
            if below and not factor.constant:
                return None
            rate = rate / factor.constant if below else rate * factor.constant
        elif below:
            return None
        else:
            product = factor if product is None else _product(product, factor)
            if product is None:
                return None
    if product is None:
        return None
    return times(product, rate)


def _product(a: Lowered, b: Lowered) -> Lowered | None:
    forms = _forms((a, b))
    if forms is None:
        return None
    first, second = forms
    ends = [x * y for x in (first.low, first.high) for y in (second.low, second.high)]
    denominator = first.denominator * second.denominator
    most = max(first.most * second.most, first.most, second.most)
    if max(most, denominator) >= LIMIT:
        return None
    value = ex.times(a.whole, b.whole)
    return strict(Number(denominator, min(ends), max(ends)), value, [read(a), read(b)])


def times(a: Lowered, rate: Fraction) -> Lowered | None:
    """Multiplied by a constant."""
    return affine(a, rate, Fraction(0))


def affine(a: Lowered, rate: Fraction, start: Fraction) -> Lowered | None:
    """rate × a + start."""
    form = a.number()
    if form is None or form.moment:
        return None
    if isinstance(a.constant, Fraction):
        return constant(a.constant * rate + start, NUMBER)
    if rate == 1 and start == 0:
        return read(a)
    # (p × v + s) ÷ D, where p and s are whole.
    denominator = lcm(form.denominator * rate.denominator, start.denominator)
    by = denominator // (form.denominator * rate.denominator) * rate.numerator
    plus = start.numerator * (denominator // start.denominator)
    most = max(form.most * abs(by) + abs(plus), form.most, abs(by))
    if max(most, denominator) >= LIMIT:
        return None
    value = ex.plus(ex.times(a.whole, ex.literal(by)), ex.literal(plus))
    ends = (form.low * by + plus, form.high * by + plus)
    return strict(Number(denominator, min(ends), max(ends)), value, [read(a)])


def negated(a: Lowered) -> Lowered | None:
    return times(a, Fraction(-1))


def rounded(a: Lowered, mode: op.Mode, step: Fraction) -> Lowered | None:
    """The multiple of the step, as `numbers.rounding` gives it."""
    form = a.number()
    if form is None or form.moment:
        return None
    # v/D ÷ (p/q) = (v × q) ÷ (D × p) steps
    up, below = step.denominator, form.denominator * step.numerator
    most = 2 * (form.most * up + below) + 2 * below
    room = max(most, (form.most * up // below + 2) * step.numerator)
    if max(room, step.denominator) >= LIMIT:
        return None
    v = ex.times(a.whole, ex.literal(up))
    low, high = form.low * up, form.high * up
    if mode == "down":
        steps, ends = ex.floor_divided(v, below), (low // below, high // below)
    elif mode == "up":
        steps, ends = ex.minus(ex.floor_divided(ex.minus(v), below)), (-(-low // below), -(-high // below))
    else:
        steps, ends = _nearest(v, below, mode == "half even"), (low // below, high // below + 1)
    value = ex.times(steps, ex.literal(step.numerator))
    return strict(
        Number(step.denominator, ends[0] * step.numerator, ends[1] * step.numerator), value, [read(a)]
    )


def _nearest(v: Expr, below: int, even: bool) -> Expr:
    """Half up by size, the sign kept; `even`: a half to the even neighbour."""
    doubled = ex.plus(ex.times(_size(v), ex.literal(2)), ex.literal(below))
    whole = ex.floor_divided(doubled, 2 * below)
    if even:
        half = ex.equal(ex.remainder(doubled, 2 * below), ex.literal(0)) & ex.equal(
            ex.remainder(whole, 2), ex.literal(1))
        whole = ex.plus(whole, ex.minus(ex.number_of(half)))
    return ex.when(ex.below(v, ex.literal(0)), ex.minus(whole), whole)


def _size(v: Expr) -> Expr:
    return v if v.low >= 0 else ex.when(ex.below(v, ex.literal(0)), ex.minus(v), v)


def called(name: op.FunctionName, given: Sequence[Lowered]) -> Lowered | None:
    forms = [operand.number() for operand in given]
    if any(form is None for form in forms):
        return None
    if name == "days_between":
        return _days(given[0], given[1])
    if any(form is not None and form.moment for form in forms):
        return None
    match name:
        case "abs":
            return _absolute(given[0])
        case "min" | "max":
            return extreme_of(given, name)
        case "clamp":
            held = extreme(given[0], given[1], "max")
            return None if held is None else extreme(held, given[2], "min")
        case "floor":
            return rounded(given[0], "down", Fraction(1))
        case "ceiling":
            return rounded(given[0], "up", Fraction(1))
        case "goalposts":
            return _goalposts(given[0], given[1].constant, given[2].constant)
        case _:
            return None


def _days(a: Lowered, b: Lowered) -> Lowered | None:
    first, second = a.form, b.form
    assert isinstance(first, Number) and isinstance(second, Number)
    value = ex.times(ex.plus(b.whole, ex.minus(a.whole)), ex.literal(SECONDS_A_DAY))
    ends = ((second.low - first.high) * SECONDS_A_DAY, (second.high - first.low) * SECONDS_A_DAY)
    return strict(Number(1, *ends), value, [read(a), read(b)])


def _absolute(a: Lowered) -> Lowered:
    form = a.form
    assert isinstance(form, Number)
    low = 0 if form.low <= 0 <= form.high else min(abs(form.low), abs(form.high))
    return strict(Number(form.denominator, low, form.most), _size(a.whole), [read(a)])


def extreme_of(given: Sequence[Lowered], name: str) -> Lowered | None:
    found: Lowered | None = read(given[0])
    for operand in given[1:]:
        found = None if found is None else extreme(found, operand, name)
    return found


def extreme(a: Lowered, b: Lowered, name: str) -> Lowered | None:
    """The lower (`min`) or higher of two that are both there."""
    forms = _forms((a, b))
    if forms is None:
        return None
    denominator = lcm(*(form.denominator for form in forms))
    left, right = scaled(a, denominator), scaled(b, denominator)
    if left is None or right is None or denominator >= LIMIT:
        return None
    lows = [form.low * (denominator // form.denominator) for form in forms]
    highs = [form.high * (denominator // form.denominator) for form in forms]
    choose = min if name == "min" else max
    # Null where either is: a comparison with null is null, and so is what it picks.
    first = ex.at_most(left, right) if name == "min" else ex.at_most(right, left)
    value = ex.when(first, left, ex.when(~first, right, ex.null("number")))
    return strict(Number(denominator, choose(lows), choose(highs)), value, [read(a), read(b)])


def _goalposts(x: Lowered, low: object, high: object) -> Lowered | None:
    if not isinstance(low, Fraction) or not isinstance(high, Fraction) or low == high:
        return None
    return affine(x, 1 / (high - low), -low / (high - low))


def _forms(operands: Sequence[Lowered]) -> list[Number] | None:
    forms = [form for operand in operands if (form := operand.number()) is not None and not form.moment]
    return forms if len(forms) == len(operands) else None


def step_of(text: str) -> Fraction:
    return from_exact(text)
