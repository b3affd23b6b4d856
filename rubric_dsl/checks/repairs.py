"""Repairs of a table of one input, as pieces: which end to move so that a gap closes or two rows part.

Only ends between the two rows move, and only over values that no row had (a gap) or that the other row keeps (an
overlap), so that a repair never makes another fault. Pieces are given back; whoever asks prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from rubric_dsl.checks.coverage import Axis, Between, Constraint, Coverage, Piece, TableRow, cover
from rubric_dsl.checks.coverage.cells import matches_nothing
from rubric_dsl.checks.coverage.values import greatest_multiple, least_multiple, ticks
from rubric_dsl.resolved.types import Domain, Interval, Ratio
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """Put `new` in the place of `old` among the alternatives of one of the two rows."""

    side: Literal["before", "after"]
    old: Between
    new: Between


def close_gap(
    domain: Domain, gap: Between, before: Sequence[Piece] | None, after: Sequence[Piece] | None
) -> tuple[Repair, ...]:
    """Ways to close a gap by moving one end, the more natural first; `before` and `after` are the alternatives of the
    rows below and above it (None: there is no such row).

    A range is extended rather than a single value: between `0%` and `1% to 30%` the second grows.
    """
    below = _ends_below(gap, before or ())
    above = _starts_above(gap, after or ())
    repairs: list[Repair] = []
    if below is not None and (above is not None or after is None):
        new = _up_to(domain, below, above)
        if new is not None:
            repairs.append(Repair("before", below, new))
    if above is not None and (below is not None or before is None):
        new = _down_to(domain, above, below)
        if new is not None:
            repairs.append(Repair("after", above, new))
    return tuple(sorted(repairs, key=lambda repair: repair.old.low == repair.old.high))


def row_for_gap(
    domain: Domain, gap: Between, before: Sequence[Piece] | None, after: Sequence[Piece] | None
) -> Between:
    """The pattern of a new row that takes exactly the gap: on a grid its first to its last value, else from where the
    row below ends to where the row above starts; open where there is no such row."""
    below = _ends_below(gap, before or ())
    above = _starts_above(gap, after or ())
    low, low_closed, high, high_closed = gap.low, gap.low_closed, gap.high, gap.high_closed
    if below is not None:
        if _step(domain) is None and below.high is not None:
            low, low_closed = below.high, not below.high_closed
    elif above is not None:
        low, low_closed = None, False
    if above is not None:
        if _step(domain) is None:
            high, high_closed = above.low, not above.low_closed
    elif below is not None:
        high, high_closed = None, False
    return Between(low, low_closed, high, high_closed)


def part(first: Sequence[Piece], second: Sequence[Piece]) -> Repair | None:
    """Let the second of two overlapping rows start over the end of the first, or end under its start, if that parts
    them without taking anything from both; `side` is then always "after"."""
    clashes = [
        (one, other)
        for one in first
        if isinstance(one, Between)
        for other in second
        if isinstance(other, Between) and _meet(one, other)
    ]
    if len(clashes) != 1:
        return None
    one, other = clashes[0]
    if _starts_no_later(one, other) and one.high is not None:
        new = replace(other, low=one.high, low_closed=not one.high_closed)
    elif _ends_no_later(other, one) and one.low is not None:
        new = replace(other, high=one.low, high_closed=not one.low_closed)
    else:
        return None
    return None if matches_nothing([new]) or new == other else Repair("after", other, new)


def repaired(rows: Sequence[TableRow], row: int, place: int, repair: Repair) -> list[TableRow]:
    """The rows with one alternative of a row exchanged; `place` counts the inputs of the table."""
    cells = list(rows[row].cells)
    cells[place] = tuple(repair.new if piece == repair.old else piece for piece in cells[place])
    return [*rows[:row], replace(rows[row], cells=tuple(cells)), *rows[row + 1 :]]


def proved(
    axes: Sequence[Axis],
    rows: Sequence[TableRow],
    first_match: bool,
    constraints: Sequence[Constraint],
    known: Coverage,
) -> bool:
    """Whether the rows, repaired, have fewer faults than `known`, the coverage before, and none that is new.

    Always so for the repairs of a table of one input; in one of several a row may reach further than the gap does.
    """
    now = cover(axes, rows, first_match, constraints)
    if now.undecided is not None:
        return False
    gaps = {gap.box for gap in known.gaps} - {gap.box for gap in now.gaps}
    clashes = _clashes(known) - _clashes(now)
    new = [gap for gap in now.gaps if gap.box not in {gap.box for gap in known.gaps}]
    return bool(gaps or clashes) and not new and not _clashes(now) - _clashes(known)


def _clashes(coverage: Coverage) -> set[tuple[int, ...]]:
    pairs = {(overlap.first, overlap.second) for overlap in coverage.overlaps}
    inside = {tuple(sorted((never.row, other))) for never in coverage.never for other in never.by}
    return pairs | inside | {(never.row,) for never in coverage.never}


# ---------------------------------------------------------------- ends


def facing(gap: Between, pieces: Sequence[Piece], side: Literal["before", "after"]) -> tuple[Fraction, bool] | None:
    """The end of the row before (or after) the gap that looks at it, and whether the end belongs to the row."""
    if side == "before":
        below = _ends_below(gap, pieces)
        return None if below is None or below.high is None else (below.high, below.high_closed)
    above = _starts_above(gap, pieces)
    return None if above is None or above.low is None else (above.low, above.low_closed)


def _ends_below(gap: Between, pieces: Sequence[Piece]) -> Between | None:
    """The alternative whose end lies right below the gap."""
    ending = [
        piece
        for piece in pieces
        if isinstance(piece, Between) and piece.high is not None and (gap.low is None or piece.high <= gap.low)
    ]
    return max(ending, key=lambda piece: (piece.high or Fraction(0), piece.high_closed), default=None)


def _starts_above(gap: Between, pieces: Sequence[Piece]) -> Between | None:
    """The alternative whose start lies right above the gap."""
    starting = [
        piece
        for piece in pieces
        if isinstance(piece, Between) and piece.low is not None and (gap.high is None or piece.low >= gap.high)
    ]
    return min(starting, key=lambda piece: (piece.low or Fraction(0), not piece.low_closed), default=None)


def _up_to(domain: Domain, below: Between, above: Between | None) -> Between | None:
    """`below` extended to the start of `above`; without one to the end of the domain."""
    if above is not None and above.low is not None:
        high, closed = _last_before(domain, above.low, not above.low_closed)
        return replace(below, high=high, high_closed=closed)
    if below.low is not None:
        return replace(below, high=None, high_closed=False)
    first, last = _ends(domain)
    if last is not None:
        return replace(below, high=last, high_closed=True)
    return None if first is None else Between(first, True, None, False)


def _down_to(domain: Domain, above: Between, below: Between | None) -> Between | None:
    """`above` extended to the end of `below`; without one to the start of the domain."""
    if below is not None and below.high is not None:
        low, closed = _first_after(domain, below.high, not below.high_closed)
        return replace(above, low=low, low_closed=closed)
    if above.high is not None:
        return replace(above, low=None, low_closed=False)
    first, last = _ends(domain)
    if first is not None:
        return replace(above, low=first, low_closed=True)
    return None if last is None else Between(None, False, last, True)


def _last_before(domain: Domain, end: Fraction, closed: bool) -> tuple[Fraction, bool]:
    step = _step(domain)
    if step is None:
        return end, closed
    scale = step.denominator * end.denominator
    return Fraction(greatest_multiple(ticks(step, scale), ticks(end, scale), closed), scale), True


def _first_after(domain: Domain, end: Fraction, closed: bool) -> tuple[Fraction, bool]:
    step = _step(domain)
    if step is None:
        return end, closed
    scale = step.denominator * end.denominator
    return Fraction(least_multiple(ticks(step, scale), ticks(end, scale), closed), scale), True


def _step(domain: Domain) -> Fraction | None:
    return domain.step if isinstance(domain, Interval) else None


def _ends(domain: Domain) -> tuple[Fraction | None, Fraction | None]:
    if isinstance(domain, Ratio):
        return Fraction(0), Fraction(1)
    return (domain.low, domain.high) if isinstance(domain, Interval) else (None, None)


def _meet(one: Between, other: Between) -> bool:
    return not matches_nothing([_shared(one, other)])


def _shared(one: Between, other: Between) -> Between:
    low, low_closed = (
        (other.low, other.low_closed) if _starts_no_later(one, other) else (one.low, one.low_closed)
    )
    high, high_closed = (
        (one.high, one.high_closed) if _ends_no_later(one, other) else (other.high, other.high_closed)
    )
    return Between(low, low_closed, high, high_closed)


def _starts_no_later(one: Between, other: Between) -> bool:
    if one.low is None or other.low is None:
        return one.low is None
    return one.low < other.low or (one.low == other.low and (one.low_closed or not other.low_closed))


def _ends_no_later(one: Between, other: Between) -> bool:
    if one.high is None or other.high is None:
        return other.high is None
    return one.high < other.high or (one.high == other.high and (other.high_closed or not one.high_closed))
