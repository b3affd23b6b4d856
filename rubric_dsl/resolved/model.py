"""A rubric as meant, whole: what the checks and the plan are made from."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.graph import Graph
from rubric_dsl.resolved.operations import Node
from rubric_dsl.resolved.report import Report
from rubric_dsl.resolved.scope import Scope
from rubric_dsl.resolved.tables import TableFacts
from rubric_dsl.surface import tree
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Promise:
    """`always`: `claim` is yes for every subject; `never_rises`, `never_falls`: `item` as `column` grows."""

    title: str
    kind: Literal["always", "never_rises", "never_falls"]
    claim: Node | None
    item: str | None
    column: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Place:
    """An indicator or touchpoint in the outline, outermost first."""

    name: str
    depth: int


@dataclass(slots=True)
class Resolved:
    header: tree.Header | None
    items: tuple[tree.Item, ...]
    graph: Graph
    scope: Scope
    use: Expressions
    report: Report
    rankings: list[bind.Ranking] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    outline: list[Place] = field(default_factory=list)
    tests: list[tree.Test] = field(default_factory=list)
    examples: dict[str, tree.Example] = field(default_factory=dict)
    tables: list[TableFacts] = field(default_factory=list)
    sound: bool = True
    """Whether every declaration could be resolved."""
