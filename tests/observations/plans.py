"""A plan written by hand, so that reading is tested against the schema and not against the compiler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rubric_dsl.observations.model import Ledger, Observations
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.model import (
    ColumnSchema,
    Header,
    Lines,
    MemberSchema,
    MustSchema,
    PlanNode,
    ScoringPlan,
    TableSchema,
)
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import DURATION, NUMBER, YES_NO, Grain, ValueType

HERE = Lines(file="t.rubric", line=1, column=1, end_line=1, end_column=1)


@dataclass(frozen=True)
class File:
    name: str
    data: bytes


def column(name: str, type: Any = "text", **more: Any) -> ColumnSchema:
    facts: dict[str, Any] = {
        "label": None, "members": (), "low": None, "high": None, "decimals": None, "percent_written": None,
        "presence": "always", "present_when": None, "written_absent": (), "key": False, "private": False,
    }
    if type == "percent":
        facts["percent_written"] = "with sign"
    if type in ("seconds", "whole number"):
        facts["decimals"] = 0
    facts.update(more)
    return ColumnSchema(name=name, type=type, lines=HERE, **facts)


def members(**labels: str) -> tuple[MemberSchema, ...]:
    return tuple(MemberSchema(name=name, labels=(label,) if label else ()) for name, label in labels.items())


def table(*columns: ColumnSchema, **more: Any) -> TableSchema:
    facts: dict[str, Any] = {
        "name": "calls", "label": None, "subject": "city", "folding": "averaged", "stratum": None,
        "one_row_each": False, "stratum_weights": None, "missing": None, "musts": (),
    }
    facts.update(more)
    return TableSchema(columns=columns, lines=HERE, **facts)


def node(number: int, operation: Any, type: ValueType) -> PlanNode:
    return PlanNode(
        id=number, operation=operation, type=type, grain=Grain("row", "calls"), may_be_absent=False, bounds=None,
        denominator=None, irrational=False, lines=(),
    )


def plan(*tables: TableSchema, nodes: Sequence[PlanNode] = (), **more: Any) -> ScoringPlan:
    facts: dict[str, Any] = {"subjects": None, "register_table": None}
    facts.update(more)
    return ScoringPlan(
        header=Header(title="t", edition=None, source=None, notes=()), tables=tables, parameters=(),
        nodes=tuple(nodes), values=(), rankings=(), promises=(), **facts,
    )


CONNECTED, NOT_CONNECTED, HITS, TOTAL, HITS_FIT, WAIT, LIMIT, LONG = range(8)
NODES = (
    node(CONNECTED, op.Column("calls", "connected"), YES_NO),
    node(NOT_CONNECTED, op.Not(CONNECTED), YES_NO),
    node(HITS, op.Column("calls", "hits"), NUMBER),
    node(TOTAL, op.Column("calls", "total"), NUMBER),
    node(HITS_FIT, op.Compare("<=", HITS, TOTAL), YES_NO),
    node(WAIT, op.Column("calls", "wait"), DURATION),
    PlanNode(
        id=LIMIT, operation=op.Constant("60"), type=DURATION, grain=Grain("constant"), may_be_absent=False,
        bounds=None, denominator=None, irrational=False, lines=(),
    ),
    node(LONG, op.Compare(">", WAIT, LIMIT), YES_NO),
)
CITIES = members(杭州="", 湖州="", 温州="")
SCENARIOS = members(S1="社保", S2="公积金")


def hotline(**more: Any) -> ScoringPlan:
    """Calls of three cities in two scenarios; wait, hits, total when connected, why when not, excuse when wait > 60."""
    calls = table(
        column("id", label="编号", key=True),
        column("city", "choice", label="城市", members=CITIES),
        column("scenario", "choice", members=SCENARIOS),
        column("tester", private=True),
        column("connected", "yes/no", label="是否接通"),
        column("why", presence="when", present_when=NOT_CONNECTED),
        column("wait", "seconds", low="0", high="1800", presence="when", present_when=CONNECTED),
        column("hits", "whole number", low="0", presence="when", present_when=CONNECTED),
        column("total", "whole number", low="1", presence="when", present_when=CONNECTED),
        column("excuse", presence="when", present_when=LONG),
        stratum="scenario",
        musts=(MustSchema(node=HITS_FIT, columns=("hits", "total"), message="more hits than points", lines=HERE),),
        **more,
    )
    return plan(calls, nodes=NODES, subjects=("杭州", "湖州", "温州"))


HEADER = "id,city,scenario,tester,connected,why,wait,hits,total,excuse"
ROWS = [
    "1,杭州,S1,M1,yes,,12,3,4,",
    "2,杭州,S2,M1,no,busy,,,,",
    "3,湖州,S1,M2,yes,,61,4,4,queue",
    "4,湖州,S2,M2,yes,,0,0,5,",
    "5,温州,S1,M3,yes,,1800,1,1,queue",
    "6,温州,S2,M3,yes,,60,2,3,",
]


def csv_of(rows: Sequence[str] = ROWS, header: str = HEADER, end: str = "\n") -> str:
    return end.join([header, *rows]) + end


def read(text: str | bytes, of: ScoringPlan | None = None, leave_out: bool = False) -> Observations:
    data = text if isinstance(text, bytes) else text.encode()
    return read_observations(of or hotline(), {"calls": File("calls.csv", data)}, leave_out)


def ledger(text: str | bytes, of: ScoringPlan | None = None) -> Ledger:
    return read(text, of).tables["calls"].ledger


def refused(text: str | bytes, of: ScoringPlan | None = None) -> list[tuple[int, str | None, str]]:
    """Row, column and code of every refusal."""
    return [(refusal.row, refusal.column, refusal.code) for refusal in ledger(text, of).refusals]


def with_cells(row: int, cells: Mapping[str, str]) -> str:
    """The hotline file with some cells of a row (2 is the first) written otherwise."""
    names = HEADER.split(",")
    rows = [line.split(",") for line in ROWS]
    for name, text in cells.items():
        rows[row - 2][names.index(name)] = text
    return csv_of([",".join(line) for line in rows])
