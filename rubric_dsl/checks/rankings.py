"""Whether every indicator counts somewhere, and whether a subject's score hangs on other subjects."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.diagnostics.model import Diagnostic, Label
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved


def check_rankings(resolved: Resolved) -> Iterator[Diagnostic]:
    """An indicator in no ranking (R105), a ranked score that depends on other subjects (R104): warnings."""
    if not resolved.rankings:
        return
    reached = resolved.graph.reach(ranking.node for ranking in resolved.rankings)
    for place in resolved.outline:
        binding = resolved.scope.names.get(place.name)
        if place.depth == 0 and isinstance(binding, bind.Indicator) and binding.node not in reached:
            yield Diagnostic("R105", binding.span, {"name": binding.name})
    for ranking in resolved.rankings:
        across = [node for node in sorted(resolved.graph.reach([ranking.node])) if _compares(resolved, node)]
        if across:
            labels = tuple(Label(span, "across") for span in resolved.graph[across[0]].spans[:1])
            yield Diagnostic("R104", ranking.span, {"name": ranking.by}, labels)
            return


def _compares(resolved: Resolved, node: op.Node) -> bool:
    operation = resolved.graph[node].operation
    return isinstance(operation, op.Across) or (isinstance(operation, op.Aggregate) and operation.pooled)
