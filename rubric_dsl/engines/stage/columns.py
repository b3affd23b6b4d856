"""The values of a node for all subjects, side by side.

Numbers are integers over a denominator: one for all subjects (`below`), times one for each (`scale`: how many rows a
subject has differs). Python's integers do not overflow; what is no rational number stands apart, by its place.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from itertools import repeat
from math import lcm

from rubric_dsl.engines.contract import Subject, SubjectValues
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.values import Undefined, Value
from rubric_dsl.numbers.decimals import ratio
from rubric_dsl.resolved.operations import Node
from rubric_dsl.text.record import dataclass

LONGEST = 20_000
"""Bits. Well below what exact arithmetic refuses; columns with longer integers are evaluated by steps."""
SHORT = 1 << 64
"""A denominator for all subjects is found up to this size."""


@dataclass(frozen=True, slots=True)
class Same:
    """One value for all."""

    value: Value
    size: int

    def at(self, place: int) -> Value:
        return self.value

    def values(self) -> Sequence[Value]:
        return [self.value] * self.size

    def keys(self) -> Iterable[Hashable]:
        return repeat(None, self.size)

    def faults(self) -> Iterable[int]:
        return range(self.size) if isinstance(self.value, Undefined) else ()


@dataclass(frozen=True, slots=True)
class Listed:
    """Names, answers, moments."""

    found: Sequence[Value]

    def at(self, place: int) -> Value:
        return self.found[place]

    def values(self) -> Sequence[Value]:
        return self.found

    def keys(self) -> Iterable[Hashable]:
        return self.found

    def faults(self) -> Iterable[int]:
        return [place for place, value in enumerate(self.found) if isinstance(value, Undefined)]


@dataclass(frozen=True, slots=True)
class Numbers:
    """top ÷ (below × scale). What stands at the places of `odd` means nothing: their values are there."""

    tops: Sequence[int]
    below: int
    scale: Sequence[int] | None = None
    """Positive. Columns with the same list are over the same denominators."""
    odd: Mapping[int, Value] = field(default_factory=dict)

    def at(self, place: int) -> Value:
        if place in self.odd:
            return self.odd[place]
        return ratio(self.tops[place], self.below if self.scale is None else self.below * self.scale[place])

    def values(self) -> Sequence[Value]:
        found: list[Value] = list(map(ratio, self.tops, self.bottoms()))
        for place, value in self.odd.items():
            found[place] = value
        return found

    def bottoms(self) -> Iterable[int]:
        if self.scale is None:
            return repeat(self.below, len(self.tops))
        return [self.below * own for own in self.scale] if self.below != 1 else self.scale

    def keys(self) -> Iterable[Hashable]:
        """Different where values are; equal values may have different ones."""
        found: list[Hashable] = list(self.tops if self.scale is None else zip(self.tops, self.scale, strict=True))
        for place, value in self.odd.items():
            found[place] = value
        return found

    def faults(self) -> Iterable[int]:
        return [place for place, value in self.odd.items() if isinstance(value, Undefined)]

    def is_short(self) -> bool:
        """Whether nothing that exact arithmetic makes of it could be refused as too long."""
        longest = max(max(self.tops, default=0), -min(self.tops, default=0), self.below, max(self.scale or (1,)))
        return longest.bit_length() <= LONGEST

    def mended(self, found: Mapping[int, Value]) -> Numbers:
        """With these values at these places."""
        if not found:
            return self
        tops, odd = list(self.tops), dict(self.odd)
        scale = None if self.scale is None else list(self.scale)
        for place, value in found.items():
            odd.pop(place, None)
            if not isinstance(value, Fraction):
                tops[place], odd[place] = 0, value
            elif self.below % value.denominator == 0:
                tops[place] = value.numerator * (self.below // value.denominator)
                if scale is not None:
                    scale[place] = 1
            else:
                if scale is None:
                    scale = [1] * len(tops)
                tops[place], scale[place] = value.numerator * self.below, value.denominator
        return Numbers(tops, self.below, scale, odd)


Column = Same | Listed | Numbers


def column_of(values: Sequence[Value]) -> Column:
    """As numbers where any of them is a rational number."""
    if not any(type(value) is Fraction for value in values):
        return Listed(values)
    odd = {place: value for place, value in enumerate(values) if type(value) is not Fraction}
    parts = [value.as_integer_ratio() if type(value) is Fraction else (0, 1) for value in values]
    below = 1
    for bottom in {bottom for _, bottom in parts}:
        below = lcm(below, bottom)
        if below > SHORT:
            return Numbers([top for top, _ in parts], 1, [bottom for _, bottom in parts], odd)
    return Numbers([top * (below // bottom) for top, bottom in parts], below, None, odd)


def constant(value: Fraction, size: int) -> Numbers:
    top, bottom = value.as_integer_ratio()
    return Numbers([top] * size, bottom)


class SubjectColumns(Mapping[Subject, Values]):
    """The values of each subject, made of the columns where they are asked for."""

    def __init__(self, subjects: Sequence[Subject], columns: Sequence[Column]) -> None:
        self.subjects = subjects
        self.columns = columns
        self.places = {subject: place for place, subject in enumerate(subjects)}

    def __getitem__(self, subject: Subject) -> Values:
        place = self.places[subject]
        return [column.at(place) for column in self.columns]

    def __iter__(self) -> Iterator[Subject]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


def values_of(values: SubjectValues, node: Node) -> Sequence[Value]:
    """The values of a node, subject by subject."""
    if isinstance(values, SubjectColumns):
        return values.columns[node].values()
    return [own[node] for own in values.values()]


def with_faults(values: SubjectValues, nodes: Iterable[Node]) -> Iterator[tuple[Subject, Values]]:
    """The subjects, in order, of which one of these values may be impossible, with their values."""
    if not isinstance(values, SubjectColumns):
        yield from values.items()
        return
    places = {place for node in nodes for place in values.columns[node].faults()}
    yield from ((values.subjects[place], values[values.subjects[place]]) for place in sorted(places))
