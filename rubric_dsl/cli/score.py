"""`rubric score`: observations through a plan to a ranking with the reasons in brief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, observations_argument, rubric_argument, set_option, use_from_option
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.outputs import check_outputs, write_outputs
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.engines.contract import Engine
    from rubric_dsl.observations.model import Observations
    from rubric_dsl.plan.compile import Compiled
    from rubric_dsl.plan.model import ScoringPlan
    from rubric_dsl.results.model import Result

@declare("score")
@rubric_argument
@observations_argument
@click.option("-o", "outputs", metavar="FILE", multiple=True)
@json_option
@set_option
@click.option("--leave-out-refused", is_flag=True)
@click.option("--marked", metavar="FILE.xlsx")
@click.option("--engine", metavar="E", default="reference")
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, observations: tuple[str, ...], outputs: tuple[str, ...], as_json: bool,
    settings: tuple[str, ...], leave_out_refused: bool, marked: str | None, engine: str, use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.compiling import compiled, show_found
    from rubric_dsl.cli.marking import check_marked, write_marked
    from rubric_dsl.cli.running import engine_named, given_files, observe_files

    chosen = engine_named(engine)
    check_outputs(outputs)
    done = compiled(terminal, rubric_file, use_from, settings_of(settings))
    show_found(terminal, done.diagnostics, done.sources)
    if done.plan is None:
        if as_json:
            terminal.json(_stopped_before_plan(done))
        return Exit.RUBRIC_HAS_ERRORS
    given = given_files(done.plan, observations)
    check_marked(marked, given)
    observed = observe_files(terminal, done.plan, given, leave_out_refused)
    if marked is not None:
        write_marked(terminal, marked, done.plan, observed, given)
    return _Scoring(terminal, done, done.plan, observed, chosen, outputs, as_json).scored(leave_out_refused)


def _stopped_before_plan(done: Compiled) -> dict[str, Any]:
    from rubric_dsl.render.json import diagnostic_json
    from rubric_dsl.results.json import FORMAT

    found = [diagnostic_json(diagnostic) for diagnostic in done.diagnostics]
    return {"format": FORMAT, "ledger": {}, "rankings": [], "subjects": {}, "diagnostics": found}


@dataclass(frozen=True, slots=True)
class _Scoring:
    """One run with all that it says and writes."""

    terminal: Terminal
    done: Compiled
    plan: ScoringPlan
    observed: Observations
    engine: Engine
    outputs: tuple[str, ...]
    as_json: bool

    def scored(self, leave_out_refused: bool) -> int:
        from rubric_dsl.cli.running import Reasons, run_plan
        from rubric_dsl.observations.read import stopped_by
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.refusals import refusal_lines
        from rubric_dsl.render.terminal import result_lines
        from rubric_dsl.render.view import ResultView
        from rubric_dsl.results.json import results_json
        from rubric_dsl.results.score import result_of
        from rubric_dsl.results.table import result_rows

        ledgers = [table.ledger for table in self.observed.tables.values()]
        self.terminal.show(refusal_lines(ledgers, self.terminal.look("err")), "err")
        if stopped_by(self.observed, leave_out_refused):
            return self._stopped(self._nothing(), Exit.OBSERVATIONS_REFUSED)
        runs = run_plan(self.terminal, self.plan, self.observed, self.engine)
        results = [result_of(run) for run in runs]
        stopped = [result for result in results if result.problem_count]
        if stopped:
            return self._stopped(_together(stopped), Exit.NOT_FINISHED)
        identity = plan_hash(self.plan)
        scored = [(result, Reasons(run)) for result, run in zip(results, runs, strict=True)]
        found = results_json(self.plan, identity, scored) if self.as_json or self.outputs else None
        if self.as_json:
            self.terminal.json(found)
        else:
            views = [ResultView(self.plan, identity, *one) for one in scored]
            self.terminal.show(result_lines(views, self.terminal.look()))
        write_outputs(self.outputs, found, list(result_rows(self.plan, results, self.terminal.lang)))
        return Exit.DONE

    def _nothing(self) -> Result:
        from rubric_dsl.results.model import Result

        ledgers = {table: data.ledger for table, data in self.observed.tables.items()}
        return Result(self.engine.name, (), {}, ledgers)

    def _stopped(self, result: Result, code: Exit) -> int:
        """Says why there is no result: the impossible values as findings; refusals are in the ledger."""
        from rubric_dsl.cli.compiling import show_found
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.json import diagnostic_json
        from rubric_dsl.render.problems import problem_diagnostics
        from rubric_dsl.results.json import result_json

        problems = problem_diagnostics(result.problems, self.plan)
        show_found(self.terminal, problems, self.done.sources)
        if result.problem_count > len(result.problems):
            more = result.problem_count - len(result.problems)
            self.terminal.err(self.terminal.say("score.more-problems", count=more))
        if self.as_json:
            said = [diagnostic_json(found) for found in (*self.done.diagnostics, *problems)]
            self.terminal.json(result_json(self.plan, plan_hash(self.plan), result, diagnostics=said))
        return code


def _together(stopped: Sequence[Result]) -> Result:
    """The problems of all periods as those of one result."""
    problems = tuple(problem for result in stopped for problem in result.problems)
    return replace(stopped[0], problems=problems, problem_count=sum(result.problem_count for result in stopped))
