"""Expressions of a plan as formulas of a spreadsheet; what has no formula is told apart.

A cell that is absent is blank, a score that is not applicable the empty text; yes and no are TRUE and FALSE. A
spreadsheet computes in floating point, so a formula shows the way to a number and never decides anything here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.numbers.decimals import decimal_places, from_exact
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op

LONGEST = 8_000
"""Characters of a formula; a spreadsheet takes 8,192."""
DEEPEST = 40

Refer = Callable[[op.Node], str | None]
"""The cell in which a node's value stands, where it has one of its own."""


class NoFormula(Exception):
    """There is none for this node."""


class Formulas:
    """Formulas of the nodes of one plan. `refer` gives cells for nodes that have some; others are written out."""

    def __init__(self, plan: ScoringPlan, prepared: Prepared, refer: Refer) -> None:
        self._operations = [node.operation for node in plan.nodes]
        self._types = [node.type for node in plan.nodes]
        self._constants = prepared.constants
        self._refer = refer
        self._depth = 0

    def of(self, node: op.Node, inside: bool = True) -> str:
        """The node's formula without `=`. `inside`: a cell of its own stands for it. Raises NoFormula."""
        cell = self._refer(node) if inside else None
        if cell is not None:
            return cell
        if self._depth > DEEPEST:
            raise NoFormula
        self._depth += 1
        try:
            text = self._written(node, self._operations[node])
        finally:
            self._depth -= 1
        if len(text) > LONGEST:
            raise NoFormula
        return text

    def _written(self, node: op.Node, operation: op.Operation) -> str:
        of = self.of
        match operation:
            case op.Constant() | op.Parameter():
                return literal(self._constants[node])
            case op.Add(terms, minus):
                signed = [("-" if less else "+") + of(term) for term, less in zip(terms, minus, strict=True)]
                return f"({''.join(signed)})"
            case op.Multiply(factors, divided):
                parts = [("/" if by else "*") + of(factor) for factor, by in zip(factors, divided, strict=True)]
                return "(1" + "".join(parts) + ")"
            case op.Negate(operand):
                return f"(-{of(operand)})"
            case op.Compare(relation, left, right):
                return f"({of(left)}{relation}{of(right)})"
            case op.All(operands):
                return f"AND({','.join(map(of, operands))})"
            case op.Any(operands):
                return f"OR({','.join(map(of, operands))})"
            case op.Not(operand):
                return f"NOT({of(operand)})"
            case op.Present(operand):
                return f'({of(operand)}<>"")'
            case op.Member(operand, values):
                return "OR(" + ",".join(f"{of(operand)}={literal(value)}" for value in values) + ")"
            case op.Choose(condition, then, otherwise):
                return f"IF({of(condition)},{of(then)},{of(otherwise)})"
            case op.Only(condition, operand):
                return f'IF({of(condition)},{of(operand)},"")'
            case op.Within(operand, _, _):
                return of(operand)
            case op.Round(operand, mode, step):
                return self.rounded(of(operand), mode, step)
            case op.Function("clamp", (value, low, high)):
                return f"MAX({of(low)},MIN({of(value)},{of(high)}))"
            case op.Function("floor", (value,)):
                return f"INT({of(value)})"
            case op.Function(name, operands) if name in ("abs", "min", "max"):
                return f"{name.upper()}({','.join(map(of, operands))})"
            case op.Table():
                return self._table(operation)
        raise NoFormula

    def rounded(self, text: str, mode: op.Mode, step: str) -> str:
        """Half up to a step that is a power of ten: what ROUND does."""
        places = decimal_places(from_exact(step))
        if mode != "half up" or places is None or from_exact(step) * 10**places != 1:
            raise NoFormula
        return f"ROUND({text},{places})"

    def _table(self, table: op.Table) -> str:
        """Rows in order, as IF within IF. A value of a row is read only where the row matches."""
        found = '""'
        for row in reversed(table.rows):
            if not isinstance(row.outcome, (op.Value, op.NotApplicable)):
                raise NoFormula
            outcome = '""' if isinstance(row.outcome, op.NotApplicable) else self.of(row.outcome.node)
            found = f"IF({self._matches(table, row)},{outcome},{found})"
        return found

    def _matches(self, table: op.Table, row: op.Row) -> str:
        if row.when == "otherwise":
            return "TRUE"
        if row.when == "missing":
            return "OR(" + ",".join(self.of(node) + '=""' for node in table.inputs) + ")"
        tests = []
        for node, alternatives in zip(table.inputs, row.patterns, strict=True):
            either = [self._pattern(self.of(node), pattern) for pattern in alternatives]
            if "TRUE" not in either:
                tests.append(either[0] if len(either) == 1 else f"OR({','.join(either)})")
        if not tests:
            return "TRUE"
        return tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"

    def _pattern(self, text: str, pattern: op.Pattern) -> str:
        match pattern:
            case op.Anything():
                return "TRUE"
            case op.Missing():
                return f'({text}="")'
            case op.Equal(value):
                return f"({text}={self.of(value)})"
            case op.Between(low, low_closed, high, high_closed):
                ends = [f'{text}<>""']
                if low is not None:
                    ends.append(f"{text}{'>=' if low_closed else '>'}{self.of(low)}")
                if high is not None:
                    ends.append(f"{text}{'<=' if high_closed else '<'}{self.of(high)}")
                return f"AND({','.join(ends)})"
        raise NoFormula

    # ------------------------------------------------------------ scores

    def touchpoint(self, node: op.Node, operation: op.Touchpoint) -> str:
        """The points of a touchpoint at its own grain."""
        text = self.of(operation.rule)
        if operation.missing is not None:
            text = f'IF({text}="",{self.outcome(operation.missing)},{text})'
        text = self.conditions(operation.conditions, text)
        if operation.rounding is not None:
            text = self.rounded(text, operation.rounding.mode, operation.rounding.step)
        return text

    def conditions(self, conditions: Sequence[op.Condition], text: str) -> str:
        """The first condition that decides, else the text."""
        for condition in reversed(conditions):
            holds = self.of(condition.node)
            value = '""' if condition.word == "when" else self.outcome(condition.outcome)
            text = f"IF({holds},{value},{text})" if condition.word == "if" else f"IF({holds},{text},{value})"
        return text

    def outcome(self, outcome: op.Outcome) -> str:
        if isinstance(outcome, op.NotApplicable):
            return '""'
        if isinstance(outcome, op.Value):
            return self.of(outcome.node)
        raise NoFormula


def literal(value: object) -> str:
    """A constant as a spreadsheet writes it; fractions stay divisions."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"({value.numerator}/{value.denominator})"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    raise NoFormula
