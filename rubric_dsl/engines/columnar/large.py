"""Files of a table that are too large to be rows in memory, as `observations.read` takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import polars as pl

from rubric_dsl.engines.columnar.scan import scan_of
from rubric_dsl.engines.columnar.scanned import NotScannable, ScannedTable
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.large import OnlyOneByOne, digest_of
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan
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
        account = Account(reader.table.name, self.name, self.sha256)
        scan = scan_of(reader.table, self.files, account) if plan.period is None else None
        if scan is None:
            return None
        for repair in account.ledger(False).repairs:  # headers that name no column
            reader.account.repair(repair.row, repair.column, repair.before, repair.after, repair.code)
        reader.account.columns = account.columns
        try:
            return ScannedTable(plan, prepare(plan), scan, reader, known, leave_out)
        except (NotScannable, pl.exceptions.PolarsError):
            return None

    def whole(self) -> Source:
        if len(self.files) > 1:
            raise OnlyOneByOne(self.name)
        return WholeFile(self.name, self.files[0].read_bytes())

