"""What a table leaves out, matches twice and never reaches, by looking at every combination of inputs.

Imports nothing of the project: pieces, rows and conditions are plain tuples here (see the functions for their forms),
and a domain is the list of its values (for texts one value stands for all that no row names, for continuous numbers
enough of them that every answer shows).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Value = Fraction | str | None
Combination = tuple[Value, ...]
Piece = tuple[Any, ...]
"""("between", low, low_closed, high, high_closed) | ("names", {…}) | ("missing",) | ("anything",) | ("present",)"""
Condition = tuple[Any, ...]
"""("holds", axis, pieces) | ("missing", axis) | ("linear", {axis: factor}, relation, constant) | ("all", parts) |
("any", parts) | ("not", part) | ("present when", axis, condition)"""


@dataclass
class Case:
    """`domains`: all values of an axis, None last where it may be missing; `rows`: ("patterns", cells), ("otherwise",)
    or ("missing",)."""

    domains: list[list[Value]]
    hidden: list[bool]
    rows: list[tuple[Any, ...]]
    first_match: bool
    conditions: list[Condition]


@dataclass
class Truth:
    """Of the visible combinations that can occur: which no row matches, which pairs of rows of patterns share one, of
    which row the combinations are, and who decides each."""

    occurring: list[Combination] = field(default_factory=list)
    uncovered: set[Combination] = field(default_factory=set)
    pairs: set[tuple[int, int]] = field(default_factory=set)
    matched: dict[int, set[Combination]] = field(default_factory=dict)
    decided: dict[int, set[Combination]] = field(default_factory=dict)
    decider: dict[Combination, int] = field(default_factory=dict)


def within(value: Value, pieces: Any) -> bool:
    return any(_within(value, piece) for piece in pieces)


def _within(value: Value, piece: Piece) -> bool:
    kind = piece[0]
    if kind == "anything":
        return True
    if kind == "missing" or value is None:
        return kind == "missing" and value is None
    if kind == "present":
        return True
    if kind == "names":
        return isinstance(value, str) and value in piece[1]
    _, low, low_closed, high, high_closed = piece
    if not isinstance(value, Fraction):
        return False
    if low is not None and (value < low or (value == low and not low_closed)):
        return False
    return not (high is not None and (value > high or (value == high and not high_closed)))


def satisfied(condition: Condition, combination: Combination, wanted: bool = True) -> bool:
    """Whether a condition (or its opposite) lets the combination pass; a linear one asks nothing of absent values."""
    kind = condition[0]
    if kind == "not":
        return satisfied(condition[1], combination, not wanted)
    if kind in ("all", "any"):
        parts = [satisfied(part, combination, wanted) for part in condition[1]]
        return all(parts) if (kind == "all") == wanted else any(parts)
    if kind == "linear":
        _, factors, relation, constant = condition
        if any(combination[axis] is None for axis, factor in factors.items() if factor):
            return True
        total = sum((factor * combination[axis] for axis, factor in factors.items() if factor), Fraction(0))
        truth: bool = {
            "<": total < constant,
            "<=": total <= constant,
            "=": total == constant,
            ">=": total >= constant,
            ">": total > constant,
            "<>": total != constant,
        }[relation]
        return truth == wanted
    if kind == "holds":
        return within(combination[condition[1]], condition[2]) == wanted
    if kind == "missing":
        return (combination[condition[1]] is None) == wanted
    _, axis, when = condition
    there = combination[axis] is not None
    return (there and satisfied(when, combination, wanted)) or (not there and satisfied(when, combination, not wanted))


def judge(case: Case) -> Truth:
    visible = [axis for axis, hidden in enumerate(case.hidden) if not hidden]
    truth = Truth()
    seen: set[Combination] = set()
    for combination in itertools.product(*case.domains):
        seen_part = tuple(combination[axis] for axis in visible)
        if seen_part in seen or not all(satisfied(condition, combination) for condition in case.conditions):
            continue
        seen.add(seen_part)
        truth.occurring.append(seen_part)
        _judge_one(case, truth, seen_part)
    return truth


def _judge_one(case: Case, truth: Truth, combination: Combination) -> None:
    matching = [
        number
        for number, row in enumerate(case.rows)
        if row[0] == "patterns" and all(within(value, cell) for value, cell in zip(combination, row[1], strict=True))
    ]
    for number in matching:
        truth.matched.setdefault(number, set()).add(combination)
    truth.pairs.update(itertools.combinations(matching, 2))
    if not matching:
        wanted = "missing" if None in combination else "otherwise"
        matching = [number for number, row in enumerate(case.rows) if row[0] == wanted][:1]
    if matching:
        truth.decided.setdefault(matching[0], set()).add(combination)
        truth.decider[combination] = matching[0]
    else:
        truth.uncovered.add(combination)
