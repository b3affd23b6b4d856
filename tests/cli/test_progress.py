"""What long reading says of itself on a terminal, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from rubric_dsl.cli.progress import Rows
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from tests.cli.test_terminal import ROOT, WITH_PTY, on_terminal

RUBRIC = ROOT / "rubrics/zhejiang_12345_2020.rubric"
CALLS = pl.read_csv(ROOT / "examples/zhejiang_12345_2020/calls.csv", infer_schema=False)


def test_rate_and_rest_are_those_of_this_pass() -> None:
    now = 100.0
    rows = Rows(lambda: now)
    assert rows.said(Terminal("en")) == ""
    rows(1_000, 9_000)  # what was ready when the clock was started says nothing of the rate
    assert rows.said(Terminal("en")) == " · 1,000/9,000 rows"
    now = 102.0
    rows(3_000, 9_000)
    assert rows.said(Terminal("en")) == " · 3,000/9,000 rows · 1,000 rows/s · 6 s left"
    assert rows.said(Terminal("zh")) == " · 3,000/9,000 行 · 每秒 1,000 行 · 约余 6 秒"
    rows(500, 9_000)  # rows in doubt take another pass
    now = 103.0
    rows(1_000, 9_000)
    assert rows.said(Terminal("en")) == " · 1,000/9,000 rows · 500 rows/s · 16 s left"
    rows = Rows(lambda: now)
    rows(1_000, 0)
    now = 104.0
    rows(3_000, 0)
    assert rows.said(Terminal("en")) == " · 3,000 rows · 2,000 rows/s"


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_all_rows_are_told_once_a_pass(tmp_path: Path, kind: str) -> None:
    plan = compile_rubric(str(RUBRIC), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    paths = [tmp_path / f"{place}.{kind}" for place in range(2)]
    for place, path in enumerate(paths):
        frame = CALLS.with_columns(pl.col("call_id") + f"-{place}")
        frame.write_parquet(path) if kind == "parquet" else frame.write_csv(path)
    told: list[tuple[int, int]] = []
    read = read_observations(plan, {"calls": LargeFiles("calls", paths, watch=lambda *of: told.append(of))})
    assert read.tables["calls"].ledger.scored == 176
    assert max(rows for rows, _ in told) == 176 and told[-1] == (176, 176)


@WITH_PTY
def test_a_large_file_tells_how_far_it_is_and_leaves_nothing(tmp_path: Path) -> None:
    pl.concat([CALLS.with_columns(pl.col("call_id") + f"-{place}") for place in range(3_000)]).write_parquet(
        tmp_path / "calls.parquet")
    code = (
        "import sys; from rubric_dsl.cli import progress; progress.DELAY = 0.05\n"
        "from rubric_dsl.cli.main import run\n"
        f"run(['score', {str(RUBRIC)!r}, 'calls=calls.parquet', '-o', 'points.parquet', '--lang', 'zh', '--only', ''])"
    )
    said = on_terminal(code, 60, tmp_path)
    shown = [part for part in re.split(r"\r\x1b\[K", said) if "正在读取" in part]
    assert shown and all("\n" not in part and len(part) < 60 for part in shown), shown
    assert said.rindex("\x1b[K") > said.rindex("正在读取") and (tmp_path / "points.parquet").exists()


@WITH_PTY
def test_a_dumb_terminal_is_not_written_over(tmp_path: Path) -> None:
    code = (
        "import time; from rubric_dsl.cli import progress; progress.DELAY = 0.01\n"
        "from rubric_dsl.cli.terminal import Terminal\n"
        "with progress.doing(Terminal('en'), 'scoring'): time.sleep(0.3)\n"
        "print('done')"
    )
    assert on_terminal(code, 80, tmp_path, TERM="dumb") == "done\n"
    assert "\r\x1b[Kscoring … 0 s" in on_terminal(code, 80, tmp_path)
