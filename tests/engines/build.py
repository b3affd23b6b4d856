"""Plans and observations by hand: what a rubric would compile to, said node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Cell, Ledger, Observations, Row, TableData
from rubric_dsl.plan.model import (
    ColumnSchema,
    Header,
    Lines,
    MemberSchema,
    NamedValue,
    ParameterSchema,
    PlanNode,
    RankingSchema,
    ScoringPlan,
    TableSchema,
)
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import COHORT, CONSTANT, NUMBER, SUBJECT, TEXT, YES_NO, Grain, ValueType
from rubric_dsl.resolved.walking import operands
from rubric_dsl.results.model import RankingResult, Result

LINE = Lines(file="case.rubric", line=1, column=1, end_line=1, end_column=1)
Number = int | str
"""Exact text, or a whole number."""


def choice(*members: str) -> ValueType:
    return ValueType("choice", members)


class Plan:
    """Grows a plan. Every method that adds a node gives its number; the grain follows from the operands."""

    def __init__(self, subjects: Sequence[str] | None = None, register: str | None = None) -> None:
        self.subjects = None if subjects is None else tuple(subjects)
        self.register = register
        self.nodes: list[PlanNode] = []
        self.tables: list[TableSchema] = []
        self.values: list[NamedValue] = []
        self.rankings: list[RankingSchema] = []
        self.parameters: list[ParameterSchema] = []

    def table(
        self,
        name: str,
        columns: Mapping[str, ValueType],
        *,
        folding: Literal["averaged", "totalled", "one row each"] = "averaged",
        stratum: str | None = None,
        missing: str | None = None,
        weights: int | None = None,
        private: Sequence[str] = (),
    ) -> None:
        """A table of `city`, which need not be among the columns."""
        schemas = tuple(_column(c, t, c in private) for c, t in {"city": TEXT, **columns}.items())
        self.tables.append(TableSchema(
            name=name, label=None, subject="city", folding=folding, stratum=stratum, one_row_each=False,
            stratum_weights=weights, missing=missing, columns=schemas, musts=(), lines=LINE,
        ))

    # ------------------------------------------------------------ nodes

    def add(self, operation: op.Operation, type: ValueType = NUMBER, grain: Grain | None = None) -> int:
        number = len(self.nodes)
        conditions = getattr(operation, "conditions", ())
        own = (LINE, *(LINE.model_copy(update={"line": 2 + place}) for place in range(len(conditions))))
        self.nodes.append(PlanNode(
            id=number, operation=operation, type=type, grain=grain or self._grain(operation), may_be_absent=False,
            bounds=None, denominator=None, irrational=False, lines=own,
        ))
        return number

    def number(self, value: Number, type: ValueType = NUMBER) -> int:
        return self.add(op.Constant(str(value)), type)

    def parameter(self, name: str, value: Number, default: Number | None = None) -> int:
        self.parameters.append(ParameterSchema(
            name=name, label=None, type=NUMBER, default=str(value if default is None else default), value=str(value),
            low=None, high=None, lines=LINE,
        ))
        return self.add(op.Parameter(name))

    def column(self, table: str, column: str) -> int:
        schema = next(t for t in self.tables if t.name == table)
        found = next(c for c in schema.columns if c.name == column)
        return self.add(op.Column(table, column), _type(found))

    def compare(self, left: int, relation: Literal["=", "<>", "<", "<=", ">", ">="], right: Number) -> int:
        return self.add(op.Compare(relation, left, self.number(right, self.nodes[left].type)), YES_NO)

    def points_if(self, condition: int, points: Number) -> int:
        """`touchpoint … worth P when COND`: P or 0."""
        return self.add(op.Choose(condition, self.number(points), self.number(0)))

    def aggregate(
        self,
        name: op.AggregateName,
        table: str,
        operand: int | None = None,
        *,
        where: int | None = None,
        argument: Number | None = None,
        pooled: bool = False,
        within: int | None = None,
    ) -> int:
        told = None if argument is None else self.number(argument)
        return self.add(op.Aggregate(name, table, operand, where, told, pooled, within))

    # ------------------------------------------------------------ scores

    def touchpoint(
        self,
        name: str,
        worth: Number,
        rule: int,
        *,
        stake: Literal["worth", "penalty", "bonus"] = "worth",
        strata: Sequence[str] = (),
        conditions: Sequence[op.Condition] = (),
        missing: Number | Literal["not applicable"] | None = None,
        rounding: op.Rounding | None = None,
    ) -> int:
        return self.named(name, "touchpoint", self.add(op.Touchpoint(
            name, stake, str(worth), tuple(strata), tuple(conditions), rule, self._outcome(missing), rounding,
        )))

    def row_score(
        self,
        name: str,
        worth: Number,
        parts: Sequence[int],
        *,
        table: str = "calls",
        extras: Sequence[int] = (),
        conditions: Sequence[op.Condition] = (),
        panel: int | None = None,
        combination: op.Combination = "sum",
        limits: Sequence[op.Limit] = (),
        rounding: op.Rounding | None = None,
    ) -> int:
        """The row score and the indicator that folds it, worth the same; gives the indicator."""
        row = self.add(op.RowScore(
            name, table, str(worth), tuple(conditions), tuple(op.Part(p, None) for p in parts), tuple(extras), panel,
            combination, tuple(limits), rounding,
        ), grain=Grain("row", table))
        return self.indicator(name, worth, row_score=row)

    def indicator(
        self,
        name: str,
        worth: Number,
        parts: Sequence[int] = (),
        *,
        row_score: int | None = None,
        value: int | None = None,
        missing: Number | Literal["not applicable"] | None = None,
        extras: Sequence[int] = (),
        conditions: Sequence[op.Condition] = (),
        panel: int | None = None,
        combination: op.Combination = "sum",
        limits: Sequence[op.Limit] = (),
        rounding: op.Rounding | None = None,
    ) -> int:
        return self.named(name, "indicator", self.add(op.Indicator(
            name, str(worth), tuple(conditions), row_score, tuple(op.Part(p, None) for p in parts), tuple(extras),
            value, self._outcome(missing), panel, combination, tuple(limits), rounding,
        )))

    def unless(self, condition: int, value: Number | Literal["not applicable"]) -> op.Condition:
        return op.Condition("unless", condition, self._outcome(value) or op.NotApplicable())

    def when(self, condition: int) -> op.Condition:
        return op.Condition("when", condition, op.NotApplicable())

    def if_(self, condition: int, value: Number | Literal["not applicable"]) -> op.Condition:
        return op.Condition("if", condition, self._outcome(value) or op.NotApplicable())

    def measure(self, name: str, node: int) -> int:
        return self.named(name, "measure", node)

    def panel(self, name: str, weights: Mapping[str, Number]) -> int:
        """Weights that one expert gave."""
        judge = op.Judge("专家", tuple(str(weight) for weight in weights.values()))
        return self.add(op.Weights(name, tuple(weights), "mean", None, (judge,), None))

    def ranking(
        self,
        by: int,
        *,
        name: str = "ranking",
        rounding: op.Rounding | None = None,
        ties: Literal["share", "dense", "by"] = "share",
        keys: Sequence[op.TieKey] = (),
        caps: Sequence[op.RankCap] = (),
        excludes: Sequence[int] = (),
        within: int | None = None,
        lowest_first: bool = False,
    ) -> None:
        node = self.add(
            op.Ranking(name, by, within, lowest_first, rounding, ties, tuple(keys), tuple(caps), tuple(excludes)),
            grain=COHORT,
        )
        named = next((v.name for v in self.values if v.node == by), "by")
        self.rankings.append(RankingSchema(name=name, label=None, by=named, node=node, lines=LINE))

    def named(self, name: str, kind: Literal["measure", "bands", "indicator", "touchpoint"], node: int) -> int:
        self.values.append(
            NamedValue(name=name, label=None, kind=kind, node=node, depth=0, class_labels={}, lines=LINE)
        )
        return node

    def done(self) -> ScoringPlan:
        header = Header(title="a case", edition=None, source=None, notes=())
        return ScoringPlan(
            header=header, tables=tuple(self.tables), subjects=self.subjects, register_table=self.register,
            parameters=tuple(self.parameters), nodes=tuple(self.nodes), values=tuple(self.values),
            rankings=tuple(self.rankings), promises=(),
        )

    # ------------------------------------------------------------ inside

    def _outcome(self, value: Number | None) -> op.Outcome | None:
        if value is None:
            return None
        return op.NotApplicable() if value == "not applicable" else op.Value(self.number(value))

    def _grain(self, operation: op.Operation) -> Grain:
        match operation:
            case op.Column():
                schema = next(t for t in self.tables if t.name == operation.table)
                return SUBJECT if schema.folding == "one row each" else Grain("row", operation.table)
            case op.Aggregate():
                return COHORT if operation.pooled and operation.within is None else SUBJECT
            case op.Across():
                own = operation.name in ("rank", "percentile_rank", "minmax", "zscore") or operation.within is not None
                return SUBJECT if own else COHORT
            case op.Indicator():
                return SUBJECT
        grains = [self.nodes[operand].grain for operand in operands(operation)]
        rows = [grain for grain in grains if grain.kind == "row"]
        return rows[0] if rows else SUBJECT if SUBJECT in grains else COHORT if COHORT in grains else CONSTANT


def _column(name: str, type: ValueType, private: bool) -> ColumnSchema:
    kinds: dict[str, Literal["text", "yes/no", "choice", "number", "percent", "seconds", "date", "time"]] = {
        "text": "text", "yes/no": "yes/no", "choice": "choice", "number": "number", "percent": "percent",
        "duration": "seconds", "date": "date", "time": "time",
    }
    members = tuple(MemberSchema(name=member, labels=()) for member in type.members)
    return ColumnSchema(
        name=name, label=None, type=kinds[type.kind], members=members, low=None, high=None, decimals=None,
        percent_written=None, presence="optional", present_when=None, written_absent=(), key=False, private=private,
        lines=LINE,
    )


def _type(column: ColumnSchema) -> ValueType:
    kinds: dict[str, ValueType] = {"yes/no": YES_NO, "text": TEXT, "seconds": ValueType("duration"),
                                   "percent": ValueType("percent"), "date": ValueType("date"),
                                   "time": ValueType("time")}
    return choice(*(m.name for m in column.members)) if column.type == "choice" else kinds.get(column.type, NUMBER)


# ---------------------------------------------------------------- observations

Given = int | str | bool | Fraction | None
"""A whole number stands for a number; dates and times are not needed here."""


def observed(**tables: Sequence[Mapping[str, Given]]) -> Observations:
    """Tables by name, rows as mappings; the first row is number 2."""
    return Observations({name: _table(name, rows) for name, rows in tables.items()})


def grid(header: str, *rows: str) -> list[dict[str, Given]]:
    """Rows of words below a header of words: `yes`, `no`, `-` (absent), exact numbers, names."""
    columns = header.split()
    return [dict(zip(columns, map(_word, row.split()), strict=True)) for row in rows]


def _word(word: str) -> Given:
    if word in ("yes", "no"):
        return word == "yes"
    if word == "-":
        return None
    return Fraction(word) if word.lstrip("-")[:1].isdigit() else word


def _table(name: str, rows: Sequence[Mapping[str, Given]]) -> TableData:
    read = tuple(
        Row(i, i, {c: str(v) for c, v in row.items()}, {c: _cell(v) for c, v in row.items()})
        for i, row in enumerate(rows, start=2)
    )
    return TableData(name, read, Ledger(name, f"{name}.csv", "0" * 64, len(read), len(read), 0))


def _cell(value: Given) -> Cell:
    return Fraction(value) if isinstance(value, int) and not isinstance(value, bool) else value


# ---------------------------------------------------------------- reading results


def exact(result: Result, subject: str, name: str) -> Exact | object:
    return result.values[subject][name]


def ranks(ranking: RankingResult) -> dict[str, int | None]:
    return {row.subject: row.rank for row in ranking.rows}
