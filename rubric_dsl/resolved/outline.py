"""The declared names of a rubric in written order, and its indicators with what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rubric_dsl.resolved.rankings import ranking_names
from rubric_dsl.surface import tree
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Declared:
    """A name with what declares it."""

    name: str
    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Unit:
    """An indicator or touchpoint with the indicators around it, outermost first."""

    item: tree.Indicator | tree.Touchpoint
    parents: tuple[tree.Indicator, ...]


def units(items: Sequence[tree.Item]) -> Iterator[Unit]:
    """Indicators and touchpoints with the indicators around them, each before its parts."""
    pending: list[Unit] = [
        Unit(item, ()) for item in reversed(items) if isinstance(item, tree.Indicator | tree.Touchpoint)
    ]
    while pending:
        unit = pending.pop()
        yield unit
        if isinstance(unit.item, tree.Indicator):
            inside = (*unit.parents, unit.item)
            pending.extend(Unit(child, inside) for child in reversed(unit.item.children))


def declared(items: Sequence[tree.Item], subject: str | None) -> Iterator[Declared]:
    """Every declared name in written order; columns that tables share (the subject, the period) once."""
    seen: set[str] = set()
    for item in items:
        if isinstance(item, tree.Observe):
            yield Declared(item.named.name, "table", item.named.word.span)
            shared = {subject} if item.period is None else {subject, item.period.text}
            own: set[str] = set()
            for named in (named for line in item.columns for named in line.names):
                again = named.name in shared and named.name in seen and named.name not in own
                own.add(named.name)
                if named.name in shared:
                    seen.add(named.name)
                if not again:
                    yield Declared(named.name, "column", named.word.span)
        else:
            yield from _declared(item)


def _declared(item: tree.Item) -> Iterator[Declared]:
    if isinstance(item, tree.Measure):
        for named in item.names:
            yield Declared(named.name, "measure", named.word.span)
    elif isinstance(item, tree.Formula | tree.Example):
        yield Declared(item.word.text, type(item).__name__.lower(), item.word.span)
    elif isinstance(item, tree.Parameter | tree.Bands | tree.Weights):
        yield Declared(item.named.name, type(item).__name__.lower(), item.named.word.span)
    elif isinstance(item, tree.Ranking):
        span = item.named.word.span if item.named is not None else item.span
        for name in ranking_names(item):
            yield Declared(name, "ranking", span)
    elif isinstance(item, tree.Indicator | tree.Touchpoint):
        for unit in units([item]):
            kind = type(unit.item).__name__.lower()
            yield Declared(unit.item.named.name, kind, unit.item.named.word.span)
