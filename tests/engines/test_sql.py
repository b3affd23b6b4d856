"""Databases answer what the reference engine answers, equal and not close."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from rubric_dsl.engines.contract import EngineFailed
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.sql.database import Answer, Database
from rubric_dsl.engines.sql.dialects import DUCKDB, POSTGRES, SPARK, integer_type
from rubric_dsl.engines.sql.duckdb import DuckDatabase
from rubric_dsl.engines.sql.engine import SqlEngine
from rubric_dsl.engines.sql.written import Read, written
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, TEXT, YES_NO
from rubric_dsl.results.score import score
from tests.conformance.cases import all_cases
from tests.engines.build import Given, Plan, observed
from tests.engines.differential import both, case_of, runs_of, said
from tests.engines.row_plans import made_plan, rows
from tests.engines.servers import postgres_server
from tests.properties.long import count
from tests.properties.made import made

GENERATED = count(260, 20_000)
AWKWARD = count(160, 80_000)

Pair = tuple[str, ScoringPlan, Observations]


class Kept:
    """A database that stays open for many runs."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.dialect = database.dialect
        self.hold = database.hold
        self.raw = database.raw

    def answer(self, query: exp.Query) -> Answer:
        return self.database.answer(query)

    def close(self) -> None:
        pass


def engine_of(database: Database) -> SqlEngine:
    return SqlEngine("sql", lambda: Kept(database))


@pytest.fixture(scope="module")
def duck() -> Iterator[SqlEngine]:
    database = DuckDatabase(threads=1)
    yield engine_of(database)
    database.close()


@pytest.fixture(scope="module")
def postgres() -> Iterator[SqlEngine]:
    from rubric_dsl.engines.sql.postgres import PostgresDatabase

    with postgres_server() as place:
        database = PostgresDatabase(place)
        yield engine_of(database)
        database.close()


@pytest.fixture(scope="module")
def spark(session: object) -> SqlEngine:
    from rubric_dsl.engines.sql.spark import SparkDatabase

    return SqlEngine("spark", SparkDatabase)


# ------------------------------------------------------------------ differential


def conformance() -> Iterator[Pair]:
    for tried in all_cases():
        plan, observations = case_of(tried)
        for own in runs_of(plan, observations):
            yield tried.name, plan, own


def generated() -> Iterator[Pair]:
    for seed in itertools.count():
        built = made(seed)
        for own in runs_of(built.plan, built.observations):
            yield f"seed {seed}\n{built.text}", built.plan, own


def awkward() -> Iterator[Pair]:
    for seed in itertools.count():
        yield f"awkward {seed}", made_plan(seed), rows(seed)


def equal(engine: SqlEngine, pairs: Iterator[Pair]) -> Counter[str]:
    """How many ran, and in which way their nodes were evaluated."""
    ways: Counter[str] = Counter()
    for name, plan, observations in pairs:
        reference, found = both(plan, observations, engine)
        assert found == reference, name
        ways += engine.ways
        ways["runs"] += 1
        ways["faults"] += bool(reference["faults"])
    return ways


def test_duckdb_has_the_totals_of_every_conformance_case(duck: SqlEngine) -> None:
    ways = equal(duck, conformance())
    assert ways["runs"] >= 440 and ways["columns"] >= 380 and ways["distinct"] <= 10, ways


def test_duckdb_has_the_totals_of_generated_rubrics(duck: SqlEngine) -> None:
    ways = equal(duck, itertools.islice(generated(), GENERATED))
    assert ways["runs"] == GENERATED and ways["columns"] >= 10 * GENERATED, ways


def test_duckdb_has_the_totals_of_awkward_plans_and_rows(duck: SqlEngine) -> None:
    ways = equal(duck, itertools.islice(awkward(), AWKWARD))
    assert ways["runs"] == AWKWARD and ways["distinct"] > AWKWARD and ways["faults"] > AWKWARD // 3, ways


def test_postgresql_has_the_same_totals(postgres: SqlEngine) -> None:
    some = itertools.islice(awkward(), count(40, 5_000)), itertools.islice(generated(), count(30, 2_000))
    ways = equal(postgres, itertools.chain(*some, itertools.islice(conformance(), 0, None, 4)))
    assert ways["runs"] >= 180 and ways["distinct"] > 40, ways


@pytest.mark.xdist_group("spark")
def test_spark_has_the_same_totals(spark: SqlEngine) -> None:
    some = itertools.islice(generated(), count(8, 1_000)), itertools.islice(awkward(), count(3, 1_000))
    ways = equal(spark, itertools.chain(itertools.islice(conformance(), 0, None, 5), *some))
    assert ways["runs"] >= 100 and ways["columns"] > 150 and ways["distinct"] > 6, ways


def test_shuffled_rows_have_the_same_sums(duck: SqlEngine) -> None:
    for seed in range(15):
        plan, given = made_plan(seed), rows(seed)
        data = given.tables["calls"]
        shuffled = list(data.rows)
        random.Random(seed).shuffle(shuffled)
        reference, found = both(plan, Observations({"calls": replace(data, rows=tuple(shuffled))}), duck)
        assert found == reference
        assert said(duck.totals(plan, prepare(plan), given))["tallies"] == found["tallies"]


# ------------------------------------------------------------------ what databases could get wrong

ENGINES = ("duck", "postgres", pytest.param("spark", marks=pytest.mark.xdist_group("spark")))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> SqlEngine:
    found: SqlEngine = request.getfixturevalue(request.param)
    return found


def measured(
    engine: SqlEngine, name: op.AggregateName, cells: list[Given], *operations: op.Operation, constant: str = "1"
) -> list[object]:
    """The aggregate over the cells of one city under each operation: node 0 is the column, 1 the constant."""
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    node = plan.column("calls", "x")
    assert (node, plan.number(constant)) == (0, 1)
    nodes = [plan.add(operation) for operation in operations] or [node]
    for place, node in enumerate(nodes):
        plan.measure(f"m{place}", plan.aggregate(name, "calls", node))
    values = score(plan.done(), observed(calls=[{"city": "甲", "x": cell} for cell in cells]), engine).values["甲"]
    return [values[f"m{place}"] for place in range(len(nodes))]


def test_sums_do_not_wrap(engine: SqlEngine) -> None:
    for bits in (31, 63, 64, 100, 124, 126, 128, 200):
        assert measured(engine, "sum", [2**bits] * 3) == [3 * 2**bits], bits
        assert measured(engine, "sum", [-(2**bits)] * 3) == [-3 * 2**bits], bits


def test_products_do_not_wrap(engine: SqlEngine) -> None:
    squared = op.Multiply((0, 0), (False, False))
    for bits in (15, 16, 31, 32, 62, 63, 64):
        assert measured(engine, "sum", [2**bits, -(2**bits)], squared) == [2 * 4**bits], bits


def test_eighteen_decimals_are_exact(engine: SqlEngine) -> None:
    long = F(999_999_999_999_999_999, 10**18)
    assert measured(engine, "sum", [long, F(1, 10**18), F(1, 3)]) == [F(4, 3)]


def test_negative_numbers_are_rounded_as_said(engine: SqlEngine) -> None:
    """-2.5, -1.5, -0.5, 0.5, 1.5, 2.5 to whole numbers, where databases would divide each in its own way."""
    modes: tuple[op.Mode, ...] = ("half up", "half even", "up", "down")
    expected = {
        F(-5, 2): [-3, -2, -2, -3], F(-3, 2): [-2, -2, -1, -2], F(-1, 2): [-1, 0, 0, -1],
        F(1, 2): [1, 0, 1, 0], F(3, 2): [2, 2, 2, 1], F(5, 2): [3, 2, 3, 2],
    }
    for cell, wanted in expected.items():
        assert measured(engine, "sum", [cell], *(op.Round(0, mode, "1") for mode in modes)) == wanted


def test_large_numbers_are_rounded_exactly(engine: SqlEngine) -> None:
    """Spark's `div` gives 64 bits of a longer quotient without a word."""
    cells: list[Given] = [F(7 * 10**25 + 5, 10), F(-(7 * 10**25) - 5, 10)]
    assert measured(engine, "sum", cells, op.Round(0, "down", "1")) == [-1]
    assert measured(engine, "sum", cells[:1], op.Round(0, "half up", "1")) == [7 * 10**24 + 1]


HOSTILE = ("'; DROP TABLE h1; --", "a\\'b\\", '"', "ünï\u0301", "行\n列", "{x} %s ? :y $1", "a\\u0041")


def test_texts_are_never_read_as_queries(engine: SqlEngine) -> None:
    """Cells, constants and names of columns that would end a text, a name or a query if they stood there."""
    plan = Plan()
    plan.table("calls", {'x"; DROP TABLE h1': TEXT})
    node = plan.column("calls", 'x"; DROP TABLE h1')
    for place, text in enumerate(HOSTILE):
        same = plan.add(op.Compare("=", node, plan.add(op.Constant(text), TEXT)))
        plan.measure(f"m{place}", plan.aggregate("count", "calls", same))
    calls: list[dict[str, Given]] = [
        {"city": "甲", 'x"; DROP TABLE h1': text} for place, text in enumerate(HOSTILE) for _ in range(place + 1)
    ]
    values = score(plan.done(), observed(calls=calls), engine).values["甲"]
    assert [values[f"m{place}"] for place in range(len(HOSTILE))] == [1, 2, 3, 4, 5, 6, 7]


def test_answers_that_are_all_blank_are_counted_as_none(engine: SqlEngine) -> None:
    """DuckDB's own count of them is null."""
    plan = Plan()
    plan.table("calls", {"x": NUMBER, "q": YES_NO})
    asked = plan.add(op.Compare(">", plan.column("calls", "x"), plan.number(2)), YES_NO)
    q = plan.column("calls", "q")
    plan.measure("few", plan.aggregate("count", "calls", plan.add(op.Present(q), YES_NO)))
    plan.row_score("work", 3, [plan.touchpoint("t", 3, plan.add(op.Choose(asked, plan.number(3), plan.number(0))))])
    calls: list[dict[str, Given]] = [{"city": "甲", "x": x, "q": None} for x in (None, None)]
    reference, found = both(plan.done(), observed(calls=calls), engine)
    assert found == reference


def test_names_that_differ_in_case_only_are_two_columns(engine: SqlEngine) -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER, "X": NUMBER})
    for name, column in (("small", "x"), ("large", "X")):
        plan.measure(name, plan.aggregate("sum", "calls", plan.column("calls", column)))
    values = score(plan.done(), observed(calls=[{"city": "甲", "x": 1, "X": 20}]), engine).values["甲"]
    assert (values["small"], values["large"]) == (1, 20)


# ------------------------------------------------------------------ the queries


def _text(value: ex.Expr, dialect: Callable[[], object] = lambda: DUCKDB) -> str:
    columns = {"n": Read("c0", integer_type(-1000, 1000)), "w": Read("c1", "wide"), "t": Read("c2", "text")}
    found = written([value], exp.to_table("h1"), columns, dialect())  # type: ignore[arg-type]
    return found.asked[0].sql(dialect=dialect().name)  # type: ignore[attr-defined]


def test_division_stands_only_between_numbers_that_are_not_negative() -> None:
    n, natural = ex.column("n", "number", False, -1000, 1000), ex.column("n", "number", False, 0, 1000)
    # -1000 = -143 × 7 + 1, so 143 × 7 = 1001 is added.
    assert _text(ex.floor_divided(n, 7)) == 'CAST(("c0" + 1001) // 7 AS INT) + (-143)'
    assert _text(ex.floor_divided(natural, 7)) == 'CAST("c0" // 7 AS INT)'
    assert _text(ex.remainder(n, 7), lambda: POSTGRES) == 'CAST(("c0" + 1001) % 7 AS INT)'


def test_numbers_are_computed_in_a_type_with_room() -> None:
    n, w = ex.column("n", "number", False, -1000, 1000), ex.column("w", "number", False, -(2**100), 2**100)
    assert _text(ex.times(n, ex.literal(10**7))) == 'CAST("c0" AS BIGINT) * CAST(10000000 AS BIGINT)'
    assert _text(ex.plus(n, w), lambda: SPARK) == "CAST(`c0` AS DECIMAL(38, 0)) + `c1`"


def test_what_is_not_at_most_is_above() -> None:
    n = ex.column("n", "number", True, -1000, 1000)
    assert _text(~ex.at_most(n, ex.literal(7))) == '"c0" > 7'
    assert _text(~ex.equal(n, ex.literal(7))) == '"c0" <> 7'


def test_texts_are_quoted_as_the_database_reads_them() -> None:
    said_twice = ex.equal(ex.column("t", "text", True), ex.literal("a'b\\"))
    assert _text(said_twice) == "\"c2\" = 'a''b\\'"
    assert _text(said_twice, lambda: SPARK) == "`c2` = 'a\\'b\\\\'"


# ------------------------------------------------------------------ DuckDB is shut


@pytest.mark.parametrize("query", [
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "COPY (SELECT 1) TO '/tmp/rubric.csv'",
    "ATTACH '/tmp/rubric.duckdb'", "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
    "SET threads = 1", "SELECT * FROM hidden",
])
def test_duckdb_reaches_nothing_outside_and_cannot_be_told_otherwise(query: str) -> None:
    import duckdb

    hidden = [1]  # a variable of Python, which DuckDB would read as a table
    database = DuckDatabase()
    with pytest.raises(duckdb.Error):
        database.connection.execute(query)
    database.close()
    assert hidden == [1]


def test_duckdb_reads_the_files_it_was_given_and_no_other(tmp_path: Path) -> None:
    import duckdb

    given, other = tmp_path / "given.csv", tmp_path / "other.csv"
    for path in (given, other):
        path.write_text("x\n1\n", "utf-8")
    database = DuckDatabase(files=[str(given)])
    assert database.connection.execute("SELECT count(*) FROM read_csv(?)", [str(given)]).fetchall() == [(1,)]
    with pytest.raises(duckdb.PermissionException):
        database.connection.execute("SELECT count(*) FROM read_csv(?)", [str(other)])
    with pytest.raises(duckdb.PermissionException):
        database.connection.execute("SELECT count(*) FROM read_csv(?)", [str(tmp_path / "*.csv")])
    database.close()


def test_a_database_that_fails_says_so() -> None:
    database = DuckDatabase()
    with pytest.raises(EngineFailed, match=r"DuckDB: .*no_such_table"):
        database.answer(exp.select("x").from_("no_such_table"))
    database.close()


@pytest.mark.xdist_group("spark")
def test_spark_without_ansi_mode_is_refused(spark: SqlEngine, session: Any) -> None:
    session.conf.set("spark.sql.ansi.enabled", "false")
    try:
        with pytest.raises(EngineFailed, match=r"spark\.sql\.ansi\.enabled=true"):
            spark.connect()
    finally:
        session.conf.set("spark.sql.ansi.enabled", "true")
