"""What an engine answers: the exact totals of the rows, by subject and scenario.

An engine reads a plan and observations and gives `Totals`, nothing else. Folding, indicators, comparisons between
subjects and rankings are shared code (`subjects.py`, `results/`), so that engines can differ in speed only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, Protocol

from rubric_dsl.evaluation.arithmetic import Cells, Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.values import Given, Undefined, Value
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.periods import Period
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved.operations import Node
from rubric_dsl.text.record import dataclass

Subject = str
Stratum = str | None
"""The scenario of a row; None in a table without scenarios."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows have a score, and its exact sum over them."""

    count: int
    sum: Exact


Tallies = Mapping[Subject, Mapping[Stratum, Tally]]

Change = Literal["condition", "limits", "rounding"]


@dataclass(frozen=True, slots=True)
class RowPoints:
    """What the rows of one subject brought to a row score, in columns of the same length."""

    table: str
    touchpoints: tuple[Node, ...]
    numbers: Sequence[int]
    """The numbers of the rows."""
    order: Sequence[int]
    """What rows are sorted by to stand as in the file."""
    strata: Sequence[Stratum]
    scores: Sequence[object]
    """None: the row has no score. Scores and points are values that can be compared and hashed, as the engine has
    them."""
    decided: Sequence[bool]
    """Whether a condition decided the score."""
    points: Sequence[Sequence[object]]
    """By touchpoint, what it brought on each row; None where it does not count."""
    exact: Callable[[int, Any], Exact]
    """The number that such a value is: of the points for the place of their touchpoint, of the score for -1."""
    changes: Mapping[tuple[Change, Stratum, Exact], Sequence[int]] = field(default_factory=dict)
    """By how much bounds and rounding changed the scores of which rows, said by their places in the columns."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The exact totals of all rows. Whatever is zero or empty may be left out.

    `rows`: by table, subject and scenario, how many rows there are.
    `tallies`: of each row score, of each touchpoint scored on rows (over the rows where its indicator has a score and
    it is applicable; where a condition of the indicator decided, the touchpoint has the same share of its worth as the
    indicator), and of each `folded` aggregate.
    `aggregates`: of each other aggregate of one subject, its value; of a tallied node its fault, if it has one (then
    there is no tally).
    `samples`: of each pooled aggregate, the operand's values in the subject's selected rows (`True` for each row
    counted). `facts`: the cells of tables with one row each.
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
    kept: Mapping[int, Values] = field(default_factory=dict)
    """By `id` of a row of the observations, the values of its nodes where the engine kept them for explaining."""
    points: Callable[[Node], Mapping[Subject, RowPoints] | None] | None = None
    """Of a row score, where the engine can tell what each row brought to it without evaluating rows again."""


SubjectValues = Mapping[Subject, Values]
"""By subject the values of all nodes."""

Stage = Callable[
    [ScoringPlan, Prepared, Totals, Sequence[Subject], Period | None, SubjectValues | None], SubjectValues
]
"""From totals to the values of these subjects, in a period, after the values of the period before."""


class EngineFailed(Exception):
    """The program that an engine asks did not answer: it is not there, refuses, or has no room. There is no result."""

    def __init__(self, program: str, error: Exception) -> None:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        super().__init__(f"{program}: {reason}")
        self.program = program
        self.reason = reason


class Engine(Protocol):
    """The row stage of a plan."""

    @property
    def name(self) -> str: ...

    @property
    def stage(self) -> Stage | None:
        """How the values of very many subjects are computed from the totals; None: as the definition says."""

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals: ...
