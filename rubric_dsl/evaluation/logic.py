"""Conditions: read from the left, and stopped when decided, so that what is not reached does no harm."""

from __future__ import annotations

from rubric_dsl.evaluation.arithmetic import Cells, Step, Values, guarded, ordering, strict
from rubric_dsl.evaluation.values import ABSENT, Given, Nothing, Undefined, Value
from rubric_dsl.resolved import operations as op


def present_step(operation: op.Present) -> Step:
    operand = operation.operand

    def step(values: Values, cells: Cells) -> Value:
        value = values[operand]
        return value if isinstance(value, Undefined) else not isinstance(value, Nothing)

    return step


def member_step(node: op.Node, operation: op.Member) -> Step:
    names = frozenset(operation.values)

    def is_member(value: Given) -> bool:
        return ("yes" if value else "no") in names if isinstance(value, bool) else value in names

    return strict(node, (operation.operand,), is_member)


def not_step(node: op.Node, operation: op.Not) -> Step:
    return strict(node, (operation.operand,), lambda value: not value)


def all_step(operation: op.All) -> Step:
    """`and`: no at the first no; a fault or an absence met before that is the result."""
    operands = operation.operands

    def step(values: Values, cells: Cells) -> Value:
        for operand in operands:
            value = values[operand]
            if value is not True:
                return ABSENT if isinstance(value, Nothing) else value
        return True

    return step


def any_step(operation: op.Any) -> Step:
    """`or`: yes at the first yes; a fault or an absence met before that is the result."""
    operands = operation.operands

    def step(values: Values, cells: Cells) -> Value:
        for operand in operands:
            value = values[operand]
            if value is not False:
                return ABSENT if isinstance(value, Nothing) else value
        return False

    return step


def choose_step(operation: op.Choose) -> Step:
    condition, then, otherwise = operation.condition, operation.then, operation.otherwise

    def step(values: Values, cells: Cells) -> Value:
        decided = values[condition]
        if decided is True:
            return _read(values[then])
        if decided is False:
            return _read(values[otherwise])
        return _read(decided)

    return step


def only_step(operation: op.Only) -> Step:
    condition, operand = operation.condition, operation.operand

    def step(values: Values, cells: Cells) -> Value:
        decided = values[condition]
        if decided is True:
            return _read(values[operand])
        return decided if isinstance(decided, Undefined) else ABSENT

    return step


def within_step(node: op.Node, operation: op.Within) -> Step:
    operand, low, high = operation.operand, operation.low, operation.high

    def step(values: Values, cells: Cells) -> Value:
        value = values[operand]
        if isinstance(value, (Nothing, Undefined)):
            return _read(value)
        for end, outside in ((low, -1), (high, 1)):
            if end is None:
                continue
            bound = values[end]
            if isinstance(bound, (Nothing, Undefined)):
                return _read(bound)
            side = guarded(node, ordering, (value, bound))
            if isinstance(side, Undefined):
                return side
            if side == outside:
                return Undefined("outside its range", node, ((operand, value),))
        return value

    return step


def _read(value: Value) -> Value:
    """A value as an expression reads it: what is not applicable counts as absent."""
    return ABSENT if isinstance(value, Nothing) else value
