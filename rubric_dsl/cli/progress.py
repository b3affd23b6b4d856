"""What a run is doing, on a terminal, once it has taken more than a second."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.width import cut, width

DELAY = 1.0
LEAST_SAID = 10
ERASE = "\r\x1b[K"


@contextmanager
def doing(terminal: Terminal, what: str | Callable[[], str], rows: Rows | None = None) -> Iterator[None]:
    """Shows `what` on standard error while the block runs, if that is a terminal and takes longer than a second.

    From then on the seconds it has taken, so that long work can be told from none; `what` is asked again each time.
    With `rows` how far they are.
    """
    if not shows_progress():
        yield
        return
    done = threading.Event()
    started = time.monotonic()

    def show() -> None:
        if done.wait(DELAY):
            return
        while True:
            said = what if isinstance(what, str) else what()
            seconds = terminal.say("doing.seconds", count=int(time.monotonic() - started))
            far = f" … {seconds}{'' if rows is None else rows.said(terminal)}"
            sys.stderr.write(ERASE + _on_a_line(said, far, terminal.look("err")))
            sys.stderr.flush()
            if done.wait(1):
                sys.stderr.write(ERASE)
                sys.stderr.flush()
                return

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _on_a_line(said: str, far: str, look: Look) -> str:
    """One that is not broken, or it could not be written over: what is being done is cut before how far it is."""
    columns = look.columns - 1
    return cut(cut(said, max(columns - width(far), LEAST_SAID), look.ellipsis) + far, columns, look.ellipsis)


def shows_progress() -> bool:
    """Whether standard error is a terminal on which a line can be written over."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class Rows:
    """How far the rows are that are being read, told by those who read them (`observations.large.Watch`)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started: float | None = None
        self._first = self._rows = self._of = 0

    def __call__(self, rows: int, of: int) -> None:
        if self._started is None or rows < self._rows:  # rows in doubt take another pass
            self._started, self._first = self._clock(), rows
        self._rows, self._of = rows, of

    def said(self, terminal: Terminal) -> str:
        """Behind the seconds: how many rows of how many, how many a second, and how long the others may take."""
        if not self._rows or self._started is None:
            return ""
        of = f"/{self._of:,}" if self._of else ""
        text = terminal.say("doing.rows", rows=f"{self._rows:,}{of}")
        seconds, read = self._clock() - self._started, self._rows - self._first
        if seconds <= 0 or not read or self._rows == self._of:  # what is left is no reading of rows
            return text
        text += terminal.say("doing.rate", rate=f"{round(read / seconds):,}")
        if self._of:
            text += terminal.say("doing.left", seconds=round((self._of - self._rows) * seconds / read))
        return text
