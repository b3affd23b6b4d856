"""The files that `-o` writes: `.json` as `--json` prints it, `.csv` for a spreadsheet, pages and workbooks."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import write_beside
from rubric_dsl.results.harmless import harmless

KINDS = (".json", ".csv", ".html", ".xlsx")


def check_outputs(paths: Sequence[str]) -> None:
    """Refuses names that no kind of file has, before anything is computed."""
    for path in paths:
        if os.path.splitext(path)[1].lower() not in KINDS:
            raise Stop(Exit.USAGE, "usage.output-kind", path=path)
        if paths.count(path) > 1:
            raise Stop(Exit.USAGE, "usage.output-twice", path=path)


def shows_rows(paths: Sequence[str]) -> bool:
    """Whether one of the files shows single observations."""
    return any(path.lower().endswith((".html", ".xlsx")) for path in paths)


def write_outputs(
    paths: Sequence[str], result: Any, rows: Callable[[], Iterable[Sequence[str]]],
    made: Mapping[str, Callable[[], bytes]]
) -> None:
    """`rows`: those of a table. `made`: by the end of a file's name what makes its bytes. Each is asked only where it
    is wanted."""
    for path in paths:
        kind = os.path.splitext(path)[1].lower()
        if kind in made:
            write_beside(path, made[kind]())
        elif path.lower().endswith(".json"):
            from rubric_dsl.results.late import json_text

            write_beside(path, (json_text(result) + "\n").encode("utf-8"))
        else:
            write_beside(path, csv_bytes(rows()))


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; a text that it would compute gets a `'` before it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")

