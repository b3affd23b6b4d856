"""How the values of a node stand in a column: exact integers, never floats.

A number is an integer over a denominator that is the same for all rows, a choice the place of its name, and what is
neither is the place in a list of values. Each number carries the ends that its integers cannot pass.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Given, Nothing, Undefined, Value
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.text.record import dataclass

LIMIT = 2**126
"""No integer may reach it; what could is evaluated outside the columns."""


@dataclass(frozen=True, slots=True)
class Number:
    """`value / denominator`, the integers from `low` to `high`. Moments are days or minutes, kept apart."""

    denominator: int
    low: int
    high: int
    moment: bool = False

    @property
    def most(self) -> int:
        """The greatest size of an integer."""
        return max(abs(self.low), abs(self.high))


@dataclass(frozen=True, slots=True)
class YesNo:
    pass


@dataclass(frozen=True, slots=True)
class Name:
    """A place in `members`."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    pass


@dataclass(frozen=True, slots=True)
class Listed:
    """A place in `values`: what no integer over one denominator holds, such as roots."""

    values: tuple[Given, ...]


Form = Number | YesNo | Name | Text | Listed


@dataclass(frozen=True, slots=True)
class Lowered:
    """A node in columns. `value` is null where there is none; then `inapplicable` or `fault` may say why, else it is
    absent. Both are never null, never true together, and None where they are never true."""

    form: Form
    value: Expr
    nullable: bool = False
    inapplicable: Expr | None = None
    fault: Expr | None = None
    given_if: frozenset[int] = frozenset()
    """Conditions by node; where one of them is yes the value is there."""
    constant: Given | None = None
    void: bool = False
    """There is a value in no row, so that it fits any form."""

    @property
    def whole(self) -> Expr:
        """The value of a number with the ends of its form."""
        assert isinstance(self.form, Number)
        return ex.held(self.value, self.form.low, self.form.high)

    def number(self) -> Number | None:
        return self.form if isinstance(self.form, Number) else None


def scaled(lowered: Lowered, denominator: int) -> Expr | None:
    """The integers over another denominator, a multiple of their own; None where they could be too large."""
    form = lowered.form
    assert isinstance(form, Number)
    factor = denominator // form.denominator
    return None if form.most * factor >= LIMIT else ex.times(lowered.whole, ex.literal(factor))


# ---------------------------------------------------------------- values that are the same in all rows


def constant(value: Value, type: ValueType) -> Lowered | None:
    """A value of all rows; None where it is irrational or too long for an integer."""
    if isinstance(value, Undefined):
        return impossible(type)
    if isinstance(value, Nothing):
        return nothing(type, value is NOT_APPLICABLE)
    if isinstance(value, bool):
        return Lowered(YesNo(), ex.literal(value), constant=value)
    if isinstance(value, str):
        if type.kind == "text":
            return Lowered(Text(), ex.literal(value), constant=value)
        return Lowered(Name((value,)), ex.literal(0), constant=value)
    if isinstance(value, int):
        return Lowered(Number(1, value, value, moment=True), ex.literal(value), constant=value)
    if not isinstance(value, Fraction) or max(abs(value.numerator), value.denominator) >= LIMIT:
        return None
    top = value.numerator
    return Lowered(Number(value.denominator, top, top), ex.literal(top), constant=value)


def nothing(type: ValueType, inapplicable: bool = False) -> Lowered:
    """No value in any row."""
    form = _empty(type)
    return Lowered(form, ex.null(kind_of(form)), True, ex.YES if inapplicable else None, void=True)


def impossible(type: ValueType) -> Lowered:
    """A fault in every row."""
    form = _empty(type)
    return Lowered(form, ex.null(kind_of(form)), True, fault=ex.YES, void=True)


def _empty(type: ValueType) -> Form:
    match type.kind:
        case "yes/no":
            return YesNo()
        case "text":
            return Text()
        case "choice":
            return Name(())
        case kind:
            return Number(1, 0, 0, moment=kind in ("date", "time"))


def kind_of(form: Form) -> ex.Kind:
    """How its values stand in an expression."""
    return "yes/no" if isinstance(form, YesNo) else "text" if isinstance(form, Text) else "number"


# ---------------------------------------------------------------- reading and combining


def decoded(form: Form, raw: object) -> Given:
    """The value that stands in a column, as everybody else has it."""
    match form:
        case Number():
            assert isinstance(raw, int)
            return raw if form.moment else Fraction(raw, form.denominator)
        case Name():
            assert isinstance(raw, int)
            return form.members[raw]
        case Listed():
            assert isinstance(raw, int)
            return form.values[raw]
        case _:
            assert isinstance(raw, (bool, str))
            return raw


def yes(condition: Lowered) -> Expr:
    """Whether the answer is yes; never null."""
    return ex.holds(condition.value) if condition.nullable else condition.value


def either(*parts: Expr | None) -> Expr | None:
    """Whether any of these is true; None where none can be."""
    found = ex.some(*(part for part in parts if part is not None))
    return None if found is ex.NO else found


def both(condition: Expr, part: Expr | None) -> Expr | None:
    return None if part is None else condition & part


def without(value: Expr, gone: Expr | None) -> Expr:
    """The value, null where `gone`."""
    return value if gone is None else ex.when(gone, ex.null(value.kind), value)


def read(lowered: Lowered) -> Lowered:
    """A value as an expression reads it: what is not applicable counts as absent."""
    if lowered.inapplicable is None:
        return lowered
    return replace(lowered, inapplicable=None)


def shared_guards(operands: tuple[Lowered, ...] | list[Lowered]) -> frozenset[int]:
    """The conditions under which all of them are there."""
    found: frozenset[int] | None = None
    for operand in operands:
        if operand.nullable:
            found = operand.given_if if found is None else found & operand.given_if
    return found or frozenset()


def strict(form: Form, value: Expr, operands: list[Lowered]) -> Lowered:
    """What has a value exactly where all operands have one; nulls and faults pass through."""
    return Lowered(
        form, value, any(operand.nullable for operand in operands), None,
        either(*(operand.fault for operand in operands)), shared_guards(operands),
    )
