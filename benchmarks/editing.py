"""The editor service over standard input and output: from its start to the greeting, from a keystroke to findings."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import large_rubric
from benchmarks.timing import Timing
from tests.editor.client import Client

OLD, NEW = "over 15 s to 60 s: 4", "over 15 s to 60 s: 3"
KEYSTROKES = 40


def editing() -> Iterator[Timing]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts = []
        for _ in range(5):
            started = time.perf_counter()
            client = Client(folder)
            starts.append(time.perf_counter() - started)
            client.leave()
        yield Timing("start of the editor service, to its greeting", tuple(starts), 0.7)
        for lines, limit in ((2000, 0.1), (200, 0.03)):
            text = large_rubric(lines / 2000)
            found = keystrokes(folder, text)
            yield Timing(f"keystroke to findings, {text.count(chr(10)):,} lines", found, limit)
            p95 = statistics.quantiles(found, n=20)[-1]
            yield Timing("  of these the 95th percentile", (p95,), limit)


def keystrokes(folder: Path, text: str) -> tuple[float, ...]:
    """Seconds from each edit that was sent to the findings that came; one number is changed back and forth."""
    client = Client(folder)
    client.open("large.rubric", text)
    taken = []
    old, new = OLD, NEW
    for _ in range(KEYSTROKES + 3):
        started = time.perf_counter()
        client.replace("large.rubric", old, new)
        taken.append(time.perf_counter() - started)
        old, new = new, old
    client.leave()
    return tuple(taken[3:])
