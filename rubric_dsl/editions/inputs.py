"""What a cell or a value may be, as a few values that stand for all: where a rule turns, and between.

On an axis cut at all places where something turns, what lies between two cuts behaves alike; two values stand for it,
so that also what changes evenly between the cuts is told. A cut is a value of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import ColumnSchema, PlanNode
from rubric_dsl.resolved.literals import moment_number
from rubric_dsl.text.record import dataclass

Given = Fraction | bool | str | int

OTHER_TEXT = "…"
"""Stands for every text that no rule names."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What a variable may be: one of `names`, a number between the ends on the grid of `step`, or any text."""

    kind: Literal["names", "number", "moment", "text"]
    """A moment is a date or a time, by its day or minute."""
    names: tuple[Given, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None
    step: Fraction | None = None
    absent: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "moment")

    @property
    def size(self) -> int | None:
        """How many values there are, absence included; None: too many to count."""
        own: int | None = None
        if self.kind == "names":
            own = len(self.names)
        elif self.numeric and self.step is not None and self.low is not None and self.high is not None:
            own = max(0, (self.high // self.step) - (-(-self.low // self.step)) + 1)
        return None if own is None else own + self.absent

    def every(self) -> list[Cell]:
        """All values, ascending, absence last. `size` must be known."""
        found: list[Cell] = list(self.names)
        if self.numeric:
            assert self.step is not None and self.low is not None and self.high is not None
            first, last = -(-self.low // self.step), self.high // self.step
            found = [self._given(self.step * place) for place in range(first, last + 1)]
        return [*found, None] if self.absent else found

    def standing_for_all(self, cuts: Iterable[Fraction], texts: Iterable[str] = ()) -> list[Cell]:
        """Values that stand for all where things turn at the cuts alone, ascending, absence last."""
        found: list[Cell] = list(self.names)
        if self.kind == "text":
            found = [*sorted(set(texts)), OTHER_TEXT]
        if self.numeric:
            found = [self._given(value) for value in self._numbers(sorted(set(cuts)))]
        return [*found, None] if self.absent else found

    def _given(self, value: Fraction) -> Given:
        return int(value) if self.kind == "moment" else value

    def has(self, value: Fraction) -> bool:
        """Whether the number lies in the domain."""
        return self._between_ends(value) and (self.step is None or (value / self.step).denominator == 1)

    def _between_ends(self, value: Fraction) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _numbers(self, cuts: Sequence[Fraction]) -> list[Fraction]:
        ends = [end for end in (self.low, *cuts, self.high) if end is not None and self._between_ends(end)]
        found = {end for end in ends if self.has(end)}
        edges: list[Fraction | None] = list(dict.fromkeys(ends))
        if self.low is None:
            edges.insert(0, None)
        if self.high is None:
            edges.append(None)
        for low, high in pairwise(edges):
            found.update(self._between(low, high))
        if not edges:
            found.update(self._between(None, None))
        return sorted(found)

    def _between(self, low: Fraction | None, high: Fraction | None) -> list[Fraction]:
        """Two values strictly between (one where there is one)."""
        step = self.step
        if step is None:
            if low is None or high is None:
                start = low if low is not None else high if high is not None else Fraction(0)
                sign = -1 if low is None and high is not None else 1
                return [start + sign, start + 2 * sign]
            third = (high - low) * Fraction(3, 10)
            return [low + third, high - third]
        first = None if low is None else low // step + 1
        last = None if high is None else -(-high // step) - 1
        if first is None and last is None:
            first = 0
        if first is None:
            assert last is not None
            first = last - 1
        if last is None:
            last = first + 1
        return [step * place for place in dict.fromkeys((first, last)) if first <= last]


_KINDS = {"number": "number", "whole number": "number", "percent": "number", "seconds": "number"}


def domain_of(column: ColumnSchema) -> Domain:
    """What the cells of a column may be."""
    absent = column.presence != "always"
    if column.type == "yes/no":
        return Domain("names", (False, True), absent=absent)
    if column.type == "choice":
        return Domain("names", tuple(member.name for member in column.members), absent=absent)
    if column.type == "text":
        return Domain("text", absent=absent)
    if column.type in ("date", "time"):
        ends = [None if end is None else Fraction(moment_number(end)) for end in (column.low, column.high)]
        if column.type == "time":
            ends = [ends[0] if ends[0] is not None else Fraction(0), ends[1] if ends[1] is not None else Fraction(1439)]
        elif ends == [None, None]:
            ends = [Fraction(1), Fraction(3652059)]  # the days that a date can be
        return Domain("moment", low=ends[0], high=ends[1], step=Fraction(1), absent=absent)
    low, high = (None if end is None else from_exact(end) for end in (column.low, column.high))
    if column.type == "seconds" and low is None:
        low = Fraction(0)
    step = None
    if column.decimals is not None:
        step = Fraction(1, 10**column.decimals) / (100 if column.type == "percent" else 1)
    return Domain("number", low=low, high=high, step=step, absent=absent)


def common(one: Domain, other: Domain) -> Domain:
    """What both allow."""
    if one == other or one.kind != other.kind:
        return one
    names = tuple(name for name in one.names if name in other.names)
    low = max((end for end in (one.low, other.low) if end is not None), default=None)
    high = min((end for end in (one.high, other.high) if end is not None), default=None)
    steps = [step for step in (one.step, other.step) if step is not None]
    return Domain(one.kind, names, low, high, max(steps, default=None), one.absent and other.absent)


def domain_of_value(node: PlanNode) -> Domain:
    """What a value of one subject may be, by its proved ends and denominator."""
    if node.type.kind == "yes/no":
        return Domain("names", (False, True), absent=node.may_be_absent)
    if node.type.kind == "choice":
        return Domain("names", node.type.members, absent=node.may_be_absent)
    if node.type.kind == "text":
        return Domain("text", absent=node.may_be_absent)
    if not node.type.numeric:
        return Domain("moment", low=Fraction(0), step=Fraction(1), absent=node.may_be_absent)
    low, high = (None, None)
    if node.bounds is not None:
        low, high = (None if end is None else from_exact(end) for end in (node.bounds.low, node.bounds.high))
    step = None if node.denominator is None else Fraction(1, node.denominator)
    return Domain("number", low=low, high=high, step=step, absent=node.may_be_absent)
