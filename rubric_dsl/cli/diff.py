"""`rubric diff`: what an edit of a rubric means, and who moves because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.app import json_option, use_from_option
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.editions.comparison import Comparison
    from rubric_dsl.editions.impact import RankingImpact
    from rubric_dsl.editions.recipes import Side
    from rubric_dsl.editions.wording import Written
    from rubric_dsl.observations.model import Observations
    from rubric_dsl.plan.compile import Compiled
    from rubric_dsl.render.diff import DiffView


@declare("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("observations", metavar="OBS…", nargs=-1)
@click.option("--old-data", "old_data", metavar="FILE", multiple=True)
@click.option("--new-data", "new_data", metavar="FILE", multiple=True)
@json_option
@click.option("-o", "written", metavar="FILE", multiple=True)
@click.option("--exit-code", "exit_code", is_flag=True)
@click.option("--seed", type=int, metavar="N", default=1)
@click.option("--leave-out-refused", is_flag=True)
@use_from_option
def command(
    terminal: Terminal, old: str, new: str, observations: tuple[str, ...], old_data: tuple[str, ...],
    new_data: tuple[str, ...], as_json: bool, written: tuple[str, ...], exit_code: bool, seed: int,
    leave_out_refused: bool, use_from: tuple[str, ...],
) -> int:
    from rubric_dsl.cli.compiling import compiled, show_found
    from rubric_dsl.cli.outputs import check_outputs
    from rubric_dsl.editions.comparison import compare
    from rubric_dsl.editions.places import places_of

    check_outputs(written, kinds=(".html", ".json"))
    if bool(old_data) != bool(new_data) or (old_data and observations):
        raise Stop(Exit.USAGE, "usage.two-data")
    sides = (compiled(terminal, old, use_from), compiled(terminal, new, use_from))
    for done in sides:
        if done.has_errors:
            show_found(terminal, done.diagnostics, done.sources)
    plans = sides[0].plan, sides[1].plan
    if plans[0] is None or plans[1] is None:
        return Exit.RUBRIC_HAS_ERRORS
    places = places_of(sides[0].resolved.items), places_of(sides[1].resolved.items)
    comparison = compare(plans[0], plans[1], places)
    diffing = _Diffing(terminal, sides, comparison, (old, new), as_json, leave_out_refused)
    impacts: tuple[RankingImpact, ...] | None = None
    if observations or old_data:
        data = (tuple(old_data), tuple(new_data)) if old_data else (observations, observations)
        found = diffing.impacts(data, bool(old_data), seed)
        if isinstance(found, Exit):
            return found
        impacts = found
    return diffing.show(impacts, exit_code, written)


@dataclass(frozen=True, slots=True)
class _Diffing:
    """One comparison with all that it reads and says."""

    terminal: Terminal
    sides: tuple[Compiled, Compiled]
    comparison: Comparison
    files: tuple[str, str]
    as_json: bool
    leave_out_refused: bool
    seen: dict[tuple[int, int], Observations | None] = field(default_factory=dict)

    def impacts(
        self, data: tuple[Sequence[str], Sequence[str]], two_data: bool, seed: int
    ) -> tuple[RankingImpact, ...] | Exit:
        """Who moves; an exit code where an edition refuses its data or has no result on them."""
        from rubric_dsl.cli.compiling import show_found
        from rubric_dsl.cli.progress import doing
        from rubric_dsl.editions.impact import NotScored, impact
        from rubric_dsl.render.problems import problem_diagnostics

        refused = [self._own(data, two_data, 0), self._own(data, two_data, 1)]
        if not all(refused):
            return Exit.OBSERVATIONS_REFUSED

        def read(which: int, side: Side) -> Observations | None:
            return self._read(data, which, side)

        try:
            with doing(self.terminal, self.terminal.say("doing.scoring")):
                return impact(self.comparison, read, seed, two_data)
        except NotScored as problem:
            problems = problem_diagnostics(problem.run.problems, problem.run.plan)
            show_found(self.terminal, problems, self.sides[problem.side].sources)
            return Exit.NOT_FINISHED

    def _own(self, data: tuple[Sequence[str], Sequence[str]], two_data: bool, side: Side) -> bool:
        """Reads an edition's own data; what it refuses is shown."""
        from rubric_dsl.render.refusals import refusal_lines

        observed = self._read(data, side if two_data else 0, side, show=True)
        if observed is None:
            return False
        ledgers = [table.ledger for table in observed.tables.values()]
        self.terminal.show(refusal_lines(ledgers, self.terminal.look("err")), "err")
        return True

    def _read(
        self, data: tuple[Sequence[str], Sequence[str]], which: int, side: Side, show: bool = False
    ) -> Observations | None:
        from rubric_dsl.cli.running import observe
        from rubric_dsl.observations.read import stopped_by
        from rubric_dsl.render.refusals import refusal_lines

        if (which, side) not in self.seen:
            plan = self.sides[side].plan
            assert plan is not None
            observed = observe(self.terminal, plan, data[which], self.leave_out_refused)
            stopped = stopped_by(observed, self.leave_out_refused)
            if stopped and show:
                ledgers = [table.ledger for table in observed.tables.values()]
                self.terminal.show(refusal_lines(ledgers, self.terminal.look("err")), "err")
            self.seen[which, side] = None if stopped else observed
        return self.seen[which, side]

    def show(self, impacts: tuple[RankingImpact, ...] | None, exit_code: bool, outputs: Sequence[str]) -> int:
        from rubric_dsl.cli.outputs import write_outputs
        from rubric_dsl.editions.magnitude import actual, possible, reasons
        from rubric_dsl.editions.wording import wording
        from rubric_dsl.render.diff import DiffView, diff_lines
        from rubric_dsl.render.diff_json import diff_json

        magnitude = possible(self.comparison) if impacts is None else actual(self.comparison, impacts)
        texts = _written(self.sides[0]), _written(self.sides[1])
        said = wording(self.comparison.old, self.comparison.new, texts, self.comparison.renames)
        view = DiffView(self.comparison, said, magnitude, reasons(self.comparison), self.files, impacts)
        if self.as_json:
            self.terminal.json(diff_json(view))
        else:
            self.terminal.show(diff_lines(view, self.terminal.look()))
        write_outputs(outputs, diff_json(view) if outputs else None, tuple, {".html": lambda: self._page(view)})
        if not exit_code or magnitude == "wording":
            return Exit.DONE
        return Exit.SCORES_CHANGE if magnitude == "scores" else Exit.RANKS_CHANGE

    def _page(self, view: DiffView) -> bytes:
        from rubric_dsl.render.html.diff import diff_page

        files = {name: source.lines() for done in self.sides for name, source in done.sources.items()}
        return diff_page(view, files, self.terminal.lang)


def _written(done: Compiled) -> Written:
    from rubric_dsl.editions.wording import written

    return written(done.language, done.resolved.header, done.sources.values(), done.resolved.tests)
