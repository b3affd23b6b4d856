"""How a filled form is known again: by the method that it was made for."""

from __future__ import annotations

from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan

FORM_SHEET = "rubric-form"
"""The hidden sheet of a form: `plan` and the identity of its method."""


def form_identity(plan: ScoringPlan) -> str:
    """The identity of the plan as it is written: a parameter that is set for a run asks for no other form."""
    parameters = tuple(p.model_copy(update={"value": p.default}) for p in plan.parameters)
    return plan_hash(plan.model_copy(update={"parameters": parameters}))
