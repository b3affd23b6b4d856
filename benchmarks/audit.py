"""Explanations beside a saved result, and reports: what they take beside reading the rows, and beside their limits.

`./dev bench --audit [SUBJECTS]` prints processor seconds: one subject of 100,000 (100 calls each, in Parquet and CSV)
explained beside a saved result, as a ratio to reading the rows of that subject; the page of 11 and of 340 cities.
`--quick` takes 1,000 subjects and ends with 1 where a limit is not held.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import polars as pl

from benchmarks.call_log import SCENARIOS, calls, rubric_text, write_csv
from benchmarks.peers import RUBRIC
from rubric_dsl.cli.main import run as rubric
from rubric_dsl.observations.large import digest_of

SUBJECTS, QUICK = 100_000, 1_000
CALLS_EACH = 100
RUNS = 5
MOST_TIMES = 2.0
"""Explaining a subject beside a saved result, in times of reading its rows."""
PAGES = ((11, 8, 1.0, 1 << 20), (340, 11, 10.0, 20 << 20))
"""Cities, calls of each, seconds and bytes that the page may take."""


def seconds(run: Callable[[], object], runs: int = RUNS) -> float:
    """Processor seconds, the median of some runs after a warm-up."""
    run()
    found = []
    for _ in range(runs):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return statistics.median(found)


def said(*words: str | Path) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        status = rubric([*map(str, words)])
    if status != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {status}")
    return out.getvalue()


def log_of(subjects: int, each: int) -> pl.DataFrame:
    """So many calls of each subject, as they come in: of everybody in turn, all scenarios."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    names = pl.Series([f"热线{place:06d}" for place in range(subjects)])
    return calls(subjects * each, subjects).with_columns(
        pl.lit(names).gather(row % subjects).alias("city"),
        pl.lit(pl.Series(SCENARIOS)).gather(row // subjects % len(SCENARIOS)).alias("scenario_id"),
    )


def rows_of(path: Path, subject: str) -> pl.DataFrame:
    """The rows of a subject as somebody would read them who wants no more, as texts."""
    scan = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)
    return scan.filter(pl.col("city") == subject).collect(engine="streaming")


def explanations(folder: Path, subjects: int) -> bool:
    method = folder / "log.rubric"
    method.write_text(rubric_text(open_subjects=True), encoding="utf-8")
    log = log_of(subjects, CALLS_EACH)
    log.write_parquet(folder / "calls.parquet")
    write_csv(log, folder / "calls.csv")
    held, scored, hashes = True, 0.0, [""]
    for name in ("calls.parquet", "calls.csv"):
        path, saved = folder / name, folder / "result.json"
        if not scored:
            start = time.process_time()
            said("score", method, f"calls={path}", "-o", saved, "--engine", "polars")
            scored = time.process_time() - start
        else:  # the same calls have the same result, but for the hash of their file
            saved.write_text(saved.read_text("utf-8").replace(hashes[0], digest_of(path)), "utf-8")
        hashes = [digest_of(path)]
        subject = log["city"][len(log) // 2]
        words = ("explain", method, f"calls={path}", subject, "--result", saved, "--lang", "en")
        assert "give the same" in said(*words)
        reading = seconds(lambda path=path, subject=subject: rows_of(path, subject))  # type: ignore[misc]
        whole = seconds(lambda words=words: said(*words))  # type: ignore[misc]
        times = whole / reading
        held &= times <= MOST_TIMES
        print(
            f"{name}: one of {subjects:,} subjects, {len(log):,} calls; result of {saved.stat().st_size >> 20} MB, "
            f"scored in {scored:.1f} s\n  rows alone {reading:.3f} s, explained {whole:.3f} s: {times:.2f} times"
            f" (at most {MOST_TIMES:g})"
        )
    return held


def pages(folder: Path) -> bool:
    held = True
    for cities, each, limit, most in PAGES:
        method, table = folder / "cities.rubric", folder / f"{cities}.csv"
        if cities == 11:
            method, table = RUBRIC, RUBRIC.parent.parent / "examples" / "zhejiang_12345_2020" / "calls.csv"
        else:
            method.write_text(rubric_text(open_subjects=True), encoding="utf-8")
            write_csv(log_of(cities, each), table)
        page = folder / f"{cities}.html"
        took = seconds(lambda m=method, t=table, p=page: said("score", m, f"calls={t}", "-o", p), 1)  # type: ignore[misc]
        size = page.stat().st_size
        held &= took <= limit and size <= most
        print(f"report of {cities} cities, {each} calls each: {took:.2f} s (at most {limit:g}), "
              f"{size / 2**20:.2f} MB (at most {most >> 20})")
    return held


def main(words: list[str]) -> int:
    quick = "--quick" in words
    numbers = [int(word) for word in words if word.isdigit()]
    with tempfile.TemporaryDirectory() as folder:
        held = pages(Path(folder))
        held &= explanations(Path(folder), numbers[0] if numbers else QUICK if quick else SUBJECTS)
    return 0 if held or not quick else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
