"""Seconds and memory of one month of calls, of three, of ten: `./dev bench --growth [ROWS OF A MONTH]`.

Each count runs as a process of its own over a folder of Parquet files, so that its highest memory is its own. Prints
processor seconds of reading, checking and adding up, seconds a million rows beside those of one month, and memory;
`--quick` only checks that ten months have ten times the calls.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.call_log import CITIES, SEED, calls, rubric_text
from benchmarks.timing import ROOT

MONTHS = (1, 3, 10)
RUNS = 5


def main(words: Sequence[str]) -> None:
    quick = "--quick" in words
    numbers = [int(word) for word in words if word.isdigit()]
    rows = numbers[0] if numbers else 20_000 if quick else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        months = []
        for month in range(max(MONTHS)):
            months.append(Path(folder) / f"{month:02}.parquet")
            calls(rows, len(CITIES), SEED + 7_919 * month).write_parquet(months[-1])
        first = None
        for count in MONTHS:
            runs = [_run(months[:count]) for _ in range(1 if quick else RUNS)]
            if any(run["calls"] != rows * count for run in runs):
                raise SystemExit(f"{count} files of {rows:,} calls: {runs[0]['calls']:,} were added up")
            if quick:
                print(f"{count:3} × {rows:,} calls: all added up")
                continue
            seconds = statistics.median(run["seconds"] for run in runs)
            each = seconds / count
            first = first or each
            memory = max(run["memory"] for run in runs)
            print(
                f"{rows * count:13,} calls: {seconds:6.2f} s of processor time, {each / first:.2f} × the time a call of"
                f" {rows:,}; {memory / 2**20:.2f} GiB at most",
                flush=True,
            )


def _run(months: Sequence[Path]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-P", __file__, "--child", *map(str, months)], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _child(months: Sequence[str]) -> None:
    from rubric_dsl.engines.columnar import ColumnarEngine
    from rubric_dsl.engines.columnar.large import LargeFiles
    from rubric_dsl.evaluation.prepare import prepare
    from rubric_dsl.observations.read import read_observations
    from rubric_dsl.plan.compile import compile_rubric

    text = rubric_text(open_subjects=False).encode()
    plan = compile_rubric("log.rubric", lambda path: text).plan
    assert plan is not None
    start = time.process_time()
    observations = read_observations(plan, {"calls": LargeFiles("calls", [Path(month) for month in months])})
    ColumnarEngine().totals(plan, prepare(plan), observations)
    print(json.dumps({
        "seconds": time.process_time() - start, "calls": observations.tables["calls"].ledger.scored,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }))


if __name__ == "__main__":
    if "--child" in sys.argv:
        _child(sys.argv[sys.argv.index("--child") + 1:])
    else:
        main(sys.argv[1:])
