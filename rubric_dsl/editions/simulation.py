"""Ranks when what is uncertain is drawn at random: weights, bounds, the rows that happened to be observed.

Draws are whole numbers from a seed, and scores are compared exactly. Nothing here stands between a cell and a published
rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Literal

from rubric_dsl.editions.chance import MASK, Chance
from rubric_dsl.editions.linear import NotVaried, Rowed, Weighted, rowed, weighted
from rubric_dsl.editions.mutants import Mutants
from rubric_dsl.editions.sensitivity import Indices, sobol
from rubric_dsl.engines.run import Run, run
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

Step = Literal["weights", "bounds", "rows"]
STEPS: tuple[Step, ...] = ("weights", "bounds", "rows")

CONCENTRATION = 100
"""How close drawn weights are to the panel's: as many votes, given to the parts in proportion to their weights."""
DRAWS_OF_WORD = 4
"""Places drawn from one random number, 16 bits each; the bias of the largest is under one in a thousand."""
FULL_TABLE = 30
"""Up to so many subjects every pair is compared, beyond that those that stand next to each other."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The ranks of a subject over all draws: `times[r - 1]` is how often it had rank r."""

    subject: str
    nominal: int
    times: tuple[int, ...]

    def quantile(self, share: Fraction) -> int:
        """The least rank that at least this share of the draws do not exceed."""
        whole, reached = sum(self.times), 0
        for rank, times in enumerate(self.times, 1):
            reached += times
            if reached >= share * whole:
                return rank
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Simulated:
    """`above`: by pair (first, second), in how many draws the first stood above the second (equal ranks count half in
    `level`). Indices are of the mean number of places that subjects moved."""

    steps: tuple[Step, ...]
    draws: int
    seed: int
    spreads: tuple[Spread, ...]
    above: Mapping[tuple[str, str], int]
    level: Mapping[tuple[str, str], int]
    indices: Indices | None


def simulated(
    done: Run, schema: RankingSchema, steps: Sequence[Step], draws: int, seed: int, base: int
) -> Simulated:
    """Draws all steps together. `base`: draws for the indices (times steps + 2). Raises NotVaried."""
    model = _Model(done, schema, tuple(steps), seed)
    return model.simulated(draws, base)


class _Model:
    def __init__(self, done: Run, schema: RankingSchema, steps: tuple[Step, ...], seed: int) -> None:
        ranking = done.plan.nodes[schema.node].operation
        assert isinstance(ranking, op.Ranking)
        self.ranking = ranking
        self.steps = steps
        self.seed = seed
        in_rows = "rows" in steps or "bounds" in steps
        self.rows: Rowed | None = rowed(done, schema, "rows" if "rows" in steps else "bounds") if in_rows else None
        self.weighted: Weighted = self.rows.weighted if self.rows is not None else weighted(done, schema, "weights")
        self._refuse_what_is_not_drawn(steps[0] if steps else "weights", schema)
        self.votes = _votes(self.weighted.weights)
        self.bounds = _bounds(done, schema, self.rows) if "bounds" in steps and self.rows is not None else []
        self.layout = [_Layout(own) for own in self.rows.rows] if self.rows is not None else []
        self.scale = lcm(1, *(layout.bottom for layout in self.layout))
        self.nominal = self.ranks([self._none(step) for step in steps])

    def _refuse_what_is_not_drawn(self, step: str, schema: RankingSchema) -> None:
        if self.ranking.caps or self.ranking.excludes or self.ranking.within is not None:
            raise NotVaried(step, "caps, exclusions or groups of the ranking", schema.name)

    # ------------------------------------------------------------ draws

    def draw(self, place: int, number: int) -> object:
        """The value of a step in a draw."""
        chance = Chance(Chance(self.seed + 1_000_003 * (place + 1)).bits() + number * 0xD1B54A32D192ED03 & MASK)
        match self.steps[place]:
            case "weights":
                return drawn_weights(self.votes, chance)
            case "bounds":
                return tuple(chance.below(3) - 1 for _ in self.bounds)
        return [layout.drawn(chance) for layout in self.layout]

    def _none(self, step: Step) -> object:
        """The value of a step in the rubric and the data as they are."""
        if step == "weights":
            bottom = lcm(1, *(weight.denominator for weight in self.weighted.weights))
            return tuple(int(weight * bottom) for weight in self.weighted.weights)
        return tuple(0 for _ in self.bounds) if step == "bounds" else None

    # ------------------------------------------------------------ ranks

    def scores(self, drawn: Sequence[object]) -> list[int]:
        """The score of each subject, all over one denominator."""
        given = dict(zip(self.steps, drawn, strict=True))
        weights = given.get("weights") or self._none("weights")
        assert isinstance(weights, tuple)
        if self.rows is None:
            return [sum(map(int.__mul__, weights, shares)) for shares in self.weighted.shares]
        moved = given.get("bounds")
        chosen = given.get("rows")
        changes = self._changes(moved) if isinstance(moved, tuple) else {}
        found = []
        for place, (own, layout) in enumerate(zip(self.rows.rows, self.layout, strict=True)):
            points = [sum(map(int.__mul__, weights, shares)) for _, shares in own]
            for row, change in changes.get(place, ()):
                points[row] += sum(map(int.__mul__, weights, change))
            times = chosen[place] if isinstance(chosen, list) else layout.once
            total = sum(times[row] * layout.factors[row] * points[row] for row in range(len(points)) if times[row])
            found.append(total * (self.scale // layout.bottom))
        return found

    def _changes(self, moved: tuple[int, ...]) -> dict[int, list[tuple[int, tuple[int, ...]]]]:
        found: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        for way, bound in zip(moved, self.bounds, strict=True):
            for place, row, change in bound.get(way, ()):
                found.setdefault(place, []).append((row, change))
        return found

    def ranks(self, drawn: Sequence[object]) -> list[int]:
        scores = self.scores(drawn)
        weights = next((one for step, one in zip(self.steps, drawn, strict=True) if step == "weights"), None)
        if self.ranking.rounding is not None:
            scores = self._rounded(scores, weights or self._none("weights"))
        if self.ranking.lowest_first:
            scores = [-score for score in scores]
        order = sorted(range(len(scores)), key=lambda place: -scores[place])
        ranks = [0] * len(scores)
        rank, dense = 0, self.ranking.ties == "dense"
        for place, subject in enumerate(order):
            if place == 0 or scores[subject] != scores[order[place - 1]]:
                rank = rank + 1 if dense else place + 1
            ranks[subject] = rank
        return ranks

    def _rounded(self, scores: list[int], weights: object) -> list[int]:
        """Steps of the ranking's precision, exactly."""
        assert isinstance(weights, tuple) and self.ranking.rounding is not None
        bottom = sum(weights) * (self.rows.denominator * self.scale if self.rows else self.weighted.denominator)
        factor = self.weighted.worth / from_exact(self.ranking.rounding.step)
        top, under = factor.numerator, factor.denominator * bottom
        return [_steps(score * top, under, self.ranking.rounding.mode) for score in scores]

    # ------------------------------------------------------------ all draws

    def simulated(self, draws: int, base: int) -> Simulated:
        subjects = self.weighted.subjects
        count = len(subjects)
        times = [[0] * count for _ in subjects]
        order = sorted(range(count), key=lambda place: self.nominal[place])
        pairs = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]] if count <= FULL_TABLE else list(
            pairwise(order)
        )
        above, level = [0] * len(pairs), [0] * len(pairs)
        for number in range(draws):
            ranks = self.ranks([self.draw(place, number) for place in range(len(self.steps))])
            for subject, rank in enumerate(ranks):
                times[subject][rank - 1] += 1
            for place, (a, b) in enumerate(pairs):
                if ranks[a] < ranks[b]:
                    above[place] += 1
                elif ranks[a] == ranks[b]:
                    level[place] += 1
        names = [(subjects[a], subjects[b]) for a, b in pairs]
        spreads = tuple(Spread(subjects[s], self.nominal[s], tuple(times[s])) for s in order)
        indices = None if base < 1 else sobol(len(self.steps), base, self._offset(draws), self.moved)
        return Simulated(
            self.steps, draws, self.seed, spreads, dict(zip(names, above, strict=True)),
            dict(zip(names, level, strict=True)), indices,
        )

    def _offset(self, draws: int) -> Callable[[int, int], object]:
        """Draws that were not used yet."""
        return lambda place, number: self.draw(place, draws + number)

    def moved(self, drawn: Sequence[object]) -> int:
        """How many places subjects moved in all."""
        return sum(abs(rank - nominal) for rank, nominal in zip(self.ranks(drawn), self.nominal, strict=True))


def _steps(top: int, bottom: int, mode: str) -> int:
    """top ÷ bottom, which is not negative, rounded to a whole number."""
    if mode == "down":
        return top // bottom
    if mode == "up":
        return -(-top // bottom)
    whole, rest = divmod(top, bottom)
    if 2 * rest == bottom:
        return whole + (1 if mode == "half up" else whole % 2)
    return whole + (2 * rest > bottom)


# ---------------------------------------------------------------- weights


def _votes(weights: Sequence[Fraction]) -> tuple[int, ...]:
    """The votes of each part, in proportion to its weight; a part with any weight has one at least."""
    return tuple(max(1, round(weight * CONCENTRATION)) if weight else 0 for weight in weights)


def drawn_weights(votes: Sequence[int], chance: Chance) -> tuple[int, ...]:
    """Weights from the Dirichlet distribution with these parameters, as whole numbers that add up to 2^64.

    The gaps between A − 1 random numbers in order are Dirichlet(1, …, 1); of A of them put together by votes, the
    distribution has the votes as its parameters. Source: Devroye, Non-Uniform Random Variate Generation (1986), ch. 11.
    """
    whole = sum(votes)
    cuts = sorted(chance.bits() for _ in range(whole - 1))
    found, last, place = [], 0, 0
    for own in votes:
        place += own
        end = cuts[place - 1] if place < whole else MASK + 1
        found.append(end - last if own else 0)
        last = end if own else last
    return tuple(found)


# ---------------------------------------------------------------- rows


class _Layout:
    """The rows of a subject by scenario: how much each counts, and how rows are drawn again.

    Within scenarios that have several rows; where none has, the rows of all scenarios are drawn from together.
    """

    def __init__(self, rows: Sequence[tuple[str | None, tuple[int, ...]]]) -> None:
        strata: dict[str | None, list[int]] = {}
        for place, (stratum, _) in enumerate(rows):
            strata.setdefault(stratum, []).append(place)
        self.bottom = lcm(1, *(len(own) * len(strata) for own in strata.values()))
        self.factors = [0] * len(rows)
        for own in strata.values():
            for row in own:
                self.factors[row] = self.bottom // (len(own) * len(strata))
        self.once = [1] * len(rows)
        self.groups = list(strata.values())
        if all(len(own) == 1 for own in self.groups):
            self.groups = [list(range(len(rows)))]

    def drawn(self, chance: Chance) -> list[int]:
        """How many times each row is drawn."""
        times = [0] * len(self.once)
        for group in self.groups:
            size = len(group)
            left = size
            while left:
                word = chance.bits()
                for _ in range(min(DRAWS_OF_WORD, left)):
                    times[group[(word & 0xFFFF) * size >> 16]] += 1
                    word >>= 16
                    left -= 1
        return times


# ---------------------------------------------------------------- bounds

Moved = dict[int, list[tuple[int, int, tuple[int, ...]]]]
"""By way (−1 and 1) what moving a bound changes: subject, row, and the shares of its parts."""


def _bounds(done: Run, schema: RankingSchema, rows: Rowed) -> list[Moved]:
    """Each bound of the rubric that rows meet, one step down and up. Their effects must add up, else NotVaried."""
    base = {(place, row): shares for place, own in enumerate(rows.rows) for row, (_, shares) in enumerate(own)}
    found: dict[tuple[str, object, object], Moved] = {}
    for mutant in Mutants(done.plan).all():
        if mutant.kind != "bound" or mutant.lines is None:
            continue
        moved = run(mutant.made(), done.observations)
        other = next(one for one in moved.plan.rankings if one.name == schema.name)
        if moved.problems.count:
            raise NotVaried("bounds", "a moved bound leaves a value without a row", mutant.item)
        changed = _differences(base, rows, rowed(moved, other, "bounds"), mutant.item)
        bounds = found.setdefault((mutant.item, mutant.lines.line, mutant.old.value), {})
        way = -1 if -1 not in bounds else 1
        bounds[way] = changed
    return [bounds for bounds in found.values() if any(bounds.values())]


def _differences(
    base: Mapping[tuple[int, int], tuple[int, ...]], rows: Rowed, other: Rowed, item: str
) -> list[tuple[int, int, tuple[int, ...]]]:
    changed = []
    for place, own in enumerate(other.rows):
        for row, (_, shares) in enumerate(own):
            parts = [
                Fraction(share, other.denominator) * rows.denominator - before
                for share, before in zip(shares, base[place, row], strict=True)
            ]
            if any(part.denominator != 1 for part in parts):
                raise NotVaried("bounds", "a moved bound gives other fractions", item)
            if any(parts):
                changed.append((place, row, tuple(int(part) for part in parts)))
    return changed


