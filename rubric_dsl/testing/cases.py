"""From the grids of a test to observations: examples fill in what a row leaves out, the schema reads the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from rubric_dsl.observations.grid import rows_from_cells
from rubric_dsl.observations.model import Observations, TableData
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema
from rubric_dsl.resolved.literals import value_in
from rubric_dsl.surface import tree

Cell = Fraction | bool | str | int | None


def schema_of(plan: ScoringPlan, table: str) -> TableSchema:
    return next(schema for schema in plan.tables if schema.name == table)


def observations_of(
    plan: ScoringPlan, givens: Sequence[tree.Given], examples: Mapping[str, tree.Example], file: str
) -> Observations:
    """The rows of a test as observations, with refusals in the ledgers as for a file.

    Tables that a test does not give are empty. Subjects are those that the test names.
    """
    records: dict[str, list[dict[str, Cell]]] = {}
    lines: dict[str, list[int]] = {}
    for given in givens:
        schema = schema_of(plan, given.table.text)
        like = examples.get(given.like.text) if given.like is not None else None
        own, where = _records(schema, given.grid, like)
        records.setdefault(schema.name, []).extend(own)
        lines.setdefault(schema.name, []).extend(where)
    tables: dict[str, TableData] = {}
    for schema in plan.tables:
        rows = records.get(schema.name, [])
        known = None if plan.subjects is not None else _subjects(schema, rows)
        tables[schema.name] = rows_from_cells(
            plan, schema.name, rows, file=file, lines=lines.get(schema.name, []), known_subjects=known
        )
    return Observations(tables)


def _subjects(schema: TableSchema, records: Sequence[Mapping[str, Cell]]) -> list[str]:
    return [str(record.get(schema.subject)) for record in records]


def _records(
    schema: TableSchema, grid: tree.Grid, like: tree.Example | None
) -> tuple[list[dict[str, Cell]], list[int]]:
    columns = {column.name: column for column in schema.columns}
    base = _row(columns, like.grid.rows[0], like.grid.rows[1]) if like is not None else {}
    if not grid.rows:
        return [], []
    header, *body = grid.rows
    records = [{**base, **_row(columns, header, row)} for row in body]
    return [_named(schema, record) for record in records], [row.span.first_line for row in body]


def _named(schema: TableSchema, record: dict[str, Cell]) -> dict[str, Cell]:
    """A row that names no subject is one subject's all the same."""
    subject = next(column for column in schema.columns if column.name == schema.subject)
    if schema.subject not in record:
        record = {schema.subject: subject.members[0].name if subject.members else "…", **record}
    return record


def _row(columns: Mapping[str, ColumnSchema], header: tree.GridRow, row: tree.GridRow) -> dict[str, Cell]:
    return {name.text: cell_value(cell, columns[name.text]) for name, cell in zip(header.cells, row.cells, strict=True)}


def cell_value(cell: tree.Cell, column: ColumnSchema) -> Cell:
    """A cell as a file would have it, or as a value where it bears a unit of its own."""
    if cell.kind == "blank":
        return None
    if cell.kind == "yes/no":
        return cell.text == "yes" if column.type == "yes/no" else cell.text
    if cell.number is None:
        return cell.text
    if cell.unit == "" or cell.unit == "points":
        return _bare(cell.number, cell.text, column)
    value, kind = value_in(cell.number, cell.unit)
    fits = {"percent": "percent", "duration": "seconds"}.get(kind.kind) == column.type
    return value if fits else cell.text


def _bare(number: Fraction, text: str, column: ColumnSchema) -> Cell:
    if column.type == "percent" and column.percent_written == "87.5":
        return number / 100
    if column.type == "percent" and column.percent_written == "with sign":
        return text
    return number if column.type in ("number", "whole number", "seconds", "percent") else text
