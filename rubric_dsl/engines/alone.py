"""Some subjects scored by their own rows, for an explanation beside a result that is known."""

from __future__ import annotations

from collections.abc import Sequence

from rubric_dsl.engines.again import compares
from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.run import Run, problems_of
from rubric_dsl.engines.subjects import subject_values
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan


def stands_alone(plan: ScoringPlan) -> bool:
    """Whether what a subject scores depends on its own rows only; what looks back or compares does not."""
    return plan.period is None and not compares(plan)


def run_alone(plan: ScoringPlan, observations: Observations, subjects: Sequence[Subject]) -> Run:
    """The run of these subjects; `observations` are their rows. Their values are those of a run of everybody."""
    prepared = prepare(plan)
    totals = ReferenceEngine().totals(plan, prepared, observations)
    values = subject_values(plan, prepared, totals, tuple(subjects), None, None)
    problems = problems_of(plan, totals, values, None)
    return Run(plan, prepared, observations, "reference", totals, tuple(subjects), values, problems)
