"""Expressions of `lowering` as a syntax tree of SQL: comparisons, CASE, addition and multiplication of integers.

Every number is computed in a type with room for it, so that no database overflows, and none is asked to turn anything
but an integer into an integer. Division, whose sign differs between databases, is done where nothing is negative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.layers import layered, room
from rubric_dsl.engines.sql.dialects import LONG, Dialect, Type, integer_type
from rubric_dsl.text.record import dataclass

Sql = exp.Expr
Source = exp.Table | exp.Subquery


@dataclass(frozen=True, slots=True)
class Read:
    """How a column of an expression stands in the source."""

    name: str
    type: Type


def named(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def aliased(value: Sql, name: str) -> Sql:
    return exp.alias_(value, name, quoted=True, copy=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A source with layers of new columns, and what was asked for, reading it."""

    source: Source
    asked: tuple[Sql, ...]


def written(asked: Sequence[Expr], source: Source, columns: Mapping[str, Read], dialect: Dialect) -> Written:
    """`columns`: of the expressions, by name. New columns of the source are named by their layer and place."""
    return _Writing(asked, source, columns, dialect).written()


def nested(source: Source, columns: Sequence[Sql], dialect: Dialect) -> exp.Subquery:
    """The source with more columns."""
    query = exp.select(exp.Star(), *columns, copy=False).from_(source, copy=False)
    if dialect.fenced:
        query = query.offset(0, copy=False)
    return query.subquery("t", copy=False)


def divides(one: Expr, dialect: Dialect) -> bool:
    """Whether the database divides such numbers exactly."""
    operand, by = one.operands
    return one.operation == "%" or (max(operand.high, 0) - min(operand.low, 0)) // by.low + 2 < dialect.quotients


class _Writing:
    def __init__(
        self, asked: Sequence[Expr], source: Source, columns: Mapping[str, Read], dialect: Dialect
    ) -> None:
        self.asked = asked
        self.source = source
        self.columns = columns
        self.dialect = dialect
        self.layers: list[list[Sql]] = []
        self.found: dict[Expr, Sql] = {}
        self.type_of: dict[Expr, Type] = {}
        self.stored: set[Expr] = set()
        self.used: set[Expr] = set()

    def written(self) -> Written:
        layers = layered(self.asked)
        for one in layers.order:
            self.type_of[one] = self._type(one)
            self.found[one] = self._expression(one)
            if one in layers.stored:
                self._store(one, layers.stored[one])
        source = self.source
        for layer in self.layers:
            source = nested(source, layer, self.dialect)
        return Written(source, tuple(map(self._own, self.asked)))

    def _store(self, one: Expr, layer: int) -> None:
        while len(self.layers) <= layer:
            self.layers.append([])
        name = f"e{layer}_{len(self.layers[layer])}"
        self.layers[layer].append(aliased(self._own(one), name))
        self.found[one] = named(name)
        self.used.discard(one)
        self.stored.add(one)

    def _type(self, one: Expr) -> Type:
        if one.operation == "column":
            return self.columns[str(one.value)].type
        return integer_type(*room(one)) if one.kind == "number" else one.kind

    # ------------------------------------------------------------ one operation

    def _expression(self, one: Expr) -> Sql:
        match one.operation:
            case "column":
                return named(self.columns[str(one.value)].name)
            case "literal":
                return self._literal(one, self.type_of[one])
            case "and":
                return self._balanced(_and, one)
            case "or":
                return self._balanced(_or, one)
            case "not":
                return exp.Not(this=self._part(one.operands[0]))
            case "is null":
                return exp.Is(this=self._part(one.operands[0]), expression=exp.null())
            case "when":
                condition, then, otherwise = one.operands
                return self._case(condition, self._as(then, one), self._as(otherwise, one))
            case "or else":
                first, second = (self._as(part, one) for part in one.operands)
                return exp.Coalesce(this=first, expressions=[second])
            case "<=" | "<" | "=":
                kind = {"<=": exp.LTE, "<": exp.LT, "=": exp.EQ}[one.operation]
                left, right = one.operands
                return kind(this=self._part(left), expression=self._part(right))
            case "+":
                return self._balanced(_plus, one, self.type_of[one])
            case "*":
                return exp.Mul(this=self._as(one.operands[0], one), expression=self._as(one.operands[1], one))
            case _:
                return self._divided(one)

    def _case(self, condition: Expr, then: Sql, otherwise: Sql) -> Sql:
        return exp.Case(
            ifs=[exp.If(this=self._own(condition), true=then)], default=otherwise,
        )

    def _divided(self, one: Expr) -> Sql:
        """By a positive whole number, moved up by a multiple of it first, so that nothing is below 0."""
        operand, by = one.operands
        up = -(min(operand.low, 0) // by.low)
        kind = integer_type(0, max(operand.high, 0) - min(operand.low, 0) + by.low)
        moved = self._in(operand, kind)
        if up:
            moved = exp.paren(exp.Add(this=moved, expression=self._number(up * by.low, kind)), copy=False)
        if one.operation == "%":
            return self._cast(exp.Mod(this=moved, expression=self._number(by.low, kind)), self.type_of[one])
        quotient = self._cast(exp.IntDiv(this=moved, expression=self._number(by.low, kind)), self.type_of[one])
        return exp.Add(this=quotient, expression=self._number(-up, self.type_of[one])) if up else quotient

    # ------------------------------------------------------------ operands

    def _own(self, one: Expr) -> Sql:
        """What it became, as a tree that nothing else is part of."""
        found = self.found[one]
        if one in self.used:
            return found.copy()
        self.used.add(one)
        return found

    def _part(self, one: Expr) -> Sql:
        """As an operand: in brackets unless it is a name, a literal or a call."""
        found = self._own(one)
        return found if isinstance(found, _CLOSED) else exp.paren(found, copy=False)

    def _as(self, part: Expr, whole: Expr) -> Sql:
        return self._in(part, self.type_of[whole])

    def _in(self, part: Expr, type: Type) -> Sql:
        """An operand in a type."""
        if part.is_literal:
            return self._literal(part, type)
        if self.type_of[part] == type:
            return self._part(part)
        if part.operation == "when" and part not in self.stored and all(one.is_literal for one in part.operands[1:]):
            condition, then, otherwise = part.operands
            return self._case(condition, self._literal(then, type), self._literal(otherwise, type))
        return self._cast(self._own(part), type)

    def _cast(self, value: Sql, type: Type) -> Sql:
        return exp.Cast(this=value, to=self.dialect.type(type))

    def _literal(self, one: Expr, type: Type) -> Sql:
        if one.value is None:
            return self._cast(exp.null(), type)
        if isinstance(one.value, bool):
            return exp.true() if one.value else exp.false()
        if isinstance(one.value, int):
            return self._number(one.value, type)
        return exp.Literal.string(one.value)

    def _number(self, value: int, type: Type) -> Sql:
        """In a type of its own, whatever a database takes the digits for."""
        digits = exp.Literal.number(str(abs(value)))
        signed = exp.paren(exp.Neg(this=digits), copy=False) if value < 0 else digits
        return signed if type == "int" else self._cast(signed, type)

    def _balanced(self, join: Callable[[Sql, Sql], Sql], one: Expr, type: Type | None = None) -> Sql:
        """Joined in halves: a long row of operands does not nest deeply."""
        parts = [self._part(part) if type is None else self._in(part, type) for part in one.operands]
        while len(parts) > 2:
            parts = [
                exp.paren(join(*parts[place:place + 2]), copy=False) if place + 1 < len(parts) else parts[place]
                for place in range(0, len(parts), 2)
            ]
        return join(*parts)


_CLOSED = (exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Cast, exp.Coalesce, exp.Case)


def _and(a: Sql, b: Sql) -> Sql:
    return exp.And(this=a, expression=b)


def _or(a: Sql, b: Sql) -> Sql:
    return exp.Or(this=a, expression=b)


def _plus(a: Sql, b: Sql) -> Sql:
    return exp.Add(this=a, expression=b)


def summed_in(part: Expr, size: int) -> Type:
    """The type that a sum over so many rows is made in."""
    return "wide" if part.kind == "number" and part.most * max(size, 1) >= LONG else "long"
