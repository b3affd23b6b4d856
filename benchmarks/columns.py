"""Generated calls through the reference engine and through the columnar one, and the same by hand in Polars.

`./dev bench --columns [ROWS]` prints rows a second and the ratio to the query by hand; `--quick` only
checks that all totals are equal. The calls are columns in memory: what is compared is the row stage, not reading.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import polars as pl

from benchmarks.peers import RUBRIC, TOUCHPOINTS
from rubric_dsl.engines.columnar import ColumnarEngine
from rubric_dsl.engines.columnar.frames import TableFrame
from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.lowering.cells import cell_of
from rubric_dsl.engines.lowering.forms import Form, Lowered, Name, Number, YesNo
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT, by_place, scenarios
from rubric_dsl.engines.lowering.totals import columns_read
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Cell, Ledger, Observations, Row, TableData
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan, TableSchema

SEED = 20201028
RUNS = 9
REFERENCE_ROWS = 20_000
FLAGS = (
    "ivr_present", "audio_clear", "greeting", "mandarin_standard", "proactive_guidance", "direct_answer",
    "told_other_number", "policy_basis",
)


def calls(rows: int, schema: TableSchema) -> pl.DataFrame:
    """Typed cells of so many calls, one in seven of them not answered; the same for the same number of rows."""
    members = {column.name: len(column.members) for column in schema.columns}
    columns = [(_below(members[name], place)).alias(name) for place, name in enumerate(("city", "scenario_id"))]
    columns.append((_below(7, 2) > 0).alias("connected"))
    frame = pl.select(pl.int_range(rows, dtype=pl.UInt64).alias("row")).with_columns(columns)
    answered = [(_below(4, 3 + place) > 0).alias(name) for place, name in enumerate(FLAGS)]
    answered += [
        _below(most, 20 + place).cast(pl.Int16).alias(name)
        for place, (name, most) in enumerate((
            ("wait_seconds", 240), ("transfers", 3), ("handle_seconds", 900), ("lookup_hold_seconds", 60),
        ))
    ]
    answered += [
        (_below(width, 30 + place) + low).cast(pl.Int16).alias(name)
        for place, (name, low, width) in enumerate((
            ("speech_rate_cpm", 80, 90), ("tone_rating", 1, 5), ("key_points_total", 3, 5), ("key_points_hit", 0, 4),
        ))
    ]
    return frame.with_columns(pl.when("connected").then(cell).alias(cell.meta.output_name()) for cell in answered)


def _below(end: int, column: int) -> pl.Expr:
    """Numbers from 0 to below `end` that look like chance: a product of 64 bits, of which the upper half is taken."""
    mixed = (pl.col("row") + SEED + column * 1_000_003) * 6_364_136_223_846_793_005
    mixed = (mixed ^ (mixed // 2**29)) * 1_442_695_040_888_963_407
    return (mixed // 2**33 % end).cast(pl.UInt32)


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """The sums of all touchpoints by city and scenario, as somebody would write it for this one rubric."""
    points = [
        pl.when(pl.col("connected") & pl.sql_expr(condition)).then(pl.lit(worth, pl.Int16))
        .otherwise(pl.lit(0, pl.Int16)).alias(f"t{place}")
        for place, (worth, condition) in enumerate(TOUCHPOINTS)
    ]
    sums = [pl.col(f"t{place}").sum() for place in range(len(TOUCHPOINTS))]
    query = frame.lazy().with_columns(points).group_by("city", "scenario_id").agg(pl.len().alias("n"), *sums)
    return query.collect(engine="streaming")


# ---------------------------------------------------------------- the same calls for the engines


def cells_of(schema: TableSchema, frame: pl.DataFrame, read: frozenset[str]) -> dict[str, Lowered]:
    """How the generated cells are read, with the ends that they really have."""
    cells: dict[str, Lowered] = {}
    columns = {column.name: column for column in schema.columns}
    for name in read | {"scenario_id"}:
        column, series = columns[name], frame[name]
        form: Form = YesNo()
        if column.type == "choice":
            form = Name(tuple(member.name for member in column.members))
        elif column.type != "yes/no":
            low, high = series.min(), series.max()
            assert isinstance(low, int) and isinstance(high, int)
            form = Number(1, low, high)
        cells[name] = cell_of(column, f"c.{name}", form, series.null_count() > 0)
    return cells


def table_frame(schema: TableSchema, frame: pl.DataFrame, read: frozenset[str]) -> TableFrame:
    """The generated cells as the columnar engine takes them, with the ends that they really have."""
    cells = cells_of(schema, frame, read)
    lazy = frame.lazy().select(
        pl.col("row").cast(pl.UInt32).alias(ROW), pl.col("city").alias(SUBJECT), pl.col("scenario_id").alias(STRATUM),
        *(pl.col(name).alias(f"c.{name}") for name in cells),
    )
    subjects = tuple(
        member.name for column in schema.columns if column.name == "city" for member in column.members
    )
    return TableFrame(
        lazy, dict(lazy.collect_schema()), cells, by_place(subjects), scenarios(schema), len(frame), len(frame),
        _no_rows, {},
    )


def _no_rows(places: Sequence[int]) -> Sequence[Row]:
    raise SystemExit(f"generated calls have no faults, yet there are some at {places[:3]}")


def observations(schema: TableSchema, frame: pl.DataFrame) -> Observations:
    """The same cells as rows."""
    members = {column.name: [member.name for member in column.members] for column in schema.columns}
    rows = []
    for number, record in enumerate(frame.iter_rows(named=True), start=2):
        values: dict[str, Cell] = {column.name: None for column in schema.columns}
        for name, cell in record.items():
            if name in values:
                named = members[name][cell] if members[name] else cell
                values[name] = Fraction(named) if type(named) is int else named
        rows.append(Row(number, number, {}, values))
    return Observations({"calls": TableData("calls", tuple(rows), Ledger("calls", "", "", len(rows), len(rows), 0))})


# ---------------------------------------------------------------- equal, then how fast


def compare(rows: int, quick: bool) -> None:
    plan = compile_rubric(str(RUBRIC), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    prepared, schema, engine = prepare(plan), plan.tables[0], ColumnarEngine()
    read = columns_read(prepared, schema)
    few = calls(REFERENCE_ROWS, schema)
    observed = observations(schema, few)
    reference = _timed(lambda: ReferenceEngine().totals(plan, prepared, observed))
    _equal(reference[1], engine.totals_of(plan, prepared, {"calls": table_frame(schema, few, read)}))
    _agrees(plan, reference[1], by_hand(few), schema)
    print(f"equal totals of {REFERENCE_ROWS:,} calls: reference, columns, by hand; {dict(engine.ways)}")
    if quick:
        return
    frame = calls(rows, schema)
    given = {"calls": table_frame(schema, frame, read)}
    _agrees(plan, engine.totals_of(plan, prepared, given), by_hand(frame), schema)
    pairs = [
        (_timed(lambda: engine.totals_of(plan, prepared, given))[0], _timed(lambda: by_hand(frame))[0])
        for _ in range(RUNS)
    ]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"reference      {REFERENCE_ROWS / reference[0]:14,.0f} rows/s of {REFERENCE_ROWS:,}")
    print(f"columns        {rows / ours:14,.0f} rows/s of {rows:,}, {ours:.3f} s")
    print(f"by hand        {rows / theirs:14,.0f} rows/s of {rows:,}, {theirs:.3f} s")
    print(f"columns ÷ by hand: {ratio:.2f} (median of {RUNS} pairs)")


def _timed(run: Callable[[], Totals | pl.DataFrame]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def _equal(one: Totals, other: Totals) -> None:
    if (one.tallies, one.rows, one.aggregates) != (other.tallies, other.rows, other.aggregates):
        raise SystemExit("the totals of the engines differ")


def _agrees(plan: ScoringPlan, totals: Totals, sums: pl.DataFrame, schema: TableSchema) -> None:
    """The touchpoints, in the order of the rubric, have the sums of the query by hand."""
    names = {c.name: [m.name for m in c.members] for c in schema.columns}
    touchpoints = [value.node for value in plan.values if value.kind == "touchpoint"]
    for row in sums.iter_rows(named=True):
        city, scenario = names["city"][row["city"]], names["scenario_id"][row["scenario_id"]]
        for place, node in enumerate(touchpoints):
            tally = totals.tallies[node][city][scenario]
            if (tally.count, tally.sum) != (row["n"], row[f"t{place}"]):
                raise SystemExit(f"touchpoint {place + 1} of {city}, {scenario}: {tally}, by hand {row[f't{place}']}")


def main(words: Sequence[str]) -> None:
    numbers = [int(word) for word in words if word.isdigit()]
    compare(numbers[0] if numbers else 2_000_000, "--quick" in words)


if __name__ == "__main__":
    main(sys.argv[1:])
