"""The rows of one subject: each with its scenario and keys, the cells that rules read, and what was scored on it."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.reference.trace import RowTrace, ScoreTrace, trace_of
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.explain.explanation import Observed, ReadCell, Scenario
from rubric_dsl.explain.reading import Column, Reading
from rubric_dsl.observations.model import PRIVATE, Row
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.resolved import operations as op

RowScored = tuple[RowTrace, ScoreTrace]


class Schemas:
    """The tables of a run by name, with their columns and the names of their files."""

    def __init__(self, done: Run) -> None:
        self.tables = {table.name: table for table in done.plan.tables}
        self.columns = {(table.name, c.name): c for table in done.plan.tables for c in table.columns}
        self.keys = {table.name: [c for c in table.columns if c.key] for table in done.plan.tables}
        self.before = {(c.table, c.row, c.column): c.before for c in done.observations.corrected}
        self.ledgers = {name: data.ledger for name, data in done.observations.tables.items()}

    def scenario(self, table: TableSchema, stratum: Stratum) -> Scenario | None:
        """The scenario with its first label; of a private column neither."""
        if stratum is None or table.stratum is None:
            return None
        column = self.columns[table.name, table.stratum]
        if column.private:
            return Scenario(PRIVATE, None)
        labels = next((member.labels for member in column.members if member.name == stratum), ())
        return Scenario(stratum, labels[0] if labels else None)

    def observed(self, table: str, row: Row) -> Observed:
        schema = self.tables[table]
        stratum = None if schema.stratum is None else row.values[schema.stratum]
        scenario = self.scenario(schema, None if stratum is None else str(stratum))
        keys = tuple(self.cell(table, column, row) for column in self.keys[table])
        ledger = self.ledgers.get(table)
        file, sheet = (table, "") if ledger is None else (ledger.file, ledger.sheet)
        if ledger is not None and row.file in ledger.parts:
            sheet = ledger.parts[row.file].sheet
        return Observed(schema, row.file or file, row.number, row.line, scenario, keys, sheet, row.file)

    def cell(self, table: str, column: ColumnSchema, row: Row) -> ReadCell:
        """The cell as written and read; of a private column `•••`, also where it is blank."""
        before = self.before.get((table, row.place, column.name)) if self.before else None
        ledger = self.ledgers.get(table)
        place = ledger.place(row.number, column.name, row.file) if ledger is not None else ""
        place = place if "!" in place else ""
        if column.private:
            return ReadCell(column, PRIVATE, None, None if before is None else PRIVATE, place)
        return ReadCell(column, row.cells[column.name], row.values[column.name], before, place)


class SubjectRows:
    """One subject's rows, scored again with everything kept."""

    def __init__(self, done: Run, subject: Subject, schemas: Schemas, reading: Reading) -> None:
        self._schemas = schemas
        self._reading = reading
        self._register = done.rows
        self.subject = subject
        self.rows = trace_of(done, subject).rows
        self._scored: dict[op.Node, list[RowScored]] = {}
        for row in self.rows:
            for score in row.scores:
                self._scored.setdefault(score.node, []).append((row, score))
        self._observed: dict[tuple[str, tuple[str, int]], Observed] = {}
        self._cells: dict[tuple[str, tuple[str, int], tuple[Column, ...]], tuple[ReadCell, ...]] = {}

    def scored(self, row_score: op.Node) -> list[RowScored]:
        """The rows on which an indicator was scored, in order of the file."""
        return self._scored.get(row_score, [])

    def observed(self, table: str, row: Row) -> Observed:
        key = (table, row.place)
        found = self._observed.get(key)
        if found is None:
            found = self._observed[key] = self._schemas.observed(table, row)
        return found

    def read(self, node: op.Node, values: Values, table: str, row: Row) -> tuple[ReadCell, ...]:
        """The cells of the row that gave the node its value."""
        columns = self._reading.columns(node, values)
        key = (table, row.place, columns)
        found = self._cells.get(key)
        if found is None:
            of_table = (self._schemas.columns[column] for column in columns if column[0] == table)
            found = self._cells[key] = tuple(self._schemas.cell(table, column, row) for column in of_table)
        return found

    def corrected(self) -> Iterator[tuple[Observed, ReadCell]]:
        """The cells on which corrections stand, in order of the rows."""
        columns = [(table, row, column) for table, row, column in self._schemas.before]
        for trace in self.rows if columns else ():
            for table, row, column in columns:
                if (table, row) == (trace.table, trace.row.place):
                    cell = self._schemas.cell(table, self._schemas.columns[table, column], trace.row)
                    yield self.observed(table, trace.row), cell

    def facts(self, table: str) -> Row | None:
        """The subject's row of a table with one row each."""
        rows = self._register.get(table, {}).get(self.subject, ())
        return rows[0] if rows else None
