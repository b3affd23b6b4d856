"""Which language a run speaks: `--lang`, else `RUBRIC_LANG`, else the locale, else English."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

CHINESE = 0x04
"""The primary language of Windows' interface languages that are Chinese."""


def language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """`zh` or `en`. A value that is neither is skipped here; `--lang fr` is refused when the options are read."""
    for said in (_option(arguments), environment.get("RUBRIC_LANG")):
        if said in ("zh", "en"):
            return said
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "zh" if _windows_speaks_chinese() else "en"


def _option(arguments: Sequence[str]) -> str | None:
    """The last `--lang X` or `--lang=X` before a `--`."""
    found = None
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and i + 1 < len(arguments):
            found = arguments[i + 1]
        elif argument.startswith("--lang="):
            found = argument.removeprefix("--lang=")
    return found


def _windows_speaks_chinese() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes  # only Windows has what it is for, and it is slow to import

    return bool(ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == CHINESE)
