"""A bundle in a folder: written whole or not at all, read with limits."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rubric_dsl.results.bundle import MANIFEST

MOST_FILES = 2_000
MOST_BYTES = 2 << 30
AT_FDCWD, RENAME_EXCHANGE = -100, 2


class NoBundle(Exception):
    """The folder is there and holds something else, or what cannot be a bundle."""


def is_bundle(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Puts the files in place of the folder at once: whoever is killed leaves the old bundle or the new one.

    Raises NoBundle where the folder holds something that is no bundle, OSError where it cannot be written; then it is
    as it was.
    """
    target = Path(os.path.realpath(folder))
    if target.exists() and not (target.is_dir() and (is_bundle(target) or not any(target.iterdir()))):
        raise NoBundle(str(folder))
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    try:
        for name, data in sorted(files.items()):
            _write(made / name, data)
        for place in {path.parent for path in made.rglob("*")} | {made}:
            _flush(place)
        os.chmod(made, 0o777 & ~_umask())
        _put(made, target)
        _flush(target.parent)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def read_folder(folder: Path) -> dict[str, bytes]:
    """All files of a bundle by name. Raises NoBundle for what is none, OSError for what cannot be read."""
    if not is_bundle(folder):
        raise NoBundle(str(folder))
    files: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise NoBundle(str(path))
        if path.is_file():
            size += path.stat().st_size
            if len(files) >= MOST_FILES or size > MOST_BYTES:
                raise NoBundle(str(folder))
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Makes the names in a folder last, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _put(made: Path, target: Path) -> None:
    """The new folder at the place of the old one, which then stands where the new one was made."""
    if not target.exists():
        os.rename(made, target)
    elif not any(target.iterdir()):
        os.rmdir(target)
        os.rename(made, target)
    elif not _exchanged(made, target):
        # Where folders cannot be exchanged in one step, the old one is beside for a moment and put back on failure.
        old = made.with_suffix(".old")
        os.rename(target, old)
        try:
            os.rename(made, target)
        except OSError:
            os.rename(old, target)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step; False where the system has no such step."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
