"""What a run is doing, on a terminal, once it has taken more than a second."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rubric_dsl.cli.terminal import Terminal

DELAY = 1.0
ERASE = "\r\x1b[K"


@contextmanager
def doing(terminal: Terminal, what: str | Callable[[], str]) -> Iterator[None]:
    """Shows `what` on standard error while the block runs, if that is a terminal and takes longer than a second.

    From then on the seconds it has taken, so that long work can be told from none; `what` is asked again each time.
    """
    if not sys.stderr.isatty():
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
            sys.stderr.write(f"{ERASE}{said} … {seconds}")
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
