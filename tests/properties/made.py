"""Generated cases by seed, each compiled and read once and then kept for all tests."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from rubric_dsl.engines.run import Run, run
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.model import Result
from rubric_dsl.results.score import result_of
from tests.properties.choices import Choices
from tests.properties.generate import Case, case
from tests.properties.program import files, observed, plan_of, rubric_text


@dataclass(frozen=True)
class Made:
    case: Case
    text: str
    plan: ScoringPlan
    observations: Observations
    done: Run
    result: Result


def make(given: Case) -> Made:
    text = rubric_text(given.rubric)
    plan = plan_of(text)
    observations = observed(plan, files(given))
    done = run(plan, observations)
    return Made(given, text, plan, observations, done, result_of(done))


@functools.lru_cache(400)
def made(seed: int) -> Made:
    return make(case(Choices.seeded(seed)))
