"""The same calls in one Parquet file, scored by DuckDB and by Spark: our query, and one by hand on the same engine.

`./dev bench --sql [ROWS]` prints rows a second and the ratio to the query by hand; `--quick` only checks that all
totals are equal, `--no-spark` leaves Spark out. What is compared is reading, scoring and grouping, without validation.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import polars as pl
from sqlglot import exp

from benchmarks.columns import calls, cells_of
from benchmarks.peers import RUBRIC, TOUCHPOINTS
from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.lowering.forms import Lowered, YesNo
from rubric_dsl.engines.lowering.held import HeldTable
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT, by_place, scenarios
from rubric_dsl.engines.lowering.totals import Found, TableRun, columns_read, totals_of
from rubric_dsl.engines.sql.database import Answer, Database
from rubric_dsl.engines.sql.duckdb import DuckDatabase
from rubric_dsl.engines.sql.rows import SqlRows
from rubric_dsl.engines.sql.written import Read, aliased, named
from rubric_dsl.evaluation.prepare import Prepared, prepare
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan, TableSchema

RUNS = 9


class Job:
    """The rubric over one file, told once for all engines."""

    def __init__(self, rows: int, path: Path) -> None:
        plan = compile_rubric(str(RUBRIC), lambda one: Path(one).read_bytes()).plan
        assert plan is not None
        self.plan: ScoringPlan = plan
        self.prepared: Prepared = prepare(plan)
        self.schema: TableSchema = plan.tables[0]
        self.rows = rows
        frame = calls(rows, self.schema)
        frame.with_columns(pl.col("row", "city", "scenario_id").cast(pl.Int32)).write_parquet(path)
        self.cells, self.types = self._cells(frame)

    def _cells(self, frame: pl.DataFrame) -> tuple[dict[str, Lowered], dict[str, Read]]:
        """How the columns of the file are read, with the ends that they really have."""
        cells = cells_of(self.schema, frame, columns_read(self.prepared, self.schema))
        types = {ROW: Read("row", "int"), SUBJECT: Read("city", "int"), STRATUM: Read("scenario_id", "int")}
        types |= {
            f"c.{name}": Read(name, "yes/no" if isinstance(cell.form, YesNo) else "int") for name, cell in cells.items()
        }
        return cells, types

    def totals(self, database: Database, source: exp.Table | exp.Subquery) -> Totals:
        city = next(column for column in self.schema.columns if column.name == "city")
        held = HeldTable(
            (), self.cells, by_place([member.name for member in city.members]), scenarios(self.schema), self.rows,
            _no_rows, {},
        )
        found = Found()
        rows = SqlRows(database, source, self.types)
        TableRun(self.plan, self.prepared, self.schema, held, rows).into(found)
        return totals_of(self.plan, self.prepared, found)

    def agrees(self, totals: Totals, sums: Iterable[Sequence[Any]]) -> None:
        """The touchpoints, in the order of the rubric, have the sums of the query by hand."""
        names = {column.name: [member.name for member in column.members] for column in self.schema.columns}
        touchpoints = [value.node for value in self.plan.values if value.kind == "touchpoint"]
        seen: Counter[str] = Counter()
        for city, scenario, n, *points in sums:
            seen["groups"] += 1
            for node, point in zip(touchpoints, points, strict=True):
                tally = totals.tallies[node][names["city"][city]][names["scenario_id"][scenario]]
                if (tally.count, tally.sum) != (n, int(point)):
                    raise SystemExit(f"{city}, {scenario}: {tally}, by hand {n} and {point}")
        if seen["groups"] != sum(map(len, totals.rows["calls"].values())):
            raise SystemExit("the groups differ")


def _no_rows(places: Sequence[int]) -> Sequence[Row]:
    raise SystemExit(f"generated calls have no faults, yet there are some at {places[:3]}")


def by_hand(source: str) -> str:
    """As somebody would write it who knows that cells of calls that nobody answered are empty, in the fastest of the
    forms that were tried (beside it sums of CASE, counts of CASE, counts with FILTER, sums packed into 64 bits)."""
    points = (f"{worth} * count_if({condition.replace('==', '=')})" for worth, condition in TOUCHPOINTS)
    return f"SELECT city, scenario_id, count(*), {', '.join(points)} FROM {source} GROUP BY city, scenario_id"


def compare(name: str, job: Job, ours: Callable[[], Totals], theirs: Callable[[], Answer], quick: bool) -> None:
    job.agrees(ours(), theirs())
    print(f"{name}: equal totals of {job.rows:,} calls, ours and by hand")
    if quick:
        return
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(RUNS)]
    mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{name}, ours     {job.rows / mine:14,.0f} rows/s, {mine:.3f} s")
    print(f"{name}, by hand  {job.rows / other:14,.0f} rows/s, {other:.3f} s")
    print(f"{name}: ours ÷ by hand {statistics.median(a / b for a, b in pairs):.2f} (median of {RUNS} pairs)")


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def duckdb(job: Job, path: Path, quick: bool) -> None:
    database = DuckDatabase(files=[str(path)])
    file = exp.select(exp.Star()).from_(exp.func("read_parquet", exp.Literal.string(str(path)))).subquery("t")
    query = by_hand(f"read_parquet('{path}')")
    compare(
        "DuckDB", job, lambda: job.totals(database, file), lambda: database.connection.execute(query).fetchall(), quick)
    database.close()


def spark(job: Job, path: Path, quick: bool) -> None:
    from rubric_dsl.engines.sql.spark import SparkDatabase

    database = SparkDatabase("local[2]")
    database.session.read.parquet(str(path)).createOrReplaceTempView("calls")
    calls = exp.select(*(aliased(named(name), name) for name in sorted({one.name for one in job.types.values()})))
    source = calls.from_("calls").subquery("t")
    query = by_hand("calls")
    compare(
        "Spark", job, lambda: job.totals(database, source), lambda: database.session.sql(query).collect(), quick)  # type: ignore[arg-type,return-value]
    database.close()


def main(words: Sequence[str]) -> None:
    numbers = [int(word) for word in words if word.isdigit()]
    quick = "--quick" in words
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.parquet"
        job = Job(numbers[0] if numbers else 20_000 if quick else 10_000_000, path)
        duckdb(job, path, quick)
        if "--no-spark" not in words:
            spark(job, path, quick)


if __name__ == "__main__":
    main(sys.argv[1:])
