"""Answering a question for every input: by the values that stand for all, by trying all, or by a solver."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product
from typing import Literal

from rubric_dsl.editions.question import Inputs, Question, alike
from rubric_dsl.editions.turning import Turning, Uneven
from rubric_dsl.observations.model import Cell
from rubric_dsl.text.record import dataclass

MAX_STANDING = 40_000
"""Most inputs that stand for all others and are looked at."""
MAX_CASES = 20_000
"""Most inputs that are tried where all are."""

Means = Literal["same", "intervals", "cases", "solver"]


@dataclass(frozen=True, slots=True)
class Proof:
    """How equality was proved. `cases`: how many inputs were looked at; None where none had to be."""

    means: Means
    cases: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """An admissible input for which the nodes differ."""

    inputs: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Undecided:
    """No means that were there decided. `solver`: whether one could have been asked and is not installed."""

    solver_missing: bool = False


Answer = Proof | Difference | Undecided


def by_intervals(question: Question) -> Proof | Difference | None:
    """By the values that stand for all; None where they do not, or where those that differ break a rule."""
    turning = Turning(question)
    try:
        turning.whole()
    except Uneven:
        return None
    axes = [
        variable.domain.standing_for_all(turning.cuts[variable.key], turning.texts[variable.key])
        for variable in question.variables
    ]
    if math.prod(map(len, axes)) > MAX_STANDING:
        return None
    cases, doubtful = 0, False
    for cells in product(*axes):
        inputs = dict(zip((variable.key for variable in question.variables), cells, strict=True))
        cases += 1
        asked = question.asked(inputs)
        if alike(*asked.answers):
            continue
        if not asked.broken:
            return Difference(inputs)
        # What breaks a rule that does not turn at the cuts stands for others that may not break it.
        doubtful = doubtful or all(turning.is_uneven(rule.side, rule.node) for rule in asked.broken)
    return None if doubtful else Proof("intervals", cases)


def by_cases(question: Question) -> Proof | Difference | None:
    """By trying every input; None where they are too many."""
    sizes = [variable.domain.size for variable in question.variables]
    if any(size is None for size in sizes) or math.prod(size or 0 for size in sizes) > MAX_CASES:
        return None
    axes = [variable.domain.every() for variable in question.variables]
    cases = 0
    for cells in product(*axes):
        inputs: Inputs = dict(zip((variable.key for variable in question.variables), cells, strict=True))
        cases += 1
        if question.differs(inputs):
            return Difference(inputs)
    return Proof("cases", cases)
