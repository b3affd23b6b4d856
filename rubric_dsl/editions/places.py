"""Lines of a rubric that its plan does not know: of bounds, roundings, weights, ties, foldings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rubric_dsl.plan.from_resolved import lines_of
from rubric_dsl.plan.model import Lines
from rubric_dsl.resolved.rankings import ranking_names
from rubric_dsl.surface import tree
from rubric_dsl.text.source import Span

Key = tuple[str, ...]
"""Item and kind, and what more tells it: the word of a limit, the name of an expert."""


def places_of(items: Iterable[tree.Item]) -> dict[Key, Lines]:
    """Where each such part stands; an item alone is its first line."""
    return {key: lines_of(span) for item in items for key, span in _in(item)}


def _in(item: tree.Item) -> Iterator[tuple[Key, Span]]:
    match item:
        case tree.Indicator() | tree.Touchpoint():
            yield from _of_score(item)
        case tree.Weights():
            name = item.named.name
            yield (name, "weights"), item.span
            yield (name, "weight"), item.span
            for row in item.grid.rows[1:] if item.grid is not None else ():
                if row.cells:
                    yield (name, "weight", row.cells[0].text), row.span
        case tree.Ranking():
            for name in ranking_names(item):
                yield (name,), item.span
                yield from ((key, line.span) for line in item.lines for key in [(name, _RANKING[type(line)])])
        case tree.Observe():
            yield (item.named.name, "folding"), item.span
            yield (item.named.name, "missing rule"), item.span if item.missing is None else item.missing.span


_RANKING: dict[type, str] = {
    tree.Precision: "rounding", tree.Ties: "ties", tree.Cap: "rank cap", tree.Exclude: "exclusion",
}  # fmt: skip


def _of_score(item: tree.Indicator | tree.Touchpoint) -> Iterator[tuple[Key, Span]]:
    waiting: list[tree.Indicator | tree.Touchpoint] = [item]
    while waiting:
        current = waiting.pop()
        name = current.named.name
        for line in current.lines:
            match line:
                case tree.Bound():
                    yield (name, "limit", line.kind), line.span
                case tree.RoundedLine():
                    yield (name, "rounding"), line.span
                case tree.MissingLine():
                    yield (name, "missing rule"), line.span
                case tree.CombinedBy():
                    yield (name, "combination"), line.span
                case tree.WeightsFrom():
                    yield (name, "weights"), line.span
                case tree.Equals():
                    yield (name, "definition"), line.span
        if isinstance(current, tree.Indicator):
            waiting.extend(current.children)
