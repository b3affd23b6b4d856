"""`rubric explain`: why a subject's score is what it is, down to the cells and the lines of the rubric."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import corrections_option, json_option, rubric_argument, set_option, use_from_option
from rubric_dsl.cli.arguments import apart
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.naming import listed, unknown
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.cli.correcting import Corrected
    from rubric_dsl.cli.saved import SavedResult
    from rubric_dsl.diagnostics.model import Diagnostic
    from rubric_dsl.engines.run import Run
    from rubric_dsl.explain.standing import Standings
    from rubric_dsl.observations.corrections import Corrections
    from rubric_dsl.observations.model import Observations
    from rubric_dsl.plan.compile import Compiled
    from rubric_dsl.plan.model import NamedValue, ScoringPlan



@declare("explain")
@rubric_argument
@click.argument("words", metavar="OBS… SUBJECT [ITEM]", nargs=-1, required=True)
@click.option("--subject", metavar="SUBJECT")
@click.option("--item", metavar="ITEM")
@click.option("--period", metavar="PERIOD")
@click.option("--versus", metavar="OTHER")
@click.option("--reach", metavar="GOAL")
@click.option("--result", "result", metavar="FILE|BUNDLE")
@click.option("-o", "output", metavar="FILE.html")
@json_option
@set_option
@corrections_option
@click.option("--leave-out-refused", is_flag=True)
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, words: tuple[str, ...], subject: str | None, item: str | None,
    period: str | None, versus: str | None, reach: str | None, result: str | None, output: str | None, as_json: bool,
    settings: tuple[str, ...], corrections: str | None, leave_out_refused: bool, use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.compiling import compiled, show_found
    from rubric_dsl.cli.correcting import correct
    from rubric_dsl.cli.running import observe, run_plan
    from rubric_dsl.explain.why import roots
    from rubric_dsl.observations.read import stopped_by
    from rubric_dsl.render.problems import problem_diagnostics
    from rubric_dsl.render.refusals import refusal_lines

    if output is not None and (reach is not None or not output.lower().endswith(".html")):
        raise Stop(Exit.USAGE, "usage.docs-kind" if reach is None else "usage.reach-page", path=output)
    if result is not None and reach is not None:
        raise Stop(Exit.USAGE, "usage.reach-result")
    observations, rest = apart(words)
    subject, item = _named(rest, subject, item)
    done = compiled(terminal, rubric_file, use_from, settings_of(settings))
    show_found(terminal, done.diagnostics, done.sources)
    if done.plan is None:
        return _stopped(terminal, Exit.RUBRIC_HAS_ERRORS, as_json, done.diagnostics)
    items = roots(done.plan) if item is None else (_item(done.plan, item),)
    saved = None
    if result is not None:
        from rubric_dsl.cli.saved import beside, reading, saved_result

        saved = saved_result(result, done.plan)
        with reading(result):
            found = beside(terminal, done.plan, saved, observations, leave_out_refused, subject, versus, corrections)
            if found is not None:
                run, standings, who = found
                explaining = _Explaining(terminal, done, done.plan, run, as_json, None, output, saved, standings)
                return explaining.compare(who[0], who[1], items) if versus else explaining.show(who[0], items)
    observed = observe(terminal, done.plan, observations, leave_out_refused)
    ledgers = [table.ledger for table in observed.tables.values()]
    terminal.show(refusal_lines(ledgers, terminal.look("err")), "err")
    if stopped_by(observed, leave_out_refused):
        return _stopped(terminal, Exit.OBSERVATIONS_REFUSED, as_json, done.diagnostics, observed)
    corrected = None if corrections is None else correct(terminal, done.plan, observed, corrections)
    if corrected is not None:
        if corrected.refusals:
            return _stopped(terminal, Exit.OBSERVATIONS_REFUSED, as_json, done.diagnostics, observed, corrected)
        observed = corrected.observations
    runs = run_plan(terminal, done.plan, observed)
    faults = [fault for run in runs for fault in run.problems]
    if faults:
        problems = problem_diagnostics(faults, done.plan)
        show_found(terminal, problems, done.sources)
        return _stopped(terminal, Exit.NOT_FINISHED, as_json, (*done.diagnostics, *problems), observed)
    run = _run_of(terminal, runs, period, subject)
    said = None if corrected is None else corrected.corrections
    if saved is not None and result is not None:
        with reading(result):
            saved.check(run, _subject(run, subject), said)
    explaining = _Explaining(terminal, done, done.plan, run, as_json, said, output, saved)
    if reach is not None:
        return explaining.reach(_subject(run, subject), reach, None if item is None else items[0])
    if versus is not None:
        return explaining.compare(_subject(run, subject), _subject(run, versus), items)
    return explaining.show(_subject(run, subject), items)


@dataclass(frozen=True, slots=True)
class _Explaining:
    terminal: Terminal
    done: Compiled
    plan: ScoringPlan
    run: Run
    as_json: bool
    corrections: Corrections | None
    output: str | None
    saved: SavedResult | None = None
    standings: Standings | None = None

    def write(self, path: str, page: Callable[[Mapping[str, Sequence[str]], str], bytes]) -> None:
        """The page of the rubric's files and the language, to the file that was asked for."""
        from rubric_dsl.cli.compiling import lines_in
        from rubric_dsl.cli.files import write_beside

        lines = lines_in(self.done.sources)
        write_beside(path, page({file: lines(file) for file in self.done.sources}, self.terminal.lang))

    def show(self, subject: str, items: Sequence[NamedValue]) -> int:
        from rubric_dsl.cli.compiling import lines_in
        from rubric_dsl.cli.progress import doing
        from rubric_dsl.explain.json import explanation_json
        from rubric_dsl.explain.why import Explainer
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.explanation import explanation_lines

        explainer = Explainer(self.run, lines_in(self.done.sources), self.standings)
        with doing(self.terminal, self.terminal.say("doing.scoring")):
            found = [explainer.explain(subject, item) for item in items]
        if self.output is not None:
            from rubric_dsl.render.html.gap import explanation_page  # pages are heavy, and seldom asked for

            self.write(self.output, lambda files, lang: explanation_page(self.plan, found, files, lang))
        if self.as_json:
            ledgers = [data.ledger for data in self.run.observations.tables.values()]
            said = explanation_json(self.plan, plan_hash(self.plan), found, ledgers, self.corrections)
            self.terminal.json(said if self.saved is None else said | self.saved.json())
        else:
            self.terminal.show(explanation_lines(self.plan, found, self.terminal.look()))
            self._beside()
        return Exit.DONE

    def _beside(self) -> None:
        if self.saved is not None:
            key = "explain.beside" if self.standings is not None else "explain.compared"
            self.terminal.out("")
            self.terminal.out(self.terminal.say(key, path=self.saved.path))

    def reach(self, subject: str, wanted: str, item: NamedValue | None) -> int:
        from rubric_dsl.cli.goals import goal_of, reverse_of
        from rubric_dsl.cli.progress import doing
        from rubric_dsl.explain.reach import reach
        from rubric_dsl.explain.reach_json import reach_json
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.reach import reach_lines

        goal = goal_of(self.run, wanted, item)
        reverse = reverse_of(self.run, subject)
        with doing(self.terminal, self.terminal.say("doing.scoring")):
            found = reach(self.run, subject, goal)
            lost = None if reverse is None else reach(self.run, subject, reverse)
        if self.as_json:
            self.terminal.json(reach_json(self.run, plan_hash(self.plan), subject, found, lost))
        else:
            self.terminal.show(reach_lines(self.run, subject, found, lost, self.terminal.look()))
        return Exit.DONE

    def compare(self, subject: str, other: str, items: Sequence[NamedValue]) -> int:
        from rubric_dsl.cli.compiling import lines_in
        from rubric_dsl.explain.versus import NoGap, versus
        from rubric_dsl.explain.versus_json import versus_json
        from rubric_dsl.explain.why import Explainer
        from rubric_dsl.plan.identity import plan_hash
        from rubric_dsl.render.versus import versus_lines

        if subject == other:
            raise Stop(Exit.USAGE, "usage.same-subject", subject=subject)
        if len(items) > 1:
            raise Stop(Exit.USAGE, "usage.which-item", items=listed([item.name for item in items]))
        explainer = Explainer(self.run, lines_in(self.done.sources), self.standings)
        try:
            found = versus(self.run, explainer, subject, other, items[0])
        except NoGap as none:
            raise Stop(Exit.NOT_FINISHED, "explain.no-gap", subject=none.subject, item=items[0].name) from None
        if self.output is not None:
            from rubric_dsl.render.html.gap import gap_page

            self.write(self.output, lambda files, lang: gap_page(found, files, lang))
        if self.as_json:
            ledgers = [data.ledger for data in self.run.observations.tables.values()]
            said = versus_json(self.plan, plan_hash(self.plan), found, ledgers)
            self.terminal.json(said if self.saved is None else said | self.saved.json())
        else:
            self.terminal.show(versus_lines(self.plan, found, self.terminal.look()))
            self._beside()
        return Exit.DONE


def _stopped(
    terminal: Terminal, code: Exit, as_json: bool, found: Iterable[Diagnostic], observed: Observations | None = None,
    corrected: Corrected | None = None,
) -> int:
    """What was found has been shown; with `--json` the reasons are also printed as JSON."""
    from rubric_dsl.explain.json import stopped_json
    from rubric_dsl.render.json import diagnostic_json
    from rubric_dsl.results.corrections_json import refused_json

    if as_json:
        ledgers = [] if observed is None else [data.ledger for data in observed.tables.values()]
        said = stopped_json([diagnostic_json(diagnostic) for diagnostic in found], ledgers)
        if corrected is not None:
            said["corrections"] = refused_json(corrected.corrections, corrected.refusals)
        terminal.json(said)
    return code


# ---------------------------------------------------------------- who and what


def _named(words: Sequence[str], subject: str | None, item: str | None) -> tuple[str | None, str | None]:
    """Subject and item from the options, else from the words in order. More words than places are a fault."""
    left = list(words)
    if subject is None and left:
        subject = left.pop(0)
    if item is None and left:
        item = left.pop(0)
    if left:
        raise Stop(Exit.USAGE, "usage.extra", arguments=" ".join(left))
    return subject, item


def _run_of(terminal: Terminal, runs: Sequence[Run], period: str | None, subject: str | None) -> Run:
    """The run of the period; without one the latest in which the subject was scored, and which one that is is said."""
    from rubric_dsl.observations.periods import period_label, period_shown, period_text

    if runs[0].period is None:
        if period is not None:
            raise Stop(Exit.USAGE, "usage.no-periods")
        return runs[0]
    scored = [(run, run.period) for run in runs if run.period is not None]
    if period is None:
        here = [(run, own) for run, own in scored if subject is None or _member(run, subject) is not None]
        run, latest = (here or scored)[-1]
        if len(scored) > 1:
            terminal.err(terminal.say("explain.period", period=period_shown(run.plan, latest)))
        return run
    for run, own in scored:
        if period in (period_text(run.plan, own), period_label(run.plan, own)):
            return run
    texts = [period_text(run.plan, own) for run, own in scored]
    raise unknown("period", period, texts, texts)


def _subject(run: Run, subject: str | None) -> str:
    """The subject of this name, or of this label where subjects are members of a choice."""
    if subject is None:
        raise Stop(Exit.USAGE, "usage.no-subject", subjects=listed(run.subjects))
    found = _member(run, subject)
    if found is None:
        raise unknown("subject", subject, run.subjects, [*run.subjects, *_labels(run)])
    return found


def _labels(run: Run) -> dict[str, str]:
    return {
        label: member.name for table in run.plan.tables for column in table.columns if column.name == table.subject
        for member in column.members for label in member.labels
    }


def _member(run: Run, subject: str) -> str | None:
    """The subject of this name or label, if it is one of the run's."""
    name = subject if subject in run.subjects else _labels(run).get(subject)
    return name if name in run.subjects else None


def _item(plan: ScoringPlan, item: str) -> NamedValue:
    """The indicator, touchpoint or measure of that name, else of that label."""
    from rubric_dsl.explain.why import explainable

    items = explainable(plan)
    found = [named for named in items if named.name == item] or [named for named in items if named.label == item]
    if len(found) > 1:
        names = listed([named.name for named in found])
        raise Stop(Exit.USAGE, "usage.ambiguous-item", item=item, items=names)
    if not found:
        every = [named.name for named in items]
        scored = [named.name for named in items if named.kind in ("indicator", "touchpoint")]
        raise unknown("item", item, scored or every, [*every, *(named.label for named in items if named.label)])
    return found[0]
