"""The score stage for many subjects gives what the definition gives: every value of every subject, equal and of the
same kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rubric_dsl.engines.columnar import ColumnarEngine
from rubric_dsl.engines.compiled import CompiledEngine
from rubric_dsl.engines.contract import Engine, Subject, SubjectValues
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.run import problems_of
from rubric_dsl.engines.stage.columns import Numbers
from rubric_dsl.engines.stage.stage import subject_columns
from rubric_dsl.engines.subjects import subject_values, subjects_of
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.periods import by_period, period_before
from rubric_dsl.plan.model import ScoringPlan
from tests.conformance.cases import all_cases
from tests.engines.differential import case_of
from tests.engines.row_plans import made_plan, rows
from tests.properties.long import count
from tests.properties.made import made

GENERATED = count(60, 20_000)
AWKWARD = count(60, 40_000)
ENGINES: tuple[Engine, ...] = (ReferenceEngine(), CompiledEngine(), ColumnarEngine())
"""The stage is given the totals of each: one by one from the first, in columns of Python or Polars from the others."""


def kinds(values: Mapping[Subject, Values]) -> dict[Subject, list[object]]:
    """Values with their classes, as 1 is equal to yes."""
    return {subject: [(type(value), value) for value in own] for subject, own in values.items()}


def agreed(plan: ScoringPlan, observations: Observations, place: str, met: Counter[str]) -> None:
    prepared = prepare(plan)
    periods = [(None, observations)] if plan.period is None else list(by_period(plan, observations))
    for engine in ENGINES:
        before: dict[object, tuple[SubjectValues, SubjectValues]] = {}
        for period, own in periods:
            totals = engine.totals(plan, prepared, own)
            subjects = subjects_of(plan, totals)
            last = None if period is None else before.get(period_before(plan, period))
            wanted = subject_values(plan, prepared, totals, subjects, period, last and last[0])
            found = subject_columns(plan, prepared, totals, subjects, period, last and last[1])
            assert kinds(found) == kinds(wanted), f"{engine.name}: {place}"
            told, expected = (problems_of(plan, totals, values, period) for values in (found, wanted))
            assert (told.count, list(told)) == (expected.count, list(expected)), f"{engine.name}: {place}"
            before[period] = wanted, found
            met["runs"] += 1
            met["subjects"] += len(subjects)
            met["numbers"] += sum(isinstance(column, Numbers) for column in found.columns)
            met["in scenarios"] += sum(
                isinstance(column, Numbers) and column.scale is not None for column in found.columns)


def test_every_conformance_case_has_the_values_of_the_definition() -> None:
    met: Counter[str] = Counter()
    for tried in all_cases():
        agreed(*case_of(tried), tried.name, met)
    assert met["runs"] >= 3 * 440 and met["numbers"] >= 3_000 and met["in scenarios"] >= 200, met


def test_generated_rubrics_have_the_values_of_the_definition() -> None:
    met: Counter[str] = Counter()
    for seed in range(GENERATED):
        built = made(seed)
        agreed(built.plan, built.observations, f"seed {seed}", met)
    assert met["runs"] >= 3 * GENERATED and met["numbers"] >= 10 * GENERATED, met


def test_plans_made_to_be_awkward_have_the_values_of_the_definition() -> None:
    met: Counter[str] = Counter()
    for seed in range(AWKWARD):
        agreed(made_plan(seed), rows(seed), f"seed {seed}", met)
    assert met["runs"] == 3 * AWKWARD and met["numbers"] >= 3 * AWKWARD, met
