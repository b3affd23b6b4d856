"""Whether every indicator counts somewhere, and whether a subject's score hangs on other subjects."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.diagnostics.model import Diagnostic, Fix, Label
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved


def check_rankings(resolved: Resolved) -> Iterator[Diagnostic]:
    """An indicator in no ranking (R105), a score that depends on other subjects (R104, once): warnings."""
    yield from _dependent(resolved)
    if not resolved.rankings:
        return
    reached = resolved.graph.reach(ranking.node for ranking in resolved.rankings)
    for place in resolved.outline:
        binding = resolved.scope.names.get(place.name)
        if place.depth == 0 and isinstance(binding, bind.Indicator) and binding.node not in reached:
            yield Diagnostic("R105", binding.span, {"name": binding.name}, fixes=(Fix("use"),))


def _dependent(resolved: Resolved) -> Iterator[Diagnostic]:
    """The first ranked score, else the first score at all, that other subjects have a part in."""
    scores = [(ranking.node, ranking.span, ranking.by) for ranking in resolved.rankings]
    for place in resolved.outline:
        binding = resolved.scope.names.get(place.name)
        if isinstance(binding, bind.Indicator):
            scores.append((binding.node, binding.span, binding.name))
    if not any(_compares(resolved, node) for node in resolved.graph.reach(node for node, _, _ in scores)):
        return
    for node, span, name in scores:
        across = [inner for inner in sorted(resolved.graph.reach([node])) if _compares(resolved, inner)]
        if across:
            labels = tuple(Label(there, "across") for there in resolved.graph[across[0]].spans[:1])
            yield Diagnostic("R104", span, {"name": name}, labels, fixes=(Fix("goalposts"),))
            return


def _compares(resolved: Resolved, node: op.Node) -> bool:
    operation = resolved.graph[node].operation
    return isinstance(operation, op.Across) or (isinstance(operation, op.Aggregate) and operation.pooled)
