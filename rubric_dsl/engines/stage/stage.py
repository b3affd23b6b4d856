"""From totals to the values of all nodes of all subjects, a node at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from rubric_dsl.engines.aggregates import across, aggregated, groups, pooled
from rubric_dsl.engines.below import Around, around_items, decided_around
from rubric_dsl.engines.contract import Subject, Totals
from rubric_dsl.engines.folding import folds
from rubric_dsl.engines.stage.columns import Column, Listed, Numbers, Same, SubjectColumns, column_of
from rubric_dsl.engines.stage.folds import Folds
from rubric_dsl.engines.stage.scores import Apart, indicator, touchpoint
from rubric_dsl.engines.stage.steps import arithmetic, comparison, table_places
from rubric_dsl.evaluation.arithmetic import Cells, Step, Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import ABSENT, NOT_APPLICABLE, Nothing, Undefined, Value
from rubric_dsl.observations.periods import Period
from rubric_dsl.plan.model import PlanNode, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands


def subject_columns(
    plan: ScoringPlan, prepared: Prepared, totals: Totals, subjects: Sequence[Subject], period: Period | None = None,
    before: Mapping[Subject, Values] | None = None,
) -> SubjectColumns:
    """What `engines.subjects.subject_values` gives, in columns."""
    stage = _ColumnStage(plan, prepared, totals, subjects, period, before or {})
    for node in plan.nodes:
        stage.evaluate(node)
    return SubjectColumns(subjects, stage.columns)


class _ColumnStage:
    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, totals: Totals, subjects: Sequence[Subject],
        period: Period | None, before: Mapping[Subject, Values],
    ) -> None:
        self.prepared = prepared
        self.totals = totals
        self.subjects = subjects
        self.period = period
        self.before = before
        self.around: Around = around_items(plan, prepared)
        self.folds = Folds(folds(plan, prepared), totals, subjects)
        self.columns: list[Column] = [Same(value, len(subjects)) for value in prepared.constants]
        self.shared: Values = list(prepared.constants)

    def evaluate(self, node: PlanNode) -> None:
        if not self.subjects:
            return
        if node.id in self.folds.folds:
            found: Column | None = self.folds(node.id)
        elif node.grain.kind in ("subject", "cohort"):
            found = self._found(node)
        else:
            return
        if found is not None:
            self.columns[node.id] = self._unread(node.id, found)

    def _unread(self, node: op.Node, column: Column) -> Column:
        """An impossible value below a condition that has decided is not read: the item is not applicable."""
        if node not in self.around:
            return column
        unread = [place for place in column.faults() if decided_around(self.around, node, self._values(place))]
        if not unread:
            return column
        values = list(column.values())
        for place in unread:
            values[place] = NOT_APPLICABLE
        return column_of(values)

    def _values(self, place: int) -> Values:
        return [column.at(place) for column in self.columns]

    def _found(self, node: PlanNode) -> Column | None:
        size = len(self.subjects)
        match node.operation:
            case op.Aggregate():
                return self._aggregate(node.id, node.operation)
            case op.Across():
                return self._across(node.id, node.operation)
            case op.Column(table=table, column=name):
                facts = self.totals.facts.get(table, {})
                return column_of([_cell(facts.get(subject), name) for subject in self.subjects])
            case op.Subject():
                return Listed(self.subjects)
            case op.Period():
                return Same(ABSENT if self.period is None else self.period, size)
            case op.Previous(operand=operand):
                return column_of([self._previous(subject, operand) for subject in self.subjects])
            case op.Ranking() | op.Weights():
                return None
            case _:
                return self._cohort(node) if node.grain.kind == "cohort" else self._own(node)

    def _previous(self, subject: Subject, operand: op.Node) -> Value:
        """The value in the period before; a subject that was not scored there has none."""
        if isinstance(self.before, SubjectColumns):
            place = self.before.places.get(subject)
            value = ABSENT if place is None else self.before.columns[operand].at(place)
        else:
            value = self.before[subject][operand] if subject in self.before else ABSENT
        return ABSENT if isinstance(value, Nothing) else value

    def _cohort(self, node: PlanNode) -> Column:
        step = self.prepared.steps[node.id]
        assert step is not None
        value = self.shared[node.id] = step(self.shared, {})
        return Same(value, len(self.subjects))

    # ------------------------------------------------------------ values of a subject's own

    def _own(self, node: PlanNode) -> Column:
        operation, step = node.operation, self.prepared.steps[node.id]
        assert step is not None
        apart: Apart = set()
        match operation:
            case op.Compare():
                answers = comparison(operation, self.columns, apart)
                if answers is not None:
                    return self._mended(answers, operation, step, apart)
            case op.Table():
                places = table_places(operation, self.columns, self.prepared.constants)
                if places is not None:
                    return self._by_steps(operation, step, {operation.inputs[0]: places})
            case _:
                found = self._numbers(operation, step, apart)
                if found is not None and found.is_short():
                    return self._mended(found, operation, step, apart)
        return self._by_steps(operation, step)

    def _numbers(self, operation: op.Operation, step: Step, apart: Apart) -> Numbers | None:
        match operation:
            case op.Touchpoint():
                return touchpoint(operation, self.columns, apart)
            case op.Indicator():
                panel = None if operation.panel is None else self.prepared.panels[operation.panel]
                if isinstance(panel, Undefined) or not isinstance(step, Score):
                    return None
                return indicator(operation, step, self.columns, apart)
            case _:
                return arithmetic(operation, self.columns, apart)

    def _mended(self, column: Numbers | Listed, operation: op.Operation, step: Step, apart: Apart) -> Column:
        """With what the definition says of the places for which it is to be asked."""
        values = list(self.prepared.constants)
        read = {node: self.columns[node] for node in operands(operation)}
        found: dict[int, Value] = {}
        for place in apart:
            for node, own in read.items():
                values[node] = own.at(place)
            found[place] = step(values, {})
        if isinstance(column, Numbers):
            return column.mended(found)
        answers = list(column.found)
        for place, value in found.items():
            answers[place] = value
        return Listed(answers)

    def _by_steps(
        self, operation: op.Operation, step: Step, keys: Mapping[op.Node, Iterable[Hashable]] | None = None
    ) -> Column:
        """By the definition, once for each different input. `keys` tell inputs apart where that is known to be
        enough."""
        values = list(self.prepared.constants)
        read = {
            node: column for node in operands(operation) if not isinstance(column := self.columns[node], Same)
        }
        for node in operands(operation):
            values[node] = self.columns[node].at(0)
        if not read:
            return Same(step(values, {}), len(self.subjects))
        told = [(keys or {}).get(node, column.keys()) for node, column in read.items()]
        inputs: list[Hashable] = list(told[0] if len(told) == 1 else zip(*told, strict=True))
        known: dict[Hashable, Value] = {}
        for given, place in dict(zip(inputs, range(len(inputs)), strict=True)).items():
            for node, column in read.items():
                values[node] = column.at(place)
            known[given] = step(values, {})
        return column_of(list(map(known.__getitem__, inputs)))

    # ------------------------------------------------------------ values of many

    def _aggregate(self, node: op.Node, operation: op.Aggregate) -> Column:
        constants = self.prepared.constants
        if operation.pooled:
            members, found = groups(operation.within, self._picked(operation.within))
            for group in members:
                found |= dict.fromkeys(group, pooled(node, operation, self.totals, group, constants))
            return self._of_many(node, operation.within is None, found)
        empty = aggregated(node, operation, [], constants)
        known = self.totals.aggregates.get(node, {})
        return column_of([known.get(subject, empty) for subject in self.subjects])

    def _across(self, node: op.Node, operation: op.Across) -> Column:
        members, found = groups(
            operation.within, self._picked(operation.within, operation.where, operation.operand))
        for group in members:
            found |= across(node, operation, group, self.prepared.constants)
        return self._of_many(node, operation.within is None, found)

    def _picked(self, *nodes: op.Node | None) -> Mapping[Subject, Any]:
        """By subject the values of these nodes alone."""
        named = [node for node in nodes if node is not None]
        columns = [self.columns[node].values() for node in named]
        rows = zip(*columns, strict=True) if columns else (() for _ in self.subjects)
        return {
            subject: dict(zip(named, row, strict=True)) for subject, row in zip(self.subjects, rows, strict=True)
        }

    def _of_many(self, node: op.Node, cohort: bool, found: Mapping[Subject, Value]) -> Column:
        if cohort:
            self.shared[node] = next(iter(found.values()))
        return column_of([found[subject] for subject in self.subjects])


def _cell(cells: Cells | None, name: str) -> Value:
    value = None if cells is None else cells.get(name)
    return ABSENT if value is None else value
