"""What is kept between resolutions of one rubric, so that one edit resolves again only what it touches.

A unit (a declared name) is resolved again when its own lines or a binding that it reads is another object than last
time. Lines keep their identity while their text stays (`surface.from_text.LineCache`), bindings while they are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.resolved.graph import MAX_NODES, Graph
from rubric_dsl.resolved.operations import Node
from rubric_dsl.resolved.tables import TableFacts


@dataclass(slots=True)
class Kept:
    """The outcome of a unit with what it was made from."""

    identity: tuple[object, ...]
    reads: tuple[object, ...]
    result: object
    found: tuple[Diagnostic, ...]
    tables: tuple[TableFacts, ...]


@dataclass(slots=True)
class Memo:
    graph: Graph = field(default_factory=Graph)
    sources: dict[Node, str] = field(default_factory=dict)
    conditions: dict[Node, str] = field(default_factory=dict)
    units: dict[str, Kept] = field(default_factory=dict)
    names: dict[int, tuple[object, frozenset[str], frozenset[str]]] = field(default_factory=dict)
    """By identity of a piece of the tree (kept beside it): the names that may be computed, and all that it mentions."""
    checked: dict[int, tuple[TableFacts, tuple[object, ...], object]] = field(default_factory=dict)
    """By identity of a table: what its check found, with what else that depended on."""
    staked: dict[str, tuple[tuple[object, ...], tuple[Diagnostic, ...]]] = field(default_factory=dict)
    """By touchpoint: what the check of its outcomes found, after what that depended on."""

    period: str | None = None
    """The column of `each`, which decides what `previous` means."""

    def trim(self, period: str | None) -> None:
        """Starts anew before the nodes left behind by many edits come near the limit, and where `each` is another."""
        if len(self.graph.nodes) > MAX_NODES // 4 or period != self.period:
            fresh = Memo()
            for part in fields(self):
                setattr(self, part.name, getattr(fresh, part.name))
        self.period = period


def same_objects(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether both hold the very same objects in the same order."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
