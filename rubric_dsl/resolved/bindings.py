"""What a name stands for: one class a kind of declared thing."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction
from typing import Literal

from rubric_dsl.resolved.operations import Node
from rubric_dsl.resolved.types import Domain, ValueType
from rubric_dsl.surface import tree
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column; `nodes` are made on demand, as its grain depends on where it is read."""

    name: str
    table: str
    kind: tree.ColumnKind
    type: ValueType
    domain: Domain
    named: tree.Named
    members: tuple[tree.Named, ...]
    decimals: int | None
    low: str | None
    high: str | None
    percent_written: Literal["with sign", "87.5", "0.875"] | None
    duration_written: Literal["m:ss", "h:mm"] | None
    presence: Literal["always", "optional", "when"]
    written_absent: tuple[str, ...]
    key: bool
    private: bool
    span: Span


@dataclass(slots=True)
class Must:
    node: Node
    columns: tuple[str, ...]
    message: str
    span: Span


@dataclass(slots=True)
class Table:
    """A declared table of observations."""

    name: str
    label: str | None
    subject: str
    folding: tree.Folding
    stratum: str | None
    period: str | None
    """The column of `each`, where it is sound."""
    columns: dict[str, Column]
    span: Span
    observe: tree.Observe
    column_nodes: dict[str, Node] = field(default_factory=dict)
    """Row-grain node of each column."""
    fact_nodes: dict[str, Node] = field(default_factory=dict)
    """Subject-grain node of each column of a `one row each` table."""
    conditions: dict[str, Node] = field(default_factory=dict)
    """Row-grain node of a column's `when`."""
    musts: list[Must] = field(default_factory=list)
    missing: str | None = None
    stratum_weights: Node | None = None

    @property
    def one_row_each(self) -> bool:
        return self.folding.one_row_each

    @property
    def register(self) -> bool:
        """One row a subject: its columns are facts about the subject."""
        return self.folding.kind == "one row each"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    named: tree.Named
    node: Node
    type: ValueType
    default: str
    value: Fraction
    low: Fraction | None
    high: Fraction | None
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    named: tree.Named
    node: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Bands:
    name: str
    named: tree.Named
    node: Node
    classes: tuple[tree.Named, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Formula:
    name: str
    formula: tree.Formula
    span: Span


@dataclass(frozen=True, slots=True)
class Weights:
    name: str
    named: tree.Named
    node: Node
    items: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """`table`: of a touchpoint scored on rows; None: one value a subject."""

    name: str
    named: tree.Named
    node: Node
    table: str | None
    stake: Literal["worth", "penalty", "bonus"]
    amount: Fraction
    strata: tuple[str, ...]
    notes: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Indicator:
    name: str
    named: tree.Named
    node: Node
    worth: Fraction
    table: str | None
    parts: tuple[str, ...]
    """Names of the direct children, in written order."""
    notes: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Ranking:
    name: str
    named: tree.Named | None
    node: Node
    by: str
    span: Span


@dataclass(frozen=True, slots=True)
class Broken:
    """A name that is declared, but whose declaration has an error: what uses it stays silent."""

    name: str
    kind: str
    span: Span


Binding = Table | Column | Parameter | Measure | Bands | Formula | Weights | Touchpoint | Indicator | Ranking | Broken
