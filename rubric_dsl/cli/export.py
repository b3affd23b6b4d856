"""`rubric export`: a rubric as a workbook that experts read and change, and that `import` reads back."""

from __future__ import annotations

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import rubric_argument, use_from_option
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import RubricFiles, write_beside
from rubric_dsl.cli.terminal import Terminal


@declare("export")
@rubric_argument
@click.option("-o", "output", metavar="FILE.xlsx", required=True)
@click.option("--lang", "to", type=click.Choice(["zh", "en"]))
@use_from_option
def command(terminal: Terminal, rubric_file: str, output: str, to: str | None, use_from: tuple[str, ...]) -> int:
    from rubric_dsl.cli.compiling import compiled, plan_or_stop, show_found
    from rubric_dsl.writing.sheets.book import TooLong
    from rubric_dsl.writing.sheets.there_and_back import exported

    if not output.lower().endswith(".xlsx"):
        raise Stop(Exit.USAGE, "usage.form-kind", path=output)
    done = compiled(terminal, rubric_file, use_from)
    plan = plan_or_stop(terminal, done)
    lang = to or ("zh" if done.language == "zh" else "en")
    load = RubricFiles(rubric_file, use_from).load
    try:
        made = exported(rubric_file, plan, load, "zh" if lang == "zh" else "en", use_from)
    except TooLong as long:
        raise Stop(Exit.NOT_FINISHED, "export.too-long", sheet=long.sheet, characters=long.characters) from None
    if not made.same:
        show_found(terminal, made.found, made.sources)
        raise Stop(Exit.NOT_FINISHED, "export.differs", path=output)
    write_beside(output, made.data)
    terminal.err(terminal.say("export.written", path=output, sheets=made.sheets))
    if made.comments:
        terminal.err(terminal.say("export.comments", count=made.comments))
    if made.beside:
        terminal.err(terminal.say("export.beside", files=made.beside))
    if made.gathered:
        terminal.err(terminal.say("export.gathered", files=made.gathered))
    return Exit.DONE
