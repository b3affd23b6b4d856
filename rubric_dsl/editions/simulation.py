"""Ranks when what is uncertain is drawn at random: weights, bounds, the rows that happened to be observed.

Draws are whole numbers from a seed, and scores are compared exactly. Nothing here stands between a cell and a published
rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import lcm
from typing import Any, Literal

from rubric_dsl.editions.chance import places, words
from rubric_dsl.editions.linear import NotVaried, Rowed, Weighted, rowed, weighted
from rubric_dsl.editions.moved_bounds import MovedBounds, moved_bounds
from rubric_dsl.editions.redrawn import Redrawn
from rubric_dsl.editions.sensitivity import Indices, sobol
from rubric_dsl.engines.run import Run
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

Step = Literal["weights", "bounds", "rows"]

CONCENTRATION = 100
"""How close drawn weights are to the panel's: as many votes, given to the parts in proportion to their weights."""
WHOLE = 1 << 64
"""What drawn weights add up to."""
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
            if reached * share.denominator >= share.numerator * whole:
                return rank
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Simulated:
    """`above`: by pair (first, second), in how many draws the first stood above the second (equal ranks count half in
    `level`). Indices are of the mean number of places that subjects moved; of one step alone there are none."""

    steps: tuple[Step, ...]
    draws: int
    seed: int
    spreads: tuple[Spread, ...]
    above: Mapping[tuple[str, str], int]
    level: Mapping[tuple[str, str], int]
    indices: Indices | None


def simulated(
    done: Run, schema: RankingSchema, steps: Sequence[Step], draws: int, seed: int, base: int,
    by: Fraction | None = None,
) -> Simulated:
    """Draws all steps together. `base`: draws for the indices (times steps + 2). `by`: the share that bounds move by
    (None: one step of their column). Raises NotVaried."""
    return Drawing(done, schema, tuple(steps), seed, by).simulated(draws, base)


class Drawing:
    """What is drawn, and the ranks that come of it."""

    def __init__(
        self, done: Run, schema: RankingSchema, steps: tuple[Step, ...], seed: int, by: Fraction | None
    ) -> None:
        ranking = done.plan.nodes[schema.node].operation
        assert isinstance(ranking, op.Ranking)
        self.ranking = ranking
        self.steps = steps
        self.seed = seed
        self.done = done
        if ranking.caps or ranking.excludes or ranking.within is not None:
            raise NotVaried(steps[0], "caps, exclusions or groups of the ranking", schema.name)
        self.bounds: MovedBounds | None = None
        if "rows" in steps or "bounds" in steps:
            rows = rowed(done, schema, "rows" if "rows" in steps else "bounds")
            if "bounds" in steps:
                self.bounds = moved_bounds(done, schema, rows, by)
                rows = self.bounds.rows
        else:
            rows = _subjects_as_rows(weighted(done, schema, "weights"))
        self.weighted = rows.weighted
        bottom = lcm(1, *(weight.denominator for weight in self.weighted.weights))
        self.weights = tuple(int(weight * bottom) for weight in self.weighted.weights)
        self.votes = _votes(self.weighted.weights)
        effects = [] if self.bounds is None else self.bounds.every
        self.rows = Redrawn(rows, effects, max(WHOLE, bottom))
        self.unit = rows.denominator * self.rows.scale
        self.nominal = self.ranks([None] * len(steps))

    # ------------------------------------------------------------ draws

    def draw(self, place: int, number: int) -> object:
        """The value of a step in a draw."""
        key = self.seed, place, number
        match self.steps[place]:
            case "weights":
                return drawn_weights(self.votes, *key)
            case "bounds":
                assert self.bounds is not None
                return tuple(way - 1 for way in places(3, len(self.bounds.alone), *key))
        return self.rows.draw(*key)

    # ------------------------------------------------------------ ranks

    def ranks(self, drawn: Sequence[Any]) -> list[int]:
        """Of each subject with these values of the steps; None: as in the rubric and the data."""
        given = dict(zip(self.steps, drawn, strict=True))
        weights = given.get("weights") or self.weights
        ways = given.get("bounds")
        effects = self.bounds.effects(ways) if self.bounds is not None and ways is not None else ()
        scores = self.rows.weighed(self.rows.sums(given.get("rows"), effects), weights)
        if self.ranking.rounding is not None:
            scores = self._rounded(scores, sum(weights))
        order = sorted(range(len(scores)), key=scores.__getitem__, reverse=not self.ranking.lowest_first)
        ranks = [0] * len(scores)
        rank, dense, last = 0, self.ranking.ties == "dense", None
        for place, subject in enumerate(order, 1):
            score = scores[subject]
            if score != last:
                rank, last = rank + 1 if dense else place, score
            ranks[subject] = rank
        return ranks

    def _rounded(self, scores: Sequence[int], whole: int) -> list[int]:
        """Steps of the ranking's precision, exactly."""
        assert self.ranking.rounding is not None
        factor = self.weighted.worth / from_exact(self.ranking.rounding.step)
        top, under = factor.numerator, factor.denominator * whole * self.unit
        mode = self.ranking.rounding.mode
        return [_steps(score * top, under, mode) for score in scores]

    # ------------------------------------------------------------ all draws

    def simulated(self, draws: int, base: int) -> Simulated:
        subjects = self.weighted.subjects
        count = len(subjects)
        times = [[0] * count for _ in subjects]
        order = sorted(range(count), key=lambda place: self.nominal[place])
        pairs = list(combinations(order, 2) if count <= FULL_TABLE else pairwise(order))
        above, level = [0] * len(pairs), [0] * len(pairs)
        for number in range(draws):
            ranks = self.ranks([self.draw(place, number) for place in range(len(self.steps))])
            for own, rank in zip(times, ranks, strict=True):
                own[rank - 1] += 1
            for place, (a, b) in enumerate(pairs):
                if ranks[a] < ranks[b]:
                    above[place] += 1
                elif ranks[a] == ranks[b]:
                    level[place] += 1
        names = [(subjects[a], subjects[b]) for a, b in pairs]
        spreads = tuple(Spread(subjects[s], self.nominal[s], tuple(times[s])) for s in order)
        several = len(self.steps) > 1 and base > 0
        indices = sobol(len(self.steps), base, self._offset(draws), self.moved) if several else None
        return Simulated(
            self.steps, draws, self.seed, spreads, dict(zip(names, above, strict=True)),
            dict(zip(names, level, strict=True)), indices,
        )

    def _offset(self, draws: int) -> Callable[[int, int], object]:
        """Draws that were not used yet."""
        return lambda place, number: self.draw(place, draws + number)

    def moved(self, drawn: Sequence[object]) -> int:
        """How many places subjects moved in all."""
        return sum(map(abs, map(int.__sub__, self.ranks(drawn), self.nominal)))


def _subjects_as_rows(model: Weighted) -> Rowed:
    """Where no row is looked at: each subject as one row of its own."""
    return Rowed(model, tuple(((None, shares),) for shares in model.shares), model.denominator)


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


def drawn_weights(votes: Sequence[int], *key: int) -> tuple[int, ...]:
    """Weights from the Dirichlet distribution with these parameters, as whole numbers that add up to 2^64.

    The gaps between A − 1 random numbers in order are Dirichlet(1, …, 1); of A of them put together by votes, the
    distribution has the votes as its parameters. Source: Devroye, Non-Uniform Random Variate Generation (1986), ch. 11.
    """
    whole = sum(votes)
    cuts = sorted(words(whole - 1, *key))
    found, last, place = [], 0, 0
    for own in votes:
        place += own
        end = cuts[place - 1] if place < whole else WHOLE
        found.append(end - last if own else 0)
        last = end if own else last
    return tuple(found)
