"""The files of a run: which a rubric may take, how observations are read whole, how results are written."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from glob import glob
from pathlib import Path
from typing import IO

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.observations.raw import CLUSTER, SERVERS, Given
from rubric_dsl.surface.keywords import near_words

MOST_RUBRIC_BYTES = (1 << 20) + 1
"""One byte more than a rubric may have, so that the reader of texts sees that it is too large and says so."""
MOST_OBSERVATION_BYTES = 512 << 20
STANDARD_INPUT = "-"
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.]+:")
"""`sqlite:…`; a single letter is the drive of a Windows path."""
FILE_SCHEMES = ("sqlite", "duckdb")
_PASSWORD = re.compile(r"(://[^/@:]*):[^@]*@")


class RubricFiles:
    """Reads a rubric and the files beside it that it names, and no others.

    Allowed are the folder tree of the rubric and the folders named on the command line, after links are followed;
    where in them a file is looked for is told by whoever asks (`resolved.files`).
    """

    def __init__(self, rubric: str, use_from: Sequence[str] = ()) -> None:
        self._rubric = rubric
        self._allowed = [Path(os.path.realpath(folder)) for folder in (os.path.dirname(rubric) or ".", *use_from)]

    def load(self, path: str) -> bytes:
        """The bytes of a file. Raises PermissionError outside the allowed folders, and other OSErrors."""
        if path != self._rubric:
            real = Path(os.path.realpath(path))
            if not any(real.is_relative_to(folder) for folder in self._allowed):
                raise PermissionError(f"{path} lies outside the folders that a rubric may take files from")
        with open(path, "rb") as file:
            return file.read(MOST_RUBRIC_BYTES)


def load_rubric(files: RubricFiles, path: str) -> bytes:
    """The rubric itself; one that cannot be read is a fault of the command line."""
    try:
        return files.load(path)
    except OSError as error:
        raise _unreadable(path, error) from None


def read_observation_file(text: str) -> Given:
    """The whole file, standard input for `-`, or the address of a server; one that cannot be read is a fault of the
    command line. What stands behind `#` says which sheet, table or encoding is meant."""
    given = where(text)
    if given.location == STANDARD_INPUT:
        return replace(given, name="<stdin>", data=_at_most(sys.stdin.buffer, text), location="")
    if given.location.partition("://")[0] in SERVERS:
        return given
    if scheme_of(given.location) in CLUSTER:
        raise Stop(Exit.USAGE, "usage.cluster", path=text)
    try:
        with open(given.location, "rb") as file:
            return replace(given, data=_at_most(file, given.location))
    except OSError as error:
        raise _unreadable(given.location, error) from None


def where(text: str) -> Given:
    """What `FILE#part`, `sqlite:FILE#part` or `postgresql://…#part` names, unread. A file that has a `#` in its name
    is itself."""
    scheme = SCHEME.match(text)
    if scheme is not None and not os.path.exists(text):
        kind = scheme.group()[:-1].lower()
        if kind in SERVERS:
            url, _, part = text.partition("#")
            return Given(_PASSWORD.sub(r"\1•••@", url), part=part, location=url)
        if scheme_of(text) in CLUSTER:
            return Given(text, location=text)
        if kind not in FILE_SCHEMES:
            raise Stop(Exit.USAGE, "usage.scheme", file=text)
        text = text[scheme.end() :]
    if os.path.exists(text):
        return Given(text, location=text)
    path, _, part = text.partition("#")
    return Given(path, part=part, location=path)


def scheme_of(text: str) -> str:
    """What stands before `://`."""
    scheme, mark, _ = text.partition("://")
    return scheme.lower() if mark else ""


LARGE = 4 << 20
"""Files of so many bytes, and all that are not text, are read by the engine for many rows."""


def many_files(path: str) -> list[Path] | None:
    """The files of a folder or a pattern in the order of their names, or the file itself; None: not a file."""
    if path == STANDARD_INPUT:
        return None
    if os.path.isfile(path):
        return [Path(path)]
    if os.path.isdir(path):
        found = sorted(file for file in Path(path).iterdir() if file.suffix in (".parquet", ".csv"))
    else:
        found = sorted(Path(file) for file in glob(path) if os.path.isfile(file))
    return found or None


def is_large(files: Sequence[Path]) -> bool:
    return len(files) > 1 or files[0].suffix == ".parquet" or files[0].stat().st_size >= LARGE


def _at_most(file: IO[bytes], path: str) -> bytes:
    data = file.read(MOST_OBSERVATION_BYTES + 1)
    if len(data) > MOST_OBSERVATION_BYTES:
        raise Stop(Exit.NOT_FINISHED, "file.too-big", path=path, limit=f"{MOST_OBSERVATION_BYTES >> 20} MiB")
    return data


def _unreadable(path: str, error: OSError) -> Stop:
    if isinstance(error, FileNotFoundError):
        near = _near_file(path)
        return Stop(Exit.USAGE, "file.missing-near" if near else "file.missing", path=path, near=near)
    return Stop(Exit.USAGE, "file.unreadable", path=path, reason=error.strerror or type(error).__name__)


def _near_file(path: str) -> str | None:
    """The file of the same folder and kind whose name this one is probably a slip of."""
    folder, name = os.path.split(path)
    kind = os.path.splitext(name)[1]
    try:
        names = sorted(other for other in os.listdir(folder or ".") if os.path.splitext(other)[1] == kind)
    except OSError:
        return None
    found = near_words(name, names[:MOST_NAMES], 1)
    return os.path.join(folder, found[0]) if found else None


MOST_NAMES = 1_000
"""Files of a folder that are compared with a name that is not there."""


def write_beside(path: str, data: bytes) -> None:
    """Puts the data in place of the file at once: a run that is killed leaves the old file or the new one.

    Written beside, flushed to the disk, renamed; a link is followed, so that what it points to is replaced.
    """
    try:
        target = Path(os.path.realpath(path))
        with _temporary(target) as (file, name):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.replace(name, target)
    except OSError as error:
        raise unwritable(path, error) from None


def put_beside(path: str, write: Callable[[str], None]) -> None:
    """The same with a file that `write` makes under the name that it is given: it need not be in memory."""
    try:
        target = Path(os.path.realpath(path))
        with _temporary(target) as (file, name):
            write(name)
            os.fsync(file.fileno())
            file.close()
            os.replace(name, target)
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: str, error: OSError) -> Stop:
    return Stop(Exit.NOT_FINISHED, "file.unwritable", path=path, reason=error.strerror or type(error).__name__)


@contextmanager
def _temporary(target: Path) -> Iterator[tuple[IO[bytes], str]]:
    """An open file in the folder of the target, with its permissions; removed if it is still there at the end."""
    import tempfile  # heavy, and most commands write no file

    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if sys.platform != "win32":
                os.chmod(name, mode)
            yield file, name
    finally:
        if os.path.exists(name):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
