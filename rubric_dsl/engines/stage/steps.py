"""Operations on the values of one subject, in columns: arithmetic, comparisons, and tables of one number."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from fractions import Fraction
from math import lcm
from operator import eq, ge, gt, le, lt, ne

from rubric_dsl.engines.stage.columns import Listed, Numbers
from rubric_dsl.engines.stage.numbers import aligned, chosen, inverse, product, rounded, scaled, weighted_sum
from rubric_dsl.engines.stage.scores import Apart, Columns, numbers
from rubric_dsl.evaluation.values import Value
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.resolved import operations as op

FEW = 1_000
_RELATIONS = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def arithmetic(operation: op.Operation, columns: Columns, apart: Apart) -> Numbers | None:
    """The column of an operation on numbers; None where it has no form in columns."""
    match operation:
        case op.Add(terms=nodes) | op.Multiply(factors=nodes) | op.Function(operands=nodes):
            given = numbers_of(nodes, columns, apart)
        case op.Negate(operand=node) | op.Round(operand=node):
            given = numbers_of((node,), columns, apart)
        case _:
            given = None
    return None if given is None else _computed(operation, given, apart)


def _computed(operation: op.Operation, given: Sequence[Numbers], apart: Apart) -> Numbers | None:
    first = given[0]
    match operation:
        case op.Add(minus=minus):
            return weighted_sum(given, [Fraction(-1 if turned else 1) for turned in minus])
        case op.Negate():
            return scaled(first, Fraction(-1))
        case op.Multiply(divided=divided):
            return _product(given, divided, apart)
        case op.Round(mode=mode, step=step):
            return rounded(first, mode, from_exact(step))
        case op.Function(name="floor"):
            return rounded(first, "down", Fraction(1))
        case op.Function(name="ceiling"):
            return rounded(first, "up", Fraction(1))
        case op.Function(name="min"):
            return chosen(given, min)
        case op.Function(name="max"):
            return chosen(given, max)
        case op.Function(name="clamp"):
            return chosen([chosen([first, given[1]], max), given[2]], min)
        case op.Function(name="abs"):
            return Numbers(list(map(abs, first.tops)), first.below, first.scale)
        case op.Function(name="goalposts"):
            return _goalposts(given, apart)
        case _:
            return None


def numbers_of(nodes: Sequence[op.Node], columns: Columns, apart: Apart) -> list[Numbers] | None:
    found = [numbers(columns[node], apart) for node in nodes]
    known = [column for column in found if column is not None]
    return known if known and len(known) == len(found) else None


def _product(given: Sequence[Numbers], divided: Sequence[bool], apart: Apart) -> Numbers:
    found: Numbers | None = None
    for column, below in zip(given, divided, strict=True):
        factor = column
        if below:
            factor, zeros = inverse(column)
            apart.update(zeros)
        found = factor if found is None else product(found, factor)
    assert found is not None
    return found


def _goalposts(given: Sequence[Numbers], apart: Apart) -> Numbers:
    x, low, high = given
    one, less = Fraction(1), Fraction(-1)
    return _product(
        [weighted_sum([x, low], [one, less]), weighted_sum([high, low], [one, less])], (False, True), apart)


def comparison(operation: op.Compare, columns: Columns, apart: Apart) -> Listed | None:
    given = numbers_of((operation.left, operation.right), columns, apart)
    if given is None:
        return None
    left, right = aligned(given).tops
    return Listed(list(map(_RELATIONS[operation.relation], left, right)))


def table_places(table: op.Table, columns: Columns, constants: Sequence[Value]) -> Sequence[Hashable] | None:
    """For a table of one number with fixed ends: between or on which of its ends each value lies, which is all that the
    row depends on. None where that is not so; odd values stand for themselves."""
    if len(table.inputs) != 1 or any(isinstance(row.outcome, op.Linear) for row in table.rows):
        return None
    column = columns[table.inputs[0]]
    ends = _ends(table, constants)
    if not isinstance(column, Numbers) or ends is None:
        return None
    if column.scale is None and len(set(column.tops)) <= FEW:
        return None  # told apart by themselves
    shared = lcm(*(end.denominator for end in ends))
    marks = sorted({end.numerator * (shared // end.denominator) for end in ends})
    of_mark = {mark: place for place, mark in enumerate(marks)}
    found: list[Hashable] = []
    for top, bottom in zip(column.tops, column.bottoms(), strict=False):
        whole, rest = divmod(top * shared, bottom)
        if rest:
            found.append(2 * bisect_left(marks, whole + 1))
        else:
            mark = of_mark.get(whole)
            found.append(2 * bisect_left(marks, whole) if mark is None else 2 * mark + 1)
    for place, value in column.odd.items():
        found[place] = value
    return found


def _ends(table: op.Table, constants: Sequence[Value]) -> list[Fraction] | None:
    nodes: list[op.Node] = []
    for row in table.rows:
        for alternatives in row.patterns:
            for pattern in alternatives:
                if isinstance(pattern, op.Equal):
                    nodes.append(pattern.value)
                elif isinstance(pattern, op.Between):
                    nodes += [end for end in (pattern.low, pattern.high) if end is not None]
    ends = [constants[node] for node in nodes]
    known = [end for end in ends if isinstance(end, Fraction)]
    return known if known and len(known) == len(ends) else None


