"""Tables that a database reads by itself, as `observations.read` takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rubric_dsl.engines.lowering.scanned import NotScannable, ScannedTable
from rubric_dsl.engines.sql.database import Database
from rubric_dsl.engines.sql.stored import Stored, scan_of
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.large import FilesOfTable
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.plain_csv import PlainCsv, plain_csv
from rubric_dsl.observations.raw import FileRefused, Given, Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan, TableSchema


class ReadsFiles(Database, Protocol):
    """A database that reads files by itself."""

    def parquet(self, files: Sequence[Path]) -> Stored | None:
        """None: they are not one table."""

    def csv(self, file: PlainCsv) -> Stored | None:
        """All cells as texts."""


class DatabaseFiles(FilesOfTable):
    """Files of one table, which a database reads. `connect`: to one that may read these files and no others."""

    def __init__(self, name: str, files: Sequence[Path], connect: Callable[[Sequence[str]], ReadsFiles]) -> None:
        super().__init__(name, files)
        self.connect = connect

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> ScannedTable | None:
        if plan.period is not None:
            return None
        database = self.connect([str(file) for file in self.files])
        return scanned(plan, database, self._stored(database), reader, known, leave_out)

    def _stored(self, database: ReadsFiles) -> Stored | None:
        if all(file.suffix.lower() == ".parquet" for file in self.files):
            return database.parquet(self.files)
        if len(self.files) == 1 and (plain := plain_csv(self.files[0])) is not None:
            return database.csv(plain)
        return None


class HoldsTables(Database, Protocol):
    """A database that holds tables."""

    def table(self, schema: TableSchema, part: str) -> Stored:
        """The table of that name, or that of the schema. Raises FileRefused where it is not clear which."""

    def digest(self, stored: Stored) -> str:
        """What tells these rows from any others."""


class DatabaseTable:
    """A table that lies in a database. `digest`: of the file that it lies in; None: of its rows."""

    def __init__(
        self, given: Given, connect: Callable[[], HoldsTables], digest: str | None, whole: Callable[[], Source]
    ) -> None:
        self.given = given
        self.name = given.name
        self.connect = connect
        self.sha256 = digest or ""
        self.whole = whole

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> ScannedTable | None:
        if plan.period is not None:
            return None
        database = self.connect()
        try:
            stored = database.table(reader.table, self.given.part)
        except FileRefused:
            return None  # the reader says it
        found = scanned(plan, database, stored, reader, known, leave_out)
        if found is not None:
            reader.account.sheet = stored.name
            reader.account.sha256 = self.sha256 or database.digest(stored)
        return found


def scanned(
    plan: ScoringPlan, database: Database, stored: Stored | None, reader: RowReader, known: KnownSubjects,
    leave_out: bool,
) -> ScannedTable | None:
    """The table read and checked in the database; None where only the reader of observations can tell what it holds."""
    account = Account(reader.table.name, reader.account.file, "")
    scan = scan_of(reader.table, database, stored, reader, account)
    if scan is None:
        return None
    for repair in account.ledger(False).repairs:  # headers that name no column
        reader.account.repair(repair.row, repair.column, repair.before, repair.after, repair.code)
    reader.account.columns = account.columns
    try:
        return ScannedTable(plan, prepare(plan), scan, reader, known, leave_out)
    except NotScannable:
        return None
