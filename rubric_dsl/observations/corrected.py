"""Corrections put on top of observations: every cell found, its old value compared, its row judged anew.

The files stay as they are, and so do their ledgers. A row is judged by all rules of the rubric after its correction, as
if it had been observed so; what would then be refused is refused, with the correction that did it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import BLANKS, CellRefused
from rubric_dsl.observations.columns import ColumnReader
from rubric_dsl.observations.corrections import Correction, Corrections
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import PRIVATE, Cell, CorrectedCell, Observations, Refusal, Row, TableData
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.presence import Finding
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.rules import PlanRules
from rubric_dsl.observations.subjects import KnownSubjects, refuse_unobserved
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema
from rubric_dsl.text.record import dataclass

NO_SUCH_TABLE = "D300"
NO_SUCH_ROW = "D301"
NO_SUCH_COLUMN = "D302"
OLD_DIFFERS = "D303"
CORRECTED_TWICE = "D305"
ROW_REFUSED = "D306"
NOTHING_CHANGES = "D307"

BY_NUMBER = re.compile(r"(?:row|#|第)?\s*([0-9]{1,12})\s*(?:行)?", re.IGNORECASE)
LISTED = 12


@dataclass(frozen=True, slots=True)
class Placed:
    """A correction with the row and column it is about."""

    entry: Correction
    schema: TableSchema
    row: Row
    column: ColumnSchema

    @property
    def cell(self) -> tuple[str, tuple[str, int], str]:
        return self.schema.name, self.row.place, self.column.name


@dataclass(frozen=True, slots=True)
class Because:
    """Why a corrected row is refused, in the words of that refusal."""

    refusal: Refusal

    def shown(self, lang: str) -> str:
        column = f"{self.refusal.column}: " if self.refusal.column else ""
        return column + message(self.refusal, lang)


class Correcting:
    """Finds and applies the corrections of one file to the observations of one plan."""

    def __init__(self, plan: ScoringPlan, observations: Observations, corrections: Corrections) -> None:
        self._plan = plan
        self._observations = observations
        self._account = Account("corrections", corrections.file, corrections.sha256)
        self._tables = {name: table for table in plan.tables for name in (table.label, table.name) if name}
        self._readers: dict[tuple[str, str], ColumnReader] = {}
        self._taken: dict[tuple[str, tuple[str, int], str], int] = {}
        self.placed = tuple(filter(None, map(self._place, corrections.entries)))
        """All that could be found, accepted and rejected."""
        self.refusals: tuple[Refusal, ...] = self._account.ledger(False).refusals

    # ------------------------------------------------------------ finding

    def _place(self, entry: Correction) -> Placed | None:
        schema = self._schema(entry)
        if schema is None:
            return None
        column = self._column(entry, schema)
        row = self._row(entry, schema)
        if column is None or row is None:
            return None
        placed = Placed(entry, schema, row, column)
        return placed if self._fits(placed) else None

    def _refuse(self, entry: Correction, column: str, value: str, code: str, facts: Mapping[str, object]) -> None:
        self._account.refuse(entry.row, entry.line, column, value, code, facts)

    def _schema(self, entry: Correction) -> TableSchema | None:
        if not entry.table and len(self._plan.tables) == 1:
            return self._plan.tables[0]
        schema = self._tables.get(entry.table)
        if schema is None:
            near = nearest(entry.table, self._tables)
            help = {"help": "near", "near": near} if near else {"help": "tables", "tables": listing(self._tables)}
            self._refuse(entry, "table", entry.table, NO_SUCH_TABLE, help)
        return schema

    def _column(self, entry: Correction, schema: TableSchema) -> ColumnSchema | None:
        names = {name: column for column in schema.columns for name in (column.label, column.name) if name}
        column = names.get(entry.column)
        if column is None:
            near = nearest(entry.column, names)
            help = {"help": "near", "near": near} if near else {"help": "columns", "columns": listing(names)}
            self._refuse(entry, "column", entry.column, NO_SUCH_COLUMN, {"table": schema.name, **help})
        return column

    def _row(self, entry: Correction, schema: TableSchema) -> Row | None:
        keys = self._keys[schema.name]
        row = keys.get(_key(entry.key))
        if row is None:
            numbered = self._numbered(entry.key, schema)
            if len(numbered) > 1:
                several = listing(f"{one.file}:{one.number}" for one in numbered)
                facts: dict[str, object] = {"help": "files", "rows": several}
                self._refuse(entry, "row key", entry.key, NO_SUCH_ROW, {"table": schema.name, **facts})
                return None
            row = next(iter(numbered), None)
        if row is None:
            private = any(column.key and column.private for column in schema.columns)
            near = None if private else nearest(entry.key, keys)
            facts = {"help": "near", "near": near} if near else {"help": "how" if keys else "number"}
            self._refuse(entry, "row key", entry.key, NO_SUCH_ROW, {"table": schema.name, **facts})
        return row

    @cached_property
    def _keys(self) -> dict[str, dict[str, Row]]:
        """By table the rows by the text of their key; no rows in a table without one."""
        found: dict[str, dict[str, Row]] = {}
        for schema in self._plan.tables:
            names = [column.name for column in schema.columns if column.key]
            data = self._observations.tables.get(schema.name)
            rows = data.rows if names and data is not None else ()
            found[schema.name] = {_key("|".join(row.cells[name] for name in names)): row for row in rows}
        return found

    def _numbered(self, text: str, schema: TableSchema) -> list[Row]:
        """The rows of this number: `row 30`, or `FILE:30` of a table from several files."""
        file, mark, last = text.rpartition(":")
        number = BY_NUMBER.fullmatch(last if mark else text)
        rows = [] if number is None else self._numbers[schema.name].get(int(number[1]), [])
        return [row for row in rows if not mark or file.strip(BLANKS) in (row.file, PurePath(row.file).name)]

    @cached_property
    def _numbers(self) -> dict[str, dict[int, list[Row]]]:
        found: dict[str, dict[int, list[Row]]] = {}
        for name, data in self._observations.tables.items():
            own: dict[int, list[Row]] = {}
            found[name] = own
            for row in data.rows:
                own.setdefault(row.number, []).append(row)
        return found

    def _fits(self, placed: Placed) -> bool:
        """Whether the old value is what was observed, the new one another, and no other correction speaks of it."""
        entry, reader = placed.entry, self._reader(placed)
        before = placed.row.cells.get(placed.column.name, "")
        if not _same(reader, entry.old, before, placed.row.values[placed.column.name]):
            facts = {"found": reader.shown(before), "help": "blank" if not before.strip(BLANKS) else None}
            self._refuse(entry, "old", reader.shown(entry.old), OLD_DIFFERS, facts)
            return False
        if entry.new == entry.old:
            self._refuse(entry, "new", reader.shown(entry.new), NOTHING_CHANGES, {})
            return False
        if entry.accepted:
            first = self._taken.setdefault(placed.cell, entry.row)
            if first != entry.row:
                self._refuse(entry, "column", entry.column, CORRECTED_TWICE, {"first": first})
                return False
        return True

    def _reader(self, placed: Placed) -> ColumnReader:
        key = (placed.schema.name, placed.column.name)
        if key not in self._readers:
            self._readers[key] = ColumnReader(placed.column)
        return self._readers[key]

    # ------------------------------------------------------------ applying

    def accepted(self) -> tuple[Placed, ...]:
        return tuple(placed for placed in self.placed if placed.entry.accepted)

    def applied(self, chosen: Sequence[Placed]) -> tuple[Observations, tuple[Refusal, ...]]:
        """The observations with these corrections on top, and why that cannot be, if it cannot."""
        rules = PlanRules(self._plan)
        account = Account("corrections", self._account.file, "")
        tables: dict[str, TableData] = {}
        judged_whole = False
        for name, data in self._observations.tables.items():
            own = [placed for placed in chosen if placed.schema.name == name]
            if not own:
                tables[name] = data
                continue
            table = _Table(own[0].schema, rules, self._known, account)
            judged_whole |= table.judges_whole(own)
            tables[name] = TableData(name, tuple(table.rows(data.rows, own)), data.ledger)
        cells = tuple(CorrectedCell(*placed.cell, placed.row.cells[placed.column.name]) for placed in chosen)
        if judged_whole and account.clean:
            accounts = {table.name: account for table in self._plan.tables}
            refuse_unobserved(self._plan, {name: data.rows for name, data in tables.items()}, accounts)
        refusals = tuple(_because(refusal, chosen) for refusal in account.ledger(False).refusals)
        return Observations(tables, cells), refusals

    @cached_property
    def _known(self) -> KnownSubjects:
        if self._plan.subjects is not None or self._plan.register_table is None:
            return KnownSubjects(self._plan.subjects)
        register = next(table for table in self._plan.tables if table.name == self._plan.register_table)
        data = self._observations.tables.get(register.name)
        return KnownSubjects(str(row.values[register.subject]) for row in (data.rows if data is not None else ()))


class _Table:
    """One table, with the rows that are corrected read anew."""

    def __init__(self, schema: TableSchema, rules: PlanRules, known: KnownSubjects, account: Account) -> None:
        free = KnownSubjects(None)  # the register names the subjects itself
        register = schema.folding == "one row each"
        self.reader = RowReader(schema, rules.of(schema), free if register else known, account)
        self.schema = schema

    def judges_whole(self, own: Iterable[Placed]) -> bool:
        """Whether a correction may make rows clash, or leave a subject without some."""
        telling = {self.schema.subject, self.schema.stratum, self.schema.period}
        return any(placed.column.key or placed.column.name in telling for placed in own)

    def rows(self, rows: Sequence[Row], own: Sequence[Placed]) -> Iterable[Row]:
        new: dict[tuple[str, int], dict[str, str]] = {}
        for placed in own:
            new.setdefault(placed.row.place, {})[placed.column.name] = placed.entry.new
        whole = self.judges_whole(own)
        for row in rows:
            changed = new.get(row.place)
            if changed is None:
                if whole:
                    self.reader.judged(row.number, row.line, row.cells, dict(row.values), set(), [])
                yield row
                continue
            made = self._made(row, changed)
            if made is not None:
                yield made

    def _made(self, row: Row, changed: Mapping[str, str]) -> Row | None:
        cells, values = {**row.cells, **changed}, dict(row.values)
        found: list[Finding] = []
        bad: set[str] = set()
        for column, text in changed.items():
            try:
                values[column], _ = self.reader.by_name[column].read(text)
            except CellRefused as refused:
                values[column] = None
                found.append(Finding(column, refused.code, refused.facts))
                bad.add(column)
        made = self.reader.judged(row.number, row.line, cells, values, bad, found)
        return None if made is None else replace(made, file=row.file)


def shown_value(placed: Placed, text: str) -> str:
    """The old or new value as it may be shown."""
    return PRIVATE if placed.column.private else text


def shown_key(placed: Placed) -> str:
    """The row as people name it: by its key, unless that is private or there is none."""
    keys = [column for column in placed.schema.columns if column.key]
    if not keys or any(column.private for column in keys):
        return f"{placed.row.file}:{placed.row.number}" if placed.row.file else f"#{placed.row.number}"
    return " | ".join(placed.row.cells[column.name].strip(BLANKS) for column in keys)


def _key(text: str) -> str:
    return "|".join(part.strip(BLANKS) for part in text.split("|"))


def _same(reader: ColumnReader, old: str, cell: str, value: Cell) -> bool:
    """Whether the old value is the cell as written, or reads as the same value."""
    if old == cell.strip(BLANKS):
        return True
    try:
        return bool(old) and value is not None and reader.read(old)[0] == value
    except CellRefused:
        return False


def _because(refusal: Refusal, chosen: Sequence[Placed]) -> Refusal:
    """The refusal of an observed row as one of the correction that made it so."""
    own = [placed for placed in chosen if placed.row.number == refusal.row]
    exact = [placed for placed in own if placed.column.name == refusal.column]
    placed = (exact or own or list(chosen))[0]
    value = shown_value(placed, placed.entry.new)
    facts = {"because": Because(refusal), "row": placed.row.number}
    if refusal.row == codes.WHOLE_TABLE or not own:
        facts["row"] = refusal.row
    return Refusal(refusal.file, placed.entry.row, placed.column.name, value, ROW_REFUSED, facts, placed.entry.line)
