"""What click has to say about a command line, in the language of the run."""

from __future__ import annotations

import click

from rubric_dsl.cli.app import COMMANDS
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.surface.keywords import near_words


def usage_text(error: click.UsageError, terminal: Terminal) -> str:
    """What is wrong, then where the help is."""
    command = error.ctx.command_path if error.ctx else "rubric"
    return f"{_fault(error, terminal)}\n{terminal.say('usage.help', command=command)}"


def _fault(error: click.UsageError, terminal: Terminal) -> str:
    match error:
        case click.NoSuchOption():
            text = terminal.say("usage.no-such-option", option=error.option_name)
            return text + _near(sorted(error.possibilities or ()), terminal)
        case click.MissingParameter():
            return terminal.say("usage.missing", name=_name(error.param))
        case click.BadParameter(param=click.Option() as option) if isinstance(option.type, click.Choice):
            choices = ", ".join(str(choice) for choice in option.type.choices)
            return terminal.say("usage.choice", name=_name(option), choices=choices)
        case click.BadOptionUsage():
            return terminal.say("usage.option-value", option=error.option_name)
    text = error.format_message()
    if text.startswith("No such command"):
        said = text.split("'")[1] if "'" in text else text
        return terminal.say("usage.no-such-command", command=said) + _near(near_words(said, COMMANDS, 2), terminal)
    if text.startswith("Got unexpected extra argument"):
        return terminal.say("usage.extra", arguments=text[text.find("(") + 1: text.rfind(")")])
    return text


def _near(possibilities: list[str], terminal: Terminal) -> str:
    return terminal.say("usage.near", names=", ".join(possibilities)) if possibilities else ""


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return "?"
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.name or "?").rstrip("…")
