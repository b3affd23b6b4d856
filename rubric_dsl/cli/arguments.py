"""What stands on a command line beside options: observations, settings of parameters, the subject and the item."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import SCHEME, STANDARD_INPUT, where

if TYPE_CHECKING:
    from rubric_dsl.plan.model import ScoringPlan, TableSchema

OF_SEVERAL_TABLES = (".xlsx", ".xlsm", ".ods", ".xls", ".db", ".sqlite", ".sqlite3", ".duckdb")
"""Ends of names of files that may hold a sheet or table for each table of a rubric."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One `FILE` or `TABLE=FILE`."""

    table: str | None
    path: str


def observation(text: str) -> Observation:
    """`TABLE=FILE`, unless a file of the whole name exists or the part before `=` looks like a path."""
    table, equals, path = text.partition("=")
    if not equals or not table or not path or "/" in table or os.sep in table or os.path.exists(text):
        return Observation(None, text)
    return Observation(table.strip(), path)


def is_observation(text: str) -> bool:
    is_file = os.path.exists(text) or os.path.isfile(text.partition("#")[0])
    return "=" in text or text == STANDARD_INPUT or bool(SCHEME.match(text)) or is_file


def apart(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Observations, and the others in order: subject, item."""
    observations = [argument for argument in arguments if is_observation(argument)]
    return observations, [argument for argument in arguments if not is_observation(argument)]


def by_table(observations: Iterable[str], plan: ScoringPlan) -> dict[str, str]:
    """Table name to path. A label stands for its table; a name that no table has is kept, and refused when reading."""
    paths: dict[str, str] = {}
    for text in observations:
        given = observation(text)
        for table in _tables(given, plan):
            if table in paths:
                raise Stop(Exit.USAGE, "usage.table-twice", table=table, first=paths[table], second=given.path)
            if given.path == STANDARD_INPUT and STANDARD_INPUT in paths.values():
                raise Stop(Exit.USAGE, "usage.stdin-twice")
            paths[table] = given.path
    return paths


def _tables(given: Observation, plan: ScoringPlan) -> list[str]:
    """The table that a file is for; of a workbook or database that nobody named, every table of the rubric."""
    named = {name: table.name for table in plan.tables for name in _names(table)}
    if given.table is not None:
        return [named.get(given.table, given.table)]
    named_by = where(given.path)
    stem, kind = os.path.splitext(os.path.basename(named_by.location))
    for name in (named_by.part, stem):
        if name in named:
            return [named[name]]
    if len(plan.tables) == 1:
        return [plan.tables[0].name]
    if not named_by.part and (kind.lower() in OF_SEVERAL_TABLES or SCHEME.match(given.path)):
        return [table.name for table in plan.tables]
    choices = ", ".join(f"{table.name}={given.path}" for table in plan.tables)
    raise Stop(Exit.USAGE, "usage.which-table", file=given.path, choices=choices)


def _names(table: TableSchema) -> Iterable[str]:
    return [table.name] if table.label is None else [table.label, table.name]


def settings(texts: Iterable[str]) -> Mapping[str, str]:
    """`P=V` of each `--set`; the last of one name counts."""
    given = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise Stop(Exit.USAGE, "usage.setting", text=text)
        given[name.strip()] = value.strip()
    return given
