"""What may go wrong in a run: impossible values, each with its code, its node of the plan and its place in the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Literal

from rubric_dsl.engines.contract import Subject
from rubric_dsl.evaluation.values import Nothing, Reason, Undefined, Value
from rubric_dsl.numbers.reals import Real
from rubric_dsl.numbers.show import shown
from rubric_dsl.observations.model import PRIVATE
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.plan.naming import in_period
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.types import TypeKind
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass

CODES: Mapping[Reason, str] = {
    "division by zero": "X001",
    "outside domain": "X002",
    "undecided": "X003",
    "no row matches": "X004",
    "outside its range": "X005",
    "outside its worth": "X006",
    "absent": "X007",
    "too large": "X008",
}
MAX_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the data: a subject (None: all of them together), and the row of a table if it is known."""

    subject: Subject | None
    table: str | None
    row: int | None
    period: str | None = None

    def shown(self, lang: str) -> str:
        where = ""
        if self.row is not None:
            where = f"`{self.table}` 第 {self.row} 行" if lang == "zh" else f"row {self.row} of `{self.table}`"
        subject = self.subject or ("全部对象" if lang == "zh" else "all subjects together")
        subject = in_period(subject, self.period, lang)
        comma = "，" if lang == "zh" else ", "
        return f"{subject}{comma}{where}" if where else subject


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value of a node as people read it."""

    value: Value
    kind: TypeKind

    def shown(self, lang: str) -> str:
        return value_text(self.value, self.kind, lang)


def value_text(value: Value, kind: TypeKind, lang: str) -> str:
    """A value for the eye: numbers by `numbers.show`, moments as they are written, nothing as a word."""
    zh = lang == "zh"
    match value:
        case Nothing():
            return "缺失" if zh else "missing"
        case Undefined():
            return "无意义" if zh else "undefined"
        case bool():
            return ("是" if value else "否") if zh else ("yes" if value else "no")
        case str():
            return value
        case int():
            return moment_text(value, kind)
        case Fraction() | Real():
            return shown(value, _SHOWN_AS.get(kind, "number"), lang)


_SHOWN_AS: Mapping[TypeKind, Literal["percent", "duration"]] = {"percent": "percent", "duration": "duration"}


@dataclass(frozen=True, slots=True)
class RunProblem:
    """An impossible value: what it is (code), which node of the plan it is a fault of, and where it was met.

    `item` is the named value or ranking that needs it. `facts` are for the prose: `item`, `place`, and as the code
    needs them `value` (of private columns `•••`) and `worth`.
    """

    code: str
    node: op.Node
    item: str | None
    place: Place
    facts: Mapping[str, object] = field(default_factory=dict)


class Problems:
    """The first 50 different problems, and how many there are."""

    def __init__(self, plan: ScoringPlan, period: str | None = None) -> None:
        self._plan = plan
        self._period = period
        self._found: dict[tuple[str, op.Node, Place], RunProblem] = {}
        self.count = 0

    def add(self, fault: Undefined, subject: Subject | None, item: str | None) -> None:
        """Note a fault met by a subject (the fault's own place, where it has one, is the place)."""
        place = Place(fault.subject or subject, fault.table, fault.row, self._period)
        key = (CODES[fault.reason], fault.node, place)
        if key in self._found:
            return
        self.count += 1
        if len(self._found) < MAX_PROBLEMS:
            facts = {**self._facts(fault), "item": item or "", "place": place}
            self._found[key] = RunProblem(key[0], fault.node, item, place, facts)

    def __iter__(self) -> Iterator[RunProblem]:
        return iter(self._found.values())

    def _facts(self, fault: Undefined) -> dict[str, object]:
        operation = self._plan.nodes[fault.node].operation
        facts: dict[str, object] = {"value": tuple(self._shown(node, value) for node, value in fault.values)}
        if isinstance(operation, op.Touchpoint):
            facts["worth"] = operation.amount
        elif isinstance(operation, op.Indicator):
            facts["worth"] = operation.worth
        return facts

    def _shown(self, node: op.Node, value: Value) -> ShownValue:
        if reads_private(self._plan, node):
            return ShownValue(PRIVATE, "text")
        return ShownValue(value, self._plan.nodes[node].type.kind)


_MADE_OF_MANY = (op.Aggregate, op.Across, op.Touchpoint, op.RowScore, op.Indicator)


def reads_private(plan: ScoringPlan, node: op.Node) -> bool:
    """Whether the value of the node would tell a cell of a private column (aggregates and points do not)."""
    private = {(table.name, column.name) for table in plan.tables for column in table.columns if column.private}

    def told(number: op.Node) -> Sequence[op.Node]:
        operation = plan.nodes[number].operation
        return () if isinstance(operation, _MADE_OF_MANY) else operands(operation)

    operations = (plan.nodes[number].operation for number in reach([node] if private else [], told))
    return any(isinstance(found, op.Column) and (found.table, found.column) in private for found in operations)
