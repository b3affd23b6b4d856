"""A table from large files: added up and checked in one pass, and rows in doubt read apart.

Every row is added up on the assumption that its cells are plain and right; rows that are not surely so are counted in
the same pass. Where there are any, the reader of observations reads just those again, with all that it knows. What it
refuses is refused; what it accepts stands beside the other rows when all is added up once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from rubric_dsl.engines.columnar.frames import TableFrame
from rubric_dsl.engines.columnar.rows import FrameRows
from rubric_dsl.engines.columnar.scan import Scan, beside
from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT
from rubric_dsl.engines.lowering.sums import DOUBT
from rubric_dsl.engines.lowering.totals import TableRun
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.model import Ledger, Row
from rubric_dsl.observations.name_cells import spellings
from rubric_dsl.observations.raw import Record, is_blank
from rubric_dsl.observations.rows import RowReader, columns_seen_once
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan


class NotScannable(Exception):
    """What the rows in doubt hold has no form in columns together with the others: the reader must read all."""


class ScannedTable:
    """One scan, read when it is made: `run` adds up its rows, and is None where refusals stop the run.

    `reader`: that of the table, for the rows in doubt. Raises NotScannable, and errors of Polars where a file is not
    what its sample promised.
    """

    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, scan: Scan, reader: RowReader, known: KnownSubjects,
        leave_out: bool,
    ) -> None:
        self.plan = plan
        self.prepared = prepared
        self.scan = scan
        self.schema = scan.schema
        self.reader = reader
        self.known = known
        self.blank = 0
        """Lines of blanks, which are no rows."""
        self.names: Sequence[str] = (reader.account.file,)
        """Of the files, as rows are told by them."""
        self.run = self._read(leave_out)

    @property
    def observed(self) -> Iterable[tuple[str, str | None]]:
        groups = () if self.run is None else self.run.sums.groups
        return [(str(subject), None if scenario is None else str(scenario)) for subject, scenario in groups]

    def accounted(self, ledger: Ledger) -> Ledger:
        rows = self.scan.size - self.blank
        return replace(ledger, read=rows, scored=rows - ledger.refused)

    def _read(self, leave_out: bool) -> TableRun | None:
        frame, cells, unsure = self.scan.typed()
        if self._has_labels():
            frame = frame.with_columns(self._spelled_alike())
        run = self._run(frame, cells, unsure)
        doubtful = self._in_doubt(run, frame)
        if not doubtful:
            return run
        rows, places = self._read_again(doubtful)
        account = self.reader.account
        if account.read > account.scored and not leave_out:
            return None
        frame = frame.filter(~pl.col(ROW).cast(pl.UInt64).is_in(pl.Series(doubtful, dtype=pl.UInt64).implode()))
        joined = beside(self.schema, frame, cells, rows, places)
        if joined is None:
            raise NotScannable
        return self._run(*joined, None)

    def _run(
        self, frame: pl.LazyFrame, cells: Mapping[str, Lowered], unsure: Sequence[str] | None
    ) -> TableRun:
        types = dict(frame.collect_schema())
        given = TableFrame(
            frame, types, cells, _by_name, self._scenarios(), self.scan.size, self.scan.likely(), self._rows_at, {}
        )
        rows = FrameRows(given, strict=unsure is None)
        return TableRun(self.plan, self.prepared, self.schema, given, rows, unsure)

    # ------------------------------------------------------------ subjects and scenarios

    def _scenarios(self) -> dict[object, Stratum]:
        column = next((column for column in self.schema.columns if column.name == self.schema.stratum), None)
        return {None: None} if column is None else {member.name: member.name for member in column.members}

    def _choices(self) -> Iterator[tuple[str, ColumnSchema]]:
        """SUBJECT and STRATUM with their columns, where these are choices."""
        for key, name in ((SUBJECT, self.schema.subject), (STRATUM, self.schema.stratum)):
            column = next((column for column in self.schema.columns if column.name == name), None)
            if column is not None and column.type == "choice":
                yield key, column

    def _has_labels(self) -> bool:
        """Whether the sample spells a subject or scenario otherwise than by its name."""
        return any(
            not set(self.scan.sample[self.scan.header_of(column.name)].cast(pl.String).drop_nulls().unique()).issubset(
                member.name for member in column.members)
            for _, column in self._choices()
        )

    def _spelled_alike(self) -> list[pl.Expr]:
        """Members of choices by their names, whatever label stands in the file."""
        return [pl.col(key).replace(spellings(column)) for key, column in self._choices()]

    # ------------------------------------------------------------ rows in doubt

    def _in_doubt(self, run: TableRun, frame: pl.LazyFrame) -> list[int]:
        """The places of the rows that are not surely right, ascending."""
        tests: list[pl.Expr] = []
        for key, place, name in ((SUBJECT, 0, self.schema.subject), (STRATUM, 1, self.schema.stratum)):
            if name is not None:
                found = {group[place] for group in run.sums.groups}
                texts = sorted(str(text) for text in found if text is not None)
                strange = [text for text in texts if not self._is_plain(name, text)]
                if strange:
                    tests.append(pl.col(key).is_in(strange))
                if None in found:
                    tests.append(pl.col(key).is_null())
        places = set(run.faulty.get(DOUBT, ()))
        for test in tests:
            places.update(frame.filter(test).select(ROW).collect(engine="streaming")[ROW].to_list())
        places.update(self._repeated(frame))
        return sorted(places)

    def _is_plain(self, name: str, text: str) -> bool:
        """Whether this text in the column of subjects or scenarios is what it says, and a subject that is known."""
        reader = self.reader.by_name[name]
        try:
            value, mended = reader.read(text)
        except CellRefused:
            return False
        known = name != self.schema.subject or self.known.refusal_of(value, reader.private) is None
        return value == text and mended is None and known

    def _repeated(self, frame: pl.LazyFrame) -> list[int]:
        """The rows whose key stands in another row too. Keys are compared by a hash, so that a few more may be here."""
        keys = [f"c.{column.name}" for column in self.schema.columns if column.key]
        alone = [SUBJECT, STRATUM] if columns_seen_once(self.schema) else []
        found: list[int] = []
        for columns in filter(None, (keys, alone)):
            hashed = frame.select(ROW, pl.struct(columns).hash(seed=0).alias("key"))
            twice = hashed.group_by("key").len().filter(pl.col("len") > 1).select("key").collect(engine="streaming")
            if len(twice):
                rows = hashed.filter(pl.col("key").is_in(twice["key"].implode())).select(ROW)
                found += rows.collect(engine="streaming")[ROW].to_list()
        return found

    def _read_again(self, doubtful: Sequence[int]) -> tuple[list[Row], list[int]]:
        """The rows that the reader accepts, and their places."""
        rows: list[Row] = []
        places: list[int] = []
        blank: list[tuple[int, Record]] = []
        layout, account = self.scan.layout, self.reader.account
        for place, record in zip(doubtful, self.scan.records(doubtful), strict=True):
            if all(map(is_blank, record.cells)):
                blank.append((place, record))
                continue
            row = self.reader.row(record.number, record.line, [record.cells[at] for at in layout.places])
            if row is not None:
                rows.append(row)
                places.append(place)
        last = self.scan.size
        while blank and blank[-1][0] == last - 1:  # at the end they say nothing
            last -= 1
            blank.pop()
        for _, record in blank:
            account.repair(record.number, "", "", "", codes.BLANK_LINE_SKIPPED)
        self.blank = len(blank) + self.scan.size - last
        return rows, places

    def _rows_at(self, places: Sequence[int]) -> Sequence[Row]:
        """Rows that were accepted, read as a reader reads them; they are not accounted for again."""
        read: list[Row] = []
        for record in self.scan.records(places):
            cells = [record.cells[at] for at in self.scan.layout.places]
            values = {one.name: one.read(cell)[0] for one, cell in zip(self.reader.columns, cells, strict=True)}
            texts = {one.name: str(cell) for one, cell in zip(self.reader.columns, cells, strict=True)}
            read.append(Row(record.number, record.line, texts, values))
        return read


def _by_name(found: Iterable[object]) -> Mapping[object, Subject]:
    """Subjects in the order of their names: that of their rows depends on how files were cut."""
    return {name: name for name in sorted(map(str, found))}
