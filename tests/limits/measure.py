"""What the program answers to a text that asks for much, how long it computes and how much memory it takes.

`python -m tests.limits.measure` prints it for every text of `inputs`. At most 10 s and 500 MB each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.limits.inputs import ALL

ROOT = Path(__file__).parents[2]
LAUNCH = Path(__file__).with_name("launch.py")
MEGABYTES = 500


@dataclass(frozen=True)
class Answer:
    """`seconds` of the processor, not of the clock: other processes of the machine are not counted."""

    status: int
    out: bytes
    err: bytes
    seconds: float
    megabytes: float


def check(data: bytes, folder: Path) -> Answer:
    """`rubric check --json` of the text, in a process of its own; its output goes to files, however long it is."""
    path = folder / "large.rubric"
    path.write_bytes(data)
    out, err = folder / "out", folder / "err"
    command = [sys.executable, "-P", "-m", "rubric_dsl", "check", str(path), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RUBRIC_LANG": "en"}
    launched = [sys.executable, str(LAUNCH), str(out), str(err), *command]
    done = subprocess.run(launched, env=environment, cwd=folder, capture_output=True, check=True)
    status, seconds, kilobytes = json.loads(done.stdout)
    return Answer(status, out.read_bytes(), err.read_bytes(), seconds, kilobytes / 1024)


def main() -> None:
    print(f"{'input':<32} {'seconds':>8} {'MB':>6} {'exit':>5}")
    for name, make in ALL.items():
        with tempfile.TemporaryDirectory() as folder:
            answer = check(make(), Path(folder))
        print(f"{name:<32} {answer.seconds:8.2f} {answer.megabytes:6.0f} {answer.status:>5}", flush=True)


if __name__ == "__main__":
    main()
