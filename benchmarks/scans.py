"""Files of calls read, checked and added up by the engine for many rows, beside a query by hand that checks nothing.

`./dev bench --scans [ROWS [SUBJECTS]]` prints processor seconds and ratios for Parquet and CSV, in Polars and in DuckDB
(`--spark`: in Spark too); `--quick` only checks that all totals are equal. The peer is the best form that was found;
decoding the columns alone is the floor of both.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import polars as pl

from benchmarks import stored
from benchmarks.call_log import CITIES, calls, rubric_text, write_csv
from benchmarks.peers import TOUCHPOINTS
from rubric_dsl.engines.columnar import ColumnarEngine
from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.engines.contract import Totals
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan

RUNS = 9
QUICK = 50_000
_KEYS = ("city", "scenario_id")


def frame_of(path: Path, flags: Sequence[str]) -> pl.LazyFrame:
    """The file as somebody would read it by hand: declared types, nothing checked."""
    if path.suffix == ".parquet":
        return pl.scan_parquet(path)
    with open(path, encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    types = {
        name: pl.String if name in _KEYS else pl.Enum(["yes", "no"]) if name in flags else pl.Int16 for name in names
    }
    return pl.scan_csv(path, schema=types).with_columns(pl.col(name) == "yes" for name in flags)


def by_hand(path: Path, flags: Sequence[str]) -> pl.DataFrame:
    """The sums of all touchpoints by city and scenario. A call that nobody answered has no cells to score."""
    points = [
        pl.when(pl.sql_expr(condition)).then(pl.lit(worth, pl.Int16)).otherwise(pl.lit(0, pl.Int16)).alias(f"t{place}")
        for place, (worth, condition) in enumerate(TOUCHPOINTS)
    ]
    sums = [pl.col(f"t{place}").sum() for place in range(len(TOUCHPOINTS))]
    query = frame_of(path, flags).with_columns(points).group_by(_KEYS).agg(pl.len().alias("n"), *sums)
    return query.collect(engine="streaming")


def decoded(path: Path, flags: Sequence[str]) -> pl.DataFrame:
    return frame_of(path, flags).select(pl.all().null_count()).collect(engine="streaming")


def ours(plan: ScoringPlan, path: Path) -> Totals:
    observations = read_observations(plan, {"calls": LargeFiles(path.name, [path])})
    if stopped_by(observations) or observations.tables["calls"].large is None:
        raise SystemExit(f"{path.name} was not scanned: {observations.tables['calls'].ledger.refusals[:3]}")
    return ColumnarEngine().totals(plan, prepare(plan), observations)


def agree(plan: ScoringPlan, totals: Totals, sums: pl.DataFrame) -> None:
    touchpoints = [value.node for value in plan.values if value.kind == "touchpoint"]
    for row in sums.iter_rows(named=True):
        for place, node in enumerate(touchpoints):
            tally = totals.tallies[node][row["city"]][row["scenario_id"]]
            if (tally.count, tally.sum) != (row["n"], row[f"t{place}"]):
                raise SystemExit(f"touchpoint {place + 1} of {row['city']}: {tally}, by hand {row[f't{place}']}")


def timed(run: Callable[[], Any]) -> float:
    """Processor seconds of all threads: what other programs do on the machine counts less."""
    start = time.process_time()
    run()
    return time.process_time() - start


def main(words: Sequence[str]) -> None:
    quick = "--quick" in words
    numbers = [int(word) for word in words if word.isdigit()]
    rows = numbers[0] if numbers else QUICK if quick else 10_000_000
    subjects = numbers[1] if len(numbers) > 1 else len(CITIES)
    text = rubric_text(open_subjects=subjects != len(CITIES)).encode()
    plan = compile_rubric("log.rubric", lambda path: text).plan
    assert plan is not None
    frame = calls(rows, subjects)
    flags = [name for name, kind in frame.schema.items() if kind == pl.Boolean]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "calls.parquet", Path(folder) / "calls.csv"]
        frame.write_parquet(files[0])
        write_csv(frame, files[1])
        del frame
        for path in files:
            agree(plan, ours(plan, path), by_hand(path, flags))
            if quick:
                print(f"{path.name}: equal totals of {rows:,} calls, by hand and checked")
            for engine in (stored.Duck, stored.Spark) if "--spark" in words else (stored.Duck,):
                stored.compare(plan, path, flags, engine(path, flags), 0 if quick else RUNS, agree)
            if quick:
                continue
            runs = [
                (timed(lambda p=path: ours(plan, p)), timed(lambda p=path: by_hand(p, flags)),
                 timed(lambda p=path: decoded(p, flags)))
                for _ in range(RUNS)
            ]
            mine, hand, floor = (statistics.median(times) for times in zip(*runs, strict=True))
            to_hand = statistics.median(one / other for one, other, _ in runs)
            print(
                f"{path.name:14} {rows:,} calls: checked and added up {mine:.2f} s, by hand {hand:.2f} s, decoded only"
                f" {floor:.2f} s; {to_hand:.2f} × by hand, {mine / floor:.2f} × decoding; the peer {hand / floor:.2f} ×"
                f" decoding (it counts up to 1.45)"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
