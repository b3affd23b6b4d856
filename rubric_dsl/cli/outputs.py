"""The files that `-o` writes: `.json` as `--json` prints it, `.csv` for a spreadsheet, pages and workbooks."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.files import write_beside
from rubric_dsl.results.harmless import harmless

if TYPE_CHECKING:
    from rubric_dsl.render.columns import Columns

COLUMNS = (".parquet", ".arrow")
"""Files of columns, in which `-o` writes points."""
KINDS = (".json", ".csv", ".html", ".xlsx", *COLUMNS)
POINTS = (*COLUMNS, ".csv")


def check_outputs(
    paths: Sequence[str], points: Sequence[str | None] = (), kinds: Sequence[str] = KINDS
) -> None:
    """Refuses names that no kind of file has, and packages that are not there, before anything is computed.

    `points`: files of points, which say all numbers exactly. `kinds`: of `paths`.
    """
    every = [*paths, *(path for path in points if path is not None)]
    for path in every:
        taken = kinds if path in paths else POINTS
        if kind_of(path) not in taken:
            raise Stop(Exit.USAGE, "usage.output-kind", path=path, kinds=", ".join(taken))
        if every.count(path) > 1:
            raise Stop(Exit.USAGE, "usage.output-twice", path=path)
    if any(path.lower().endswith(COLUMNS) for path in every):
        needs_polars(next(path for path in every if path.lower().endswith(COLUMNS)))


def needs_polars(path: str) -> None:
    import importlib.util

    if importlib.util.find_spec("polars") is None:
        command = install_command("polars>=2,<3")
        raise Stop(Exit.NOT_INSTALLED, "file.package-to-write", path=path, package="polars", command=command)


def shows_rows(paths: Sequence[str]) -> bool:
    """Whether one of the files shows single observations."""
    return any(path.lower().endswith((".html", ".xlsx")) for path in paths)


def kind_of(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def write_outputs(
    paths: Sequence[str], result: Any, rows: Callable[[], Iterable[Sequence[str]]],
    made: Mapping[str, Callable[[], bytes]]
) -> None:
    """`rows`: those of a table. `made`: by the end of a file's name what makes its bytes. Each is asked only where it
    is wanted."""
    for path in paths:
        kind = kind_of(path)
        if kind in made:
            write_beside(path, made[kind]())
        elif path.lower().endswith(".json"):
            from rubric_dsl.results.saved import result_text

            write_beside(path, result_text(result).encode("utf-8"))
        else:
            write_beside(path, csv_bytes(rows()))


def write_points(path: str, columns: Columns) -> None:
    from rubric_dsl.render.columns import table_bytes, text_rows

    kind = kind_of(path)
    write_beside(path, csv_bytes(text_rows(columns)) if kind == ".csv" else table_bytes(columns, kind))


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; a text that it would compute gets a `'` before it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")

