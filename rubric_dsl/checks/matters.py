"""Whether every touchpoint and every weight can make a difference."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.diagnostics.model import Diagnostic, Label
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import exact_text, from_exact
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains, established, panels
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.established import Established
from rubric_dsl.resolved.model import Resolved


def check_matters(resolved: Resolved) -> Iterator[Diagnostic]:
    """A touchpoint that always gives the same points (R176), a part whose weight is 0 (R177): warnings."""
    for binding in list(resolved.scope.names.values()):
        if not isinstance(binding, bind.Indicator):
            continue
        for score in _scores(resolved, binding.node):
            known = _known(resolved, score.conditions, established.NOTHING)
            for node in (*(part.node for part in score.parts), *score.extras):
                yield from _touchpoint(resolved, node, known)
            if score.panel is not None:
                yield from _weightless(resolved, score.panel)


def _scores(resolved: Resolved, node: op.Node) -> Iterator[op.Indicator | op.RowScore]:
    operation = resolved.graph[node].operation
    assert isinstance(operation, op.Indicator)
    if operation.row_score is None:
        yield operation
    else:
        rows = resolved.graph[operation.row_score].operation
        assert isinstance(rows, op.RowScore)
        yield rows


def _known(resolved: Resolved, conditions: tuple[op.Condition, ...], known: Established) -> Established:
    """What holds below conditions of which none decided."""
    for condition in conditions:
        known = known | established.facts_from(resolved.graph, condition.node, condition.word != "if")
    return known


def _touchpoint(resolved: Resolved, node: op.Node, around: Established) -> Iterator[Diagnostic]:
    operation = resolved.graph[node].operation
    if not isinstance(operation, op.Touchpoint):
        return
    known = _known(resolved, operation.conditions, around)
    always = _always(resolved, operation, known)
    if always is not None:
        binding = resolved.scope.names[operation.name]
        yield Diagnostic("R176", binding.span, {"name": operation.name, "points": always})


def _always(resolved: Resolved, touchpoint: op.Touchpoint, known: Established) -> str | None:
    """The points that the rule gives whatever is observed; None where it can give different ones."""
    if from_exact(touchpoint.amount) == 0:
        return "0"
    if touchpoint.missing is not None:
        return None
    rule = resolved.graph[touchpoint.rule]
    only = domains.single(rule.domain)
    if only is None and isinstance(rule.operation, op.Choose):
        for holds, branch in ((True, rule.operation.then), (False, rule.operation.otherwise)):
            if established.implies(resolved.graph, known, rule.operation.condition, holds):
                only = domains.single(resolved.graph.domain(branch))
    if only is None or (isinstance(rule.operation, op.Table) and _not_applicable(rule.operation)):
        return None
    return exact_text(only)


def _not_applicable(table: op.Table) -> bool:
    return any(isinstance(row.outcome, op.NotApplicable) for row in table.rows)


def _weightless(resolved: Resolved, panel: op.Node) -> Iterator[Diagnostic]:
    operation = resolved.graph[panel].operation
    assert isinstance(operation, op.Weights)
    zero = from_exact("0")
    for item, weight in zip(operation.items, panels.values_of(operation), strict=True):
        if not isinstance(weight, reals.Real) and weight == zero:
            binding, weights = resolved.scope.names[item], resolved.scope.names[operation.name]
            facts = {"item": item, "weights": operation.name}
            yield Diagnostic("R177", weights.span, facts, (Label(binding.span, "item"),))
