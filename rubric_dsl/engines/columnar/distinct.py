"""What has no form in integers: evaluated by the reference once for each distinct input, and joined back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

import polars as pl

from rubric_dsl.engines.columnar.forms import (
    LIMIT,
    Form,
    Listed,
    Lowered,
    Name,
    Number,
    YesNo,
    constant,
    decoded,
    integer_type,
    nothing,
)
from rubric_dsl.engines.columnar.stages import Stages
from rubric_dsl.evaluation.arithmetic import Cells, Step
from rubric_dsl.evaluation.values import ABSENT, NOT_APPLICABLE, Given, Nothing, Undefined, Value
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType

_FAULT = Undefined("absent", -1)
"""Stands for any fault: rows that reach one are run by the reference engine, which says which."""


def evaluated(
    name: str, type: ValueType, step: Step, constants: Sequence[Value], operands: Mapping[op.Node, Lowered],
    cells: Mapping[str, Lowered], stages: Stages,
) -> Lowered:
    """What `step` gives for the distinct values of these operands and cells (columns already), as columns `name`."""
    read: list[Lowered] = [*operands.values(), *cells.values()]
    keys = list(dict.fromkeys(column for lowered in read for column in _columns_of(lowered)))
    distinct = stages.frame.select(keys).unique().collect(engine="streaming") if keys else pl.DataFrame()
    results: list[Value] = []
    for row in distinct.iter_rows(named=True) if keys else [{}]:
        values = list(constants)
        for number, lowered in operands.items():
            values[number] = _value(lowered, row)
        found: Cells = {column: _cell(lowered, row) for column, lowered in cells.items()}
        results.append(step(values, found))
    if not keys or not results:
        return _same_for_all(results, type)
    return _joined(name, type, results, distinct, keys, stages)


def _columns_of(lowered: Lowered) -> list[str]:
    parts = (lowered.value, lowered.inapplicable, lowered.fault)
    return [name for part in parts if part is not None for name in part.meta.root_names()]


def _value(lowered: Lowered, row: Mapping[str, object]) -> Value:
    if _holds(lowered.fault, row):
        return _FAULT
    if _holds(lowered.inapplicable, row):
        return NOT_APPLICABLE
    names = lowered.value.meta.root_names()
    raw = row[names[0]] if names else lowered.constant
    if raw is None:
        return ABSENT
    return decoded(lowered.form, raw) if names else lowered.constant if lowered.constant is not None else ABSENT


def _holds(flag: pl.Expr | None, row: Mapping[str, object]) -> bool:
    if flag is None:
        return False
    names = flag.meta.root_names()
    return bool(row[names[0]]) if names else True


def _cell(lowered: Lowered, row: Mapping[str, object]) -> Given | None:
    value = _value(lowered, row)
    return None if isinstance(value, (Nothing, Undefined)) else value


def _same_for_all(results: Sequence[Value], type: ValueType) -> Lowered:
    value = results[0] if results else ABSENT
    found = constant(value, type)
    if found is not None or isinstance(value, (Nothing, Undefined)):
        return nothing(type) if found is None else found
    return Lowered(Listed((value,)), pl.lit(0, dtype=pl.UInt32))


def _joined(
    name: str, type: ValueType, results: Sequence[Value], distinct: pl.DataFrame, keys: Sequence[str], stages: Stages
) -> Lowered:
    given = [value for value in results if not isinstance(value, (Nothing, Undefined))]
    columns: list[pl.Series] = []
    found = nothing(type)
    if given:
        form, column = _column(name, results, given)
        columns.append(column)
        found = Lowered(form, pl.col(name), len(given) < len(results))
    flags: dict[str, pl.Expr] = {}
    for part, held in (
        ("inapplicable", [value is NOT_APPLICABLE for value in results]),
        ("fault", [isinstance(value, Undefined) for value in results]),
    ):
        if any(held):
            columns.append(pl.Series(f"{name}.{part}", held))
            flags[part] = pl.col(f"{name}.{part}")
    stages.join(distinct.with_columns(columns), keys)
    return replace(found, inapplicable=flags.get("inapplicable"), fault=flags.get("fault"))


def _column(name: str, results: Sequence[Value], given: Sequence[Given]) -> tuple[Form, pl.Series]:
    """The narrowest form that has all values."""
    if all(isinstance(value, bool) for value in given):
        return YesNo(), pl.Series(name, [value if isinstance(value, bool) else None for value in results], pl.Boolean)
    if all(isinstance(value, str) for value in given):
        names = tuple(sorted({value for value in given if isinstance(value, str)}))
        places: dict[Value, int] = {value: place for place, value in enumerate(names)}
        return Name(names), pl.Series(name, [places.get(value) for value in results], pl.UInt32)
    if all(type(value) is int for value in given) or all(isinstance(value, Fraction) for value in given):
        found = _integers(name, results, [value for value in given if isinstance(value, (int, Fraction))])
        if found is not None:
            return found
    listed = tuple(dict.fromkeys(given))
    numbered: dict[Value, int] = {value: place for place, value in enumerate(listed)}
    return Listed(listed), pl.Series(
        name, [None if isinstance(v, (Nothing, Undefined)) else numbered[v] for v in results], pl.UInt32
    )


def _integers(name: str, results: Sequence[Value], given: Sequence[int | Fraction]) -> tuple[Form, pl.Series] | None:
    denominator = 1
    for value in given:
        denominator = lcm(denominator, value.denominator)
        if denominator >= LIMIT:
            return None
    tops = [
        value.numerator * (denominator // value.denominator) if isinstance(value, (int, Fraction)) else None
        for value in results
    ]
    present = [top for top in tops if top is not None]
    low, high = min(present), max(present)
    if max(abs(low), abs(high)) >= LIMIT:
        return None
    form = Number(denominator, low, high, moment=not isinstance(given[0], Fraction))
    return form, pl.Series(name, tops, integer_type(form.most))

