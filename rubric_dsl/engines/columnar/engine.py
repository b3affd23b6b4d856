"""The columnar engine: all rows of a table at once, on Polars, with the totals of the reference engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rubric_dsl.engines.columnar.frames import TableFrame, frame_of
from rubric_dsl.engines.columnar.rows import FrameRows
from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.lowering.totals import (
    Found,
    TableRun,
    accepted_rows,
    columns_read,
    runs_before,
    totals_of,
)
from rubric_dsl.engines.stage.stage import subject_columns
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan


class ColumnarEngine:
    """Rows as columns of integers. `ways` says of the last run how its nodes were evaluated."""

    name = "polars"
    stage = staticmethod(subject_columns)

    def __init__(self) -> None:
        self.ways: Counter[str] = Counter()

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals:
        frames: dict[str, TableFrame] = {}
        for schema in plan.tables:
            rows = accepted_rows(plan, schema, observations)
            if rows:
                frames[schema.name] = frame_of(schema, rows, columns_read(prepared, schema))
        return self.totals_of(plan, prepared, frames, runs_before(observations))

    def totals_of(
        self, plan: ScoringPlan, prepared: Prepared, frames: Mapping[str, TableFrame],
        large: Mapping[str, TableRun] | None = None,
    ) -> Totals:
        """The totals of cells that are columns already, by table. `large`: tables that were added up when they were
        read."""
        found = Found()
        self.ways = Counter()
        for schema in plan.tables:
            run = None if large is None else large.get(schema.name)
            if run is None and schema.name in frames:
                given = frames[schema.name]
                run = TableRun(plan, prepared, schema, given, FrameRows(given))
            if run is not None:
                self.ways += run.into(found)
        return totals_of(plan, prepared, found)
