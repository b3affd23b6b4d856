"""Generated tables, as plain data for the oracle and as objects for the check."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from rubric_dsl.checks.coverage import (
    ANYTHING,
    MISSING,
    PRESENT,
    AllOf,
    AnyOf,
    Axis,
    Between,
    Constraint,
    Holds,
    IsMissing,
    Linear,
    NotOf,
    OneOf,
    Piece,
    PresentExactlyWhen,
    TableRow,
)
from rubric_dsl.resolved.types import AnyText, Domain, Interval, Members, Points, Ratio
from tests.coverage import oracle

OTHER = "(any other text)"
TEXTS = ("kept", "lost", "new")


@dataclass
class Generated:
    plain: oracle.Case
    axes: list[Axis]
    rows: list[TableRow]
    first_match: bool
    constraints: list[Constraint]
    kinds: list[str]


# ---------------------------------------------------------------- domains

NUMERIC = ("grid", "halves", "open grid", "continuous", "points", "shares", "share")
COMPARABLE = ("grid", "halves", "continuous", "points", "shares")


def _every(low: Fraction, high: Fraction, step: Fraction) -> list[Fraction]:
    return [low + step * number for number in range(int((high - low) / step) + 1)]


def domain(rng: random.Random, kind: str) -> tuple[Domain, list[oracle.Value]]:
    """A domain, and its values (of the unbounded and dense ones as many as show every answer: all ends that rows and
    conditions name are whole, or quarters for shares)."""
    if kind == "grid":
        top = rng.randrange(2, 7)
        return Interval(Fraction(0), Fraction(top), step=Fraction(1)), list(map(Fraction, range(top + 1)))
    if kind == "halves":
        ends = (rng.random() < 0.7, rng.random() < 0.7)
        values = _every(Fraction(-1), Fraction(2), Fraction(1, 2))
        shown = values[0 if ends[0] else 1 : None if ends[1] else -1]
        return Interval(Fraction(-1), Fraction(2), *ends, Fraction(1, 2)), list(shown)
    if kind == "open grid":
        return Interval(step=Fraction(1)), list(map(Fraction, range(-2, 9)))
    if kind == "continuous":
        low, high = rng.choice([(0, 3), (1, 3), (0, 2)])
        ends = (rng.random() < 0.7, rng.random() < 0.7)
        values = _every(Fraction(low), Fraction(high), Fraction(1, 4))
        shown = values[0 if ends[0] else 1 : None if ends[1] else -1]
        return Interval(Fraction(low), Fraction(high), *ends), list(shown)
    if kind == "points":
        chosen = sorted(rng.sample([Fraction(number, 3) for number in range(-2, 16)], rng.randrange(1, 6)))
        return Points(tuple(chosen)), list(chosen)
    if kind == "shares":
        sizes = tuple(rng.sample(range(1, 6), rng.randrange(1, 3)))
        return Ratio(sizes), sorted({Fraction(k, size) for size in sizes for k in range(size + 1)})  # type: ignore[return-value]
    if kind == "share":
        return Ratio(), list(_every(Fraction(0), Fraction(1), Fraction(1, 8)))
    if kind == "members":
        names = ("gentle", "flat", "rude")[: rng.randrange(1, 4)]
        return Members(names), list(names)
    if kind == "yes/no":
        return Members(("yes", "no")), ["yes", "no"]
    return AnyText(), [*TEXTS, OTHER]


def between(rng: random.Random, kind: str) -> oracle.Piece:
    unit = Fraction(1, 4) if kind in ("share", "shares") else Fraction(1)
    low, high = sorted(rng.randrange(-1, 7) * unit for _ in range(2))
    form = rng.randrange(8)
    if form == 0:
        return ("between", low, True, low, True)
    if form == 1:
        return ("between", None, False, high, rng.random() < 0.5)
    if form == 2:
        return ("between", low, rng.random() < 0.5, None, False)
    if form == 3 and rng.random() < 0.1:
        low, high = high, low
    return ("between", low, rng.random() < 0.6, high, rng.random() < 0.6)


def cell(rng: random.Random, kind: str) -> tuple[oracle.Piece, ...]:
    draw = rng.random()
    if draw < 0.18:
        return (("anything",),)
    if draw < 0.24:
        return (("missing",),)
    if draw < 0.28:
        return (("present",),)
    if kind in NUMERIC:
        pieces = [between(rng, kind)]
        if draw > 0.85:
            pieces.append(between(rng, kind))
    else:
        names = {"text": TEXTS, "yes/no": ("yes", "no")}.get(kind, ("gentle", "flat", "rude", "unheard"))
        pieces = [("names", frozenset(rng.sample(names, rng.randrange(1, len(names)))))]
    if 0.7 < draw < 0.8:
        pieces.append(("missing",))
    return tuple(pieces)


# ---------------------------------------------------------------- conditions


def condition(rng: random.Random, kinds: list[str], depth: int = 0) -> oracle.Condition:
    axis = rng.randrange(len(kinds))
    form = rng.randrange(10)
    if form == 9:
        return ("not", ("holds", axis, (between(rng, kinds[axis]),)))
    if form < 2 and depth < 2:
        parts = [condition(rng, kinds, depth + 1) for _ in range(rng.randrange(1, 4))]
        return (rng.choice(["all", "any"]), parts)
    if form == 2 and depth < 3:
        return ("not", condition(rng, kinds, depth + 1))
    if form == 3:
        return ("missing", axis)
    if form == 4 and depth < 2:
        return ("present when", axis, condition(rng, kinds, depth + 1))
    comparable = [number for number, kind in enumerate(kinds) if kind in COMPARABLE]
    if form > 4 and comparable:
        return linear(rng, kinds, comparable)
    return ("holds", axis, cell(rng, kinds[axis]))


def linear(rng: random.Random, kinds: list[str], comparable: list[int]) -> oracle.Condition:
    """Whole factors; 1 or -1 before continuous axes, of which there are at most two (quarters then show every
    answer, see `domain`)."""
    chosen = sorted(rng.sample(comparable, min(len(comparable), rng.choice([1, 2, 2, 2, 3]))))
    continuous = [axis for axis in chosen if kinds[axis] == "continuous"]
    if continuous:
        chosen = [axis for axis in chosen if kinds[axis] in ("grid", "continuous")]
    factors = {axis: Fraction(rng.choice([-1, 1] if continuous else [-3, -2, -1, 0, 1, 1, 2])) for axis in chosen}
    relation = rng.choice(["<", "<=", "=", ">=", ">", "<>"])
    return ("linear", factors, relation, Fraction(rng.randrange(-2, 5)))


def satisfiable(
    rng: random.Random, kinds: list[str], values: list[list[oracle.Value]]
) -> list[oracle.Condition]:
    """One to three conditions that together leave something to occur, but for one list in twenty."""
    found: list[oracle.Condition] = []
    left = list(itertools.product(*values))
    for _ in range(rng.randrange(1, 4)):
        drawn = condition(rng, kinds)
        passed = [combination for combination in left if oracle.satisfied(drawn, combination)]
        if passed or rng.random() < 0.05:
            found.append(drawn)
            left = passed
    return found


# ---------------------------------------------------------------- tables

KINDS = (*NUMERIC, "members", "yes/no", "text")


def generated(rng: random.Random, most: int = 400) -> Generated:
    """A table of 1 to 4 visible and 0 to 2 hidden inputs with at most so many combinations."""
    while True:
        visible = rng.choice([1, 1, 1, 2, 2, 3, 4])
        hidden = rng.choice([0, 0, 0, 1, 1, 2])
        kinds = [rng.choice(KINDS) for _ in range(visible + hidden)]
        if kinds.count("continuous") > 2:
            continue
        drawn = [domain(rng, kind) for kind in kinds]
        missing = [rng.random() < 0.35 for _ in kinds]
        values = [[*each, *([None] if away else [])] for (_, each), away in zip(drawn, missing, strict=True)]
        if prod(map(len, values)) <= most:
            break
    is_hidden = [False] * visible + [True] * hidden
    if hidden and rng.random() < 0.5:
        rng.shuffle(is_hidden)
    axes = [Axis(each, away, out) for (each, _), away, out in zip(drawn, missing, is_hidden, strict=True)]
    seen = [kind for kind, out in zip(kinds, is_hidden, strict=True) if not out]
    rows: list[tuple[Any, ...]] = [
        ("patterns", tuple(cell(rng, kind) for kind in seen)) for _ in range(rng.choice([0, 1, 2, 2, 3, 4, 5, 6]))
    ]
    if rng.random() < 0.2:
        rows.append(("missing",))
    if rng.random() < 0.25:
        rows.append(("otherwise",))
    conditions: list[oracle.Condition] = []
    if hidden or rng.random() < 0.4:
        conditions = satisfiable(rng, kinds, values)
    first_match = rng.random() < 0.4
    return Generated(
        oracle.Case(values, is_hidden, rows, first_match, conditions),
        axes,
        [_row(row) for row in rows],
        first_match,
        [_constraint(each) for each in conditions],
        kinds,
    )


def _piece(piece: oracle.Piece) -> Piece:
    if piece[0] == "between":
        return Between(*piece[1:])
    if piece[0] == "names":
        return OneOf(piece[1])
    return {"missing": MISSING, "anything": ANYTHING, "present": PRESENT}[piece[0]]


def _row(row: tuple[Any, ...]) -> TableRow:
    if row[0] == "patterns":
        return TableRow("patterns", tuple(tuple(map(_piece, each)) for each in row[1]))
    return TableRow(row[0])


def _constraint(plain: oracle.Condition) -> Constraint:
    kind = plain[0]
    if kind == "holds":
        return Holds(plain[1], tuple(map(_piece, plain[2])))
    if kind == "missing":
        return IsMissing(plain[1])
    if kind == "linear":
        return Linear(plain[1], plain[2], plain[3])
    if kind == "not":
        return NotOf(_constraint(plain[1]))
    if kind == "present when":
        return PresentExactlyWhen(plain[1], _constraint(plain[2]))
    parts = tuple(map(_constraint, plain[1]))
    return AllOf(parts) if kind == "all" else AnyOf(parts)
