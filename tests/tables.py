"""Tables as CSV files, and where the project stands. Nothing here knows the program."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Sequence[Mapping[str, str]], header: Mapping[str, str] | None = None) -> Path:
    """A CSV file of these rows; `header`: what to head each column with, in which order."""
    names = header if header is not None else {name: name for name in rows[0]}
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(names.values())
        out.writerows([row[name] for name in names] for row in rows)
    return path
