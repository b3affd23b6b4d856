"""The compiled engine: rows through a Python function made for the plan, with the totals of the reference engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from rubric_dsl.engines.compiled.points import PointsOfRows
from rubric_dsl.engines.compiled.rows import ListRows, Surprise
from rubric_dsl.engines.contract import Stage, Totals
from rubric_dsl.engines.lowering.totals import Found, TableRun, columns_read, totals_of
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan

NAME = "compiled"


class CompiledEngine:
    """Rows as integers in plain Python. `ways` says of the last run how its nodes were evaluated."""

    name = NAME

    def __init__(self, assuming: bool | None = None, stage: Stage | None = None) -> None:
        """`assuming`: whether to take for granted at first what most cells are (None: where that is faster)."""
        self.ways: Counter[str] = Counter()
        self.stage = stage
        self._assuming = assuming

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals:
        try:
            return self._totals(plan, prepared, observations, self._assuming)
        except Surprise:
            return self._totals(plan, prepared, observations, assuming=False)

    def _totals(
        self, plan: ScoringPlan, prepared: Prepared, observations: Observations, assuming: bool | None
    ) -> Totals:
        declared = None if plan.subjects is None else frozenset(plan.subjects)
        tables: dict[str, ListRows] = {}
        for schema in plan.tables:
            data = observations.tables.get(schema.name)
            if data is not None:
                table = ListRows(schema, data.rows, declared, columns_read(prepared, schema), assuming)
                if table.size:
                    tables[schema.name] = table
        found, self.ways = Found(), Counter()
        runs = {
            schema.name: TableRun(plan, prepared, schema, rows, rows)
            for schema in plan.tables if (rows := tables.get(schema.name)) is not None
        }
        for run in runs.values():
            self.ways += run.into(found)
        points = PointsOfRows([(tables[name], run.lowering) for name, run in runs.items()])
        return replace(totals_of(plan, prepared, found), points=points)
