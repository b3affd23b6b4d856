"""The 88 calls of the worked example, in whatever form a test writes them, and what reading them gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rubric_dsl.observations.model import Cell, Ledger
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan

ROOT = Path(__file__).parents[2]
RUBRIC = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
Rows = list[list[str]]


@cache
def plan() -> ScoringPlan:
    made = compile_rubric(str(RUBRIC), lambda path: Path(path).read_bytes()).plan
    assert made is not None
    return made


@cache
def _lines() -> tuple[tuple[str, ...], ...]:
    text = (ROOT / "examples" / "zhejiang_12345_2020" / "calls.csv").read_text("utf-8-sig")
    return tuple(tuple(line) for line in csv.reader(io.StringIO(text)))


def calls() -> Rows:
    """The header and 88 rows, to be changed by whoever asked for them."""
    return [list(line) for line in _lines()]


HEADER = list(_lines()[0])
TYPES = {column.name: column.type for column in plan().tables[0].columns}
LABELS = {column.name: column.label or column.name for column in plan().tables[0].columns}
MEMBERS = {
    column.name: {member.name: member.labels[0] for member in column.members if member.labels}
    for column in plan().tables[0].columns
}


def read(data: bytes, name: str = "calls.csv", part: str = "", location: str = "") -> tuple[list[Mapping[str, Cell]],
    Ledger]:
    """The values of the rows by column, in order of the file, and the account."""
    found = read_observations(plan(), {"calls": Given(name, data, part, location)}).tables["calls"]
    return [dict(row.values) for row in found.rows], found.ledger


@cache
def _expected() -> list[Mapping[str, Cell]]:
    values, ledger = read(as_csv(calls()).encode())
    assert (ledger.read, ledger.scored, ledger.repairs) == (88, 88, ())
    return values


def expected() -> list[Mapping[str, Cell]]:
    """What the plain file gives, which `tests/zhejiang` holds to the published results."""
    return _expected()


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\n", quote_all: bool = False) -> str:
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


def column(rows: Rows, name: str, change: Callable[[str], Any]) -> list[list[Any]]:
    """The rows with every cell of a column that has something in it written otherwise."""
    place = rows[0].index(name)
    made: list[list[Any]] = [list(row) for row in rows]
    for row in made[1:]:
        if row[place]:
            row[place] = change(row[place])
    return made


def typed(rows: Rows) -> list[list[Any]]:
    """The rows as a spreadsheet would hold them: numbers as numbers, the rest as texts."""
    numbers = [place for place, name in enumerate(rows[0]) if TYPES.get(name) in ("seconds", "whole number", "number")]
    return [
        [int(cell) if number and place in numbers and cell else cell for place, cell in enumerate(row)]
        for number, row in enumerate(rows)
    ]
