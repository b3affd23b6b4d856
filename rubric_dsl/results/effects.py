"""What corrections do to scores and ranks: each appeal by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rubric_dsl.engines.again import again
from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.observations.corrected import Correcting, Placed
from rubric_dsl.observations.model import Observations, Row
from rubric_dsl.observations.periods import period_shown
from rubric_dsl.resolved.operations import Node
from rubric_dsl.results.model import Outcome
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.results.score import outcome_of
from rubric_dsl.text.record import dataclass

MOST_ALONE = 1_000
"""Appeals whose effect is told one by one; of more only the effect of all together is."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A score in a ranking and the rank; in a rubric without rankings an indicator's score."""

    score: Outcome
    rank: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A subject whose score or rank is another. `name`: of the ranking, else of the indicator; `by`: its node.

    None for a stand: the subject is not there.
    """

    name: str
    by: Node
    subject: Subject
    before: Stand | None
    after: Stand | None
    period: str | None = None

    @property
    def rank_changes(self) -> bool:
        return _rank(self.before) != _rank(self.after)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one appeal does by itself. `appeal`: its corrections, which share a reference. `moved` None: it cannot stand
    alone, because its rows would be refused or a value be impossible."""

    appeal: tuple[Placed, ...]
    moved: tuple[Moved, ...] | None


@dataclass(frozen=True, slots=True)
class Effects:
    """`alone` has no more than MOST_ALONE appeals, `appeals` says how many there are."""

    alone: tuple[Effect, ...]
    appeals: int
    together: tuple[Moved, ...]


def effects_of(correcting: Correcting, before: Sequence[Run], after: Sequence[Run]) -> Effects:
    """`before`, `after`: the runs (one a period) without the accepted corrections and with all of them."""
    appeals = list(_appeals(correcting.accepted()))
    stands = _stands(before)
    alone = tuple(Effect(appeal, _alone(correcting, before, stands, appeal)) for appeal in appeals[:MOST_ALONE])
    return Effects(alone, len(appeals), tuple(_moved(stands, _stands(after))))


def _appeals(accepted: Sequence[Placed]) -> Iterator[tuple[Placed, ...]]:
    """Corrections of one reference belong together; without a reference each stands for itself."""
    found: dict[tuple[str, int], list[Placed]] = {}
    for placed in accepted:
        reference = placed.entry.reference
        found.setdefault((reference, 0 if reference else placed.entry.row), []).append(placed)
    yield from map(tuple, found.values())


def _alone(
    correcting: Correcting, before: Sequence[Run], stands: Stands, appeal: Sequence[Placed]
) -> tuple[Moved, ...] | None:
    observations, refusals = correcting.applied(appeal)
    if refusals:
        return None
    runs = _runs(before, observations, appeal)
    if any(run.problems.count for run in runs):
        return None
    return tuple(_moved(stands, _stands(runs)))


def _runs(before: Sequence[Run], observations: Observations, appeal: Sequence[Placed]) -> Sequence[Run]:
    """The runs with these observations; without periods only the subjects that are concerned are scored anew."""
    if before[0].period is not None:
        return run_periods(before[0].plan, observations)
    (done,) = before
    subjects: dict[Subject, None] = {}
    for placed in appeal:
        data = observations.tables[placed.schema.name]
        now = next(row for row in data.rows if row.place == placed.row.place)
        subjects |= {str(row.values[placed.schema.subject]): None for row in (placed.row, now)}
    return [again(done, subjects, rows_of(done, observations, subjects))]


def rows_of(done: Run, observations: Observations, subjects: Mapping[Subject, None]) -> dict[str, list[Row]]:
    """The rows of these subjects by table, in order of the file."""
    return {
        schema.name: [row for row in data.rows if row.values[schema.subject] in subjects]
        for schema in done.plan.tables if (data := observations.tables.get(schema.name)) is not None
    }


# ---------------------------------------------------------------- who stands where

Key = tuple[str | None, str, Subject]
"""Period, ranking, subject."""

Stands = dict[Key, tuple[Node, Stand]]


def _stands(runs: Sequence[Run]) -> Stands:
    found: Stands = {}
    for done in runs:
        period = None if done.period is None else period_shown(done.plan, done.period)
        for schema in done.plan.rankings:
            by = next(named.node for named in done.plan.values if named.name == schema.by)
            for row in ranking_of(done, schema).rows:
                found[period, schema.name, row.subject] = by, Stand(row.score, row.rank)
        if not done.plan.rankings:
            for named in done.plan.values:
                if named.kind == "indicator" and named.depth == 0:
                    for subject in done.subjects:
                        stand = Stand(outcome_of(done, named.node, subject), None)
                        found[period, named.name, subject] = named.node, stand
    return found


def _moved(before: Stands, after: Stands) -> Iterator[Moved]:
    """In order of the new ranking, those that are gone last."""
    for key in (*after, *(key for key in before if key not in after)):
        (period, name, subject), old, new = key, before.get(key), after.get(key)
        if old is None or new is None or old[1] != new[1]:
            known = new or old
            assert known is not None
            stands = [None if one is None else one[1] for one in (old, new)]
            yield Moved(name, known[0], subject, stands[0], stands[1], period)


def _rank(stand: Stand | None) -> int | None:
    return None if stand is None else stand.rank
