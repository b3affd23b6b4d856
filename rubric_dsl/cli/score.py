"""`rubric score`: observations through a plan to a ranking with the reasons in brief."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import (
    corrections_option,
    json_option,
    observations_argument,
    rubric_argument,
    set_option,
    use_from_option,
)
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.bundling import bundle_options, bundling
from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.files import put_beside
from rubric_dsl.cli.naming import unknown
from rubric_dsl.cli.outputs import (
    COLUMNS,
    check_outputs,
    kind_of,
    needs_polars,
    shows_rows,
    write_outputs,
    write_points,
)
from rubric_dsl.cli.progress import doing
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.cli.bundling import Bundling
    from rubric_dsl.cli.compiling import Planned
    from rubric_dsl.cli.correcting import Corrected
    from rubric_dsl.engines.contract import Engine
    from rubric_dsl.engines.run import Run
    from rubric_dsl.observations.model import Observations
    from rubric_dsl.observations.raw import Given
    from rubric_dsl.plan.compile import Compiled
    from rubric_dsl.plan.model import ScoringPlan
    from rubric_dsl.render.corrections import CorrectionsView
    from rubric_dsl.results.model import Result
    from rubric_dsl.results.status import Scored

@declare("score")
@rubric_argument
@observations_argument
@click.option("-o", "outputs", metavar="FILE", multiple=True)
@click.option("--points", metavar="FILE")
@click.option("--row-points", metavar="FILE")
@json_option
@set_option
@corrections_option
@click.option("--only", metavar="SUBJECT")
@bundle_options
@click.option("--leave-out-refused", is_flag=True)
@click.option("--marked", metavar="FILE.xlsx")
@click.option("--engine", metavar="E")
@click.option("--master", metavar="URL")
@click.option("--cache", metavar="DIR")
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, observations: tuple[str, ...], outputs: tuple[str, ...], as_json: bool,
    settings: tuple[str, ...], corrections: str | None, leave_out_refused: bool, marked: str | None,
    engine: str | None, master: str | None, only: str | None, use_from: tuple[str, ...], points: str | None,
    row_points: str | None, cache: str | None, **bundle: Any,
) -> int:
    from rubric_dsl.cli.compiling import planned, show_found
    from rubric_dsl.cli.large import server_of
    from rubric_dsl.cli.marking import check_marked, write_marked
    from rubric_dsl.cli.running import cache_for, engine_for, engine_named, observe

    # What is wrong with the engine is told before anything is read.
    totals = None if cache is None else cache_for(cache, engine)
    asked = None
    if engine is not None or master is not None:
        asked = engine_named(engine or "reference", master, server_of(observations))
    check_outputs(outputs, (points, row_points))
    if row_points is not None:
        needs_polars(row_points)
    bundled = bundling(**bundle)
    done = planned(terminal, rubric_file, use_from, settings_of(settings), bundled.texts)
    show_found(terminal, done.diagnostics, done.sources)
    if done.plan is None:
        if as_json:
            terminal.json(_stopped_before_plan(done))
        return Exit.RUBRIC_HAS_ERRORS
    # What is copied, corrected or shown row by row is read whole, whatever computes.
    by_rows = corrections is not None or marked is not None or shows_rows(outputs)
    reading = "reference" if by_rows else engine
    sent: dict[str, Given] = {}
    kept = None if bundled.folder is None else bundled.tables
    if kept is not None and bundled.without_data:
        bundled.refuse_databases(observations)
    observed = observe(
        terminal, done.plan, observations, leave_out_refused, reading, master, kept, sent, totals)
    if totals is not None and totals.unwritable is not None:
        terminal.err(terminal.say("score.not-kept", folder=cache, reason=totals.unwritable.strerror))
    if marked is not None:
        check_marked(marked, sent)
        write_marked(terminal, marked, done.plan, observed, sent)
    chosen = asked or engine_for(observed)

    def put(corrected: Corrected | None, scored: Scored) -> str | None:
        if bundled.folder is None:
            return None
        from rubric_dsl.results.bundle import Copied

        corrections = None if corrected is None else Copied(corrected.file.data, corrected.file.part)
        given = rubric_file, use_from, settings_of(settings), leave_out_refused, corrections, chosen.name
        return bundled.write(terminal, *given, scored)

    scoring = _Scoring(
        terminal, done, done.plan, observed, chosen, outputs, points, row_points, as_json, corrections, bundled, only,
        put,
    )
    return scoring.scored(leave_out_refused)


def _stopped_before_plan(done: Compiled | Planned) -> dict[str, Any]:
    from rubric_dsl.render.json import diagnostic_json
    from rubric_dsl.results.json import FORMAT

    found = [diagnostic_json(diagnostic) for diagnostic in done.diagnostics]
    return {"format": FORMAT, "ledger": {}, "rankings": [], "subjects": {}, "diagnostics": found}


@dataclass(frozen=True, slots=True)
class _Scoring:
    """One run with all that it says and writes."""

    terminal: Terminal
    done: Compiled | Planned
    plan: ScoringPlan
    observed: Observations
    engine: Engine
    outputs: tuple[str, ...]
    points: str | None
    row_points: str | None
    as_json: bool
    corrections: str | None
    bundled: Bundling
    only: str | None
    put: Callable[[Corrected | None, Scored], str | None]

    def scored(self, leave_out_refused: bool) -> int:
        from rubric_dsl.cli.running import run_plan
        from rubric_dsl.observations.read import stopped_by
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.refusals import refusal_lines
        from rubric_dsl.render.terminal import result_lines
        from rubric_dsl.render.view import ResultView
        from rubric_dsl.results.json import results_json
        from rubric_dsl.results.reasons import Reasons
        from rubric_dsl.results.score import result_of
        from rubric_dsl.results.status import Scored, status_json
        from rubric_dsl.results.table import result_rows

        ledgers = [table.ledger for table in self.observed.tables.values()]
        self.terminal.show(refusal_lines(ledgers, self.terminal.look("err")), "err")
        if stopped_by(self.observed, leave_out_refused):
            return self._stopped(self._nothing(), Exit.OBSERVATIONS_REFUSED)
        runs = run_plan(self.terminal, self.plan, self.observed, self.engine)
        corrected = None
        if self.corrections is not None and not any(run.problems.count for run in runs):
            from rubric_dsl.cli.correcting import correct

            corrected = correct(self.terminal, self.plan, self.observed, self.corrections)
            if corrected.refusals:
                return self._stopped(self._nothing(), Exit.OBSERVATIONS_REFUSED, corrected)
            before, runs = runs, run_plan(self.terminal, self.plan, corrected.observations, self.engine)
        results = [result_of(run) for run in runs]
        stopped = [result for result in results if result.problem_count]
        if stopped:
            return self._stopped(_together(stopped), Exit.NOT_FINISHED)
        identity = plan_hash(self.plan)
        scored = [(result, Reasons(run)) for result, run in zip(results, runs, strict=True)]
        found = results_json(self.plan, identity, scored, late=True) if self.as_json or self.outputs else None
        view = None if corrected is None else self._corrections(corrected, before, runs)
        if found is not None and view is not None:
            from rubric_dsl.results.corrections_json import corrections_json

            found["corrections"] = corrections_json(self.plan, view.corrections, view.placed, view.effects)
        if found is not None:
            found["status"] = status_json(self.bundled.final)
        if found is not None and self.plan.period is None:
            from rubric_dsl.results.saved import add_standings

            add_standings(found, self.plan, results[0])
        with_effects = None if view is None or corrected is None else (
            corrected.corrections, corrected.correcting, view.effects,
        )
        digest = self.put(corrected, Scored(scored, with_effects))
        if found is not None and digest is not None:
            found["bundle"] = digest
        if self.as_json:
            self.terminal.json(found)
        else:
            views = [ResultView(self.plan, identity, *one, self.bundled.final) for one in scored]
            self.terminal.show(result_lines(views, self.terminal.look()))
            if view is not None:
                from rubric_dsl.render.corrections import corrections_lines

                self.terminal.show(corrections_lines(view, self.terminal.look()))
            if digest is not None:
                self.terminal.out(self.terminal.say("bundle.written", path=self.bundled.folder, digest=digest))
        made = {".html": lambda: self._report(runs, view), ".xlsx": lambda: self._workbook(runs, view)}
        texts = [path for path in self.outputs if kind_of(path) not in COLUMNS]
        write_outputs(texts, found, lambda: result_rows(self.plan, results, self.terminal.lang), made)
        self._points(runs, results)
        return Exit.DONE

    def _points(self, runs: Sequence[Run], results: Sequence[Result]) -> None:
        """The files of points, for other programs."""
        wanted = [path for path in self.outputs if kind_of(path) in COLUMNS]
        wanted += [] if self.points is None else [self.points]
        if wanted:
            from rubric_dsl.render.columns import point_columns
            from rubric_dsl.results.points import points

            pairs = zip(runs, results, strict=True)
            columns = point_columns(point for run, result in pairs for point in points(run, result))
            for path in wanted:
                write_points(path, columns)
        if self.row_points is not None:
            from rubric_dsl.render.row_points import row_points, write_row_points

            frame, kind = row_points(self.plan, runs), kind_of(self.row_points)
            with doing(self.terminal, self.terminal.say("doing.writing", file=self.row_points)):
                put_beside(self.row_points, lambda name: write_row_points(frame, name, kind))

    def _report(self, runs: Sequence[Run], corrections: CorrectionsView | None) -> bytes:
        from rubric_dsl.cli.compiling import lines_in
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.html.report import ReportOf, report

        lines = lines_in(self.done.sources)
        files = {file: lines(file) for file in self.done.sources}
        if self.only is not None and not any(self.only in run.subjects for run in runs):
            raise unknown("subject", self.only, runs[-1].subjects, runs[-1].subjects)
        given = ReportOf(self.plan, plan_hash(self.plan), runs, files, corrections, self.bundled.final, self.only)
        return report(given, self.terminal.lang)

    def _workbook(self, runs: Sequence[Run], corrections: CorrectionsView | None) -> bytes:
        """Of a rubric with periods that of the latest."""
        from rubric_dsl.cli.compiling import lines_in
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.xlsx.workbook import WorkbookOf, workbook

        if len(runs) > 1:
            self.terminal.err(self.terminal.say("score.latest-workbook"))
        lines = lines_in(self.done.sources)
        files = {file: lines(file) for file in self.done.sources}
        given = WorkbookOf(self.plan, plan_hash(self.plan), runs[-1], files, corrections, self.bundled.final)
        return workbook(given, self.terminal.lang)

    def _corrections(self, corrected: Corrected, before: Sequence[Run], after: Sequence[Run]) -> CorrectionsView:
        from rubric_dsl.render.corrections import CorrectionsView
        from rubric_dsl.results.effects import effects_of

        correcting = corrected.correcting
        effects = effects_of(correcting, before, after)
        return CorrectionsView(self.plan, corrected.corrections, correcting.placed, effects)

    def _nothing(self) -> Result:
        from rubric_dsl.results.model import Result

        ledgers = {table: data.ledger for table, data in self.observed.tables.items()}
        return Result(self.engine.name, (), {}, ledgers)

    def _stopped(self, result: Result, code: Exit, corrected: Corrected | None = None) -> int:
        """Says why there is no result: the impossible values as findings; refusals are in the ledger."""
        from rubric_dsl.cli.compiling import show_found
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.json import diagnostic_json
        from rubric_dsl.render.problems import problem_diagnostics
        from rubric_dsl.results.corrections_json import refused_json
        from rubric_dsl.results.json import result_json

        problems = problem_diagnostics(result.problems, self.plan)
        show_found(self.terminal, problems, self.done.sources)
        if result.problem_count > len(result.problems):
            more = result.problem_count - len(result.problems)
            self.terminal.err(self.terminal.say("score.more-problems", count=more))
        if self.as_json:
            said = [diagnostic_json(found) for found in (*self.done.diagnostics, *problems)]
            found = result_json(self.plan, plan_hash(self.plan), result, diagnostics=said)
            if corrected is not None:
                found["corrections"] = refused_json(corrected.corrections, corrected.refusals)
            self.terminal.json(found)
        return code


def _together(stopped: Sequence[Result]) -> Result:
    """The problems of all periods as those of one result."""
    problems = tuple(problem for result in stopped for problem in result.problems)
    return replace(stopped[0], problems=problems, problem_count=sum(result.problem_count for result in stopped))
