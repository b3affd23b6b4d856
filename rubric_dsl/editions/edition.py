"""A plan made ready to be compared: what its nodes are called, and what they mean with named values told by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from rubric_dsl.plan.identity import node_hashes
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

LEAVES = (op.Constant, op.Parameter, op.Column, op.Subject, op.Period)
"""A measure that is one of these shares its node with every other use, so a name would say too much."""


@dataclass(frozen=True)
class Edition:
    """`known`: names that the other edition has too; they come first where a node has several."""

    plan: ScoringPlan
    known: frozenset[str] = frozenset()

    @cached_property
    def values(self) -> dict[str, NamedValue]:
        return {named.name: named for named in self.plan.values}

    @cached_property
    def names(self) -> dict[op.Node, str]:
        """What a node is called where others read it."""
        found: dict[op.Node, str] = {}
        for named in sorted(self.plan.values, key=lambda named: named.name not in self.known):
            if not isinstance(self.plan.nodes[named.node].operation, LEAVES):
                found.setdefault(named.node, named.name)
        return found

    @cached_property
    def shapes(self) -> list[str]:
        """The meaning of each node in which named values stand by their names."""
        return node_hashes(self.plan, self.names)

    @cached_property
    def hashes(self) -> list[str]:
        """The meaning of each node, whole."""
        return node_hashes(self.plan)

    @cached_property
    def around(self) -> dict[str, str]:
        """By indicator or touchpoint the indicator that it stands in."""
        found: dict[str, str] = {}
        outer: list[NamedValue] = []
        for named in self.plan.values:
            if named.kind not in ("indicator", "touchpoint"):
                continue
            outer = [one for one in outer if one.depth < named.depth]
            if outer:
                found[named.name] = outer[-1].name
            outer.append(named)
        return found

    def operation(self, node: op.Node) -> op.Operation:
        return self.plan.nodes[node].operation

    def name_of_item(self, node: op.Node) -> str:
        """The name of a touchpoint or indicator node."""
        return str(getattr(self.operation(node), "name", self.names.get(node, "")))

    def items(self) -> Iterator[NamedValue]:
        yield from self.plan.values


def editions(old: ScoringPlan, new: ScoringPlan) -> tuple[Edition, Edition]:
    both = frozenset(named.name for named in old.values) & frozenset(named.name for named in new.values)
    return Edition(old, both), Edition(new, both)
