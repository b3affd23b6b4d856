"""What happens on a fault of this program: a report file is written and named, never a bare traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from rubric_dsl import __version__
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal


def report_bug(terminal: Terminal, arguments: Sequence[str], error: BaseException) -> Exit:
    """Writes the report (versions, arguments, traceback; nothing of the files) and says where it is."""
    import tempfile  # heavy, and seldom needed

    kind = type(error).__name__
    try:
        handle, path = tempfile.mkstemp(prefix="rubric-report-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(_report(arguments, error))
    except OSError:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(last.filename)}:{last.lineno}"
        terminal.err(terminal.say("crash.unwritten", kind=kind, place=place))
        return Exit.BUG
    terminal.err(terminal.say("crash.written", kind=kind, path=path))
    return Exit.BUG


def _report(arguments: Sequence[str], error: BaseException) -> str:
    import platform  # the same

    head = [
        f"rubric {__version__}",
        f"Python {sys.version}",
        f"platform {platform.platform()}",
        f"arguments {list(arguments)!r}",
        "",
    ]
    return "\n".join(head) + "\n" + "".join(traceback.format_exception(error, limit=60))
