"""What share of the total each indicator and touchpoint is, as worths and weights say it before anything is scored."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.panels import values_of
from rubric_dsl.surface import tree
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`of`: the total it is a share of, an indicator that stands in no other."""

    share: Exact
    of: str


def shares(resolved: Resolved) -> dict[str, Share]:
    """By name. What has no fixed share is left out: penalties, bonuses, and parts that are combined otherwise than by a
    mean."""
    found: dict[str, Share] = {}
    for item in resolved.items:
        if isinstance(item, tree.Indicator):
            found[item.named.name] = Share(Fraction(1), item.named.name)
            _parts(item, found[item.named.name], resolved, found)
    return found


def _parts(indicator: tree.Indicator, own: Share, resolved: Resolved, found: dict[str, Share]) -> None:
    combined = next((line.method for line in indicator.lines if isinstance(line, tree.CombinedBy)), "mean")
    binding = resolved.scope.names.get(indicator.named.name)
    if combined != "mean" or not isinstance(binding, bind.Indicator) or not binding.worth:
        return
    weights = _weights(indicator.lines, resolved)
    for child in indicator.children:
        name = child.named.name
        part = resolved.scope.names.get(name)
        if weights is not None:
            weight = weights.get(name)
        elif isinstance(part, bind.Indicator):
            weight = part.worth / binding.worth
        elif isinstance(part, bind.Touchpoint) and part.stake == "worth":
            weight = part.amount / binding.worth
        else:
            weight = None
        if weight is not None:
            found[name] = Share(reals.multiply(own.share, weight), own.of)
            if isinstance(child, tree.Indicator):
                _parts(child, found[name], resolved, found)


def _weights(lines: Iterable[tree.IndicatorLine], resolved: Resolved) -> dict[str, Exact] | None:
    """By item, those of `weights from`; None: the worths count."""
    panel = next((line.word.text for line in lines if isinstance(line, tree.WeightsFrom)), None)
    if panel is None:
        return None
    binding = resolved.scope.names.get(panel)
    operation = resolved.graph[binding.node].operation if isinstance(binding, bind.Weights) else None
    return dict(zip(operation.items, values_of(operation), strict=True)) if isinstance(operation, op.Weights) else {}
