"""What expressions and tables may read in one place, and tables that cover it exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from tests.properties import model as m
from tests.properties.choices import Choices

Kind = Literal["number", "percent", "seconds", "yes/no", "choice", "date", "time", "text"]
UNITS = {"number": "", "percent": "%", "seconds": "s"}


@dataclass(frozen=True)
class Thing:
    """A column, measure, band or parameter. `pool`: values it takes, ascending, the places where tables are cut."""

    name: str
    kind: Kind
    members: tuple[str, ...] = ()
    pool: tuple[Fraction, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None
    step: Fraction | None = None
    may_be_absent: bool = False
    when: m.Expr | None = None
    reads: frozenset[str] = field(default_factory=frozenset)
    """The names that decide whether it is present."""

    @property
    def unit(self) -> str:
        return UNITS[self.kind]

    @property
    def ref(self) -> m.Ref:
        return m.Ref(self.name)


def literal(kind: str, value: Fraction) -> m.Num | m.Quoted:
    """A value of the kind as it stands in a rubric; dates and times are days and minutes."""
    if kind == "date":
        return m.Quoted(date.fromordinal(int(value)))
    if kind == "time":
        return m.Quoted(int(value))
    return m.Num(value, UNITS[kind])


def established(things: Sequence[Thing], guard: str, test: m.Expr) -> list[Thing]:
    """What may be read where a test of `guard` holds: not the guard, nor what may be there only if it does not hold."""
    found = []
    for one in things:
        if one.when == test:
            found.append(replace(one, may_be_absent=False, when=None))
        elif one.name != guard and f"'{guard}'" not in repr(one.when):
            found.append(one)
    return found


def without(things: Sequence[Thing], names: frozenset[str]) -> list[Thing]:
    return [one for one in things if one.name not in names]


def together(things: Sequence[Thing]) -> list[Thing]:
    """Those whose values all go together: what is there when another holds has its say alone."""
    found: list[Thing] = []
    for one in things:
        if all(one.when == other.when or (one.when is None and one.name not in repr(other.when))
               or (other.when is None and other.name not in repr(one.when)) for other in found):
            found.append(one)
    return found


Piece = tuple[m.Pattern, ...]
"""Alternatives of one input."""


def pieces(choices: Choices, thing: Thing) -> list[Piece]:
    """Patterns that share out the present values of the thing, each with a value that occurs."""
    if thing.kind == "yes/no":
        return [(m.Exactly(True),), (m.Exactly(False),)]
    if thing.kind == "choice":
        members = choices.shuffled(thing.members)
        split = choices.between(1, max(1, len(members) - 1))
        groups = [members[:split], members[split:]] if choices.chance(50) else [[one] for one in members]
        return [tuple(map(m.Exactly, group)) for group in groups if group]
    return _intervals(choices, thing)


def _intervals(choices: Choices, thing: Thing) -> list[Piece]:
    cuts = choices.some(thing.pool[1:], 1)[:3]
    if choices.chance(25) and thing.step is not None and cuts[0] - thing.step >= thing.pool[0]:
        return _stepped(choices, thing, cuts)
    left_closed = [True] * len(cuts)
    if choices.chance(50):
        # A cut may belong to the piece below it, if the piece above still has a value.
        left_closed = [
            bool(choices.below(2)) if any(cut < value < above for value in thing.pool) else True
            for cut, above in zip(cuts, [*cuts[1:], thing.pool[-1] + 1], strict=True)
        ]
    ends: list[tuple[Fraction | None, bool]] = [(thing.low if choices.chance(50) else None, True)]
    ends += zip(cuts, left_closed, strict=True)
    last = thing.high if choices.chance(50) else None
    found: list[Piece] = []
    for place, (low, closed) in enumerate(ends):
        high, next_closed = ends[place + 1] if place + 1 < len(ends) else (last, False)
        if low is None and high is None:
            return [(m.Word("-"),)] if not thing.may_be_absent else [(m.Between(_least(thing), None),)]
        if low == high and low is not None:
            found.append((m.Exactly(literal(thing.kind, low)),))
            continue
        low_end, high_end = (None if end is None else literal(thing.kind, end) for end in (low, high))
        found.append((m.Between(low_end, high_end, closed, not next_closed),))
    return found


def _stepped(choices: Choices, thing: Thing, cuts: Sequence[Fraction]) -> list[Piece]:
    """Closed pieces with a step between them: 0 to 2, 3 to 5, of a whole number."""
    assert thing.step is not None
    found: list[Piece] = []
    low: Fraction | None = thing.low
    for cut in cuts:
        high = cut - thing.step
        if low is not None and low > high:
            continue
        found.append((_closed(thing, low, high),))
        low = cut
    found.append((_closed(thing, low, thing.high),))
    return found


def _closed(thing: Thing, low: Fraction | None, high: Fraction | None) -> m.Pattern:
    if low is not None and low == high:
        return m.Exactly(literal(thing.kind, low))
    low_end, high_end = (None if end is None else literal(thing.kind, end) for end in (low, high))
    return m.Between(low_end, high_end)


def _least(thing: Thing) -> m.Num | m.Quoted:
    return literal(thing.kind, thing.pool[0])


Outcomes = Callable[[tuple[Piece, ...], bool], tuple[m.Outcome, ...]]
"""The outcomes of a row, given its patterns, and whether it may be reached for certain."""


def table(
    choices: Choices, things: Sequence[Thing], outcomes: Outcomes, absent: Literal["row", "elsewhere"] = "row"
) -> m.Table:
    """A table by these things that covers each input once. `absent`: "elsewhere", no row speaks of absent inputs."""
    lone_missing = absent == "row" and len(things) > 1 and any(one.may_be_absent for one in things)
    lone_missing = lone_missing and choices.chance(50)
    speaks = absent == "row" and not lone_missing
    patterns = list(_rows(choices, list(things), speaks))
    dropped = [row for row in patterns if _all_present(row, things)]
    otherwise = len(dropped) > 1 and len(patterns) > 2 and choices.chance(25)
    if otherwise:
        gone = choices.some(dropped[1:], 1)
        patterns = [row for row in patterns if row not in gone]
    rows = [m.Row(row, outcomes(row, True)) for row in patterns]
    if lone_missing:
        rows.append(m.Row("missing", outcomes((), False)))
    if otherwise:
        rows.append(m.Row("otherwise", outcomes((), True)))
    return m.Table(tuple(one.ref for one in things), tuple(rows))


def _rows(choices: Choices, things: list[Thing], speaks: bool) -> list[tuple[Piece, ...]]:
    if not things:
        return [()]
    first, rest = things[0], things[1:]
    found: list[tuple[Piece, ...]] = []
    for piece in _with_absent(choices, first, speaks):
        # `-` takes absence in: only where rows speak of it, or nothing may be absent.
        may_stop = rest and (speaks or not any(one.may_be_absent for one in rest))
        if may_stop and choices.chance(35):
            found.append((piece, *((m.Word("-"),) for _ in rest)))
        else:
            found += ((piece, *row) for row in _rows(choices, rest, speaks))
    return found


def _with_absent(choices: Choices, thing: Thing, speaks: bool) -> list[Piece]:
    found = pieces(choices, thing)
    if thing.may_be_absent and speaks:
        missing = m.Word("missing")
        if len(found) > 1 and choices.chance(20):
            return [*found[:-1], (*found[-1], missing)]
        return [*found, (missing,)]
    return found


def _all_present(row: tuple[Piece, ...], things: Sequence[Thing]) -> bool:
    """Whether the row holds for present inputs only, so that `otherwise` may stand for it."""
    return all(
        all(not isinstance(pattern, m.Word) or (pattern.word == "-" and not thing.may_be_absent) for pattern in piece)
        for piece, thing in zip(row, things, strict=True)
    )


def first_match(choices: Choices, thing: Thing, outcomes: Outcomes) -> m.Table:
    """A ladder over a thing that is always present: from the highest cut down, then otherwise."""
    cuts = sorted(choices.some(thing.pool[1:], 1)[:3], reverse=True)
    found: list[tuple[Piece, ...]] = [((m.Between(literal(thing.kind, cut), None),),) for cut in cuts]
    rows = [m.Row(row, outcomes(row, True)) for row in found]
    return m.Table((thing.ref,), (*rows, m.Row("otherwise", outcomes((), True))), first_match=True)
