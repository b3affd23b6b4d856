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
KEYSTROKES = 100


def editing() -> Iterator[Timing]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts, used = [], []
        for _ in range(9):
            started = time.perf_counter()
            client = Client(folder)
            starts.append(time.perf_counter() - started)
            used.append(processor_seconds(client))
            client.leave()
        yield Timing("start of the editor service, to its greeting", tuple(starts[1:]), 0.7, tuple(used[1:]))
        for lines, limit in ((2000, 0.1), (200, 0.03)):
            text = large_rubric(lines / 2000)
            taken, used = keystrokes(folder, text)
            yield Timing(f"keystroke to findings, {text.count(chr(10)):,} lines", taken, limit, used)
            last = [(statistics.quantiles(found, n=20)[-1],) for found in (taken, used)]
            yield Timing("  of these the 95th percentile", last[0], limit, last[1])


def keystrokes(folder: Path, text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds from each edit that was sent to the findings that came, by the clock and of the server's processor time.

    One number is changed back and forth, as fast as findings come.
    """
    client = Client(folder)
    client.open("large.rubric", text)
    taken, used = [], []
    old, new = OLD, NEW
    for _ in range(KEYSTROKES + 3):
        started, before = time.perf_counter(), processor_seconds(client)
        client.replace("large.rubric", old, new)
        taken.append(time.perf_counter() - started)
        used.append(processor_seconds(client) - before)
        old, new = new, old
    client.leave()
    return tuple(taken[3:]), tuple(used[3:])


def processor_seconds(client: Client) -> float:
    """Of the server until now; Linux has a clock for each process, numbered by its id."""
    return time.clock_gettime((~client.server.pid << 3) | 2)
