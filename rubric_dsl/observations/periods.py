"""The periods of a run: which there are, which comes before which, and the rows that belong to one.

A row of a table with `each` belongs to its own period; the rows of other tables belong to every period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.observations.model import Observations, Row, TableData
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan
from rubric_dsl.resolved.literals import moment_text

Period = Fraction | int | str
"""A whole number, the ordinal of a date, or the name of a choice's member."""


def period_column(plan: ScoringPlan) -> ColumnSchema | None:
    """The column of `each`, as the first table that has it declares it."""
    return next(
        (c for table in plan.tables if table.period is not None for c in table.columns if c.name == table.period), None
    )


def in_order(plan: ScoringPlan, periods: Iterable[Period]) -> list[Period]:
    """The earliest first: numbers and dates by size, members as they are declared."""
    column = period_column(plan)
    place = {member.name: i for i, member in enumerate(column.members)} if column is not None else {}
    return sorted(periods, key=lambda period: place[period] if isinstance(period, str) else period)


def period_before(plan: ScoringPlan, period: Period) -> Period | None:
    """The number less one, the day before, or the member declared before; None of the first member."""
    if not isinstance(period, str):
        return period - 1
    column = period_column(plan)
    members = [member.name for member in column.members] if column is not None else []
    place = members.index(period)
    return members[place - 1] if place else None


def period_text(plan: ScoringPlan, period: Period) -> str:
    """The period as a cell has it: the number, the date, the member's name."""
    if isinstance(period, str):
        return period
    if isinstance(period, Fraction):
        return exact_text(period)
    return moment_text(period, "date")


def period_label(plan: ScoringPlan, period: Period) -> str | None:
    """The first label of a member that has one."""
    column = period_column(plan)
    members = column.members if column is not None else ()
    return next((member.labels[0] for member in members if member.name == period and member.labels), None)


def period_shown(plan: ScoringPlan, period: Period) -> str:
    """The period as people read it: by its label where it has one."""
    return period_label(plan, period) or period_text(plan, period)


def rows_by_period(plan: ScoringPlan, rows: Mapping[str, Sequence[Row]]) -> dict[Period, dict[str, Sequence[Row]]]:
    """For every period that some row has, the earliest first, the rows of each table that belong to it."""
    split = {table.name: _split(table.period, rows.get(table.name, ())) for table in plan.tables if table.period}
    periods = {period for own in split.values() for period in own}
    return {
        period: {
            table.name: split[table.name].get(period, ()) if table.period else rows.get(table.name, ())
            for table in plan.tables
        }
        for period in in_order(plan, periods)
    }


def _split(column: str, rows: Sequence[Row]) -> dict[Period, list[Row]]:
    found: dict[Period, list[Row]] = {}
    for row in rows:
        period = row.values[column]
        assert isinstance(period, (Fraction, int, str))
        found.setdefault(period, []).append(row)
    return found


def by_period(plan: ScoringPlan, observations: Observations) -> Iterator[tuple[Period, Observations]]:
    """The observations of each period, the earliest first; ledgers stay those of the whole tables."""
    rows = {name: data.rows for name, data in observations.tables.items()}
    for period, own in rows_by_period(plan, rows).items():
        yield period, Observations({
            name: TableData(name, tuple(own.get(name, ())), data.ledger) for name, data in observations.tables.items()
        }, observations.corrected)
