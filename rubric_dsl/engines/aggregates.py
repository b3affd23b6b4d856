"""Aggregates over rows and across subjects, with the faults of what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rubric_dsl.engines.contract import Subject, Totals
from rubric_dsl.evaluation.arithmetic import fault_of
from rubric_dsl.evaluation.statistics import aggregate, placements
from rubric_dsl.evaluation.values import ABSENT, Given, Nothing, Undefined, Value, as_number, is_number
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op

PLACES = ("rank", "percentile_rank", "minmax", "zscore")


def aggregated(
    node: op.Node, operation: op.Aggregate | op.Across, samples: Sequence[Given] | Undefined, constants: Sequence[Value]
) -> Value:
    """The aggregate of the samples; `argument` is a constant."""
    if isinstance(samples, Undefined):
        return samples
    argument = ABSENT if operation.argument is None else constants[operation.argument]
    try:
        return aggregate(operation.name, samples, argument if is_number(argument) else None)
    except ArithmeticError as error:
        return fault_of(error, node)


def pooled(
    node: op.Node, operation: op.Aggregate, totals: Totals, members: Iterable[Subject], constants: Sequence[Value]
) -> Value:
    """The aggregate of all rows of these subjects together."""
    samples: list[Given] = []
    by_subject = totals.samples.get(node, {})
    for subject in members:
        found = by_subject.get(subject, ())
        if isinstance(found, Undefined):
            return found
        samples.extend(found)
    return aggregated(node, operation, samples, constants)


def across(
    node: op.Node, operation: op.Across, values: Mapping[Subject, list[Value]], constants: Sequence[Value]
) -> dict[Subject, Value]:
    """For each of these subjects its place among them, or one value from all of them.

    Those take part that have the value and, with `where`, for which that is yes; a fault of one is a fault of all.
    """
    part: dict[Subject, Given] = {}
    for subject, of_subject in values.items():
        value = _part_of(operation, of_subject)
        if isinstance(value, Undefined):
            return dict.fromkeys(values, value.at(subject))
        if not isinstance(value, Nothing):
            part[subject] = value
    if operation.name not in PLACES:
        return dict.fromkeys(values, aggregated(node, operation, list(part.values()), constants))
    places = _places(node, operation.name, [as_number(value) for value in part.values()])
    if isinstance(places, Undefined):
        return {subject: places if subject in part else ABSENT for subject in values}
    found = dict(zip(part, places, strict=True))
    return {subject: found.get(subject, ABSENT) for subject in values}


def _part_of(operation: op.Across, values: list[Value]) -> Value:
    selected = True if operation.where is None else values[operation.where]
    if isinstance(selected, Undefined):
        return selected
    return values[operation.operand] if selected is True else ABSENT


def _places(node: op.Node, name: str, numbers: Sequence[Exact]) -> Sequence[Exact] | Undefined:
    try:
        return placements(name, numbers) if numbers else []
    except ArithmeticError as error:
        return fault_of(error, node)


def groups(
    within: op.Node | None, values: Mapping[Subject, list[Value]]
) -> tuple[list[dict[Subject, list[Value]]], dict[Subject, Value]]:
    """The subjects by their value of `within` (None: one group of all), and those without one with the reason."""
    if within is None:
        return [dict(values)], {}
    found: dict[Given, dict[Subject, list[Value]]] = {}
    outside: dict[Subject, Value] = {}
    for subject, of_subject in values.items():
        group = of_subject[within]
        if isinstance(group, Undefined):
            outside[subject] = group
        elif isinstance(group, Nothing):
            outside[subject] = ABSENT
        else:
            found.setdefault(group, {})[subject] = of_subject
    return list(found.values()), outside
