"""Whether a panel that hands out points hands out exactly the full marks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.diagnostics.model import Diagnostic, Label
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.surface import tree


def check_panels(resolved: Resolved) -> Iterator[Diagnostic]:
    """Rows of `points` that do not add up to the worth of the indicator that uses them (R200)."""
    written = {item.named.name: item for item in resolved.items if isinstance(item, tree.Weights)}
    for binding in list(resolved.scope.names.values()):
        if not isinstance(binding, bind.Indicator):
            continue
        panel = _panel(resolved, binding.node)
        weights = written.get(panel.name) if panel is not None else None
        if weights is not None and weights.grid is not None:
            yield from _rows(weights.grid, binding)


def _panel(resolved: Resolved, node: op.Node) -> op.Weights | None:
    operation = resolved.graph[node].operation
    assert isinstance(operation, op.Indicator)
    scored = resolved.graph[operation.row_score].operation if operation.row_score is not None else operation
    assert isinstance(scored, op.RowScore | op.Indicator)
    found = resolved.graph[scored.panel].operation if scored.panel is not None else None
    return found if isinstance(found, op.Weights) else None


def _rows(grid: tree.Grid, indicator: bind.Indicator) -> Iterator[Diagnostic]:
    for row in grid.rows[1:]:
        cells = [cell for cell in row.cells[1:] if cell.unit == "points"]
        if not cells:
            continue
        total = sum((cell.number or Fraction(0) for cell in cells), Fraction(0))
        if total != indicator.worth:
            facts = {
                "expert": row.cells[0].text,
                "total": exact_text(total),
                "worth": exact_text(indicator.worth),
                "name": indicator.name,
            }
            yield Diagnostic("R200", row.span, facts, (Label(indicator.span, "indicator"),))


