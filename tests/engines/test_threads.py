"""Results of the engine for many rows are the same bytes for any number of threads and any cut of the rows."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]
RUBRIC = ROOT / "rubrics/zhejiang_12345_2020.rubric"
CALLS = ROOT / "examples/zhejiang_12345_2020/calls.csv"
COPIES = 150
"""So many rows that more than one thread has some: 13,200 in row groups of 1,000."""


@pytest.fixture(scope="module")
def many() -> pl.DataFrame:
    """The calls many times over, each with a key of its own."""
    calls = pl.read_csv(CALLS, infer_schema=False)
    return pl.concat([calls] * COPIES).with_columns(
        call_id=pl.format("C{}", pl.int_range(len(calls) * COPIES).cast(pl.String).str.zfill(6)))


def scored(folder: Path, threads: int) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "rubric_dsl", "score", str(RUBRIC), f"calls={folder}", "--engine", "polars", "--json"],
        capture_output=True, cwd=folder.parent, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": str(threads)},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_threads_do_not_change_a_byte(tmp_path: Path, many: pl.DataFrame) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    many.write_parquet(folder / "all.parquet", row_group_size=1_000)
    assert scored(folder, 1) == scored(folder, 2) == scored(folder, 8)


def test_cuts_and_shuffles_change_nothing_but_the_digest_of_the_files(tmp_path: Path, many: pl.DataFrame) -> None:
    seen = []
    for seed, parts in enumerate((1, 3, 17)):
        folder = tmp_path / f"{parts}" / "calls"
        folder.mkdir(parents=True)
        rows = many.sample(fraction=1, shuffle=True, seed=seed) if seed else many
        cuts = sorted(random.Random(seed).sample(range(1, len(many)), parts - 1))
        for place, (first, last) in enumerate(zip([0, *cuts], [*cuts, len(many)], strict=True)):
            rows[first:last].write_parquet(folder / f"{place:02}.parquet", row_group_size=1_000)
        seen.append(_without_digests(scored(folder, 2)))
    assert seen[0] == seen[1] == seen[2]


def _without_digests(result: bytes) -> str:
    found = json.loads(result)
    for ledger in found["ledger"].values():
        for key in ("file", "files", "sha256"):
            ledger.pop(key, None)
    return json.dumps(found)
