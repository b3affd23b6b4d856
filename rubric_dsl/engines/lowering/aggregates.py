"""Aggregates over rows: sums where sums are enough, else the values counted, pooled ones listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import repeat

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.grouped import Groups
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.forms import Lowered, YesNo, both, decoded, either, yes
from rubric_dsl.engines.lowering.nodes import TableLowering
from rubric_dsl.engines.lowering.queries import Group, TableRows
from rubric_dsl.engines.lowering.sums import Added, Counted, Sums
from rubric_dsl.engines.lowering.weighed import weighed_aggregate
from rubric_dsl.evaluation.arithmetic import Weighed, fault_of, quotient
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.values import ABSENT, Given, Value, as_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import ratio
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op

_ADDED = ("share", "count", "sum", "mean", "folded")
AGGREGATE = "aggregate"
"""Faults of aggregates, beside those of scores."""


class TableAggregates:
    """The aggregates over one table."""

    def __init__(
        self, lowering: TableLowering, rows: TableRows, operations: Mapping[op.Node, op.Aggregate], sums: Sums
    ) -> None:
        self.lowering = lowering
        self.rows = rows
        self.operations = operations
        self.sums = sums
        self._listed: dict[op.Node, Lowered] = {}
        for node, operation in operations.items():
            sample = self._sample(node, operation, sums)
            if not operation.pooled and operation.name in _ADDED:
                sums.add(f"a{node}", sample)
            else:
                self._listed[node] = sample

    def _sample(self, node: op.Node, operation: op.Aggregate, sums: Sums) -> Lowered:
        """What each row brings, null where it is not selected; faults go to `sums`."""
        nodes = self.lowering.nodes
        operand = Lowered(YesNo(), ex.YES) if operation.operand is None else nodes[operation.operand]
        sample, nullable = operand.value, operand.nullable
        missing = ex.is_null(operand.value) if operand.nullable else None
        if operation.where is not None:
            where = nodes[operation.where]
            sample, nullable = ex.when(yes(where), operand.value, ex.null(operand.value.kind)), True
            missing = either(ex.is_null(where.value) if where.nullable else None, both(yes(where), missing))
        sums.fault(AGGREGATE, missing)
        return Lowered(operand.form, sample, nullable, void=operand.void)

    # ------------------------------------------------------------ answers

    def summed(self, groups: Groups) -> dict[op.Node, dict[Subject, Value]]:
        """By node and subject the aggregates that integers tell."""
        return summed_up(self.operations, self.sums.added, groups, self.answers_only)

    def added(self, found: Mapping[str, Mapping[Group, Counted]]) -> dict[op.Node, dict[object, Value]]:
        """The same of sums that are no integers of a fixed size."""
        return added_up(self.operations, found, self.answers_only)

    def answers_only(self, operand: op.Node) -> bool:
        """Whether its values are yes or no."""
        return isinstance(self.lowering.nodes[operand].form, YesNo)

    def counted(self) -> dict[op.Node, dict[object, Value]]:
        """By node and subject the aggregates that depend on the order of the values."""
        return weighed_up(self.operations, self.values(), self.lowering.prepared)

    def values(self) -> dict[op.Node, dict[object, list[Weighed]]]:
        """Of those by node and subject how many rows have which value."""
        wanted = {node: sample for node, sample in self._listed.items() if not self.operations[node].pooled}
        counted = self.rows.by_value([sample.value for sample in wanted.values()], by_stratum=False)
        found: dict[op.Node, dict[object, list[Weighed]]] = {}
        for (node, sample), own in zip(wanted.items(), counted, strict=True):
            by_subject = found.setdefault(node, {})
            for (subject, _), raw, count in own:
                by_subject.setdefault(subject, []).append((count, as_number(decoded(sample.form, raw))))
        return found

    def pooled(self) -> dict[op.Node, dict[object, tuple[Given, ...]]]:
        """By pooled node and subject the values of the selected rows, in order of the rows."""
        wanted = {node: sample for node, sample in self._listed.items() if self.operations[node].pooled}
        listed = self.rows.in_order([sample.value for sample in wanted.values()])
        answers: dict[op.Node, dict[object, tuple[Given, ...]]] = {}
        for (node, sample), own in zip(wanted.items(), listed, strict=True):
            by_subject: dict[object, list[Given]] = {}
            for subject, raw in own:
                by_subject.setdefault(subject, []).append(decoded(sample.form, raw))
            answers[node] = {subject: tuple(values) for subject, values in by_subject.items()}
        return answers


def _of_added(operations: Mapping[op.Node, op.Aggregate]) -> Iterator[tuple[op.Node, op.Aggregate]]:
    """What sums tell (`folded` is a tally)."""
    for node, operation in operations.items():
        if not operation.pooled and operation.name in _ADDED and operation.name != "folded":
            yield node, operation


def summed_up(
    operations: Mapping[op.Node, op.Aggregate], sums: Mapping[str, Added], groups: Groups,
    answers_only: Callable[[op.Node], bool],
) -> dict[op.Node, dict[Subject, Value]]:
    """By node and subject the aggregates that integers tell. `answers_only`: whether an operand is yes or no."""
    answers: dict[op.Node, dict[Subject, Value]] = {}
    for node, operation in _of_added(operations):
        added = sums.get(f"a{node}")
        if added is None:
            continue
        counts = groups.by_subject(added.count)
        tops: Iterable[int] = counts
        below: Iterable[int] = repeat(1)
        if operation.name != "count" or operation.operand is None or answers_only(operation.operand):
            tops, below = groups.by_subject(added.sum), repeat(added.denominator)
            if operation.name in ("share", "mean"):
                below = [added.denominator * count for count in counts]
        found: dict[Subject, Value] = {
            subject: ratio(top, bottom)
            for subject, top, bottom, count in zip(groups.subjects, tops, below, counts, strict=False) if count
        }
        if found:
            answers[node] = found
    return answers


def added_up(
    operations: Mapping[op.Node, op.Aggregate], found: Mapping[str, Mapping[Group, Counted]],
    answers_only: Callable[[op.Node], bool],
) -> dict[op.Node, dict[object, Value]]:
    """The same of sums that are no integers of a fixed size."""
    answers: dict[op.Node, dict[object, Value]] = {}
    for node, operation in _of_added(operations):
        by_subject: dict[object, list[Counted]] = {}
        for (subject, _), counted in found.get(f"a{node}", {}).items():
            by_subject.setdefault(subject, []).append(counted)
        counts = operation.operand is None or answers_only(operation.operand)
        answers[node] = {
            subject: _of_sums(node, operation, parts, counts) for subject, parts in by_subject.items()}
    return answers


def _of_sums(node: op.Node, operation: op.Aggregate, parts: Sequence[Counted], answers: bool) -> Value:
    n = Fraction(sum(part.count for part in parts))
    if operation.name == "count" and not answers:
        return n
    try:
        whole = reals.total([_sum_of(part) for part in parts])
        return whole if operation.name in ("sum", "count") else quotient(whole, n)
    except ArithmeticError as error:
        return fault_of(error, node)


def weighed_up(
    operations: Mapping[op.Node, op.Aggregate], values: Mapping[op.Node, Mapping[object, Sequence[Weighed]]],
    prepared: Prepared,
) -> dict[op.Node, dict[object, Value]]:
    answers: dict[op.Node, dict[object, Value]] = {}
    for node, by_subject in values.items():
        operation = operations[node]
        argument = ABSENT if operation.argument is None else prepared.constants[operation.argument]
        answers[node] = {
            subject: weighed_aggregate(node, operation, own, argument) for subject, own in by_subject.items()}
    return answers


def _sum_of(part: Counted) -> Exact:
    if isinstance(part.sum, ArithmeticError):
        raise part.sum
    return part.sum
