"""The row nodes of one table as expressions, in the order of the plan.

What has integers over one denominator becomes an expression; everything else is evaluated by the reference once for
each distinct input, so that no node is left out and none is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from rubric_dsl.engines.lowering import arithmetic, conditions, scores
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.distinct import Rows, evaluated
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import Lowered, constant
from rubric_dsl.engines.lowering.tables import TableColumns
from rubric_dsl.engines.reference.rows import touchpoint_points
from rubric_dsl.evaluation.arithmetic import Cells, Step, Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.values import ABSENT, Given, Undefined, Value, is_given, is_number
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands

MAX_DEPTH = 200
"""What nests deeper is evaluated by distinct inputs, as walks through expressions and the engines' own would end."""


class TableLowering:
    """Lowers a table's nodes; `cells`: its columns as they stand in the frame."""

    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, schema: TableSchema, cells: Mapping[str, Lowered], rows: Rows
    ) -> None:
        self.plan = plan
        self.prepared = prepared
        self.schema = schema
        self.cells = cells
        self.rows = rows
        self.ways: Counter[str] = Counter()
        """How many nodes became expressions ("columns") and how many were evaluated by distinct inputs."""
        self.nodes: dict[op.Node, Lowered] = {}
        self._implied = conditions.conditions_of(prepared.operations)
        self._own = frozenset(prepared.row_nodes.get(schema.name, ()))

    @property
    def stratum(self) -> Lowered | None:
        return None if self.schema.stratum is None else self.cells[self.schema.stratum]

    def implied(self, node: op.Node) -> frozenset[int]:
        """What is yes wherever this condition is."""
        return self._implied[node]

    def lower(self, wanted: tuple[op.Node, ...]) -> None:
        """These nodes and all that they read."""
        for node in self.prepared.needed_for(wanted):
            for read in operands(self.prepared.operations[node]):
                if read not in self._own and read not in self.nodes:
                    found = constant(self.prepared.constants[read], self.plan.nodes[read].type)
                    if found is not None:
                        self.nodes[read] = found
            self.nodes[node] = self._node(node)

    def present(self) -> dict[str, Expr]:
        """Of columns that are given exactly where a condition holds, that condition, by its name in expressions."""
        found: dict[str, Expr] = {}
        for column in self.schema.columns:
            cell = self.cells.get(column.name)
            if cell is not None and column.present_when in self.nodes and cell.value.operation == "column":
                found[str(cell.value.value)] = ex.holds(self.nodes[column.present_when].value)
        return found

    def _node(self, node: op.Node) -> Lowered:
        operation = self.prepared.operations[node]
        if isinstance(operation, op.Column):
            return self.cells[operation.column]
        try:
            found = self._lowered(node, operation)
        except KeyError:  # an operand that is irrational for all rows
            found = None
        if found is None or not self._is_taken(found):
            self.ways["distinct"] += 1
            step = self.prepared.steps[node]
            assert step is not None
            return self._by_distinct(f"n{node}", node, step, isinstance(operation, op.Touchpoint))
        self.ways["columns"] += 1
        return found

    def _is_taken(self, found: Lowered) -> bool:
        parts = [part for part in (found.value, found.inapplicable, found.fault) if part is not None]
        return all(part.depth <= MAX_DEPTH and self.rows.takes(part) for part in parts)

    def _by_distinct(self, name: str, node: op.Node, step: Step, scenario: bool) -> Lowered:
        read = {
            number: self.nodes[number] for number in (*operands(self.prepared.operations[node]), node)
            if number in self._own and number in self.nodes
        }
        stratum = self.schema.stratum if scenario else None
        cells = {} if stratum is None else {stratum: self.cells[stratum]}
        constants, type = self.prepared.constants, self.plan.nodes[node].type
        return evaluated(name, type, step, constants, read, cells, self.rows)

    def _lowered(self, node: op.Node, operation: op.Operation) -> Lowered | None:
        nodes = self.nodes
        match operation:
            case op.Present(operand):
                return conditions.present(nodes[operand])
            case op.Add(terms, minus):
                return arithmetic.added([nodes[term] for term in terms], minus)
            case op.Multiply(factors, divided):
                return arithmetic.multiplied([nodes[factor] for factor in factors], divided)
            case op.Negate(operand):
                return arithmetic.negated(nodes[operand])
            case op.Round():
                step = arithmetic.step_of(operation.step)
                return arithmetic.rounded(nodes[operation.operand], operation.mode, step)
            case op.Function(name, given):
                return arithmetic.called(name, [nodes[one] for one in given])
            case op.Compare(relation, left, right):
                return conditions.compared(relation, nodes[left], nodes[right])
            case op.Member(operand, values):
                return conditions.member(nodes[operand], values)
            case op.Not(operand):
                return conditions.negated(nodes[operand])
            case op.All(given):
                return conditions.every([(one, nodes[one]) for one in given], self.implied)
            case op.Any(given):
                return conditions.some([nodes[one] for one in given])
            case op.Choose(condition, then, otherwise):
                return conditions.chosen(condition, nodes[condition], nodes[then], nodes[otherwise], self.implied)
            case op.Only(condition, operand):
                return conditions.only(condition, nodes[condition], nodes[operand], self.implied)
            case op.Within():
                ends = self._end(operation.low), self._end(operation.high)
                return None if Undefined in map(type, ends) else conditions.within(nodes[operation.operand], *ends)  # type: ignore[arg-type]
            case op.Table():
                return TableColumns(operation, self.plan.nodes[node].type, nodes, self.prepared.constants).lowered()
            case _:
                return self._scored(node, operation)

    def _end(self, node: op.Node | None) -> Given | Undefined | None:
        if node is None:
            return None
        value = self.prepared.constants[node]
        return value if is_given(value) else Undefined("absent", node)

    def _scored(self, node: op.Node, operation: op.Operation) -> Lowered | None:
        step = self.prepared.steps[node]
        if isinstance(operation, op.Touchpoint) and isinstance(step, Touchpoint):
            return scores.touchpoint(step, operation, self.nodes, self.stratum, self.implied)
        if isinstance(operation, op.RowScore) and isinstance(step, Score):
            if operation.panel is not None and isinstance(self.prepared.panels[operation.panel], Undefined):
                return None
            return scores.row_score(step, operation, self.nodes, self.implied)
        return None

    # ------------------------------------------------------------ touchpoints where their indicator has a score

    def shares(self, node: op.Node) -> dict[op.Node, Lowered]:
        """What a row adds to each touchpoint of the row score, as columns."""
        operation, step = self.prepared.operations[node], self.prepared.steps[node]
        assert isinstance(operation, op.RowScore) and isinstance(step, Score)
        parts = dict.fromkeys((*(part.node for part in step.combination.parts), *(extra.node for extra in step.extras)))
        found = self._shares(node, operation, step, tuple(parts))
        if found is not None and all(map(self._is_taken, found.values())):
            return found
        return {
            part: self._by_distinct(f"n{node}.{part}", node, _share_of(self.prepared, step, part), scenario=True)
            for part in parts
        }

    def _shares(
        self, node: op.Node, operation: op.RowScore, step: Score, parts: tuple[op.Node, ...]
    ) -> dict[op.Node, Lowered] | None:
        belongs, amounts = {}, {}
        for part in parts:
            touchpoint = self.prepared.steps[part]
            if not isinstance(touchpoint, Touchpoint) or not isinstance(touchpoint.amount, Fraction):
                return None
            strata = touchpoint.strata
            belongs[part] = scores.in_strata(strata, self.stratum) if strata else None
            amounts[part] = touchpoint.amount
        try:
            return scores.shares(step, operation, self.nodes[node], self.nodes, self.implied, belongs, amounts)
        except KeyError:  # an outcome that is irrational for all rows
            return None


def _share_of(prepared: Prepared, score: Score, touchpoint: op.Node) -> Step:
    def step(values: Values, cells: Cells) -> Value:
        if not is_number(values[score.node]):
            return ABSENT
        return dict(touchpoint_points(prepared, score, values, cells)).get(touchpoint, ABSENT)

    return step
