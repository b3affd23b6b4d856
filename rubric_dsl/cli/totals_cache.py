"""`--cache DIR`: what files of observations came to, so that adding one month of calls reads one month.

An entry stands under the hash of all it depends on: this program, the plan, the content of the file. It is used only
if its own content has the hash that stands in it, and the key too, so that no entry can stand for another. It is
written beside and renamed: whoever is killed, or writes the same one at the same time, leaves a whole entry or none.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.plan_cache import is_own, program_identity

SUFFIX = ".totals"
HOURS_OF_A_PART = 24
"""A part that was left by a run that was killed is removed after so long."""


class TotalsCache:
    """Raises Stop where the folder cannot be, or where others than its owner may write."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.unwritable: OSError | None = None
        """Why something could not be kept."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            own = is_own(self.folder)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Stop(Exit.NOT_FINISHED, "file.unwritable", path=folder, reason=reason) from None
        if not own:
            raise Stop(Exit.USAGE, "usage.cache-not-own", folder=folder)
        self._remove_parts()

    def find(self, key: Sequence[object]) -> bytes | None:
        wanted = _key(key)
        try:
            with open(self._entry(wanted), "rb") as file:
                head = file.readline(200)
                rest = file.read()
        except OSError:
            return None
        if head != _digest(rest):
            return None
        stands, _, content = rest.partition(b"\n")
        return content if stands == wanted else None

    def keep(self, key: Sequence[object], content: bytes) -> None:
        wanted = _key(key)
        rest = wanted + b"\n" + content
        entry = self._entry(wanted)
        beside = f"{entry}.{os.getpid()}.{time.monotonic_ns()}.part"
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_digest(rest) + rest)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, entry)
        except OSError as error:
            self.unwritable = error
            if os.path.exists(beside):
                os.unlink(beside)

    def _entry(self, key: bytes) -> str:
        return os.path.join(self.folder, hashlib.sha256(key).hexdigest() + SUFFIX)

    def _remove_parts(self) -> None:
        before = time.time() - HOURS_OF_A_PART * 3600
        for entry in os.scandir(self.folder):
            if entry.name.endswith(".part") and entry.stat().st_mtime < before:
                os.unlink(entry.path)


def _key(key: Sequence[object]) -> bytes:
    return json.dumps([program_identity(), *key]).encode()


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode() + b"\n"
