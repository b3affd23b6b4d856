"""Rows that stand in a rubric (`given` grids of tests and examples), held to the same rules as rows of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.columns import shown_cell
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Cell, Row, TableData
from rubric_dsl.observations.presence import Finding
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.rules import PlanRules
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan


def rows_from_cells(
    plan: ScoringPlan,
    table: str,
    records: Sequence[Mapping[str, Cell]],
    *,
    file: str = "",
    lines: Sequence[int] | None = None,
    known_subjects: Sequence[str] | None = None,
) -> TableData:
    """The rows of a grid with their ledger; what a file's row would be refused for, these are refused for.

    A cell is the text as a file would have it, or a typed value (fractions in the runtime unit); None is absent. A
    column that a record leaves out is absent and nothing is said about it, nor about what its presence decides. Row
    numbers count from 2 as in a file; `lines` are the lines of the records in the rubric. Subjects are held to
    `known_subjects`, or to the plan's own list.
    """
    schema = next(schema for schema in plan.tables if schema.name == table)
    known = KnownSubjects(plan.subjects if known_subjects is None else known_subjects)
    account = Account(table, file, "")
    reader = RowReader(schema, PlanRules(plan).of(schema), known, account)
    rows = [
        _row_of(reader, place + 2, lines[place] if lines is not None else place + 2, record)
        for place, record in enumerate(records)
    ]
    return TableData(table, tuple(row for row in rows if row is not None), account.ledger(False))


def _row_of(reader: RowReader, number: int, line: int, record: Mapping[str, Cell]) -> Row | None:
    values: dict[str, Cell] = {}
    found: list[Finding] = []
    bad: set[str] = set()
    for column in reader.columns:
        values[column.name] = None
        if column.name not in record:
            bad.add(column.name)
            continue
        try:
            values[column.name] = column.check_typed(record[column.name])
        except CellRefused as refused:
            found.append(Finding(column.name, refused.code, refused.facts))
            bad.add(column.name)
    cells = {column.name: shown_cell(record.get(column.name)) for column in reader.columns}
    return reader.judged(number, line, cells, values, bad, found)
