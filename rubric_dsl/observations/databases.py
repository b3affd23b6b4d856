"""Tables of databases and of Parquet files: typed values as the texts that a file of observations would have.

Names of tables are compared with what the database lists and quoted; nothing of a file or a command line becomes SQL.
Everything is opened to be read only, without extensions and without other files.
"""

from __future__ import annotations

import datetime
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any

from rubric_dsl.observations import codes
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.raw import FileRefused, MissingPart, Raw, RawTable, Record, TypedCell
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.plan.model import TableSchema

MOST_STEPS = 2_000_000_000
"""Steps of SQLite's machine for one table: a view that never ends is stopped."""
_STEPS_AT_ONCE = 1_000_000
_SECONDS_TO_CONNECT = 10


def sqlite_table(data: bytes, table: TableSchema, words: RubricWords, part: str) -> RawTable:
    """A table or view of an SQLite file, from its bytes."""
    with closing(sqlite3.connect(":memory:")) as base:
        try:
            base.deserialize(data)
            base.execute("PRAGMA trusted_schema = OFF")
            base.execute("PRAGMA query_only = ON")
            steps = iter(range(MOST_STEPS // _STEPS_AT_ONCE))
            base.set_progress_handler(lambda: next(steps, None) is None, _STEPS_AT_ONCE)
            names = [
                str(name) for (name,) in
                base.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
                if not str(name).startswith("sqlite_")
            ]
            name = table_named(names, table, part)
            found = base.execute(f"SELECT * FROM {_quoted(name)}")
            return _raw(name, [str(column[0]) for column in found.description], found.fetchall())
        except (sqlite3.Error, ValueError) as error:
            raise FileRefused(codes.DATABASE_REFUSED, {"reason": _reason(error)}) from error


def duckdb_table(location: str, table: TableSchema, part: str) -> RawTable:
    """A table or view of a DuckDB file, by its path. Raises MissingPart."""
    try:
        import duckdb
    except ImportError:
        raise MissingPart("duckdb", "duckdb>=1.3,<2") from None
    settings: dict[str, Any] = {
        "enable_external_access": "false", "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false", "lock_configuration": "true",
    }
    try:
        with closing(duckdb.connect(location, read_only=True, config=settings)) as base:
            found = base.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name"
            )
            name = table_named([str(name) for (name,) in found.fetchall()], table, part)
            rows = base.execute(f"SELECT * FROM {_quoted(name)}")
            return _raw(name, [str(column[0]) for column in rows.description or ()], rows.fetchall())
    except duckdb.Error as error:
        raise FileRefused(codes.DATABASE_REFUSED, {"reason": _reason(error)}) from error


def postgresql_table(location: str, table: TableSchema, part: str) -> RawTable:
    """A table or view of a PostgreSQL server, by its URL, in one read-only transaction. Raises MissingPart."""
    try:
        import psycopg
        from psycopg import sql
    except ImportError:
        raise MissingPart("psycopg", "psycopg[binary]>=3.2,<4") from None
    try:
        with psycopg.connect(location, connect_timeout=_SECONDS_TO_CONNECT, application_name="rubric") as server:
            server.read_only = True
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            found = server.execute(
                "SELECT table_schema, table_name FROM information_schema.tables"
                " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
            ).fetchall()
            names = {(name if schema == "public" else f"{schema}.{name}"): (schema, name) for schema, name in found}
            name = table_named(list(names), table, part)
            with server.cursor() as cursor:
                cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(*names[name])))
                columns = [column.name for column in cursor.description or ()]
                return _raw(name, columns, cursor.fetchall(), with_hash=True)
    except psycopg.Error as error:
        raise FileRefused(codes.DATABASE_REFUSED, {"reason": _reason(error)}) from error


def parquet_table(data: bytes) -> RawTable:
    """A Parquet file, from its bytes. Raises MissingPart."""
    try:
        import polars
    except ImportError:
        raise MissingPart("polars", "polars>=2,<3") from None
    import io

    try:
        frame = polars.read_parquet(io.BytesIO(data))
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        raise FileRefused(codes.DATABASE_REFUSED, {"reason": _reason(error)}) from error
    return RawTable(_records(frame.columns, frame.iter_rows()))


def table_named(names: Sequence[str], table: TableSchema, part: str) -> str:
    """The table that was named, that has the table's name or label, or that is alone."""
    if part:
        if part in names:
            return part
        near = nearest(part, names)
        facts = {"help": "near", "near": near} if near else {"help": "sheets", "sheets": listing(names)}
        raise FileRefused(codes.NO_SUCH_SHEET, {"sheet": part, **facts})
    named = [name for name in names if name in (table.name, table.label)]
    if len(named) == 1 or len(names) == 1:
        return (named or list(names))[0]
    raise FileRefused(codes.NO_SUCH_SHEET, {"sheet": table.name, "help": "none", "sheets": listing(names)})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _raw(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], with_hash: bool = False) -> RawTable:
    if not with_hash:
        return RawTable(_records(columns, rows), name)
    digest = hashlib.sha256()
    for record in _records(columns, rows):
        digest.update(repr([str(cell) for cell in record.cells]).encode("utf-8", "surrogatepass"))
    return RawTable(_records(columns, rows), name, sha256=digest.hexdigest())


def _records(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Record]:
    yield Record(1, 1, list(columns))
    for number, row in enumerate(rows, 2):
        yield Record(number, number, [raw_of(value) for value in row])


def raw_of(value: object) -> Raw:
    """A typed value as the text that says it exactly; a binary number as the shortest decimal that is the same."""
    if value is None:
        return ""
    write = _WRITTEN.get(type(value))
    if write is not None:
        return write(value)
    return str(value)


def _decimal(value: Decimal) -> str:
    return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 100 else str(value)


def _binary(value: Any) -> str:
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2]
    return _decimal(Decimal(text)) if "e" in text else text


def _moment(value: Any) -> Raw:
    text = value.isoformat(" ", "microseconds" if value.microsecond else "seconds")
    return TypedCell("date", text.removesuffix(" 00:00:00"))


def _interval(value: datetime.timedelta) -> str:
    microseconds = (value.days * 86_400 + value.seconds) * 10**6 + value.microseconds
    return _decimal(Decimal(microseconds).scaleb(-6).normalize()) if microseconds else "0"


def _time(value: datetime.time) -> str:
    return value.isoformat("minutes" if not value.second and not value.microsecond else "auto")


_WRITTEN: dict[type, Callable[[Any], Raw]] = {
    str: lambda value: value,
    bool: lambda value: TypedCell("yes/no", "TRUE" if value else "FALSE"),
    int: str,
    float: _binary,
    Decimal: _decimal,
    datetime.datetime: _moment,
    datetime.date: datetime.date.isoformat,
    datetime.time: _time,
    datetime.timedelta: _interval,
}


def _reason(error: Exception) -> str:
    """The first line of what the database says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
