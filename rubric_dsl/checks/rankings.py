"""Whether every indicator counts somewhere, and whether a subject's score hangs on other subjects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from rubric_dsl.diagnostics.model import Diagnostic, Fix, Label
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.outline import declared
from rubric_dsl.resolved.references import comparisons, names_in
from rubric_dsl.surface import tree
from rubric_dsl.text.source import Span


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
        if any(_compares(resolved, inner) for inner in resolved.graph.reach([node])):
            labels = tuple(Label(there, "across") for there in _comparison(resolved, name))
            yield Diagnostic("R104", span, {"name": name}, labels, fixes=(Fix("goalposts"),))
            return


def _compares(resolved: Resolved, node: op.Node) -> bool:
    operation = resolved.graph[node].operation
    return isinstance(operation, op.Across) or (isinstance(operation, op.Aggregate) and operation.pooled)


def _comparison(resolved: Resolved, name: str) -> list[Span]:
    """The first place that compares subjects in what the name says, itself or by way of what it mentions.

    Found in the text: nodes kept from an earlier text may have lines of that one.
    """
    homes: dict[str, tree.Item] = {}
    for item in reversed(resolved.items):
        homes.update((one.name, item) for one in declared([item], None))
    waiting, seen = [name], set[int]()
    while waiting:
        home = homes.get(waiting.pop())
        if home is not None and id(home) not in seen:
            seen.add(id(home))
            waiting.extend(names_in(home))
    calls = (call for item in resolved.items if id(item) in seen for call in comparisons(item))
    return [call.span for call in islice(calls, 1)]
