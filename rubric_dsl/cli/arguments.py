"""What stands on a command line beside options: observations, settings of parameters, the subject and the item."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import STANDARD_INPUT

if TYPE_CHECKING:
    from rubric_dsl.plan.model import ScoringPlan, TableSchema

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.]+:")
"""`sqlite:…`; a single letter is the drive of a Windows path."""


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
    return "=" in text or text == STANDARD_INPUT or bool(SCHEME.match(text)) or os.path.exists(text)


def apart(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Observations, and the others in order: subject, item."""
    observations = [argument for argument in arguments if is_observation(argument)]
    return observations, [argument for argument in arguments if not is_observation(argument)]


def by_table(observations: Iterable[str], plan: ScoringPlan) -> dict[str, str]:
    """Table name to path. A label stands for its table; a name that no table has is kept, and refused when reading."""
    paths: dict[str, str] = {}
    for text in observations:
        given = observation(text)
        if SCHEME.match(given.path) and not os.path.exists(given.path):
            raise Stop(Exit.USAGE, "usage.not-yet", file=given.path)
        table = _table(given, plan)
        if table in paths:
            raise Stop(Exit.USAGE, "usage.table-twice", table=table, first=paths[table], second=given.path)
        if given.path == STANDARD_INPUT and STANDARD_INPUT in paths.values():
            raise Stop(Exit.USAGE, "usage.stdin-twice")
        paths[table] = given.path
    return paths


def _table(given: Observation, plan: ScoringPlan) -> str:
    named = {name: table.name for table in plan.tables for name in _names(table)}
    if given.table is not None:
        return named.get(given.table, given.table)
    stem = os.path.splitext(os.path.basename(given.path))[0]
    if stem in named:
        return named[stem]
    if len(plan.tables) == 1:
        return plan.tables[0].name
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
