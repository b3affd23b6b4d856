"""How the values of a node stand in a column: exact integers, never floats.

A number is an integer over a denominator that is the same for all rows, a choice the place of its name, and what is
neither is the place in a list of values. Polars wraps integers silently where they overflow, so each number carries the
ends that its integers cannot pass, and its type has room for them.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import polars as pl

from rubric_dsl.evaluation.values import NOT_APPLICABLE, Given, Nothing, Undefined, Value
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.text.record import dataclass

LIMIT = 2**126
"""No integer may reach it; what could is evaluated outside the columns."""

_TYPES: tuple[tuple[int, type[pl.DataType]], ...] = (
    (2**15, pl.Int16), (2**31, pl.Int32), (2**63, pl.Int64), (2**127, pl.Int128)
)


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
    value: pl.Expr
    nullable: bool = False
    inapplicable: pl.Expr | None = None
    fault: pl.Expr | None = None
    given_if: frozenset[int] = frozenset()
    """Conditions by node; where one of them is yes the value is there."""
    constant: Given | None = None
    void: bool = False
    """There is a value in no row, so that it fits any form."""

    def number(self) -> Number | None:
        return self.form if isinstance(self.form, Number) else None


# ---------------------------------------------------------------- integers


def integer_type(most: int) -> type[pl.DataType]:
    """The narrowest type with room for integers of this size on both sides of zero."""
    return next(kind for end, kind in _TYPES if most < end)


def integer(value: int, most: int | None = None) -> pl.Expr:
    """A literal in a type with room for `most`."""
    return pl.lit(value, dtype=integer_type(abs(value) if most is None else max(most, abs(value))))


def widened(expression: pl.Expr, most: int) -> pl.Expr:
    return expression.cast(integer_type(most))


def scaled(lowered: Lowered, denominator: int) -> pl.Expr | None:
    """The integers over another denominator, a multiple of their own; None where they could be too large."""
    form = lowered.form
    assert isinstance(form, Number)
    factor = denominator // form.denominator
    most = form.most * factor
    if most >= LIMIT:
        return None
    if factor == 1:
        return lowered.value
    if lowered.constant is not None:
        return integer(form.low * factor)
    return widened(lowered.value, most) * integer(factor, most)


# ---------------------------------------------------------------- values that are the same in all rows


def constant(value: Value, type: ValueType) -> Lowered | None:
    """A value of all rows; None where it is irrational or too long for an integer."""
    if isinstance(value, Undefined):
        return impossible(type)
    if isinstance(value, Nothing):
        return nothing(type, value is NOT_APPLICABLE)
    if isinstance(value, bool):
        return Lowered(YesNo(), pl.lit(value), constant=value)
    if isinstance(value, str):
        if type.kind == "text":
            return Lowered(Text(), pl.lit(value, dtype=pl.String), constant=value)
        return Lowered(Name((value,)), pl.lit(0, dtype=pl.UInt32), constant=value)
    if isinstance(value, int):
        return Lowered(Number(1, value, value, moment=True), integer(value), constant=value)
    if not isinstance(value, Fraction) or max(abs(value.numerator), value.denominator) >= LIMIT:
        return None
    top = value.numerator
    return Lowered(Number(value.denominator, top, top), integer(top), constant=value)


def nothing(type: ValueType, inapplicable: bool = False) -> Lowered:
    """No value in any row."""
    form, kind = _empty(type)
    return Lowered(form, pl.lit(None, dtype=kind), True, pl.lit(True) if inapplicable else None, void=True)


def impossible(type: ValueType) -> Lowered:
    """A fault in every row."""
    form, kind = _empty(type)
    return Lowered(form, pl.lit(None, dtype=kind), True, fault=pl.lit(True), void=True)


def _empty(type: ValueType) -> tuple[Form, type[pl.DataType]]:
    match type.kind:
        case "yes/no":
            return YesNo(), pl.Boolean
        case "text":
            return Text(), pl.String
        case "choice":
            return Name(()), pl.UInt32
        case kind:
            return Number(1, 0, 0, moment=kind in ("date", "time")), pl.Int16


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


def yes(condition: Lowered) -> pl.Expr:
    """Whether the answer is yes; never null."""
    return condition.value.fill_null(False) if condition.nullable else condition.value


def either(*parts: pl.Expr | None) -> pl.Expr | None:
    """Whether any of these is true; None where none can be."""
    found: pl.Expr | None = None
    for part in parts:
        if part is not None:
            found = part if found is None else found | part
    return found


def both(condition: pl.Expr, part: pl.Expr | None) -> pl.Expr | None:
    return None if part is None else condition & part


def without(value: pl.Expr, gone: pl.Expr | None) -> pl.Expr:
    """The value, null where `gone`."""
    return value if gone is None else pl.when(~gone).then(value)


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


def strict(form: Form, value: pl.Expr, operands: list[Lowered]) -> Lowered:
    """What has a value exactly where all operands have one; nulls and faults pass through."""
    return Lowered(
        form, value, any(operand.nullable for operand in operands), None,
        either(*(operand.fault for operand in operands)), shared_guards(operands),
    )
