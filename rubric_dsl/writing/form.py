"""The form in which observations are written down: a table with the columns that the rubric reads."""

from __future__ import annotations

from rubric_dsl.plan.model import TableSchema


def form_rows(table: TableSchema) -> list[list[str]]:
    """The header alone, each column by its label where it has one."""
    return [[column.label or column.name for column in table.columns]]
