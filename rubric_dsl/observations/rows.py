"""From raw cells to accepted rows, prepared once a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from operator import itemgetter
from typing import Any

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.columns import MOST_REMEMBERED, ColumnReader, Mended
from rubric_dsl.observations.facts import PlaceInFile, listing
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Cell, Row
from rubric_dsl.observations.percent_forms import PercentForms
from rubric_dsl.observations.presence import Finding, RowRules
from rubric_dsl.observations.raw import Raw, Record
from rubric_dsl.observations.subjects import KnownSubjects
from rubric_dsl.observations.written_forms import WrittenForms
from rubric_dsl.plan.model import TableSchema

_UNREAD: Any = object()
"""What a column that has not read a cell yet gives for it."""

_MANY = 20
"""Cells of a column that are worth being read at once."""

MOST_SHOWN = 200
"""Characters of a cell that are kept to be shown beside a refusal."""

_TELLS = ("near", "instead", "character", "word", "date", "stored", "error", "short", "long", "read")
"""Facts that would tell the value of a private cell."""


class RawCells(Mapping[str, str]):
    """Cells of a record by column: the record's own list behind the table's index, since few are ever read."""

    __slots__ = ("_cells", "_places")

    def __init__(self, places: Mapping[str, int], cells: Sequence[Raw]) -> None:
        self._places = places
        self._cells = cells

    def __getitem__(self, column: str) -> str:
        return str(self._cells[self._places[column]])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class RowReader:
    """Reads the records of one table: cells, presence, rules, keys, subjects. What it refuses goes to the account."""

    def __init__(
        self, table: TableSchema, rules: RowRules, known: KnownSubjects, account: Account,
        forms: Sequence[WrittenForms | None] | None = None, bounds: Mapping[str, Sequence[Fraction]] | None = None,
    ) -> None:
        """`forms`: by column, what the file says of how its cells are written; `bounds`: what the rubric compares a
        column with."""
        self.table = table
        self.columns = tuple(
            ColumnReader(column, form, (bounds or {}).get(column.name, ()))
            for column, form in zip(table.columns, forms or [None] * len(table.columns), strict=True)
        )
        self._names = tuple(column.name for column in table.columns)
        self.percents = PercentForms(table)
        self.by_name = {reader.name: reader for reader in self.columns}
        self.places = {column.name: place for place, column in enumerate(table.columns)}
        self.account = account
        self._rules = rules
        self._known = known
        self._keys = tuple(column.name for column in table.columns if column.key)
        self._seen: dict[tuple[Cell, ...], int | PlaceInFile] = {}
        self._once = columns_seen_once(table)
        self._taken: dict[tuple[Cell, ...], int | PlaceInFile] = {}
        self.named: dict[Cell, None] = {}
        """Every subject that stands in some row, refused or not."""
        self.all_named = True
        """Whether no row's subject was unreadable."""
        self.of_several = False
        """Whether the table is read from several files, of which `account` knows the one that is read."""

    def follow(self, before: RowReader) -> None:
        """Goes on where the reader of another file of the table ended: what holds for all rows holds across files."""
        self.of_several = True
        self._seen, self._taken, self.named = before._seen, before._taken, before.named
        self.all_named = before.all_named

    def _here(self, number: int) -> int | PlaceInFile:
        return PlaceInFile(number, self.account.file) if self.of_several else number

    def anew(self, account: Account) -> RowReader:
        """A reader of the same table that has read nothing yet."""
        return RowReader(self.table, self._rules, self._known, account)

    def row(self, number: int, line: int, cells: Sequence[Raw]) -> Row | None:
        """The row of these raw cells, in the order of the table's columns; None where it is refused."""
        return next(self.rows([Record(number, line, list(cells))]), None)

    def rows(self, records: Sequence[Record]) -> Iterator[Row]:
        """The accepted rows of some records, whose cells stand in the order of the table's columns."""
        read: list[Sequence[Cell]] = []
        found: dict[int, list[Finding]] = {}
        mended: list[tuple[int, int, str, Mended]] = []
        by_column = zip(*(record.cells for record in records), strict=True)
        for place, (reader, raws) in enumerate(zip(self.columns, by_column, strict=True)):
            known, each_is_seen = reader.known, reader.name in self.percents.columns
            values = list(map(known.get, raws, repeat(_UNREAD)))
            unread = [at for at, value in enumerate(values) if value is _UNREAD]
            if len(unread) >= _MANY and _read_at_once(reader, raws, values, unread):
                unread = []
            for at in unread:
                raw = raws[at]
                if raw in known and not each_is_seen:  # since an earlier row of these
                    values[at] = known[raw]
                    continue
                if reader.quick is not None and type(raw) is str:
                    value = reader.quick(raw)
                    if value is not None:
                        values[at] = value
                        if len(known) < MOST_REMEMBERED:
                            known[raw] = value
                        continue
                values[at] = self._read(reader, records[at].number, raw, at, place, found, mended)
            read.append(values)
        if mended:
            for at, _, name, (code, before, after) in sorted(mended, key=itemgetter(0, 1)):
                reader = self.by_name[name]
                self.account.repair(records[at].number, name, reader.shown(before), reader.shown(after), code)
        for at, cells in enumerate(zip(*read, strict=True)):
            record = records[at]
            wrong = found.get(at, [])
            bad = {finding.column for finding in wrong if finding.column is not None}
            row = self.judged(
                record.number, record.line, RawCells(self.places, record.cells),
                dict(zip(self._names, cells, strict=True)), bad, wrong,
            )
            if row is not None:
                yield row

    def _read(
        self, reader: ColumnReader, number: int, raw: Raw, at: int, place: int, found: dict[int, list[Finding]],
        mended: list[tuple[int, int, str, Mended]],
    ) -> Cell:
        """The value of one cell; what is wrong with it, and what it took, join the others."""
        if reader.name in self.percents.columns:
            self.percents.saw(reader.name, number, raw)
        try:
            value, repair = reader.read(raw)
        except CellRefused as refused:
            found.setdefault(at, []).append(Finding(reader.name, refused.code, refused.facts))
            return None
        if repair is not None:
            mended.append((at, place, reader.name, repair))
        return value

    def judged(
        self,
        number: int,
        line: int,
        cells: Mapping[str, str],
        values: dict[str, Cell],
        bad: set[str],
        found: list[Finding],
    ) -> Row | None:
        """The row of these typed values if nothing was and is found wrong with it. `bad`: columns without a verdict."""
        self.account.read += 1
        found.extend(self._rules.findings(values, cells, bad))
        subject = self.table.subject
        repeated = self._repeated_key(number, values, bad)
        if repeated is not None:
            found.append(repeated)
        if subject in bad:
            self.all_named = False
        else:
            self.named[values[subject]] = None
            stranger = self._known.refusal_of(values[subject], self.by_name[subject].private)
            if stranger is not None:
                found.append(Finding(subject, codes.UNKNOWN_SUBJECT, stranger))
        if not found:
            second = self._second_row(number, values, bad)
            if second is not None:
                found.append(second)
        if found:
            self._refuse(number, line, cells, found)
            return None
        self.account.scored += 1
        return Row(number, line, cells, values, self.account.file if self.of_several else "")

    def refuse_record(self, number: int, line: int, code: str, facts: Mapping[str, object]) -> None:
        """Refuse a record as a whole, whose cells cannot be told apart."""
        self.all_named = False
        self.account.read += 1
        self.account.refuse(number, line, None, None, code, facts)

    def _refuse(self, number: int, line: int, cells: Mapping[str, str], found: list[Finding]) -> None:
        found.sort(key=lambda finding: -1 if finding.column is None else self.places[finding.column])
        for finding in found:
            value, facts = None, finding.facts
            if finding.column is not None:
                reader = self.by_name[finding.column]
                value = reader.shown(cells[finding.column])
                if reader.private and any(tell in facts for tell in _TELLS):
                    facts = {key: fact for key, fact in facts.items() if key not in (*_TELLS, "help")}
            self.account.refuse(
                number, line, finding.column, value, finding.code, facts,
                self._around(finding.column, cells) if self.account.shows_more else (),
            )

    def _around(self, column: str | None, cells: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The cells by which a row is known (keys, subject, scenario), the refused one and its neighbours."""
        near = {self.table.subject, self.table.stratum, self.table.period, *self._keys}
        if column is not None:
            place = self.places[column]
            near.update(reader.name for reader in self.columns[max(place - 1, 0) : place + 2])
        return tuple(
            (reader.name, reader.shown(cells[reader.name][:MOST_SHOWN]))
            for reader in self.columns if reader.name in near
        )

    def _repeated_key(self, number: int, values: Mapping[str, Cell], bad: set[str]) -> Finding | None:
        """A second row of the same key, also where the first was refused for something else."""
        if not self._keys or not bad.isdisjoint(self._keys):
            return None
        first = self._seen.setdefault(tuple(values[name] for name in self._keys), here := self._here(number))
        if first == here:
            return None
        return Finding(self._keys[0], codes.KEY_REPEATED, {"first": first, "columns": listing(self._keys)})

    def _second_row(self, number: int, values: Mapping[str, Cell], bad: set[str]) -> Finding | None:
        """A second accepted row of a subject (and scenario) that has exactly one."""
        if not self._once or not bad.isdisjoint(self._once):
            return None
        first = self._taken.setdefault(tuple(values[name] for name in self._once), here := self._here(number))
        if first == here:
            return None
        return Finding(self._once[-1], codes.SECOND_ROW, {"first": first, "columns": listing(self._once)})


def _read_at_once(reader: ColumnReader, raws: Sequence[Raw], values: list[Any], unread: Sequence[int]) -> bool:
    """Puts the values of the cells that are not read yet, if all are written as most are."""
    texts = [raw for at in unread if type(raw := raws[at]) is str]
    if reader.quick_all is None or len(texts) < len(unread):
        return False
    made = reader.quick_all(texts)
    if made is None:
        return False
    for at, value in zip(unread, made, strict=True):
        values[at] = value
    if len(reader.known) < MOST_REMEMBERED:
        reader.known.update(zip(texts, made, strict=True))
    return True


def columns_seen_once(table: TableSchema) -> tuple[str, ...]:
    """The columns whose values together stand in one row only."""
    period = () if table.period is None else (table.period,)
    if table.folding == "one row each":
        return (*period, table.subject)
    if table.one_row_each and table.stratum is not None:
        return (*period, table.subject, table.stratum)
    return ()
