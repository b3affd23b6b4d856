"""A result with what is needed to show it."""

from __future__ import annotations

from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.results.json import ReasonsOf
from rubric_dsl.results.model import Result
from rubric_dsl.results.status import Final
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class ResultView:
    """`reasons` gives what a subject lost in what a ranking ranks by, most first."""

    plan: ScoringPlan
    plan_hash: str
    result: Result
    reasons: ReasonsOf
    final: Final | None = None
    """Who declared the result final; None: it is a draft."""

    def named(self, name: str) -> NamedValue | None:
        return next((value for value in self.plan.values if value.name == name), None)

    @property
    def bands(self) -> list[NamedValue]:
        """The classifications of subjects."""
        found = [value for value in self.plan.values if value.kind == "bands"]
        return [value for value in found if self.plan.nodes[value.node].grain.kind != "row"]
