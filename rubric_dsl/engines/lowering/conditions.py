"""Comparisons and logic in columns: read from the left, and stopped when decided, as `evaluation.logic` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.arithmetic import affine
from rubric_dsl.engines.lowering.choosing import in_members, pick
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import (
    LIMIT,
    Lowered,
    Name,
    Number,
    Text,
    YesNo,
    both,
    either,
    kind_of,
    read,
    scaled,
    shared_guards,
    strict,
    without,
    yes,
)
from rubric_dsl.evaluation.values import Given
from rubric_dsl.resolved import operations as op

Implied = Callable[[int], frozenset[int]]
"""What else is yes where this condition is yes, itself included."""

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


def compared(relation: str, left: Lowered, right: Lowered) -> Lowered | None:
    if left.void or right.void:
        return None
    if right.constant is not None:
        return to_constant(relation, left, right.constant)
    if left.constant is not None:
        return to_constant(_FLIPPED[relation], right, left.constant)
    sides = _comparable(left, right)
    return None if sides is None else strict(YesNo(), _related(relation, *sides), [read(left), read(right)])


def _comparable(left: Lowered, right: Lowered) -> tuple[Expr, Expr] | None:
    a, b = left.form, right.form
    if isinstance(a, Number) and isinstance(b, Number):
        denominator = lcm(a.denominator, b.denominator)
        if denominator >= LIMIT:
            return None
        first, second = scaled(left, denominator), scaled(right, denominator)
        return None if first is None or second is None else (first, second)
    if isinstance(a, Name) and isinstance(b, Name):
        members = tuple(dict.fromkeys((*a.members, *b.members)))
        return in_members(left, members), in_members(right, members)
    if type(a) is type(b) and isinstance(a, (Text, YesNo)):
        return left.value, right.value
    return None


def _related(relation: str, a: Expr, b: Expr) -> Expr:
    match relation:
        case "=":
            return ex.equal(a, b)
        case "<>":
            return ~ex.equal(a, b)
        case "<":
            return ex.below(a, b)
        case "<=":
            return ex.at_most(a, b)
        case ">":
            return ex.below(b, a)
        case _:
            return ex.at_most(b, a)


def to_constant(relation: str, left: Lowered, end: Given) -> Lowered | None:
    """Against a value that is the same in all rows; null where there is nothing to compare."""
    form = left.form
    match form:
        case Number():
            if isinstance(end, (bool, str)) or not isinstance(end, (Fraction, int)):
                return None
            found = _beside(relation, left.value, form, Fraction(end))
        case Name():
            if not isinstance(end, str):
                return None
            place = form.members.index(end) if end in form.members else None
            found = relation == "<>" if place is None else _related(
                relation, left.value, ex.literal(place))
        case Text():
            found = _related(relation, left.value, ex.literal(str(end)))
        case YesNo():
            found = left.value if (end is True) == (relation == "=") else ~left.value
        case _:
            return None
    value = _known(left, found) if isinstance(found, bool) else found
    return strict(YesNo(), value, [read(left)])


def _known(left: Lowered, answer: bool) -> Expr:
    known = ex.literal(answer)
    return ex.when(ex.is_null(left.value), ex.null("yes/no"), known) if left.nullable else known


def _beside(relation: str, value: Expr, form: Number, end: Fraction) -> Expr | bool:
    """The integers against an end of any size: told by whole numbers, and without them where all lie on one side."""
    place = end * form.denominator
    below, whole = place.numerator // place.denominator, place.denominator == 1
    if relation in ("=", "<>"):
        if not whole or not form.low <= below <= form.high:
            return relation == "<>"
        return _related(relation, value, ex.literal(below))
    # v < end, v <= end … as v <= some whole number, or its opposite
    least = below - 1 if whole and relation in ("<", ">=") else below
    if relation in ("<", "<="):
        if least >= form.high or least < form.low:
            return least >= form.high
        return ex.at_most(value, ex.literal(least))
    if least >= form.high or least < form.low:
        return least < form.low
    return ~ex.at_most(value, ex.literal(least))


def member(left: Lowered, names: Sequence[str]) -> Lowered | None:
    form = left.form
    if left.void:
        return None
    if isinstance(form, YesNo):
        if {"yes", "no"} <= set(names):
            return strict(YesNo(), _known(left, True), [read(left)])
        value = left.value if "yes" in names else ~left.value if "no" in names else _known(left, False)
        return strict(YesNo(), value, [read(left)])
    if isinstance(form, Name):
        places = [place for place, name in enumerate(form.members) if name in names]
        if len(places) in (0, len(form.members)):
            return strict(YesNo(), _known(left, bool(places)), [read(left)])
        literals = [ex.literal(place) for place in places]
    elif isinstance(form, Text):
        literals = [ex.literal(name) for name in dict.fromkeys(names)]
    else:
        return None
    found = either(*(ex.equal(left.value, literal) for literal in literals))
    return strict(YesNo(), _known(left, False) if found is None else found, [read(left)])


def present(operand: Lowered) -> Lowered:
    if not operand.nullable:
        return Lowered(YesNo(), ex.YES)
    value = without(ex.is_given(operand.value), operand.fault)
    return Lowered(YesNo(), value, operand.fault is not None, None, operand.fault)


def negated(operand: Lowered) -> Lowered:
    return strict(YesNo(), ~operand.value, [read(operand)])


def every(operands: Sequence[tuple[int, Lowered]], implied: Implied) -> Lowered:
    """`and` of these nodes: no at the first no; what is met before that is the result."""
    *before, (_, last) = operands
    found = read(last)
    for node, first in reversed(before):
        found = _and(node, read(first), found, implied)
    return found


def _and(node: int, first: Lowered, rest: Lowered, implied: Implied) -> Lowered:
    # Where the first is no nothing further is read: what is there whenever the first is yes cannot be missing.
    sure = bool(rest.given_if & implied(node))
    value = ex.when(first.value, rest.value, first.value) if first.nullable else first.value & rest.value
    fault = either(first.fault, None if sure else both(yes(first), rest.fault))
    guards = first.given_if if first.nullable else frozenset()
    if rest.nullable and not sure:
        guards = guards & rest.given_if if first.nullable else rest.given_if
    return Lowered(YesNo(), value, first.nullable or (rest.nullable and not sure), None, fault, guards)


def some(operands: Sequence[Lowered]) -> Lowered:
    """`or`: yes at the first yes; what is met before that is the result."""
    found = read(operands[-1])
    for operand in reversed(operands[:-1]):
        first = read(operand)
        value = first.value | found.value
        if first.nullable:
            value = ex.when(~first.value, found.value, first.value)
        no = ex.holds(~first.value)
        fault = either(first.fault, both(no, found.fault))
        both_read = strict(YesNo(), value, [first, found])
        found = replace(both_read, fault=fault)
    return found


def chosen(node: int, condition: Lowered, then: Lowered, otherwise: Lowered, implied: Implied) -> Lowered | None:
    """`if`: nothing is read on the other side."""
    then, otherwise = read(then), read(otherwise)
    if then.given_if & implied(node):
        then = replace(then, nullable=False, fault=None)
    told = _points_or_not(condition, then, otherwise)
    if told is not None:
        return told
    guards = shared_guards([condition, then, otherwise])
    if not condition.nullable:
        return pick([(condition.value, then)], otherwise, guards)
    no = ex.holds(~condition.value)
    return with_faults(
        pick([(yes(condition), then), (no, otherwise)], _missing(then, condition), guards), condition.fault
    )


def _points_or_not(condition: Lowered, then: Lowered, otherwise: Lowered) -> Lowered | None:
    """Between two numbers that are the same in all rows: yes is 1 and no is 0, and nothing stays nothing."""
    if not isinstance(then.constant, Fraction) or not isinstance(otherwise.constant, Fraction):
        return None
    one = replace(condition, form=Number(1, 0, 1), value=ex.number_of(condition.value), constant=None)
    return affine(one, then.constant - otherwise.constant, otherwise.constant)


def only(node: int, condition: Lowered, operand: Lowered, implied: Implied) -> Lowered | None:
    operand = read(operand)
    if operand.given_if & implied(node):
        operand = replace(operand, nullable=False, fault=None)
    guards = frozenset() if operand.nullable else frozenset({node})
    return with_faults(pick([(yes(condition), operand)], _missing(operand, condition), guards), condition.fault)


def _missing(like: Lowered, condition: Lowered) -> Lowered:
    return Lowered(like.form, ex.null(kind_of(like.form)), True, void=True)


def with_faults(lowered: Lowered | None, fault: Expr | None) -> Lowered | None:
    """With the faults of what had to be read before it."""
    if lowered is None or fault is None:
        return lowered
    return Lowered(
        lowered.form, without(lowered.value, fault), True, both(~fault, lowered.inapplicable),
        either(fault, lowered.fault), lowered.given_if, void=lowered.void,
    )


def within(operand: Lowered, low: Given | None, high: Given | None) -> Lowered | None:
    """The operand; a fault where it is outside the ends. What is proved of its integers is not asked again."""
    form = operand.form
    if operand.void or not isinstance(form, Number):
        return operand if operand.void else None
    beyond: list[Expr] = []
    least, most = form.low, form.high
    for end, relation in ((low, "<"), (high, ">")):
        if end is None:
            continue
        if isinstance(end, (bool, str)) or not isinstance(end, (Fraction, int)):
            return None
        found = _beside(relation, operand.value, form, Fraction(end))
        if found is True:
            found = ex.is_given(operand.value)
        if found is False:
            continue
        beyond.append(ex.holds(found))
        place = Fraction(end) * form.denominator
        if relation == "<":
            least = max(least, min(-(-place.numerator // place.denominator), most))
        else:
            most = min(most, max(place.numerator // place.denominator, least))
    outside = either(*beyond)
    if outside is None:
        return operand
    return Lowered(
        Number(form.denominator, least, most, form.moment), without(operand.value, outside), True, operand.inapplicable,
        either(operand.fault, outside),
    )


def conditions_of(operations: Sequence[op.Operation]) -> Mapping[int, frozenset[int]]:
    """For each condition what else is yes where it is: the parts of an `and`."""
    found: dict[int, frozenset[int]] = {}
    for node, operation in enumerate(operations):
        parts = operation.operands if isinstance(operation, op.All) else ()
        found[node] = frozenset({node}).union(*(found[part] for part in parts))
    return found
