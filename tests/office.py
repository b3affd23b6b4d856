"""LibreOffice without a window, as a judge of what is written and as one more program that writes."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

PLACES = ("soffice", "/usr/lib/libreoffice/program/soffice", "/usr/bin/libreoffice")


@cache
def program() -> str | None:
    return next((found for place in PLACES if (found := shutil.which(place))), None)


needed = pytest.mark.skipif(program() is None, reason="LibreOffice is not installed (libreoffice-calc-nogui)")


@cache
def _profile() -> str:
    """One folder of settings for all conversions of a run: the first use of one takes a second."""
    folder = tempfile.mkdtemp(prefix="office")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def converted(data: bytes, name: str, to: str) -> bytes:
    """The bytes of a file, converted. `to` is the end of a name, or that with a filter (`csv_filter`)."""
    office = program()
    assert office is not None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / name
        source.write_bytes(data)
        out = Path(folder) / "out"
        profile = f"-env:UserInstallation=file://{_profile()}"
        words = [office, "--headless", "--norestore", profile, "--convert-to", to, "--outdir", str(out), str(source)]
        done = subprocess.run(words, capture_output=True, timeout=120, check=False)
        made = sorted(out.glob("*")) if out.exists() else []
        assert made, done.stderr.decode("utf-8", "replace")
        return made[0].read_bytes()


def csv_filter(charset: int, separator: str = ",") -> str:
    """Comma-separated, as shown, in a character set by its number in LibreOffice (76 is UTF-8)."""
    return f"csv:Text - txt - csv (StarCalc):{ord(separator)},34,{charset},1"
