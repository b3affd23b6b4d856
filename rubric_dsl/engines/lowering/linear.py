"""Sums taken apart: what rows add up to is a constant a row and a multiple of each of a few counts.

Touchpoints give a fixed number of points where a condition holds, indicators add touchpoints, conditions of an
indicator hold for all of them. Taken apart, all of these are multiples of how many rows meet the same conditions, so
each condition is counted once, however many sums it is in.
"""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.engines.grouped import Linear
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr

MAX_TERMS = 256
"""Beyond so many parts a value is added up as it is."""
MAX_BRANCHES = 3
"""The same of a choice between constants, which is one small number of its own."""


class Decomposition:
    """Takes expressions apart. `present`: of columns that are given exactly where a condition holds, that condition."""

    def __init__(self, present: Mapping[str, Expr]) -> None:
        self.present = present
        self._implied: dict[Expr, frozenset[Expr]] = {}
        self._numbers: dict[Expr, Linear] = {}

    def count(self, value: Expr) -> Linear:
        """How often it is not null."""
        return self._answer(self.resolved(ex.is_given(value)))

    def sum(self, value: Expr, most: int) -> Linear:
        """What it adds up to where it is not null; a yes is 1. Taken apart only into parts of at most this size."""
        if value.kind == "yes/no":
            return self._answer(ex.holds(value))
        found = self._number(_or_zero(value))
        if all(part.most <= most for part in found.parts):
            return found
        return Linear(0, {ex.or_else(value, ex.literal(0)): 1})

    def flag(self, value: Expr) -> Expr:
        """A condition in its shortest form."""
        return self.resolved(ex.holds(value))

    # ------------------------------------------------------------ conditions

    def resolved(self, condition: Expr) -> Expr:
        """With the conditions of columns in place of whether they are given; a condition that another brings along is
        left out."""
        match condition.operation:
            case "is null":
                (operand,) = condition.operands
                if operand.operation == "column" and (where := self.present.get(str(operand.value))) is not None:
                    return ~where
                return condition
            case "not":
                return ~self.resolved(condition.operands[0])
            case "and":
                return self._together([self.resolved(part) for part in condition.operands])
            case "or":
                return ex.some(*(self.resolved(part) for part in condition.operands))
            case "when":
                asked, then, otherwise = condition.operands
                return ex.when(self.resolved(ex.holds(asked)), self.resolved(then), self.resolved(otherwise))
            case _:
                return condition

    def _together(self, parts: list[Expr]) -> Expr:
        brought: set[Expr] = set()
        for part in parts:
            brought |= self.implied(part)
        if any(~part in brought for part in parts):
            return ex.NO
        return ex.every(*(part for part in parts if part not in brought))

    def implied(self, part: Expr) -> frozenset[Expr]:
        """Conditions that hold wherever this one holds or this number is not 0, beside itself."""
        found = self._implied.get(part)
        if found is None:
            columns = demanded_columns(part) or frozenset()
            there = (self.present.get(str(column.value), ex.is_given(column)) for column in columns)
            found = self._implied[part] = frozenset(one for one in there if one is not part)
        return found

    # ------------------------------------------------------------ sums

    def _answer(self, condition: Expr) -> Linear:
        condition = self.resolved(condition)
        if condition.is_literal:
            return Linear(int(condition is ex.YES), {})
        if condition.operation == "not" and not condition.nullable:
            return Linear(1, {condition.operands[0]: -1})
        return Linear(0, {condition: 1})

    def _number(self, value: Expr) -> Linear:
        """Of a number that is never null."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = self._taken_apart(value)
        return found

    def _taken_apart(self, value: Expr) -> Linear:
        match value.operation:
            case "literal":
                return Linear(value.low, {})
            case "+":
                return _added([self._number(term) for term in value.operands])
            case "*" if value.operands[1].is_literal:
                return _scaled(self._number(value.operands[0]), value.operands[1].low)
            case "when":
                return self._chosen(value)
            case _:
                return Linear(0, {value: 1})

    def _chosen(self, value: Expr) -> Linear:
        condition, then, otherwise = value.operands
        condition = self.resolved(ex.holds(condition))
        if condition.is_literal:
            return self._number(then if condition is ex.YES else otherwise)
        first, second = self._number(then), self._number(otherwise)
        if len(first.parts) + len(second.parts) > (MAX_BRANCHES if _is_lookup(value) else MAX_TERMS):
            return Linear(0, {value: 1})
        return _added([self._where(condition, first), self._where(~condition, second)])

    def _where(self, condition: Expr, linear: Linear) -> Linear:
        """The same where the condition holds, and 0 elsewhere."""
        found = [_scaled(self._answer(condition), linear.constant)]
        condition = self.resolved(condition)
        for part, factor in linear.parts.items():
            if part.kind == "yes/no":
                found.append(_scaled(self._answer(condition & part), factor))
                continue
            implied = self.implied(part)
            if ~condition in implied:
                continue
            held = part if condition in implied else ex.when(condition, part, ex.literal(0))
            found.append(Linear(held.low, {}) if held.is_literal else Linear(0, {held: factor}))
        return _added(found)


def _added(linears: list[Linear]) -> Linear:
    constant = 0
    parts: dict[Expr, int] = {}
    for linear in linears:
        constant += linear.constant
        for part, factor in linear.parts.items():
            parts[part] = parts.get(part, 0) + factor
    return Linear(constant, {part: factor for part, factor in parts.items() if factor})


def _scaled(linear: Linear, by: int) -> Linear:
    return Linear(linear.constant * by, {part: factor * by for part, factor in linear.parts.items()} if by else {})


def _or_zero(value: Expr) -> Expr:
    """0 where it is null, put in where the numbers come from."""
    if not value.nullable:
        return value
    match value.operation:
        case "*" if value.operands[1].is_literal:
            return ex.times(_or_zero(value.operands[0]), value.operands[1])
        case "when":
            condition, then, otherwise = value.operands
            return ex.when(condition, _or_zero(then), _or_zero(otherwise))
        case "+":
            whole = ex.plus(*(_or_zero(term) for term in value.operands))
            return ex.when(ex.is_given(value), whole, ex.literal(0))
        case _:
            return ex.or_else(value, ex.literal(0))


def _is_lookup(value: Expr) -> bool:
    """Whether only constants can come out."""
    while value.operation == "when":
        _, then, value = value.operands
        if not then.is_literal and not (then.operation == "when" and _is_lookup(then)):
            return False
    return value.is_literal


def demanded_columns(part: Expr) -> frozenset[Expr] | None:
    """The columns that must be given for a condition to hold or for a number not to be 0; None: it never is.

    Columns that are never null are not among them.
    """
    match part.operation:
        case "literal":
            return None if part.value in (None, False) or part.value == 0 else frozenset()
        case "when":
            condition, then, otherwise = part.operands
            if part.kind != "number":
                return frozenset()
            return _either(_with(condition, demanded_columns(then)), demanded_columns(otherwise))
        case "and":
            found: frozenset[Expr] = frozenset()
            for operand in part.operands:
                demanded = demanded_columns(operand)
                if demanded is None:
                    return None
                found |= demanded
            return found
        case "or":
            of_any: frozenset[Expr] | None = None
            for operand in part.operands:
                of_any = _either(of_any, demanded_columns(operand))
            return of_any
        case "not" if part.nullable or part.operands[0].operation == "is null":
            return _read_strictly(part.operands[0])
        case "or else" if part.operands[1] is ex.NO or part.operands[1] is ex.literal(0):
            return _read_strictly(part.operands[0])
        case _:
            return _read_strictly(part) if part.nullable else frozenset()


def _either(a: frozenset[Expr] | None, b: frozenset[Expr] | None) -> frozenset[Expr] | None:
    return b if a is None else a if b is None else a & b


def _with(condition: Expr, demanded: frozenset[Expr] | None) -> frozenset[Expr] | None:
    own = demanded_columns(condition)
    return None if own is None or demanded is None else own | demanded


def _read_strictly(value: Expr) -> frozenset[Expr]:
    """Columns that are null only where the value is null too."""
    match value.operation:
        case "column":
            return frozenset({value}) if value.nullable else frozenset()
        case "is null":  # read as its opposite, by `_demanded`
            return _read_strictly(value.operands[0])
        case "not" | "+" | "*" | "//" | "%" | "<=" | "<" | "=":
            return frozenset().union(*(_read_strictly(operand) for operand in value.operands))
        case _:
            return frozenset()
