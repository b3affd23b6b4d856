"""Folding in columns: the mean of the scenarios' means over one denominator a subject, the same for many items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import compress, repeat
from math import lcm
from operator import add, mul

from rubric_dsl.engines.contract import Subject, Totals
from rubric_dsl.engines.folding import Fold
from rubric_dsl.engines.grouped import Groups, Linear, TallyColumns, folded
from rubric_dsl.engines.stage.columns import Column, Numbers, column_of
from rubric_dsl.evaluation.values import Value
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

SHORT = 1 << 50
"""A multiple of the counts of all subjects up to this size leaves their sums room in 64 bits."""
ROWS = object()
"""Stands for the rows of a group beside its parts."""


@dataclass(frozen=True, slots=True)
class _Weighing:
    """How much what a group adds up to counts, and what the sums over the groups are out of."""

    factors: Sequence[int]
    below: int
    scale: Sequence[int] | None
    alone: Sequence[int]
    """The places of subjects that are folded one by one: nothing is counted, or weights add up to 0."""


class Folds:
    """The items scored on rows that have a form in columns, folded together."""

    def __init__(self, folds: Mapping[op.Node, Fold], totals: Totals, subjects: Sequence[Subject]) -> None:
        self.folds = folds
        self.totals = totals
        self.subjects = subjects
        self._places = {subject: place for place, subject in enumerate(subjects)}
        self._owners: dict[int, Sequence[int] | None] = {}
        self._weighings: dict[Hashable, _Weighing] = {}
        self._wanted: dict[Hashable, dict[Hashable, None]] = {}
        self._sums: dict[Hashable, dict[Hashable, Sequence[int]]] = {}
        self._keys: dict[op.Node, Hashable] = {}
        for node, fold in folds.items():
            self._prepare(node, fold)

    def __call__(self, node: op.Node) -> Column:
        fold, faults = self.folds[node], self.totals.aggregates.get(node, {})
        key = self._keys.get(node)
        if key is None:
            return column_of([self._alone(node, fold, subject) for subject in self.subjects])
        tallies = self.totals.tallies[node]
        assert isinstance(tallies, TallyColumns)
        weighing = self._weighings[key]
        tops = _combined(tallies.sum, self._sums_of(key, tallies.groups), len(self.subjects))
        found = Numbers(tops, tallies.denominator * weighing.below, weighing.scale)
        apart = {place: self._alone(node, fold, self.subjects[place]) for place in weighing.alone}
        apart |= {self._places[subject]: fault for subject, fault in faults.items() if subject in self._places}
        return found.mended(apart)

    def _alone(self, node: op.Node, fold: Fold, subject: Subject) -> Value:
        faults = self.totals.aggregates.get(node, {})
        if subject in faults:
            return faults[subject]
        tallies = self.totals.tallies.get(node, {})
        return fold(tallies.get(subject, {}), self.totals.rows.get(fold.schema.name, {}).get(subject, {}))

    # ------------------------------------------------------------ weighing

    def _prepare(self, node: op.Node, fold: Fold) -> None:
        tallies = self.totals.tallies.get(node)
        if fold.fault is not None or not isinstance(tallies, TallyColumns):
            return
        weights = {stratum: own for stratum, own in fold.weights.items() if isinstance(own, Fraction)}
        owners = self._owners_of(tallies.groups)
        if owners is None or len(weights) < len(fold.weights):
            return
        totalled = fold.schema.folding == "totalled"
        key = (
            id(tallies.groups), tallies.count.key, totalled, tuple(weights.items()), fold.zero_for_unobserved,
        )
        if key not in self._weighings:
            counts = tallies.groups.added(tallies.count)
            self._weighings[key] = (
                self._totalled(counts, owners) if totalled else self._averaged(tallies.groups, counts, owners, fold)
            )
        self._keys[node] = key
        wanted = self._wanted.setdefault(key, {})
        wanted |= dict.fromkeys(tallies.sum.parts)
        if tallies.sum.constant:
            wanted[ROWS] = None

    def _owners_of(self, groups: Groups) -> Sequence[int] | None:
        """By group the place of its subject among those that are scored; None where one is not."""
        if id(groups) not in self._owners:
            places = [self._places.get(subject) for subject in groups.subjects]
            known = [place for place in places if place is not None]
            in_order = known == list(range(len(known)))
            self._owners[id(groups)] = (
                None if len(known) < len(places)
                else groups.owners if in_order else list(map(known.__getitem__, groups.owners))
            )
        return self._owners[id(groups)]

    def _totalled(self, counts: Sequence[int], owners: Sequence[int]) -> _Weighing:
        counted = {owner for owner, count in zip(owners, counts, strict=True) if count}
        alone = [place for place in range(len(self.subjects)) if place not in counted]
        return _Weighing([1] * len(counts), 1, None, alone)

    def _averaged(self, groups: Groups, counts: Sequence[int], owners: Sequence[int], fold: Fold) -> _Weighing:
        """value = Σ weight × sum ÷ count ÷ Σ weight, with all counts brought to their lowest common multiple, or, where
        that is long, with those of each subject."""
        shared = lcm(*(own.denominator for own in fold.weights.values() if isinstance(own, Fraction)))
        weights = {
            stratum: own.numerator * (shared // own.denominator)
            for stratum, own in fold.weights.items() if isinstance(own, Fraction)
        }
        met = {weights.get(stratum, 0) for stratum in set(groups.strata)}
        same = met.pop() if len(met) == 1 else None
        of_groups: Iterable[int] = (
            map(weights.get, groups.strata, repeat(0)) if same is None else repeat(same, len(counts))
        )
        size = len(self.subjects)
        having = Counter(owners if all(counts) else compress(owners, counts))
        if fold.zero_for_unobserved:
            weighed = [sum(weights.values())] * size
        elif same is not None:
            weighed = [same * having[place] for place in range(size)]
        else:
            of_groups = list(of_groups)
            weighed = folded(list(map(bool, counts)), of_groups, owners, size)
        alone = [place for place in range(size) if place not in having or weighed[place] <= 0]
        for place in alone:
            weighed[place] = 1
        common = _common_multiple(set(counts))
        if common is None:
            multiples = _multiples(counts, owners, size)
            shares = [multiples[owner] // count if count else 0 for owner, count in zip(owners, counts, strict=True)]
            return _Weighing(list(map(mul, of_groups, shares)), 1, list(map(mul, multiples, weighed)), alone)
        share_of = {count: common // count if count else 0 for count in set(counts)}
        factors = list(map(share_of.__getitem__, counts))
        if same != 1:
            factors = list(map(mul, of_groups, factors))
        if len(set(weighed)) == 1:
            return _Weighing(factors, common * weighed[0], None, alone)
        return _Weighing(factors, common, weighed, alone)

    # ------------------------------------------------------------ sums

    def _sums_of(self, key: Hashable, groups: Groups) -> Mapping[Hashable, Sequence[int]]:
        """By part what it adds up to for each subject, all parts of a weighing at once."""
        found = self._sums.get(key)
        if found is None:
            owners, weighing, size = self._owners[id(groups)], self._weighings[key], len(self.subjects)
            assert owners is not None
            parts = [part for part in self._wanted[key] if part is not ROWS]
            sums = groups.parts.folded(parts, weighing.factors, owners, size)
            found = self._sums[key] = dict(zip(parts, sums, strict=True))
            if ROWS in self._wanted[key]:
                rows = [0] * size
                for owner, own in zip(owners, map(mul, groups.rows, weighing.factors), strict=True):
                    rows[owner] += own
                found[ROWS] = rows
        return found


def _common_multiple(counts: set[int]) -> int | None:
    """Of all counts, where it is short."""
    common = 1
    for count in counts:
        common = lcm(common, count or 1)
        if common > SHORT:
            return None
    return common


def _multiples(counts: Sequence[int], owners: Sequence[int], size: int) -> list[int]:
    """For each owner the lowest common multiple of its counts."""
    multiples = [1] * size
    for owner, count in zip(owners, counts, strict=True):
        if count and multiples[owner] % count:
            multiples[owner] = lcm(multiples[owner], count)
    return multiples


def _combined(linear: Linear, sums: Mapping[Hashable, Sequence[int]], size: int) -> Sequence[int]:
    terms = [(sums[part], factor) for part, factor in linear.parts.items()]
    if linear.constant:
        terms.append((sums[ROWS], linear.constant))
    if not terms:
        return [0] * size
    weighed = [own if factor == 1 else map(mul, own, repeat(factor)) for own, factor in terms]
    found = weighed[0]
    for own in weighed[1:]:
        found = map(add, found, own)
    return found if isinstance(found, Sequence) else list(found)
