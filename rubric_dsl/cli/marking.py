"""`--marked FILE.xlsx`: the sender's workbook again, with the refused cells coloured and commented."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import write_beside
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.observations.model import Observations
    from rubric_dsl.observations.raw import Given
    from rubric_dsl.plan.model import ScoringPlan


def check_marked(path: str | None, given: Mapping[str, Given]) -> None:
    """Refuses a name that is no workbook's, or that is one of the files that were given."""
    if path is None:
        return
    if not path.lower().endswith(".xlsx"):
        raise Stop(Exit.USAGE, "usage.marked-kind", path=path)
    for source in given.values():
        if source.location and os.path.exists(path) and os.path.realpath(path) == os.path.realpath(source.location):
            raise Stop(Exit.USAGE, "usage.marked-same", path=path)


def write_marked(
    terminal: Terminal, path: str, plan: ScoringPlan, observed: Observations, given: Mapping[str, Given]
) -> None:
    """Writes the workbook and says so; says that there is nothing to mark where nothing was refused."""
    from rubric_dsl.observations.formats import format_of
    from rubric_dsl.observations.opening import records_again
    from rubric_dsl.observations.raw import FileRefused
    from rubric_dsl.render.marked import made_anew, marked_workbook, marks_of

    ledgers = {name: data.ledger for name, data in observed.tables.items() if data.ledger.refusals and name in given}
    if not ledgers:
        terminal.err(terminal.say("score.nothing-marked", path=path))
        return
    marks = {name: marks_of(ledger, terminal.lang) for name, ledger in ledgers.items()}
    sources = {given[name].name: given[name] for name in ledgers}
    made = None
    if len(sources) == 1 and all(ledger.sheet for ledger in ledgers.values()):
        (source,) = sources.values()
        if format_of(source.data) == "xlsx":
            by_sheet = {ledger.sheet: marks[name] for name, ledger in ledgers.items()}
            try:
                made = marked_workbook(source.data, by_sheet)
            except (FileRefused, ValueError, KeyError):
                made = None  # its XML is unusual: a workbook of its cells is made instead
    if made is None:
        schemas = {table.name: table for table in plan.tables}
        made = made_anew([
            (name, records_again(given[name], schemas[name]) if name in schemas else (), marks[name])
            for name in ledgers
        ])
    write_beside(path, made)
    terminal.err(terminal.say("score.marked", path=path, count=sum(map(len, marks.values()))))
