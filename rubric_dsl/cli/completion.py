"""`rubric completion SHELL`: what a shell needs to complete commands, options, files and codes."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import rubric
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

SHELLS = ("bash", "zsh", "fish")


@declare("completion")
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
def command(terminal: Terminal, shell: str) -> int:
    maker = get_completion_class(shell)
    assert maker is not None
    try:
        script = maker(rubric, {}, "rubric", "_RUBRIC_COMPLETE").source()
    except RuntimeError as fault:  # a shell too old to complete
        raise Stop(Exit.NOT_FINISHED, "completion.no-shell", reason=str(fault)) from None
    terminal.text(script + "\n")
    return Exit.DONE
