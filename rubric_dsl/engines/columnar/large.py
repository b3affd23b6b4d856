"""Files of a table that are too large to be rows in memory, as `observations.read` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import polars as pl

from rubric_dsl.engines.columnar.scan import Scan, scan_of, scan_of_frame
from rubric_dsl.engines.columnar.scanned import NotScannable, ScannedTable
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.large import FilesOfTable
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Row
from rubric_dsl.observations.name_cells import spellings_of
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan, TableSchema


class LargeFiles(FilesOfTable):
    """Files of one table that are scanned."""

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> ScannedTable | None:
        return _scanned(plan, self._scan, reader, known, leave_out)

    def rows_of(self, table: TableSchema, reader: RowReader, subjects: Sequence[str]) -> list[Row] | None:
        return _picked(scan_of(table, self.files, reader.account), reader, subjects)

    def _scan(self, schema: TableSchema, *, account: Account) -> Scan | None:
        found = scan_of(schema, self.files, account)
        if found is None or len(self.files) == 1:
            return found
        return replace(found, files=tuple(zip(map(str, self.files), self.digests, strict=True)))


class LargeFrame:
    """Rows of one table that a program has in a frame. `whole`: the same for the reader row by row."""

    sha256 = ""

    def __init__(self, name: str, frame: pl.DataFrame, whole: Source) -> None:
        self.name = name
        self._frame = frame
        self._whole = whole

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> ScannedTable | None:
        return _scanned(plan, partial(scan_of_frame, frame=self._frame), reader, known, leave_out)

    def rows_of(self, table: TableSchema, reader: RowReader, subjects: Sequence[str]) -> list[Row] | None:
        return _picked(scan_of_frame(table, self._frame, reader.account), reader, subjects)

    def whole(self) -> Source:
        return self._whole


class ScanOf(Protocol):
    def __call__(self, schema: TableSchema, *, account: Account) -> Scan | None: ...


def _scanned(
    plan: ScoringPlan, scan_of: ScanOf, reader: RowReader, known: KnownSubjects, leave_out: bool
) -> ScannedTable | None:
    account = Account(reader.table.name, reader.account.file, reader.account.sha256)
    scan = scan_of(reader.table, account=account) if plan.period is None else None
    if scan is None:
        return None
    for repair in account.ledger(False).repairs:  # headers that name no column
        reader.account.repair(repair.row, repair.column, repair.before, repair.after, repair.code)
    reader.account.columns = account.columns
    try:
        return ScannedTable(plan, prepare(plan), scan, reader, known, leave_out)
    except (NotScannable, pl.exceptions.PolarsError):
        return None


def _picked(scan: Scan | None, reader: RowReader, subjects: Sequence[str]) -> list[Row] | None:
    if scan is None:
        return None
    table = scan.schema
    spelled = spellings_of(next(column for column in table.columns if column.name == table.subject), subjects)
    try:
        records = list(scan.records_with(table.subject, spelled))
    except pl.exceptions.PolarsError:
        return None
    cells = ((one, [one.cells[at] for at in scan.layout.places]) for one in records)
    rows = (reader.row(one.number, one.line, own) for one, own in cells)
    return [row for row in rows if row is not None]
