"""What has no form in integers: evaluated by the reference once for each distinct input, and joined back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Protocol

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.forms import (
    LIMIT,
    Form,
    Listed,
    Lowered,
    Name,
    Number,
    YesNo,
    constant,
    decoded,
    nothing,
)
from rubric_dsl.evaluation.arithmetic import Cells, Step
from rubric_dsl.evaluation.values import ABSENT, NOT_APPLICABLE, Given, Nothing, Undefined, Value
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.text.record import dataclass

_FAULT = Undefined("absent", -1)
"""Stands for any fault: rows that reach one are run by the reference engine, which says which."""


@dataclass(frozen=True, slots=True)
class Column:
    """Values to join, one for each distinct input, with the ends that numbers have."""

    name: str
    kind: ex.Kind
    values: Sequence[Constant]
    low: int = 0
    high: int = 0

    def read(self) -> Expr:
        return ex.column(self.name, self.kind, None in self.values, self.low, self.high)


class Rows(Protocol):
    """The rows of a table in an engine."""

    def takes(self, value: Expr) -> bool:
        """Whether the engine computes this exactly."""

    def distinct(self, keys: Sequence[Expr]) -> list[tuple[Constant, ...]]:
        """The different values of these expressions together, nulls among them."""

    def join(self, keys: Sequence[Expr], inputs: Sequence[tuple[Constant, ...]], columns: Sequence[Column]) -> None:
        """New columns of the rows: where `keys` has the values of the n-th input, the n-th value of each column."""


def evaluated(
    name: str, type: ValueType, step: Step, constants: Sequence[Value], operands: Mapping[op.Node, Lowered],
    cells: Mapping[str, Lowered], rows: Rows,
) -> Lowered:
    """What `step` gives for the distinct values of these operands and cells, as new columns named after `name`."""
    parts = [
        part for lowered in (*operands.values(), *cells.values())
        for part in (lowered.value, lowered.inapplicable, lowered.fault) if part is not None and not part.is_literal
    ]
    keys = list(dict.fromkeys(parts))
    inputs = rows.distinct(keys) if keys else [()]
    results: list[Value] = []
    for given in inputs:
        row = dict(zip(keys, given, strict=True))
        values = list(constants)
        for number, lowered in operands.items():
            values[number] = _value(lowered, row)
        found: Cells = {column: _cell(lowered, row) for column, lowered in cells.items()}
        results.append(step(values, found))
    if not keys or not results:
        return _same_for_all(results, type)
    return _joined(name, type, results, keys, inputs, rows)


def _value(lowered: Lowered, row: Mapping[Expr, Constant]) -> Value:
    if _holds(lowered.fault, row):
        return _FAULT
    if _holds(lowered.inapplicable, row):
        return NOT_APPLICABLE
    raw = lowered.value.value if lowered.value.is_literal else row[lowered.value]
    return ABSENT if raw is None else decoded(lowered.form, raw)


def _holds(flag: Expr | None, row: Mapping[Expr, Constant]) -> bool:
    return flag is not None and (flag is ex.YES if flag.is_literal else bool(row[flag]))


def _cell(lowered: Lowered, row: Mapping[Expr, Constant]) -> Given | None:
    value = _value(lowered, row)
    return None if isinstance(value, (Nothing, Undefined)) else value


def _same_for_all(results: Sequence[Value], type: ValueType) -> Lowered:
    value = results[0] if results else ABSENT
    found = constant(value, type)
    if found is not None or isinstance(value, (Nothing, Undefined)):
        return nothing(type) if found is None else found
    return Lowered(Listed((value,)), ex.literal(0))


def _joined(
    name: str, type: ValueType, results: Sequence[Value], keys: Sequence[Expr], inputs: Sequence[tuple[Constant, ...]],
    rows: Rows,
) -> Lowered:
    given = [value for value in results if not isinstance(value, (Nothing, Undefined))]
    columns: list[Column] = []
    found = nothing(type)
    if given:
        form, column = _column(name, results, given)
        columns.append(column)
        found = Lowered(form, column.read(), len(given) < len(results))
    flags: dict[str, Expr] = {}
    for part, held in (
        ("inapplicable", [value is NOT_APPLICABLE for value in results]),
        ("fault", [isinstance(value, Undefined) for value in results]),
    ):
        if any(held):
            columns.append(Column(f"{name}.{part}", "yes/no", held))
            flags[part] = columns[-1].read()
    rows.join(keys, inputs, columns)
    return replace(found, inapplicable=flags.get("inapplicable"), fault=flags.get("fault"))


def _column(name: str, results: Sequence[Value], given: Sequence[Given]) -> tuple[Form, Column]:
    """The narrowest form that has all values."""
    if all(isinstance(value, bool) for value in given):
        return YesNo(), Column(name, "yes/no", [value if isinstance(value, bool) else None for value in results])
    if all(isinstance(value, str) for value in given):
        names = tuple(sorted({value for value in given if isinstance(value, str)}))
        return Name(names), _placed(name, results, names)
    if all(type(value) is int for value in given) or all(isinstance(value, Fraction) for value in given):
        found = _integers(name, results, [value for value in given if isinstance(value, (int, Fraction))])
        if found is not None:
            return found
    listed = tuple(dict.fromkeys(given))
    return Listed(listed), _placed(name, results, listed)


def _placed(name: str, results: Sequence[Value], values: Sequence[Given]) -> Column:
    places: dict[Value, int] = {value: place for place, value in enumerate(values)}
    held = [None if isinstance(value, (Nothing, Undefined)) else places[value] for value in results]
    return Column(name, "number", held, 0, len(values) - 1)


def _integers(name: str, results: Sequence[Value], given: Sequence[int | Fraction]) -> tuple[Form, Column] | None:
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
    return form, Column(name, "number", tops, low, high)
