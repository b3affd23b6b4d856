"""A table from large files: added up and checked in one pass, and rows in doubt read apart.

Every row is added up on the assumption that its cells are plain and right; rows that are not surely so are counted in
the same pass. Where there are any, the reader of observations reads just those again, with all that it knows. What it
refuses is refused; what it accepts stands beside the other rows when all is added up once more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, groupby

import polars as pl

from rubric_dsl.engines.columnar.frames import TableFrame
from rubric_dsl.engines.columnar.keys import hashed, hashed_again, key_sets, repeated
from rubric_dsl.engines.columnar.rows import FrameRows
from rubric_dsl.engines.columnar.scan import Scan, beside
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT
from rubric_dsl.engines.lowering.scanned import (
    NotScannable,
    by_name,
    choices,
    is_plain,
    refuse_mixed_percents,
    scenarios_by_name,
)
from rubric_dsl.engines.lowering.sums import DOUBT
from rubric_dsl.engines.lowering.totals import TableRun, groups_seen
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.accepting import Sorting
from rubric_dsl.observations.model import Ledger, Part, Row
from rubric_dsl.observations.name_cells import spellings
from rubric_dsl.observations.raw import Record
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ScoringPlan


class Scanning:
    """How the rows of a scan are added up, and which of them are not sure. `reader`: that of the table."""

    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, scan: Scan, reader: RowReader, known: KnownSubjects
    ) -> None:
        self.plan = plan
        self.prepared = prepared
        self.scan = scan
        self.schema = scan.schema
        self.reader = reader
        self.known = known

    def typed(self) -> tuple[pl.LazyFrame, dict[str, Lowered], list[str]]:
        """As the scan has it, subjects and scenarios by their names."""
        frame, cells, unsure = self.scan.typed()
        return (frame.with_columns(self._spelled_alike()) if self._has_labels() else frame), cells, unsure

    def run_of(
        self, frame: pl.LazyFrame, cells: Mapping[str, Lowered], unsure: Sequence[str] | None
    ) -> TableRun:
        types = dict(frame.collect_schema())
        given = TableFrame(
            frame, types, cells, by_name, scenarios_by_name(self.schema), self.scan.size, self.scan.likely(),
            self._rows_at, {},
        )
        rows = FrameRows(given, strict=unsure is None)
        return TableRun(self.plan, self.prepared, self.schema, given, rows, unsure)

    # ------------------------------------------------------------ subjects and scenarios

    def _has_labels(self) -> bool:
        """Whether the sample spells a subject or scenario otherwise than by its name."""
        return any(
            not set(self.scan.sample[self.scan.header_of(column.name)].cast(pl.String).drop_nulls().unique()).issubset(
                member.name for member in column.members)
            for _, column in choices(self.schema)
        )

    def _spelled_alike(self) -> list[pl.Expr]:
        """Members of choices by their names, whatever label stands in the file."""
        return [pl.col(key).replace(spellings(column)) for key, column in choices(self.schema)]

    # ------------------------------------------------------------ rows in doubt

    def not_sure(self, run: TableRun, frame: pl.LazyFrame) -> set[int]:
        tests: list[pl.Expr] = []
        for key, place, name in ((SUBJECT, 0, self.schema.subject), (STRATUM, 1, self.schema.stratum)):
            if name is not None:
                found = set(run.sums.summed.strata if place else run.sums.summed.subjects)
                texts = sorted(str(text) for text in found if text is not None)
                strange = [text for text in texts if not is_plain(self.reader, self.known, name, text)]
                if strange:
                    tests.append(pl.col(key).is_in(strange))
                if None in found:
                    tests.append(pl.col(key).is_null())
        places = set(run.faulty.get(DOUBT, ()))
        for test in tests:
            places.update(frame.filter(test).select(ROW).collect(engine="streaming")[ROW].to_list())
        return places

    def _rows_at(self, places: Sequence[int]) -> Sequence[Row]:
        """Rows that were accepted, read as a reader reads them; they are not accounted for again."""
        read: list[Row] = []
        for place, record in zip(places, self.scan.records(places), strict=True):
            cells = [record.cells[at] for at in self.scan.layout.places]
            values = {one.name: one.read(cell)[0] for one, cell in zip(self.reader.columns, cells, strict=True)}
            texts = {one.name: str(cell) for one, cell in zip(self.reader.columns, cells, strict=True)}
            read.append(Row(record.number, record.line, texts, values, self.scan.file_at(place)))
        return read


class ScannedTable(Scanning):
    """One scan, read when it is made: `run` adds up its rows, and is None where refusals stop the run.

    Raises NotScannable, and errors of Polars where a file is not what its sample promised.
    """

    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, scan: Scan, reader: RowReader, known: KnownSubjects,
        leave_out: bool,
    ) -> None:
        super().__init__(plan, prepared, scan, reader, known)
        self.beside = 0
        """Records that are no observations."""
        self.run = self._read(leave_out)

    @property
    def observed(self) -> Iterable[tuple[str, str | None]]:
        return [] if self.run is None else groups_seen(self.run)

    def accounted(self, ledger: Ledger) -> Ledger:
        rows = self.scan.size - self.beside
        parts = {
            name: Part(sha256, size, "", ledger.columns)
            for (name, sha256), size in zip(self.scan.files, self.scan.sizes, strict=False)
        }
        return replace(ledger, read=rows, scored=rows - ledger.refused, parts=parts)

    @property
    def names(self) -> Sequence[str]:
        """Of the files, as rows are told by them."""
        return [name for name, _ in self.scan.files] or [self.reader.account.file]

    def _read(self, leave_out: bool) -> TableRun | None:
        frame, cells, unsure = self.typed()
        run = self.run_of(frame, cells, unsure)
        doubtful = self._in_doubt(run, frame, cells)
        if not doubtful:
            return run
        rows, places = self._read_again(doubtful)
        account = self.reader.account
        if account.read > account.scored and not leave_out:
            return None
        joined = beside(self.schema, without(frame, doubtful), cells, rows, places)
        if joined is None:
            raise NotScannable
        return self.run_of(*joined, None)

    def _in_doubt(self, run: TableRun, frame: pl.LazyFrame, cells: Mapping[str, Lowered]) -> list[int]:
        """The places of the rows that are not surely right, ascending."""
        places = self.not_sure(run, frame)
        places.update(self._repeated(frame, cells, places))
        return sorted(places)

    def _repeated(self, frame: pl.LazyFrame, cells: Mapping[str, Lowered], doubtful: Collection[int]) -> list[int]:
        """The rows whose key stands in another row too, also where that is spelled otherwise and so in doubt. Keys are
        compared by a hash, so that a few more may be here."""
        sets = key_sets(self.schema)
        if not sets:
            return []
        keys = hashed(self.schema, frame, cells)
        if keys is None:
            raise NotScannable
        again = hashed_again(self.scan, self.reader, sorted(doubtful)) if doubtful else None
        found: list[int] = []
        for name in sets:
            twice = repeated(keys.select(name).collect(engine="streaming")[name])
            if again is not None:
                twice = pl.concat([twice, again[name]])
            if len(twice):
                rows = keys.filter(pl.col(name).is_in(twice.implode())).select(ROW)
                found += rows.collect(engine="streaming")[ROW].to_list()
        return found

    def _read_again(self, doubtful: Sequence[int]) -> tuple[list[Row], list[int]]:
        """The rows that the reader accepts, and their places."""
        reading = ReadAgain(self.reader)
        found = list(reading.rows(self.scan, doubtful))
        self.beside = reading.beside
        return [row for _, row in found], [place for place, _ in found]


def without(frame: pl.LazyFrame, places: Sequence[int]) -> pl.LazyFrame:
    """The frame without the rows at these places."""
    if not places:
        return frame
    return frame.filter(~pl.col(ROW).cast(pl.UInt64).is_in(pl.Series(places, dtype=pl.UInt64).implode()))


class ReadAgain:
    """Reads rows in doubt one by one, all scans of a table in their order. Raises NotScannable where it takes all rows
    to tell what they hold."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.beside = 0
        """Records that are no observations: lines of blanks, totals, footnotes."""

    def rows(self, scan: Scan, places: Sequence[int]) -> Iterator[tuple[int, Row]]:
        """The rows that the reader accepts, with their places. What stands beside observations is listed by it."""
        account, name, before = self.reader.account, self.reader.account.file, self.reader.account.read
        ends = list(accumulate(scan.sizes))
        self.reader.of_several = self.reader.of_several or bool(scan.files)
        for file, own in groupby(
            zip(places, scan.records(places), strict=True), key=lambda one: bisect_right(ends, one[0])
        ):
            account.file = scan.files[file][0] if scan.files else name
            sorting = Sorting(self.reader, scan.layout)
            read: dict[int, int] = {}
            for place, record, following in _with_next(list(own), ends[file]):
                read[record.number] = place
                sorting.take(record)
                if following:
                    sorting.settle()
            sorting.end()
            yield from [(read[row.number], row) for row in sorting.rows()]
        account.file = name
        self.beside += len(places) - (account.read - before)
        refuse_mixed_percents(self.reader)


def _with_next(records: Sequence[tuple[int, Record]], end: int) -> Iterator[tuple[int, Record, bool]]:
    """Each record of a file, and whether an observation that is not in doubt stands behind it."""
    for at, (place, record) in enumerate(records):
        after = records[at + 1][0] if at + 1 < len(records) else end
        yield place, record, after > place + 1
