"""The calls as other programs hold them: LibreOffice's files of one sheet, databases, Parquet, a PostgreSQL server."""

from __future__ import annotations

import datetime
import decimal
import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import polars
import psycopg
import pytest
from psycopg import sql

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from tests import office
from tests.books import book
from tests.engines.servers import postgres_server
from tests.observations.calls import HEADER, TYPES, calls, expected, read, typed
from tests.observations.disguises import _dated, _durations, sqlite_file

BY_ID = {str(row["call_id"]): row for row in expected()}


def same(data: bytes, name: str, part: str = "", location: str = "") -> Any:
    values, ledger = read(data, name, part, location)
    assert [(r.row, r.column, r.code) for r in ledger.refusals] == []
    assert {str(row["call_id"]): row for row in values} == BY_ID and ledger.scored == 88
    return ledger


def sheet() -> bytes:
    """Dates and times as a spreadsheet holds them, so that each format shows them in its own way."""
    return book(_dated(typed(calls()), "yyyy-mm-dd", "hh:mm"), sheet="拨测记录")


# ---------------------------------------------------------------- LibreOffice

UTF8, UTF16, GB18030, GBK, BIG5 = 76, 65535, 85, 60, 84
"""Character sets by their number in LibreOffice; it writes Big5 with a question mark for what Big5 does not have."""


@office.needed
@pytest.mark.parametrize(("to", "file"), [
    ("xlsx", "calls.xlsx"), ("ods", "calls.ods"), ("xls:MS Excel 97", "calls.xls"),
    (office.csv_filter(UTF8), "calls.csv"), (office.csv_filter(UTF8, ";"), "calls.csv"),
    (office.csv_filter(UTF8, "\t"), "calls.tsv"), (office.csv_filter(UTF16), "calls.csv"),
    (office.csv_filter(GB18030), "calls.csv"),
])
def test_libreoffice_s_files_of_one_sheet_are_the_same_calls(to: str, file: str) -> None:
    same(office.converted(sheet(), "calls.xlsx", to), file)


@office.needed
@pytest.mark.parametrize("to", ["xlsx", "ods", "xls:MS Excel 97"])
def test_libreoffice_keeps_durations_in_each_of_its_formats(to: str) -> None:
    same(office.converted(book(_durations("[h]:mm:ss")), "calls.xlsx", to), f"calls.{to[:4].rstrip(':')}")


ODD = [
    ["city", "share", "wait", "level", "card", "day"],
    ["甲", {"number": "0.875", "format": "0.0%"}, {"error": "#N/A"}, {"number": "87.456", "format": "0.0"}, "1",
     {"date": "2020-10-28", "format": "yyyy-mm-dd"}],
    ["乙", {"number": "0.58", "format": "0%"}, 12, 5, "2", {"date": "2020-10-28T14:56:00",
        "format": "yyyy-mm-dd hh:mm"}],
    ["丙", 0.5, {"number": "0.0451388888888889", "format": "h:mm"}, 5, "3", {"date": "2020-10-29",
        "format": "yyyy-mm-dd"}],
    ["丁", {"number": "0.25", "format": "0%"}, 3, 5, {"date": "2020-01-02", "format": "m-d"},
     {"date": "2020-10-29", "format": "yyyy-mm-dd"}],
    ["戊", {"number": "0.25", "format": "0%"}, 3, 5, "5", {"date": "2020-10-29", "format": "yyyy-mm-dd"}],
]


@office.needed
@pytest.mark.parametrize("to", ["xlsx", "ods", "xls:MS Excel 97"])
def test_errors_percent_formats_and_hidden_rows_are_seen_in_every_kind_of_workbook(to: str) -> None:
    from tests.observations.plans import column, plan, table

    of = plan(table(column("city"), column("share", "percent"), column("wait", "seconds", presence="optional"),
                    column("level", "number"), column("card"), column("day", "date")))
    data = office.converted(book(ODD, hidden_rows=[6]), "odd.xlsx", to)
    found = read_observations(of, {"calls": Given("odd", data)}).tables["calls"]
    assert [(r.row, r.column, r.code) for r in found.ledger.refusals if r.row] == [
        (2, "wait", "R354"), (3, "day", "R363"), (4, "share", "D012"), (4, "wait", "R352"), (5, "card", "R356"),
        (6, None, "R348")]
    assert [(r.column, r.before, r.after, r.code) for r in found.ledger.repairs] == [("level", "87.5", "87.456",
        "R361")]


# ---------------------------------------------------------------- databases and Parquet


def frame() -> polars.DataFrame:
    """The calls with the types that a database would have."""
    made: dict[str, list[Any]] = {}
    for place, name in enumerate(HEADER):
        cells = [row[place] or None for row in calls()[1:]]
        made[name] = [None if cell is None else _typed(TYPES[name], cell) for cell in cells]
    return polars.DataFrame(made)


def _typed(kind: str, cell: str) -> Any:
    match kind:
        case "date":
            return datetime.date.fromisoformat(cell)
        case "time":
            return datetime.time.fromisoformat(cell)
        case "yes/no":
            return cell == "yes"
        case "seconds" | "whole number":
            return int(cell)
    return cell


def test_parquet_with_types() -> None:
    data = io.BytesIO()
    frame().write_parquet(data)
    same(data.getvalue(), "calls.parquet")


def test_sqlite_by_the_name_of_its_table() -> None:
    same(sqlite_file(), "calls.db", part="calls")
    _, ledger = read(sqlite_file(), "calls.db", part='calls"; DROP TABLE calls; --')
    assert [r.code for r in ledger.refusals] == ["R337"]


def test_a_view_of_sqlite_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    from rubric_dsl.observations import databases

    monkeypatch.setattr(databases, "MOST_STEPS", 3_000_000)
    with closing(sqlite3.connect(":memory:")) as base:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        base.execute(f"CREATE VIEW calls AS {numbers} SELECT i FROM n WHERE i < 0")
        data = base.serialize()
    _, ledger = read(data, "calls.db")
    assert [r.code for r in ledger.refusals] == ["R365"] and "interrupted" in message(ledger.refusals[0], "en")


def test_duckdb_with_types(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    calls_of_frame = frame()
    with closing(duckdb.connect(str(path))) as base:
        base.register("from_frame", calls_of_frame)
        base.execute('CREATE TABLE "the calls" AS SELECT * FROM from_frame')
        base.execute("CREATE TABLE other (x INTEGER)")
    ledger = same(path.read_bytes(), "calls.duckdb", "the calls", str(path))
    assert ledger.place(2, "wait_seconds") == "'the calls'!J2"
    _, ledger = read(path.read_bytes(), "calls.duckdb", "", str(path))
    assert [r.code for r in ledger.refusals] == ["R337"] and "the calls" in message(ledger.refusals[0], "en")


def test_a_view_of_duckdb_reaches_no_other_file(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret.csv", tmp_path / "calls.duckdb"
    secret.write_text("city\n甲\n", "utf-8")
    with closing(duckdb.connect(str(path))) as base:
        base.execute(f"CREATE VIEW calls AS SELECT * FROM read_csv('{secret}')")
    _, ledger = read(path.read_bytes(), "calls.duckdb", "", str(path))
    assert [r.code for r in ledger.refusals] == ["R365"]


@pytest.mark.parametrize(("value", "text"), [
    (0.1, "0.1"), (12.0, "12"), (1e-7, "0.0000001"), (decimal.Decimal("87.50"), "87.50"), (None, ""), (7, "7"),
    (decimal.Decimal("1E+3"), "1000"), (datetime.timedelta(minutes=1, seconds=5), "65"), (float("nan"), "nan"),
    (datetime.timedelta(milliseconds=1500), "1.5"), (datetime.date(2020, 1, 5), "2020-01-05"), (True, "TRUE"),
    (datetime.time(9, 5), "09:05"), (datetime.datetime(2020, 1, 5, 9, 5), "2020-01-05 09:05:00"),
    (datetime.datetime(2020, 1, 5), "2020-01-05"),
])
def test_typed_values_are_the_texts_that_say_them_exactly(value: object, text: str) -> None:
    from rubric_dsl.observations.databases import raw_of

    assert str(raw_of(value)) == text


# ---------------------------------------------------------------- a server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with postgres_server() as url:
        yield url


def test_a_table_of_a_server_with_types_and_strange_names(server: str) -> None:
    kinds = {"date": "date", "time": "time", "yes/no": "boolean", "seconds": "numeric(8,2)", "whole number": "integer"}
    name = 'calls"; DROP TABLE kept; --'
    with psycopg.connect(server, autocommit=True) as base:
        base.execute("CREATE TABLE kept (x integer)")
        columns = sql.SQL(", ").join(
            sql.SQL("{} " + kinds.get(TYPES[column], "text")).format(sql.Identifier(column)) for column in HEADER)
        base.execute(sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(name), columns))
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(HEADER))
        with base.cursor() as cursor:
            cursor.executemany(
                sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(name), marks),
                [[None if cell is None else cell for cell in row] for row in frame().rows()])
    ledger = same(b"", "server", name, server)
    assert len(ledger.sha256) == 64
    _, again = read(b"", "server", name, server)
    assert again.sha256 == ledger.sha256
    _, missing = read(b"", "server", "call", server)
    assert [r.code for r in missing.refusals] == ["R337"]
    with psycopg.connect(server) as base:
        assert base.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_reading_a_server_changes_nothing(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as base:
        base.execute("CREATE TABLE counted (city text)")
        insert = "INSERT INTO counted VALUES ('x') RETURNING city"
        base.execute(f"CREATE FUNCTION note() RETURNS text LANGUAGE sql AS $${insert}$$")
        base.execute("CREATE VIEW calls AS SELECT note() AS city")
    _, ledger = read(b"", "server", "calls", server)
    assert [r.code for r in ledger.refusals] == ["R365"] and "read-only" in message(ledger.refusals[0], "en")


def test_a_server_that_is_not_there_is_named_with_its_reason() -> None:
    _, ledger = read(b"", "server", "calls", "postgresql://rubric@/x?host=/nowhere")
    assert [r.code for r in ledger.refusals] == ["R365"]
