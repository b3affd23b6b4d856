"""From a file to the raw records of one table: by what the file is, never by what its name says it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from rubric_dsl.observations import codes
from rubric_dsl.observations.encodings import NAMES
from rubric_dsl.observations.formats import format_of, refuse_unread
from rubric_dsl.observations.raw import SERVERS, FileRefused, Given, RawTable, Record, Source, TableSource, part_of
from rubric_dsl.observations.records import text_table
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.plan.model import TableSchema

if TYPE_CHECKING:
    from rubric_dsl.observations.workbook import Sheets

MAX_BYTES = 512 * 1024 * 1024


def open_table(source: Source, table: TableSchema, words: RubricWords) -> RawTable:
    """The records of the table in the file; raises FileRefused, also while they are read."""
    if isinstance(source, TableSource):
        return source.table()
    data, part = source.data, part_of(source)
    location = source.location if isinstance(source, Given) else ""
    if location.partition("://")[0] in SERVERS:
        from rubric_dsl.observations.databases import postgresql_table

        return postgresql_table(location, table, part)
    if len(data) > MAX_BYTES:
        raise FileRefused(codes.FILE_TOO_LARGE, {"size": len(data) // 2**20, "limit": MAX_BYTES // 2**20})
    kind = format_of(data)
    refuse_unread(source.name, data, kind)
    if kind in _WORKBOOKS:
        from rubric_dsl.observations.workbook import table_of_workbook

        return table_of_workbook(_WORKBOOKS[kind](data), table, words, part, source.name)
    if kind in ("sqlite", "parquet") or (kind == "duckdb" and location):
        return _of_database(kind, data, location, table, words, part)
    if part and part.lower() not in NAMES:
        raise FileRefused(codes.NOT_IN_ENCODING, {"encoding": part})
    return text_table(data, words, part)


def open_workbook(source: Source) -> Sheets:
    """The sheets of a workbook; raises FileRefused, also where the file is none."""
    if len(source.data) > MAX_BYTES:
        raise FileRefused(codes.FILE_TOO_LARGE, {"size": len(source.data) // 2**20, "limit": MAX_BYTES // 2**20})
    kind = format_of(source.data)
    refuse_unread(source.name, source.data, kind)
    if kind not in _WORKBOOKS:
        raise FileRefused(codes.FILE_DAMAGED, {"help": "archive"})
    return _WORKBOOKS[kind](source.data)


def records_again(source: Source, table: TableSchema, known: Iterable[str] = ()) -> Iterator[Record]:
    """Every record of the table in the file, as it is numbered in ledgers: titles, header, totals and blank ones too.
    Raises FileRefused, also while they are read."""
    yield from open_table(source, table, RubricWords(table, known)).records


# Most files are texts; what opens others is loaded when there is one.


def _of_database(
    kind: str, data: bytes, location: str, table: TableSchema, words: RubricWords, part: str
) -> RawTable:
    from rubric_dsl.observations.databases import duckdb_table, parquet_table, sqlite_table

    if kind == "sqlite":
        return sqlite_table(data, table, words, part)
    return duckdb_table(location, table, part) if kind == "duckdb" else parquet_table(data)


def _xlsx(data: bytes) -> Sheets:
    from rubric_dsl.observations.xlsx import open_xlsx

    return open_xlsx(data)


def _ods(data: bytes) -> Sheets:
    from rubric_dsl.observations.ods import open_ods

    return open_ods(data)


def _xls(data: bytes) -> Sheets:
    from rubric_dsl.observations.xls import open_xls

    return open_xls(data)


_WORKBOOKS: dict[str, Callable[[bytes], Sheets]] = {"xlsx": _xlsx, "ods": _ods, "xls": _xls}
