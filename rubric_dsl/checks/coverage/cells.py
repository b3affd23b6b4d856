"""An axis cut at all ends that its pieces name: cells within which every row says the same for every value.

A set of cells is an integer with one bit a cell; the row patterns of an axis are such sets, so that covering,
sharing and lying inside are operations on integers. `kept` are the cells in which the domain has a value.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from rubric_dsl.checks.coverage.model import (
    ANYTHING,
    MISSING,
    PRESENT,
    AllBut,
    Axis,
    Between,
    OneOf,
    Piece,
    Value,
)
from rubric_dsl.checks.coverage.values import AnyShare, Dense, Grid, Listed, Shares, Span, Values, ticks
from rubric_dsl.resolved.types import AnyText, Domain, Interval, Members, Points, Ratio


def bits(mask: int) -> Iterator[int]:
    """The numbers of the set bits, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def first_bit(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


class NumberCells:
    """Points and open intervals in turn, cell 2i + 1 being the i-th end; one cell more for missing."""

    def __init__(self, axis: Axis, domain: Interval | Ratio | Points, pieces: Iterable[Piece]) -> None:
        between = [piece for piece in pieces if type(piece) is Between]
        ends = [end for piece in between for end in (piece.low, piece.high) if end is not None]
        self.scale = lcm(*{end.denominator for end in (*ends, *_own_ends(domain))})
        self.domain, self.values = _clip_and_values(domain, self.scale)
        self.ends = sorted({ticks(end, self.scale) for end in ends})
        self.pinned: list[Fraction] = []
        count = 2 * len(self.ends) + 1
        self.missing = 1 << count if axis.may_be_missing else 0
        self.present = sum(1 << cell for cell in range(count) if self.values.has(self._span(cell, cell)))
        self.kept = self.present | self.missing
        self.first_pin = count + 1

    def mask(self, pieces: Iterable[Piece]) -> int:
        """The cells that the pieces match, kept or not."""
        return sum_of(self._piece(piece) for piece in pieces)

    def _piece(self, piece: Piece) -> int:
        if isinstance(piece, Between):
            low, high = 0, 2 * len(self.ends)
            if piece.low is not None:
                low = 2 * bisect_left(self.ends, ticks(piece.low, self.scale)) + (1 if piece.low_closed else 2)
            if piece.high is not None:
                high = 2 * bisect_left(self.ends, ticks(piece.high, self.scale)) + (1 if piece.high_closed else 0)
            return (2 << high) - (1 << low) if low <= high else 0
        if piece is MISSING:
            return self.missing
        return self.kept if piece is ANYTHING else self.present if piece is PRESENT else 0

    def _span(self, first: int, last: int) -> Span:
        """From one cell to another, clipped to the domain."""
        low, low_closed, high, high_closed = self.domain
        end = self.ends[(first - 1) // 2] if first else None
        if end is not None and (low is None or end > low or (end == low and not first % 2)):
            low, low_closed = end, bool(first % 2)
        end = self.ends[last // 2] if last // 2 < len(self.ends) else None
        if end is not None and (high is None or end < high or (end == high and not last % 2)):
            high, high_closed = end, bool(last % 2)
        return Span(low, low_closed, high, high_closed)

    def _hull(self, mask: int) -> Span:
        return self._span(first_bit(mask), mask.bit_length() - 1)

    def runs(self, mask: int, among: int) -> list[int]:
        """The mask in its maximal runs: cells with no other cell of `among` between them. Missing is by itself."""
        found: list[int] = []
        left = mask & self.present
        between = among & self.present & ~mask
        while left:
            above = between & -(left & -left)
            run = left & ((above & -above) - 1) if above else left
            found.append(run)
            left ^= run
        if mask & self.missing:
            found.append(self.missing)
        return found

    def describe(self, mask: int) -> Piece:
        """A run (or missing) as a piece with ends that the domain has: closed ends on a grid."""
        if mask == self.missing:
            return MISSING
        low, low_closed, high, high_closed = self.values.tightened(self._hull(mask & self.present))
        return Between(
            self._fraction(low), low is not None and low_closed, self._fraction(high), high is not None and high_closed
        )

    def candidates(self, mask: int) -> Iterator[Value]:
        """Values of the cells in a mask that is not empty, the most telling first: one of the first run as a whole,
        one of every cell."""
        present = mask & self.present
        if present:
            run = self.runs(present, self.present)[0]
            value = self.values.witness(self._hull(run))
            if value is not None:
                yield value
            for cell in bits(present):
                value = self.values.witness(self._span(cell, cell))
                if value is not None:
                    yield value
        if mask & self.missing:
            yield None

    def around(self, run: int) -> tuple[Iterable[int], Iterable[int]]:
        """The cells below and above a run of numbers, the nearest first."""
        if not run & self.present:
            return (), ()
        first, last = first_bit(run), run.bit_length()
        below = (cell for cell in range(first - 1, -1, -1) if self.present >> cell & 1)
        return below, (cell + last for cell in bits(self.present >> last))

    def cell_of(self, value: Value) -> int:
        """The cell of a value of the domain."""
        if value is None:
            return first_bit(self.missing)
        assert isinstance(value, Fraction)
        position = bisect_left(self.ends, value * self.scale)
        at_end = position < len(self.ends) and self.ends[position] == value * self.scale
        return 2 * position + (1 if at_end else 0)

    def pin(self, value: Fraction) -> int:
        """A cell number that stands for one value alone (see `span`)."""
        self.pinned.append(value)
        return self.first_pin + len(self.pinned) - 1

    def span(self, cell: int) -> tuple[Fraction | None, bool, Fraction | None, bool]:
        """The ends of a present cell or of a pinned value."""
        if cell >= self.first_pin:
            value = self.pinned[cell - self.first_pin]
            return value, True, value, True
        low, low_closed, high, high_closed = self.values.tightened(self._span(cell, cell))
        return self._fraction(low), low_closed, self._fraction(high), high_closed

    def _fraction(self, tick: int | None) -> Fraction | None:
        return None if tick is None else Fraction(tick, self.scale)


class NamedCells:
    """One cell a name, in declared order; for texts a cell for every other text; one for missing."""

    def __init__(self, axis: Axis, domain: Members | AnyText, pieces: Iterable[Piece]) -> None:
        named = {name for piece in pieces if isinstance(piece, OneOf) for name in piece.names}
        self.names: Sequence[str] = domain.values if isinstance(domain, Members) else sorted(named)
        self.cell = {name: cell for cell, name in enumerate(self.names)}
        count = len(self.names)
        self.other = 1 << count if isinstance(domain, AnyText) else 0
        self.present = (1 << count) - 1 | self.other
        self.missing = 1 << (count + 1) if axis.may_be_missing else 0
        self.kept = self.present | self.missing
        self.other_text = _unused_text(named)

    def mask(self, pieces: Iterable[Piece]) -> int:
        """The cells that the pieces match; a name that the domain does not have matches none."""
        return sum_of(self._piece(piece) for piece in pieces)

    def _piece(self, piece: Piece) -> int:
        if isinstance(piece, OneOf):
            return sum_of(1 << self.cell[name] for name in piece.names if name in self.cell)
        if piece is MISSING:
            return self.missing
        return self.kept if piece is ANYTHING else self.present if piece is PRESENT else 0

    def runs(self, mask: int, among: int) -> list[int]:
        """Names have no neighbours: all present ones together, and missing by itself."""
        return [part for part in (mask & self.present, mask & self.missing) if part]

    def describe(self, mask: int) -> Piece:
        if mask == self.missing:
            return MISSING
        if mask & self.other:
            names = frozenset(self.names[cell] for cell in bits(self.present & ~mask))
            return AllBut(names) if names else PRESENT
        return OneOf(frozenset(self.names[cell] for cell in bits(mask & self.present)))

    def candidates(self, mask: int) -> Iterator[Value]:
        if mask & self.other:
            yield self.other_text
        for cell in bits(mask & self.present & ~self.other):
            yield self.names[cell]
        if mask & self.missing:
            yield None

    def around(self, run: int) -> tuple[Iterable[int], Iterable[int]]:
        return (), ()

    def cell_of(self, value: Value) -> int:
        if value is None:
            return first_bit(self.missing)
        assert isinstance(value, str)
        return self.cell.get(value, len(self.names))


AxisCells: TypeAlias = NumberCells | NamedCells


def cut(axis: Axis, pieces: Iterable[Piece]) -> AxisCells:
    """The cells of an axis; `pieces` are all that rows and conditions ask of it."""
    domain = axis.domain
    if isinstance(domain, Members | AnyText):
        return NamedCells(axis, domain, pieces)
    return NumberCells(axis, domain, pieces)


def matches_nothing(pieces: Iterable[Piece]) -> bool:
    """Whether no value at all, of whatever domain, is in one of the pieces."""
    return all(
        isinstance(piece, Between)
        and piece.low is not None
        and piece.high is not None
        and (piece.low > piece.high or (piece.low == piece.high and not (piece.low_closed and piece.high_closed)))
        for piece in pieces
    )


def sum_of(masks: Iterable[int]) -> int:
    """The union of sets of cells."""
    union = 0
    for mask in masks:
        union |= mask
    return union


def _own_ends(domain: Domain) -> Iterator[Fraction]:
    if isinstance(domain, Interval):
        yield from (end for end in (domain.low, domain.high, domain.step) if end is not None)
    elif isinstance(domain, Points):
        yield from domain.values


def _clip_and_values(domain: Interval | Ratio | Points, scale: int) -> tuple[Span, Values]:
    if isinstance(domain, Ratio):
        share = AnyShare(scale) if domain.sizes is None else Shares(scale, tuple(sorted(set(domain.sizes))))
        return Span(0, True, scale, True), share
    if isinstance(domain, Points):
        values = tuple(ticks(value, scale) for value in domain.values)
        clip = Span(values[0], True, values[-1], True) if values else Span(None, False, None, False)
        return clip, Listed(scale, values)
    clip = Span(
        None if domain.low is None else ticks(domain.low, scale),
        domain.low_closed,
        None if domain.high is None else ticks(domain.high, scale),
        domain.high_closed,
    )
    return clip, Dense(scale) if domain.step is None else Grid(scale, ticks(domain.step, scale))


def _unused_text(named: set[str]) -> str:
    """The shortest text of letters that is not named: a, b, …, z, aa, …"""
    number = 0
    while True:
        number += 1
        text, rest = "", number
        while rest:
            rest, letter = divmod(rest - 1, 26)
            text = chr(ord("a") + letter) + text
        if text not in named:
            return text
