"""The SQL engine: the rows of a table as a query, with the totals of the reference engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing

from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.held import HeldTable, held_table
from rubric_dsl.engines.lowering.totals import (
    Found,
    TableRun,
    accepted_rows,
    columns_read,
    runs_before,
    totals_of,
)
from rubric_dsl.engines.sql.database import Database
from rubric_dsl.engines.sql.dialects import type_of
from rubric_dsl.engines.sql.rows import SqlRows
from rubric_dsl.engines.sql.written import Read
from rubric_dsl.engines.stage.stage import subject_columns
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan


class SqlEngine:
    """Rows in a database that `connect` opens for each run. `ways` says of the last run how its nodes were
    evaluated."""

    stage = staticmethod(subject_columns)

    def __init__(self, name: str, connect: Callable[[], Database]) -> None:
        self.name = name
        self.connect = connect
        self.ways: Counter[str] = Counter()

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals:
        self.ways = Counter()
        found = Found()
        before = runs_before(observations)
        # Rows of files go where another table lies already.
        opened = next((run.rows.database for run in before.values() if isinstance(run.rows, SqlRows)), None)
        with ExitStack() as stack:
            for schema in plan.tables:
                run = before.get(schema.name)
                rows = accepted_rows(plan, schema, observations)
                if run is None and rows:
                    opened = opened or stack.enter_context(closing(self.connect()))
                    held = held_table(schema, rows, columns_read(prepared, schema))
                    run = TableRun(plan, prepared, schema, held, held_rows(opened, held))
                if run is not None:
                    self.ways += run.into(found)
        return totals_of(plan, prepared, found)


def held_rows(database: Database, held: HeldTable) -> SqlRows:
    """Columns in a table of the database, under names of ours: those of a rubric never stand in a query."""
    columns, read = [], {}
    for place, column in enumerate(held.columns):
        name = f"c{place}"
        columns.append(Column(name, column.kind, column.values, column.low, column.high))
        read[column.name] = Read(name, type_of(column))
    return SqlRows(database, database.hold(columns), read)
