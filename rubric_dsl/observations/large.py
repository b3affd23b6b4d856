"""What a table from files too large to be rows in memory gives instead of them.

Whoever reads such files (an engine) comes with them as a `LargeSource`; the rules of reading, the account and what must
have been observed stay those of `read`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol, runtime_checkable

from rubric_dsl.observations.model import Ledger, Row
from rubric_dsl.observations.raw import OnDisk, SeveralFiles, Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.text.record import dataclass


class Watch(Protocol):
    """Is told while files are read how many rows of a pass have been read, of how many as far as that is known."""

    def __call__(self, rows: int, of: int) -> None: ...


class LargeTable(Protocol):
    """A table that was read and checked."""

    @property
    def observed(self) -> Iterable[tuple[str, str | None]]:
        """Every subject with the scenarios in which it has rows."""

    def accounted(self, ledger: Ledger) -> Ledger:
        """The ledger of the rows that were read one by one, with the number of all."""


@runtime_checkable
class LargeSource(Protocol):
    """Files of one table."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> LargeTable | None:
        """None: they have to be read row by row (`whole`), by a new reader."""

    def whole(self) -> Source | SeveralFiles:
        """The same to be read row by row."""


@runtime_checkable
class SearchedSource(LargeSource, Protocol):
    """One of which the rows of some subjects are read alone."""

    def rows_of(self, table: TableSchema, reader: RowReader, subjects: Sequence[str]) -> list[Row] | None:
        """Those that the reader accepts, in order of the files; None: all have to be read row by row."""


@dataclass(frozen=True, slots=True)
class WholeFile:
    name: str
    data: bytes


class FilesOfTable:
    """Files of one table, in the order in which their rows count. `name`: as they were asked for."""

    def __init__(self, name: str, files: Sequence[Path]) -> None:
        self.name = name
        self.files = tuple(files)

    @cached_property
    def digests(self) -> list[str]:
        return [digest_of(file) for file in self.files]

    @property
    def sha256(self) -> str:
        """Of one file its digest; of several that of the list of their digests."""
        return self.digests[0] if len(self.files) == 1 else digest_of_several(self.digests)

    def whole(self) -> Source | SeveralFiles:
        if len(self.files) > 1:
            return SeveralFiles(self.name, tuple(OnDisk(str(file)) for file in self.files))
        return WholeFile(self.name, self.files[0].read_bytes())


def rows_standing_for(table: TableSchema, found: LargeTable) -> list[Row]:
    """A row for each subject and scenario that was observed, to see what was not."""
    return [
        Row(0, 0, {}, {table.subject: subject} | ({} if table.stratum is None else {table.stratum: scenario}))
        for subject, scenario in found.observed
    ]


def digest_of(file: Path) -> str:
    """SHA-256 of a file that is not read into memory as a whole."""
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def digest_of_several(digests: Sequence[str]) -> str:
    """Of several files that of the list of their digests."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()
