"""Whether every touchpoint and every weight can make a difference."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.diagnostics.model import Diagnostic, Fix, Label
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import exact_text, from_exact
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains, established, panels
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.established import Established
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.outline import units
from rubric_dsl.surface import tree


def check_matters(resolved: Resolved) -> Iterator[Diagnostic]:
    """Warnings: a touchpoint that always gives the same points (R176), a part whose weight is 0 (R177), a bound on rows
    that are added up which no single row reaches (R209)."""
    yield from _idle_bounds(resolved)
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


def _idle_bounds(resolved: Resolved) -> Iterator[Diagnostic]:
    """Bounds of an indicator of a totalled table hold on each row: `at most 5` of bonuses of 5 never holds anything.

    Where an indicator around it bounds the total, the bound of the rows is a matter of form.
    """
    for unit in units(resolved.items):
        binding = resolved.scope.names.get(unit.item.named.name)
        if not isinstance(unit.item, tree.Indicator) or not isinstance(binding, bind.Indicator):
            continue
        for score in _scores(resolved, binding.node):
            if not isinstance(score, op.RowScore) or not score.extras or score.parts:
                continue
            table = resolved.scope.tables.get(resolved.graph.grain(score.extras[0]).table or "")
            if table is None or table.folding.kind != "totalled":
                continue
            lines = [line for line in unit.item.lines if isinstance(line, tree.Bound)]
            around = {line.kind for parent in unit.parents for line in parent.lines if isinstance(line, tree.Bound)}
            for line, limit in zip(lines, score.limits, strict=False):
                if line.kind not in around:
                    yield from _idle(resolved, binding, line, limit, score.extras)


def _idle(
    resolved: Resolved, binding: bind.Indicator, line: tree.Bound, limit: op.Limit, extras: tuple[op.Node, ...]
) -> Iterator[Diagnostic]:
    """What one row can bring at most, beside the bound."""
    end = domains.single(resolved.graph.domain(limit.value))
    stake = "bonus" if limit.word == "at most" else "penalty"
    touchpoints = [resolved.graph[node].operation for node in extras]
    amounts = [
        from_exact(one.amount) for one in touchpoints if isinstance(one, op.Touchpoint) and one.stake == stake
    ]
    if end is None or limit.when is not None or not amounts:
        return
    most = sum(amounts, Fraction(0))
    if end >= most if limit.word == "at most" else end <= -most:
        facts = {"name": binding.name, "most": exact_text(most if limit.word == "at most" else -most)}
        yield Diagnostic("R209", line.span, facts, (Label(binding.span, "indicator"),), fixes=(Fix("around"),))


def _weightless(resolved: Resolved, panel: op.Node) -> Iterator[Diagnostic]:
    operation = resolved.graph[panel].operation
    assert isinstance(operation, op.Weights)
    zero = from_exact("0")
    for item, weight in zip(operation.items, panels.values_of(operation), strict=True):
        if not isinstance(weight, reals.Real) and weight == zero:
            binding, weights = resolved.scope.names[item], resolved.scope.names[operation.name]
            facts = {"item": item, "weights": operation.name}
            yield Diagnostic("R177", weights.span, facts, (Label(binding.span, "item"),))
