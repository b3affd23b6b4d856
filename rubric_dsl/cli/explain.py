"""`rubric explain`: why a subject's score is what it is, down to the cells and the lines of the rubric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, rubric_argument, set_option, use_from_option
from rubric_dsl.cli.arguments import apart
from rubric_dsl.cli.arguments import settings as settings_of
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.engines.run import Run
    from rubric_dsl.plan.model import NamedValue, ScoringPlan

LISTED = 30


@declare("explain")
@rubric_argument
@click.argument("words", metavar="OBS… SUBJECT [ITEM]", nargs=-1, required=True)
@click.option("--subject", metavar="SUBJECT")
@click.option("--item", metavar="ITEM")
@json_option
@set_option
@click.option("--leave-out-refused", is_flag=True)
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, words: tuple[str, ...], subject: str | None, item: str | None, as_json: bool,
    settings: tuple[str, ...], leave_out_refused: bool, use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.compiling import compiled, plan_or_stop, show_found
    from rubric_dsl.cli.running import observe, run_plan
    from rubric_dsl.explain.why import explain
    from rubric_dsl.observations.read import stopped_by
    from rubric_dsl.render.explanation import ExplanationView, explanation_json, explanation_lines
    from rubric_dsl.render.problems import problem_diagnostics
    from rubric_dsl.render.refusals import refusal_lines

    observations, rest = apart(words)
    subject, item = _named(rest, subject, item)
    done = compiled(terminal, rubric_file, use_from, settings_of(settings))
    plan = plan_or_stop(terminal, done)
    observed = observe(terminal, plan, observations, leave_out_refused)
    ledgers = [table.ledger for table in observed.tables.values()]
    terminal.show(refusal_lines(ledgers, terminal.look("err")), "err")
    if stopped_by(observed, leave_out_refused):
        return Exit.OBSERVATIONS_REFUSED
    run = run_plan(terminal, plan, observed)
    if run.problems.count:
        show_found(terminal, problem_diagnostics(run.problems, plan), done.sources)
        return Exit.NOT_FINISHED
    named = _item(plan, item)
    who = _subject(run, subject)
    view = ExplanationView(plan, who, _rank(run, named, who), explain(run, who, named.node))
    if as_json:
        terminal.json(explanation_json(view))
    else:
        terminal.show(explanation_lines(view, terminal.look()))
    return Exit.DONE


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


def _subject(run: Run, subject: str | None) -> str:
    names = ", ".join(run.subjects[:LISTED]) + (", …" if len(run.subjects) > LISTED else "")
    if subject is None:
        raise Stop(Exit.USAGE, "usage.no-subject", subjects=names)
    if subject not in run.subjects:
        raise Stop(Exit.USAGE, "usage.unknown-subject", subject=subject, subjects=names)
    return subject


def _item(plan: ScoringPlan, item: str | None) -> NamedValue:
    """The indicator or touchpoint of that name or label; without one what is ranked first, else the first indicator."""
    from rubric_dsl.resolved import operations as op

    items = [
        named for named in plan.values if isinstance(plan.nodes[named.node].operation, (op.Indicator, op.Touchpoint))
    ]
    ranked = [named for ranking in plan.rankings for named in items if named.name == ranking.by]
    if item is None and (ranked or items):
        return (ranked or items)[0]
    found = [named for named in items if item in (named.name, named.label)]
    if not found:
        names = ", ".join(named.name for named in items[:LISTED])
        raise Stop(Exit.USAGE, "usage.unknown-item", item=item or "", items=names)
    return found[0]


def _rank(run: Run, named: NamedValue, subject: str) -> int | None:
    """The subject's rank in the first ranking by the item, if there is one."""
    from rubric_dsl.results.score import result_of

    rankings = [ranking for ranking in result_of(run).rankings if ranking.by == named.name]
    return next((row.rank for row in rankings[0].rows if row.subject == subject), None) if rankings else None
