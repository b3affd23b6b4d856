"""What tests should reach: each row, each side of each bound, each condition both ways, each rule for absence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal

from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.inputs import domain_of
from rubric_dsl.editions.reading import decided
from rubric_dsl.evaluation.arithmetic import Cells, Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.evaluation.values import Nothing, Undefined, Value, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import Lines
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass

GoalKind = Literal["row", "bound", "condition", "answer", "missing", "limit", "cap", "exclusion"]

Key = tuple[GoalKind, op.Node, int, str]
"""Kind, node, place in it, and which way: `on`, `under`, `over`, `yes`, `no`, `decides`, `passes`, `binds`, `free`."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that a test reaches or does not. `bound`: the value of a bound, `beside`: the value next to it."""

    key: Key
    item: str
    lines: Lines | None
    bound: Fraction | None = None
    beside: Fraction | None = None
    input: op.Node | None = None

    @property
    def kind(self) -> GoalKind:
        return self.key[0]

    @property
    def way(self) -> str:
        return self.key[3]


@dataclass(frozen=True, slots=True)
class Axis:
    """The bounds of an input with what it may be: `step` None where it is on no grid."""

    bounds: tuple[Fraction, ...]
    low: Fraction | None
    high: Fraction | None
    step: Fraction | None

    def ways(self, bound: Fraction) -> Iterator[tuple[str, Fraction | None]]:
        """The sides of a bound that an input can be on, with the value there (None: any before the next bound)."""
        inside = (self.low is None or bound >= self.low) and (self.high is None or bound <= self.high)
        if inside and (self.step is None or (bound / self.step).denominator == 1):
            yield "on", bound
        for way, sign in (("under", -1), ("over", 1)):
            beside = None if self.step is None else self._next(bound, sign)
            end = self.low if sign < 0 else self.high
            near = bound if beside is None else beside
            if end is None or (near * sign <= end * sign and (beside is not None or bound != end)):
                yield way, beside

    def _next(self, bound: Fraction, sign: int) -> Fraction:
        """The value of the grid next to the bound."""
        assert self.step is not None
        places = bound / self.step
        place = -(-places // 1) - 1 if sign < 0 else places // 1 + 1
        return place * self.step

    def way_of(self, value: Fraction, bound: Fraction) -> str | None:
        """On which side of the bound, right beside it, the value lies."""
        if value == bound:
            return "on"
        sign, way = (-1, "under") if value < bound else (1, "over")
        if self.step is not None:
            return way if value == self._next(bound, sign) else None
        between = (other for other in self.bounds if min(value, bound) < other < max(value, bound))
        return None if next(between, None) is not None else way


class Goals:
    """All goals of a plan, in the order of its lines, and which of them an evaluation reaches."""

    def __init__(self, edition: Edition, prepared: Prepared) -> None:
        self.edition = edition
        self.prepared = prepared
        self.items = _items(edition)
        self.axes: dict[tuple[op.Node, int], Axis] = {}
        found: dict[Key, Goal] = {}
        for node in sorted(self.items):
            for goal in self._of(node):
                found.setdefault(goal.key, goal)
        self.all = tuple(sorted(found.values(), key=lambda goal: 0 if goal.lines is None else goal.lines.line))

    # ------------------------------------------------------------ what there is to reach

    def _of(self, node: op.Node) -> Iterator[Goal]:
        operation = self.edition.operation(node)
        match operation:
            case op.Table():
                yield from self._rows(node, operation)
                for place in range(len(operation.inputs)):
                    yield from self._bounds(node, place, operation)
            case op.Compare():
                yield from self._compared(node, operation)
            case op.Choose():
                yield from (self._goal("answer", node, 0, way) for way in ("yes", "no"))
            case op.All(nodes) | op.Any(nodes):
                for place, _ in enumerate(nodes):
                    yield from (self._goal("answer", node, place, way) for way in ("yes", "no"))
            case op.Touchpoint():
                yield from self._conditions(node, operation.conditions)
                if operation.missing is not None:
                    yield self._goal("missing", node, 0, "used", self._line(node, -1))
            case op.RowScore() | op.Indicator():
                yield from self._conditions(node, operation.conditions)
                if isinstance(operation, op.Indicator) and operation.missing is not None:
                    yield self._goal("missing", node, 0, "used")
                for place, _ in enumerate(operation.limits):
                    yield from (self._goal("limit", node, place, way) for way in ("binds", "free"))
            case op.Ranking():
                for place, _ in enumerate(operation.caps):
                    yield from (self._goal("cap", node, place, way) for way in ("yes", "no"))
                for place, _ in enumerate(operation.excludes):
                    yield from (self._goal("exclusion", node, place, way) for way in ("yes", "no"))

    def _goal(self, kind: GoalKind, node: op.Node, place: int, way: str, lines: Lines | None = None) -> Goal:
        return Goal((kind, node, place, way), self.items[node], lines or self._line(node, 0))

    def _line(self, node: op.Node, place: int) -> Lines | None:
        lines = self.edition.plan.nodes[node].lines
        return lines[place] if lines and -len(lines) <= place < len(lines) else None

    def _rows(self, node: op.Node, table: op.Table) -> Iterator[Goal]:
        first = len(self.edition.plan.nodes[node].lines) - len(table.rows)
        for place, _ in enumerate(table.rows):
            yield self._goal("row", node, place, "matches", self._line(node, first + place))

    def _conditions(self, node: op.Node, conditions: tuple[op.Condition, ...]) -> Iterator[Goal]:
        for place, _ in enumerate(conditions):
            line = self._line(node, place + 1)
            yield from (self._goal("condition", node, place, way, line) for way in ("decides", "passes"))

    def _bounds(self, node: op.Node, place: int, table: op.Table) -> Iterator[Goal]:
        first = len(self.edition.plan.nodes[node].lines) - len(table.rows)
        ends: dict[Fraction, Lines | None] = {}
        for row, written in enumerate(table.rows):
            for pattern in written.patterns[place] if place < len(written.patterns) else ():
                for end in operands(pattern):
                    value = self._constant(end)
                    if value is not None:
                        ends.setdefault(value, self._line(node, first + row))
        yield from self._sides(node, place, table.inputs[place], ends)

    def _compared(self, node: op.Node, compare: op.Compare) -> Iterator[Goal]:
        """A comparison of something with a number that is the same for all."""
        if compare.relation in ("=", "<>"):
            return
        for one, other in ((compare.left, compare.right), (compare.right, compare.left)):
            value = self._constant(other)
            if value is not None and self._constant(one) is None:
                yield from self._sides(node, 0, one, {value: self._line(node, 0)})

    def _sides(self, node: op.Node, place: int, read: op.Node, ends: Mapping[Fraction, Lines | None]) -> Iterator[Goal]:
        low, high, step = self._domain(read)
        axis = self.axes[node, place] = Axis(tuple(sorted(ends)), low, high, step)
        for bound, lines in ends.items():
            for way, beside in axis.ways(bound):
                key: Key = ("bound", node, place, f"{way} {bound}")
                yield Goal(key, self.items[node], lines, bound, beside, read)

    def _constant(self, node: op.Node) -> Fraction | None:
        if self.edition.plan.nodes[node].grain.kind != "constant":
            return None
        value = self.prepared.constants[node]
        return _number(value)

    def _domain(self, node: op.Node) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
        facts = self.edition.plan.nodes[node]
        operation = facts.operation
        if isinstance(operation, op.Column):
            table = next(one for one in self.edition.plan.tables if one.name == operation.table)
            domain = domain_of(next(one for one in table.columns if one.name == operation.column))
            return domain.low, domain.high, domain.step
        low, high = (None, None)
        if facts.bounds is not None:
            low, high = (None if end is None else from_exact(end) for end in (facts.bounds.low, facts.bounds.high))
        return low, high, None if facts.denominator is None else Fraction(1, facts.denominator)

    # ------------------------------------------------------------ what is reached

    def reached(self, nodes: Iterable[op.Node], values: Values, cells: Cells) -> Iterator[Key]:
        """The goals that are reached where these nodes are read."""
        for node in nodes:
            if node in self.items:
                yield from self._reached(node, values, cells)

    def _reached(self, node: op.Node, values: Values, cells: Cells) -> Iterator[Key]:
        operation, step = self.edition.operation(node), self.prepared.steps[node]
        match operation:
            case op.Table():
                assert isinstance(step, PreparedTable)
                row = step.match([values[one] for one in operation.inputs])
                if isinstance(row, int):
                    yield "row", node, row, "matches"
                for place, read in enumerate(operation.inputs):
                    yield from self._beside(node, place, values[read])
            case op.Compare(_, left, right):
                for read in (left, right):
                    if self._constant(read) is None:
                        yield from self._beside(node, 0, values[read])
            case op.Choose(condition):
                yield from _answers(node, 0, values[condition])
            case op.All(nodes) | op.Any(nodes):
                for place, read in enumerate(nodes):
                    yield from _answers(node, place, values[read])
                    if values[read] is isinstance(operation, op.Any):
                        break
            case op.Touchpoint():
                yield from _decides(node, operation.conditions, values)
                if decided(operation.conditions, values) is None and values[operation.rule] is Nothing.ABSENT:
                    yield "missing", node, 0, "used"
            case op.RowScore() | op.Indicator():
                assert isinstance(step, Score)
                yield from _decides(node, operation.conditions, values)
                if decided(operation.conditions, values) is None:
                    yield from self._of_score(node, operation, step, values)

    def _of_score(
        self, node: op.Node, operation: op.RowScore | op.Indicator, step: Score, values: Values
    ) -> Iterator[Key]:
        value = operation.value if isinstance(operation, op.Indicator) and operation.missing is not None else None
        if value is not None and values[value] is Nothing.ABSENT:
            yield "missing", node, 0, "used"
        score: Value = step.with_extras(step.source(values), values)
        for place, limit in enumerate(operation.limits):
            if not is_number(score) or (limit.when is not None and values[limit.when] is not True):
                continue
            end = values[limit.value]
            if is_number(end):
                order = reals.compare(score, end)
                binds = order < 0 if limit.word == "at least" else order > 0
                yield "limit", node, place, "binds" if binds else "free"
                score = end if binds else score

    def ranked(self, node: op.Node, values: Values) -> Iterator[Key]:
        """The goals of a ranking that a subject reaches."""
        ranking = self.edition.operation(node)
        assert isinstance(ranking, op.Ranking)
        for place, cap in enumerate(ranking.caps):
            yield "cap", node, place, "yes" if values[cap.condition] is True else "no"
        for place, condition in enumerate(ranking.excludes):
            yield "exclusion", node, place, "yes" if values[condition] is True else "no"

    def _beside(self, node: op.Node, place: int, value: Value) -> Iterator[Key]:
        axis, number = self.axes.get((node, place)), _number(value)
        if axis is not None and number is not None:
            for bound in axis.bounds:
                way = axis.way_of(number, bound)
                if way is not None:
                    yield "bound", node, place, f"{way} {bound}"


def _number(value: Value) -> Fraction | None:
    if isinstance(value, bool | str | Nothing | Undefined):
        return None
    return Fraction(value) if isinstance(value, int | Fraction) else None


def _answers(node: op.Node, place: int, value: Value) -> Iterator[Key]:
    if isinstance(value, bool):
        yield "answer", node, place, "yes" if value else "no"


def _decides(node: op.Node, conditions: tuple[op.Condition, ...], values: Values) -> Iterator[Key]:
    place = decided(conditions, values)
    for passed in range(len(conditions) if place is None else place):
        yield "condition", node, passed, "passes"
    if place is not None:
        yield "condition", node, place, "decides"


def _items(edition: Edition) -> dict[op.Node, str]:
    """The nodes below everything that is scored, reported or ranked, each with the innermost item that it stands in."""
    found: dict[op.Node, str] = {}
    roots = [(named.node, named.name) for named in edition.plan.values]
    roots += [(schema.node, schema.name) for schema in edition.plan.rankings]
    own = {node for node, _ in roots}
    # What is named comes later than what it reads, so that the innermost name is found first.
    for root, name in sorted(roots):
        def read(node: op.Node, root: op.Node = root) -> list[op.Node]:
            return [one for one in operands(edition.operation(node)) if one == root or one not in own]

        for node in reach([root], read):
            found.setdefault(node, name)
    return found
