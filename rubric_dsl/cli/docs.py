"""`rubric docs`: the method as a document."""

from __future__ import annotations

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import rubric_argument, set_option, use_from_option
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal


@declare("docs")
@rubric_argument
@click.option("-o", "output", metavar="FILE.html", required=True)
@set_option
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, output: str, settings: tuple[str, ...], use_from: tuple[str, ...]
) -> int:
    from rubric_dsl.cli.compiling import compiled, lines_in, plan_or_stop
    from rubric_dsl.cli.files import write_beside
    from rubric_dsl.plan.identity import plan_hash
    from rubric_dsl.render.html.docs import DocumentOf, Example, document

    if not output.lower().endswith(".html"):
        raise Stop(Exit.USAGE, "usage.docs-kind", path=output)
    done = compiled(terminal, rubric_file, use_from, settings_of(settings))
    plan = plan_or_stop(terminal, done)
    lines = lines_in(done.sources)
    examples = [
        Example(test.title.text, test.span.file, test.span.first_line, test.span.last_line)
        for test in done.resolved.tests
    ]
    files = {file: lines(file) for file in done.sources}
    write_beside(output, document(DocumentOf(plan, plan_hash(plan), files, examples), terminal.lang))
    return Exit.DONE
