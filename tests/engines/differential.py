"""Two engines on the same plan and rows: what each says, and pairs to try them on."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.engines.contract import Engine, Totals
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.periods import by_period
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.conformance.cases import Case
from tests.conformance.run import load, sources


def said(totals: Totals) -> dict[str, object]:
    """All that an engine must say; whether what is empty is left out is its own affair."""
    names = ("subjects", "rows", "tallies", "aggregates", "samples", "facts", "faults")
    found = {name: getattr(totals, name) for name in names}
    return {
        name: {key: part for key, part in value.items() if part} if isinstance(value, dict) else value
        for name, value in found.items()
    }


def both(plan: ScoringPlan, observations: Observations, engine: Engine) -> tuple[dict[str, object], dict[str, object]]:
    """The reference, and the engine."""
    prepared = prepare(plan)
    found = engine.totals(plan, prepared, observations)
    return said(ReferenceEngine().totals(plan, prepared, observations)), said(found)


def runs_of(plan: ScoringPlan, observations: Observations) -> Iterator[Observations]:
    """What an engine is given: periods come one by one."""
    if plan.period is None:
        yield observations
    else:
        yield from (own for _, own in by_period(plan, observations))


def case_of(tried: Case) -> tuple[ScoringPlan, Observations]:
    plan = compile_rubric(str(tried.rubric), load, settings=tried.expected.get("set")).plan
    assert plan is not None
    return plan, read_observations(plan, sources(tried, plan), leave_out_refused=True)
