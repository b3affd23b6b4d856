"""A result: what every subject scored, in which rank, from which rows, with nothing unaccounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from rubric_dsl.engines.problems import RunProblem
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Ledger
from rubric_dsl.resolved.operations import Node
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class NoValue:
    """Absent or not applicable, with the reason in a word that a renderer translates and its facts.

    Words: `nothing.SENTENCES` has them all.
    """

    state: Literal["missing", "not applicable"]
    because: str
    facts: tuple[tuple[str, str], ...] = ()


Outcome = Exact | bool | str | NoValue
"""What a report shows of a named value; a date or time as it is written."""

Unranked = Literal["excluded", "not applicable", "missing", "no group"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A subject in a ranking. `score` is the value that decided (rounded where the ranking says so)."""

    rank: int | None
    subject: str
    score: Exact | NoValue
    because: Unranked | None = None
    """Why there is no rank."""
    condition: Node | None = None
    """The `exclude when` that holds."""
    group: str | None = None
    keys: tuple[Exact | None, ...] = ()
    """The values of the tie keys, which decide between equal scores."""


@dataclass(frozen=True, slots=True)
class RankingResult:
    """Placed subjects best first (group by group), then those without a place."""

    name: str
    label: str | None
    by: str
    rows: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """With problems there are no rankings and no values."""

    engine: str
    rankings: tuple[RankingResult, ...]
    values: Mapping[str, Mapping[str, Outcome]]
    """Subject to name (of `plan.values`) to value, subjects in order of the plan or of first appearance."""
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    problems: tuple[RunProblem, ...] = ()
    """The first impossible values that were met."""
    problem_count: int = 0
    """How many there are in all."""
    period: str | None = None
    """In a rubric with `each`: the period, as its cells have it."""
    period_label: str | None = None
