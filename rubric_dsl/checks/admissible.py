"""Which combinations of a table's inputs can occur: domains, presence, `must` rules, what is established around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from rubric_dsl.checks import coverage as cov
from rubric_dsl.resolved import established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.tables import TableFacts, value_of
from rubric_dsl.resolved.walking import reach

MAX_HIDDEN = 24


@dataclass(slots=True)
class Inputs:
    """The axes of a table, the hidden ones last, and the conditions between them."""

    axes: list[cov.Axis] = field(default_factory=list)
    nodes: list[op.Node] = field(default_factory=list)
    constraints: list[cov.Constraint] = field(default_factory=list)


def inputs_of(use: Expressions, table: TableFacts) -> Inputs:
    """Axes for the table's inputs, and for the columns that presence and `must` rules tie to them."""
    found = Inputs()
    for node in table.inputs:
        _add(use, found, node, table, hidden=False)
    _tie(use, found, table)
    return found


def _add(use: Expressions, found: Inputs, node: op.Node, table: TableFacts, *, hidden: bool) -> None:
    facts = use.graph[node]
    maybe = bool(established.outstanding(use.graph, facts.needs, table.known))
    found.axes.append(cov.Axis(facts.domain, maybe, hidden))
    found.nodes.append(node)


def _tie(use: Expressions, found: Inputs, table: TableFacts) -> None:
    """Conditions on the inputs, and on columns that those conditions mention in turn."""
    rules = _Rules(use, found, table)
    columns = [node for node in table.inputs if isinstance(use.graph[node].operation, op.Column)]
    if not columns and not any(rules.mentions(fact.node) & set(found.nodes) for fact in table.known):
        return
    place = 0
    while place < len(table.inputs):
        rules.present(place)
        place += 1
    for must in _musts(use, set(found.nodes)):
        rules.require(must)
    for fact in sorted(table.known, key=lambda fact: fact.node):
        if rules.mentions(fact.node) & set(found.nodes):
            rules.require(fact.node, fact.holds)
    while place < len(found.nodes):  # hidden columns that the conditions brought in, and those that theirs bring in
        rules.present(place)
        place += 1


def _musts(use: Expressions, nodes: set[op.Node]) -> Iterable[op.Node]:
    """`must` rules of the tables whose columns are among the nodes, that mention one of them."""
    tables = {operation.table for node in nodes if isinstance(operation := use.graph[node].operation, op.Column)}
    for name in sorted(tables):
        home = use.scope.tables[name]
        for must in home.musts:
            if {home.column_nodes.get(column) for column in must.columns} & nodes:
                yield must.node


class _Rules:
    """Turns yes/no nodes over columns into conditions over axes; what it cannot say it leaves out, which keeps more
    combinations and so never hides a gap."""

    def __init__(self, use: Expressions, found: Inputs, table: TableFacts) -> None:
        self.use = use
        self.found = found
        self.table = table

    def require(self, node: op.Node, holds: bool = True) -> None:
        """Only combinations where the yes/no node holds (or does not) can occur."""
        condition = self._sayable(node)
        if condition is not None:
            self.found.constraints.append(condition if holds else cov.NotOf(condition))

    def present(self, axis: int) -> None:
        """The axis, where it is a column, has a value exactly where its own condition holds."""
        facts = self.use.graph[self.found.nodes[axis]]
        if facts.present_if is None or not isinstance(facts.operation, op.Column):
            return
        condition = self._sayable(facts.present_if)
        if condition is not None:
            self.found.constraints.append(cov.PresentExactlyWhen(axis, condition))

    def _sayable(self, node: op.Node) -> cov.Constraint | None:
        """The condition over axes; one that cannot be said leaves no hidden axes behind."""
        before = len(self.found.nodes)
        condition = self.condition(node)
        if condition is None:
            del self.found.nodes[before:], self.found.axes[before:]
        return condition

    def mentions(self, node: op.Node) -> set[op.Node]:
        """The column nodes, and the table's own inputs, that a yes/no node reads."""
        inputs, graph = self.table.inputs, self.use.graph
        reached = reach([node], lambda current: () if current in inputs else graph.operands(current))
        return {n for n in reached if n in inputs or isinstance(graph[n].operation, op.Column)}

    def axis(self, node: op.Node) -> int | None:
        """The axis of a column or input, made (hidden) if there is none yet."""
        if node in self.found.nodes:
            return self.found.nodes.index(node)
        if not isinstance(self.use.graph[node].operation, op.Column) or len(self.found.nodes) >= MAX_HIDDEN:
            return None
        _add(self.use, self.found, node, self.table, hidden=True)
        return len(self.found.nodes) - 1

    def condition(self, node: op.Node) -> cov.Constraint | None:
        graph = self.use.graph
        operation = graph[node].operation
        if isinstance(operation, op.Not):
            inner = self.condition(operation.operand)
            return cov.NotOf(inner) if inner is not None else None
        if isinstance(operation, op.All | op.Any):
            parts = [self.condition(part) for part in operation.operands]
            known = tuple(part for part in parts if part is not None)
            if len(known) < len(parts):
                return None
            return cov.AllOf(known) if isinstance(operation, op.All) else cov.AnyOf(known)
        if isinstance(operation, op.Present):
            axis = self.axis(operation.operand)
            return cov.NotOf(cov.IsMissing(axis)) if axis is not None else None
        if isinstance(operation, op.Member):
            axis = self.axis(operation.operand)
            return cov.Holds(axis, (cov.OneOf(frozenset(operation.values)),)) if axis is not None else None
        if isinstance(operation, op.Compare):
            return self._comparison(operation)
        if graph.type(node) == ty.YES_NO:
            axis = self.axis(node)
            return cov.Holds(axis, (cov.OneOf(frozenset({"yes"})),)) if axis is not None else None
        return None

    def _comparison(self, operation: op.Compare) -> cov.Constraint | None:
        graph = self.use.graph
        if not graph.type(operation.left).ordered:
            return self._equality(operation)
        terms: dict[int, Fraction] = {}
        constant = Fraction(0)
        for node, sign in ((operation.left, Fraction(1)), (operation.right, Fraction(-1))):
            linear = self._linear(node)
            if linear is None:
                return None
            for axis, factor in linear[0].items():
                terms[axis] = terms.get(axis, Fraction(0)) + sign * factor
            constant -= sign * linear[1]
        terms = {axis: factor for axis, factor in terms.items() if factor}
        return cov.Linear(terms, operation.relation, constant) if terms else None

    def _equality(self, operation: op.Compare) -> cov.Constraint | None:
        """A choice, text or yes/no column compared with a constant."""
        constant = self.use.graph[operation.right].operation
        axis = self.axis(operation.left) if isinstance(constant, op.Constant) else None
        if axis is None or not isinstance(constant, op.Constant):
            return None
        held = cov.Holds(axis, (cov.OneOf(frozenset({constant.value})),))
        return held if operation.relation == "=" else cov.NotOf(held)

    def _linear(self, node: op.Node) -> tuple[dict[int, Fraction], Fraction] | None:
        """A numeric node as a sum of factor times axis plus a constant."""
        value = value_of(self.use, node)
        if value is not None:
            return {}, value
        operation = self.use.graph[node].operation
        if node in self.found.nodes or isinstance(operation, op.Column):
            axis = self.axis(node)
            return ({axis: Fraction(1)}, Fraction(0)) if axis is not None else None
        if isinstance(operation, op.Negate):
            inner = self._linear(operation.operand)
            return ({a: -f for a, f in inner[0].items()}, -inner[1]) if inner is not None else None
        if isinstance(operation, op.Add):
            return self._added(operation)
        if isinstance(operation, op.Multiply):
            return self._scaled(operation)
        return None

    def _added(self, operation: op.Add) -> tuple[dict[int, Fraction], Fraction] | None:
        terms: dict[int, Fraction] = {}
        total = Fraction(0)
        for term, less in zip(operation.terms, operation.minus, strict=True):
            inner = self._linear(term)
            if inner is None:
                return None
            sign = -1 if less else 1
            for axis, factor in inner[0].items():
                terms[axis] = terms.get(axis, Fraction(0)) + sign * factor
            total += sign * inner[1]
        return terms, total

    def _scaled(self, operation: op.Multiply) -> tuple[dict[int, Fraction], Fraction] | None:
        """A product in which at most one factor is no constant, and that one is not divided by."""
        scale = Fraction(1)
        rest: tuple[dict[int, Fraction], Fraction] | None = None
        for node, over in zip(operation.factors, operation.divided, strict=True):
            value = value_of(self.use, node)
            if value is not None and not (over and value == 0):
                scale = scale / value if over else scale * value
            elif rest is None and not over:
                rest = self._linear(node)
                if rest is None:
                    return None
            else:
                return None
        if rest is None:
            return {}, scale
        return {axis: factor * scale for axis, factor in rest[0].items()}, rest[1] * scale
