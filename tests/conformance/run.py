"""Run cases through the compiler, the readers and an engine: `python -m tests.conformance.run [NAME…]`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.engines.contract import Engine
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.score import score
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
    compiled = compile_rubric(str(tried.rubric), load)
    errors = tuple(map(_described, filter(_is_error, compiled.diagnostics)))
    if compiled.plan is None or errors:
        return Outcome(errors or ("no plan",))
    return scored(tried, compiled.plan, engine)


def _is_error(found: Diagnostic) -> bool:
    return prose.severity(found.code) == "error"


def _described(found: Diagnostic) -> str:
    witness = "; ".join(f"{name} {value.shown}" for name, value in found.witness.items())
    place = f"{found.span.file.rsplit('/', 1)[-1]}:{found.span.first_line}"
    return f"{place}: {found.code} {prose.message(found, 'en')} {witness}".rstrip()


def scored(tried: Case, plan: ScoringPlan, engine: Engine | None = None) -> Outcome:
    """The outcome of a case whose rubric is compiled."""
    observations = read_observations(plan, sources(tried, plan))
    refusals = tuple((name, one) for name, data in observations.tables.items() for one in data.ledger.refusals)
    if refusals:
        return Outcome(refusals=refusals)
    result = score(plan, observations, engine)
    return Outcome(faults=tuple(str(problem) for problem in result.problems), result=result)


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
