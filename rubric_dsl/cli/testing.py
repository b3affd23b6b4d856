"""What `rubric test` says beside its outcomes: what tests reach, what they would notice, what to test next."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import write_beside
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.editions.coverage import Coverage
    from rubric_dsl.plan.compile import Compiled
    from rubric_dsl.plan.model import ScoringPlan
    from rubric_dsl.surface.keywords import Language

MOST_PROPOSED = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for beside the outcomes of the tests. `data`: whose coverage is wanted in place of the tests'."""

    coverage: bool
    threshold: int | None
    mutate: bool
    propose: int | None
    output: str | None
    data: tuple[str, ...]

    def check(self, rubrics: int) -> None:
        """Refuses what cannot be done, before anything is computed."""
        if self.threshold is not None and not 0 <= self.threshold <= 100:
            raise Stop(Exit.USAGE, "usage.threshold")
        if self.propose is not None and not 1 <= self.propose <= MOST_PROPOSED:
            raise Stop(Exit.USAGE, "usage.propose", most=MOST_PROPOSED)
        if self.output is not None and os.path.splitext(self.output)[1].lower() not in (".rubric", ".xlsx"):
            raise Stop(Exit.USAGE, "usage.proposal-kind", path=self.output)
        if rubrics > 1 and (self.data or self.output):
            raise Stop(Exit.USAGE, "usage.one-rubric")

    @property
    def anything(self) -> bool:
        return self.coverage or self.mutate or self.propose is not None or self.threshold is not None or bool(self.data)


def more(
    terminal: Terminal, done: Compiled, plan: ScoringPlan, asked: Asked, as_json: bool
) -> tuple[Exit, dict[str, Any]]:
    """Shows all that was asked for; gives it as JSON too."""
    from rubric_dsl.render.coverage import coverage_json, coverage_lines, mutation_json, mutation_lines

    found: dict[str, Any] = {}
    code = Exit.DONE
    coverage = _coverage(terminal, done, plan, asked)
    if coverage is None:
        return Exit.OBSERVATIONS_REFUSED, found
    if asked.coverage or asked.threshold is not None or asked.data:
        found["coverage"] = coverage_json(plan, coverage)
        if not as_json:
            terminal.show(coverage_lines(plan, coverage, terminal.look(), bool(asked.data)))
    if asked.threshold is not None and coverage.percent < asked.threshold:
        code = Exit.FAILED
    if asked.mutate:
        mutation = _mutation(terminal, done, plan)
        found["mutation"] = mutation_json(plan, mutation)
        if not as_json:
            terminal.show(mutation_lines(plan, mutation, terminal.look()))
    if asked.propose is not None:
        found["proposed"] = _propose(terminal, plan, coverage, asked, as_json)
    return code, found


def _coverage(terminal: Terminal, done: Compiled, plan: ScoringPlan, asked: Asked) -> Coverage | None:
    from rubric_dsl.cli.running import observe
    from rubric_dsl.editions.coverage import coverage_of_data, coverage_of_tests
    from rubric_dsl.observations.read import stopped_by
    from rubric_dsl.render.refusals import refusal_lines

    if not asked.data:
        return coverage_of_tests(plan, done.resolved.tests, done.resolved.examples)
    observed = observe(terminal, plan, asked.data)
    ledgers = [table.ledger for table in observed.tables.values()]
    terminal.show(refusal_lines(ledgers, terminal.look("err")), "err")
    return None if stopped_by(observed) else coverage_of_data(plan, observed)


def _mutation(terminal: Terminal, done: Compiled, plan: ScoringPlan) -> Any:
    from rubric_dsl.cli.progress import doing
    from rubric_dsl.editions.mutation import mutation

    lang: Language = "zh" if terminal.lang == "zh" else "en"
    at = [0, 0]

    def progress(tried: int, whole: int) -> None:
        at[:] = tried, whole

    with doing(terminal, lambda: terminal.say("doing.mutating", tried=at[0], whole=at[1])):
        return mutation(plan, done.resolved.tests, done.resolved.examples, lang, progress)


def _propose(
    terminal: Terminal, plan: ScoringPlan, coverage: Coverage, asked: Asked, as_json: bool
) -> list[str | None]:
    from rubric_dsl.editions.proposals import case_test, proposals
    from rubric_dsl.render.pieces import plain
    from rubric_dsl.render.proposals import proposal_lines, proposals_workbook

    cases = proposals(plan, coverage, asked.propose or 0)
    look = terminal.look()
    if asked.output is not None:
        if asked.output.lower().endswith(".xlsx"):
            write_beside(asked.output, proposals_workbook(plan, cases, look))
        else:
            write_beside(asked.output, plain(proposal_lines(plan, cases, look)).encode("utf-8"))
        terminal.err(terminal.say("test.proposed", count=len(cases), path=asked.output))
    elif not as_json:
        terminal.show(proposal_lines(plan, cases, look))
    return [case_test(plan, case, f"proposed {number}") for number, case in enumerate(cases, 1)]
