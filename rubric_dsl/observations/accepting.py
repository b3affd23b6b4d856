"""From the records of a table to its accepted rows: where the header is, and which records are observations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rubric_dsl.observations import codes
from rubric_dsl.observations.beside_rows import BesideRows
from rubric_dsl.observations.headers import LOOKED_AT, Header, HeaderNames, Layout, header_of, layout_under, texts_of
from rubric_dsl.observations.ledger import Account, column_letters
from rubric_dsl.observations.model import PRIVATE, Row
from rubric_dsl.observations.raw import FileRefused, Raw, RawTable, Record, is_blank, text_of_cell
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.plan.model import TableSchema

BATCH = 1_000
"""Observations that are read together, column by column."""
MOST_SHOWN = 200
"""Characters of a line left aside that are listed."""


def located(opened: RawTable, table: TableSchema, account: Account) -> tuple[Layout, Iterator[Record]] | None:
    """Where the columns stand, and the records under the header; None where it was refused. Lines above the header are
    left aside and listed. Raises FileRefused."""
    account.sheet = opened.sheet
    if opened.sha256:
        account.sha256 = opened.sha256
    for note in opened.notes:
        account.repair(codes.WHOLE_TABLE, "", note.before, note.after, note.code)
    first, following = _first_filled(opened.records)
    names = HeaderNames(table)
    header = header_of(first, names, len(table.columns))
    if header is None:
        row = first[0].number if first else codes.WHOLE_TABLE
        raise FileRefused(codes.NO_HEADER, {"help": "blank" if first else "empty"}, row)
    above = [record for record in first[: header.above] if record.number != header.record.number]
    is_double = header.texts != tuple(text_of_cell(cell) for cell in header.record.cells) and header.above > 1
    for record in above[:-1] if is_double else above:
        if any(not is_blank(cell) for cell in record.cells):
            account.repair(record.number, "", line_text(record), "", codes.TITLE_LEFT_ASIDE)
    layout = layout_under(header, table, names, account)
    if layout is None:
        return None
    for place, column in zip(layout.places, table.columns, strict=True):
        if place in opened.hidden:
            account.repair(header.record.number, column.name, column_letters(place), "", codes.HIDDEN_COLUMN_READ)
    if opened.form and header.above < len(first) and _says_the_same(first[header.above], layout, table, names):
        header = Header(header.record, header.texts, header.above + 1)  # a form has labels above names
    return layout, itertools.chain(first[header.above :], following)


def _says_the_same(record: Record, layout: Layout, table: TableSchema, names: HeaderNames) -> bool:
    """Whether a record names the columns that the header names."""
    texts = texts_of(record)
    return all(
        place < len(texts) and (meant := names.meant(texts[place])) is not None and meant.column == column.name
        for place, column in zip(layout.places, table.columns, strict=True)
    )


def _first_filled(records: Iterator[Record]) -> tuple[list[Record], Iterator[Record]]:
    """Records up to the 30th with anything in it, and those that follow."""
    found: list[Record] = []
    filled = 0
    try:
        for record in records:
            found.append(record)
            filled += any(not is_blank(cell) for cell in record.cells)
            if filled == LOOKED_AT or len(found) > 40 * LOOKED_AT:
                break
    except FileRefused as refused:
        if not found:
            raise
        return found, _raising(refused)
    return found, records


def _raising(refused: FileRefused) -> Iterator[Record]:
    """What is refused is said once the records before it are read."""
    raise refused
    yield


def line_text(record: Record) -> str:
    """What stands in a record, for the ledger."""
    return "  ".join(text for cell in record.cells if (text := text_of_cell(cell)))[:MOST_SHOWN]


def accepted(reader: RowReader, layout: Layout, records: Iterator[Record]) -> Iterator[Row]:
    """The accepted rows. Lines of blanks are skipped, at the end silently, between rows with a note; what stands beside
    the observations (totals, footnotes, repeated headers) is listed and never scored."""
    sorting = Sorting(reader, layout)
    try:
        for record in records:
            sorting.take(record)
            if len(sorting.ready) >= BATCH:
                yield from sorting.rows()
    except FileRefused:
        yield from sorting.rows()
        raise
    yield from sorting.rows()
    sorting.end()


class Sorting:
    """Decides record by record; blank lines and footnotes wait for what follows them, observations until there are
    enough of them to be read column by column."""

    def __init__(self, reader: RowReader, layout: Layout) -> None:
        self._reader = reader
        self._layout = layout
        self._beside = BesideRows(reader.table, layout)
        self._blank: list[Record] = []
        self._footnotes: list[Record] = []
        self._private = any(column.private for column in reader.table.columns)
        self._first = layout.places[0]
        self.ready: list[Record] = []
        """Observations that are not read yet."""
        self._rows: list[Row] = []

    def rows(self) -> list[Row]:
        """The accepted rows since the last time."""
        self._read()
        rows, self._rows = self._rows, []
        return rows

    def _read(self) -> None:
        """Reads what is ready: before anything else goes to the account, which is in the order of the file."""
        if self.ready:
            self._rows.extend(self._reader.rows(self.ready))
            self.ready.clear()

    def take(self, record: Record) -> None:
        cells = record.cells
        first = cells[self._first] if len(cells) > self._first else ""
        if is_blank(first) and all(map(is_blank, cells)):
            self._blank.append(record)
            return
        if self._beside.may_be_beside(text_of_cell(first)):
            if self._beside.is_footnote(record):
                self._footnotes.append(record)
                return
            if self._is_beside(record):
                return
        if self._blank or self._footnotes:
            self.settle()
        self._observation(record)

    def end(self) -> None:
        """What waits at the end: footnotes are listed, blank lines are no more than the end of the sheet."""
        for record in self._footnotes:
            self._list(record, codes.FOOTNOTE_LEFT_ASIDE)

    def settle(self) -> None:
        """An observation follows: blank lines are listed, and what looked like a footnote stands among the rows."""
        self._read()
        for record in self._blank:
            self._reader.account.repair(record.number, "", "", "", codes.BLANK_LINE_SKIPPED)
        self._blank.clear()
        waiting, self._footnotes = self._footnotes, []
        for record in waiting:
            self._observation(record)

    def _is_beside(self, record: Record) -> bool:
        if self._beside.is_header_again(record):
            self._list(record, codes.HEADER_AGAIN)
            return True
        if not self._beside.says_total(record):
            return False
        if self._beside.is_complete(record):
            self._refuse(record, codes.TOTAL_OR_OBSERVATION)
        else:
            self._list(record, codes.TOTAL_LEFT_ASIDE)
        return True

    def _list(self, record: Record, code: str) -> None:
        """Of a table with private columns without the cells, any of which may be private."""
        self._read()
        text = PRIVATE if self._private and code == codes.TOTAL_LEFT_ASIDE else line_text(record)
        self._reader.account.repair(record.number, "", text, "", code)

    def _refuse(self, record: Record, code: str, **facts: object) -> None:
        self._read()
        self._reader.refuse_record(record.number, record.line, code, facts)

    def _observation(self, record: Record) -> None:
        layout = self._layout
        cells: list[Raw] = record.cells
        if record.hidden:
            self._refuse(record, codes.HIDDEN_ROW)
            return
        if len(cells) != layout.width:
            if not self._reader.account.sheet:
                more = len(cells) > layout.width
                self._refuse(record, codes.WRONG_NUMBER_OF_CELLS, cells=len(cells), columns=layout.width,
                             help="more" if more else "fewer")
                return
            beyond = next((place for place in range(layout.width, len(cells)) if not is_blank(cells[place])), None)
            if beyond is not None:
                self._refuse(record, codes.VALUE_UNDER_NO_HEADER, place=beyond + 1)
                return
            cells = [*cells[: layout.width], *[""] * (layout.width - len(cells))]
        for place in layout.without_header:
            if not is_blank(cells[place]):
                self._refuse(record, codes.VALUE_UNDER_NO_HEADER, place=place + 1)
                return
        if layout.in_order:
            self.ready.append(record if cells is record.cells else Record(record.number, record.line, cells))
        else:
            self.ready.append(Record(record.number, record.line, [cells[place] for place in layout.places]))
