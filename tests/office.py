"""LibreOffice without a window, as a judge of what is written and as one more program that writes."""

from __future__ import annotations

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


def converted(data: bytes, name: str, to: str) -> bytes:
    """The bytes of a file, converted. `to` is the end of a name, or that with a filter (`csv_filter`)."""
    office = program()
    assert office is not None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / name
        source.write_bytes(data)
        out = Path(folder) / "out"
        words = [office, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile", "--convert-to",
            to,
                 "--outdir", str(out), str(source)]
        done = subprocess.run(words, capture_output=True, timeout=120, check=False)
        made = sorted(out.glob("*")) if out.exists() else []
        assert made, done.stderr.decode("utf-8", "replace")
        return made[0].read_bytes()


def csv_filter(charset: int, separator: str = ",") -> str:
    """Comma-separated, as shown, in a character set by its number in LibreOffice (76 is UTF-8)."""
    return f"csv:Text - txt - csv (StarCalc):{ord(separator)},34,{charset},1"
