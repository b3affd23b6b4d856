"""What the rows of a table add up to, group by group (a subject in a scenario), in columns.

A hundred thousand subjects in eight scenarios have millions of tallies. Here they stand side by side as integers; the
objects of the contract are made of them one by one where somebody asks for a subject.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from operator import add, mul
from typing import Any, Protocol

from rubric_dsl.engines.contract import Stratum, Subject, Tally
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Linear:
    """constant × the rows + Σ factor × part, in each group.

    A part is what an engine added up: yes or no (counted as 1 and 0) or a number; neither is ever null.
    """

    constant: int
    parts: Mapping[Any, int]

    @property
    def key(self) -> Hashable:
        """Equal where two are the same."""
        return self.constant, frozenset(self.parts.items())


class Parts(Protocol):
    """What was added up, each part group by group in the same order."""

    def __getitem__(self, part: Hashable, /) -> Sequence[int]: ...

    def folded(
        self, parts: Sequence[Hashable], factors: Sequence[int], owners: Sequence[int], size: int
    ) -> list[Sequence[int]]:
        """For each part, by owner (from 0, `size` of them), the exact sum of factor × part over its groups."""


class ListedParts(dict[Hashable, Sequence[int]]):
    """Parts in plain Python."""

    def folded(
        self, parts: Sequence[Hashable], factors: Sequence[int], owners: Sequence[int], size: int
    ) -> list[Sequence[int]]:
        return [folded(self[part], factors, owners, size) for part in parts]


def folded(part: Sequence[int], factors: Sequence[int], owners: Sequence[int], size: int) -> list[int]:
    """By owner the sum of factor × part over its groups."""
    sums = [0] * size
    for owner, product in zip(owners, map(mul, factors, part), strict=True):
        sums[owner] += product
    return sums


@dataclass(frozen=True)
class Groups:
    """The groups of a table: whose they are, how many rows each has, and what was added up."""

    subjects: tuple[Subject, ...]
    owners: Sequence[int]
    """By group the place of its subject."""
    strata: Sequence[Stratum]
    rows: Sequence[int]
    parts: Parts
    _added: dict[Hashable, Sequence[int]] = field(default_factory=dict)

    def by_subject(self, linear: Linear) -> list[int]:
        """By place of the subject, over all of its groups."""
        names, size = list(linear.parts), len(self.subjects)
        ones = [1] * len(self.rows)
        sums = self.parts.folded(names, ones, self.owners, size)
        found = folded(self.rows, [linear.constant] * len(ones), self.owners, size)
        for part, own in zip(names, sums, strict=True):
            found = list(map(add, found, map(mul, repeat(linear.parts[part]), own)))
        return found

    def added(self, linear: Linear) -> Sequence[int]:
        """By group. Kept, as counts are the same for most items."""
        if linear.constant == 1 and not linear.parts:
            return self.rows
        found = self._added.get(linear.key)
        if found is None:
            found = list(map(mul, repeat(linear.constant), self.rows))
            for part, factor in linear.parts.items():
                found = list(map(add, found, map(mul, repeat(factor), self.parts[part])))
            self._added[linear.key] = found
        return found

    def at(self, linear: Linear, group: int) -> int:
        """In one group."""
        own = sum(factor * self.parts[part][group] for part, factor in linear.parts.items())
        return linear.constant * self.rows[group] + own

    @cached_property
    def of_subject(self) -> Mapping[Subject, Sequence[int]]:
        """The groups of each subject."""
        found: list[list[int]] = [[] for _ in self.subjects]
        for group, owner in enumerate(self.owners):
            found[owner].append(group)
        return dict(zip(self.subjects, found, strict=True))


class RowCounts(Mapping[Subject, Mapping[Stratum, int]]):
    """How many rows each subject has, by scenario."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups

    def __getitem__(self, subject: Subject) -> Mapping[Stratum, int]:
        groups = self.groups
        return {groups.strata[group]: groups.rows[group] for group in groups.of_subject[subject]}

    def __iter__(self) -> Iterator[Subject]:
        return iter(self.groups.subjects)

    def __len__(self) -> int:
        return len(self.groups.subjects)


class TallyColumns(Mapping[Subject, Mapping[Stratum, Tally]]):
    """The tallies of one item: `sum` is in parts of 1/`denominator`. Groups without a value have none."""

    def __init__(self, groups: Groups, count: Linear, sum: Linear, denominator: int) -> None:
        self.groups = groups
        self.count = count
        self.sum = sum
        self.denominator = denominator

    def __getitem__(self, subject: Subject) -> Mapping[Stratum, Tally]:
        groups, found = self.groups, dict[Stratum, Tally]()
        for group in groups.of_subject[subject]:
            count = groups.at(self.count, group)
            if count:
                found[groups.strata[group]] = Tally(count, Fraction(groups.at(self.sum, group), self.denominator))
        if not found:
            raise KeyError(subject)
        return found

    @cached_property
    def _counted(self) -> tuple[Subject, ...]:
        """Those with a value, in order."""
        groups = self.groups
        having = {owner for owner, count in zip(groups.owners, groups.added(self.count), strict=True) if count}
        return tuple(subject for owner, subject in enumerate(groups.subjects) if owner in having)

    def __iter__(self) -> Iterator[Subject]:
        return iter(self._counted)

    def __len__(self) -> int:
        return len(self._counted)
