"""DuckDB in process: nothing outside it can be reached, and nothing about it can be changed by a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import duckdb
from sqlglot import exp

from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.reading import Kind
from rubric_dsl.engines.sql.database import Answer, plain, told
from rubric_dsl.engines.sql.dialects import DUCKDB, type_of
from rubric_dsl.engines.sql.stored import Stored
from rubric_dsl.observations.databases import table_named
from rubric_dsl.observations.plain_csv import PlainCsv
from rubric_dsl.plan.model import TableSchema


class DuckDatabase:
    """A database in memory, or this file to be read, which reads these files, those of these folders, and no others."""

    dialect = DUCKDB

    def __init__(
        self, threads: int | None = None, files: Sequence[str] = (), file: str = ":memory:",
        folders: Sequence[str] = (),
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
            "allow_community_extensions": False, "python_enable_replacements": False,
        }
        if threads is not None:
            config["threads"] = threads
        with told("DuckDB", duckdb.Error):
            self.connection = duckdb.connect(file, read_only=file != ":memory:", config=config)
            self.connection.execute("SET allowed_paths = ?", [list(files)])
            self.connection.execute("SET allowed_directories = ?", [list(folders)])
            self.connection.execute("SET enable_external_access = false")
            self.connection.execute("SET lock_configuration = true")
        self._tables = 0

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

    def raw(self, query: exp.Query) -> Sequence[Sequence[object]]:
        with told("DuckDB", duckdb.Error):
            return self.connection.execute(self.dialect.text(query)).fetchall()

    def close(self) -> None:
        self.connection.close()

    # ------------------------------------------------------------ tables that are read where they lie

    def parquet(self, files: Sequence[Path]) -> Stored | None:
        if any(set(str(file)) & _PATTERN for file in files):
            return None
        names = [str(file) for file in files]
        kinds = [self._described("read_parquet($file, hive_partitioning = false)", file=name) for name in names]
        if any(kind != kinds[0] for kind in kinds):
            return None
        with told("DuckDB", duckdb.Error):
            found = dict(self.connection.execute(
                "SELECT file_name, num_rows FROM parquet_file_metadata(?)", [names]).fetchall())
        sizes = tuple(int(found[name]) for name in names)
        starts = [0, *accumulate(sizes)][:-1]
        columns = ", ".join(f"r{place}" for place in range(len(kinds[0])))
        source = f"read_parquet({_list(map(_text, names))}, hive_partitioning = false) AS t({columns})"
        place = "file_row_number"
        if len(files) > 1:
            place = f"CAST({_list(map(str, starts))} AS BIGINT[])[CAST(file_index AS BIGINT) + 1] + file_row_number"
        return self._stored(source, columns, kinds[0], sizes, place)

    def csv(self, file: PlainCsv) -> Stored | None:
        if set(str(file.path)) & _PATTERN:
            return None
        headers = tuple(map(str, file.header.cells))
        types = ", ".join(f"r{place}: 'VARCHAR'" for place in range(len(headers)))
        source = (
            f"read_csv({_text(str(file.path))}, auto_detect = false, header = true, delim = ',', quote = '',"
            f" escape = '', comment = '', nullstr = '', columns = {{{types}}}, encoding = 'utf-8')"
        )
        columns = ", ".join(f"r{place}" for place in range(len(headers)))
        kinds = tuple((header, Kind("text")) for header in headers)
        return self._stored(source, columns, kinds, (file.rows,), "row_number() OVER () - 1")

    def table(self, schema: TableSchema, part: str) -> Stored:
        with told("DuckDB", duckdb.Error):
            names = self.connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
            ).fetchall()
            name = table_named([str(found) for (found,) in names], schema, part)
            source = f'main."{name.replace(chr(34), chr(34) * 2)}"'
            rows = self.connection.execute(f"SELECT count(*) FROM {source}").fetchone()
        kinds = self._described(source)
        columns = ", ".join(f"r{place}" for place in range(len(kinds)))
        sizes = (int(rows[0]) if rows else 0,)
        found = self._stored(f"{source} AS t({columns})", columns, kinds, sizes, "row_number() OVER () - 1")
        return replace(found, name=name)

    def digest(self, stored: Stored) -> str:
        raise NotImplementedError("of a table in a file it is that of the file")

    def _stored(
        self, source: str, columns: str, kinds: Sequence[tuple[str, Kind]], sizes: tuple[int, ...], place: str
    ) -> Stored:
        self._tables += 1
        placed, unplaced = f"p{self._tables}", f"q{self._tables}"
        with told("DuckDB", duckdb.Error):
            for name, number in ((placed, place), (unplaced, "0")):
                self.connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {number} AS place, {columns} FROM {source}")
        return Stored(
            exp.to_table(placed), exp.to_table(unplaced), tuple(header for header, _ in kinds),
            tuple(kind for _, kind in kinds), sizes)

    def _described(self, source: str, **given: str) -> tuple[tuple[str, Kind], ...]:
        with told("DuckDB", duckdb.Error):
            found = self.connection.execute(f"DESCRIBE SELECT * FROM {source}", given).fetchall()
        return tuple((str(name), _kind(str(type))) for name, type, *_ in found)


_PATTERN = frozenset("*?[]{}\\")
"""DuckDB would take a path with one of these for a pattern."""
_BITS = {
    "TINYINT": 7, "SMALLINT": 15, "INTEGER": 31, "BIGINT": 63, "UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32,
    "UBIGINT": 64,
}
_DECIMAL = re.compile(r"DECIMAL\(([0-9]+),([0-9]+)\)")


def _kind(type: str) -> Kind:
    decimal = _DECIMAL.fullmatch(type)
    if type in _BITS:
        end = 2**_BITS[type]
        return Kind("integer", 0 if type.startswith("U") else -end, end - 1)
    if decimal is not None and int(decimal[2]) <= 9 and int(decimal[1]) <= 27:
        most = 10 ** int(decimal[1]) - 1
        return Kind("decimal", -most, most, int(decimal[2]))
    names: dict[str, Kind] = {
        "BOOLEAN": Kind("yes/no"), "VARCHAR": Kind("text"), "DATE": Kind("date"), "TIME": Kind("time"),
    }
    return names.get("VARCHAR" if type.startswith("ENUM(") else type, Kind("other"))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _list(parts: Iterable[str]) -> str:
    return f"[{', '.join(parts)}]"
