"""How long inputs of 1 MiB take and how much memory: `python -m tests.limits.measure`. At most 10 s and 500 MB each."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.limits.inputs import INPUTS

PROGRAM = """
import resource, sys
from rubric_dsl.cli.main import run
code = run(["check", sys.argv[1], "--json"])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def main() -> None:
    print(f"{'input':<32} {'seconds':>8} {'MB':>6} {'exit':>5}")
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, _) in INPUTS.items():
            path = Path(folder) / "input.rubric"
            path.write_bytes(make())
            start = time.perf_counter()
            command = [sys.executable, "-c", PROGRAM, str(path)]
            done = subprocess.run(command, capture_output=True, check=False, text=True)
            seconds = time.perf_counter() - start
            code, memory = done.stderr.split()[-2:]
            print(f"{name:<32} {seconds:8.2f} {memory:>6} {code:>5}", flush=True)


if __name__ == "__main__":
    main()
