"""`rubric prove`: whether two editions give the same for every input, or a witness where they do not."""

from __future__ import annotations

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, use_from_option
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal


@declare("prove")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@json_option
@use_from_option
def command(terminal: Terminal, old: str, new: str, as_json: bool, use_from: tuple[str, ...]) -> int:
    from rubric_dsl.cli.compiling import compiled, show_found
    from rubric_dsl.cli.progress import doing
    from rubric_dsl.editions.equivalence import equivalence
    from rubric_dsl.render.prove import ProveView, prove_json, prove_lines

    sides = (compiled(terminal, old, use_from), compiled(terminal, new, use_from))
    for done in sides:
        if done.has_errors:
            show_found(terminal, done.diagnostics, done.sources)
    plans = sides[0].plan, sides[1].plan
    if plans[0] is None or plans[1] is None:
        return Exit.RUBRIC_HAS_ERRORS
    with doing(terminal, terminal.say("doing.proving")):
        found = equivalence(plans[0], plans[1])
    view = ProveView(plans[0], plans[1], found, (old, new))
    if as_json:
        terminal.json(prove_json(view))
    else:
        terminal.show(prove_lines(view, terminal.look()))
    if found.differing or any(found.only):
        return Exit.FAILED
    return Exit.NOT_FINISHED if found.undecided else Exit.DONE
