"""PostgreSQL: rows are scored by the server where they live."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlglot import exp

from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.reading import Kind
from rubric_dsl.engines.sql.database import Answer, plain, told
from rubric_dsl.engines.sql.dialects import POSTGRES, type_of
from rubric_dsl.engines.sql.stored import PLACE, Stored
from rubric_dsl.engines.sql.written import aliased, named
from rubric_dsl.observations.databases import table_named
from rubric_dsl.plan.model import TableSchema

SECONDS_TO_CONNECT = 10


class PostgresDatabase:
    """One transaction, which sees the same rows throughout and is never committed."""

    dialect = POSTGRES

    def __init__(self, conninfo: str) -> None:
        with told("PostgreSQL", psycopg.Error):
            self.connection = psycopg.connect(conninfo, connect_timeout=SECONDS_TO_CONNECT, application_name="rubric")
            self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            # Only what the server defines and what this session makes has a meaning without a schema.
            self.connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
            self.connection.execute("SET LOCAL standard_conforming_strings = on")
            # Rows are numbered as a reader meets them.
            self.connection.execute("SET LOCAL synchronize_seqscans = off")
        self._tables = 0

    def hold(self, columns: Sequence[Column]) -> exp.Table:
        self._tables += 1
        name = f"h{self._tables}"
        types = [self.dialect.text(self.dialect.type(type_of(column))) for column in columns]
        table = sql.Identifier("pg_temp", name)
        made = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(type))
            for column, type in zip(columns, types, strict=True)
        )
        with told("PostgreSQL", psycopg.Error):
            self.connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, made))
            copy = sql.SQL("COPY {} FROM STDIN").format(table)
            with self.connection.cursor() as cursor, cursor.copy(copy) as rows:
                for row in zip(*(column.values for column in columns), strict=True):
                    rows.write_row(row)
        return exp.Table(this=exp.to_identifier(name), db=exp.to_identifier("pg_temp"))

    def answer(self, query: exp.Query) -> Answer:
        return plain(self.raw(query))

    def raw(self, query: exp.Query) -> Sequence[Sequence[Any]]:
        # A transaction ends with its first mistake, unless there is a place to come back to.
        with told("PostgreSQL", psycopg.Error), self.connection.transaction():
            return self.connection.execute(self.dialect.text(query).encode()).fetchall()

    # ------------------------------------------------------------ tables that are read where they lie

    def table(self, schema: TableSchema, part: str) -> Stored:
        with told("PostgreSQL", psycopg.Error):
            names = {
                (name if own == "public" else f"{own}.{name}"): (own, name)
                for own, name in self.connection.execute(_TABLES).fetchall()
            }
            name = table_named(list(names), schema, part)
            found = self.connection.execute(_COLUMNS, names[name]).fetchall()
        headers = tuple(str(header) for header, *_ in found)
        kinds = tuple(_kind(type, modifier) for _, type, modifier in found)
        own, own_name = names[name]
        places = [exp.to_identifier(f"r{place}", quoted=True) for place in range(len(headers))]
        table = exp.Table(
            this=exp.to_identifier(own_name, quoted=True), db=exp.to_identifier(own, quoted=True),
            alias=exp.TableAlias(this=exp.to_identifier("t"), columns=places))
        number = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=exp.Literal.number(1))
        cells = [
            aliased(exp.Cast(this=named(f"r{place}"), to=exp.DataType.build("TEXT")), f"r{place}")
            if type in _AS_TEXT else named(f"r{place}")
            for place, (_, type, _) in enumerate(found)
        ]
        placed, unplaced = (
            exp.select(aliased(place, PLACE), *(cell.copy() for cell in cells)).from_(table.copy()).subquery("s")
            for place in (number, exp.Literal.number(0))
        )
        rows = self.answer(exp.select(exp.Count(this=exp.Star())).from_(unplaced.copy()))
        return Stored(placed, unplaced, headers, kinds, (int(rows[0][0] or 0),), name)

    def digest(self, stored: Stored) -> str:
        """SHA-256 over the SHA-256 of all rows as texts, added up, so that their order is nothing."""
        cells = [named(f"r{place}") for place in range(len(stored.headers))]
        inner = exp.select(*cells).from_(stored.unplaced.copy()).subquery("t")
        text = self.dialect.text(inner)
        parts = ", ".join(
            f"sum(('x' || substr(h, {start}, 15))::bit(60)::bigint)" for start in range(1, 64, 15))
        hashed = f"SELECT encode(sha256(convert_to(t::text, 'UTF8')), 'hex') AS h FROM {text}"
        query = f"SELECT count(*), {parts} FROM ({hashed}) AS d"
        with told("PostgreSQL", psycopg.Error), self.connection.transaction():
            found = self.connection.execute(query.encode()).fetchone()
        return hashlib.sha256(repr([stored.headers, [str(cell) for cell in found or ()]]).encode()).hexdigest()

    def close(self) -> None:
        self.connection.rollback()
        self.connection.close()


_TABLES = (
    "SELECT table_schema::text, table_name::text FROM information_schema.tables"
    " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
)
_COLUMNS = (
    "SELECT attname::text, atttypid::int8, atttypmod FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND"
    " attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = %s AND c.relname = %s) ORDER BY attnum"
)
_NUMERIC, _DATE, _TIME = 1700, 1082, 1083
_BITS = {21: 15, 23: 31, 20: 63}
_NAMES = {16: Kind("yes/no"), 25: Kind("text"), 1043: Kind("text"), _DATE: Kind("date"), _TIME: Kind("time")}
_AS_TEXT = (_NUMERIC,)
"""Numbers of any length are written out without a power of ten, and read as texts are."""


def _kind(type: int, modifier: int) -> Kind:
    if type in _BITS:
        return Kind("integer", -(2 ** _BITS[type]), 2 ** _BITS[type] - 1)
    if type == _NUMERIC:
        return Kind("text")
    return _NAMES.get(type, Kind("other"))
