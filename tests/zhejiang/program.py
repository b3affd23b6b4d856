"""The program run as a user runs it, and its JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from fractions import Fraction
from pathlib import Path
from typing import Any

from rubric_dsl.cli.main import run as rubric
from tests.zhejiang.independent import INDICATORS


def run(*words: str | Path) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of `rubric …`."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = rubric([*map(str, words), "--json"])
    assert out.getvalue(), err.getvalue()
    return status, json.loads(out.getvalue())


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
