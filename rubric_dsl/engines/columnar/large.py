"""Files of a table that are too large to be rows in memory, as `observations.read` takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol

import polars as pl

from rubric_dsl.engines.columnar.scan import Scan, scan_of, scan_of_frame
from rubric_dsl.engines.columnar.scanned import NotScannable, ScannedTable
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.large import OnlyOneByOne, digest_of
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class WholeFile:
    name: str
    data: bytes


class LargeFiles:
    """Files of one table, in the order in which their rows count. `name`: as they were asked for."""

    def __init__(self, name: str, files: Sequence[Path]) -> None:
        self.name = name
        self.files = tuple(files)

    @cached_property
    def sha256(self) -> str:
        """Of one file its digest; of several that of the list of their digests."""
        digests = [digest_of(file) for file in self.files]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> ScannedTable | None:
        found = _scanned(plan, partial(scan_of, files=self.files), reader, known, leave_out)
        if found is not None and len(self.files) > 1:
            found.names = tuple(map(str, self.files))
        return found

    def whole(self) -> Source:
        if len(self.files) > 1:
            raise OnlyOneByOne(self.name)
        return WholeFile(self.name, self.files[0].read_bytes())


class LargeFrame:
    """Rows of one table that a program has in a frame. `whole`: the same for the reader row by row."""

    sha256 = ""

    def __init__(self, name: str, frame: pl.DataFrame, whole: Source) -> None:
        self.name = name
        self._frame = frame
        self._whole = whole

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> ScannedTable | None:
        return _scanned(plan, partial(scan_of_frame, frame=self._frame), reader, known, leave_out)

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
