"""Run cases through the compiler, the readers and an engine: `python -m tests.conformance.run [NAME…]`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.engines.contract import Engine
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.score import score_periods
from rubric_dsl.testing.run import run_tests
from tests.conformance.cases import Case, all_cases, case
from tests.conformance.compare import Outcome, Verdict, described, verdict


@dataclass(frozen=True)
class File:
    """A file as read: what to call it, and its bytes."""

    name: str
    data: bytes


def load(path: str) -> bytes:
    return Path(path).read_bytes()


def outcome_of(tried: Case, engine: Engine | None = None) -> Outcome:
    compiled = compile_rubric(str(tried.rubric), load, settings=tried.expected.get("set"))
    errors = tuple(map(_described, filter(_is_error, compiled.diagnostics)))
    if compiled.plan is None or errors:
        return Outcome(errors or ("no plan",))
    tests = run_tests(compiled.plan, compiled.resolved.tests, compiled.resolved.examples)
    failed = tuple(str(outcome.test.title.text) for outcome in tests if not outcome.passed)
    return replace(scored(tried, compiled.plan, engine), failed_tests=failed)


def _is_error(found: Diagnostic) -> bool:
    return prose.severity(found.code) == "error"


def _described(found: Diagnostic) -> str:
    witness = "; ".join(f"{name} {value.shown}" for name, value in found.witness.items())
    place = f"{found.span.file.rsplit('/', 1)[-1]}:{found.span.first_line}"
    return f"{place}: {found.code} {prose.message(found, 'en')} {witness}".rstrip()


def scored(tried: Case, plan: ScoringPlan, engine: Engine | None = None) -> Outcome:
    """The outcome of a case whose rubric is compiled."""
    leave_out = bool(tried.expected.get("leave_out_refused"))
    observations = read_observations(plan, sources(tried, plan), leave_out)
    refusals = tuple((name, one) for name, data in observations.tables.items() for one in data.ledger.refusals)
    if stopped_by(observations, leave_out):
        return Outcome(refusals=refusals)
    results = score_periods(plan, observations, engine)
    faults = tuple(str(problem) for result in results for problem in result.problems)
    return Outcome(refusals=refusals, faults=faults, results=results)


def sources(tried: Case, plan: ScoringPlan) -> dict[str, File]:
    """The observations of each table of the plan that has a file in the folder."""
    paths = {table.name: tried.folder / f"{table.name}.csv" for table in plan.tables}
    return {name: File(str(path), path.read_bytes()) for name, path in paths.items() if path.exists()}


def judged(tried: Case, engine: Engine | None = None) -> Verdict:
    return verdict(tried, outcome_of(tried, engine))


def main(names: list[str]) -> int:
    """Print every difference; the exit code says whether there was one."""
    chosen = [case(name) for name in names] or all_cases()
    failed = 0
    for tried in chosen:
        differences = judged(tried).differences
        if differences:
            failed += 1
            print(tried.name, *described(differences), sep="\n")
    print(f"{len(chosen)} cases, {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
