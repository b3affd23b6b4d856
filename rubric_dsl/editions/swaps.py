"""How far each weight may move before two subjects change places, and who can be first by any weights: exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from rubric_dsl.editions.linear import Weighted
from rubric_dsl.text.record import dataclass

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Swap:
    """At this weight the subjects are equal; beyond it they stand the other way round."""

    weight: Fraction
    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Room:
    """The weight of a part with the swaps next to it on either side (None: none until 0, until 1).

    The other weights keep their proportions. Subjects that are equal now are taken together.
    """

    part: str
    weight: Fraction
    lower: Swap | None
    upper: Swap | None

    @property
    def nearest(self) -> Swap | None:
        known = [swap for swap in (self.lower, self.upper) if swap is not None]
        return min(known, key=lambda swap: abs(swap.weight - self.weight), default=None)


def rooms(model: Weighted) -> tuple[Room, ...]:
    """For each part. Lines through scores cross first between neighbours, so that only neighbours are looked at."""
    return tuple(_room(model, place) for place in range(len(model.parts)))


def _room(model: Weighted, place: int) -> Room:
    weight = model.weights[place]
    rest = ONE - weight
    own = [Fraction(shares[place], model.denominator) for shares in model.shares]
    others = [
        sum((model.weights[i] * share for i, share in enumerate(shares) if i != place), ZERO) / model.denominator
        / (rest or ONE)
        for shares in model.shares
    ]
    if not rest:
        return Room(model.parts[place], weight, None, None)
    score = [weight * a + rest * b for a, b in zip(own, others, strict=True)]
    order = sorted(range(len(score)), key=lambda s: (-score[s], s))
    lower: Swap | None = None
    upper: Swap | None = None
    for group, next_group in pairwise(_groups(order, score)):
        for above in group:
            for below in next_group:
                # above − below as a line in the weight: others + weight · (own − others)
                gap = others[above] - others[below]
                slope = own[above] - own[below] - gap
                if slope == 0:
                    continue
                root = -gap / slope
                swap = Swap(root, model.subjects[above], model.subjects[below])
                if 0 < root < weight and (lower is None or root > lower.weight):
                    lower = swap
                if weight < root < 1 and (upper is None or root < upper.weight):
                    upper = swap
    return Room(model.parts[place], weight, lower, upper)


def _groups(order: Sequence[int], score: Sequence[Fraction]) -> list[list[int]]:
    groups: list[list[int]] = []
    for subject in order:
        if groups and score[groups[-1][0]] == score[subject]:
            groups[-1].append(subject)
        else:
            groups.append([subject])
    return groups


# ---------------------------------------------------------------- first by any weights


@dataclass(frozen=True, slots=True)
class First:
    """Weights (by part) under which a subject is first; `alone`: before all others. None: there are none."""

    subject: str
    weights: tuple[Fraction, ...] | None
    alone: bool


def firsts(model: Weighted) -> tuple[First, ...]:
    """For each subject, by linear programming in rationals. Rivals that another rival outdoes in every part are left
    out: whoever is level with that one is level with them."""
    found = Counter(model.shares)
    best = [one for one in found if not any(one != other and _outdoes(other, one) for other in found)]
    behind = {one: [other for other in best if other != one and _outdoes(other, one)] for one in found}
    firsts = []
    for subject, own in zip(model.subjects, model.shares, strict=True):
        rivals = [one for one in found if one != own and not [other for other in behind[one] if other != own]]
        firsts.append(_first(subject, own, rivals + [own] * (found[own] > 1)))
    return tuple(firsts)


def _outdoes(one: Sequence[int], other: Sequence[int]) -> bool:
    return all(mine >= theirs for mine, theirs in zip(one, other, strict=True))


def _first(name: str, own: Sequence[int], rivals: Sequence[Sequence[int]]) -> First:
    best = [min((own[part] - rival[part] for rival in rivals), default=1) for part in range(len(own))]
    if max(best) > 0:
        return First(name, _alone(best.index(max(best)), len(own)), True)
    if any(all(theirs > mine for mine, theirs in zip(own, rival, strict=True)) for rival in rivals):
        return First(name, None, False)
    gains = [[mine - theirs for mine, theirs in zip(own, rival, strict=True)] for rival in rivals]
    value, weights = game(gains)
    return First(name, weights if value >= 0 else None, value > 0)


def _alone(part: int, parts: int) -> tuple[Fraction, ...]:
    """All weight on one part."""
    return tuple(ONE if i == part else ZERO for i in range(parts))


def game(gains: Sequence[Sequence[int]]) -> tuple[Fraction, tuple[Fraction, ...]]:
    """The most that weights (≥ 0, adding up to 1) secure of Σ weight · gain against every rival, and such weights.

    A matrix game, solved by the simplex method with Bland's rule: maximise Σ x where for each part Σ x · (gain + shift)
    is at most 1. The table is kept in whole numbers over one denominator, the last pivot, which divides them exactly.
    Sources: Dantzig, Linear Programming and Extensions (1963), chapter 13; Edmonds, Systems of distinct representatives
    and linear algebra (1967).
    """
    shift = 1 - min(min(row) for row in gains)
    parts, rivals = len(gains[0]), len(gains)
    rows = [
        [gains[r][p] + shift for r in range(rivals)] + [int(q == p) for q in range(parts)] + [1] for p in range(parts)
    ]
    goal = [-1] * rivals + [0] * parts + [0]
    basis = [rivals + p for p in range(parts)]
    over = 1
    while True:
        entering = next((column for column, cost in enumerate(goal[:-1]) if cost < 0), None)
        if entering is None:
            break
        ratios = [
            (Fraction(row[-1], row[entering]), basis[p], p) for p, row in enumerate(rows) if row[entering] > 0
        ]
        _, _, leaving = min(ratios)
        pivot_row = rows[leaving]
        pivot = pivot_row[entering]
        for p, row in enumerate(rows):
            if p != leaving:
                rows[p] = _cleared(row, row[entering], pivot_row, pivot, over)
        goal = _cleared(goal, goal[entering], pivot_row, pivot, over)
        basis[leaving], over = entering, pivot
    weights = tuple(Fraction(price, goal[-1]) for price in goal[rivals : rivals + parts])
    return Fraction(over, goal[-1]) - shift, weights


def _cleared(row: Sequence[int], factor: int, pivot_row: Sequence[int], pivot: int, over: int) -> list[int]:
    """The row without the entering column."""
    return [(a * pivot - factor * b) // over for a, b in zip(row, pivot_row, strict=True)]
