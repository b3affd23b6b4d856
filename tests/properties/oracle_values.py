"""What an expression is worth, read from the language description alone.

None is absent. Nothing of the project is imported here: this is the second opinion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from tests.properties import model as m

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)


class Absent(Exception):
    """An absent value was reached."""


class Impossible(Exception):
    """Undefined arithmetic: the run must stop."""


Look = Callable[[str], m.Value]
AggregateOf = Callable[[m.Aggregate | m.Across], m.Value]


def rounded(value: Fraction, mode: str, step: Fraction) -> Fraction:
    """Half up and half even round the absolute value and keep the sign; up is towards +∞, down towards −∞."""
    steps = value / step
    if mode == "up":
        return math.ceil(steps) * step
    if mode == "down":
        return math.floor(steps) * step
    whole, rest = divmod(abs(steps), 1)
    if rest > HALF or (rest == HALF and (mode == "half up" or whole % 2 == 1)):
        whole += 1
    return (whole if steps >= 0 else -whole) * step


def compared(sign: str, a: m.Value, b: m.Value) -> bool:
    if sign == "=":
        return a == b
    if sign == "<>":
        return a != b
    assert a is not None and b is not None
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]  # type: ignore[operator]


class Reader:
    """Reads expressions in one place: a row, or a subject."""

    def __init__(self, look: Look, aggregate: AggregateOf, formulas: Mapping[str, m.Formula]) -> None:
        self.look, self.aggregate, self.formulas = look, aggregate, formulas

    def value(self, expr: m.Expr) -> m.Value:
        """The value; raises `Absent` when an absent one is reached."""
        match expr:
            case m.Num():
                return expr.value
            case m.Quoted():
                return expr.value
            case m.Ref():
                return self._present(self.look(expr.name))
            case m.IsMissing():
                return (self.maybe(expr.inner) is None) != expr.negated
            case m.Not():
                return not self.true(expr.inner)
            case m.Joined():
                decided = expr.word == "or"
                return decided if any(self.true(part) is decided for part in expr.parts) else not decided
            case m.Compare():
                values = [self.value(part) for part in expr.parts]
                return all(map(compared, expr.signs, values, values[1:]))
            case m.Is():
                return (self.value(expr.inner) in expr.members) != expr.negated
            case m.If():
                return self.value(expr.then if self.true(expr.condition) else expr.otherwise)
            case m.Rounded():
                return rounded(self.number(expr.inner), expr.mode, expr.step.value)
            case m.Negate():
                return -self.number(expr.inner)
            case m.Arith():
                return arithmetic(expr.sign, self.number(expr.left), self.number(expr.right))
            case m.Call():
                return self._called(expr)
            case m.Aggregate() | m.Across():
                return self._present(self.aggregate(expr))

    def maybe(self, expr: m.Expr) -> m.Value:
        """The value, None where an absent one is reached."""
        try:
            return self.value(expr)
        except Absent:
            return None

    def number(self, expr: m.Expr) -> Fraction:
        value = self.value(expr)
        assert isinstance(value, Fraction), (expr, value)
        return value

    def true(self, expr: m.Expr) -> bool:
        value = self.value(expr)
        assert isinstance(value, bool), (expr, value)
        return value

    @staticmethod
    def _present(value: m.Value) -> m.Value:
        if value is None:
            raise Absent
        return value

    def _called(self, call: m.Call) -> m.Value:
        if call.name in self.formulas:
            formula = self.formulas[call.name]
            return self.value(put_in(formula.rule, dict(zip(formula.arguments, call.arguments, strict=True))))
        if call.name == "days_between":
            first, last = (self.value(argument) for argument in call.arguments)
            assert isinstance(first, date) and isinstance(last, date)
            return Fraction((last - first).days * 86400)
        if call.name == "years_between":
            first, last = (self.value(argument) for argument in call.arguments)
            assert isinstance(first, date) and isinstance(last, date)
            return Fraction(completed_years(first, last))
        return FUNCTIONS[call.name](*map(self.number, call.arguments))


def completed_years(first: date, last: date) -> int:
    """Birthdays passed; one of 29 February falls on 1 March in other years."""
    if last < first:
        return -completed_years(last, first)
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def arithmetic(sign: str, a: Fraction, b: Fraction) -> Fraction:
    if sign == "/":
        if b == 0:
            raise Impossible("division by zero")
        return a / b
    if sign == "^":
        assert b.denominator == 1, "only whole powers are generated"
        if a == 0 and b < 0:
            raise Impossible("0 to a negative power")
        return Fraction(a**b.numerator)
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


FUNCTIONS: Mapping[str, Callable[..., Fraction]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "floor": lambda x: Fraction(math.floor(x)),
    "ceiling": lambda x: Fraction(math.ceil(x)),
    "clamp": lambda x, low, high: min(max(x, low), high),
    "goalposts": lambda x, low, high: (x - low) / (high - low),
}


def put_in(expr: m.Expr, given: Mapping[str, m.Expr]) -> m.Expr:
    """A formula's right side with the arguments put in."""
    match expr:
        case m.Ref():
            return given.get(expr.name, expr)
        case m.Arith():
            return m.Arith(expr.sign, put_in(expr.left, given), put_in(expr.right, given))
        case m.If():
            parts = (put_in(part, given) for part in (expr.condition, expr.then, expr.otherwise))
            return m.If(*parts)
        case m.Compare():
            return m.Compare(expr.signs, tuple(put_in(part, given) for part in expr.parts))
        case m.Call():
            return m.Call(expr.name, tuple(put_in(part, given) for part in expr.arguments))
        case _:
            return expr


def statistic(name: str, values: Sequence[m.Value], percent: Fraction | None = None) -> Fraction | None:
    """An aggregate over the values of the rows (or subjects) that take part; None over none of them."""
    if name == "count":
        return Fraction(sum(value is True for value in values))
    if name == "share":
        return Fraction(sum(value is True for value in values), len(values)) if values else None
    numbers = sorted(value for value in values if isinstance(value, Fraction))
    if name == "sum":
        return sum(numbers, ZERO)
    if name == "trimmed_mean":
        numbers = numbers[1:-1] if len(numbers) >= 3 else []
    if not numbers:
        return None
    n = len(numbers)
    match name:
        case "mean" | "trimmed_mean":
            return sum(numbers, ZERO) / n
        case "median":
            return (numbers[(n - 1) // 2] + numbers[n // 2]) / 2
        case "lowest":
            return numbers[0]
        case "highest":
            return numbers[-1]
        case "percentile":
            assert percent is not None
            return numbers[max(math.ceil(percent * n), 1) - 1]
    raise AssertionError(name)


# ------------------------------------------------------------------ tables


def matches(reader: Reader, pattern: m.Pattern, value: m.Value) -> bool:
    match pattern:
        case m.Word():
            return pattern.word == "-" or value is None
        case m.Exactly():
            wanted = pattern.value
            return value is not None and value == (
                wanted.value if isinstance(wanted, m.Num | m.Quoted) else wanted
            )
        case m.Between():
            if value is None:
                return False
            low, high = (None if end is None else reader.value(end) for end in (pattern.low, pattern.high))
            above = low is None or compared(">=" if pattern.low_closed else ">", value, low)
            return above and (high is None or compared("<=" if pattern.high_closed else "<", value, high))


def row_of(reader: Reader, table: m.Table) -> tuple[m.Row, list[m.Value]]:
    """The row that holds, and the inputs. `missing` alone and `otherwise` are what no other row takes.

    Absent inputs that no row speaks of are `Absent`: a `missing:` line around the table decides.
    """
    values = [reader.maybe(given) for given in table.inputs]
    for row in table.rows:
        if not isinstance(row.patterns, str) and all(
            any(matches(reader, pattern, value) for pattern in alternatives)
            for alternatives, value in zip(row.patterns, values, strict=True)
        ):
            return row, values
    word = "missing" if any(value is None for value in values) else "otherwise"
    lone = [row for row in table.rows if row.patterns == word]
    if not lone and word == "missing":
        raise Absent
    assert lone, f"no row of the table holds for {values}"
    return lone[0], values


def outcome_of(reader: Reader, row: m.Row, values: Sequence[m.Value], place: int = 0) -> m.Value:
    """Value, class, or the words "not applicable"."""
    match row.outcomes[place]:
        case m.ClassName(name):
            return name
        case m.Linear() as linear:
            return _between_ends(reader, row, values, linear)
        case m.Num(value):
            return value
        case m.Ref() as ref:
            return reader.value(ref)
        case _:
            return m.NOT_APPLICABLE


def _between_ends(reader: Reader, row: m.Row, values: Sequence[m.Value], linear: m.Linear) -> Fraction:
    assert not isinstance(row.patterns, str)
    (between,) = row.patterns[linear.on]
    assert isinstance(between, m.Between) and between.low is not None and between.high is not None
    low, high, value = reader.value(between.low), reader.value(between.high), values[linear.on]
    assert isinstance(low, Fraction) and isinstance(high, Fraction) and isinstance(value, Fraction)
    return linear.first.value + (linear.last.value - linear.first.value) * (value - low) / (high - low)
