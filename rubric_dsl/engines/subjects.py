"""Everything after the rows, shared by all engines: folded scores, indicators, comparisons between subjects.

Node by node in ascending order, each for all subjects at once: a value that depends on other subjects is then one more
step. At the number of a row score or of a touchpoint scored on rows stands its folded value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rubric_dsl.engines.aggregates import across, aggregated, groups, pooled
from rubric_dsl.engines.below import Around, around_items, decided_around
from rubric_dsl.engines.contract import Subject, SubjectValues, Tally, Totals
from rubric_dsl.engines.folding import Fold, folds
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.values import ABSENT, NOT_APPLICABLE, Nothing, Undefined, Value
from rubric_dsl.observations.periods import Period
from rubric_dsl.plan.model import PlanNode, ScoringPlan
from rubric_dsl.resolved import operations as op


def subjects_of(plan: ScoringPlan, totals: Totals) -> tuple[Subject, ...]:
    """Who is scored: the declared subjects, else the rows of the register, else every subject in the data by name (in
    whatever order rows are given, the result is the same)."""
    if plan.subjects is not None:
        return plan.subjects
    if plan.register_table is not None:
        return tuple(totals.facts.get(plan.register_table, ()))
    return tuple(sorted(totals.subjects))


def subject_values(
    plan: ScoringPlan, prepared: Prepared, totals: Totals, subjects: Sequence[Subject], period: Period | None = None,
    before: SubjectValues | None = None,
) -> SubjectValues:
    """The values of all nodes of subject and cohort grain (and the folded ones of row grain) for each subject.

    `period`: the one that is scored, `before`: the values of the one before it, if it was observed.
    """
    own_folds, around = folds(plan, prepared), around_items(plan, prepared)
    stage = _SubjectStage(prepared, totals, subjects, own_folds, around, period, before or {})
    for node in plan.nodes:
        stage.evaluate(node)
    return stage.values


class _SubjectStage:
    def __init__(
        self,
        prepared: Prepared,
        totals: Totals,
        subjects: Sequence[Subject],
        folds: Mapping[op.Node, Fold],
        around: Around,
        period: Period | None,
        before: SubjectValues,
    ) -> None:
        self.prepared = prepared
        self.around = around
        self.totals = totals
        self.folds = folds
        self.period = period
        self.before = before
        self.shared: Values = list(prepared.constants)
        self.values: dict[Subject, Values] = {subject: list(prepared.constants) for subject in subjects}

    def evaluate(self, node: PlanNode) -> None:
        """Put the values of one node into every subject's list."""
        if node.id in self.folds:
            self._each(node.id, self._folded(node.id))
        elif node.grain.kind in ("subject", "cohort"):
            self._each(node.id, self._found(node))

    def _each(self, node: op.Node, found: Mapping[Subject, Value]) -> None:
        """An impossible value below a condition that has decided is not read: the item is not applicable."""
        for subject, value in found.items():
            values = self.values[subject]
            unread = isinstance(value, Undefined) and decided_around(self.around, node, values)
            values[node] = NOT_APPLICABLE if unread else value

    def _folded(self, node: op.Node) -> dict[Subject, Value]:
        fold, faults = self.folds[node], self.totals.aggregates.get(node, {})
        tallies, rows = self.totals.tallies.get(node, {}), self.totals.rows.get(fold.schema.name, {})
        none: Mapping[str | None, Tally] = {}
        unobserved: Mapping[str | None, int] = {}
        return {
            subject: faults[subject]
            if subject in faults
            else fold(tallies.get(subject, none), rows.get(subject, unobserved))
            for subject in self.values
        }

    def _found(self, node: PlanNode) -> Mapping[Subject, Value]:
        match node.operation:
            case op.Aggregate():
                return self._aggregates(node.id, node.operation)
            case op.Across():
                return self._across(node.id, node.operation)
            case op.Column():
                facts = self.totals.facts.get(node.operation.table, {})
                return self._steps(node, facts)
            case op.Subject():
                return {subject: subject for subject in self.values}
            case op.Period():
                return dict.fromkeys(self.values, ABSENT if self.period is None else self.period)
            case op.Previous(operand):
                return {subject: self._previous(subject, operand) for subject in self.values}
            case op.Ranking() | op.Weights():
                return {}
            case _:
                return self._cohort(node) if node.grain.kind == "cohort" else self._steps(node, {})

    def _previous(self, subject: Subject, operand: op.Node) -> Value:
        """The value in the period before; a subject that was not scored there has none."""
        if subject not in self.before:
            return ABSENT
        value = self.before[subject][operand]
        return ABSENT if isinstance(value, Nothing) else value

    def _steps(self, node: PlanNode, cells: Mapping[Subject, Mapping[str, object]]) -> dict[Subject, Value]:
        step = self.prepared.steps[node.id]
        assert step is not None
        return {subject: step(values, cells.get(subject, {})) for subject, values in self.values.items()}  # type: ignore[arg-type]

    def _cohort(self, node: PlanNode) -> dict[Subject, Value]:
        step = self.prepared.steps[node.id]
        assert step is not None
        self.shared[node.id] = step(self.shared, {})
        return dict.fromkeys(self.values, self.shared[node.id])

    def _aggregates(self, node: op.Node, operation: op.Aggregate) -> dict[Subject, Value]:
        constants = self.prepared.constants
        if operation.pooled:
            members, found = groups(operation.within, self.values)
            for group in members:
                found |= dict.fromkeys(group, pooled(node, operation, self.totals, group, constants))
        else:
            known = self.totals.aggregates.get(node, {})
            empty = aggregated(node, operation, [], constants)
            found = {subject: known.get(subject, empty) for subject in self.values}
        return self._shared_too(node, operation.pooled and operation.within is None, found)

    def _across(self, node: op.Node, operation: op.Across) -> dict[Subject, Value]:
        members, found = groups(operation.within, self.values)
        for group in members:
            found |= across(node, operation, group, self.prepared.constants)
        return self._shared_too(node, operation.within is None, found)

    def _shared_too(self, node: op.Node, cohort: bool, found: dict[Subject, Value]) -> dict[Subject, Value]:
        if cohort and found:
            self.shared[node] = next(iter(found.values()))
        return found
