"""A result: what every subject scored, in which rank, from which rows, with nothing unaccounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rubric_dsl.numbers.reals import Exact
    from rubric_dsl.observations.model import Ledger


@dataclass(frozen=True, slots=True)
class NoValue:
    """Absent or not applicable, with the reason in a word that a renderer translates and its facts."""

    state: Literal["missing", "not applicable"]
    because: str
    facts: tuple[tuple[str, str], ...] = ()


Outcome = "Exact | bool | str | NoValue"


@dataclass(frozen=True, slots=True)
class Placed:
    """A subject in a ranking. `score` is the value that decided (rounded where the ranking says so)."""

    rank: int | None
    subject: str
    score: Exact | NoValue
    because: str | None = None
    """Why there is no rank: "excluded", "not applicable", "no place left" …"""
    group: str | None = None


@dataclass(frozen=True, slots=True)
class RankingResult:
    name: str
    label: str | None
    by: str
    rows: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Result:
    engine: str
    rankings: tuple[RankingResult, ...]
    values: dict[str, dict[str, Exact | bool | str | NoValue]]
    """Subject to name (of `plan.values`) to value, subjects in order of the plan or of first appearance."""
    ledgers: dict[str, Ledger] = field(default_factory=dict)
