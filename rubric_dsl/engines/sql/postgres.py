"""PostgreSQL: rows are scored by the server where they live."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql
from sqlglot import exp

from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.sql.database import Answer, plain, told
from rubric_dsl.engines.sql.dialects import POSTGRES, type_of

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
        with told("PostgreSQL", psycopg.Error):
            return plain(self.connection.execute(self.dialect.text(query).encode()).fetchall())

    def close(self) -> None:
        self.connection.rollback()
        self.connection.close()
