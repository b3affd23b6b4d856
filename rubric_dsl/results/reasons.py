"""The reasons of a ranking in brief: what each subject lost in what the ranking ranks by."""

from __future__ import annotations

from collections.abc import Sequence

from rubric_dsl.engines.reference.contributions import Loss, contributions, losses
from rubric_dsl.engines.run import Run
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a subject lost in what a ranking ranks by, most first; nothing for a measure, which has no full marks."""

    done: Run

    def __call__(self, schema: RankingSchema, subject: str) -> Sequence[Loss]:
        ranking = self.done.plan.nodes[schema.node].operation
        assert isinstance(ranking, op.Ranking)
        scored = self.done.plan.nodes[ranking.by].operation
        if not isinstance(scored, (op.Indicator, op.Touchpoint)) or self._without_rows():
            return ()
        return losses(contributions(self.done, subject, ranking.by))

    def _without_rows(self) -> bool:
        """Large tables are not in memory: which of their rows lost points is not told beside the ranking."""
        return any(data.large is not None for data in self.done.observations.tables.values())
