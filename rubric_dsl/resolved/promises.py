"""Promises: claims about every input, bound and typed."""

from __future__ import annotations

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved.expressions import Expressions, Place
from rubric_dsl.resolved.model import Promise
from rubric_dsl.resolved.report import Fix
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id


def resolve_promise(use: Expressions, item: tree.Promise) -> Promise | None:
    """A claim of one value a subject, or that a score never rises or falls as a column grows; None after an error."""
    claim = item.claim
    while isinstance(claim, tree.Group):
        claim = claim.inner
    function = function_id(claim.function.text) if isinstance(claim, tree.Call) else None
    if isinstance(claim, tree.Call) and function in ("never_rises", "never_falls"):
        return _monotone(use, item, claim, function)
    node = use.condition(claim, Place())
    if node is None:
        return None
    if use.graph.grain(node).kind == "row":
        facts = {"text": use.scope.text_of(claim)}
        use.report.add("R108", claim.span, facts=facts, fixes=[use.any_row("count", claim)])
        return None
    return Promise(item.title.text, "always", node, None, None, item.claim.span)


def _monotone(use: Expressions, item: tree.Promise, claim: tree.Call, function: str) -> Promise | None:
    names = [argument.name for argument in claim.arguments if isinstance(argument, tree.Name)]
    if len(names) == 2 and len(claim.arguments) == 2:
        score, column = use.scope.names.get(names[0]), use.scope.names.get(names[1])
        if isinstance(score, bind.Broken) or isinstance(column, bind.Broken):
            return None
        scored = isinstance(score, bind.Indicator | bind.Touchpoint | bind.Measure)
        if scored and isinstance(column, bind.Column) and column.type.ordered:
            kind = "never_rises" if function == "never_rises" else "never_falls"
            return Promise(item.title.text, kind, None, names[0], names[1], item.claim.span)  # type: ignore[arg-type]
    use.report.add("R121", claim.span, facts={"function": claim.function.text}, fixes=[Fix("form")])
    return None
