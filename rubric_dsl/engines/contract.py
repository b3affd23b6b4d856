"""What an engine answers: the exact totals of the rows, by subject and scenario; and what may go wrong in a run.

An engine reads a plan and observations and gives `Totals`, nothing else. Folding, indicators, comparisons between
subjects and rankings are shared code (`subjects.py`, `results/`), so that engines can differ in speed only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.values import Given, Reason, Undefined, Value
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved.operations import Node

Subject = str
Stratum = str | None
"""The scenario of a row; None in a table without scenarios."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows have a score, and its exact sum over them."""

    count: int
    sum: Exact


Tallies = Mapping[Subject, Mapping[Stratum, Tally]]


@dataclass(frozen=True, slots=True)
class Totals:
    """The exact totals of all rows. Whatever is zero or empty may be left out.

    `rows`: by table, subject and scenario, how many rows there are.
    `tallies`: of each row score, of each touchpoint scored on rows (over the rows where its indicator has a score and
    it is applicable; where a condition of the indicator decided, the touchpoint has the same share of its worth as the
    indicator), and of each `folded` aggregate.
    `aggregates`: of each other aggregate of one subject, its value. `samples`: of each pooled aggregate, the operand's
    values in the subject's selected rows (`True` for each row counted). `facts`: the cells of tables with one row each.
    """

    subjects: tuple[Subject, ...]
    """Every subject in the data, in order of first appearance (tables as the plan lists them)."""
    rows: Mapping[str, Mapping[Subject, Mapping[Stratum, int]]]
    tallies: Mapping[Node, Tallies]
    aggregates: Mapping[Node, Mapping[Subject, Value]]
    samples: Mapping[Node, Mapping[Subject, tuple[Given, ...] | Undefined]]
    facts: Mapping[str, Mapping[Subject, Cells]]
    faults: tuple[Undefined, ...] = ()
    """Impossible values met on rows that count, with their places."""


class Engine(Protocol):
    """The row stage of a plan."""

    @property
    def name(self) -> str: ...

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals: ...


# ---------------------------------------------------------------- problems

CODES: Mapping[Reason, str] = {
    "division by zero": "X001",
    "outside domain": "X002",
    "undecided": "X003",
    "no row matches": "X004",
    "outside its range": "X005",
    "outside its worth": "X006",
    "absent": "X007",
    "several rows": "X008",
}
MAX_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the data: a subject, and the row of a table if it is known."""

    subject: Subject | None
    table: str | None
    row: int | None

    def shown(self, lang: str) -> str:
        where = ""
        if self.row is not None:
            where = f"`{self.table}` 第 {self.row} 行" if lang == "zh" else f"row {self.row} of `{self.table}`"
        comma = "，" if lang == "zh" else ", "
        return comma.join(part for part in (self.subject or "", where) if part)


@dataclass(frozen=True, slots=True)
class RunProblem:
    """An impossible value: what it is (code), which node of the plan it is a fault of, and where it was met."""

    code: str
    node: Node
    item: str | None
    """The named value, ranking or indicator that needs it."""
    place: Place
    facts: Mapping[str, object] = field(default_factory=dict)


class Problems:
    """The first 50 different problems, and how many there are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Node, Place], RunProblem] = {}
        self.count = 0

    def add(self, fault: Undefined, subject: Subject | None, item: str | None) -> None:
        place = Place(fault.subject or subject, fault.table, fault.row)
        key = (CODES[fault.reason], fault.node, place)
        if key in self._found:
            return
        self.count += 1
        if len(self._found) < MAX_PROBLEMS:
            facts = {**dict(fault.facts), "item": item or "", "place": place}
            self._found[key] = RunProblem(key[0], fault.node, item, place, facts)

    def __iter__(self) -> Iterator[RunProblem]:
        return iter(self._found.values())
