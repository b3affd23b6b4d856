"""Plans that are kept between runs, so that a rubric which was found clean before is not read and checked again.

An entry stands under the hash of what it was made from: this program, the rubric's path and content, settings and
folders. It is used only if every file that was read or looked for then still has the same content, and if the entry
itself has the content that was written; it holds data, which are read strictly, and never code. Everything else means:
compile. `RUBRIC_PLAN_CACHE` names another folder, or `off`.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import rubric_dsl
from rubric_dsl.plan.json import NotThis, from_plain, plain
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.text.record import dataclass

FORMAT = 1
SWITCH = "RUBRIC_PLAN_CACHE"
MOST_ENTRIES = 64
MOST_BYTES = 16 << 20
"""A larger entry is not written; reading it would take longer than compiling."""

Load = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan as it was kept, and the bytes of the files of the rubric, which have been read again."""

    plan: ScoringPlan
    texts: Mapping[str, bytes]


class Loaded:
    """Loads files and remembers what there was: the bytes, or None where a file could not be read."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self.files: dict[str, bytes | None] = {}

    def __call__(self, path: str) -> bytes:
        self.files.setdefault(path, None)
        data = self._load(path)
        self.files[path] = data
        return data


class PlanCache:
    """The entries in a folder; None: nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find(self, path: str, text: bytes, settings: Mapping[str, str], folders: Sequence[str], load: Load
             ) -> Kept | None:
        """The plan of this rubric if it was kept and nothing that it was made from has changed since."""
        entry = self._entry(path, text, settings, folders)
        if entry is None or self.folder is None:
            return None
        try:
            if not is_own(self.folder):
                return None
            with open(entry, "rb") as file:
                digest, _, content = file.read(MOST_BYTES + 1).partition(b"\n")
            if digest != hashlib.sha256(content).hexdigest().encode():
                return None
            found = json.loads(content)
            texts = _unchanged(found["files"], load)
            if texts is None:
                return None
            plan = from_plain(ScoringPlan, found["plan"])
            return Kept(plan, {name: texts[name] for name in found["sources"]})
        except (OSError, NotThis, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def keep(
        self, path: str, text: bytes, settings: Mapping[str, str], folders: Sequence[str], loaded: Loaded,
        sources: Sequence[str], plan: ScoringPlan,
    ) -> None:
        """Keeps the plan of a rubric in which nothing was found; where that cannot be, nothing is lost."""
        entry = self._entry(path, text, settings, folders)
        if entry is None or self.folder is None:
            return
        files = [[name, None if data is None else _hash(data)] for name, data in loaded.files.items()]
        found = {"files": files, "sources": list(sources), "plan": plain(plan)}
        content = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        if len(content) > MOST_BYTES - 100:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_own(self.folder):
                beside = f"{entry}.{os.getpid()}.part"
                with open(beside, "wb") as file:
                    file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
                os.replace(beside, entry)
                self._make_room()
        except OSError:
            return

    def _entry(self, path: str, text: bytes, settings: Mapping[str, str], folders: Sequence[str]) -> Path | None:
        program = program_identity() if self.folder is not None else None
        if program is None or self.folder is None:
            return None
        made_from = [FORMAT, program, path, _hash(text), sorted(settings.items()), list(folders)]
        return self.folder / f"{_hash(json.dumps(made_from).encode())}.plan"

    def _make_room(self) -> None:
        """Removes what was used longest ago, beyond as many entries as are kept."""
        assert self.folder is not None
        entries = [entry for entry in os.scandir(self.folder) if entry.name.endswith((".plan", ".part"))]
        if len(entries) > MOST_ENTRIES:
            for entry in sorted(entries, key=lambda one: one.stat().st_mtime_ns)[: len(entries) - MOST_ENTRIES]:
                os.unlink(entry.path)


def user_cache(environment: Mapping[str, str]) -> PlanCache:
    """The cache in the folder that the system has for such things."""
    said = environment.get(SWITCH, "")
    if said == "off":
        return PlanCache(None)
    if said:
        return PlanCache(Path(said))
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = environment.get("HOME") and os.path.join(environment["HOME"], "Library", "Caches")
    else:
        base = environment.get("XDG_CACHE_HOME") or (
            environment.get("HOME") and os.path.join(environment["HOME"], ".cache"))
    return PlanCache(Path(base) / "rubric" / "plans" if base and os.path.isabs(base) else None)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _unchanged(files: Sequence[Any], load: Load) -> dict[str, bytes] | None:
    """The files' bytes, where each has the content that it had; None where one has not."""
    texts: dict[str, bytes] = {}
    for name, known in files:
        try:
            data = load(name)
        except OSError:
            data = None
        if (None if data is None else _hash(data)) != known:
            return None
        if data is not None:
            texts[name] = data
    return texts


def is_own(folder: Path) -> bool:
    """Whether nobody else may put entries there."""
    if sys.platform == "win32":
        return folder.is_dir()
    found = os.stat(folder)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


@cache
def program_identity() -> str | None:
    """What tells this program from another version of it: its files by size and time, as Python's own cache does."""
    root = os.path.dirname(os.path.abspath(rubric_dsl.__file__))
    found = [rubric_dsl.__version__, sys.version]
    waiting = [root, os.path.join(os.path.dirname(root), "grammar")]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                waiting.append(entry.path)
            else:
                about = entry.stat()
                found.append(f"{entry.path} {about.st_size} {about.st_mtime_ns}")
    return _hash("\n".join(found).encode()) if len(found) > 2 else None
