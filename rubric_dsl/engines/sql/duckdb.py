"""DuckDB in process: nothing outside it can be reached, and nothing about it can be changed by a query."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.sql.database import Answer, plain, told
from rubric_dsl.engines.sql.dialects import DUCKDB, type_of


class DuckDatabase:
    """A database in memory."""

    dialect = DUCKDB

    def __init__(self, threads: int | None = None) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
            "allow_community_extensions": False, "python_enable_replacements": False,
        }
        if threads is not None:
            config["threads"] = threads
        with told("DuckDB", duckdb.Error):
            self.connection = duckdb.connect(config=config)
        self._tables = 0
        self.lock()

    def lock(self) -> None:
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def hold(self, columns: Sequence[Column]) -> exp.Table:
        self._tables += 1
        name = f"h{self._tables}"
        lists = ", ".join(
            f'UNNEST(CAST(? AS {self.dialect.text(self.dialect.type(type_of(column)))}[])) AS "{column.name}"'
            for column in columns
        )
        with told("DuckDB", duckdb.Error):
            self.connection.execute(
                f"CREATE TEMP TABLE {name} AS SELECT {lists}", [list(column.values) for column in columns])
        return exp.Table(this=exp.to_identifier(name))

    def answer(self, query: exp.Query) -> Answer:
        with told("DuckDB", duckdb.Error):
            return plain(self.connection.execute(self.dialect.text(query)).fetchall())

    def close(self) -> None:
        self.connection.close()
