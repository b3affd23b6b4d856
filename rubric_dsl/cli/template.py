"""`rubric template`: the observation form of a rubric, to be filled in with a spreadsheet."""

from __future__ import annotations

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import rubric_argument, use_from_option
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import write_beside
from rubric_dsl.cli.terminal import Terminal


@declare("template")
@rubric_argument
@click.option("-o", "output", metavar="FILE.xlsx", required=True)
@click.option("--rows", metavar="N", type=int, default=1_000)
@use_from_option
def command(terminal: Terminal, rubric_file: str, output: str, rows: int, use_from: tuple[str, ...]) -> int:
    from rubric_dsl.cli.compiling import compiled, plan_or_stop
    from rubric_dsl.render.form import MOST_ROWS, form

    if not output.lower().endswith(".xlsx"):
        raise Stop(Exit.USAGE, "usage.form-kind", path=output)
    if not 1 <= rows <= MOST_ROWS:
        raise Stop(Exit.USAGE, "usage.form-rows", limit=MOST_ROWS)
    plan = plan_or_stop(terminal, compiled(terminal, rubric_file, use_from))
    write_beside(output, form(plan, terminal.lang, rows))
    terminal.err(terminal.say("template.written", path=output, tables=", ".join(table.name for table in plan.tables)))
    return Exit.DONE
