"""The commands as click sees them, and their help in the language of the run.

A command's texts stand in `prose/cli.toml`: `help.NAME` says what it does, `help.NAME-example` shows it,
`option.PARAMETER` explains a parameter. A command's module is loaded when the command is used.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from rubric_dsl.cli import words
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.render.width import pad, width, wrap

COMMANDS = ("check", "plan", "score", "explain", "test", "template", "codes")
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

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"rubric_dsl.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        terminal = terminal_of(ctx)
        rows = [(name, terminal.say(f"help.{name}")) for name in COMMANDS]
        options = [("--lang zh|en", terminal.say("option.lang")), ("--version", terminal.say("option.version"))]
        lines = [
            terminal.say("help.rubric"), "",
            terminal.say("help.usage", usage="rubric COMMAND …"), "",
            terminal.say("help.commands"), *_table(rows, terminal), "",
            terminal.say("help.options"), *_table(options, terminal), "",
            terminal.say("help.more"),
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
        terminal.out(terminal.say("help.try"))
    return Exit.DONE


def command(name: str) -> Callable[[Callable[..., int]], click.Command]:
    """Declares a command; its callback takes the terminal first and its parameters by name."""

    def declare(callback: Callable[..., int]) -> click.Command:
        made = click.command(name, cls=Command, context_settings=CONTEXT)(click.pass_obj(callback))
        lang_option = click.Option(["--lang"], type=click.Choice(["zh", "en"]), expose_value=False)
        made.params.append(lang_option)
        return made

    return declare


def json_option(decorated: Decorated) -> Decorated:
    return click.option("--json", "as_json", is_flag=True)(decorated)


def rubric_argument(decorated: Decorated) -> Decorated:
    return click.argument("rubric_file", metavar="RUBRIC")(decorated)


def observations_argument(decorated: Decorated) -> Decorated:
    return click.argument("observations", metavar="OBS…", nargs=-1, required=True)(decorated)


def use_from_option(decorated: Decorated) -> Decorated:
    return click.option("--use-from", metavar="DIR", multiple=True)(decorated)


def set_option(decorated: Decorated) -> Decorated:
    return click.option("--set", "settings", metavar="P=V", multiple=True)(decorated)


# ---------------------------------------------------------------- help


def _command_help(command: click.Command, ctx: click.Context, terminal: Terminal) -> Iterable[str]:
    name = command.name or ""
    yield from wrap(terminal.say(f"help.{name}"), terminal.look().columns)
    yield ""
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    usage = " ".join([ctx.command_path, *map(_argument_words, arguments), terminal.say("help.options-word")])
    yield terminal.say("help.usage", usage=usage)
    if words.has(f"help.{name}-long"):
        yield ""
        yield terminal.say(f"help.{name}-long")
    yield ""
    yield terminal.say("help.options")
    options = [param for param in command.params if isinstance(param, click.Option)]
    yield from _table([(_option_words(option), _option_text(option, name, terminal)) for option in options], terminal)
    yield ""
    yield terminal.say("help.example")
    yield terminal.say(f"help.{name}-example")


def _argument_words(argument: click.Argument) -> str:
    words_of = argument.metavar or (argument.name or "").upper()
    return words_of if argument.required else f"[{words_of}]"


def _option_words(option: click.Option) -> str:
    value = "zh|en" if option.name == "lang" else option.metavar
    return ", ".join(option.opts) + (f" {value}" if value and not option.is_flag else "")


def _option_text(option: click.Option, command: str, terminal: Terminal) -> str:
    own = f"option.{command}-{option.name}"
    return terminal.say(own if words.has(own) else f"option.{option.name}")


def _table(rows: list[tuple[str, str]], terminal: Terminal) -> Iterable[str]:
    """Two columns, the second wrapped under itself."""
    first = max(width(row[0]) for row in rows) + 4
    room = terminal.look().columns - first
    for name, text in rows:
        head, *rest = wrap(text, room)
        yield "  " + pad(name, first - 2) + head
        for line in rest:
            yield " " * first + line
