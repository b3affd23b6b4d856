"""Files of a table that are too large to be rows in memory, as `observations.read` takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import polars as pl

from rubric_dsl.engines.columnar.by_file import KeptParts, TableFile, read_parts
from rubric_dsl.engines.columnar.scan import Scan, counting, scan_of, scan_of_frame
from rubric_dsl.engines.columnar.scanned import ScannedTable
from rubric_dsl.engines.lowering.scanned import NotScannable
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.large import FilesOfTable, LargeTable, Watch
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Row
from rubric_dsl.observations.name_cells import spellings_of
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan, TableSchema

KeptFor = Callable[[ScoringPlan, TableSchema, Sequence[str]], KeptParts]
"""What is kept for a table of a plan whose known subjects are these (none: anyone)."""


class LargeFiles(FilesOfTable):
    """Files that are scanned. `kept`: what files came to in earlier runs; without it files are read together where they
    can."""

    def __init__(
        self, name: str, files: Sequence[Path], kept: KeptFor | None = None, watch: Watch | None = None
    ) -> None:
        super().__init__(name, files)
        self._kept = kept
        self._watch = watch

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> LargeTable | None:
        if self._kept is not None:
            found = self._in_parts(plan, reader, known, leave_out)
            if found is not None:
                return found
        whole = _scanned(plan, self._scan, reader, known, leave_out, self._watch)
        if whole is not None or len(self.files) == 1 or not reader.account.clean:
            return whole
        return self._in_parts(plan, reader, known, leave_out)

    def _in_parts(
        self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool
    ) -> LargeTable | None:
        names = [self.name] if len(self.files) == 1 else list(map(str, self.files))
        files = [TableFile(*of) for of in zip(self.files, names, self.digests, strict=True)]
        kept = None if self._kept is None else self._kept(plan, reader.table, tuple(known.names()))
        return read_parts(plan, prepare(plan), files, reader, known, leave_out, kept, self._watch)

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
    plan: ScoringPlan, scan_of: ScanOf, reader: RowReader, known: KnownSubjects, leave_out: bool,
    watch: Watch | None = None,
) -> ScannedTable | None:
    account = Account(reader.table.name, reader.account.file, reader.account.sha256)
    try:
        scan = scan_of(reader.table, account=account) if plan.period is None else None
        if scan is None:
            return None
        own = reader.anew(account)
        seen = None if watch is None else counting(watch, scan.size)
        found = ScannedTable(plan, prepare(plan), replace(scan, seen=seen), own, known, leave_out)
    except (NotScannable, pl.exceptions.PolarsError):
        return None
    reader.account.take(account)
    return found


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
