"""Where an outcome differs from the stated answer, and how many answers were compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from rubric_dsl.numbers.reals import Real
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.observations.model import Refusal
from rubric_dsl.results.model import NoValue, Result
from tests.conformance.cases import Case


@dataclass(frozen=True)
class Outcome:
    """What a run of a case gave: errors of the rubric, refusals, faults of the run, or a result."""

    errors: tuple[str, ...] = ()
    refusals: tuple[tuple[str, Refusal], ...] = ()
    faults: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    """One, or in a rubric with `each` one a period."""
    failed_tests: tuple[str, ...] = ()


@dataclass
class Verdict:
    """`compared` counts the stated answers that were looked at, whether they agree or not."""

    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def check(self, what: str, expected: object, found: object) -> None:
        self.compared += 1
        if expected != found:
            self.differences.append(f"{what}: expected {expected}, found {found}")


def verdict(case: Case, outcome: Outcome) -> Verdict:
    said, found = case.expected, Verdict()
    found.differences += [f"the rubric is not accepted: {error}" for error in outcome.errors]
    found.differences += [f"a test of the rubric fails: {test}" for test in outcome.failed_tests]
    if outcome.errors:
        return found
    _compare_refusals(said, outcome.refusals, found)
    if said.get("run_error"):
        found.check("the run stops at an impossible value", True, bool(outcome.faults))
    else:
        found.differences += [f"the run stops: {fault}" for fault in outcome.faults]
    if not outcome.faults:
        _compare_results(said, outcome.results, found)
    return found


def _compare_results(said: dict[str, Any], results: Sequence[Result], found: Verdict) -> None:
    if "periods" not in said:
        for result in results:
            _compare_values(said, result, found)
            _compare_rankings(said, result, found)
        return
    by_period = {result.period: result for result in results}
    found.check("the periods", list(said["periods"]), list(by_period))
    for period, own in said["periods"].items():
        if period in by_period:
            _compare_values(own, by_period[period], found)
            _compare_rankings(own, by_period[period], found)


def _compare_refusals(said: dict[str, Any], refusals: Iterable[tuple[str, Refusal]], found: Verdict) -> None:
    rows = {(table, refusal.row): refusal for table, refusal in refusals if refusal.row > 0}
    whole = {(table, refusal.value): refusal for table, refusal in refusals if refusal.row == 0}
    for table, row, column in said.get("refused", []):
        refusal = rows.pop((table, row), None)
        named = None if refusal is None else refusal.column
        found.check(f"{table} row {row} is refused", (True, column or named), (refusal is not None, named))
    for table, subject in said.get("unobserved", []):
        found.check(f"{subject} is not observed in {table}", True, whole.pop((table, subject), None) is not None)
    found.differences += [f"{table} row {row} is refused: {r.code} {r.column}" for (table, row), r in rows.items()]
    found.differences += [f"{table} is refused: {r.code} {dict(r.facts)}" for (table, _), r in whole.items()]


def _compare_values(said: dict[str, Any], result: Result, found: Verdict) -> None:
    for subject, values in said.get("subjects", {}).items():
        for name, expected in values.items():
            value = result.values.get(subject, {}).get(name)
            found.check(f"{name} of {subject}", *_alike(expected, value))
    for subject, values in said.get("irrational", {}).items():
        for name, digits in values.items():
            value = result.values.get(subject, {}).get(name)
            found.check(f"{name} of {subject}", ("irrational", Fraction(digits)), _rounded_to(value, digits))


def _alike(expected: object, value: object) -> tuple[object, object]:
    """Both in one form: numbers as fractions, absence as its state."""
    if isinstance(expected, dict):
        return expected["state"], value.state if isinstance(value, NoValue) else value
    if isinstance(expected, str) and isinstance(value, Fraction):
        return Fraction(expected), value
    return expected, value


def _rounded_to(value: object, digits: str) -> tuple[str, object]:
    if not isinstance(value, Real):
        return "rational", value
    return "irrational", round_to(value, "half up", Fraction(1, 10 ** len(digits.partition(".")[2])))


def _compare_rankings(said: dict[str, Any], result: Result, found: Verdict) -> None:
    given = {ranking.name: {row.subject: row.rank for row in ranking.rows} for ranking in result.rankings}
    for name, ranks in said.get("rankings", {}).items():
        for subject, rank in ranks.items():
            found.check(f"rank of {subject} in {name}", rank, given.get(name, {}).get(subject, "not listed"))


def described(differences: Iterable[str]) -> Iterator[str]:
    for difference in differences:
        yield f"  {difference}"
