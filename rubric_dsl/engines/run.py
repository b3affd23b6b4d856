"""A run: the rows through an engine, then everything later for all subjects."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import field
from functools import cached_property

from rubric_dsl.engines.contract import Engine, Subject, SubjectValues, Totals
from rubric_dsl.engines.folding import Fold, folds
from rubric_dsl.engines.problems import Problems, reads_private
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.stage.columns import with_faults
from rubric_dsl.engines.subjects import subject_values, subjects_of
from rubric_dsl.evaluation.prepare import Prepared, prepare
from rubric_dsl.evaluation.values import Undefined, Value
from rubric_dsl.observations.model import Observations, Row
from rubric_dsl.observations.periods import Period, by_period, period_before, period_text
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

MANY = 200
"""With fewer subjects the definition is done as soon."""


@dataclass(frozen=True)
class Run:
    """What ran, every value of every subject by node number, and the impossible values that count."""

    plan: ScoringPlan
    prepared: Prepared
    observations: Observations
    engine: str
    totals: Totals
    subjects: tuple[Subject, ...]
    values: SubjectValues
    problems: Problems
    period: Period | None = None
    """In a rubric with `each`: the period that was scored."""
    before: Run | None = None
    """The run of the period before it, if it was observed."""
    memo: dict[Hashable, object] = field(default_factory=dict)
    """What is asked of the run for one subject after the other and is the same for all."""

    @cached_property
    def folds(self) -> dict[op.Node, Fold]:
        """How each item that is scored on rows is folded."""
        return folds(self.plan, self.prepared)

    @cached_property
    def rows(self) -> dict[str, dict[Subject, list[Row]]]:
        """The rows of each table by subject, in order of the file."""
        found: dict[str, dict[Subject, list[Row]]] = {}
        for schema in self.plan.tables:
            by_subject = found.setdefault(schema.name, {})
            data = self.observations.tables.get(schema.name)
            for row in data.rows if data is not None else ():
                by_subject.setdefault(str(row.values[schema.subject]), []).append(row)
        return found


def run_periods(plan: ScoringPlan, observations: Observations, engine: Engine | None = None) -> tuple[Run, ...]:
    """A run for each period that was observed, the earliest first; of a rubric without `each` the one run."""
    if plan.period is None:
        return (run(plan, observations, engine),)
    done: dict[Period, Run] = {}
    for period, own in by_period(plan, observations):
        before = period_before(plan, period)
        done[period] = run(plan, own, engine, period, None if before is None else done.get(before))
    return tuple(done.values())


def run(
    plan: ScoringPlan, observations: Observations, engine: Engine | None = None, period: Period | None = None,
    before: Run | None = None,
) -> Run:
    """Score the rows and then the subjects. Problems are collected, not raised.

    Of a rubric with `each` these are the observations of one `period`, and `before` is the run of the one before it.
    """
    engine = engine or ReferenceEngine()
    prepared = prepare(plan)
    totals = engine.totals(plan, prepared, observations)
    subjects = subjects_of(plan, totals)
    known = None if before is None else before.values
    many = engine.stage if len(subjects) >= MANY else None
    values = (many or subject_values)(plan, prepared, totals, subjects, period, known)
    problems = problems_of(plan, totals, values, period)
    return Run(plan, prepared, observations, engine.name, totals, subjects, values, problems, period, before)


def reported(plan: ScoringPlan) -> Iterator[NamedValue]:
    """The named values that every subject has: all but measures of rows."""
    for named in plan.values:
        node = plan.nodes[named.node]
        if node.grain.kind != "row" or isinstance(node.operation, (op.Touchpoint, op.RowScore)):
            yield named


def published(plan: ScoringPlan) -> Iterator[NamedValue]:
    """The reported values that outputs show: all that do not tell a cell of a private column."""
    return (named for named in reported(plan) if not tells_private(plan, named.node))


def tells_private(plan: ScoringPlan, node: op.Node) -> bool:
    """Whether the value would tell such a cell; a yes or no and the outcome of a table say less than it."""
    made = plan.nodes[node]
    return made.type.kind != "yes/no" and not isinstance(made.operation, op.Table) and reads_private(plan, node)


def problems_of(plan: ScoringPlan, totals: Totals, values: SubjectValues, period: Period | None) -> Problems:
    """The faults of rows that count, then those that reported values and rankings depend on, told of the innermost."""
    problems = Problems(plan, None if period is None else period_text(plan, period))
    for fault in totals.faults:
        problems.add(fault, None, _name_of(plan, fault))
    sinks = sorted((named.node, named.name) for named in reported(plan))
    sinks += [(node, ranking.name) for ranking in plan.rankings for node in _read_by(plan, ranking.node)]
    for subject, of_subject in with_faults(values, {node for node, _ in sinks}):
        for node, name in sinks:
            _add(problems, of_subject[node], subject, name)
    return problems


def _add(problems: Problems, value: Value, subject: Subject, name: str) -> None:
    if isinstance(value, Undefined):
        problems.add(value, subject, name)


def _name_of(plan: ScoringPlan, fault: Undefined) -> str | None:
    node = fault.node if fault.needed_by is None else fault.needed_by
    return getattr(plan.nodes[node].operation, "name", None)


def _read_by(plan: ScoringPlan, ranking: op.Node) -> tuple[op.Node, ...]:
    operation = plan.nodes[ranking].operation
    assert isinstance(operation, op.Ranking)
    keys = tuple(key.node for key in operation.keys)
    caps = tuple(cap.condition for cap in operation.caps)
    within = () if operation.within is None else (operation.within,)
    return (operation.by, *within, *keys, *caps, *operation.excludes)
