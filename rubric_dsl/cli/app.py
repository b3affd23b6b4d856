"""The commands as click sees them, and their help in the language of the run.

A command's texts stand in `prose/cli.toml`: `help.NAME` says what it does, `help.NAME-example` shows it,
`option.PARAMETER` explains a parameter. A command's module is loaded when the command is used.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from rubric_dsl.cli import words
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.render.width import pad, width, wrap

COMMANDS = (
    "new", "check", "fmt", "plan", "score", "explain", "verify", "diff", "prove", "robust", "test", "docs", "template",
    "import", "export", "codes", "lsp", "completion",
)
MODULES = {"import": "importing"}
"""Of commands whose name no module can have."""
FILE = click.Path()
"""So that a shell completes names of files; whether there is one is told by whoever opens it."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose help is in the language of the run. Its callback gives the exit code."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        terminal = terminal_of(ctx)
        formatter.write("\n".join(_command_help(self, ctx, terminal)) + "\n")


class Commands(click.Group):
    """`rubric` itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from rubric_dsl.cli.language import language

        lang = language((), os.environ)
        found = [CompletionItem(name, help=words.say(f"help.{name}", lang)) for name in COMMANDS]
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [item for item in found if str(item.value).startswith(incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"rubric_dsl.cli.{MODULES.get(cmd_name, cmd_name)}").command
        assert isinstance(command, click.Command)
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        terminal = terminal_of(ctx)
        rows = [(name, terminal.say(f"help.{name}")) for name in COMMANDS]
        options = [("--lang zh|en", terminal.say("option.lang")), ("--version", terminal.say("option.version"))]
        lines = [
            *wrap(terminal.say("help.rubric"), terminal.look().columns), "",
            terminal.say("help.usage", usage="rubric COMMAND …"), "",
            terminal.say("help.commands"), *_table(rows, terminal), "",
            terminal.say("help.options"), *_table(options, terminal), "",
            terminal.say("help.example"), *_tries(terminal), "",
            *wrap(terminal.say("help.more"), terminal.look().columns),
        ]
        formatter.write("\n".join(lines) + "\n")


def terminal_of(ctx: click.Context) -> Terminal:
    terminal = ctx.find_object(Terminal)
    assert terminal is not None
    return terminal


@click.group("rubric", cls=Commands, invoke_without_command=True, context_settings=CONTEXT)
@click.option("--lang", type=click.Choice(["zh", "en"]))
@click.option("--version", is_flag=True)
@click.pass_context
def rubric(ctx: click.Context, lang: str | None, version: bool) -> int:
    if ctx.invoked_subcommand is not None:
        return Exit.DONE
    terminal = terminal_of(ctx)
    if version:
        from rubric_dsl import __version__

        terminal.out(f"rubric {__version__}")
    else:
        for line in (*_paragraphs("help.try", terminal), "", *_tries(terminal), ""):
            terminal.out(line)
        for line in wrap(terminal.say("help.all"), terminal.look().columns):
            terminal.out(line)
    return Exit.DONE


def command(name: str) -> Callable[[Callable[..., int]], click.Command]:
    """Declares a command; its callback takes the terminal first and its parameters by name."""

    def declare(callback: Callable[..., int]) -> click.Command:
        made = click.command(name, cls=Command, context_settings=CONTEXT)(click.pass_obj(callback))
        if not any("--lang" in param.opts for param in made.params):
            made.params.append(click.Option(["--lang"], type=click.Choice(["zh", "en"]), expose_value=False))
        return made

    return declare


def json_option(decorated: Decorated) -> Decorated:
    return click.option("--json", "as_json", is_flag=True)(decorated)


def rubric_argument(decorated: Decorated) -> Decorated:
    return click.argument("rubric_file", metavar="RUBRIC", type=FILE)(decorated)


def observations_argument(decorated: Decorated) -> Decorated:
    return click.argument("observations", metavar="OBS…", nargs=-1, required=True, type=FILE)(decorated)


def use_from_option(decorated: Decorated) -> Decorated:
    return click.option("--use-from", metavar="DIR", multiple=True)(decorated)


def corrections_option(decorated: Decorated) -> Decorated:
    return click.option("--corrections", metavar="FILE")(decorated)


def set_option(decorated: Decorated) -> Decorated:
    return click.option("--set", "settings", metavar="P=V", multiple=True)(decorated)


# ---------------------------------------------------------------- help


TRIES = ("new", "check", "score")
"""What to try first; its words and its explanation are `help.try-NAME` and `help.try-NAME-what`."""


def _tries(terminal: Terminal) -> Iterable[str]:
    """Commands to copy, each with what it does."""
    rows = [(terminal.say(f"help.try-{name}"), terminal.say(f"help.try-{name}-what")) for name in TRIES]
    if max(width(first) for first, _ in rows) + LEAST_ROOM <= terminal.look().columns:
        yield from _table(rows, terminal)
        return
    for first, what in rows:
        yield "  " + first
        yield from ("      " + line for line in wrap(what, terminal.look().columns - 6))


LEAST_ROOM = 30
"""Columns that an explanation needs beside what it explains; else it stands below."""


def _paragraphs(key: str, terminal: Terminal) -> Iterable[str]:
    """A text with its lines as wide as the terminal has room for."""
    between = "" if terminal.lang == "zh" else " "
    for paragraph in terminal.say(key).strip("\n").split("\n\n"):
        yield from wrap(between.join(paragraph.split("\n")), terminal.look().columns)


def _command_help(command: click.Command, ctx: click.Context, terminal: Terminal) -> Iterable[str]:
    name = command.name or ""
    yield from wrap(terminal.say(f"help.{name}"), terminal.look().columns)
    yield ""
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    usage = " ".join([ctx.command_path, *map(_argument_words, arguments), terminal.say("help.options-word")])
    yield terminal.say("help.usage", usage=usage)
    if words.has(f"help.{name}-long"):
        yield ""
        yield from _paragraphs(f"help.{name}-long", terminal)
    yield ""
    yield terminal.say("help.options")
    options = [param for param in command.params if isinstance(param, click.Option)]
    yield from _table([(_option_words(option), _option_text(option, name, terminal)) for option in options], terminal)
    yield ""
    yield terminal.say("help.example")
    yield terminal.say(f"help.{name}-example").strip("\n")


def _argument_words(argument: click.Argument) -> str:
    words_of = argument.metavar or (argument.name or "").upper()
    return words_of if argument.required else f"[{words_of}]"


def _option_words(option: click.Option) -> str:
    value = "zh|en" if "--lang" in option.opts else option.metavar
    return ", ".join(option.opts) + (f" {value}" if value and not option.is_flag else "")


def _option_text(option: click.Option, command: str, terminal: Terminal) -> str:
    own = f"option.{command}-{option.name}"
    return terminal.say(own if words.has(own) else f"option.{option.name}")


def _table(rows: list[tuple[str, str]], terminal: Terminal) -> Iterable[str]:
    """Two columns, the second wrapped under itself."""
    first = max(width(row[0]) for row in rows) + 4
    room = terminal.look().columns - first
    if room < LEAST_ROOM:
        for name, text in rows:
            yield "  " + name
            yield from ("      " + line for line in wrap(text, terminal.look().columns - 6))
        return
    for name, text in rows:
        head, *rest = wrap(text, room)
        yield "  " + pad(name, first - 2) + head
        for line in rest:
            yield " " * first + line
