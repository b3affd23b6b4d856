"""A run anew with the rows of some subjects replaced: only these rows are scored again, everything later for all.

For questions of the form "and if this cell were another": corrections one by one, and what it would take.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from rubric_dsl.engines.contract import Subject, SubjectValues, Totals
from rubric_dsl.engines.reference.rows import totals as totals_of
from rubric_dsl.engines.run import Run, problems_of
from rubric_dsl.engines.subjects import subject_values, subjects_of
from rubric_dsl.observations.model import Observations, Row, TableData
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op

V = TypeVar("V")


def again(done: Run, subjects: Collection[Subject], rows: Mapping[str, Sequence[Row]]) -> Run:
    """The run as if `rows` (by table) were all rows of `subjects`; rows of other subjects stay.

    Equal to a run of all rows, in the order that subjects had (new ones last). `observations` of the answer hold the
    rows of `subjects` only. Of a rubric with `each` the period stays.
    """
    tables = done.observations.tables
    observations = Observations({
        name: TableData(name, tuple(rows.get(name, ())), data.ledger) for name, data in tables.items()
    }, done.observations.corrected)
    own = totals_of(done.plan, done.prepared, observations, done.totals.kept)
    totals = _merged(done.totals, own, frozenset(subjects))
    found = subjects_of(done.plan, totals)
    before = None if done.before is None else done.before.values
    if found == done.subjects and not compares(done.plan):
        # Nobody's value depends on another subject's: only those concerned are computed.
        own_values = subject_values(done.plan, done.prepared, totals, tuple(subjects), done.period, before)
        values: SubjectValues = {subject: own_values.get(subject, old) for subject, old in done.values.items()}
        problems = problems_of(done.plan, totals, own_values, done.period)
    else:
        values = subject_values(done.plan, done.prepared, totals, found, done.period, before)
        problems = problems_of(done.plan, totals, values, done.period)
    return Run(
        done.plan, done.prepared, observations, done.engine, totals, found, values, problems, done.period, done.before,
    )


def compares(plan: ScoringPlan) -> bool:
    """Whether a value of a subject may depend on other subjects."""
    return any(
        isinstance(node.operation, op.Across) or (isinstance(node.operation, op.Aggregate) and node.operation.pooled)
        for node in plan.nodes
    )


def _merged(old: Totals, new: Totals, subjects: frozenset[Subject]) -> Totals:
    order = [subject for subject in old.subjects if subject not in subjects or subject in new.subjects]
    order += [subject for subject in new.subjects if subject not in old.subjects]
    return Totals(
        tuple(order),
        _of_subjects(old.rows, new.rows, subjects),
        _of_subjects(old.tallies, new.tallies, subjects),
        _of_subjects(old.aggregates, new.aggregates, subjects),
        _of_subjects(old.samples, new.samples, subjects),
        _of_subjects(old.facts, new.facts, subjects),
        (*(fault for fault in old.faults if fault.subject not in subjects), *new.faults),
        new.kept,
    )


K = TypeVar("K")


def _of_subjects(
    old: Mapping[K, Mapping[Subject, V]], new: Mapping[K, Mapping[Subject, V]], subjects: frozenset[Subject]
) -> dict[K, Mapping[Subject, V]]:
    """The entries of the other subjects as they were, those of `subjects` anew."""
    nothing: Mapping[Subject, V] = {}
    merged: dict[K, Mapping[Subject, V]] = {}
    for key in (*old, *(key for key in new if key not in old)):
        kept = old.get(key, nothing)
        if subjects.isdisjoint(kept):
            merged[key] = {**kept, **new.get(key, nothing)}
        else:
            merged[key] = _replaced(kept, new.get(key, nothing), subjects)
    return merged


def _replaced(kept: Mapping[Subject, V], own: Mapping[Subject, V], subjects: frozenset[Subject]) -> dict[Subject, V]:
    """In the order of before, since a register's order is that of its subjects."""
    found = {s: own[s] if s in subjects else value for s, value in kept.items() if s not in subjects or s in own}
    return found | {s: value for s, value in own.items() if s not in found}
