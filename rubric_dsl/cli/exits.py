"""Exit codes: what a script that calls `rubric` may rely on."""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    BUG = 1
    """A fault of this program; a report file is named."""
    USAGE = 2
    RUBRIC_HAS_ERRORS = 3
    OBSERVATIONS_REFUSED = 4
    FAILED = 5
    """A test, check or verification failed."""
    NOT_INSTALLED = 6
    NOT_FINISHED = 7
    """An undecided number, an impossible value, a stated limit, an unwritable file."""
    SCORES_CHANGE = 10
    """`diff --exit-code`: some score changes, no rank."""
    RANKS_CHANGE = 11
    INTERRUPTED = 130


def install_command(*requirements: str) -> str:
    """The one line that installs packages for this program."""
    import shlex  # not needed by a run that has all it wants

    return shlex.join([sys.executable, "-m", "pip", "install"]) + "".join(f' "{one}"' for one in requirements)


class Stop(Exception):
    """Ends a command: its exit code, and what to say as a key of `prose/cli.toml` with its facts (None: nothing)."""

    def __init__(self, exit_code: Exit, key: str | None = None, /, **facts: object) -> None:
        super().__init__(key or exit_code.name)
        self.exit_code = exit_code
        self.key = key
        self.facts = facts
