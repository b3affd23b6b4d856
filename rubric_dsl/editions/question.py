"""One question: do two nodes give the same for every input? With what it takes to ask it of one input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Literal

from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.inputs import Domain, common, domain_of
from rubric_dsl.evaluation.arithmetic import Values, ordering, same
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.values import ABSENT, Nothing, Undefined, Value, is_number
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass

Key = str
"""A variable: the name of a column, or of a value that both editions have."""

Inputs = Mapping[Key, Cell]


@dataclass(frozen=True, slots=True)
class Variable:
    """An input, with its node in each edition (None: that one does not read it)."""

    key: Key
    nodes: tuple[op.Node | None, op.Node | None]
    domain: Domain


@dataclass(frozen=True, slots=True)
class Rule:
    """A yes/no node that an admissible input obeys.

    `presence`: yes exactly where the column is there. `must`: never no. `read`, `unread`: yes, or not yes, since only
    then what is asked about is read.
    """

    side: int
    node: op.Node
    kind: Literal["presence", "must", "read", "unread"]
    column: Key | None = None


@dataclass(frozen=True)
class Question:
    """Whether `roots` give the same, where the variables are as their domains and the rules allow.

    With `grows`, two variables, it is whether the second root is never more (`relation` "never rises") or never less
    than the first, where the second variable is more than the first.
    """

    sides: tuple[Edition, Edition]
    prepared: tuple[Prepared, Prepared]
    roots: tuple[op.Node, op.Node]
    variables: tuple[Variable, ...]
    rules: tuple[Rule, ...] = ()
    relation: Literal["same", "never rises", "never falls"] = "same"
    grows: tuple[Key, Key] | None = None
    programs: dict[int, tuple[op.Node, ...]] = field(default_factory=dict)

    def program(self, side: int) -> tuple[op.Node, ...]:
        """The nodes to evaluate, in order: what the root and the rules read, down to the variables."""
        known = self.programs.get(side)
        if known is None:
            leaves = {variable.nodes[side] for variable in self.variables}
            roots = [self.roots[side], *(rule.node for rule in self.rules if rule.side == side)]

            def read(node: op.Node) -> Iterable[op.Node]:
                return () if node in leaves else operands(self.sides[side].operation(node))

            known = self.programs[side] = tuple(node for node in sorted(reach(roots, read)) if node not in leaves)
        return known

    def values(self, side: int, inputs: Inputs) -> Values:
        """The values of all nodes of an edition for this input."""
        prepared = self.prepared[side]
        values = list(prepared.constants)
        for variable in self.variables:
            node, given = variable.nodes[side], inputs.get(variable.key)
            if node is not None:
                values[node] = ABSENT if given is None else given
        for node in self.program(side):
            step = prepared.steps[node]
            if step is not None:
                values[node] = step(values, inputs)
        return values

    def asked(self, inputs: Inputs) -> Asked:
        """What both nodes give, and the rules that the input breaks."""
        both = self.values(0, inputs), self.values(1, inputs)
        broken = tuple(rule for rule in self.rules if breaks(rule, both[rule.side][rule.node], inputs))
        return Asked((both[0][self.roots[0]], both[1][self.roots[1]]), broken)

    def differs(self, inputs: Inputs) -> bool:
        """Whether the input is admissible and shows that the answer is no."""
        found = self.asked(inputs)
        if found.broken:
            return False
        if self.grows is None:
            return not alike(*found.answers)
        low, high = (inputs.get(key) for key in self.grows)
        if low is None or high is None or ordering(low, high) >= 0 or not all(map(is_number, found.answers)):
            return False
        order = ordering(*found.answers)  # type: ignore[arg-type]  # both are numbers
        return order < 0 if self.relation == "never rises" else order > 0


@dataclass(frozen=True, slots=True)
class Asked:
    answers: tuple[Value, Value]
    broken: tuple[Rule, ...]


def breaks(rule: Rule, value: Value, inputs: Inputs) -> bool:
    """Whether the input does not obey the rule, whose node has this value."""
    match rule.kind:
        case "presence":
            return (value is True) != (inputs.get(rule.column or "") is not None)
        case "must":  # it says nothing of what is absent
            return value is False or isinstance(value, Undefined)
        case "read":
            return value is not True
    return value is True or isinstance(value, Undefined)


def alike(one: Value, other: Value) -> bool:
    """Equal as values; nothing is equal to the same nothing; an impossible value to any other one."""
    if isinstance(one, Undefined) or isinstance(other, Undefined):
        return isinstance(one, Undefined) and isinstance(other, Undefined)
    if isinstance(one, Nothing) or isinstance(other, Nothing):
        return one is other
    return same(one, other)


# ---------------------------------------------------------------- rows


def row_question(
    sides: tuple[Edition, Edition], prepared: tuple[Prepared, Prepared], table: str, roots: tuple[op.Node, op.Node]
) -> Question:
    """The question about two nodes of rows of a table that both editions have, over the rows that both allow.

    A touchpoint is asked about where no condition of its indicator decides, since it is not read elsewhere.
    """
    schemas = tuple(next(one for one in side.plan.tables if one.name == table) for side in sides)
    reading = [rule for side in (0, 1) for rule in _reading(sides[side], side, roots[side])]
    columns: dict[str, None] = dict.fromkeys(
        name for side in (0, 1) for name in columns_read(
            sides[side], schemas[side], [roots[side], *(rule.node for rule in reading if rule.side == side)])
    )
    _complete(sides, schemas, columns)
    by_name = [{column.name: column for column in schema.columns} for schema in schemas]
    variables = tuple(
        Variable(name, (_node(sides[0], table, name), _node(sides[1], table, name)), _domain(by_name, name))
        for name in columns
    )
    return Question(sides, prepared, roots, variables, (*reading, *_rules(sides, schemas, columns)))


def whole_row_question(
    sides: tuple[Edition, Edition], prepared: tuple[Prepared, Prepared], table: str
) -> Question:
    """All columns of a table with all rules, about nothing in particular: its program is all nodes of rows."""
    schemas = tuple(next(one for one in side.plan.tables if one.name == table) for side in sides)
    by_name = [{column.name: column for column in schema.columns} for schema in schemas]
    names = dict.fromkeys([*by_name[1], *by_name[0]])
    variables = tuple(
        Variable(name, (_node(sides[0], table, name, True), _node(sides[1], table, name, True)), _domain(by_name, name))
        for name in names
    )
    programs = {}
    for side in (0, 1):
        leaves = {variable.nodes[side] for variable in variables}
        nodes = prepared[side].row_nodes.get(table, ())
        if schemas[side].folding == "one row each":
            nodes = (*nodes, *_of_facts(sides[side], {leaf for leaf in leaves if leaf is not None}))
        programs[side] = tuple(node for node in nodes if node not in leaves)
    rules = tuple(_rules(sides, schemas, names))
    return Question(sides, prepared, (0, 0), variables, rules, programs=programs)


def _of_facts(edition: Edition, leaves: set[op.Node]) -> Iterator[op.Node]:
    """What is made of one table's facts alone: of one row a subject, it is as good as a value of the row."""
    known = set(leaves)
    for node in edition.plan.nodes:
        read = operands(node.operation)
        if node.grain.kind == "subject" and any(one in known for one in read) and all(
            one in known or edition.plan.nodes[one].grain.kind == "constant" for one in read
        ):
            known.add(node.id)
            yield node.id


def columns_read(edition: Edition, schema: TableSchema, nodes: Iterable[op.Node]) -> Iterator[str]:
    """The columns of the table that the nodes read, with that of the scenario where they belong to some."""
    for node in reach(nodes, lambda current: operands(edition.operation(current))):
        operation = edition.operation(node)
        if isinstance(operation, op.Column) and operation.table == schema.name:
            yield operation.column
        if isinstance(operation, op.Touchpoint) and operation.strata and schema.stratum is not None:
            yield schema.stratum


def _reading(edition: Edition, side: int, node: op.Node) -> Iterator[Rule]:
    """The conditions of the indicator of a touchpoint, under which it is read."""
    if not isinstance(edition.operation(node), op.Touchpoint):
        return
    for other in edition.plan.nodes:
        score = other.operation
        if isinstance(score, op.RowScore) and node in (*(part.node for part in score.parts), *score.extras):
            for condition in score.conditions:
                yield Rule(side, condition.node, "unread" if condition.word == "if" else "read")


def _complete(sides: tuple[Edition, Edition], schemas: Sequence[TableSchema], columns: dict[str, None]) -> None:
    """Adds the columns that decide whether others are there, and those that rules tie to them."""
    before = -1
    while before != len(columns):
        before = len(columns)
        for side, schema in zip(sides, schemas, strict=True):
            for column in schema.columns:
                if column.name in columns and column.present_when is not None:
                    columns |= dict.fromkeys(columns_read(side, schema, [column.present_when]))
            for must in schema.musts:
                if not set(must.columns).isdisjoint(columns):
                    columns |= dict.fromkeys(must.columns)
                    columns |= dict.fromkeys(columns_read(side, schema, [must.node]))


def _domain(columns: Sequence[Mapping[str, ColumnSchema]], name: str) -> Domain:
    own = [domain_of(known[name]) for known in columns if name in known]
    return own[0] if len(own) == 1 else common(own[0], own[1])


def _node(edition: Edition, table: str, column: str, facts: bool = False) -> op.Node | None:
    """`facts`: also where the column is one value a subject."""
    found = {
        node.grain.kind: node.id for node in edition.plan.nodes if node.operation == op.Column(table, column)
    }
    return found.get("row", found.get("subject") if facts else None)


def _rules(
    sides: tuple[Edition, Edition], schemas: Sequence[TableSchema], columns: Mapping[str, None]
) -> Iterator[Rule]:
    for side, schema in enumerate(schemas):
        for column in schema.columns:
            if column.name in columns and column.present_when is not None:
                yield Rule(side, column.present_when, "presence", column.name)
        for must in schema.musts:
            read = {*must.columns, *columns_read(sides[side], schema, [must.node])}
            if read <= set(columns):
                yield Rule(side, must.node, "must")
