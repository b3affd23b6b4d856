"""Timing whole processes and functions: several runs after a warm-up, minimum, median and maximum."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each counted run."""

    name: str
    runs: tuple[float, ...]
    limit: float | None = None
    processor: tuple[float, ...] = ()
    """Seconds of processor time of each run, where they are told."""

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def row(self) -> str:
        low, high = min(self.runs), max(self.runs)
        ratio = f"{self.median / self.limit:5.2f} × {self.limit * 1000:.0f} ms" if self.limit is not None else ""
        cpu = f"  processor {statistics.median(self.processor) * 1000:.0f} ms" if self.processor else ""
        return f"{self.name:<58} {low * 1000:8.1f} {self.median * 1000:8.1f} {high * 1000:8.1f}  {ratio}{cpu}"


def process(
    name: str, words: Sequence[str], limit: float | None = None, runs: int = 7,
    environment: Mapping[str, str] | None = None,
) -> Timing:
    """A whole process of this program, started as `./dev rubric` starts it, its output thrown away."""
    command = [sys.executable, "-P", "-m", "rubric_dsl", *words]
    own = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **(environment or {})}
    own.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> None:
        done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr.decode()[-2000:]}")

    used: list[float] = []

    def counted() -> None:
        before = os.times()
        run()
        after = os.times()
        used.append(after.children_user + after.children_system - before.children_user - before.children_system)

    return replace(function(name, counted, limit, runs), processor=tuple(used[1:]))


def function(
    name: str, run: Callable[[], object], limit: float | None = None, runs: int = 7,
    clock: Callable[[], float] = time.perf_counter,
) -> Timing:
    """A function, once to warm up and then counted."""
    run()
    seconds = []
    for _ in range(runs):
        start = clock()
        run()
        seconds.append(clock() - start)
    return Timing(name, tuple(seconds), limit)
