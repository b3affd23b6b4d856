"""Arithmetic, comparisons and functions: strict operations on values that are all there.

Each function here takes the operands' values and gives the value, or raises `OutsideDomain` or `Undecided`; `strict`
turns them into steps that pass faults and absence on.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from rubric_dsl.evaluation.values import ABSENT, Given, Nothing, Undefined, Value, as_number, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.limits import OutsideDomain, TooLarge, Undecided
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.resolved import operations as op

Values: TypeAlias = list[Value]
"""The values of a plan's nodes by number, for one row or one subject."""

Cells: TypeAlias = Mapping[str, Given | None]
"""The typed cells of one row by column; None and a missing key are absence."""

Step: TypeAlias = Callable[[Values, Cells], Value]
"""The value of one node, given the values of all earlier ones and the row."""

ZERO = Fraction(0)
SECONDS_A_DAY = 86400


def strict(node: op.Node, operands: Sequence[op.Node], function: Callable[..., Given]) -> Step:
    """`function` of the operands' values; a fault of any operand, else an absence, is passed on."""
    if len(operands) == 1:
        return _strict_one(node, operands[0], function)

    def step(values: Values, cells: Cells) -> Value:
        given = [values[operand] for operand in operands]
        for value in given:
            if isinstance(value, (Nothing, Undefined)):
                return absence_of(given)
        return guarded(node, function, given)

    return step


def _strict_one(node: op.Node, operand: op.Node, function: Callable[..., Given]) -> Step:
    def step(values: Values, cells: Cells) -> Value:
        value = values[operand]
        if isinstance(value, Undefined):
            return value
        if isinstance(value, Nothing):
            return ABSENT
        return guarded(node, function, (value,))

    return step


def absence_of(values: Sequence[Value]) -> Undefined | Nothing:
    """The first fault among values of which some are not there, else absence."""
    for value in values:
        if isinstance(value, Undefined):
            return value
    return ABSENT


def guarded(node: op.Node, function: Callable[..., Given], given: Sequence[Value]) -> Value:
    """The function's value, or the fault of `node` where it has none."""
    try:
        return function(*given)
    except ArithmeticError as error:
        return fault_of(error, node)


def fault_of(error: ArithmeticError, node: op.Node) -> Undefined:
    """Why exact arithmetic gave no value."""
    match error:
        case ZeroDivisionError():
            return Undefined("division by zero", node)
        case Undecided():
            return Undefined("undecided", node)
        case TooLarge():
            return Undefined("too large", node)
        case OutsideDomain():
            return Undefined("outside domain", node)
    raise error


# ---------------------------------------------------------------- sums and products


def total(numbers: Iterable[Exact]) -> Exact:
    """The exact sum. Fractions are added up as integers, one sum a denominator, and brought together once."""
    sums: dict[int, int] = {}
    rest: Exact = ZERO
    for number in numbers:
        if isinstance(number, Fraction):
            top, bottom = number.as_integer_ratio()
            sums[bottom] = sums.get(bottom, 0) + top
        else:
            rest = reals.add(rest, number)
    for bottom, top in sums.items():
        rest = reals.add(rest, Fraction(top, bottom)) if rest else Fraction(top, bottom)
    return rest


Weighed = tuple[int, Exact]
"""How many rows have a value, and the value."""


def weighed_total(values: Iterable[Weighed]) -> Exact:
    """The exact sum, added up as `total` does one by one."""
    sums: dict[int, int] = {}
    rest: Exact = ZERO
    for count, value in values:
        if isinstance(value, Fraction):
            sums[value.denominator] = sums.get(value.denominator, 0) + count * value.numerator
        else:
            rest = reals.add(rest, reals.multiply(Fraction(count), value))
    for bottom, top in sums.items():
        rest = reals.add(rest, Fraction(top, bottom)) if rest else Fraction(top, bottom)
    return rest


def add_step(node: op.Node, operation: op.Add) -> Step:
    minus = operation.minus

    def signed(*terms: Exact) -> Exact:
        return total(reals.negate(term) if turned else term for term, turned in zip(terms, minus, strict=True))

    return strict(node, operation.terms, signed)


def multiply_step(node: op.Node, operation: op.Multiply) -> Step:
    divided = operation.divided

    def product(*factors: Exact) -> Exact:
        result: Exact = Fraction(1)
        for factor, below in zip(factors, divided, strict=True):
            result = quotient(result, factor) if below else reals.multiply(result, factor)
        return result

    return strict(node, operation.factors, product)


def quotient(a: Exact, b: Exact) -> Exact:
    """a ÷ b; a zero divisor is told apart from other faults."""
    if isinstance(b, Fraction) and b == 0:
        raise ZeroDivisionError
    return reals.divide(a, b)


def power_step(node: op.Node, operation: op.Power) -> Step:
    return strict(node, (operation.base, operation.exponent), reals.power)


def negate_step(node: op.Node, operation: op.Negate) -> Step:
    return strict(node, (operation.operand,), reals.negate)


def round_step(node: op.Node, operation: op.Round) -> Step:
    mode, step = operation.mode, from_exact(operation.step)
    return strict(node, (operation.operand,), lambda value: round_to(value, mode, step))


# ---------------------------------------------------------------- comparisons


def ordering(a: Given, b: Given) -> int:
    """-1, 0 or 1; numbers and moments by size. `Undecided` where enclosures cannot be told apart."""
    if is_number(a) and is_number(b):
        return reals.compare(a, b)
    if isinstance(a, (bool, str)) or isinstance(b, (bool, str)):
        raise TypeError(f"{a!r} and {b!r} have no order")
    return reals.compare(as_number(a), as_number(b))


def same(a: Given, b: Given) -> bool:
    """Equal in value; names and answers by identity of text."""
    if isinstance(a, (bool, str)) or isinstance(b, (bool, str)):
        return a == b
    return ordering(a, b) == 0


_RELATIONS: dict[str, Callable[[Given, Given], bool]] = {
    "=": same,
    "<>": lambda a, b: not same(a, b),
    "<": lambda a, b: ordering(a, b) < 0,
    "<=": lambda a, b: ordering(a, b) <= 0,
    ">": lambda a, b: ordering(a, b) > 0,
    ">=": lambda a, b: ordering(a, b) >= 0,
}


def compare_step(node: op.Node, operation: op.Compare) -> Step:
    return strict(node, (operation.left, operation.right), _RELATIONS[operation.relation])


# ---------------------------------------------------------------- functions


def goalposts(x: Exact, low: Exact, high: Exact) -> Exact:
    """(x − low) ÷ (high − low), not clamped."""
    return quotient(reals.subtract(x, low), reals.subtract(high, low))


def days_between(a: int, b: int) -> Fraction:
    """b − a as a duration in seconds."""
    return Fraction((b - a) * SECONDS_A_DAY)


def years_between(a: int, b: int) -> Fraction:
    """Completed years from a to b (negative when b is earlier); a birthday of 29 February is kept on 1 March."""
    if b < a:
        return -years_between(b, a)
    first, last = datetime.date.fromordinal(a), datetime.date.fromordinal(b)
    return Fraction(last.year - first.year - ((last.month, last.day) < (first.month, first.day)))


def least(*values: Exact) -> Exact:
    result = values[0]
    for value in values[1:]:
        result = reals.minimum(result, value)
    return result


def greatest(*values: Exact) -> Exact:
    result = values[0]
    for value in values[1:]:
        result = reals.maximum(result, value)
    return result


def clamp(x: Exact, low: Exact, high: Exact) -> Exact:
    return reals.minimum(reals.maximum(x, low), high)


FUNCTIONS: dict[op.FunctionName, Callable[..., Exact]] = {
    "abs": reals.absolute,
    "min": least,
    "max": greatest,
    "clamp": clamp,
    "floor": reals.floor,
    "ceiling": reals.ceiling,
    "sqrt": reals.sqrt,
    "ln": reals.ln,
    "log": reals.log,
    "exp": reals.exp,
    "days_between": days_between,
    "years_between": years_between,
    "goalposts": goalposts,
}


def function_step(node: op.Node, operation: op.Function) -> Step:
    return strict(node, operation.operands, FUNCTIONS[operation.name])
