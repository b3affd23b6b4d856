"""The rows of all subjects, drawn again many times: which rows, and what they then add up to, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import lcm

from rubric_dsl.editions.chance import places
from rubric_dsl.editions.linear import Rowed
from rubric_dsl.editions.moved_bounds import Effect
from rubric_dsl.editions.packing import Packing
from rubric_dsl.text.record import dataclass

Drawn = tuple[Sequence[int], ...]
"""By size of a group the places of the rows that are drawn, group after group."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of a subject that are drawn from together, packed."""

    subject: int
    rows: list[int]


class Redrawn:
    """Rows are drawn again within scenarios that have several; where none has, from those of all scenarios.

    `effects`: by what rows may become otherwise, all together, so that no number of a row goes below zero.
    """

    def __init__(self, model: Rowed, effects: Sequence[Effect], most_weight: int) -> None:
        layouts = [_layout([stratum for stratum, _ in own]) for own in model.rows]
        self.scale = lcm(1, *(bottom for _, _, bottom in layouts))
        self.factors = [
            [factor * (self.scale // bottom) for factor in factors] for factors, _, bottom in layouts
        ]
        numbers = [
            [[share * factor for share in shares] for (_, shares), factor in zip(own, factors, strict=True)]
            for own, factors in zip(model.rows, self.factors, strict=True)
        ]
        self.sizes = [len(own) for own in numbers]
        low, high = _ends(numbers, effects, self.factors)
        self.low = min(low, 0)
        parts = len(model.weighted.parts)
        most = max(self.sizes, default=0) * (high - self.low) * most_weight
        self.packing = Packing(parts, max(most.bit_length(), 1))
        packed = [[self.packing.packed([n - self.low for n in row]) for row in own] for own in numbers]
        self.effects = [
            [(subject, row, self.packing.packed([share * self.factors[subject][row] for share in shares]))
             for subject, row, shares in effect]
            for effect in effects
        ]
        self.as_observed = [sum(own) for own in packed]
        self.fixed = [0] * len(packed)
        self.groups: dict[int, list[_Group]] = {}
        self._where: dict[tuple[int, int], tuple[int, int, int]] = {}
        for subject, (own, (_, groups, _)) in enumerate(zip(packed, layouts, strict=True)):
            for group in groups:
                if len(group) == 1:
                    self.fixed[subject] += own[group[0]]
                    continue
                same = self.groups.setdefault(len(group), [])
                self._where |= {(subject, row): (len(group), len(same), at) for at, row in enumerate(group)}
                same.append(_Group(subject, [own[row] for row in group]))

    def draw(self, *key: int) -> Drawn:
        return tuple(
            places(size, size * len(groups), *key, size) for size, groups in self.groups.items()
        )

    def sums(self, drawn: Drawn | None, effects: Sequence[int]) -> list[int]:
        """Of each subject the packed sum over its rows (None: each row once) with these effects, by their places."""
        changes = chain.from_iterable(self.effects[place] for place in effects)
        if drawn is None:
            found = list(self.as_observed)
            for subject, _, change in changes:
                found[subject] += change
            return found
        found = list(self.fixed)
        changed: dict[tuple[int, int], list[int]] = {}
        for subject, row, change in changes:
            where = self._where.get((subject, row))
            if where is None:
                found[subject] += change
                continue
            size, number, at = where
            rows = changed.get((size, number))
            if rows is None:
                rows = changed[size, number] = list(self.groups[size][number].rows)
            rows[at] += change
        for (size, groups), chosen in zip(self.groups.items(), drawn, strict=True):
            start = 0
            for number, group in enumerate(groups):
                rows = changed.get((size, number), group.rows) if changed else group.rows
                found[group.subject] += sum(map(rows.__getitem__, chosen[start : start + size]))
                start += size
        return found

    def weighed(self, sums: Sequence[int], weights: Sequence[int]) -> list[int]:
        """The score of each subject, times a number that is the same for all: Σ weight · share."""
        found = self.packing.weighed(sums, weights)
        if not self.low:
            return found
        added = self.low * sum(weights)
        return [score + added * size for score, size in zip(found, self.sizes, strict=True)]


def _layout(strata: Sequence[str | None]) -> tuple[list[int], list[list[int]], int]:
    """How much each row counts, over one denominator; the groups that rows are drawn within; the denominator."""
    groups: dict[str | None, list[int]] = {}
    for place, stratum in enumerate(strata):
        groups.setdefault(stratum, []).append(place)
    bottom = lcm(1, *(len(own) * len(groups) for own in groups.values()))
    factors = [bottom // (len(groups[stratum]) * len(groups)) for stratum in strata]
    if all(len(own) == 1 for own in groups.values()):
        return factors, [list(range(len(strata)))] if strata else [], bottom
    return factors, list(groups.values()), bottom


def _ends(
    numbers: Sequence[Sequence[Sequence[int]]], effects: Sequence[Effect], factors: Sequence[Sequence[int]]
) -> tuple[int, int]:
    """The least and the most that a number of a row can be, if all effects came together."""
    known = [number for own in numbers for row in own for number in row]
    low, high = min(known, default=0), max(known, default=0)
    falls: dict[tuple[int, int], int] = {}
    rises: dict[tuple[int, int], int] = {}
    for effect in effects:
        for subject, row, shares in effect:
            factor, at = factors[subject][row], (subject, row)
            falls[at] = falls.get(at, 0) + min(0, *shares) * factor
            rises[at] = rises.get(at, 0) + max(0, *shares) * factor
    return low + min(falls.values(), default=0), high + max(rises.values(), default=0)
