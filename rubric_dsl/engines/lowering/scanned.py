"""A table from large files or a database: added up and checked in one pass, and rows in doubt read apart.

Every row is added up on the assumption that its cells are plain and right; rows that are not surely so are counted in
the same pass. Where there are any, the reader of observations reads just those again, with all that it knows. What it
refuses is refused; what it accepts stands beside the other rows when all is added up once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from rubric_dsl.engines.contract import EngineFailed, Stratum, Subject
from rubric_dsl.engines.lowering.queries import STRATUM, SUBJECT, TableGiven, TableRows
from rubric_dsl.engines.lowering.reading import NUMBERS, PLAIN_TEXT
from rubric_dsl.engines.lowering.sums import DOUBT
from rubric_dsl.engines.lowering.totals import TableRun, groups_seen
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.accepting import Sorting
from rubric_dsl.observations.beside_rows import is_total
from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.headers import Layout
from rubric_dsl.observations.model import Ledger, Row
from rubric_dsl.observations.raw import Record, text_of_cell
from rubric_dsl.observations.rows import RowReader, columns_seen_once
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema


class NotScannable(Exception):
    """What the rows in doubt hold has no form in columns together with the others: the reader must read all."""


class Scan(Protocol):
    """The rows of a table where they lie, as an engine sees them. A place is the number of a row, from 0."""

    @property
    def schema(self) -> TableSchema: ...

    @property
    def layout(self) -> Layout: ...

    @property
    def size(self) -> int:
        """How many rows there are."""

    def records(self, places: Sequence[int]) -> Iterator[Record]:
        """The rows at these ascending places as a reader sees them."""

    def as_written(self, guarded: bool = False) -> tuple[TableGiven, TableRows, Sequence[str]]:
        """All rows, taken as plain and right; flags of cells that are not. `guarded`: numbers that are not what their
        form promises are left out, so that none overflows; needed where one did."""

    def beside(
        self, doubtful: Sequence[int], rows: Sequence[Row], places: Sequence[int]
    ) -> tuple[TableGiven, TableRows] | None:
        """The rows without the doubtful ones, and beside them these, with their places; None: no form holds both."""

    def naming(self, key: str, texts: Sequence[str], absent: bool) -> Iterable[int]:
        """The places of rows that have one of these in SUBJECT or STRATUM, or nothing (`absent`)."""

    def repeated(self, columns: Sequence[str]) -> Iterable[int]:
        """The places of rows that have the same in these columns as another row; more may be told."""


class ScannedTable:
    """One scan, read when it is made: `run` adds up its rows, and is None where refusals stop the run.

    `reader`: that of the table, for the rows in doubt. Raises NotScannable, and errors of the engine where rows are not
    what their sample promised.
    """

    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, scan: Scan, reader: RowReader, known: KnownSubjects,
        leave_out: bool,
    ) -> None:
        self.plan = plan
        self.prepared = prepared
        self.scan = scan
        self.schema = schema = scan.schema
        self._keys = tuple(column.name for column in schema.columns if column.key)
        self._once = columns_seen_once(schema)
        self._alone = dict.fromkeys((*self._keys, *self._once))
        self.reader = reader
        self.known = known
        self.beside = 0
        """Lines that are no observations: blank ones, totals, footnotes, headers that come again."""
        self.run = self._read(leave_out)

    @property
    def observed(self) -> Iterable[tuple[str, str | None]]:
        return [] if self.run is None else groups_seen(self.run)

    def accounted(self, ledger: Ledger) -> Ledger:
        rows = self.scan.size - self.beside
        return replace(ledger, read=rows, scored=rows - ledger.refused)

    def _read(self, leave_out: bool) -> TableRun | None:
        try:
            run = self._added_up()
        except EngineFailed:
            run = self._added_up(guarded=True)
        doubtful = self._in_doubt(run)
        if not doubtful:
            return run
        accepted, places = self._read_again(doubtful)
        account = self.reader.account
        if account.read > account.scored and not leave_out:
            return None
        joined = self.scan.beside(doubtful, accepted, places)
        if joined is None:
            raise NotScannable
        return TableRun(self.plan, self.prepared, self.schema, *joined)

    def _added_up(self, guarded: bool = False) -> TableRun:
        given, rows, unsure = self.scan.as_written(guarded)
        return TableRun(self.plan, self.prepared, self.schema, given, rows, unsure)

    # ------------------------------------------------------------ rows in doubt

    def _in_doubt(self, run: TableRun) -> list[int]:
        """The places of the rows that are not surely right, ascending."""
        places = set(run.faulty.get(DOUBT, ()))
        for key, place, name in ((SUBJECT, 0, self.schema.subject), (STRATUM, 1, self.schema.stratum)):
            if name is not None:
                found = set((run.summed.subjects, run.summed.strata)[place])
                texts = sorted(str(text) for text in found if text is not None)
                strange = [text for text in texts if not is_plain(self.reader, self.known, name, text)]
                if strange or None in found:
                    places.update(self.scan.naming(key, strange, None in found))
        for columns in filter(None, (self._keys, self._once)):
            places.update(self.scan.repeated(columns))
        return sorted(places)

    def _read_again(self, doubtful: Sequence[int]) -> tuple[list[Row], list[int]]:
        """The rows that the reader accepts, and their places. What stands beside observations is listed by it."""
        rows: list[Row] = []
        places: list[int] = []
        sorting = Sorting(self.reader, self.scan.layout)
        read: dict[int, int] = {}  # by number in its file, the place
        for place, record, following in _with_next(doubtful, self.scan.records(doubtful), self.scan.size):
            if record.number in read:  # of another file
                self._taken(sorting, read, rows, places)
            read[record.number] = place
            self._sees_keys(record)
            sorting.take(record)
            if following:
                sorting.settle()
        sorting.end()
        self._taken(sorting, read, rows, places)
        refuse_mixed_percents(self.reader)
        self.beside = len(doubtful) - self.reader.account.read
        return rows, places

    def _taken(self, sorting: Sorting, read: dict[int, int], rows: list[Row], places: list[int]) -> None:
        for row in sorting.rows():
            rows.append(row)
            places.append(read[row.number])
        read.clear()

    def _sees_keys(self, record: Record) -> None:
        """A key that was mended may be that of a row that is not in doubt."""
        for name in self._alone:
            reader = self.reader.by_name[name]
            text = text_of_cell(record.cells[self.scan.layout.places[self.reader.places[name]]])
            if reader.column.type == "choice" or (text and _WRITTEN_PLAINLY[reader.column.type].fullmatch(text)):
                continue
            try:
                value, _ = reader.read(text)
            except CellRefused:
                continue
            if value is not None:
                raise NotScannable


_WRITTEN_PLAINLY: Mapping[str, re.Pattern[str]] = {
    "text": re.compile(PLAIN_TEXT), "date": re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), "time": re.compile("[0-9:]{5}"),
    "yes/no": re.compile("yes|no|是|否"), **dict.fromkeys(NUMBERS, re.compile("-?[0-9]{1,9}")),
}
"""By type of a column, cells that every engine reads without doubt."""


def _with_next(
    places: Sequence[int], records: Iterator[Record], size: int
) -> Iterator[tuple[int, Record, bool]]:
    """Each record, and whether an observation that is not in doubt stands behind it."""
    for at, (place, record) in enumerate(zip(places, records, strict=True)):
        after = places[at + 1] if at + 1 < len(places) else size
        yield place, record, after > place + 1


def is_plain(reader: RowReader, known: KnownSubjects, name: str, text: str) -> bool:
    """Whether this text in the column of subjects or scenarios is what it says, and a subject that is known."""
    column = reader.by_name[name]
    try:
        value, mended = column.read(text)
    except CellRefused:
        return False
    is_known = name != reader.table.subject or known.refusal_of(value, column.private) is None
    return value == text and mended is None and is_known and not is_total(text)


def refuse_mixed_percents(reader: RowReader) -> None:
    """Whether a column is written in more than one way is told from all of its cells. Raises NotScannable."""
    for column in reader.table.columns:
        kinds = reader.percents.columns.get(column.name)
        bare = column.percent_written in ("87.5", "0.875")
        if kinds is not None and (kinds["sign"] if bare else kinds["over"] and kinds["under"]):
            raise NotScannable


def rows_at(scan: Scan, reader: RowReader, places: Sequence[int]) -> Sequence[Row]:
    """Rows that were accepted, read as a reader reads them; they are not accounted for again."""
    read: list[Row] = []
    for record in scan.records(places):
        cells = [record.cells[at] for at in scan.layout.places]
        values = {one.name: one.read(cell)[0] for one, cell in zip(reader.columns, cells, strict=True)}
        texts = {one.name: str(cell) for one, cell in zip(reader.columns, cells, strict=True)}
        read.append(Row(record.number, record.line, texts, values))
    return read


def scenarios_by_name(schema: TableSchema) -> dict[object, Stratum]:
    column = next((column for column in schema.columns if column.name == schema.stratum), None)
    return {None: None} if column is None else {member.name: member.name for member in column.members}


def choices(schema: TableSchema) -> Iterator[tuple[str, ColumnSchema]]:
    """SUBJECT and STRATUM with their columns, where these are choices."""
    for key, name in ((SUBJECT, schema.subject), (STRATUM, schema.stratum)):
        column = next((column for column in schema.columns if column.name == name), None)
        if column is not None and column.type == "choice":
            yield key, column


def by_name(found: Iterable[object]) -> Mapping[object, Subject]:
    """Subjects in the order of their names: that of their rows depends on how files were cut."""
    return {name: name for name in sorted(map(str, found))}
