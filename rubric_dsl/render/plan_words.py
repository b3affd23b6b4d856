"""Expressions and tables of a plan in the words of a rubric, from the plan alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.values import literal_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType

DEEPEST = 60
"""An expression that is deeper shows as `…` inside; what is named shows by its name, so few are."""

LOOSEST, OR, AND, NOT, COMPARE, ROUND, SUM, PRODUCT, SIGN, POWER, TIGHTEST = range(11)
"""How tightly an operation binds; a part that binds less than its place gets brackets."""

ROUNDED = {
    "half up": ("rounded half up to", "四舍五入到"), "half even": ("rounded half even to", "修约到"),
    "up": ("rounded up to", "进位到"), "down": ("rounded down to", "舍去到"),
}


class PlanWords:
    """Says what nodes of a plan compute. A node that the plan names is said by its name, except at the top."""

    def __init__(self, plan: ScoringPlan, look: Look) -> None:
        self.plan = plan
        self.look = look
        self._names = {named.node: named.name for named in plan.values}
        self._depth = 0

    def expression(self, node: op.Node, place: int = LOOSEST, top: bool = False) -> str:
        """The node's expression; `top` writes out what would else be said by its name."""
        if node in self._names and not top:
            return visible(self._names[node])
        if self._depth >= DEEPEST:
            return self.look.ellipsis
        self._depth += 1
        text, binds = self._said(self.plan.nodes[node].operation, self.plan.nodes[node].type)
        self._depth -= 1
        return f"({text})" if binds < place else text

    def operation(self, operation: op.Operation, kind: ValueType) -> str:
        """An operation that is no node of the plan, of nodes that are."""
        return self._said(operation, kind)[0]

    def literal(self, text: str, kind: ValueType) -> str:
        """A value in exact text as a rubric writes it."""
        if kind.numeric:
            return literal_text(text, kind, self.look)
        if kind.kind == "yes/no":
            return self.look.say(text, {"yes": "是", "no": "否"}.get(text, text))
        return visible(text) if kind.kind == "choice" else f'"{visible(text)}"'

    def rounding(self, mode: op.Mode, step: str, kind: ValueType) -> str:
        en, zh = ROUNDED[mode]
        return self.look.say(f"{en} {self.literal(step, kind)}", f"{zh} {self.literal(step, kind)}")

    def _said(self, operation: op.Operation, kind: ValueType) -> tuple[str, int]:
        match operation:
            case op.Constant(value):
                return self.literal(value, kind), TIGHTEST
            case op.Parameter(name):
                return visible(name), TIGHTEST
            case op.Column(_, column):
                return visible(column), TIGHTEST
            case op.Period():
                return self.look.say("the period", "本期"), TIGHTEST
            case op.Previous(operand):
                return f"previous({self.expression(operand)})", TIGHTEST
            case op.Aggregate() | op.Across():
                return self._aggregate(operation), TIGHTEST
            case op.Function(name, operands):
                return f"{name}({', '.join(map(self.expression, operands))})", TIGHTEST
            case op.Table(inputs):
                said = self.look.say("a table by ", "按下列各项查表：")
                return said + ", ".join(self.expression(node) for node in inputs), LOOSEST
            case op.All() | op.Any() | op.Not() | op.Compare() | op.Member() | op.Present():
                return self._logic(operation)
        return self._arithmetic(operation)

    def _arithmetic(self, operation: op.Operation) -> tuple[str, int]:
        say, part = self.look.say, self.expression
        match operation:
            case op.Add(terms, minus):
                return _joined([part(node, PRODUCT) for node in terms], minus, " + ", " - ", "-"), SUM
            case op.Multiply(factors, divided):
                return _joined([part(node, SIGN) for node in factors], divided, " * ", " / ", "1 / "), PRODUCT
            case op.Power(base, exponent):
                return f"{part(base, TIGHTEST)} ^ {part(exponent, POWER)}", POWER
            case op.Negate(operand):
                return f"-{part(operand, POWER)}", SIGN
            case op.Round(operand, mode, step):
                return f"{part(operand, SUM)} {self.rounding(mode, step, self.plan.nodes[operand].type)}", ROUND
            case op.Choose(condition, then, otherwise):
                words = say("if {} then {} else {}", "若 {} 则 {} 否则 {}")
                return words.format(part(condition), part(then), part(otherwise)), LOOSEST
            case op.Only(condition, operand):
                return f"{part(operand)}{say(', when ', '，当 ')}{part(condition)}", LOOSEST
            case op.Within(operand, low, high):
                return part(operand) + self.between(low, high), LOOSEST
        return getattr(operation, "name", operation.kind), TIGHTEST

    def between(self, low: op.Node | None, high: op.Node | None) -> str:
        """`, from A to B` of a stated range."""
        ends = ((low, "from", "不低于"), (high, "to", "不超过"))
        said = [f"{self.look.say(en, zh)} {self.expression(node)}" for node, en, zh in ends if node is not None]
        return self.look.say(", ", "，") + " ".join(said) if said else ""

    def _logic(self, operation: op.Operation) -> tuple[str, int]:
        say, part = self.look.say, self.expression
        match operation:
            case op.All(operands):
                return say(" and ", " 且 ").join(part(node, NOT) for node in operands), AND
            case op.Any(operands):
                return say(" or ", " 或 ").join(part(node, AND) for node in operands), OR
            case op.Not(operand):
                inner = self.plan.nodes[operand].operation
                if isinstance(inner, op.Present):
                    return f"{part(inner.operand, ROUND)}{say(' is missing', ' 为 缺失')}", COMPARE
                return f"{say('not ', '非 ')}{part(operand, COMPARE)}", NOT
            case op.Compare(relation, left, right):
                return f"{part(left, ROUND)} {relation} {part(right, ROUND)}", COMPARE
            case op.Member(operand, values):
                kind = self.plan.nodes[operand].type
                members = " | ".join(self.literal(value, kind) for value in values)
                return f"{part(operand, ROUND)}{say(' is ', ' 为 ')}{members}", COMPARE
            case op.Present(operand):
                return f"{part(operand, ROUND)}{say(' is given', ' 有值')}", COMPARE
        raise TypeError(operation.kind)

    def _aggregate(self, operation: op.Aggregate | op.Across) -> str:
        part = self.expression
        inside = [part(operation.argument)] if operation.argument is not None else []
        if operation.operand is not None:
            inside.append(part(operation.operand))
        elif isinstance(operation, op.Aggregate):
            inside.append(visible(operation.table))
        text = ", ".join(inside)
        if isinstance(operation, op.Across) or operation.pooled:
            text += self.look.say(" across all subjects", " 跨全体对象")
        if operation.within is not None:
            text += self.look.say(f" within {part(operation.within)}", f" 同一 {part(operation.within)}")
        if operation.where is not None:
            text += self.look.say(f" where {part(operation.where)}", f" 其中 {part(operation.where)}")
        return f"{operation.name}({text})"

    # ------------------------------------------------------------ tables

    def table_rows(self, table: op.Table, labels: dict[str, str] | None = None) -> Iterable[tuple[str, str]]:
        """Pattern and outcome of each row; `labels` are those of classes."""
        for row in table.rows:
            yield self.patterns(row), self.outcome(row.outcome, labels)

    def patterns(self, row: op.Row) -> str:
        if row.when == "otherwise":
            return self.look.say("otherwise", "其余")
        if row.when == "missing":
            return self.look.say("missing", "缺失")
        return ", ".join(" | ".join(map(self._pattern, alternatives)) for alternatives in row.patterns)

    def _pattern(self, pattern: op.Pattern) -> str:
        say = self.look.say
        match pattern:
            case op.Equal(value):
                return self.expression(value)
            case op.Missing():
                return say("missing", "缺失")
            case op.Between():
                return self._interval(pattern)
        return "-"

    def _interval(self, pattern: op.Between) -> str:
        say = self.look.say
        low = self.expression(pattern.low) if pattern.low is not None else ""
        high = self.expression(pattern.high) if pattern.high is not None else ""
        if not high:
            return f"{say('from', '不低于') if pattern.low_closed else say('over', '超过')} {low}"
        if not low:
            return f"{say('up to', '不超过') if pattern.high_closed else say('under', '不足')} {high}"
        start = "" if pattern.low_closed else say("over ", "超过 ")
        end = say("to", "至") if pattern.high_closed else say("to under", "至不足")
        return f"{start}{low} {end} {high}"

    def outcome(self, outcome: op.Outcome, labels: dict[str, str] | None = None) -> str:
        match outcome:
            case op.Value(node):
                operation = self.plan.nodes[node].operation
                label = labels.get(operation.value) if labels and isinstance(operation, op.Constant) else None
                return self.expression(node) + (f" {visible(label)}" if label else "")
            case op.Linear(_, _, _, start, end):
                word = self.look.say("to", "至")
                return f"{self.expression(start)} {word} {self.expression(end)}" + self.look.say(", linear", "，线性")
        return self.look.say("not applicable", "不适用")


def _joined(parts: Sequence[str], turned: Sequence[bool], plain: str, inverse: str, first_inverse: str) -> str:
    """The parts with the sign of each between them; `first_inverse` stands before a first part that is turned."""
    signs = [inverse if is_turned else plain for is_turned in turned]
    signs[0] = first_inverse if turned[0] else ""
    return "".join(sign + part for sign, part in zip(signs, parts, strict=True))
