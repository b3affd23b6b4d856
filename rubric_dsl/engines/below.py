"""What stands below a condition that has decided: nothing of it is read, so that nothing in it can stop the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op

Around = Mapping[op.Node, tuple[Score, ...]]
"""By item of one value a subject the indicators around it that have conditions."""


def around_items(plan: ScoringPlan, prepared: Prepared) -> Around:
    found: dict[op.Node, list[Score]] = {}
    for node in plan.nodes:
        step = prepared.steps[node.id]
        if isinstance(node.operation, op.Indicator) and node.operation.conditions and isinstance(step, Score):
            for item in _below(plan, node.operation):
                # Values come in ascending order: only what is known before the item can decide for it.
                if all(condition.node < item for condition in node.operation.conditions):
                    found.setdefault(item, []).append(step)
    return {item: tuple(steps) for item, steps in found.items()}


def _below(plan: ScoringPlan, indicator: op.Indicator) -> Iterator[op.Node]:
    waiting = [indicator]
    while waiting:
        current = waiting.pop()
        for item in (*(part.node for part in current.parts), *current.extras):
            yield item
            operation = plan.nodes[item].operation
            if isinstance(operation, op.Indicator):
                waiting.append(operation)


def decided_around(around: Around, item: op.Node, values: Values) -> bool:
    """Whether a condition of an indicator around the item gives that indicator's score."""
    return any(score.decide(values) is not None for score in around.get(item, ()))
