"""From a rubric and observations on the command line to a run that has a result, or to the exit code that says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.engines.run import Run


def run_of(
    terminal: Terminal, rubric_file: str, observations: Sequence[str], use_from: Sequence[str]
) -> Run | Exit:
    """The run, of a rubric with periods that of the latest; what stands against it is shown on standard error."""
    from rubric_dsl.cli.compiling import compiled, show_found
    from rubric_dsl.cli.running import observe, run_plan
    from rubric_dsl.observations.read import stopped_by
    from rubric_dsl.render.problems import problem_diagnostics
    from rubric_dsl.render.refusals import refusal_lines

    done = compiled(terminal, rubric_file, use_from)
    show_found(terminal, done.diagnostics, done.sources)
    if done.plan is None:
        return Exit.RUBRIC_HAS_ERRORS
    observed = observe(terminal, done.plan, observations)
    ledgers = [table.ledger for table in observed.tables.values()]
    terminal.show(refusal_lines(ledgers, terminal.look("err")), "err")
    if stopped_by(observed):
        return Exit.OBSERVATIONS_REFUSED
    run = run_plan(terminal, done.plan, observed)[-1]
    if run.problems.count:
        show_found(terminal, problem_diagnostics(run.problems, done.plan), done.sources)
        return Exit.NOT_FINISHED
    return run
