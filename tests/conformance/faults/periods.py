"""Faults of periods and of values of the period before."""

from __future__ import annotations

from typing import Any

import pytest

from rubric_dsl.engines import run as runs
from rubric_dsl.engines import subjects as stage
from rubric_dsl.evaluation.values import ABSENT
from rubric_dsl.observations import periods
from rubric_dsl.observations import rows as reading
from tests.conformance.faults.registry import fault, replaced


@fault("the last period with rows is taken for the one before", "periods_gap")
def _over_gaps(patch: pytest.MonkeyPatch) -> None:
    right = runs.run

    def run(plan: Any, observations: Any, engine: Any, period: Any, before: Any) -> Any:
        found = right(plan, observations, engine, period, run.last)  # type: ignore[attr-defined]
        run.last = found  # type: ignore[attr-defined]
        return found

    run.last = None  # type: ignore[attr-defined]
    patch.setattr(runs, "run", run)


@fault("what is missing in the period before is 0 there", "periods_previous", "periods_of_a_choice")
def _zero_before(patch: pytest.MonkeyPatch) -> None:
    right = stage._SubjectStage._previous
    patch.setattr(stage._SubjectStage, "_previous", lambda self, subject, operand: (
        periods.Fraction(0) if right(self, subject, operand) is ABSENT else right(self, subject, operand)))


@fault("the value of this period is taken for the one before", "periods_previous")
def _own_value(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stage._SubjectStage, "_previous", lambda self, subject, operand: self.values[subject][operand])


@fault("members of a choice are ordered by the alphabet", "periods_of_a_choice")
def _alphabet(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(periods, "in_order", lambda plan, found: sorted(found))


@fault("all periods are scored together", "periods_rank_within_each", "periods_and_a_table_without")
def _together(patch: pytest.MonkeyPatch) -> None:
    right = periods.rows_by_period
    patch.setattr(periods, "rows_by_period", lambda plan, rows: dict.fromkeys(right(plan, rows), rows))


@fault("a table without periods is left out of them", "periods_and_a_table_without")
def _without(patch: pytest.MonkeyPatch) -> None:
    right = periods.rows_by_period
    patch.setattr(periods, "rows_by_period", lambda plan, rows: {
        period: {table.name: own[table.name] if table.period is not None else () for table in plan.tables}
        for period, own in right(plan, rows).items()
    })


replaced("one row each is one over all periods", reading, "columns_seen_once",
         lambda table: (table.subject,) if table.folding == "one row each" else (), "periods_one_row_each")
