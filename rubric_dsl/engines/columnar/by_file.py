"""The files of a table one by one: each is added up alone, and what it came to may have been kept from an earlier run.

What a file comes to are the sums of its sure rows, the places of those that are not sure, and a hash of every key. Rows
that are not sure are read in each run anew, by the reader that all files have, so that refusals and repairs are told as
ever; so are, wherever they stand, the rows whose key comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import polars as pl

from rubric_dsl.engines.columnar.frames import frame_of
from rubric_dsl.engines.columnar.keys import hashed, hashed_again, key_sets, repeated
from rubric_dsl.engines.columnar.rows import FrameRows
from rubric_dsl.engines.columnar.scan import Scan, beside, counting, scan_of
from rubric_dsl.engines.columnar.scanned import ReadAgain, Scanning, without
from rubric_dsl.engines.columnar.sums import NotApart, Sums, SumsRun, sums_of, together
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.queries import ROW
from rubric_dsl.engines.lowering.scanned import NotScannable
from rubric_dsl.engines.lowering.totals import TableRun, aggregates_over, columns_read, groups_seen
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.headers import layout_of
from rubric_dsl.observations.large import Watch
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Ledger, Part, Row
from rubric_dsl.observations.raw import Record
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class FilePart:
    """What one file comes to. `keys`: a column of hashes for each set of `key_sets`, a row of it for each row."""

    headers: tuple[str, ...]
    size: int
    sums: Sums
    doubtful: tuple[int, ...]
    """The places of the rows that are not sure, ascending; they are not in the sums."""
    keys: pl.DataFrame


class KeptParts(Protocol):
    """Where parts are kept between runs, by the hash of their file. What is found there is right or None."""

    def find(self, sha256: str, kind: str) -> FilePart | None: ...

    def keep(self, sha256: str, kind: str, part: FilePart) -> None: ...


@dataclass(frozen=True, slots=True)
class TableFile:
    path: Path
    name: str
    sha256: str


class _File:
    """A file while its table is read; it is opened when something of it has to be read."""

    def __init__(self, given: TableFile, reading: _Reading) -> None:
        self.given = given
        self._reading = reading

    @cached_property
    def scanning(self) -> Scanning:
        """Raises NotScannable."""
        scan = scan_of(self._reading.schema, [self.given.path], Account("", "", ""))
        if scan is None:
            raise NotScannable
        watch = self._reading.watch
        seen = None if watch is None else watch.of(scan.size)
        return self._reading.scanning(replace(scan, files=self._reading.told_as(self.given), seen=seen))

    @property
    def scan(self) -> Scan:
        return self.scanning.scan

    def part(self) -> FilePart:
        """Read from the file. Raises NotScannable and NotApart."""
        scanning, scan = self.scanning, self.scan
        frame, cells, unsure = scanning.typed()
        run = scanning.run_of(frame, cells, unsure)
        doubtful = sorted(scanning.not_sure(run, frame))
        if doubtful:
            run = scanning.run_of(without(frame, doubtful), cells, None)
        keys = hashed(scan.schema, frame, cells) if key_sets(scan.schema) else None
        if keys is None and key_sets(scan.schema):
            raise NotScannable
        hashes = pl.DataFrame() if keys is None else keys.collect(engine="streaming").sort(ROW).drop(ROW)
        return FilePart(scan.headers, scan.size, sums_of(run), tuple(doubtful), hashes)

    def sums_without(self, doubtful: Sequence[int]) -> Sums:
        frame, cells, _ = self.scanning.typed()
        return sums_of(self.scanning.run_of(without(frame, doubtful), cells, None))


class _Watched:
    """Rows of files of which only the bytes are known before."""

    def __init__(self, watch: Watch, files: Sequence[TableFile]) -> None:
        self._watch = watch
        self._bytes = sum(file.path.stat().st_size for file in files)
        self._ready = self._ready_bytes = 0

    def of(self, size: int) -> Callable[[int], None]:
        return counting(lambda rows, _: self._tell(rows), size)

    def ready(self, path: Path, rows: int) -> None:
        self._ready += rows
        self._ready_bytes += path.stat().st_size
        self._tell(0)

    def _tell(self, more: int) -> None:
        known = self._ready * self._bytes // self._ready_bytes if self._ready_bytes else 0
        self._watch(self._ready + more, max(known, self._ready + more) if known else 0)


class _Reading:
    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, reader: RowReader, known: KnownSubjects, watch: _Watched | None,
        several: bool,
    ) -> None:
        self.plan = plan
        self.prepared = prepared
        self.schema = reader.table
        self.reader = reader
        self.known = known
        self.watch = watch
        self.several = several

    def told_as(self, file: TableFile) -> tuple[tuple[str, str], ...]:
        return ((file.name, file.sha256),) if self.several else ()

    def scanning(self, scan: Scan) -> Scanning:
        return Scanning(self.plan, self.prepared, scan, self.reader, self.known)


class PartsTable:
    """A table whose files were added up one by one. `run` is None where refusals stop the run."""

    def __init__(self, reading: _Reading, files: Sequence[_File], parts: Sequence[FilePart]) -> None:
        self._reading = reading
        self._files = files
        self._sizes = [part.size for part in parts]
        self._beside_rows = 0
        self._doubtful: list[list[int]] = []
        self._read_apart: list[list[tuple[int, Row]]] = []
        self.run: TableRun | None = None

    @property
    def observed(self) -> Iterable[tuple[str, str | None]]:
        return [] if self.run is None else groups_seen(self.run)

    def accounted(self, ledger: Ledger) -> Ledger:
        rows = sum(self._sizes) - self._beside_rows
        told = [(name, sha256) for file in self._files for name, sha256 in self._reading.told_as(file.given)]
        parts = {
            name: Part(sha256, size, "", ledger.columns)
            for (name, sha256), size in zip(told, self._sizes, strict=False)
        }
        return replace(ledger, read=rows, scored=rows - ledger.refused, parts=parts)

    def read(self, parts: Sequence[FilePart], leave_out: bool) -> None:
        """Raises NotApart and NotScannable."""
        self._doubtful = _with_repeated(self._reading, self._files, parts)
        sums = [
            part.sums if list(part.doubtful) == doubtful else file.sums_without(doubtful)
            for file, part, doubtful in zip(self._files, parts, self._doubtful, strict=True)
        ]
        whole = together(sums)
        reader = self._reading.reader
        again = ReadAgain(reader)
        for file, doubtful in zip(self._files, self._doubtful, strict=True):
            self._read_apart.append(list(again.rows(file.scan, doubtful)) if doubtful else [])
            if self._read_apart[-1]:
                self._beside(file, doubtful, self._read_apart[-1])
        self._beside_rows = again.beside
        if reader.account.read > reader.account.scored and not leave_out:
            return
        rows = [row for own in self._read_apart for _, row in own]
        if rows:
            whole = together([whole, sums_of(self._of_rows(rows))])
        reading = self._reading
        self.run = SumsRun(reading.plan, reading.prepared, reading.schema, whole)

    def _of_rows(self, rows: Sequence[Row]) -> TableRun:
        reading = self._reading
        given = frame_of(reading.schema, rows, columns_read(reading.prepared, reading.schema))
        return TableRun(reading.plan, reading.prepared, reading.schema, given, FrameRows(given))

    def runs_of_files(self) -> Iterator[tuple[TableRun, str, int]]:
        """For each file a run over its rows, its name and how many rows it has: the file is read again."""
        for file, doubtful, read in zip(self._files, self._doubtful, self._read_apart, strict=True):
            frame, cells = self._beside(file, doubtful, read)
            yield file.scanning.run_of(frame, cells, None), file.given.name, file.scan.size

    def _beside(
        self, file: _File, doubtful: Sequence[int], read: Sequence[tuple[int, Row]]
    ) -> tuple[pl.LazyFrame, Mapping[str, Lowered]]:
        """The rows of a file, those that were read apart among them. Raises NotScannable."""
        frame, cells, _ = file.scanning.typed()
        frame = without(frame, doubtful)
        if not read:
            return frame, cells
        joined = beside(self._reading.schema, frame, cells, [row for _, row in read], [place for place, _ in read])
        if joined is None:
            raise NotScannable
        return joined


def read_parts(
    plan: ScoringPlan, prepared: Prepared, files: Sequence[TableFile], reader: RowReader, known: KnownSubjects,
    leave_out: bool, kept: KeptParts | None = None, watch: Watch | None = None,
) -> PartsTable | None:
    """None: the table cannot be read in parts, and nothing was told to the reader's account."""
    schema, account = reader.table, Account(reader.table.name, reader.account.file, reader.account.sha256)
    pooled = any(operation.pooled for operation in aggregates_over(prepared, schema).values())
    if not files or pooled or plan.period is not None or schema.folding == "one row each":
        return None
    watched = None if watch is None else _Watched(watch, files)
    reading = _Reading(plan, prepared, reader.anew(account), known, watched, len(files) > 1)
    opened = [_File(file, reading) for file in files]
    try:
        parts: list[FilePart] = []
        for file in opened:
            parts.append(_part(file, kept))
            if watched is not None:
                watched.ready(file.given.path, parts[-1].size)
        if any(part.headers != parts[0].headers for part in parts):
            return None
        if layout_of(Record(1, 1, list(parts[0].headers)), schema, account) is None:
            return None
        table = PartsTable(reading, opened, parts)
        table.read(parts, leave_out)
    except (NotScannable, NotApart, pl.exceptions.PolarsError):
        return None
    reader.account.take(account)
    return table


def _part(file: _File, kept: KeptParts | None) -> FilePart:
    kind = file.given.path.suffix
    found = None if kept is None else kept.find(file.given.sha256, kind)
    if found is not None:
        return found
    before = _stamp(file.given.path)
    part = file.part()
    if kept is not None and not part.sums.faulty and _stamp(file.given.path) == before:
        kept.keep(file.given.sha256, kind, part)
    return part


def _stamp(path: Path) -> tuple[int, int, int]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns, about.st_ino


def _with_repeated(
    reading: _Reading, files: Sequence[_File], parts: Sequence[FilePart]
) -> list[list[int]]:
    """By file the places of the rows in doubt, with those whose key stands in another row of any file."""
    found = [set(part.doubtful) for part in parts]
    sets = key_sets(reading.schema)
    if not sets:
        return [sorted(own) for own in found]
    again: dict[str, list[pl.Series]] = {name: [] for name in sets}
    for file, part in zip(files, parts, strict=True):
        if part.doubtful:
            hashes = hashed_again(file.scan, reading.reader, part.doubtful)
            for name in sets if hashes is not None else ():
                assert hashes is not None
                again[name].append(hashes[name])
    for name in sets:
        twice = repeated(pl.concat([part.keys[name] for part in parts]))
        wanted = pl.concat([twice, *again[name]])
        if len(wanted):
            for own, part in zip(found, parts, strict=True):
                own.update(part.keys[name].is_in(wanted.implode()).arg_true().to_list())
    return [sorted(own) for own in found]
