"""From an expression as written to a node: names bound, units and types agreed, grain and absence known.

`Expressions.lower` gives the node's number, or None after an error, so that one fault is one message: whatever is built
on a None is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.show import shown
from rubric_dsl.resolved import domains, established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.established import Established
from rubric_dsl.resolved.graph import NO_NEEDS, Graph, NodeFacts
from rubric_dsl.resolved.literals import constant_of, read_moment
from rubric_dsl.resolved.report import Edit, Fix, Label, Report
from rubric_dsl.resolved.scope import Scope
from rubric_dsl.resolved.words import TypeWord
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.print_parts import AND, OPERAND, UNARY, not_missing, print_number, word
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

if TYPE_CHECKING:
    from rubric_dsl.resolved.tables import TableFacts

Node = op.Node


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: the table whose row is at hand (None: no row, or not known yet), what is established
    there, and the arguments of the formulas being put in."""

    table: str | None = None
    known: Established = established.NOTHING
    arguments: Mapping[str, Node] = field(default_factory=dict)
    depth: int = 0

    def knowing(self, facts: Established) -> Place:
        return replace(self, known=self.known | facts)


Mend = Callable[[str], Fix]
"""The fix that guards a value with the condition under which it is there."""

MAX_DEPTH = 128
"""Formulas in formulas, together with their own nesting, deeper than this are refused (R139)."""


class Expressions:
    """Lowers expressions into a graph, looking names up in a scope and reporting what is wrong."""

    def __init__(self, graph: Graph, scope: Scope, report: Report) -> None:
        self.graph = graph
        self.scope = scope
        self.report = report
        self.tables: list[TableFacts] = []
        """Every table met, for the checks."""
        self.put_in: dict[tuple[object, ...], Node] = {}
        """By formula, arguments and surroundings the node of a use without findings."""
        self.put_in_steps = 0
        """Uses of formulas and rows of their tables so far."""

    # ------------------------------------------------------------ entry points

    def lower(self, expression: tree.Expr, place: Place) -> Node | None:
        """The node of the expression, or None after a reported error."""
        return CASES[type(expression)](self, expression, place)

    def condition(self, expression: tree.Expr, place: Place) -> Node | None:
        """The node of a yes/no expression that is present wherever it is read."""
        node = self.lower(expression, place)
        if node is None:
            return None
        if not self.is_yes_no(node, expression):
            return None
        return node if self.present(node, expression, place, mend=self._asked_first(expression)) else None

    def is_yes_no(self, node: Node, part: tree.Expr) -> bool:
        kind = self.graph.type(node)
        if kind == ty.YES_NO:
            return True
        text = self.scope.text_of(part, UNARY)
        fix = Fix("member" if kind.kind in ("choice", "text") else "compare", (), {"text": text})
        self.report.add("R060", part.span, facts={"type": TypeWord(kind.kind)}, fixes=[fix])
        return False

    def present(self, node: Node, expression: object, place: Place, *, mend: Mend | None = None) -> bool:
        """Whether the node cannot be absent here; reports what would be absent (R080) and how `mend` would guard it."""
        missing = established.outstanding(self.graph, self.graph[node].needs, place.known)
        if not missing:
            return True
        self._report_absence(sorted(need.source for need in missing)[0], expression, mend)
        return False

    def _report_absence(self, source: Node, expression: object, mend: Mend | None) -> None:
        name = self.scope.name_of_source(source)
        where = (self.scope.span_in(expression, name) if name else None) or _span_of(expression)
        condition = self.scope.presence_text(source)
        fix = Fix(f"guard_{'when' if condition else 'maybe'}", (), {"condition": condition or ""})
        self.report.add(
            "R080",
            where,
            facts={"name": name or "…"},
            labels=[Label(declared, "declared")] if (declared := self.scope.declaration(name)) else [],
            fixes=[mend(condition or not_missing(name, self.scope.language))] if mend is not None and name else [fix],
        )

    def _asked_first(self, expression: tree.Expr) -> Mend:
        """`wait > 60 s` becomes `connected and wait > 60 s`."""

        def mend(guard: str) -> Fix:
            language = self.scope.language
            rewrite = f"{guard} {word('AND', language)} {self.scope.text_of(expression, AND)}"
            return Fix("and", (Edit(_span_of(expression), rewrite),), {"rewrite": rewrite})

        return mend

    def not_a_number(self, node: Node, part: tree.Expr | tree.Outcome, edits: tuple[Edit, ...] = ()) -> None:
        """Reports R063 with what makes a number of such a value; `edits` do that for yes/no."""
        kind = self.graph.type(node).kind
        key = {"yes/no": "yes_no", "choice": "choice", "text": "text"}.get(kind, "moment")
        fix = Fix(key, edits if key == "yes_no" else ())
        self.report.add("R063", part.span, facts={"type": TypeWord(kind)}, fixes=[fix])

    def not_a_plain_number(self, node: Node, part: tree.Expr, full: Fraction | None = None) -> None:
        """Reports R064 where points are needed: a percentage is taken of `full` marks, a duration counts seconds."""
        kind = self.graph.type(node)
        fixes = [Fix("points")]
        if kind == ty.PERCENT and full is not None:
            rewrite = f"{exact_text(full)} * {self.scope.text_of(part, UNARY)}"
            fixes = [Fix("scale", (Edit(part.span, rewrite),), {"rewrite": rewrite})]
        elif kind == ty.DURATION:
            fixes = [self.in_seconds("per_unit", part)]
        facts = {"left": TypeWord("number"), "right": TypeWord(kind.kind)}
        self.report.add("R064", part.span, facts=facts, fixes=fixes)

    def in_seconds(self, key: str, part: tree.Expr, holds: str = "{}") -> Fix:
        """`wait` becomes `wait / 1 s`."""
        rewrite = holds.format(f"{self.scope.text_of(part, UNARY)} / 1{self._seconds}")
        return Fix(key, (Edit(part.span, rewrite),), {"rewrite": rewrite})

    def any_row(self, key: str, condition: tree.Expr) -> Fix:
        """`wait > 60 s`, asked of a row, becomes `count(wait > 60 s) > 0`, asked of its subject."""
        rewrite = f"{keywords().functions['count'].shown(self.scope.language)}({self.scope.text_of(condition)}) > 0"
        return Fix(key, (Edit(condition.span, rewrite),), {"rewrite": rewrite})

    @property
    def _seconds(self) -> str:
        return "秒" if self.scope.language == "zh" else " s"

    @property
    def _minutes(self) -> str:
        return "分钟" if self.scope.language == "zh" else " min"

    # ------------------------------------------------------------ literals and names

    def _number(self, expression: tree.Number, place: Place) -> Node:
        value, kind = constant_of(expression)
        return self.constant(exact_text(value), kind, expression.span)

    def constant(self, value: str, kind: ty.ValueType, span: Span | None) -> Node:
        return self.graph.add(
            op.Constant(value), type=kind, grain=ty.CONSTANT, domain=domains.of_constant(value, kind), span=span
        )

    def number(self, value: Fraction | int, span: Span | None = None, kind: ty.ValueType = ty.NUMBER) -> Node:
        return self.constant(exact_text(Fraction(value)), kind, span)

    def _text(self, expression: tree.Text, place: Place) -> Node:
        return self.constant(expression.value, ty.TEXT, expression.span)

    def _yes_no(self, expression: tree.YesNo, place: Place) -> Node:
        return self.constant("yes" if expression.value else "no", ty.YES_NO, expression.span)

    def _name(self, expression: tree.Name, place: Place) -> Node | None:
        argument = place.arguments.get(expression.name)
        if argument is not None:
            return argument
        return self.scope.value(expression, place.table)

    def _group(self, expression: tree.Group, place: Place) -> Node | None:
        return self.lower(expression.inner, place)

    # ------------------------------------------------------------ arithmetic

    def _negate(self, expression: tree.Negate, place: Place) -> Node | None:
        operand = self.numeric(expression.operand, place)
        if operand is None:
            return None
        known = self.graph[operand]
        if isinstance(known.operation, op.Constant):
            return self.constant(exact_text(-Fraction(known.operation.value)), known.type, expression.span)
        return self.graph.add(
            op.Negate(operand),
            type=known.type,
            grain=known.grain,
            domain=domains.negate(known.domain),
            span=expression.span,
            needs=known.needs,
            irrational=known.irrational,
        )

    def numeric(self, expression: tree.Expr, place: Place) -> Node | None:
        """The node of a number, percent or duration."""
        node = self.lower(expression, place)
        if node is None or self.graph.type(node).numeric:
            return node
        self.not_a_number(node, expression)
        return None

    def _sum(self, expression: tree.Sum, place: Place) -> Node | None:
        terms = [self.numeric(term, place) for term in expression.terms]
        same = self.agree(terms, expression.terms)
        grain = self.grain(terms, expression.terms)
        if same is None or grain is None:
            return None
        nodes, kind = same
        return self.graph.add(
            op.Add(tuple(nodes), expression.minus),
            type=kind,
            grain=grain,
            domain=domains.add([self.graph.domain(node) for node in nodes], expression.minus),
            span=expression.span,
            needs=self.graph.needs_of(nodes),
            irrational=self.irrational(nodes),
        )

    def _product(self, expression: tree.Product, place: Place) -> Node | None:
        lowered = [self.numeric(factor, place) for factor in expression.factors]
        grain = self.grain(lowered, expression.factors)
        nodes = [node for node in lowered if node is not None]
        if grain is None or len(nodes) < len(lowered):
            return None
        kind = self.graph.type(nodes[0])
        for node, part, divided in zip(nodes[1:], expression.factors[1:], expression.divided[1:], strict=True):
            found = _product_type(kind.kind, self.graph.type(node).kind, divided)
            if found is None:
                self.report.add(
                    "R066",
                    part.span,
                    facts={
                        "left": TypeWord(kind.kind),
                        "right": TypeWord(self.graph.type(node).kind),
                        "sign": "÷" if divided else "×",
                    },
                    labels=[Label(expression.factors[0].span, "left")],
                    fixes=[self.in_seconds("per_unit", part, "({})")],
                )
                return None
            kind = found
        return self.graph.add(
            op.Multiply(tuple(nodes), expression.divided),
            type=kind,
            grain=grain,
            domain=domains.multiply([self.graph.domain(node) for node in nodes], expression.divided),
            span=expression.span,
            needs=self.graph.needs_of(nodes),
            irrational=self.irrational(nodes),
        )

    def _power(self, expression: tree.Power, place: Place) -> Node | None:
        base, exponent = self.numeric(expression.base, place), self.numeric(expression.exponent, place)
        grain = self.grain([base, exponent], [expression.base, expression.exponent])
        if base is None or exponent is None or grain is None:
            return None
        for node, part in ((base, expression.base), (exponent, expression.exponent)):
            if self.graph.type(node) == ty.DURATION:
                fix = self.in_seconds("per_unit", part, "({})")
                self.report.add("R067", part.span, facts={"function": "^"}, fixes=[fix])
                return None
        whole = domains.is_whole(self.graph.domain(exponent))
        return self.graph.add(
            op.Power(base, exponent),
            type=ty.NUMBER,
            grain=grain,
            domain=domains.power(self.graph.domain(base), self.graph.domain(exponent)),
            span=expression.span,
            needs=self.graph.needs_of([base, exponent]),
            irrational=not whole or self.irrational([base, exponent]),
        )

    def _rounded(self, expression: tree.Rounded, place: Place) -> Node | None:
        operand = self.numeric(expression.operand, place)
        if operand is None:
            return None
        return self.rounded(operand, expression.rounding, expression.span)

    def rounded(self, operand: Node, rounding: tree.Rounding, span: Span) -> Node | None:
        """The node rounded to a step of its own unit; warns where it was rounded to another step before (R069)."""
        step = self.step(rounding, self.graph.type(operand))
        if step is None:
            return None
        before = self.graph[operand].operation
        if isinstance(before, op.Round) and (step / Fraction(before.step)).denominator != 1:
            self.report.add(
                "R069",
                rounding.span,
                facts={
                    "first": domains.Shown(Fraction(before.step), self.graph.type(operand)),
                    "second": domains.Shown(step, self.graph.type(operand)),
                },
                fixes=[Fix("once")],
            )
        known = self.graph[operand]
        return self.graph.add(
            op.Round(operand, rounding.mode, exact_text(step)),
            type=known.type,
            grain=known.grain,
            domain=domains.rounded(known.domain, rounding.mode, step),
            span=span,
            needs=known.needs,
        )

    def step(self, rounding: tree.Rounding, kind: ty.ValueType) -> Fraction | None:
        """The step of a rounding in the runtime unit of `kind`; None after an error."""
        value, unit = constant_of(rounding.step)
        if unit == ty.NUMBER and kind == ty.PERCENT:
            self._unit_missing(rounding.step, "%")
            return None
        if unit == ty.NUMBER and kind == ty.DURATION:
            self._unit_missing(rounding.step, "s")
            return None
        if unit != kind:
            facts = {"left": TypeWord(kind.kind), "right": TypeWord(unit.kind)}
            self.report.add("R064", rounding.step.span, facts=facts, fixes=[Fix("same")])
            return None
        if value <= 0:
            text = print_number(rounding.step, self.scope.language)
            one = print_number(replace(rounding.step, value=Fraction(1), text="1"), self.scope.language)
            fix = Fix("step", (Edit(rounding.step.span, one),), {"example": one})
            self.report.add("R065", rounding.step.span, facts={"step": text}, fixes=[fix])
            return None
        return value

    # ------------------------------------------------------------ agreeing on a type and a grain

    def agree(self, nodes: Sequence[Node | None], parts: Sequence[Any]) -> tuple[list[Node], ty.ValueType] | None:
        """Operands brought to one type: quoted dates become dates, a bare 0 or 1 beside percents a percent.

        None when one is None or they do not agree, which is reported at the operand that differs.
        """
        if any(node is None for node in nodes):
            return None
        present = [node for node in nodes if node is not None]
        wanted = self._dominant([self.graph.type(node) for node in present])
        found: list[Node] = []
        for node, part in zip(present, parts, strict=True):
            same = self.as_type(node, wanted, part, parts[0] if part is not parts[0] else parts[-1])
            if same is None:
                return None
            found.append(same)
        return found, wanted

    def _dominant(self, kinds: Sequence[ty.ValueType]) -> ty.ValueType:
        """The type the others have to meet: a quoted text gives way to a date or time, a bare number to a unit."""
        for kind in kinds:
            if kind not in (ty.NUMBER, ty.TEXT):
                return kind
        return kinds[0]

    def as_type(self, node: Node, wanted: ty.ValueType, part: Any, other: Any) -> Node | None:
        """The node as a value of the type; reports where it cannot be one."""
        known = self.graph[node]
        if known.type == wanted:
            return node
        literal = known.operation.value if isinstance(known.operation, op.Constant) else None
        if literal is not None and known.type == ty.TEXT and wanted in (ty.DATE, ty.TIME):
            moment = read_moment(literal, wanted)
            if moment is None:
                facts = {"text": literal, "type": TypeWord(wanted.kind)}
                self.report.add("R068", part.span, facts=facts, fixes=[Fix("form")])
                return None
            return self.constant(moment, wanted, part.span)
        if literal is not None and known.type == ty.NUMBER:
            value = Fraction(literal)
            if (wanted == ty.PERCENT and value in (0, 1)) or (wanted == ty.DURATION and value == 0):
                return self.constant(literal, wanted, part.span)
        if known.type == ty.NUMBER and wanted in (ty.PERCENT, ty.DURATION):
            self._unit_missing(part, "%" if wanted == ty.PERCENT else "s")
            return None
        self.report.add(
            "R064",
            part.span,
            facts={"left": TypeWord(wanted.kind), "right": TypeWord(known.type.kind)},
            labels=[Label(other.span, "other")] if other is not part else [],
            fixes=[self._meant_by(known, wanted, other) or Fix("same")],
        )
        return None

    def _meant_by(self, known: NodeFacts, wanted: ty.ValueType, other: Any) -> Fix | None:
        """`period = "peak"` is meant as `period is peak`."""
        if wanted.kind != "choice" or known.type != ty.TEXT or not isinstance(known.operation, op.Constant):
            return None
        member = known.operation.value
        if member not in wanted.members or not isinstance(other, tree.Name):
            return None
        return Fix("choice", (), {"rewrite": f"{other.name} {word('IS', self.scope.language)} {member}"})

    def _unit_missing(self, part: Any, unit: str) -> None:
        """A bare number where a percentage or a duration is needed: what it may be meant to be."""
        fixes: list[Fix] = []
        if isinstance(part, tree.Number) and unit == "%" and part.unit == "":
            fixes = [_as_percent(part, part.text)]
            if part.value < 1:  # 0.95 is more likely meant as 95% than as 0.95%
                fixes.insert(0, _as_percent(part, shown(part.value, "percent").removesuffix("%")))
        elif isinstance(part, tree.Number) and unit == "s":
            minutes = Fix("minutes", (Edit(part.span, part.text + self._minutes),), {"plain": part.text})
            seconds = Fix("unit", (Edit(part.span, part.text + self._seconds),), {"plain": part.text})
            fixes = [minutes] if part.unit == "points" else [seconds, minutes]
        elif unit == "s":
            rewrite = f"{self.scope.text_of(part, UNARY)} * 1{self._seconds}"
            fixes = [Fix("other", (Edit(part.span, rewrite),), {"rewrite": rewrite})]
        text = self.scope.text_of(part)
        code = "R061" if unit == "%" else "R062"
        self.report.add(code, part.span, facts={"number": text}, fixes=fixes or [Fix("other")])

    def grain(self, nodes: Sequence[Node | None], parts: Sequence[Any]) -> ty.Grain | None:
        """The common grain; reports a mix of rows and subjects, or of two tables."""
        if any(node is None for node in nodes):
            return None
        grain, whose, owner = ty.CONSTANT, parts[0] if parts else None, nodes[0] if nodes else None
        for node, part in zip(nodes, parts, strict=True):
            assert node is not None
            joined = join(grain, self.graph.grain(node))
            if joined is None:
                rows = sum(1 for other in nodes if other is not None and self.graph.grain(other).kind == "row")
                kind = self.graph.type(owner if owner is not None and grain.kind == "row" else node)
                self._mixed(whose, grain, part, self.graph.grain(node), kind, mends=rows == 1)
                return None
            if joined != grain:
                grain, whose, owner = joined, part, node
        return grain

    def _mixed(
        self, first: Any, one: ty.Grain, second: Any, two: ty.Grain, kind: ty.ValueType, *, mends: bool
    ) -> None:
        """`kind`: of the operand of rows; `mends`: there is no other such operand, so what is offered is enough."""
        if one.kind == "row" and two.kind == "row":
            self.report.add(
                "R071",
                second.span,
                facts={"one": one.table or "", "two": two.table or ""},
                labels=[Label(first.span, "other", {"table": one.table or ""})],
                fixes=[Fix("aggregate")],
            )
            return
        row, whole = (first, second) if one.kind == "row" else (second, first)
        table = one.table if one.kind == "row" else two.table
        text = self.scope.text_of(row)
        rewrite = self.scope.any_of(row, text) if kind == ty.YES_NO else self.scope.mean_of(row, text)
        self.report.add(
            "R070",
            row.span,
            facts={"row": text, "table": table or "", "whole": self.scope.text_of(whole)},
            labels=[Label(whole.span, "subject")],
            fixes=[Fix("aggregate", (Edit(row.span, rewrite),) if mends else (), {"rewrite": rewrite})],
        )

    def irrational(self, nodes: Sequence[Node]) -> bool:
        return any(self.graph[node].irrational for node in nodes)

    # ------------------------------------------------------------ yes and no

    def _compare(self, expression: tree.Compare, place: Place) -> Node | None:
        lowered = [self.lower(operand, place) for operand in expression.operands]
        same = self.agree(lowered, expression.operands)
        grain = self.grain(lowered, expression.operands)
        if same is None or grain is None:
            return None
        nodes, kind = same
        for relation in expression.relations:
            if not kind.ordered and relation not in ("=", "<>"):
                text = self.scope.text_of(expression.operands[0], OPERAND)
                facts = {"type": TypeWord(kind.kind), "relation": relation}
                self.report.add("R074", expression.span, facts=facts, fixes=[Fix("is", (), {"text": text})])
                return None
        pairs = [
            self.compare(relation, left, right, expression.span)
            for relation, left, right in zip(expression.relations, nodes, nodes[1:], strict=False)
        ]
        return pairs[0] if len(pairs) == 1 else self.both(pairs, expression.span)

    def compare(self, relation: tree.Relation, left: Node, right: Node, span: Span | None) -> Node:
        grain = join(self.graph.grain(left), self.graph.grain(right))
        assert grain is not None
        return self.graph.add(
            op.Compare(relation, left, right),
            type=ty.YES_NO,
            grain=grain,
            domain=domains.YES_NO,
            span=span,
            needs=self.graph.needs_of([left, right]),
        )

    def _is(self, expression: tree.Is, place: Place) -> Node | None:
        operand = self.lower(expression.operand, place)
        if operand is None:
            return None
        kind = self.graph.type(operand)
        values: list[str] = []
        for member in expression.members:
            if (kind.kind == "choice" and self.scope.is_member(member, kind, self.graph[operand])) or (
                kind == ty.TEXT and isinstance(member, tree.Quoted)
            ):
                values.append(member.text)
            elif kind.kind == "choice":
                return None
            else:
                facts = {"type": TypeWord(kind.kind), "member": member.text}
                key = "plain" if kind == ty.YES_NO else "equal"
                fix = Fix(key, (), {"text": self.scope.text_of(expression.operand)})
                self.report.add("R075", member.span, facts=facts, fixes=[fix])
                return None
        ordered = [value for value in kind.members if value in values] or sorted(set(values))
        found = self.graph.add(
            op.Member(operand, tuple(ordered)),
            type=ty.YES_NO,
            grain=self.graph.grain(operand),
            domain=domains.YES_NO,
            span=expression.span,
            needs=self.graph[operand].needs,
        )
        return self.negation(found, expression.span) if expression.negated else found

    def _is_missing(self, expression: tree.IsMissing, place: Place) -> Node | None:
        operand = self.lower(expression.operand, place)
        if operand is None:
            return None
        if not self.graph[operand].needs:
            name = self.scope.text_of(expression.operand)
            self.report.add("R082", expression.span, facts={"name": name}, fixes=[Fix("optional")])
        found = self.is_present(operand, expression.span)
        return found if expression.negated else self.negation(found, expression.span)

    def is_present(self, operand: Node, span: Span | None) -> Node:
        return self.graph.add(
            op.Present(operand), type=ty.YES_NO, grain=self.graph.grain(operand), domain=domains.YES_NO, span=span
        )

    def negation(self, operand: Node, span: Span | None) -> Node:
        inner = self.graph[operand].operation
        if isinstance(inner, op.Not):
            return inner.operand
        return self.graph.add(
            op.Not(operand),
            type=ty.YES_NO,
            grain=self.graph.grain(operand),
            domain=domains.YES_NO,
            span=span,
            needs=self.graph[operand].needs,
        )

    def _not(self, expression: tree.Not, place: Place) -> Node | None:
        operand = self.lower(expression.operand, place)
        if operand is None or not self.is_yes_no(operand, expression.operand):
            return None
        return self.negation(operand, expression.span)

    def _connective(self, expression: tree.And | tree.Or, place: Place) -> Node | None:
        conjunction = isinstance(expression, tree.And)
        nodes: list[Node | None] = []
        here = place
        for part in expression.operands:
            node = self.lower(part, here)
            if node is not None and not self.is_yes_no(node, part):
                node = None
            nodes.append(node)
            if node is not None:
                here = here.knowing(established.facts_from(self.graph, node, conjunction))
        grain = self.grain(nodes, expression.operands)
        if grain is None:
            return None
        present = [node for node in nodes if node is not None]
        return (self.both if conjunction else self.either)(present, expression.span)

    def both(self, nodes: Sequence[Node], span: Span | None) -> Node:
        return self._chain(nodes, True, span)

    def either(self, nodes: Sequence[Node], span: Span | None) -> Node:
        return self._chain(nodes, False, span)

    def _chain(self, nodes: Sequence[Node], conjunction: bool, span: Span | None) -> Node:
        needs, facts, grain = NO_NEEDS, established.NOTHING, ty.CONSTANT
        for node in nodes:
            own = self.graph[node].needs
            if own:
                needs = needs | established.met_under(self.graph, own, facts)
            facts = facts | established.facts_from(self.graph, node, conjunction)
            grain = join(grain, self.graph.grain(node)) or grain
        operation = op.All(tuple(nodes)) if conjunction else op.Any(tuple(nodes))
        return self.graph.add(operation, type=ty.YES_NO, grain=grain, domain=domains.YES_NO, span=span, needs=needs)

    def _if(self, expression: tree.If, place: Place) -> Node | None:
        condition = self.lower(expression.condition, place)
        if condition is None or not self.is_yes_no(condition, expression.condition):
            return None
        yes = established.facts_from(self.graph, condition, True)
        no = established.facts_from(self.graph, condition, False)
        branches = [
            self.lower(expression.then, place.knowing(yes)),
            self.lower(expression.otherwise, place.knowing(no)),
        ]
        parts = [expression.then, expression.otherwise]
        same = self.agree(branches, parts)
        grain = self.grain([condition, *branches], [expression.condition, *parts])
        if same is None or grain is None:
            return None
        (then, otherwise), kind = same
        return self.choose(condition, then, otherwise, kind, grain, expression.span)

    def choose(
        self, condition: Node, then: Node, otherwise: Node, kind: ty.ValueType, grain: ty.Grain, span: Span | None
    ) -> Node:
        yes = established.facts_from(self.graph, condition, True)
        no = established.facts_from(self.graph, condition, False)
        needs = (
            self.graph[condition].needs
            | established.met_under(self.graph, self.graph[then].needs, yes)
            | established.met_under(self.graph, self.graph[otherwise].needs, no)
        )
        return self.graph.add(
            op.Choose(condition, then, otherwise),
            type=kind,
            grain=grain,
            domain=domains.hull([self.graph.domain(then), self.graph.domain(otherwise)]),
            span=span,
            needs=needs,
            irrational=self.irrational([then, otherwise]),
        )


CASES: dict[type, Callable[[Expressions, Any, Place], Node | None]] = {
    # `calls` adds tree.Call: formulas there may hold tables, whose outcomes are expressions again.
    tree.Number: Expressions._number,
    tree.Text: Expressions._text,
    tree.YesNo: Expressions._yes_no,
    tree.Name: Expressions._name,
    tree.Group: Expressions._group,
    tree.Negate: Expressions._negate,
    tree.Sum: Expressions._sum,
    tree.Product: Expressions._product,
    tree.Power: Expressions._power,
    tree.Rounded: Expressions._rounded,
    tree.Compare: Expressions._compare,
    tree.Is: Expressions._is,
    tree.IsMissing: Expressions._is_missing,
    tree.Not: Expressions._not,
    tree.And: Expressions._connective,
    tree.Or: Expressions._connective,
    tree.If: Expressions._if,
}


def _as_percent(part: tree.Number, digits: str) -> Fix:
    return Fix("unit", (Edit(part.span, digits + "%"),), {"plain": digits})


def join(one: ty.Grain, two: ty.Grain) -> ty.Grain | None:
    """The grain of something made from both; None where rows meet subjects or another table."""
    if one == two or two.kind == "constant":
        return one
    if one.kind == "constant":
        return two
    if "row" in (one.kind, two.kind):
        return None
    return ty.SUBJECT


_BY_NUMBER = ("number", "percent")


def _product_type(left: str, right: str, divided: bool) -> ty.ValueType | None:
    """percent × X is an X; percent ÷ percent, duration ÷ duration are numbers; beside a number a duration stays one."""
    if divided:
        if left == right and left != "number":
            return ty.NUMBER
        if right in _BY_NUMBER:
            return ty.ValueType(left)  # type: ignore[arg-type]  # a numeric kind
        return None
    if left == "percent":
        return ty.ValueType(right)  # type: ignore[arg-type]  # a numeric kind
    if right in _BY_NUMBER:
        return ty.ValueType(left)  # type: ignore[arg-type]  # a numeric kind
    return ty.DURATION if left == "number" else None


def _span_of(piece: Any) -> Span:
    span: Span = piece.span
    return span
