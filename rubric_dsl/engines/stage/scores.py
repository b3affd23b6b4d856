"""Indicators and touchpoints of one value a subject, in columns.

A column is made for all subjects as if nothing stood in the way; the places where something does (a condition that
decides, a part without a score, points outside their worth) are told with it, and the definition is asked for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from rubric_dsl.engines.stage.columns import Column, Listed, Numbers, Same, constant
from rubric_dsl.engines.stage.numbers import aligned, chosen, outside, rounded, scaled, weighted_sum
from rubric_dsl.evaluation.scores import Score, weight_of
from rubric_dsl.evaluation.values import Nothing
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.resolved import operations as op

Columns = Mapping[op.Node, Column] | Sequence[Column]
Apart = set[int]
"""The places for which the definition is asked."""


def indicator(operation: op.Indicator, score: Score, columns: Columns, apart: Apart) -> Numbers | None:
    """The column of an indicator, and into `apart` its exceptions; None where it has no form in columns."""
    if not _conditions(operation.conditions, columns, apart):
        return None
    found = _source(operation, score, columns, apart)
    for extra in score.extras if found is not None else ():
        found = None if found is None else _with_extra(found, columns[extra.node], extra.sign, apart)
    for limit in operation.limits if found is not None else ():
        found = None if found is None else _held(found, limit, columns, apart)
    if found is None:
        return None
    if operation.rounding is not None:
        found = rounded(found, operation.rounding.mode, from_exact(operation.rounding.step))
    if operation.value is not None:
        apart.update(outside(found, from_exact(operation.worth)))
    return found


def touchpoint(operation: op.Touchpoint, columns: Columns, apart: Apart) -> Numbers | None:
    rule = columns[operation.rule]
    found = numbers(rule, apart)
    if found is None or operation.strata or not _conditions(operation.conditions, columns, apart):
        return None
    worth = from_exact(operation.amount)
    apart.update(outside(found, worth))
    if operation.rounding is not None:
        found = rounded(found, operation.rounding.mode, from_exact(operation.rounding.step))
        apart.update(outside(found, worth))
    return found


def numbers(column: Column, apart: Apart) -> Numbers | None:
    """The column as numbers; where it has none the definition is asked."""
    if isinstance(column, Numbers):
        apart.update(column.odd)
        return column
    if isinstance(column, Same) and isinstance(column.value, Fraction):
        return constant(column.value, column.size)
    return None


def _conditions(conditions: Iterable[op.Condition], columns: Columns, apart: Apart) -> bool:
    """The places where one decides. False where they cannot be told."""
    for condition in conditions:
        holds, wanted = columns[condition.node], condition.word == "if"
        match holds:
            case Same(value=value):
                # A fault decides as well: the definition says so.
                if not isinstance(value, bool) or value is wanted:
                    return False
            case Listed(found=found):
                apart.update(place for place, value in enumerate(found) if value is not (not wanted))
            case _:
                return False
    return True


def _source(operation: op.Indicator, score: Score, columns: Columns, apart: Apart) -> Numbers | None:
    if operation.row_score is not None:
        return numbers(columns[operation.row_score], apart)
    if operation.value is not None:
        return numbers(columns[operation.value], apart)
    parts = score.combination.parts
    given = [numbers(columns[part.node], apart) for part in parts]
    known = [column for column in given if column is not None]
    rates = [part.rate for part in parts if isinstance(part.rate, Fraction)]
    whole = weight_of(parts)
    if not parts or len(known) < len(parts) or len(rates) < len(parts) or not isinstance(whole, Fraction) or whole <= 0:
        return None
    match score.combination.kind:
        case "sum" | "mean":
            return scaled(weighted_sum(known, rates), score.worth / whole)
        case "lowest" | "highest":
            shares = [scaled(column, 1 / part.worth) for column, part in zip(known, parts, strict=True)]
            return scaled(chosen(shares, min if score.combination.kind == "lowest" else max), score.worth)
        case _:
            return None


def _with_extra(score: Numbers, extra: Column, sign: int, apart: Apart) -> Numbers | None:
    match extra:
        case Same(value=Nothing()):
            return score
        case Numbers() | Same(value=Fraction()):
            amount = numbers(extra, apart)
            return None if amount is None else weighted_sum([score, amount], [Fraction(1), Fraction(sign)])
        case _:
            return None


def _held(score: Numbers, limit: op.Limit, columns: Columns, apart: Apart) -> Numbers | None:
    end = numbers(columns[limit.value], apart)
    if end is None:
        return None
    choose = max if limit.word == "at least" else min
    if limit.when is None:
        return chosen([score, end], choose)
    holds = columns[limit.when]
    match holds:
        case Same(value=value):
            return chosen([score, end], choose) if value is True else score if value is False else None
        case Listed(found=found):
            apart.update(place for place, value in enumerate(found) if not isinstance(value, bool))
            both = aligned([score, end])
            tops = [
                choose(own, limit) if held is True else own
                for own, limit, held in zip(*both.tops, found, strict=True)
            ]
            return Numbers(tops, both.below, both.scale)
        case _:
            return None
