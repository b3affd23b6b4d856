"""Where the program and the oracle differ on a case."""

from __future__ import annotations

from fractions import Fraction

from rubric_dsl.results.model import NoValue, Result
from rubric_dsl.results.score import score
from tests.properties.generate import Case
from tests.properties.oracle import Scored, scored
from tests.properties.oracle_values import Impossible
from tests.properties.program import files, observed, plan_of, rubric_text


def answer(case: Case) -> Scored | None:
    """The oracle's; None where the run must stop at an impossible value."""
    try:
        return scored(case.rubric, case.observations)
    except Impossible:
        return None


def program(case: Case) -> Result:
    plan = plan_of(rubric_text(case.rubric))
    return score(plan, observed(plan, files(case)))


def differences(result: Result, expected: Scored | None) -> list[str]:
    if expected is None or result.problem_count:
        stopped = [f"the run stops: {problem}" for problem in result.problems[:3]]
        return [] if expected is None and stopped else stopped or ["the run must stop at an impossible value"]
    found = []
    if set(result.values) != set(expected.values):
        found.append(f"subjects {list(result.values)}, expected {list(expected.values)}")
    for subject, values in expected.values.items():
        for name, value in values.items():
            given = plain(result.values.get(subject, {}).get(name, "not reported"))
            if given != (None if value == "not applicable" else value):
                found.append(f"{name} of {subject}: {given}, expected {value}")
    given_ranks = {one.name: {row.subject: row.rank for row in one.rows} for one in result.rankings}
    for ranking, ranks in expected.ranks.items():
        if given_ranks.get(ranking) != ranks:
            found.append(f"{ranking}: {given_ranks.get(ranking)}, expected {ranks}")
    return found


def plain(value: object) -> object:
    """The program's value as the oracle would have it; absent and not applicable are None."""
    if isinstance(value, NoValue):
        return None
    return value if isinstance(value, Fraction | bool | str) else repr(value)
