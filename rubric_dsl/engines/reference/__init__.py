"""The reference engine: short, exact, obvious; what it gives is what a rubric means."""

from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.reference.rows import NAME, totals
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan


class ReferenceEngine:
    """Rows one by one, in plain Python."""

    name = NAME
    stage = None

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals:
        return totals(plan, prepared, observations)


__all__ = ["ReferenceEngine"]
