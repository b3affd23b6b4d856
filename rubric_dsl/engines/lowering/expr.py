"""Expressions over the columns of a table: what engines for many rows have in common, before any of them writes it.

A value is a whole number with ends it cannot pass, yes or no, or a text; each may be null. Comparisons and logic have
three values, as in SQL: null is unknown, `no and unknown` is no. An expression is made by the functions below, which
leave out what can be told at once; equal expressions are one object, so that what is shared is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from weakref import WeakValueDictionary

Kind = Literal["number", "yes/no", "text"]
Constant = int | bool | str | None
Operation = Literal[
    "column", "literal", "+", "*", "//", "%", "<=", "<", "=", "and", "or", "not", "when", "is null", "or else",
]


class Expr:
    """One expression. Numbers lie from `low` to `high`; `nullable` is False only where null is proved impossible."""

    __slots__ = ("__weakref__", "depth", "high", "kind", "low", "nullable", "operands", "operation", "value")

    operation: Operation
    operands: tuple[Expr, ...]
    kind: Kind
    value: Constant
    """Of a literal its value, of a column its name."""
    low: int
    high: int
    nullable: bool
    depth: int
    """Of operations in operations."""

    # Expressions are equal only when they are one object: `==` and `hash` stay those of objects.

    def __and__(self, other: Expr) -> Expr:
        return every(self, other)

    def __or__(self, other: Expr) -> Expr:
        return some(self, other)

    def __invert__(self) -> Expr:
        return negation(self)

    @property
    def most(self) -> int:
        """The greatest size of the number."""
        return max(abs(self.low), abs(self.high))

    @property
    def is_literal(self) -> bool:
        return self.operation == "literal"

    def __repr__(self) -> str:
        if self.operation in ("literal", "column"):
            return str(self.value)
        return f"({self.operation} {' '.join(map(repr, self.operands))})"


_made: WeakValueDictionary[tuple[object, ...], Expr] = WeakValueDictionary()


def _expr(
    operation: Operation, operands: tuple[Expr, ...], kind: Kind, nullable: bool, low: int = 0, high: int = 0,
    value: Constant = None,
) -> Expr:
    # `type(value)`: True and 1 are one key otherwise. Operands by identity: they live as long as what is made of them.
    key = (operation, *map(id, operands), kind, nullable, low, high, type(value), value)
    found = _made.get(key)
    if found is None:
        found = Expr()
        found.operation, found.operands, found.kind, found.value = operation, operands, kind, value
        found.low, found.high, found.nullable = low, high, nullable
        found.depth = 1 + max((operand.depth for operand in operands), default=0)
        _made[key] = found
    return found


# ---------------------------------------------------------------- leaves


def column(name: str, kind: Kind, nullable: bool, low: int = 0, high: int = 0) -> Expr:
    """A column of the table; of numbers the ends say what its type must have room for."""
    return _expr("column", (), kind, nullable, low, high, name)


def literal(value: bool | int | str) -> Expr:
    if isinstance(value, bool):
        return _expr("literal", (), "yes/no", False, value=value)
    if isinstance(value, int):
        return _expr("literal", (), "number", False, value, value, value)
    return _expr("literal", (), "text", False, value=value)


def null(kind: Kind) -> Expr:
    return _expr("literal", (), kind, True)


YES, NO = literal(True), literal(False)
_NOTHING = null("number")


# ---------------------------------------------------------------- numbers


def plus(*terms: Expr) -> Expr:
    """A sum; null where a term is."""
    flat: list[Expr] = []
    constant = 0
    for term in terms:
        for part in term.operands if term.operation == "+" and _ends_as_made(term) else (term,):
            if part is _NOTHING:
                return _NOTHING
            if part.is_literal:
                constant += part.low
            else:
                flat.append(part)
    if constant or not flat:
        flat.append(literal(constant))
    if len(flat) == 1:
        return flat[0]
    low, high = sum(term.low for term in flat), sum(term.high for term in flat)
    return _expr("+", tuple(flat), "number", any(term.nullable for term in flat), low, high)


def times(a: Expr, b: Expr) -> Expr:
    """A product; a literal stands second."""
    if a is _NOTHING or b is _NOTHING:
        return _NOTHING
    if a.is_literal:
        a, b = b, a
    if a.is_literal:
        return literal(a.low * b.low)
    if b is literal(1):
        return a
    if b is literal(0) and not a.nullable:
        return b
    if b.is_literal and a.operation == "*" and a.operands[1].is_literal and _ends_as_made(a):
        return times(a.operands[0], literal(a.operands[1].low * b.low))
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return _expr("*", (a, b), "number", a.nullable or b.nullable, min(ends), max(ends))


def _ends_as_made(a: Expr) -> bool:
    """Not held to narrower ends: what it is made of may be used in its place."""
    if a.operation == "+":
        return (a.low, a.high) == (sum(term.low for term in a.operands), sum(term.high for term in a.operands))
    ends = [x * y for x in (a.operands[0].low, a.operands[0].high) for y in (a.operands[1].low, a.operands[1].high)]
    return (a.low, a.high) == (min(ends), max(ends))


def held(a: Expr, low: int, high: int) -> Expr:
    """The same number, known to lie between these ends."""
    low, high = max(a.low, low), min(a.high, high)
    if (low, high) == (a.low, a.high) or a.is_literal or low > high:
        return a
    return _expr(a.operation, a.operands, a.kind, a.nullable, low, high, a.value)


def minus(a: Expr) -> Expr:
    return times(a, literal(-1))


def floor_divided(a: Expr, by: int) -> Expr:
    """Towards lower numbers; `by` is positive."""
    return a if by == 1 else _expr("//", (a, literal(by)), "number", a.nullable, a.low // by, a.high // by)


def remainder(a: Expr, by: int) -> Expr:
    """What `floor_divided` leaves, from 0; `by` is positive."""
    return _expr("%", (a, literal(by)), "number", a.nullable, 0, by - 1)


def clipped(a: Expr, low: int, high: int) -> Expr:
    """The nearest number from `low` to `high`."""
    held = when(at_most(a, literal(low - 1)), literal(low), a) if a.low < low else a
    return when(~at_most(a, literal(high)), literal(high), held) if a.high > high else held


def extreme(name: Literal["min", "max"], given: Sequence[Expr]) -> Expr:
    """The lowest or highest of those that are not null; null where all are."""
    found = given[0]
    for one in given[1:]:
        first = at_most(found, one) if name == "min" else at_most(one, found)
        found = when(is_null(found), one, when(is_null(one), found, when(first, found, one)))
    return found


def translated(a: Expr, places: Sequence[int]) -> Expr:
    """places[a], found by halving."""

    def between(low: int, high: int) -> Expr:
        if low == high:
            return literal(places[low])
        middle = (low + high) // 2
        return when(at_most(a, literal(middle)), between(low, middle), between(middle + 1, high))

    found = between(0, len(places) - 1)
    return when(is_null(a), null("number"), found) if a.nullable else found


def number_of(a: Expr) -> Expr:
    """1 for yes, 0 for no."""
    number = when(a, literal(1), literal(0))
    return when(is_null(a), null("number"), number) if a.nullable else number


# ---------------------------------------------------------------- comparisons


def at_most(a: Expr, b: Expr) -> Expr:
    """a ≤ b."""
    if not a.nullable and not b.nullable and (a.high <= b.low or a.low > b.high):
        return literal(a.high <= b.low)
    return _expr("<=", (a, b), "yes/no", a.nullable or b.nullable)


def below(a: Expr, b: Expr) -> Expr:
    """a < b."""
    if b.is_literal and b.value is not None:
        return at_most(a, literal(b.low - 1))
    if a.is_literal and a.value is not None:
        return ~at_most(b, a)
    return _expr("<", (a, b), "yes/no", a.nullable or b.nullable)


def equal(a: Expr, b: Expr) -> Expr:
    if a.is_literal:
        a, b = b, a
    return _expr("=", (a, b), "yes/no", a.nullable or b.nullable)


# ---------------------------------------------------------------- logic


def every(*operands: Expr) -> Expr:
    """`and` of three values."""
    return _joined("and", operands, neutral=YES, decides=NO)


def some(*operands: Expr) -> Expr:
    """`or` of three values."""
    return _joined("or", operands, neutral=NO, decides=YES)


def _joined(word: Literal["and", "or"], operands: Sequence[Expr], neutral: Expr, decides: Expr) -> Expr:
    flat: dict[Expr, None] = {}
    for operand in operands:
        flat |= dict.fromkeys(operand.operands if operand.operation == word else (operand,))
    flat.pop(neutral, None)
    if decides in flat or any(~part in flat for part in flat if not part.nullable and part.operation == "not"):
        return decides
    if len(flat) < 2:
        return next(iter(flat), neutral)
    return _expr(word, tuple(flat), "yes/no", any(part.nullable for part in flat))


def negation(a: Expr) -> Expr:
    if a.operation == "not":
        return a.operands[0]
    if a is YES or a is NO:
        return NO if a is YES else YES
    return _expr("not", (a,), "yes/no", a.nullable)


def is_null(a: Expr) -> Expr:
    if not a.nullable:
        return NO
    if a.is_literal:
        return YES
    if a.operation in ("not", "+", "*", "//", "%", "<=", "<", "="):
        return some(*(is_null(operand) for operand in a.operands))
    if a.operation == "when":
        condition, then, otherwise = a.operands
        return when(condition, is_null(then), is_null(otherwise))
    return _expr("is null", (a,), "yes/no", False)


def is_given(a: Expr) -> Expr:
    return ~is_null(a)


def or_else(a: Expr, b: Expr) -> Expr:
    """a, or b where a is null."""
    if not a.nullable:
        return a
    if a.is_literal:
        return b
    low, high = min(a.low, b.low), max(a.high, b.high)
    return _expr("or else", (a, b), a.kind, b.nullable, low, high)


def holds(a: Expr) -> Expr:
    """Whether it is yes; never null."""
    if not a.nullable:
        return a
    if a.is_literal:
        return NO
    if a.operation in ("and", "or"):
        # Neither needs to know of unknown what no would not tell.
        parts = [holds(part) for part in a.operands]
        return every(*parts) if a.operation == "and" else some(*parts)
    if a.operation == "when":
        condition, then, otherwise = a.operands
        if otherwise is condition:
            return every(holds(condition), holds(then))
        return when(condition, holds(then), holds(otherwise))
    return or_else(a, NO)


def loosely(condition: Expr) -> Expr:
    """What is yes where the condition is, and may be null where it is no: enough for `when` and to count."""
    if condition.operation == "or else" and condition.operands[1] is NO:
        return condition.operands[0]
    if condition.operation in ("and", "or"):
        parts = [loosely(part) for part in condition.operands]
        return every(*parts) if condition.operation == "and" else some(*parts)
    return condition


def when(condition: Expr, then: Expr, otherwise: Expr) -> Expr:
    """`then` where the condition is yes, `otherwise` where it is no or null."""
    if condition.is_literal:
        return then if condition is YES else otherwise
    if then is otherwise:
        return then
    if condition.operation == "not" and not condition.nullable:
        return when(condition.operands[0], otherwise, then)
    if then.kind == "yes/no" and not condition.nullable:
        if then is YES:
            return some(condition, otherwise)
        if then is NO:
            return every(~condition, otherwise)
        if otherwise is NO:
            return every(condition, then)
        if otherwise is YES:
            return some(~condition, then)
    condition = loosely(condition)
    ends = [part for part in (then, otherwise) if not (part.is_literal and part.value is None)]
    low, high = min((part.low for part in ends), default=0), max((part.high for part in ends), default=0)
    return _expr("when", (condition, then, otherwise), then.kind, then.nullable or otherwise.nullable, low, high)


# ---------------------------------------------------------------- reading


def in_order(asked: Sequence[Expr]) -> list[Expr]:
    """All expressions that these are made of, operands first."""
    order: dict[Expr, None] = {}
    waiting = [(one, False) for one in reversed(asked)]
    while waiting:
        one, ready = waiting.pop()
        if one in order:
            continue
        if ready:
            order[one] = None
        else:
            waiting.append((one, True))
            waiting.extend((operand, False) for operand in reversed(one.operands))
    return list(order)


def columns_of(*expressions: Expr) -> tuple[str, ...]:
    """The names of the columns that are read, in order."""
    found: dict[str, None] = {}
    seen: set[Expr] = set()
    waiting = list(reversed(expressions))
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one.operation == "column":
            found[str(one.value)] = None
        waiting.extend(reversed(one.operands))
    return tuple(found)
