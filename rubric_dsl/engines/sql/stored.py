"""The rows of a table where they lie, as a database sees them: what is added up, and what is read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

from sqlglot import exp

from rubric_dsl.engines.lowering.cells import cells_of
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.forms import Lowered, Number
from rubric_dsl.engines.lowering.held import HeldTable
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT
from rubric_dsl.engines.lowering.reading import Kind, Reading, reading
from rubric_dsl.engines.lowering.scanned import by_name, choices, rows_at, scenarios_by_name
from rubric_dsl.engines.lowering.unified import unified
from rubric_dsl.engines.sql.database import Database
from rubric_dsl.engines.sql.dialects import Type, integer_type
from rubric_dsl.engines.sql.rows import SqlRows
from rubric_dsl.engines.sql.typed import Typed, matches, typed
from rubric_dsl.engines.sql.written import Read, Source, Sql, aliased, named
from rubric_dsl.observations.beside_rows import TOTALS, BesideRows
from rubric_dsl.observations.databases import raw_of
from rubric_dsl.observations.headers import Layout, layout_of
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Row
from rubric_dsl.observations.name_cells import spellings
from rubric_dsl.observations.raw import Record
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

PLACE = "place"
MOST_SAMPLED = 2_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A table of a database with the columns r0, r1, … in the order of `headers`, and PLACE, the number of the row from
    0. `unplaced`: the same rows, in any order and with PLACE 0, which costs less. `sizes`: rows by file."""

    placed: Source
    unplaced: Source
    headers: tuple[str, ...]
    kinds: tuple[Kind, ...]
    sizes: tuple[int, ...]
    name: str = ""
    """Of the table."""
    frame: object = None
    """What the database itself calls it."""


def scan_of(
    schema: TableSchema, database: Database, stored: Stored | None, reader: RowReader, account: Account
) -> StoredScan | None:
    """None where only the reader of observations can tell what there is; headers that are wrong are refused in the
    account."""
    if stored is None or schema.folding == "one row each":
        return None
    layout = layout_of(Record(1, 1, list(stored.headers)), schema, account)
    if layout is None or any(layout.units) or layout.without_header or len(set(stored.headers)) < len(stored.headers):
        return None
    columns = [named(f"r{place}") for place in layout.places]
    sample = database.raw(exp.select(*columns).from_(stored.unplaced.copy()).limit(MOST_SAMPLED))
    readings: dict[str, Reading] = {}
    for at, (place, column) in enumerate(zip(layout.places, schema.columns, strict=True)):
        kind = stored.kinds[place]
        seen = [_sampled(kind, row[at]) for row in sample if row[at] is not None]
        found = reading(column, kind, seen)
        if found is None or (column.name in (schema.subject, schema.stratum) and kind.name != "text"):
            return None
        readings[column.name] = found
    keys = {
        key: {row[schema.columns.index(column)] for row in sample} - {None} for key, column in choices(schema)
    }
    labelled = {
        key: others for key, column in choices(schema)
        if not keys[key].isdisjoint(
            others := {text: member for text, member in spellings(column).items() if text != member})
    }
    return StoredScan(schema, layout, database, stored, readings, labelled, reader)


def _sampled(kind: Kind, cell: object) -> object:
    return int(cell.scaleb(kind.places)) if kind.name == "decimal" else cell  # type: ignore[attr-defined]


class StoredScan:
    """`labelled`: of keys that are written by labels, what each text means."""

    def __init__(
        self, schema: TableSchema, layout: Layout, database: Database, stored: Stored, readings: Mapping[str, Reading],
        labelled: Mapping[str, Mapping[str, str]], reader: RowReader,
    ) -> None:
        self.schema = schema
        self.layout = layout
        self.database = database
        self.stored = stored
        self.labelled = labelled
        self.reader = reader
        self.cells: dict[str, Lowered] = {name: one.cell for name, one in readings.items()}
        self._typed: dict[str, Typed] = {
            name: typed(one, named(f"r{layout.places[place]}"), database.dialect)
            for place, (name, one) in enumerate(readings.items())
        }
        self._columns: dict[str, Read] = {ROW: Read(ROW, "long"), SUBJECT: Read(SUBJECT, "text")}
        if schema.stratum is not None:
            self._columns[STRATUM] = Read(STRATUM, "text")
        self._cells = {f"c.{name}": Read(f"c{place}", one.type) for place, (name, one) in enumerate(
            self._typed.items())}

    @property
    def size(self) -> int:
        return sum(self.stored.sizes)

    def records(self, places: Sequence[int]) -> Iterator[Record]:
        """Numbered in their own file."""
        wanted = self._held("number", "p", places)
        cells = [named(f"r{place}") for place in range(len(self.stored.headers))]
        query = exp.select(named(PLACE), *cells).from_(self.stored.placed.copy()).where(
            exp.In(this=named(PLACE), query=exp.select(named("p")).from_(wanted).subquery()))
        starts, file = [0, *accumulate(self.stored.sizes)], 0
        for place, *row in sorted(self.database.raw(query), key=lambda row: int(row[0])):  # type: ignore[call-overload]
            while place >= starts[file + 1]:  # type: ignore[operator]
                file += 1
            number = int(place) - starts[file] + 2  # type: ignore[call-overload]
            yield Record(number, number, list(map(raw_of, row)))

    # ------------------------------------------------------------ sources

    def as_written(self, guarded: bool = False) -> tuple[HeldTable, SqlRows, list[str]]:
        flags = self._flags(guarded)
        columns = self._columns | self._cells | {name: Read(f"u{place}", "yes/no") for place, name in enumerate(flags)}
        unsure = [aliased(flag.copy(), f"u{place}") for place, flag in enumerate(flags.values())]
        rows = SqlRows(
            self.database, self._source(self.stored.placed, unsure, guarded), columns,
            self._source(self.stored.unplaced, unsure, guarded))
        return self._given(self.cells), rows, list(flags)

    def _flags(self, guarded: bool) -> dict[str, Sql]:
        flags: dict[str, Sql] = {}
        for name, one in self._typed.items():
            reasons = [] if one.unsure is None else [one.unsure]
            if guarded and (within := self._within(name, one)) is not None:
                reasons.append(exp.Not(this=exp.Coalesce(this=within, expressions=[exp.true()])))
            if reasons and name not in (self.schema.subject, self.schema.stratum):
                flags[f"u.{name}"] = exp.or_(*reasons)
        return flags | self._totals()

    def _within(self, name: str, one: Typed) -> Sql | None:
        """Whether a number is what its form promises."""
        form = self.cells[name].form
        if not isinstance(form, Number):
            return None
        ends = (exp.Literal.number(str(form.low)), exp.Literal.number(str(form.high)))
        return exp.paren(exp.Between(this=exp.paren(one.value.copy()), low=ends[0], high=ends[1]))

    def _totals(self) -> dict[str, Sql]:
        """Where the first cell of a row may say that it is a total; members of choices never do."""
        choices = {
            place for place, column in zip(self.layout.places, self.schema.columns, strict=True)
            if column.type == "choice" or column.name in (self.schema.subject, self.schema.stratum)
        }
        first = BesideRows(self.schema, self.layout).first_needed
        found: dict[str, Sql] = {}
        for place, kind in enumerate(self.stored.kinds[:first + 1]):
            if kind.name == "text" and place not in choices:
                word = matches(exp.Lower(this=named(f"r{place}")), f"[ \u3000]*{TOTALS}[ \u3000:：]*",
                               self.database.dialect)
                found[f"u.{place} says total"] = exp.Coalesce(this=exp.paren(word), expressions=[exp.false()])
        return found

    def _source(self, table: Source, more: Sequence[Sql] = (), guarded: bool = False) -> exp.Subquery:
        values = []
        for place, (name, one) in enumerate(self._typed.items()):
            value = one.value.copy()
            if guarded and (within := self._within(name, one)) is not None:
                value = exp.Case(ifs=[exp.If(this=within, true=value)])
            values.append(aliased(value, f"c{place}"))
        query = exp.select(aliased(named(PLACE), ROW), *self._keys(), *values, *more, copy=False)
        return query.from_(table.copy(), copy=False).subquery("t", copy=False)

    def _keys(self) -> Iterator[Sql]:
        for key, name in ((SUBJECT, self.schema.subject), (STRATUM, self.schema.stratum)):
            if name is None:
                continue
            raw: Sql = named(f"r{self.layout.places[self.reader.places[name]]}")
            if key in self.labelled:
                texts = self.labelled[key]
                raw = exp.Case(
                    this=raw, default=raw.copy(), ifs=[
                        exp.If(this=exp.Literal.string(text), true=exp.Literal.string(member))
                        for text, member in texts.items()
                    ])
            yield aliased(raw, key)

    def _given(self, cells: Mapping[str, Lowered]) -> HeldTable:
        return HeldTable(
            (), cells, by_name, scenarios_by_name(self.schema), self.size, partial(rows_at, self, self.reader), {})

    def beside(
        self, doubtful: Sequence[int], rows: Sequence[Row], places: Sequence[int]
    ) -> tuple[HeldTable, SqlRows] | None:
        held, own = cells_of(self.schema.columns, rows)
        joined: dict[str, Lowered] = {}
        read = dict(self._columns)
        many: list[Sql] = [named(one.name) for one in read.values()]
        few: list[Sql] = [named(one.name) for one in read.values()]
        columns = [
            Column(ROW, "number", places, 0, 2**62),
            Column(SUBJECT, "text", [str(row.values[self.schema.subject]) for row in rows]),
        ]
        if self.schema.stratum is not None:
            columns.append(Column(STRATUM, "text", [str(row.values[self.schema.stratum]) for row in rows]))
        for place, (column, cells) in enumerate(zip(self.schema.columns, held, strict=True)):
            found = unified(column, self.cells[column.name], own[column.name])
            if found is None:
                return None
            joined[column.name], by = found
            form = joined[column.name].value
            kind: Type = integer_type(form.low, form.high) if form.kind == "number" else form.kind
            read[f"c.{column.name}"] = Read(f"c{place}", kind)
            for asked, factor in ((many, by[0]), (few, by[1])):
                asked.append(aliased(self._times(f"c{place}", kind, factor), f"c{place}"))
            columns.append(Column(f"c{place}", cells.kind, cells.values, cells.low, cells.high))
        gone = exp.select(named("p")).from_(self._held("number", "p", doubtful)).subquery()
        kept = exp.select(*many, copy=False).from_(self._source(self.stored.placed), copy=False).where(
            exp.Not(this=exp.In(this=named(ROW), query=gone)), copy=False)
        source = kept
        if rows:
            read_apart = exp.select(*few, copy=False).from_(self.database.hold(columns), copy=False)
            source = exp.union(kept, read_apart, distinct=False, copy=False)  # type: ignore[assignment]
        return self._given(joined), SqlRows(self.database, source.subquery("t", copy=False), read)

    def _times(self, name: str, kind: Type, factor: int) -> Sql:
        if kind in ("yes/no", "text"):
            return named(name)
        type = self.database.dialect.type(kind)
        value = exp.Cast(this=named(name), to=type)
        if factor == 1:
            return value
        return exp.Mul(this=value, expression=exp.Cast(this=exp.Literal.number(factor), to=type.copy()))

    # ------------------------------------------------------------ single rows

    def naming(self, key: str, texts: Sequence[str], absent: bool) -> Iterable[int]:
        tests: list[Sql] = []
        if texts:
            asked = exp.select(named("p")).from_(self._held("text", "p", texts)).subquery()
            tests.append(exp.In(this=named(key), query=asked))
        if absent:
            tests.append(exp.Is(this=named(key), expression=exp.null()))
        query = exp.select(named(ROW)).from_(self._source(self.stored.placed)).where(exp.or_(*tests))
        return [int(row[0]) for row in self.database.answer(query)]  # type: ignore[arg-type]

    def repeated(self, columns: Sequence[str]) -> Iterable[int]:
        keys = [named(self._cells[f"c.{name}"].name) for name in columns]
        more = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
        groups = exp.select(exp.Literal.number(1).as_("n")).from_(self._source(self.stored.unplaced)).group_by(
            *(key.copy() for key in keys)).having(more)
        if not self.database.answer(groups.limit(1)):
            return ()
        counted = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[key.copy() for key in keys])
        inner = exp.select(named(ROW), aliased(counted, "n")).from_(self._source(self.stored.placed)).subquery("t")
        query = exp.select(named(ROW)).from_(inner).where(
            exp.GT(this=named("n"), expression=exp.Literal.number(1)))
        return [int(row[0]) for row in self.database.answer(query)]  # type: ignore[arg-type]

    def _held(self, kind: str, name: str, values: Sequence[int] | Sequence[str]) -> Source:
        whole = kind == "number"
        return self.database.hold([
            Column(name, "number" if whole else "text", values, 0, 2**62 if whole else 0)])
