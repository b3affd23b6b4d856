"""Databases read tables where they lie, and refuse, repair and add up as the reader and the reference engine do."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from rubric_dsl.engines.contract import Engine
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.sql.duckdb import DuckDatabase
from rubric_dsl.engines.sql.engine import SqlEngine
from rubric_dsl.engines.sql.large import DatabaseFiles, DatabaseTable, HoldsTables
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.large import LargeSource
from rubric_dsl.observations.raw import Given, Source
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.engines.differential import said
from tests.engines.servers import postgres_server
from tests.engines.test_scans import ROOT, TYPED, ZHEJIANG, account, disturbed, parquet, typed_calls
from tests.engines.test_sql import engine_of
from tests.properties.long import count
from tests.properties.made import made
from tests.properties.program import File, files

TEXT = ZHEJIANG.read_text(encoding="utf-8")


def compared(
    plan: ScoringPlan, small: Mapping[str, Source | LargeSource], large: Mapping[str, Source | LargeSource],
    engine: Engine, leave_out: bool = False, hashes: bool = True,
) -> Counter[str]:
    """Both ways of reading, equal in account and totals. Whether tables were read where they lie, and whether the run
    stopped. Not `hashes`: the identity of a table in a server is another."""
    by_rows, in_place = (read_observations(plan, sources, leave_out) for sources in (small, large))
    for name, expected in account(by_rows).items():
        found = account(in_place)[name]
        assert found == expected if hashes else found[1:] == expected[1:]  # type: ignore[index]
    scanned = any(data.large is not None for data in in_place.tables.values())
    stopped = stopped_by(by_rows, leave_out)
    met = Counter(all=1, scanned=scanned, stopped=stopped, scored=scanned and not stopped)
    if not stopped:
        prepared = prepare(plan)
        reference = said(ReferenceEngine().totals(plan, prepared, by_rows))
        totals = said(engine.totals(plan, prepared, in_place))
        # Without a list of subjects they are named in the order of their names.
        assert sorted(totals.pop("subjects")) == sorted(reference.pop("subjects"))  # type: ignore[call-overload]
        assert totals == reference
    return met


@dataclass(frozen=True)
class Reader:
    """A database that reads files. It starts once; what it is allowed to read is every file that a test may write."""

    folder: Path
    engine: Engine
    source: Callable[[str, list[Path]], LargeSource]

    def compare(self, plan: ScoringPlan, paths: Mapping[str, Path], leave_out: bool = False) -> Counter[str]:
        small = {name: File(str(path), path.read_bytes()) for name, path in paths.items()}
        large = {name: self.source(str(path), [path]) for name, path in paths.items()}
        return compared(plan, small, large, self.engine, leave_out)


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("duck")
    database = DuckDatabase(threads=1, folders=[str(folder)])
    yield Reader(
        folder, engine_of(database), lambda name, paths: DatabaseFiles(name, paths, lambda _: database))
    database.close()


@pytest.fixture(scope="module")
def spark(session: object, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    from rubric_dsl.engines.sql.spark import SparkDatabase

    database = SparkDatabase()
    return Reader(
        tmp_path_factory.mktemp("spark"), engine_of(database),
        lambda name, paths: DatabaseFiles(name, paths, lambda _: database))


@pytest.fixture(scope="module")
def zhejiang() -> ScoringPlan:
    plan = compile_rubric(str(ROOT / "rubrics/zhejiang_12345_2020.rubric"), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    return plan


def generated_are_equal(reader: Reader, number: int) -> Counter[str]:
    met: Counter[str] = Counter()
    for seed in range(number):
        built = made(seed)
        paths = {}
        for name, file in files(built.case).items():
            paths[name] = reader.folder / f"{seed}.{file.name}"
            paths[name].write_bytes(file.data)
        met += reader.compare(built.plan, paths)
    return met


def disturbed_are_refused_alike(reader: Reader, plan: ScoringPlan, number: int) -> Counter[str]:
    met: Counter[str] = Counter()
    for seed in range(number):
        chance = random.Random(seed)
        text = disturbed(TEXT, chance)
        if seed % 3:
            path = reader.folder / f"disturbed.{seed}.csv"
            path.write_text(text, encoding="utf-8")
        else:
            path = reader.folder / f"disturbed.{seed}.parquet"
            rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == len(TEXT.splitlines()[0].split(","))]
            parquet("\n".join(map(",".join, rows)), path, whole=False)
        met += reader.compare(plan, {"calls": path}, leave_out=bool(seed % 2))
    return met


def parquet_is_the_same_table(reader: Reader, plan: ScoringPlan) -> None:
    for whole in (False, True):
        path = reader.folder / f"calls.{whole}.parquet"
        parquet(TEXT, path, whole)
        large = read_observations(plan, {"calls": reader.source("calls", [path])})
        assert large.tables["calls"].large is not None and not stopped_by(large)
        small = read_observations(plan, {"calls": File("calls.csv", ZHEJIANG.read_bytes())})
        prepared = prepare(plan)
        found = said(reader.engine.totals(plan, prepared, large))
        assert found | {"subjects": ()} == said(ReferenceEngine().totals(plan, prepared, small)) | {"subjects": ()}


def files_cut_and_shuffled_are_one_table(reader: Reader, plan: ScoringPlan, number: int) -> None:
    """Refused rows are named by their number in their own file, however the table was cut."""
    header, *lines = TEXT.splitlines()
    prepared, seen = prepare(plan), []
    for seed in range(number):
        chance = random.Random(seed)
        rows = chance.sample(lines, len(lines)) if seed else list(lines)
        cuts = sorted({0, len(rows), *(chance.randrange(1, len(rows)) for _ in range(seed % 5))})
        paths = []
        for first, last in itertools.pairwise(cuts):
            paths.append(reader.folder / f"cut.{seed}.{first}.parquet")
            parquet("\n".join([header, *rows[first:last]]), paths[-1], whole=False)
        large = read_observations(plan, {"calls": reader.source("calls", paths)})
        assert large.tables["calls"].large is not None and not stopped_by(large)
        seen.append(said(reader.engine.totals(plan, prepared, large)))
        wrong = rows[cuts[-2]].split(",")
        wrong[1] = "纽约"
        parquet("\n".join([header, ",".join(wrong), *rows[cuts[-2] + 1:]]), paths[-1], whole=False)
        refused = read_observations(plan, {"calls": reader.source("calls", paths)}).tables["calls"].ledger
        assert [(one.row, one.column, one.value) for one in refused.refusals] == [(2, "city", "纽约")]
        assert (refused.read, refused.scored) == (len(rows), len(rows) - 1)
    assert all(one == seen[0] for one in seen)


def typed_columns_are_refused_alike(reader: Reader, number: int) -> Counter[str]:
    """Binary numbers, 0 and 1, moments, as data frames have them; a few cells are odd."""
    plan = compile_rubric("lines.rubric", lambda path: TYPED.encode()).plan
    assert plan is not None
    met: Counter[str] = Counter()
    for seed in range(number):
        path = reader.folder / f"typed.{seed}.parquet"
        typed_calls(random.Random(seed), 60).write_parquet(path)
        met += reader.compare(plan, {"calls": path}, leave_out=seed % 2 == 1)
    return met


# ------------------------------------------------------------------ DuckDB


def test_duckdb_scores_generated_observations_where_they_lie(duck: Reader) -> None:
    number = count(60, 5_000)
    met = generated_are_equal(duck, number)
    assert met["all"] == number and met["scanned"] * 2 > number and not met["stopped"], met


def test_duckdb_refuses_disturbed_calls_alike(duck: Reader, zhejiang: ScoringPlan) -> None:
    number = count(30, 20_000)
    met = disturbed_are_refused_alike(duck, zhejiang, number)
    assert met["scanned"] * 2 > number and met["stopped"] * 4 > number and met["scored"] * 15 > number, met


def test_duckdb_reads_columns_of_data_frames(duck: Reader) -> None:
    number = count(20, 5_000)
    met = typed_columns_are_refused_alike(duck, number)
    assert met["scanned"] * 4 > number * 3 and met["stopped"] * 8 > number and met["scored"] * 4 > number, met


def test_duckdb_reads_parquet_as_it_is_typed(duck: Reader, zhejiang: ScoringPlan) -> None:
    parquet_is_the_same_table(duck, zhejiang)
    files_cut_and_shuffled_are_one_table(duck, zhejiang, 6)


def test_duckdb_reads_a_table_of_a_file(tmp_path: Path, zhejiang: ScoringPlan) -> None:
    import duckdb

    path = tmp_path / "calls.duckdb"
    with duckdb.connect(str(path)) as base:
        base.execute("CREATE TABLE \"通话 \"\"1\"\"\" AS SELECT * FROM read_csv(?)", [str(ZHEJIANG)])
        worse = "CASE WHEN wait_seconds = 12 THEN -1 ELSE wait_seconds END AS wait_seconds"
        base.execute(f"CREATE TABLE faulty AS SELECT * REPLACE ({worse}) FROM read_csv(?)", [str(ZHEJIANG)])
    met: Counter[str] = Counter()
    for part in ('通话 "1"', "faulty"):
        given = Given(str(path), path.read_bytes(), part, str(path))
        digest = read_observations(zhejiang, {"calls": given}).tables["calls"].ledger.sha256
        table = DatabaseTable(given, partial(DuckDatabase, 1, file=str(path)), digest, lambda given=given: given)  # type: ignore[misc]
        met += compared(zhejiang, {"calls": given}, {"calls": table}, SqlEngine("duckdb", DuckDatabase))
    assert met["scanned"] == 2 and met["stopped"] == 1, met


# ------------------------------------------------------------------ Spark


@pytest.mark.xdist_group("spark")
def test_spark_reads_files_where_they_lie(spark: Reader, zhejiang: ScoringPlan) -> None:
    parquet_is_the_same_table(spark, zhejiang)
    files_cut_and_shuffled_are_one_table(spark, zhejiang, 2)
    assert typed_columns_are_refused_alike(spark, 2)["scanned"] == 2
    number = count(4, 1_000)
    met = disturbed_are_refused_alike(spark, zhejiang, number)
    assert met["scanned"] * 3 >= number and met["stopped"] * 2 > number, met


# ------------------------------------------------------------------ PostgreSQL


def table_in(place: str, name: str, text: str, typed: bool) -> None:
    """The calls as a table of the server: texts, or with types of their own."""
    import psycopg
    from psycopg import sql

    header, *rows = csv.reader(io.StringIO(text))
    rows = [row for row in rows if len(row) == len(header)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    kinds = ["text"] * len(header)
    if typed:
        for at, column in enumerate(header):
            cells = [cell for cell in frame[column] if cell]
            if cells and set(cells) <= {"yes", "no"}:
                kinds[at] = "boolean"
            elif cells and all(cell.removeprefix("-").isdecimal() and cell.isascii() for cell in cells):
                kinds[at] = ("integer", "bigint", "numeric", "numeric(9, 2)")[at % 4]
            elif column == "call_date":
                kinds[at] = "date"
    with psycopg.connect(place) as server:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
            for column, kind in zip(header, kinds, strict=True))
        server.execute(sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(name), columns))
        with server.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
            for row in rows:
                copy.write_row([cell or None for cell in row])


def in_server(place: str, part: str, connect: Callable[[], HoldsTables]) -> tuple[Given, DatabaseTable]:
    given = Given("calls", part=part, location=place)
    return given, DatabaseTable(given, connect, None, lambda: given)


def test_postgresql_scores_where_the_calls_live(zhejiang: ScoringPlan) -> None:
    from rubric_dsl.engines.sql.postgres import PostgresDatabase

    met: Counter[str] = Counter()
    number = count(12, 1_000)
    with postgres_server() as place:
        connect = partial(PostgresDatabase, place)
        engine = SqlEngine("postgresql", connect)
        for seed in range(-2, number):
            text = TEXT if seed < 0 else disturbed(TEXT, random.Random(seed))
            name = f"calls {seed}"
            try:
                table_in(place, name, text, typed=bool(seed % 2))
            except Exception:  # what was disturbed has no place in a column of that type
                table_in(place, name, text, typed=False)
            given, table = in_server(place, name, connect)
            met += compared(zhejiang, {"calls": given}, {"calls": table}, engine, bool(seed & 2), hashes=False)
    assert met["all"] == number + 2 and met["scanned"] == met["all"] and met["stopped"] > number // 4, met
    assert met["scored"] > number // 6, met
