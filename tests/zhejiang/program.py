"""The program run as a user runs it, and its JSON."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.zhejiang.independent import INDICATORS, ROOT


def run(*words: str | Path) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of `rubric …`."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "rubric_dsl", *map(str, words), "--json"],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def score(rubric: Path, calls: Path) -> dict[str, Any]:
    status, result = run("score", rubric, f"calls={calls}")
    assert status == 0, result
    return result


def write(path: Path, rows: Sequence[Mapping[str, str]], header: Mapping[str, str] | None = None) -> Path:
    """A CSV file of these rows; `header`: what to head each column with, in which order."""
    names = header if header is not None else {name: name for name in rows[0]}
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(names.values())
        out.writerows([row[name] for name in names] for row in rows)
    return path


def exact_scores(result: Mapping[str, Any]) -> dict[str, dict[str, Fraction]]:
    return {
        city: {item: Fraction(values[item]["exact"]) for item in ("total", *INDICATORS)}
        for city, values in result["subjects"].items()
    }


def ranks_of(result: Mapping[str, Any]) -> dict[str, int]:
    return {row["subject"]: row["rank"] for row in result["rankings"][0]["rows"]}


def heat_of(result: Mapping[str, Any]) -> dict[str, str]:
    return {city: values["heat"] for city, values in result["subjects"].items()}
