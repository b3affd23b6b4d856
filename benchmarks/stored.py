"""Files that a database reads, checks and adds up by itself, beside a query by hand on the same engine that checks
nothing. A part of `./dev bench --scans`; `--spark` asks Spark too."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.peers import TOUCHPOINTS
from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.sql.duckdb import DuckDatabase
from rubric_dsl.engines.sql.engine import SqlEngine
from rubric_dsl.engines.sql.large import DatabaseFiles, ReadsFiles
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.model import ScoringPlan

_KEYS = ("city", "scenario_id")
_POINTS = ", ".join(
    f"{worth} * count_if({condition.replace('==', '=')}) AS t{place}"
    for place, (worth, condition) in enumerate(TOUCHPOINTS)
)


class Duck:
    """`floor`: decoding all columns; a query by hand is a fair peer if it takes up to 2.6 times as long."""

    name = "DuckDB"

    def __init__(self, path: Path, flags: Sequence[str]) -> None:
        import duckdb

        self.connection = duckdb.connect()
        source, names = f"read_parquet('{path}')", pl.scan_parquet(path).collect_schema().names() if (
            path.suffix == ".parquet") else _header(path)
        if path.suffix == ".csv":
            types = ", ".join(f"'{name}': '{_type(name, flags)}'" for name in names)
            source = f"read_csv('{path}', header = true, auto_detect = false, delim = ',', columns = {{{types}}})"
        keys = ", ".join(_KEYS)
        self.query = f"SELECT {keys}, count(*) AS n, {_POINTS} FROM {source} GROUP BY {keys}"
        self.decoding = f"SELECT {', '.join(f'count({name})' for name in names)} FROM {source}"

    def by_hand(self) -> Sequence[Sequence[Any]]:
        return self.connection.execute(self.query).fetchall()

    def floor(self) -> object:
        return self.connection.execute(self.decoding).fetchall()

    def connect(self, files: Sequence[str]) -> ReadsFiles:
        return DuckDatabase(files=files)

    def seconds(self) -> float:
        return time.process_time()


class Spark:
    """A session that stays; the seconds of its own process count."""

    name = "Spark"

    def __init__(self, path: Path, flags: Sequence[str]) -> None:
        from rubric_dsl.engines.sql.spark import SparkDatabase

        self.database = SparkDatabase("local[2]")
        session = self.database.session
        if path.suffix == ".parquet":
            frame = session.read.parquet(path.as_uri())
        else:
            names = {"VARCHAR": "string", "BOOLEAN": "string", "SMALLINT": "smallint"}
            schema = ", ".join(f"{name} {names[_type(name, flags)]}" for name in _header(path))
            frame = session.read.csv(path.as_uri(), schema=schema, header=True)
            frame = frame.withColumns({name: frame[name] == "yes" for name in flags})
        frame.createOrReplaceTempView("by_hand")
        keys = ", ".join(_KEYS)
        self.frame = session.sql(f"SELECT {keys}, count(*) AS n, {_POINTS} FROM by_hand GROUP BY {keys}")
        self.decoded = frame.selectExpr(*(f"count({name})" for name in frame.columns))
        jvm: Any = session.sparkContext._jvm
        self.system = jvm.java.lang.management.ManagementFactory.getOperatingSystemMXBean()

    def by_hand(self) -> Sequence[Sequence[Any]]:
        return self.frame.collect()

    def floor(self) -> object:
        return self.decoded.collect()

    def connect(self, files: Sequence[str]) -> ReadsFiles:
        return self.database

    def seconds(self) -> float:
        return time.process_time() + float(self.system.getProcessCpuTime()) / 1e9


def _header(path: Path) -> list[str]:
    with open(path, encoding="utf-8") as file:
        return file.readline().strip().split(",")


def _type(name: str, flags: Sequence[str]) -> str:
    return "VARCHAR" if name in _KEYS else "BOOLEAN" if name in flags else "SMALLINT"


def ours(plan: ScoringPlan, path: Path, engine: Duck | Spark) -> Totals:
    observations = read_observations(plan, {"calls": DatabaseFiles(path.name, [path], engine.connect)})
    if stopped_by(observations) or observations.tables["calls"].large is None:
        raise SystemExit(f"{path.name} was not read in place: {observations.tables['calls'].ledger.refusals[:3]}")
    return SqlEngine("sql", lambda: engine.connect([])).totals(plan, prepare(plan), observations)


def compare(
    plan: ScoringPlan, path: Path, flags: Sequence[str], engine: Duck | Spark, runs: int,
    agree: Callable[[ScoringPlan, Totals, pl.DataFrame], None],
) -> None:
    """Equal totals, then times; with no `runs` only the first."""
    names = [*_KEYS, "n", *(f"t{place}" for place in range(len(TOUCHPOINTS)))]
    sums = pl.DataFrame([tuple(row) for row in engine.by_hand()], schema=names, orient="row")
    agree(plan, ours(plan, path, engine), sums)
    print(f"{path.name:14} {engine.name}: equal totals, by hand and checked")
    if not runs:
        return

    def timed(run: Callable[[], object]) -> float:
        start = engine.seconds()
        run()
        return engine.seconds() - start

    found = [(timed(lambda: ours(plan, path, engine)), timed(engine.by_hand), timed(engine.floor)) for _ in range(runs)]
    mine, hand, floor = (statistics.median(times) for times in zip(*found, strict=True))
    to_hand = statistics.median(one / other for one, other, _ in found)
    print(
        f"{path.name:14} {engine.name}: checked and added up {mine:.2f} s, by hand {hand:.2f} s, decoded only"
        f" {floor:.2f} s; {to_hand:.2f} × by hand; the peer {hand / floor:.2f} ×"
        f" decoding (it counts up to 2.6)"
    )
