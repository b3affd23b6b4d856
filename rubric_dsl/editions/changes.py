"""What changed between two editions, as data: single differences, and changes that can only be made together."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

from rubric_dsl.plan.model import Lines
from rubric_dsl.resolved.types import NUMBER, ValueType
from rubric_dsl.text.record import dataclass

Sort = Literal["added", "removed", "moved", "changed"]

Kind = Literal[
    "indicator", "touchpoint", "measure", "bands", "ranking", "table", "column", "parameter", "promise",
    "rule between cells",
    "definition", "input", "bound", "pattern", "row", "points", "class", "value", "worth", "stake", "rule", "condition",
    "missing rule", "rounding", "limit", "scenarios", "part", "weight", "weights", "combination", "ranked by", "ties",
    "rank cap", "exclusion", "groups", "direction", "folding", "scenario weights", "subjects", "range",
]  # fmt: skip
"""What of an item it is, in the words of a rubric."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something of one edition: a node number, a part of an operation, or a text in exact form, with its type.

    Said in words by a renderer, which has the plan.
    """

    value: Any
    type: ValueType = NUMBER
    base: Any = None
    """What the part stands in, where that is needed to say it: the row of a table, the items of a panel."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise, with the lines of both rubrics (None: it is not there).

    `old` and `new` are None where nothing stands in that edition.
    """

    number: int
    sort: Sort
    kind: Kind
    item: str
    old: Part | None
    new: Part | None
    old_lines: Lines | None
    new_lines: Lines | None
    facts: tuple[tuple[str, str], ...] = field(default=())
    """Names: of an expert, a column, the indicators between which an item moved."""


@dataclass(frozen=True, slots=True)
class Change:
    """Differences that are one change: a bound between two rows, a worth and the points that must agree with it."""

    number: int
    differences: tuple[Difference, ...]
    counts: bool
    """Whether it can change a score or a rank."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Something that is said otherwise and means the same: labels, notes, order, language, comments, tests."""

    kind: str
    item: str
    old: str | None
    new: str | None
    old_lines: Lines | None = None
    new_lines: Lines | None = None
