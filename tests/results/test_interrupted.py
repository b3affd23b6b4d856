"""Whoever is killed while reports are written, or whose disk is full, finds the old files or the new ones, whole."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from rubric_dsl.cli.main import run as rubric
from rubric_dsl.cli.outputs import write_outputs
from tests.cli import rubrics
from tests.tables import ROOT

REPORTS = ("report.html", "result.xlsx", "result.json", "result.csv")


def folder_with(folder: Path, calls: str) -> Path:
    (folder / "hotlines.rubric").write_text(rubrics.HOTLINES, "utf-8")
    (folder / "calls.csv").write_text(calls, "utf-8")
    return folder


def written(folder: Path, into: Path) -> tuple[int, str]:
    """Exit code and standard error of a run that writes every kind of report."""
    out, err = io.StringIO(), io.StringIO()
    outputs = [word for name in REPORTS for word in ("-o", str(into / name))]
    with redirect_stdout(out), redirect_stderr(err):
        status = rubric(["score", str(folder / "hotlines.rubric"), f"calls={folder / 'calls.csv'}", *outputs])
    return status, err.getvalue()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_whoever_is_killed_leaves_the_old_reports_or_the_new_ones(tmp_path: Path) -> None:
    """Two hundred processes that write over the reports of another result, each killed at a moment of its own."""
    kinds = []
    for calls in (rubrics.CALLS, rubrics.CALLS.replace("yes,5\n", "yes,50\n")):
        folder_with(tmp_path, calls)
        assert written(tmp_path, tmp_path) == (0, "")
        kinds.append({name: (tmp_path / name).read_bytes() for name in REPORTS})
    assert all(kinds[0][name] != kinds[1][name] for name in REPORTS)
    target, chance, killed, seen = tmp_path / "out", random.Random(6), 0, set()
    target.mkdir()
    for name in REPORTS:
        (target / name).write_bytes(kinds[0][name])
    for i in range(200):
        order = chance.sample(REPORTS, len(REPORTS))
        child = os.fork()
        if child == 0:
            try:
                for k in range(400):
                    new = {Path(name).suffix: data for name, data in kinds[(i + k) % 2].items()}
                    made = {suffix: partial(bytes, data) for suffix, data in new.items()}
                    write_outputs([str(target / name) for name in order], {}, [], made)
            finally:
                os._exit(0)
        time.sleep(chance.random() * 0.015)
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(how)
        for name in REPORTS:
            found = [data[name] for data in kinds].index((target / name).read_bytes())
            seen.add((name, found))
    assert killed > 150 and len(seen) == 2 * len(REPORTS)


# ---------------------------------------------------------------- no room


INSIDE = """
import json, os, sys
from pathlib import Path
from tests.results.test_interrupted import REPORTS, files_of, written
made, small = Path(sys.argv[1]), Path(sys.argv[2])
for name in REPORTS:
    (small / name).write_bytes(b"the old " + name.encode())
before = files_of(small)
with open(small / "filler", "wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(1024))
    except OSError:
        pass
os.truncate(small / "filler", max(0, (small / "filler").stat().st_size - 8192))
status, said = written(made, small)
after = files_of(small)
del after["filler"]
print(json.dumps({"status": status, "said": said, "same": before == after}))
"""


@cache
def mounting() -> tuple[str, ...] | None:
    """The words before a command that may mount a file system of its own, gone with it; None: not allowed here."""
    for words in (("unshare", "-m"), ("unshare", "-Urm")):
        if shutil.which("unshare") and subprocess.run(
            [*words, "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"], capture_output=True,
        ).returncode == 0:
            return words
    return None


def on_a_full_disk(made: Path, small: Path) -> dict[str, Any]:
    """What a run says whose reports go to a file system of 64 KiB with 8 KiB left; where none may be mounted, to one
    on which the system refuses every file over 8 KiB."""
    words = mounting()
    command = [sys.executable, "-c", INSIDE, str(made), str(small)]
    first = None
    if words is not None:
        mount = f'mount -t tmpfs -o size=64k tmpfs "{small}" && exec "$@"'
        command = [*words, "sh", "-c", mount, "sh", *command]
    else:
        def first() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", preexec_fn=first,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "RUBRIC_LANG": "en",
             "RUBRIC_PLAN_CACHE": "off"},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_full_disk_is_said_and_leaves_the_old_reports(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    found = on_a_full_disk(folder_with(tmp_path, rubrics.CALLS), small)
    assert found["status"] == 7 and found["same"], found
    assert "report.html" in found["said"] and "Traceback" not in found["said"]
    if mounting() is not None:
        assert "No space left on device" in found["said"]


@pytest.mark.parametrize("name", ["page.html", "method.html"])
def test_a_place_where_nothing_can_be_written_is_said(name: str, tmp_path: Path) -> None:
    folder_with(tmp_path, rubrics.CALLS)
    words = ["explain", str(tmp_path / "hotlines.rubric"), f"calls={tmp_path / 'calls.csv'}", "甲"]
    if name == "method.html":
        words = ["docs", str(tmp_path / "hotlines.rubric")]
    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err):
        status = rubric([*words, "-o", f"/dev/full/{name}"])
    assert status == 7 and name in err.getvalue() and "Traceback" not in err.getvalue(), err.getvalue()
