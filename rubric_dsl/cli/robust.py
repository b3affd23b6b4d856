"""`rubric robust`: how firm the ranks are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, observations_argument, rubric_argument, use_from_option
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.editions.robustness import Vary
    from rubric_dsl.engines.run import Run
    from rubric_dsl.plan.model import RankingSchema, ScoringPlan

DRAWS = 10_000
MOST_DRAWS = 1_000_000
DRAWS_A_DRAW_OF_INDICES = 4
"""Of so many draws one is made for the indices too (times the steps and two)."""
DEFAULT = "weights,rows"
SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", re.ASCII)


@declare("robust")
@rubric_argument
@observations_argument
@click.option("--vary", metavar="STEP,…", default=DEFAULT)
@click.option("--draws", type=int, metavar="N", default=DRAWS)
@click.option("--seed", type=int, metavar="N", default=1)
@click.option("--bounds-by", "bounds_by", metavar="P%")
@click.option("--by", "column", metavar="COLUMN")
@click.option("--ranking", "name", metavar="NAME")
@json_option
@use_from_option
def command(
    terminal: Terminal, rubric_file: str, observations: tuple[str, ...], vary: str, draws: int, seed: int,
    bounds_by: str | None, column: str | None, name: str | None, as_json: bool, use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.observing import run_of
    from rubric_dsl.cli.progress import doing
    from rubric_dsl.editions.linear import NotVaried
    from rubric_dsl.editions.robustness import cannot_be_varied, robustness
    from rubric_dsl.render.robust import not_varied, robust_lines
    from rubric_dsl.render.robust_json import robust_json

    steps = _steps(vary)
    share = None if bounds_by is None else _share(bounds_by)
    if share is not None and "bounds" not in steps:
        raise Stop(Exit.USAGE, "usage.bounds-by-alone")
    if not 1 <= draws <= MOST_DRAWS:
        raise Stop(Exit.USAGE, "usage.draws", most=MOST_DRAWS)
    done = run_of(terminal, rubric_file, observations, use_from)
    if isinstance(done, Exit):
        return done
    schema = ranking_of(done.plan, name)
    by = None if column is None else _column(done, column)
    try:
        with doing(terminal, terminal.say("doing.simulating")):
            found = robustness(done, schema, steps, draws, seed, draws // DRAWS_A_DRAW_OF_INDICES, by, share)
    except NotVaried as problem:
        problems = cannot_be_varied(done, schema, steps, share) or (problem,)
        for one in problems:
            terminal.err(not_varied(done.plan, one, terminal.look("err")))
        others = ",".join(step for step in steps if step not in {one.step for one in problems})
        if others:
            words = ["rubric", "robust", rubric_file, *observations, "--vary", others]
            options = [
                ("--draws", draws, DRAWS), ("--seed", seed, 1), ("--ranking", name, None),
                ("--bounds-by", bounds_by if "bounds" in others else None, None),
                ("--by", None if problem.step == "without value" else column, None),
            ]  # fmt: skip
            words += [word for option, value, usual in options if value != usual for word in (option, str(value))]
            terminal.err(terminal.say("robust.others", command=" ".join(map(_word, words))))
        else:
            terminal.err(terminal.say("robust.vary"))
        return Exit.NOT_FINISHED
    if as_json:
        terminal.json(robust_json(done.plan, found))
    else:
        terminal.show(robust_lines(done.plan, found, terminal.look(), share))
    return Exit.DONE


def _steps(vary: str) -> Sequence[Vary]:
    from rubric_dsl.editions.robustness import VARIES

    asked = [step.strip() for step in vary.split(",") if step.strip()]
    if asked == ["all"]:
        return VARIES
    for step in asked:
        if step not in VARIES:
            raise Stop(Exit.USAGE, "usage.vary", step=step, steps=", ".join(VARIES))
    return tuple(step for step in VARIES if step in asked)


def _word(text: str) -> str:
    """As it is typed: in quotes where it has a blank or another sign that the terminal would take for its own."""
    return text if re.fullmatch(r"[\w./\\:=,+-]+", text) else '"' + text.replace('"', '\\"') + '"'


def _share(text: str) -> Fraction:
    """`5%`: more than 0 and less than 100%."""
    found = SHARE.fullmatch(text.replace("％", "%"))
    share = Fraction(found[1]) / 100 if found else Fraction(0)
    if not 0 < share < 1:
        raise Stop(Exit.USAGE, "usage.bounds-by", value=text)
    return share


def ranking_of(plan: ScoringPlan, name: str | None) -> RankingSchema:
    """The ranking of that name, else the first."""
    found = [schema for schema in plan.rankings if name is None or name in (schema.name, schema.label)]
    if not found:
        names = ", ".join(schema.name for schema in plan.rankings)
        raise Stop(Exit.USAGE, "usage.no-ranking", name=name or "", names=names or "-")
    return found[0]


def _column(done: Run, column: str) -> tuple[str, str]:
    for table in done.plan.tables:
        for one in table.columns:
            if column in (one.name, one.label):
                return table.name, one.name
    raise Stop(Exit.USAGE, "usage.no-column", column=column)
