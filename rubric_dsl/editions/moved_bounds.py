"""What moving the bounds of a rubric does to the rows that were observed, one bound at a time and two together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from math import lcm

from rubric_dsl.editions.linear import NotVaried, Rowed, row_score_of, worths_of_parts
from rubric_dsl.editions.mutants import Mutant, Mutants
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.prepare import evaluate_row, prepare
from rubric_dsl.plan.identity import node_hashes
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

Effect = Sequence[tuple[int, int, tuple[int, ...]]]
"""Subject, row, and by how much its share of each part is more."""
ZERO = Fraction(0)
Way = int
"""−1: the bound is moved down, 1: up."""


@dataclass(frozen=True, slots=True)
class MovedBounds:
    """`rows`: as observed, over a denominator that effects have too. `together`: of two bounds moved in these ways what
    their effects alone do not add up to."""

    rows: Rowed
    alone: tuple[dict[Way, Effect], ...]
    together: dict[tuple[int, Way, int, Way], Effect]

    @property
    def every(self) -> list[Effect]:
        """Of each bound that of moving it down and that of moving it up, then those of two together."""
        return [effects[way] for effects in self.alone for way in (-1, 1)] + list(self.together.values())

    def effects(self, ways: Sequence[Way]) -> list[int]:
        """The places in `every` of what comes of moving all bounds at once (0: not moved)."""
        found = [2 * place + (way > 0) for place, way in enumerate(ways) if way]
        found += [
            2 * len(self.alone) + place for place, (a, way, b, other) in enumerate(self.together)
            if ways[a] == way and ways[b] == other
        ]
        return found


def moved_bounds(done: Run, schema: RankingSchema, rows: Rowed, by: Fraction | None = None) -> MovedBounds:
    """Each bound that rows meet, down and up by one step of its column, or by a share of itself.

    Raises NotVaried where a moved bound leaves a value without a row, or three of them meet in one row.
    """
    return _Bounds(done, schema, rows, by).found()


_Shares = dict[tuple[int, int], tuple[Fraction, ...]]


class _Bounds:
    def __init__(self, done: Run, schema: RankingSchema, rows: Rowed, by: Fraction | None) -> None:
        self.done = done
        self.schema = schema
        self.rows = rows
        self.by = by
        self.base = _shares(rows)
        self.worths = worths_of_parts(done, schema, "bounds")
        hashes, scores = node_hashes(done.plan), self._row_scores(done.plan)
        self.hashes = [hashes[node] for node in scores]
        table = done.plan.nodes[scores[0]].grain.table or ""
        self.cells = {
            (place, number): row.values
            for place, subject in enumerate(rows.weighted.subjects)
            for number, row in enumerate(done.rows[table].get(subject, ()))
        }
        found = [node.operation for node in done.plan.nodes if isinstance(node.operation, op.RowScore)]
        self.adds_up = not any(score.limits or score.rounding for score in found)
        """Whether what touchpoints bring simply adds up, so that bounds of two of them have nothing to do with each
        other."""

    def found(self) -> MovedBounds:
        ways = [
            (pair, {way: self._moved(mutant.made(), mutant) for way, mutant in zip((-1, 1), pair, strict=True)})
            for pair in _pairs(self.done.plan, self.by, self.schema.by)
        ]
        met = [(pair, alone) for pair, alone in ways if any(alone.values())]
        together = dict(self._together(met))
        moved = [shares for _, alone in met for shares in alone.values()] + list(together.values())
        bottom = lcm(
            self.rows.denominator,
            *(share.denominator for changes in moved for shares in changes.values() for share in shares),
        )

        def effect(changes: _Shares) -> Effect:
            return [(*at, tuple(int(share * bottom) for share in shares)) for at, shares in changes.items()]

        alone = tuple({way: effect(changes) for way, changes in ways.items()} for _, ways in met)
        return MovedBounds(self._over(bottom), alone, {key: effect(changes) for key, changes in together.items()})

    def _over(self, bottom: int) -> Rowed:
        factor = bottom // self.rows.denominator
        rows = tuple(
            tuple((stratum, tuple(share * factor for share in shares)) for stratum, shares in own)
            for own in self.rows.rows
        )
        return Rowed(self.rows.weighted, rows, bottom)

    def _moved(self, plan: ScoringPlan, mutant: Mutant) -> _Shares:
        """By how much the shares of rows are otherwise, of those that are. Only parts that the change is in are scored
        again."""
        hashes, scores = node_hashes(plan), self._row_scores(plan)
        changed = [place for place, node in enumerate(scores) if hashes[node] != self.hashes[place]]
        prepared, wanted = prepare(plan), tuple(scores[place] for place in changed)
        found: _Shares = {}
        for at, cells in self.cells.items():
            values = evaluate_row(prepared, cells, wanted)
            moved = [ZERO] * len(scores)
            for place in changed:
                value = values[scores[place]]
                if not isinstance(value, Fraction):
                    raise NotVaried("bounds", "a moved bound leaves a value without a row", mutant.item)
                moved[place] = value / self.worths[place] - self.base[at][place]
            if any(moved):
                found[at] = tuple(moved)
        return found

    def _row_scores(self, plan: ScoringPlan) -> list[op.Node]:
        nodes = {named.name: named.node for named in plan.values}
        return [row_score_of(plan, nodes[name]) for name in self.rows.weighted.parts]

    def _together(
        self, met: Sequence[tuple[tuple[Mutant, Mutant], dict[Way, _Shares]]]
    ) -> Iterator[tuple[tuple[int, Way, int, Way], _Shares]]:
        """Two bounds of one item that change the same rows are moved together too."""
        meeting: dict[tuple[int, int], set[int]] = {}
        for number, (_, alone) in enumerate(met):
            for changes in alone.values():
                for at in changes:
                    meeting.setdefault(at, set()).add(number)
        pairs = set()
        for numbers in meeting.values():
            by_item: dict[str, list[int]] = {}
            for number in sorted(numbers):
                by_item.setdefault(met[number][0][0].item if self.adds_up else "", []).append(number)
            for item, same in by_item.items():
                if len(same) > 2:
                    raise NotVaried("bounds", "three bounds meet in one row", item)
                pairs |= set(combinations(same, 2))
        for a, b in sorted(pairs):
            for way, first in zip((-1, 1), met[a][0], strict=True):
                for other, second in zip((-1, 1), met[b][0], strict=True):
                    apart = met[a][1][way], met[b][1][other]
                    joint = self._moved(self._both(first, second), first)
                    rest = {
                        at: _rest(joint.get(at), [one.get(at) for one in apart])
                        for at in {*joint, *apart[0], *apart[1]}
                    }
                    found = {at: shares for at, shares in sorted(rest.items()) if any(shares)}
                    if found:
                        yield (a, way, b, other), found

    def _both(self, first: Mutant, second: Mutant) -> ScoringPlan:
        """The second change made to the plan with the first: changes of bounds come in the same order in both."""
        place = next(i for i, one in enumerate(_bounds(self.done.plan, self.by)) if _same(one, second))
        return _bounds(first.made(), self.by)[place].made()


def _same(one: Mutant, other: Mutant) -> bool:
    return (one.item, one.lines, one.old, one.new) == (other.item, other.lines, other.old, other.new)


def _bounds(plan: ScoringPlan, by: Fraction | None) -> list[Mutant]:
    return [mutant for mutant in Mutants(plan, by, joined=True).all() if mutant.kind == "bound"]


def _pairs(plan: ScoringPlan, by: Fraction | None, ranked: str) -> Iterator[tuple[Mutant, Mutant]]:
    """Each bound that the ranked item reads, moved down and up, which stand beside each other."""
    found = _bounds(plan, by)
    meaning = _meaning(plan, ranked)
    for pair in zip(found[::2], found[1::2], strict=True):
        if _meaning(pair[0].made(), ranked) != meaning:
            yield pair


def _meaning(plan: ScoringPlan, name: str) -> str:
    return node_hashes(plan)[next(named.node for named in plan.values if named.name == name)]


def _shares(rows: Rowed) -> _Shares:
    return {
        (subject, row): tuple(Fraction(share, rows.denominator) for share in shares)
        for subject, own in enumerate(rows.rows) for row, (_, shares) in enumerate(own)
    }


def _rest(joint: tuple[Fraction, ...] | None, alone: Sequence[tuple[Fraction, ...] | None]) -> tuple[Fraction, ...]:
    known = [one for one in (joint, *alone) if one is not None]
    zero = (Fraction(0),) * len(known[0])
    first, second = (one or zero for one in alone)
    return tuple(whole - a - b for whole, a, b in zip(joint or zero, first, second, strict=True))
