"""Who moves between two editions and because of which change, each movement split exactly over the changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from rubric_dsl.editions import shapley
from rubric_dsl.editions.comparison import Comparison
from rubric_dsl.editions.recipes import Side
from rubric_dsl.editions.universe import Circular, Mixture, Universe
from rubric_dsl.engines.problems import Problems
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.values import Undefined
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.results.model import NoValue, Placed
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.text.record import dataclass

Which = int
"""Which data: 0 the old, 1 the new."""

Read = Callable[[Which, Side], Observations | None]
"""The data as an edition reads them; None where it refuses rows."""


@dataclass(frozen=True, slots=True)
class Player:
    """Changes that are made together; `data`: other data are put in the place of the old too."""

    changes: tuple[int, ...]
    data: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a subject stands in a ranking; None: it is not in these data."""

    score: Exact | NoValue
    rank: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A subject in both editions. Shares are by player and add up to the difference; None: there is no difference to be
    split, since the subject has no score (no rank) on one side or in between.

    `own`: the places that its own score alone moved it; `others`: those that the others' scores moved it, once its own
    was the new one; `rule`: those that the ranking's own rules moved it after that.
    """

    subject: str
    old: Standing | None
    new: Standing | None
    score: shapley.Split | None
    rank: shapley.Split | None
    own: int | None = None
    others: int | None = None
    rule: int | None = None

    @property
    def moves(self) -> bool:
        return self.rank_difference != 0

    @property
    def rank_difference(self) -> int:
        """New rank minus old; 0 where a rank is missing."""
        if self.old is None or self.new is None or self.old.rank is None or self.new.rank is None:
            return 0
        return self.new.rank - self.old.rank

    @property
    def score_difference(self) -> Exact | None:
        if self.old is None or self.new is None:
            return None
        if isinstance(self.old.score, NoValue) or isinstance(self.new.score, NoValue):
            return None
        return reals.subtract(self.new.score, self.old.score)

    @property
    def changed(self) -> bool:
        """Whether anything about it is otherwise."""
        if (self.old is None) != (self.new is None):
            return True
        if self.old is None or self.new is None:
            return False
        difference = self.score_difference
        states = [isinstance(one.score, NoValue) for one in (self.old, self.new)]
        return self.old.rank != self.new.rank or states[0] != states[1] or (
            difference is not None and reals.sign(difference) != 0
        )


@dataclass(frozen=True, slots=True)
class RankingImpact:
    """`players` in order of the changes; `subjects` by their new rank."""

    name: str
    label: str | None
    by: str
    players: tuple[Player, ...]
    subjects: tuple[Moved, ...]

    @property
    def error(self) -> bool:
        return any(one.score is not None and one.score.error is not None for one in self.subjects)


class NotScored(Exception):
    """One of the editions gives no result on these data: the impossible values, by edition."""

    def __init__(self, side: Side, run: Run) -> None:
        super().__init__(side)
        self.side = side
        self.run = run


def impact(comparison: Comparison, read: Read, seed: int = 1, two_data: bool = False) -> tuple[RankingImpact, ...]:
    """For each ranking that both editions have. Raises NotScored where an edition itself has no result."""
    ends = (_end(comparison, 0, read(0, 0)), _end(comparison, 1, read(1 if two_data else 0, 1)))
    names = [schema.name for schema in comparison.new.plan.rankings]
    both = {schema.name for schema in comparison.old.plan.rankings}
    return tuple(
        _Impact(comparison, read, ends, name, seed, two_data).found() for name in names if name in both
    )


def _end(comparison: Comparison, side: Side, observations: Observations | None) -> Run:
    plan = (comparison.old, comparison.new)[side].plan
    assert observations is not None
    done = run_periods(plan, observations)[-1]
    if done.problems.count:
        raise NotScored(side, done)
    return done


Standings = Mapping[str, Placed]


class _Undefined(Exception):
    """A mixture that gives no result."""


class _Impact:
    """One ranking."""

    def __init__(
        self, comparison: Comparison, read: Read, ends: tuple[Run, Run], name: str, seed: int, two_data: bool
    ) -> None:
        self.comparison = comparison
        self.read = read
        self.ends = ends
        self.name = name
        self.seed = seed
        self.two_data = two_data
        self.variants: dict[tuple[Which, Mixture], _Variant] = {}
        self.schemas = tuple(
            next(one for one in side.plan.rankings if one.name == name) for side in (comparison.old, comparison.new)
        )
        self.table_changes = Universe(comparison).table_changes
        self.whole = sum(1 << change.number for change in comparison.changes)
        self.standing: dict[tuple[Which, Mixture], Standings | None] = {}

    def found(self) -> RankingImpact:
        ends = tuple(
            {placed.subject: placed for placed in ranking_of(run, schema).rows}
            for run, schema in zip(self.ends, self.schemas, strict=True)
        )
        players = self._players(ends)
        own = _OwnAndOthers(self.ends, self.schemas, ends)
        moved = [self._moved(subject, ends, players, own) for subject in dict.fromkeys([*ends[1], *ends[0]])]
        schema = self.schemas[1]
        return RankingImpact(self.name, schema.label, schema.by, tuple(players), tuple(moved))

    # ------------------------------------------------------------ players

    def _players(self, ends: Sequence[Standings]) -> list[Player]:
        """The changes one by one; those that cannot stand alone together; all in one where nothing else will do."""
        bits = self.comparison.reach.rankings[self.name] | self.table_changes
        players = [Player((change.number,)) for change in self.comparison.changes if bits >> change.number & 1]
        if self.two_data:
            players.insert(0, Player((), data=True))
        if len(players) > shapley.EXACT_UP_TO:
            players = self._linked_by_pairs(players)
        while len(players) > 1:
            states = [self._state(players, chosen) for chosen in self._sets(players)]
            self._evaluate(states)
            together = self._cannot_stand_alone(players)
            if not together:
                break
            players = _joined(players, together)
        whole = (1 << len(players)) - 1
        if [self._asked(players, 0), self._asked(players, whole)] != [_plain(ends[0]), _plain(ends[1])]:
            everything = Player(tuple(n for player in players for n in player.changes), self.two_data)
            players = [everything] if everything.changes or everything.data else []
        return players

    def _asked(self, players: Sequence[Player], chosen: int) -> object:
        found = self._at(players, chosen)
        return None if found is None else _plain(found)

    def _sets(self, players: Sequence[Player]) -> Iterator[int]:
        if len(players) <= shapley.EXACT_UP_TO:
            yield from range(1 << len(players))
            return
        for order in shapley.orders(len(players), self.seed):
            chosen = 0
            yield chosen
            for player in order:
                chosen |= 1 << player
                yield chosen

    def _cannot_stand_alone(self, players: Sequence[Player]) -> int:
        """Players, as bits, that must be made together: the smallest set without a result, with what mends it."""
        tried = sorted(set(self._sets(players)), key=lambda chosen: (chosen.bit_count(), chosen))
        without = next((chosen for chosen in tried if self._at(players, chosen) is None), None)
        if without is None:
            return 0
        mended = (chosen for chosen in tried if chosen & without == without and self._at(players, chosen) is not None)
        together = next(mended, (1 << len(players)) - 1)
        return together if together.bit_count() > 1 else (1 << len(players)) - 1

    def _linked_by_pairs(self, players: list[Player]) -> list[Player]:
        """Where there are too many sets to look at: one that has no result alone is joined to one that mends it."""
        place = 0
        while place < len(players):
            singles = [self._state(players, 1 << other | 1 << place) for other in range(len(players))]
            self._evaluate(singles)
            if self._at(players, 1 << place) is not None:
                place += 1
                continue
            mends = [other for other in range(len(players)) if self._at(players, 1 << other | 1 << place) is not None]
            if not mends:
                place += 1
                continue
            players = _joined(players, 1 << place | 1 << mends[0])
            place = 0
        return players

    # ------------------------------------------------------------ mixtures

    def _state(self, players: Sequence[Player], chosen: int) -> tuple[Which, Mixture]:
        """The data and the changes of a set of players. What changes nothing here goes with all others."""
        mixture, which, known = 0, 0, 0
        for place, player in enumerate(players):
            bits = sum(1 << number for number in player.changes)
            known |= bits
            if chosen >> place & 1:
                mixture |= bits
                which |= player.data
        rest = self.whole & ~known if chosen == (1 << len(players)) - 1 else 0
        return which, mixture | rest

    def _at(self, players: Sequence[Player], chosen: int) -> Standings | None:
        state = self._state(players, chosen)
        if state not in self.standing:
            self._evaluate([state])
        return self.standing[state]

    def _evaluate(self, states: Sequence[tuple[Which, Mixture]]) -> None:
        """Scores all these mixtures, those of one reading of the data in one run."""
        waiting: dict[tuple[Which, Mixture], list[Mixture]] = {}
        for which, mixture in dict.fromkeys(states):
            if (which, mixture) not in self.standing:
                waiting.setdefault((which, mixture & self.table_changes), []).append(mixture)
        for (which, tables), mixtures in waiting.items():
            variant = _Variant(self.comparison, self.name, tables)
            for mixture in mixtures:
                variant.ask(mixture)
            observations = self.read(which, variant.universe.side_read(tables))
            found = variant.standings(observations, self.schemas[1])
            self.standing |= {(which, mixture): found[mixture] for mixture in mixtures}

    # ------------------------------------------------------------ one subject

    def _moved(
        self, subject: str, ends: Sequence[Standings], players: Sequence[Player], own: _OwnAndOthers
    ) -> Moved:
        old, new = (_standing(end.get(subject)) for end in ends)
        score = self._split(players, lambda chosen: self._score(players, chosen, subject))
        rank = self._split(players, lambda chosen: self._rank(players, chosen, subject))
        if old is None or new is None or old.rank is None or new.rank is None:
            return Moved(subject, old, new, score, None)
        return Moved(subject, old, new, score, rank, *own(subject, old.rank, new.rank))

    def _split(self, players: Sequence[Player], worth: shapley.Worth) -> shapley.Split | None:
        try:
            if len(players) <= shapley.EXACT_UP_TO:
                return shapley.split(len(players), worth)
            return shapley.sampled(len(players), worth, shapley.orders(len(players), self.seed))
        except _Undefined:
            return None

    def _score(self, players: Sequence[Player], chosen: int, subject: str) -> Exact:
        standings = self._at(players, chosen)
        placed = None if standings is None else standings.get(subject)
        if placed is None or isinstance(placed.score, NoValue):
            raise _Undefined
        return placed.score

    def _rank(self, players: Sequence[Player], chosen: int, subject: str) -> Exact:
        standings = self._at(players, chosen)
        placed = None if standings is None else standings.get(subject)
        if placed is None or placed.rank is None:
            raise _Undefined
        return Fraction(placed.rank)


def _joined(players: Sequence[Player], together: int) -> list[Player]:
    """The players with these made one, in the place of the first."""
    inside = [player for place, player in enumerate(players) if together >> place & 1]
    one = Player(
        tuple(sorted(number for player in inside for number in player.changes)), any(player.data for player in inside)
    )
    first = players.index(inside[0])
    rest = [player for player in players if player not in inside]
    return [*rest[:first], one, *rest[first:]]


def _standing(placed: Placed | None) -> Standing | None:
    return None if placed is None else Standing(placed.score, placed.rank)


def _plain(standings: Standings) -> dict[str, tuple[object, int | None]]:
    return {
        subject: (None if isinstance(placed.score, NoValue) else placed.score, placed.rank)
        for subject, placed in standings.items()
    }


# ---------------------------------------------------------------- mixtures that read data alike


class _Variant:
    """Mixtures that read and fold rows alike, scored in one run."""

    def __init__(self, comparison: Comparison, ranking: str, tables: Mixture) -> None:
        self.universe = Universe(comparison)
        self.ranking = ranking
        self.tables = tables
        self.rankings: dict[Mixture, op.Node | None] = {}

    def ask(self, mixture: Mixture) -> None:
        try:
            self.rankings[mixture] = self.universe.ranking(self.ranking, mixture)
        except Circular:
            self.rankings[mixture] = None

    def standings(self, observations: Observations | None, schema: RankingSchema) -> dict[Mixture, Standings | None]:
        if observations is None:
            return dict.fromkeys(self.rankings)
        self.universe.prepare_tables(self.tables)
        plan = self.universe.plan(self.tables)
        done = run_periods(plan, observations)[-1]
        found: dict[op.Node | None, Standings | None] = {None: None}
        faults = {fault.node if fault.needed_by is None else fault.needed_by for fault in done.totals.faults}
        for node in self.rankings.values():
            if node is not None and node not in found:
                found[node] = self._of(done, schema, node, faults)
        return {mixture: found[node] for mixture, node in self.rankings.items()}

    def _of(self, done: Run, schema: RankingSchema, node: op.Node, faults: set[op.Node]) -> Standings | None:
        """The places in this mixture; None where a value that counts is impossible."""
        nodes = done.plan.nodes
        if faults and not faults.isdisjoint(reach([node], lambda current: operands(nodes[current].operation))):
            return None
        asked = operands(nodes[node].operation)
        if any(isinstance(values[read], Undefined) for values in done.values.values() for read in asked):
            return None
        rows = ranking_of(done, schema.model_copy(update={"node": node})).rows
        return {placed.subject: placed for placed in rows} if rows or not done.values else None


# ---------------------------------------------------------------- own score and others


class _OwnAndOthers:
    """How far a subject moved by its own score, by the others' scores, and by the rules of the ranking."""

    def __init__(
        self, ends: tuple[Run, Run], schemas: tuple[RankingSchema, ...], standings: Sequence[Standings]
    ) -> None:
        self.old, self.new = ends
        self.schema = schemas[0]
        before = self.old.plan.nodes[schemas[0].node].operation
        after = self.new.plan.nodes[schemas[1].node].operation
        assert isinstance(before, op.Ranking) and isinstance(after, op.Ranking)
        self.pairs = list(_pairs(before, after))
        # Only who has a place in both can be said to have moved.
        self.both = [subject for subject in standings[0] if subject in self.new.values]
        self.all_new = self._ranks({subject: self._newer(subject) for subject in self.both})

    def __call__(self, subject: str, old: int, new: int) -> tuple[int | None, int | None, int | None]:
        alone = self._ranks({**self.old.values, subject: self._newer(subject)}).get(subject)
        among = self.all_new.get(subject)
        if alone is None or among is None:
            return None, None, None
        return alone - old, among - alone, new - among

    def _newer(self, subject: str) -> Values:
        """The subject's old values with what the ranking reads from the new edition."""
        values = list(self.old.values[subject])
        for before, after in self.pairs:
            values[before] = self.new.values[subject][after]
        return values

    def _ranks(self, values: Mapping[str, Values]) -> dict[str, int | None]:
        run = replace(
            self.old, values=dict(values), subjects=tuple(s for s in self.old.subjects if s in values),
            problems=Problems(self.old.plan),
        )
        return {placed.subject: placed.rank for placed in ranking_of(run, self.schema).rows}


def _pairs(old: op.Ranking, new: op.Ranking) -> Iterator[tuple[op.Node, op.Node]]:
    """The nodes that both rankings read in the same place."""
    yield old.by, new.by
    if old.within is not None and new.within is not None:
        yield old.within, new.within
    if [key.lowest_first for key in old.keys] == [key.lowest_first for key in new.keys]:
        yield from ((a.node, b.node) for a, b in zip(old.keys, new.keys, strict=True))
    if [cap.rank for cap in old.caps] == [cap.rank for cap in new.caps]:
        yield from ((a.condition, b.condition) for a, b in zip(old.caps, new.caps, strict=True))
    if len(old.excludes) == len(new.excludes):
        yield from zip(old.excludes, new.excludes, strict=True)
