"""The program `rubric`: picks the language, runs a command, ends with its exit code whatever happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from rubric_dsl.cli.app import rubric
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.language import language
from rubric_dsl.cli.terminal import Terminal, prepare_streams
from rubric_dsl.cli.usage import usage_text


def main() -> int:
    """The program: its arguments from the command line, its exit code when all is written."""
    prepare_streams()
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and gives its exit code; everything that is said goes to standard output and error."""
    terminal = Terminal(language(arguments, os.environ))
    try:
        return int(rubric.main(list(arguments), prog_name="rubric", standalone_mode=False, obj=terminal) or 0)
    except Stop as stop:
        if stop.key is not None:
            terminal.err(terminal.say(stop.key, **stop.facts))
        return stop.exit_code
    except click.UsageError as error:
        terminal.err(usage_text(error, terminal))
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        terminal.err()
        return Exit.INTERRUPTED
    except Exception as error:
        from rubric_dsl.cli.crash import report_bug

        return report_bug(terminal, arguments, error)
