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
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.text.record import dataclass


class LargeTable(Protocol):
    """A table that was read and checked."""

    @property
    def observed(self) -> Iterable[tuple[str, str | None]]:
        """Every subject with the scenarios in which it has rows."""

    def accounted(self, ledger: Ledger) -> Ledger:
        """The ledger of the rows that were read one by one, with the number of all."""


class OnlyOneByOne(Exception):
    """Several files of a table hold what is read row by row, and that is done for one file."""


@runtime_checkable
class LargeSource(Protocol):
    """Files of one table."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    def read(self, plan: ScoringPlan, reader: RowReader, known: KnownSubjects, leave_out: bool) -> LargeTable | None:
        """None: they have to be read row by row (`whole`), by a new reader."""

    def whole(self) -> Source:
        """The same as a file in memory. Raises OnlyOneByOne where there are several."""


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
    def sha256(self) -> str:
        """Of one file its digest; of several that of the list of their digests."""
        digests = [digest_of(file) for file in self.files]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()

    def whole(self) -> Source:
        if len(self.files) > 1:
            raise OnlyOneByOne(self.name)
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
