"""A plan made ready to run: each operation read once and turned into a step.

A step is a function of the values of all earlier nodes and the cells of a row. Nodes are evaluated in ascending order,
all of them: an undefined value does no harm unless something that counts reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from rubric_dsl.evaluation import arithmetic, logic
from rubric_dsl.evaluation.arithmetic import Cells, Step, Values, fault_of
from rubric_dsl.evaluation.scores import Extra, Score, Touchpoint, weighted_parts
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.evaluation.values import ABSENT, Given, Undefined, Value, constant_value
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.panels import panel_weights
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import Grain, ValueType
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass


class NodeLike(Protocol):
    """What a node must tell: nodes of a plan and nodes of a resolved rubric both do."""

    @property
    def operation(self) -> op.Operation: ...
    @property
    def type(self) -> ValueType: ...
    @property
    def grain(self) -> Grain: ...


class ParameterLike(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def type(self) -> ValueType: ...
    @property
    def value(self) -> str: ...


class TableLike(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def stratum(self) -> str | None: ...


class PlanLike(Protocol):
    @property
    def nodes(self) -> Sequence[NodeLike]: ...
    @property
    def parameters(self) -> Sequence[ParameterLike]: ...
    @property
    def tables(self) -> Sequence[TableLike]: ...


Panel = Mapping[str, Exact] | Undefined
"""The weights of a panel by item, or why they cannot be told."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What running needs of a plan, by node number."""

    operations: tuple[op.Operation, ...]
    steps: tuple[Step | None, ...]
    """None: a value that only a stage as a whole can give (aggregates, across, weights, rankings)."""
    constants: tuple[Value, ...]
    """The values of nodes of constant grain; everything else absent. A run starts from a copy."""
    panels: Mapping[op.Node, Panel]
    row_nodes: Mapping[str, tuple[op.Node, ...]]
    """All nodes of row grain by table, ascending."""
    _programs: dict[tuple[op.Node, ...], tuple[op.Node, ...]] = field(default_factory=dict)

    def needed_for(self, nodes: tuple[op.Node, ...]) -> tuple[op.Node, ...]:
        """The row nodes that these depend on and they themselves, ascending."""
        known = self._programs.get(nodes)
        if known is None:
            known = self._programs[nodes] = self._closure(nodes)
        return known

    def _closure(self, nodes: tuple[op.Node, ...]) -> tuple[op.Node, ...]:
        rows = {node for of_table in self.row_nodes.values() for node in of_table}

        def reads(node: op.Node) -> Iterator[op.Node]:
            return (operand for operand in operands(self.operations[node]) if operand in rows)

        return tuple(sorted(reach((node for node in nodes if node in rows), reads)))


def evaluate_row(prepared: Prepared, cells: Cells, nodes: tuple[op.Node, ...]) -> Values:
    """The values of these nodes on one row and of all that they depend on; elsewhere constants, or absence."""
    values = list(prepared.constants)
    steps = prepared.steps
    for node in prepared.needed_for(nodes):
        step = steps[node]
        if step is not None:
            values[node] = step(values, cells)
    return values


def evaluate(operation: op.Operation, type: ValueType, values: Values, cells: Cells, node: op.Node = -1) -> Value:
    """The value of one operation given the values of its operands (scores and what stages give need `prepare`)."""
    if isinstance(operation, op.Constant):
        return constant_value(operation.value, type)
    step = _expression_step(node, operation, values.__getitem__)
    if step is None:
        raise TypeError(f"a {operation.kind} has no value by itself")
    return step(values, cells)


# ---------------------------------------------------------------- preparing


def prepare(plan: PlanLike) -> Prepared:
    """The plan ready to run, with its constants, parameters and expert panels evaluated."""
    return _Preparation(plan).prepared()


class _Preparation:
    def __init__(self, plan: PlanLike) -> None:
        self.nodes = plan.nodes
        self.parameters = {p.name: constant_value(p.value, p.type) for p in plan.parameters}
        self.strata = {table.name: table.stratum for table in plan.tables}
        self.constants: Values = [ABSENT] * len(plan.nodes)
        self.panels: dict[op.Node, Panel] = {}
        self.worths: dict[op.Node, tuple[str, Fraction]] = {}
        self.steps: list[Step | None] = []

    def prepared(self) -> Prepared:
        row_nodes: dict[str, list[op.Node]] = {name: [] for name in self.strata}
        for number, node in enumerate(self.nodes):
            step = self._step(number, node)
            self.steps.append(step)
            if node.grain.kind == "constant" and step is not None:
                self.constants[number] = step(self.constants, {})
            if node.grain.kind == "row" and node.grain.table is not None:
                row_nodes.setdefault(node.grain.table, []).append(number)
        return Prepared(
            operations=tuple(node.operation for node in self.nodes),
            steps=tuple(self.steps),
            constants=tuple(self.constants),
            panels=self.panels,
            row_nodes={table: tuple(nodes) for table, nodes in row_nodes.items()},
        )

    def _step(self, number: op.Node, node: NodeLike) -> Step | None:
        operation = node.operation
        match operation:
            case op.Constant():
                return _always(constant_value(operation.value, node.type))
            case op.Parameter():
                return _always(self.parameters[operation.name])
            case op.Weights():
                self.panels[number] = panel_of(number, operation)
                return None
            case op.Touchpoint():
                self.worths[number] = (operation.name, from_exact(operation.amount))
                stratum = None if node.grain.table is None else self.strata.get(node.grain.table)
                return Touchpoint(number, operation, stratum)
            case op.RowScore() | op.Indicator():
                self.worths[number] = (operation.name, from_exact(operation.worth))
                return self._score(number, operation)
            case _:
                return _expression_step(number, operation, self.constants.__getitem__)

    def _score(self, number: op.Node, operation: op.RowScore | op.Indicator) -> Score:
        panel = None if operation.panel is None else self.panels[operation.panel]
        fault = panel if isinstance(panel, Undefined) else None
        weights = None if isinstance(panel, Undefined) else panel
        parts = weighted_parts(operation, self.worths, weights)
        extras = [Extra(node, self._sign(node)) for node in operation.extras]
        return Score(number, operation, parts, extras, fault)

    def _sign(self, node: op.Node) -> int:
        operation = self.nodes[node].operation
        return -1 if isinstance(operation, op.Touchpoint) and operation.stake == "penalty" else 1


def panel_of(node: op.Node, weights: op.Weights) -> Panel:
    """The weights of the panel by item."""
    try:
        return _weights_of(weights)
    except ArithmeticError as error:
        return fault_of(error, node)


@lru_cache(maxsize=256)
def _weights_of(weights: op.Weights) -> Mapping[str, Exact]:
    """Kept, because a plan is prepared for reading, for scoring and for explaining."""
    n = len(weights.items)
    steps = None if weights.steps is None else from_exact(weights.steps)
    rows = [[from_exact(cell) for cell in judge.cells] for judge in weights.judges]
    if weights.method in ("ahp eigenvector", "ahp geometric mean"):
        matrices = [[row[start : start + n] for start in range(0, n * n, n)] for row in rows]
        found = panel_weights(weights.method, weights.meet, matrices, steps)
    else:
        found = panel_weights(weights.method, weights.meet, rows, steps)
    return dict(zip(weights.items, found, strict=True))


def _always(value: Given) -> Step:
    return lambda values, cells: value


def _column(column: str) -> Step:
    def step(values: Values, cells: Cells) -> Value:
        cell = cells.get(column)
        return ABSENT if cell is None else cell

    return step


def _expression_step(node: op.Node, operation: op.Operation, constant: Callable[[op.Node], Value]) -> Step | None:
    match operation:
        case op.Column():
            return _column(operation.column)
        case op.Present():
            return logic.present_step(operation)
        case op.Add():
            return arithmetic.add_step(node, operation)
        case op.Multiply():
            return arithmetic.multiply_step(node, operation)
        case op.Power():
            return arithmetic.power_step(node, operation)
        case op.Negate():
            return arithmetic.negate_step(node, operation)
        case op.Round():
            return arithmetic.round_step(node, operation)
        case op.Function():
            return arithmetic.function_step(node, operation)
        case op.Compare():
            return arithmetic.compare_step(node, operation)
        case op.Member():
            return logic.member_step(node, operation)
        case op.Not():
            return logic.not_step(node, operation)
        case op.All():
            return logic.all_step(operation)
        case op.Any():
            return logic.any_step(operation)
        case op.Choose():
            return logic.choose_step(operation)
        case op.Only():
            return logic.only_step(operation)
        case op.Within():
            return logic.within_step(node, operation)
        case op.Table():
            return PreparedTable(node, operation, constant)
        case _:
            return None


