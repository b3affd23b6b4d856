"""What it would have taken: the least change of a subject's observations that reaches a goal.

Least is: fewest observations, then fewest cells, then fewest steps of their columns. Single changes are tried one by
one and are complete wherever the rubric only compares a column with fixed values; more than that is looked for, from
what helps most, and where all changes are few enough to be tried (`least`), all are. A proposal says whether it is
proved to be the least. Whatever is proposed has been scored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from rubric_dsl.engines.again import again
from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.explain.changes import CellChange, Changes, RowChange
from rubric_dsl.explain.goals import Goal, Standing, standing
from rubric_dsl.explain.least import MOST_ROWS, in_order, options
from rubric_dsl.numbers import reals
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.text.record import dataclass

MOST_TRIALS = 6_000
"""Changed runs that are scored for one goal; where more would be needed, nothing is called proved."""
MOST_PAIRS = 6_000
"""Pairs of cells of one row that are looked at."""
MOST_PROPOSED = 200
MOST_ROUNDS = 60
WIDTH = 4

RowKey = tuple[str, tuple[str, int]]
"""Table and place."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes that reach the goal together. `stands`: where the subject is then, in the rankings, by name.

    `passes`: who was before it in the first ranking, and no longer is.
    """

    changes: tuple[RowChange, ...]
    score: Value
    stands: Mapping[str, Standing]
    passes: tuple[Subject, ...] = ()

    @property
    def cost(self) -> tuple[int, int, int]:
        """Observations, cells, steps."""
        return len(self.changes), sum(len(c.cells) for c in self.changes), sum(c.steps for c in self.changes)


@dataclass(frozen=True, slots=True)
class Reach:
    """`proposals`: the least first, all of the same number of observations and cells; none: it was not found.

    `already`: the goal is reached as it is. `more`: how many more there are that are as small.
    """

    goal: Goal
    already: bool
    proposals: tuple[Proposal, ...]
    more: int
    proved: bool
    trials: int


def reach(done: Run, subject: Subject, goal: Goal) -> Reach:
    """The least changes that would have reached the goal; `proved` without any: there are none."""
    if goal.reached(done, subject):
        return Reach(goal, True, (), 0, True, 0)
    return _Search(done, subject, goal).found()


class _Search:
    def __init__(self, done: Run, subject: Subject, goal: Goal) -> None:
        self._done = done
        self._subject = subject
        self._goal = goal
        self._changes = Changes(done)
        self._schemas = {schema.name: schema for schema in done.plan.tables}
        self._own = {name: done.rows.get(name, {}).get(subject, []) for name in self._schemas}
        self._trials = 0
        self._sampled = 1 << 30
        """The fewest cells of a change for which some values stand that may not be all."""

    def found(self) -> Reach:
        """What single changes reach; where that is not proved least, all changes are tried if they are few enough."""
        found = self._found()
        return found if found.proved else self._tried(found.proposals) or found

    def _tried(self, known: Sequence[Proposal]) -> Reach | None:
        """The least of all changes, of which some are known that reach the goal; None where those that would be less
        are too many, or not all known."""
        rows = [(self._schemas[name], row) for name, own in self._own.items() for row in own]
        if len(rows) > MOST_ROWS:
            return None
        every: list[Sequence[RowChange]] = []
        for schema, row in rows:
            own = options(self._changes, schema, row, self._signature)
            if own is None:
                return None
            if own:
                every.append(own)
        least = min((proposal.cost for proposal in known), default=None)
        for group in in_order(every, least):
            if group is None:
                return None
            reaching = sorted(self._proposals([tuple(one) for one in group]), key=lambda p: p.cost)
            if reaching:
                more = max(len(reaching) - MOST_PROPOSED, 0)
                return Reach(self._goal, False, tuple(reaching[:MOST_PROPOSED]), more, True, self._trials)
        equal = tuple(proposal for proposal in known if least is not None and proposal.cost[:2] == least[:2])
        return Reach(self._goal, False, equal, 0, True, self._trials)

    def _found(self) -> Reach:
        single = self._singles()
        reaching = self._proposals([(change,) for change in single])
        reaching = [proposal for proposal in reaching if proposal.cost[1] == 1] or [
            *reaching, *self._proposals([(change,) for change in self._pairs()]),
        ]
        if not reaching:
            built = self._built(single)
            return Reach(self._goal, False, built[:MOST_PROPOSED], 0, False, self._trials)
        least = min(proposal.cost[:2] for proposal in reaching)
        equal = sorted((p for p in reaching if p.cost[:2] == least), key=lambda p: p.cost)
        return Reach(
            self._goal, False, tuple(equal[:MOST_PROPOSED]), max(len(equal) - MOST_PROPOSED, 0),
            self._is_least(equal[0]), self._trials,
        )

    def _is_least(self, proposal: Proposal) -> bool:
        """One cell by one step cannot be less; otherwise all smaller changes have to have been tried."""
        calls, cells, steps = proposal.cost
        if calls > 1:
            return False
        if cells == 1 and steps == 1:
            return True
        return self._changes.complete and cells < self._sampled and self._trials <= MOST_TRIALS

    # ------------------------------------------------------------ one observation

    def _singles(self) -> list[RowChange]:
        """The changes of one cell that change anything, of those with the same consequences the nearest."""
        found: list[RowChange] = []
        for name, rows in self._own.items():
            schema = self._schemas[name]
            for row in rows:
                known: dict[tuple[object, ...], RowChange] = {}
                before = self._signature(name, row)
                for change in self._changes.of(schema, row):
                    if not change.exact:
                        self._sampled = min(self._sampled, len(change.cells))
                    told = self._signature(name, change.changed)
                    if told == before:
                        continue
                    key = (len(change.cells), *told)
                    if key not in known or change.steps < known[key].steps:
                        known[key] = change
                found += known.values()
        return found

    def _signature(self, table: str, row: Row) -> tuple[object, ...]:
        """What the rest of the plan sees of a row."""
        prepared = self._done.prepared
        values = evaluate_row(prepared, row.values, prepared.row_nodes.get(table, ()))
        return tuple(values[node] for node in self._seen(table)) + tuple(
            row.values[column] for column in self._facts(table)
        )

    def _seen(self, table: str) -> Sequence[op.Node]:
        found = []
        for node in self._done.plan.nodes:
            operation = node.operation
            if isinstance(operation, op.Aggregate) and operation.table == table:
                found += [n for n in (operation.operand, operation.where) if n is not None]
            elif node.grain.kind == "row" and node.grain.table == table and isinstance(
                operation, (op.RowScore, op.Touchpoint)
            ):
                found.append(node.id)
        return found

    def _facts(self, table: str) -> Sequence[str]:
        schema = self._schemas[table]
        return [column.name for column in schema.columns] if schema.folding == "one row each" else []

    def _pairs(self) -> Iterator[RowChange]:
        """Two cells of one row, of those with the same consequences the nearest; as many as there is room for."""
        looked_at = 0
        for name, rows in self._own.items():
            for row in rows:
                known: dict[tuple[object, ...], RowChange] = {}
                before = self._signature(name, row)
                for one, other in combinations(self._changes.cells(self._schemas[name], row), 2):
                    both = self._together(one, other)
                    if both is None:
                        continue
                    looked_at += 1
                    if looked_at > MOST_PAIRS:
                        self._sampled = min(self._sampled, 2)
                        return
                    told = self._signature(name, both.changed)
                    if told != before and (told not in known or both.steps < known[told].steps):
                        known[told] = both
                yield from known.values()

    def _together(self, one: RowChange, other: RowChange) -> RowChange | None:
        """Both changes of one row; None where they are of the same cells, or the row then breaks a rule."""
        names = {cell.column.name for cell in one.cells}
        if any(cell.column.name in names for cell in other.cells):
            return None
        made = RowChange(one.schema, one.row, (*one.cells, *other.cells), one.exact and other.exact)
        return made if self._changes.holds(made) else None

    # ------------------------------------------------------------ scoring

    def _run(self, changes: Sequence[RowChange]) -> Run:
        self._trials += 1
        new = {(change.schema.name, change.row.place): change.changed for change in changes}
        rows = {name: [new.get((name, row.place), row) for row in own] for name, own in self._own.items()}
        return again(self._done, {self._subject: None}, rows)

    def _proposals(self, sets: Sequence[tuple[RowChange, ...]]) -> list[Proposal]:
        found = []
        for changes in sets:
            run = self._run(changes)
            if not run.problems.count and self._goal.reached(run, self._subject):
                found.append(self._proposal(changes, run))
        return found

    def _proposal(self, changes: Sequence[RowChange], run: Run) -> Proposal:
        stands = {schema.name: standing(run, schema, self._subject) for schema in run.plan.rankings}
        return Proposal(tuple(changes), self._score(run), stands, self._passed(run))

    def _passed(self, run: Run) -> tuple[Subject, ...]:
        if not run.plan.rankings:
            return ()
        before, after = (_ranks(one, first_ranking(one)) for one in (self._done, run))
        own = [ranks.get(self._subject) for ranks in (before, after)]
        return tuple(
            other for other, rank in before.items()
            if other != self._subject and _is_before(rank, own[0]) and _is_before(own[1], after.get(other))
        )

    def _score(self, run: Run) -> Value:
        by = by_of(self._done, first_ranking(self._done)) if run.plan.rankings else None
        return None if by is None else run.values[self._subject][by]  # type: ignore[return-value]

    # ------------------------------------------------------------ several observations

    def _built(self, single: Sequence[RowChange]) -> tuple[Proposal, ...]:
        """Changes put together from those that help most, then without those that turn out not to be needed."""
        found = [
            proposal for way in range(len(self._goal.progress(self._done, self._subject)))
            for proposal in self._climbed(single, way)
        ]
        return tuple(sorted(found, key=lambda proposal: proposal.cost))

    def _climbed(self, single: Sequence[RowChange], way: int) -> Iterator[Proposal]:
        gains = self._gains(single, way)
        helping = {(change.schema.name, change.row.place) for _, change in gains}
        # What breaks a rule alone may hold beside another change of its row.
        gains += [
            (Fraction(0), change) for name, rows in self._own.items() for row in rows if (name, row.place) in helping
            for change in self._changes.cells(self._schemas[name], row) if not self._changes.holds(change)
        ]
        chosen: dict[RowKey, RowChange] = {}
        for _ in range(MOST_ROUNDS):
            step = self._next(chosen, gains, way)
            if step is None:
                return
            chosen = step
            run = self._run(list(chosen.values()))
            if self._goal.reached(run, self._subject):
                needed = self._needed(chosen)
                yield self._proposal(needed, self._run(needed))
                return

    def _gains(self, single: Sequence[RowChange], way: int) -> list[tuple[Fraction, RowChange]]:
        """The changes that help by themselves, those that help most first."""
        now = self._progress(self._done, way)
        found = []
        for change in single:
            run = self._run([change])
            if not run.problems.count:
                gain = self._progress(run, way) - now
                if gain > 0:
                    found.append((gain, change))
        # Rows that can give most first, so that few rows are needed.
        by_row: dict[RowKey, Fraction] = {}
        for gain, change in found:
            key = (change.schema.name, change.row.place)
            by_row[key] = by_row.get(key, Fraction(0)) + gain
        return sorted(found, key=lambda pair: (
            -by_row[pair[1].schema.name, pair[1].row.place], -pair[0], len(pair[1].cells), pair[1].steps,
        ))

    def _next(
        self, chosen: dict[RowKey, RowChange], gains: Sequence[tuple[Fraction, RowChange]], way: int
    ) -> dict[RowKey, RowChange] | None:
        now = self._progress(self._run(list(chosen.values())), way) if chosen else self._progress(self._done, way)
        tried = 0
        for _, change in gains:
            key = (change.schema.name, change.row.place)
            both = change if key not in chosen else _over(chosen[key], change)
            if self._trials > MOST_TRIALS or not self._changes.holds(both):
                continue
            extended = {**chosen, key: both}
            run = self._run(list(extended.values()))
            if not run.problems.count and self._progress(run, way) > now:
                return extended
            tried += 1
            if tried > WIDTH * 20:
                return None
        return None

    def _needed(self, chosen: Mapping[RowKey, RowChange]) -> list[RowChange]:
        """Without the observations and cells that the goal does not need."""
        kept = list(chosen.values())
        for change in list(kept):
            rest = [one for one in kept if one is not change]
            if rest and self._goal.reached(self._run(rest), self._subject):
                kept = rest
        for change in list(kept):
            for cell in change.cells:
                less = self._without(kept, change, cell)
                if less is not None and self._goal.reached(self._run(less), self._subject):
                    kept = less
                    break
        return kept

    def _without(self, kept: list[RowChange], change: RowChange, cell: CellChange) -> list[RowChange] | None:
        cells = tuple(one for one in change.cells if one is not cell)
        made = RowChange(change.schema, change.row, cells, change.exact)
        if not cells or change not in kept or not self._changes.holds(made):
            return None
        return [made if one is change else one for one in kept]

    def _progress(self, run: Run, way: int) -> Fraction:
        values = self._goal.progress(run, self._subject)
        value = values[way] if way < len(values) else None
        if value is None or not is_number(value):
            return Fraction(-(10**9))
        return value if isinstance(value, Fraction) else reals.enclosure(value, 64)[0]


def _over(one: RowChange, other: RowChange) -> RowChange:
    """Both changes of one row, the second where they are of the same cell."""
    names = {cell.column.name for cell in other.cells}
    kept = tuple(cell for cell in one.cells if cell.column.name not in names)
    return RowChange(one.schema, one.row, (*kept, *other.cells), one.exact and other.exact)


def _ranks(run: Run, schema: RankingSchema) -> dict[Subject, int | None]:
    return {row.subject: row.rank for row in ranking_of(run, schema).rows}


def _is_before(one: int | None, other: int | None) -> bool:
    """Whether the one rank is better, or as good where the other is a tie that was not there."""
    return one is not None and (other is None or one < other)


def first_ranking(done: Run) -> RankingSchema:
    return done.plan.rankings[0]


def by_of(done: Run, schema: RankingSchema) -> op.Node:
    operation = done.plan.nodes[schema.node].operation
    assert isinstance(operation, op.Ranking)
    return operation.by
