"""The growing list of typed operations: equal operations are one node, operands come before what uses them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.domains import kept
from rubric_dsl.resolved.operations import Node, Operation
from rubric_dsl.resolved.types import Domain, Grain, ValueType
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Fact:
    """A yes/no node that is known to be yes (or no) where something is read."""

    node: Node
    holds: bool


@dataclass(frozen=True, slots=True)
class Need:
    """`source` must be present, in a place that is reached only where `under` holds."""

    source: Node
    under: frozenset[Fact] = frozenset()


NO_NEEDS: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node without running anything."""

    operation: Operation
    type: ValueType
    grain: Grain
    domain: Domain
    needs: frozenset[Need]
    """Sources of absence: the node is absent only where one of them is (read under its facts)."""
    present_if: Node | None
    """For a source: the condition under which it is present; None where only `is missing` can tell."""
    irrational: bool
    spans: tuple[Span, ...]


MAX_NODES = 120_000
"""More operations and uses of formulas than this are refused (R119): formulas that use formulas can multiply without
end."""


_TOLD_BY_OPERANDS = (
    op.Constant, op.Present, op.Add, op.Multiply, op.Power, op.Negate, op.Round, op.Function, op.Compare, op.Member,
    op.Not, op.All, op.Any, op.Choose, op.Table,
)


class TooManyNodes(Exception):
    """The stated limit of operations was passed."""


class Graph:
    """Nodes by number. Numbers never change; what is not used any more simply stays behind."""

    def __init__(self) -> None:
        self.nodes: list[NodeFacts] = []
        self._known: dict[tuple[object, ...], Node] = {}
        self._operands: dict[Node, tuple[Node, ...]] = {}

    def __getitem__(self, node: Node) -> NodeFacts:
        return self.nodes[node]

    def add(
        self,
        operation: Operation,
        *,
        type: ValueType,
        grain: Grain,
        domain: Domain,
        span: Span | None,
        needs: frozenset[Need] = NO_NEEDS,
        present_if: Node | None = None,
        source: bool = False,
        irrational: bool = False,
        lines: tuple[Span, ...] = (),
    ) -> Node:
        """The node of this operation; a `source` may itself be absent, which its users need to guard.

        `lines` are further places that it came from, one a row of a table or a condition of a score, in their order;
        nodes that differ in them stay apart, so that every row leads back to its own line.
        """
        if not isinstance(operation, op.Constant):
            domain = kept(domain)
        # What is declared belongs to the key: a column declared anew is another node, though it has its name. Where the
        # operands tell everything, the domain follows from them and need not be compared.
        told = None if isinstance(operation, _TOLD_BY_OPERANDS) else domain
        key = (operation, grain, type, told, present_if, source, lines)
        known = self._known.get(key)
        if known is not None:
            return known
        if len(self.nodes) >= MAX_NODES:
            raise TooManyNodes
        number = len(self.nodes)
        if source:
            needs = needs | {Need(number)}
        spans = (span, *lines) if span is not None else lines
        self.nodes.append(NodeFacts(operation, type, grain, domain, needs, present_if, irrational, spans))
        self._known[key] = number
        return number

    def operands(self, node: Node) -> tuple[Node, ...]:
        """The nodes that a node reads."""
        known = self._operands.get(node)
        if known is None:
            known = self._operands[node] = tuple(operands(self.nodes[node].operation))
        return known

    def reach(self, roots: Iterable[Node]) -> set[Node]:
        """The roots and all that they read, directly or not."""
        return set(reach(roots, self.operands))

    def needs_of(self, nodes: Sequence[Node]) -> frozenset[Need]:
        """The needs of all of them together."""
        found = NO_NEEDS
        for node in nodes:
            needs = self.nodes[node].needs
            if needs:
                found = found | needs if found else needs
        return found

    def type(self, node: Node) -> ValueType:
        return self.nodes[node].type

    def grain(self, node: Node) -> Grain:
        return self.nodes[node].grain

    def domain(self, node: Node) -> Domain:
        return self.nodes[node].domain
