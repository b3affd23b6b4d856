"""The editor service over standard input and output: from its start to the greeting, from a keystroke to findings."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.generate import large_rubric
from benchmarks.timing import Timing
from tests.editor.client import Client

OLD, NEW = "over 15 s to 60 s: 4", "over 15 s to 60 s: 3"
KEYSTROKES = 100
TABLE = "observe calls of city, averaged\n"
COLUMN = "  noted \"备注\" number 0 to 10"


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
            size = f"{text.count(chr(10)):,} lines"
            one_number = [(OLD, NEW), (NEW, OLD)] * (KEYSTROKES // 2)
            # The costliest place: every rule reads some column of the table.
            lines = [TABLE, *(f"{TABLE}{COLUMN[:end]}\n" for end in range(len(COLUMN) + 1))]
            typed = list(pairwise(lines))
            for name, edits in (("keystroke to findings", one_number), ("the same, a column typed", typed)):
                taken, used = keystrokes(folder, text, edits)
                yield Timing(f"{name}, {size}", taken, limit, used)
                last = [(statistics.quantiles(found, n=20)[-1],) for found in (taken, used)]
                yield Timing("  of these the 95th percentile", last[0], limit, last[1])


def keystrokes(
    folder: Path, text: str, edits: Sequence[tuple[str, str]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds from each edit (old, new) that was sent to the findings that came, as fast as findings come.

    By the clock, and of the server's processor time.
    """
    client = Client(folder)
    client.open("large.rubric", text)
    taken, used = [], []
    for old, new in (*edits[:3], *((new, old) for old, new in reversed(edits[:3])), *edits):
        started, before = time.perf_counter(), processor_seconds(client)
        client.replace("large.rubric", old, new)
        taken.append(time.perf_counter() - started)
        used.append(processor_seconds(client) - before)
    client.leave()
    return tuple(taken[6:]), tuple(used[6:])


def processor_seconds(client: Client) -> float:
    """Of the server until now; Linux has a clock for each process, numbered by its id."""
    return time.clock_gettime((~client.server.pid << 3) | 2)
