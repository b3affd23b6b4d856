"""The program run as a user runs it, with its JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from rubric_dsl.cli.main import run as rubric


def run(*words: str | Path) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of `rubric …`."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = rubric([*map(str, words), "--json"])
    assert out.getvalue(), err.getvalue()
    return status, json.loads(out.getvalue())


def score(rubric: Path, **tables: Path) -> dict[str, Any]:
    """The result for these files of observations, none of them with a refused row."""
    status, result = run("score", rubric, *(f"{table}={path}" for table, path in tables.items()))
    assert status == 0, result
    return result


def ranks_of(result: Mapping[str, Any], ranking: int = 0) -> dict[str, int | None]:
    return {row["subject"]: row["rank"] for row in result["rankings"][ranking]["rows"]}


def text(*words: str | Path) -> str:
    """What `rubric …` prints when it ends with 0."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = rubric([*map(str, words)])
    assert status == 0, err.getvalue()
    return out.getvalue()
