"""What a run is doing, on a terminal, once it has taken more than a second."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rubric_dsl.cli.terminal import Terminal

DELAY = 1.0
ERASE = "\r\x1b[K"


@contextmanager
def doing(terminal: Terminal, what: str) -> Iterator[None]:
    """Shows `what` on standard error while the block runs, if that is a terminal and takes longer than a second."""
    if not sys.stderr.isatty():
        yield
        return
    shown = threading.Event()

    def show() -> None:
        shown.set()
        sys.stderr.write(f"{what} …")
        sys.stderr.flush()

    timer = threading.Timer(DELAY, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            sys.stderr.write(ERASE)
            sys.stderr.flush()
