"""Expressions of `lowering` in Polars: each number in the narrowest type that has room for it.

Polars wraps integers silently where they overflow, so every operation is done in a type with room for its operands and
its result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import polars as pl

from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.layers import layered, room
from rubric_dsl.text.record import dataclass

_TYPES: tuple[tuple[int, type[pl.DataType]], ...] = (
    (2**7, pl.Int8), (2**15, pl.Int16), (2**31, pl.Int32), (2**63, pl.Int64), (2**127, pl.Int128)
)
RANGES: Mapping[type[pl.DataType], tuple[int, int]] = {
    **{kind: (-end, end - 1) for end, kind in _TYPES},
    **{kind: (0, 2**bits - 1) for kind, bits in (
        (pl.UInt8, 8), (pl.UInt16, 16), (pl.UInt32, 32), (pl.UInt64, 64))},
}


def integer_type(low: int, high: int) -> type[pl.DataType]:
    """The narrowest signed type with room for both ends."""
    return next(kind for end, kind in _TYPES if -end <= low and high < end)


@dataclass(frozen=True, slots=True)
class Written:
    """Layers of new columns, each reading those before it, and what was asked for, reading all of them."""

    layers: tuple[tuple[pl.Expr, ...], ...]
    asked: tuple[pl.Expr, ...]

    def over(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        for layer in self.layers:
            frame = frame.with_columns(layer)
        return frame


def written(
    asked: Sequence[Expr], types: Mapping[str, pl.DataType], prefix: str = "e", strict: bool = True
) -> Written:
    """`types`: of the columns that are read. New columns are named with `prefix`.

    Not `strict`: a number beyond the ends that it was given becomes null or another one, instead of stopping the query.
    """
    return _Writing(asked, types, prefix, strict).written()


class _Writing:
    def __init__(self, asked: Sequence[Expr], types: Mapping[str, pl.DataType], prefix: str, strict: bool) -> None:
        self.strict = strict
        self.asked = asked
        self.types = types
        self.prefix = prefix
        self.layers: list[list[pl.Expr]] = []
        self.found: dict[Expr, pl.Expr] = {}
        self.stored: set[Expr] = set()
        self.type_of: dict[Expr, type[pl.DataType]] = {}

    def written(self) -> Written:
        layers = layered(self.asked)
        for one in layers.order:
            if one.kind == "number":
                self.type_of[one] = self._type(one)
            self.found[one] = self._expression(one)
            if one in layers.stored:
                self._store(one, layers.stored[one])
        return Written(tuple(map(tuple, self.layers)), tuple(self.found[one] for one in self.asked))

    def _store(self, one: Expr, layer: int) -> None:
        while len(self.layers) <= layer:
            self.layers.append([])
        name = f"{self.prefix}{layer}.{len(self.layers[layer])}"
        self.layers[layer].append(self.found[one].alias(name))
        self.found[one] = pl.col(name)
        self.stored.add(one)

    def _type(self, one: Expr) -> type[pl.DataType]:
        if one.operation == "column":
            return self.types[str(one.value)].base_type()
        return integer_type(*room(one))

    # ------------------------------------------------------------ one operation

    def _expression(self, one: Expr) -> pl.Expr:
        match one.operation:
            case "column":
                return pl.col(str(one.value))
            case "literal":
                return self._literal(one, self.type_of.get(one))
            case "and":
                return _balanced(lambda a, b: a & b, [self.found[part] for part in one.operands])
            case "or":
                return _balanced(lambda a, b: a | b, [self.found[part] for part in one.operands])
            case "not":
                return self._negated(one.operands[0])
            case "is null":
                return self.found[one.operands[0]].is_null()
            case "when":
                condition, then, otherwise = one.operands
                return pl.when(self.found[condition]).then(self._as(then, one)).otherwise(self._as(otherwise, one))
            case "or else":
                return self._as(one.operands[0], one).fill_null(self._as(one.operands[1], one))
            case "<=" | "<" | "=":
                return self._compared(one)
            case _:
                return self._calculated(one)

    def _literal(self, one: Expr, type: type[pl.DataType] | None) -> pl.Expr:
        if type is None:
            type = pl.Boolean if one.kind == "yes/no" else pl.String
        return pl.lit(one.value, dtype=type)

    def _as(self, part: Expr, whole: Expr) -> pl.Expr:
        """An operand in the type of the result."""
        return self._in(part, self.type_of[whole]) if whole.kind == "number" else self.found[part]

    def _in(self, part: Expr, type: type[pl.DataType]) -> pl.Expr:
        if part.is_literal:
            return self._literal(part, type)
        if part.operation == "when" and part not in self.stored and all(one.is_literal for one in part.operands[1:]):
            condition, then, otherwise = part.operands
            return pl.when(self.found[condition]).then(self._literal(then, type)).otherwise(
                self._literal(otherwise, type))
        return self.found[part] if self.type_of[part] == type else self.found[part].cast(type, strict=self.strict)

    def _calculated(self, one: Expr) -> pl.Expr:
        parts = [self._as(part, one) for part in one.operands]
        match one.operation:
            case "+":
                return _balanced(lambda a, b: a + b, parts)
            case "*":
                return parts[0] * parts[1]
            case "//":
                return parts[0] // parts[1]
            case _:
                return parts[0] % parts[1]

    def _compared(self, one: Expr) -> pl.Expr:
        left, right = one.operands
        if left.kind == "number":
            type = self._common(left, right)
            a, b = self._in(left, type), self._in(right, type)
        else:
            a, b = self.found[left], self.found[right]
        return a <= b if one.operation == "<=" else a < b if one.operation == "<" else a == b

    def _negated(self, one: Expr) -> pl.Expr:
        if one.operation == "<=" and one not in self.stored:
            left, right = one.operands
            type = self._common(left, right)
            return self._in(left, type) > self._in(right, type)
        return ~self.found[one]

    def _common(self, left: Expr, right: Expr) -> type[pl.DataType]:
        """A type for both sides: that of a column where the other side is a literal within it."""
        for one, other in ((left, right), (right, left)):
            type = self.type_of[one]
            low, high = RANGES[type]
            if other.is_literal and low <= other.low and other.high <= high:
                return type
        if self.type_of[left] == self.type_of[right]:
            return self.type_of[left]
        ends = [RANGES[self.type_of[one]] for one in (left, right)]
        return integer_type(min(low for low, _ in ends), max(high for _, high in ends))


def _balanced(join: Callable[[pl.Expr, pl.Expr], pl.Expr], parts: Sequence[pl.Expr]) -> pl.Expr:
    """Joined in pairs of pairs: a long row of operands does not nest deeply."""
    found = list(parts)
    while len(found) > 8:
        found = [reduce(join, found[place:place + 2]) for place in range(0, len(found), 2)]
    return reduce(join, found)
