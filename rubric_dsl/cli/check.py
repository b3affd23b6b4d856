"""`rubric check`: all that is wrong with rubrics, and what they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from rubric_dsl.cli.app import FILE, json_option, set_option, use_from_option
from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.plan.compile import Compiled


@declare("check")
@click.argument("rubrics", metavar="RUBRIC…", nargs=-1, required=True, type=FILE)
@click.option("--choices", "choices", metavar="OBS", multiple=True)
@json_option
@set_option
@use_from_option
def command(
    terminal: Terminal, rubrics: tuple[str, ...], choices: tuple[str, ...], as_json: bool, settings: tuple[str, ...],
    use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.compiling import compiled, show_found

    if choices:
        return _choices(terminal, rubrics, choices, as_json, use_from)
    objects = []
    code = Exit.DONE
    for path in rubrics:
        done = compiled(terminal, path, use_from, settings_of(settings))
        if done.has_errors:
            code = Exit.RUBRIC_HAS_ERRORS
        if as_json:
            objects.append(_json(path, done))
            continue
        show_found(terminal, done.diagnostics, done.sources)
        if done.summary is not None:
            terminal.out(terminal.say("check.clean", file=path, summary=done.summary.shown(terminal.lang)))
            for panel in done.summary.panels_shown(terminal.lang):
                terminal.out(terminal.say("check.weights", panel=panel))
            plan = done.plan if done.resolved.promises else None
            for promise in plan.promises if plan is not None else ():
                if promise.status == "proved":
                    rows = terminal.say("check.rows", count=promise.cases) if promise.cases else ""
                    terminal.out(terminal.say("check.promise", title=promise.title, rows=rows))
    if as_json:
        terminal.json(objects[0] if len(objects) == 1 else objects)
    return code


def _choices(
    terminal: Terminal, rubrics: tuple[str, ...], observations: tuple[str, ...], as_json: bool,
    use_from: tuple[str, ...],
) -> int:
    """Whose rank depends on a decision that other systems take in silence."""
    from rubric_dsl.cli.observing import run_of
    from rubric_dsl.render.choices import choices_json, choices_lines

    if len(rubrics) > 1:
        raise Stop(Exit.USAGE, "usage.choices-one")
    done = run_of(terminal, rubrics[0], observations, use_from)
    if isinstance(done, Exit):
        return done
    if as_json:
        terminal.json(choices_json(done))
    else:
        terminal.show(choices_lines(done, terminal.look()))
    return Exit.DONE


def _json(path: str, done: Compiled) -> dict[str, Any]:
    from rubric_dsl.diagnostics.report import Report
    from rubric_dsl.render.json import check_json

    found = Report.of(done.diagnostics, tuple(done.sources)).diagnostics
    summary = {} if done.summary is None else done.summary.as_json()
    return {**check_json(found, summary), "file": path}
