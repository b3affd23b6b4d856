"""`rubric prove`: whether two editions give the same for every input, and whether promises hold, or a witness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, use_from_option
from rubric_dsl.cli.exits import Exit, install_command
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.editions.promising import Kept


@declare("prove")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW", required=False)
@json_option
@use_from_option
def command(terminal: Terminal, old: str, new: str | None, as_json: bool, use_from: tuple[str, ...]) -> int:
    from rubric_dsl.cli.compiling import compiled, show_found
    from rubric_dsl.cli.progress import doing
    from rubric_dsl.editions.equivalence import equivalence
    from rubric_dsl.editions.promising import promises
    from rubric_dsl.render.prove import FORMAT, ProveView, promise_lines, promises_json, prove_json, prove_lines

    sides = [compiled(terminal, path, use_from) for path in (old, new) if path is not None]
    for done in sides:
        if done.has_errors and any(one.code != "R174" for one in done.diagnostics):
            show_found(terminal, done.diagnostics, done.sources)
    plans = [done.plan for done in sides]
    if any(plan is None for plan in plans):
        return Exit.RUBRIC_HAS_ERRORS
    own, last = plans[0], plans[-1]
    assert own is not None and last is not None
    with doing(terminal, terminal.say("doing.proving")):
        found = equivalence(own, last) if new is not None else None
        kept = promises(last)
    if found is not None:
        view = ProveView(own, last, found, (old, new or ""))
    if as_json:
        about = prove_json(view) if found is not None else {"format": FORMAT}
        terminal.json(about | {"promises": promises_json(kept)})
    else:
        terminal.show(promise_lines(last, kept, terminal.look()))
        if found is not None:
            terminal.show(prove_lines(view, terminal.look()))
        elif not kept:
            terminal.out(terminal.say("prove.no-promises", file=old))
    if found is not None and (found.differing or any(found.only)):
        return Exit.FAILED
    undecided = [*(found.undecided if found is not None else ())]
    return _code(terminal, kept, bool(undecided), any(one.solver_missing for one in undecided))


def _code(terminal: Terminal, kept: Sequence[Kept], undecided: bool, solver_missing: bool) -> Exit:
    """Broken before missing before not decided."""
    if any(one.status == "broken" for one in kept):
        return Exit.FAILED
    if solver_missing or any(one.solver_missing for one in kept):
        command = install_command("z3-solver>=4.13,<5")
        terminal.err(terminal.say("prove.solver", command=command))
        return Exit.NOT_INSTALLED
    return Exit.NOT_FINISHED if undecided or any(one.status == "undecided" for one in kept) else Exit.DONE
