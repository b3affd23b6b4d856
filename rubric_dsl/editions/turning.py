"""Where the rules of a question turn: the cuts of each variable between which everything changes evenly.

That is known where conditions compare one variable at a time and values are sums of parts that change evenly. Rounding
of what changes, products of what changes, and comparisons between two variables are for other means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rubric_dsl.editions.question import Key, Question
from rubric_dsl.evaluation.values import as_number
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands
from rubric_dsl.text.record import dataclass


class Uneven(Exception):
    """The cuts cannot be told for this node."""

    def __init__(self, side: int, node: op.Node) -> None:
        super().__init__(node)
        self.side = side
        self.node = node


@dataclass(frozen=True, slots=True)
class Line:
    """`constant` + Σ coefficient · variable."""

    parts: tuple[tuple[Key, Fraction], ...]
    constant: Fraction

    def minus(self, other: Line) -> Line:
        return self.plus(other.times(Fraction(-1)))

    def plus(self, other: Line) -> Line:
        sums = dict(self.parts)
        for key, factor in other.parts:
            sums[key] = sums.get(key, Fraction(0)) + factor
        return Line(tuple((key, factor) for key, factor in sums.items() if factor), self.constant + other.constant)

    def times(self, factor: Fraction) -> Line:
        return Line(tuple((key, own * factor) for key, own in self.parts if factor), self.constant * factor)


NOTHING: frozenset[Key] = frozenset()


class Turning:
    """`cuts` and `texts` by variable, once `visit` has been asked about the nodes that matter."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.cuts: dict[Key, set[Fraction]] = {variable.key: set() for variable in question.variables}
        self.texts: dict[Key, set[str]] = {variable.key: set() for variable in question.variables}
        self._leaf = [
            {variable.nodes[side]: variable for variable in question.variables if variable.nodes[side] is not None}
            for side in (0, 1)
        ]
        self._lines: dict[tuple[int, op.Node], Line | None] = {}
        self._even: dict[tuple[int, op.Node], frozenset[Key] | None] = {}
        """None: uneven."""

    def whole(self) -> None:
        """Looks at both roots and all rules. Raises Uneven where a root is; a rule may be."""
        for side, root in enumerate(self.question.roots):
            self.everything(side)
            self.even(side, root)

    def everything(self, side: int) -> None:
        """Looks at all nodes and passes over what is uneven: the cuts are then some of those that matter.

        In ascending order, so that nothing is looked at before what it reads.
        """
        for node in self.question.program(side):
            try:
                self.even(side, node)
            except Uneven:
                continue

    def is_uneven(self, side: int, node: op.Node) -> bool:
        """Whether a rule may hold for some of the values between two cuts and not for others."""
        try:
            return bool(self.even(side, node))
        except Uneven:
            return True

    # ------------------------------------------------------------ lines

    def line(self, side: int, node: op.Node) -> Line | None:
        """The node as a line in the variables; None where it is none."""
        key = side, node
        if key not in self._lines:
            self._lines[key] = self._line(side, node)
        return self._lines[key]

    def _line(self, side: int, node: op.Node) -> Line | None:
        leaf = self._leaf[side].get(node)
        if leaf is not None:
            return Line(((leaf.key, Fraction(1)),), Fraction(0)) if leaf.domain.numeric else None
        edition = self.question.sides[side]
        if edition.plan.nodes[node].grain.kind == "constant":
            value = self.question.prepared[side].constants[node]
            number = isinstance(value, Fraction) or (isinstance(value, int) and not isinstance(value, bool))
            return Line((), Fraction(value)) if number else None  # type: ignore[arg-type]
        operation = edition.operation(node)
        match operation:
            case op.Add(terms, minus):
                found = Line((), Fraction(0))
                for term, turned in zip(terms, minus, strict=True):
                    part = self.line(side, term)
                    if part is None:
                        return None
                    found = found.minus(part) if turned else found.plus(part)
                return found
            case op.Negate(operand):
                part = self.line(side, operand)
                return None if part is None else part.times(Fraction(-1))
            case op.Multiply():
                return self._product(side, operation)
            case op.Only(_, operand):
                return self.line(side, operand)
            case op.Function("days_between", (first, last)):
                ends = self.line(side, first), self.line(side, last)
                return None if ends[0] is None or ends[1] is None else ends[1].minus(ends[0]).times(Fraction(86400))
        return None

    def _product(self, side: int, operation: op.Multiply) -> Line | None:
        found = Line((), Fraction(1))
        for factor, divided in zip(operation.factors, operation.divided, strict=True):
            part = self.line(side, factor)
            if part is None or (part.parts and (divided or found.parts)) or (divided and not part.constant):
                return None
            if divided:
                found = found.times(1 / part.constant)
            else:
                found = part.times(found.constant) if not found.parts else found.times(part.constant)
        return found

    # ------------------------------------------------------------ what changes evenly between cuts

    def even(self, side: int, node: op.Node) -> frozenset[Key]:
        """The variables with which the node changes evenly between cuts; none: it is the same there. Raises Uneven."""
        key = side, node
        if key not in self._even:
            try:
                self._even[key] = self._looked(side, node)
            except Uneven:
                self._even[key] = None
        known = self._even[key]
        if known is None:
            raise Uneven(side, node)
        return known

    def _looked(self, side: int, node: op.Node) -> frozenset[Key]:
        if node in self._leaf[side]:
            leaf = self._leaf[side][node]
            return frozenset([leaf.key]) if leaf.domain.numeric else NOTHING
        if self.question.sides[side].plan.nodes[node].grain.kind == "constant":
            return NOTHING
        line = self.line(side, node)
        operation = self.question.sides[side].operation(node)
        if line is not None:
            for operand in operands(operation):
                self.even(side, operand)
            return frozenset(part for part, _ in line.parts)
        match operation:
            case op.Compare(_, left, right):
                return self._compared(side, node, left, right)
            case op.Member(operand, values):
                self._named(side, operand, values)
                return self._none(side, node, [operand])
            case op.Not() | op.All() | op.Any() | op.Present():
                for operand in operands(operation):
                    self.even(side, operand)
                return NOTHING
            case op.Choose(condition, then, otherwise):
                self._none(side, node, [condition])
                return self.even(side, then) | self.even(side, otherwise)
            case op.Only(condition, operand):
                self._none(side, node, [condition])
                return self.even(side, operand)
            case op.Table():
                return self._table(side, node, operation)
            case op.Multiply(factors, divided):
                return self._multiplied(side, node, factors, divided)
            case op.Add(terms):
                return self._all(side, terms)
            case op.Negate(operand):
                return self.even(side, operand)
            case op.Within(operand, low, high):
                ends = [end for end in (low, high) if end is not None]
                for end in ends:
                    self._compared(side, node, operand, end)
                return self.even(side, operand)
            case op.Function(name, given) if name in ("min", "max", "clamp", "abs"):
                return self._bent(side, node, name, given)
            case op.Touchpoint():
                return self._touchpoint(side, node, operation)
            case op.RowScore() | op.Indicator():
                return self._score(side, node, operation)
            case op.Round() | op.Function() | op.Power():
                return self._none(side, node, operands(operation))
        raise Uneven(side, node)

    def _all(self, side: int, nodes: Iterable[op.Node]) -> frozenset[Key]:
        found = NOTHING
        for node in nodes:
            found |= self.even(side, node)
        return found

    def _none(self, side: int, node: op.Node, nodes: Sequence[op.Node]) -> frozenset[Key]:
        """These must be the same between cuts, else the node is uneven."""
        if self._all(side, nodes):
            raise Uneven(side, node)
        return NOTHING

    def _compared(self, side: int, node: op.Node, left: op.Node, right: op.Node) -> frozenset[Key]:
        lines = self.line(side, left), self.line(side, right)
        if lines[0] is not None and lines[1] is not None:
            self._cut(side, node, lines[0].minus(lines[1]))
            self._all(side, [left, right])
            return NOTHING
        for one, other in ((left, right), (right, left)):
            constant = self.question.prepared[side].constants[other]
            if isinstance(constant, str):
                self._named(side, one, (constant,))
        texts = [leaf for end in (left, right) if (leaf := self._leaf[side].get(end)) and leaf.domain.kind == "text"]
        if len(texts) > 1:
            raise Uneven(side, node)
        return self._none(side, node, [left, right])

    def _cut(self, side: int, node: op.Node, line: Line) -> None:
        """Something turns where the line is 0."""
        if len(line.parts) > 1:
            raise Uneven(side, node)
        for key, factor in line.parts:
            self.cuts[key].add(-line.constant / factor)

    def _named(self, side: int, node: op.Node, values: Iterable[str]) -> None:
        leaf = self._leaf[side].get(node)
        if leaf is not None and leaf.domain.kind == "text":
            self.texts[leaf.key].update(values)

    def _table(self, side: int, node: op.Node, table: op.Table) -> frozenset[Key]:
        constants = self.question.prepared[side].constants
        for place, read in enumerate(table.inputs):
            line = self.line(side, read)
            if line is None:
                self._none(side, node, [read])
            else:
                self.even(side, read)
            for row in table.rows:
                for pattern in row.patterns[place] if place < len(row.patterns) else ():
                    ends = [end for end in operands(pattern) if end is not None]
                    for end in ends:
                        value = constants[end]
                        if isinstance(value, str):
                            self._named(side, read, (value,))
                        elif line is not None and not isinstance(value, bool):
                            self._cut(side, node, line.minus(Line((), Fraction(as_number(value)))))  # type: ignore[arg-type]
        found = NOTHING
        for row in table.rows:
            match row.outcome:
                case op.Value(given):
                    found |= self.even(side, given)
                case op.Linear() as linear:
                    self._none(side, node, [linear.start, linear.end])
                    found |= self.even(side, table.inputs[linear.input])
        return found

    def _multiplied(
        self, side: int, node: op.Node, factors: Sequence[op.Node], divided: Sequence[bool]
    ) -> frozenset[Key]:
        changing = [
            (self.even(side, factor), below) for factor, below in zip(factors, divided, strict=True)
            if self.even(side, factor)
        ]
        if len(changing) > 1 or any(below for _, below in changing):
            raise Uneven(side, node)
        return changing[0][0] if changing else NOTHING

    def _bent(self, side: int, node: op.Node, name: str, given: Sequence[op.Node]) -> frozenset[Key]:
        """Least, greatest and size bend where two of their parts are equal."""
        found = self._all(side, given)
        if not found:
            return NOTHING
        lines = [self.line(side, one) for one in given]
        if name == "abs":
            lines.append(Line((), Fraction(0)))
        for place, one in enumerate(lines):
            for other in lines[place + 1 :]:
                if one is None or other is None:
                    raise Uneven(side, node)
                self._cut(side, node, one.minus(other))
        return found

    def _outcomes(self, side: int, node: op.Node, conditions: Sequence[op.Condition]) -> frozenset[Key]:
        found = NOTHING
        for condition in conditions:
            self._none(side, node, [condition.node])
            found |= self._all(side, operands(condition.outcome))
        return found

    def _touchpoint(self, side: int, node: op.Node, touchpoint: op.Touchpoint) -> frozenset[Key]:
        given = [touchpoint.rule, *(operands(touchpoint.missing) if touchpoint.missing is not None else [])]
        found = self._outcomes(side, node, touchpoint.conditions) | self._all(side, given)
        if found and (touchpoint.rounding is not None or not self._stays_within(side, touchpoint)):
            raise Uneven(side, node)
        return found

    def _stays_within(self, side: int, touchpoint: op.Touchpoint) -> bool:
        """Whether it is proved that the rule never leaves 0 to the worth, where points would be impossible."""
        bounds = self.question.sides[side].plan.nodes[touchpoint.rule].bounds
        if bounds is None or bounds.low is None or bounds.high is None:
            return False
        return from_exact(bounds.low) >= 0 and from_exact(bounds.high) <= from_exact(touchpoint.amount)

    def _score(self, side: int, node: op.Node, score: op.RowScore | op.Indicator) -> frozenset[Key]:
        found = self._outcomes(side, node, score.conditions)
        parts = [part.node for part in score.parts]
        if isinstance(score, op.Indicator):
            parts += [one for one in (score.row_score, score.value) if one is not None]
            parts += operands(score.missing) if score.missing is not None else []
        found |= self._all(side, [*parts, *score.extras])
        limits = [one for limit in score.limits for one in (limit.value, limit.when) if one is not None]
        self._none(side, node, limits)
        bent = bool(score.limits) or score.rounding is not None
        if found and (bent or score.combination in ("geometric mean", "lowest", "highest")):
            raise Uneven(side, node)
        return found
