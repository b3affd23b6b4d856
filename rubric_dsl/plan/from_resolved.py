"""From a resolved and checked rubric to its plan: the nodes that anything named reaches, numbered anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.plan import model
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.from_surface import subjects_of
from rubric_dsl.resolved.graph import Graph, NodeFacts
from rubric_dsl.resolved.model import Promise, Resolved
from rubric_dsl.resolved.walking import renumbered
from rubric_dsl.surface import tree
from rubric_dsl.text.source import Span

# ---------------------------------------------------------------- the plan


def plan_of(resolved: Resolved) -> model.ScoringPlan:
    """The plan of a rubric without errors; its promises are not proved yet (`promises.prove` does that)."""
    graph, scope = resolved.graph, resolved.scope
    reached = graph.reach(_roots(resolved))
    numbers = {node: number for number, node in enumerate(sorted(reached))}
    declared, register = subjects_of(resolved)
    return model.ScoringPlan(
        header=_header(resolved.header),
        tables=tuple(_table(table, numbers) for table in scope.tables.values()),
        subjects=declared if register is None else None,
        register_table=register,
        period=scope.period,
        parameters=tuple(_parameter(b) for b in scope.names.values() if isinstance(b, bind.Parameter)),
        nodes=tuple(_node(graph, node, numbers) for node in sorted(reached)),
        values=tuple(_values(resolved, numbers)),
        rankings=tuple(
            model.RankingSchema(
                name=ranking.name,
                label=ranking.named.label if ranking.named is not None else None,
                by=ranking.by,
                node=numbers[ranking.node],
                lines=lines_of(ranking.span),
            )
            for ranking in resolved.rankings
        ),
        promises=tuple(_promise(promise, numbers) for promise in resolved.promises),
    )


def _roots(resolved: Resolved) -> Iterable[op.Node]:
    for binding in resolved.scope.names.values():
        if isinstance(binding, bind.Measure | bind.Bands | bind.Indicator | bind.Touchpoint | bind.Parameter):
            yield binding.node
    for ranking in resolved.rankings:
        yield ranking.node
    for promise in resolved.promises:
        if promise.claim is not None:
            yield promise.claim
    for table in resolved.scope.tables.values():
        yield from table.conditions.values()
        yield from (must.node for must in table.musts)
        if table.stratum_weights is not None:
            yield table.stratum_weights


def lines_of(span: Span) -> model.Lines:
    return model.Lines(
        file=span.file,
        line=span.first_line,
        column=span.column + 1,
        end_line=span.last_line,
        end_column=span.end_column + 1,
    )


def _header(header: tree.Header | None) -> model.Header:
    if header is None:
        return model.Header(title="", edition=None, source=None, notes=())
    said = {line.kind: line.text.text for line in reversed(header.lines)}
    notes = tuple(line.text.text for line in header.lines if line.kind == "note")
    return model.Header(
        title=header.title.text, edition=said.get("edition"), source=said.get("source"), notes=notes
    )


def _node(graph: Graph, node: op.Node, numbers: Mapping[op.Node, int]) -> model.PlanNode:
    facts = graph[node]
    return model.PlanNode(
        id=numbers[node],
        operation=renumbered(facts.operation, numbers),
        type=facts.type,
        grain=facts.grain,
        may_be_absent=bool(facts.needs),
        bounds=_bounds(facts),
        denominator=domains.denominator(facts.domain) if facts.type.numeric and not facts.irrational else None,
        irrational=facts.irrational,
        lines=tuple(lines_of(span) for span in facts.spans),
    )


def _bounds(facts: NodeFacts) -> model.Bounds | None:
    if not facts.type.numeric:
        return None
    around = domains.as_interval(facts.domain)
    return model.Bounds(
        low=exact_text(around.low) if around.low is not None else None,
        high=exact_text(around.high) if around.high is not None else None,
    )


def _table(table: bind.Table, numbers: Mapping[op.Node, int]) -> model.TableSchema:
    return model.TableSchema(
        name=table.name,
        label=table.label,
        subject=table.subject,
        folding=table.folding.kind,
        stratum=table.stratum,
        period=table.period,
        one_row_each=table.one_row_each,
        stratum_weights=numbers[table.stratum_weights] if table.stratum_weights is not None else None,
        missing=table.missing,
        columns=tuple(_column(column, table, numbers) for column in table.columns.values()),
        musts=tuple(
            model.MustSchema(
                node=numbers[must.node], columns=must.columns, message=must.message, lines=lines_of(must.span)
            )
            for must in table.musts
        ),
        lines=lines_of(table.span),
    )


def _column(column: bind.Column, table: bind.Table, numbers: Mapping[op.Node, int]) -> model.ColumnSchema:
    condition = table.conditions.get(column.name)
    return model.ColumnSchema(
        name=column.name,
        label=column.named.label,
        type=column.kind,
        members=tuple(
            model.MemberSchema(name=member.name, labels=tuple(quoted.text for quoted in member.labels))
            for member in column.members
        ),
        low=column.low,
        high=column.high,
        decimals=column.decimals,
        percent_written=column.percent_written,
        duration_written=column.duration_written,
        presence=column.presence,
        present_when=numbers[condition] if condition is not None else None,
        written_absent=column.written_absent,
        key=column.key,
        private=column.private,
        lines=lines_of(column.span),
    )


def _parameter(parameter: bind.Parameter) -> model.ParameterSchema:
    return model.ParameterSchema(
        name=parameter.name,
        label=parameter.named.label,
        type=parameter.type,
        default=parameter.default,
        value=exact_text(parameter.value),
        low=exact_text(parameter.low) if parameter.low is not None else None,
        high=exact_text(parameter.high) if parameter.high is not None else None,
        lines=lines_of(parameter.span),
    )


def _values(resolved: Resolved, numbers: Mapping[op.Node, int]) -> Iterable[model.NamedValue]:
    for item in resolved.items:
        if isinstance(item, tree.Measure):
            for named in item.names:
                yield from _value(resolved.scope.names.get(named.name), "measure", 0, numbers)
        elif isinstance(item, tree.Bands):
            yield from _value(resolved.scope.names.get(item.named.name), "bands", 0, numbers)
    for place in resolved.outline:
        binding = resolved.scope.names.get(place.name)
        kind: model.ValueKind = "indicator" if isinstance(binding, bind.Indicator) else "touchpoint"
        yield from _value(binding, kind, place.depth, numbers)


def _value(
    binding: bind.Binding | None, kind: model.ValueKind, depth: int, numbers: Mapping[op.Node, int]
) -> Iterable[model.NamedValue]:
    if not isinstance(binding, bind.Measure | bind.Bands | bind.Indicator | bind.Touchpoint):
        return
    classes = binding.classes if isinstance(binding, bind.Bands) else ()
    notes = binding.notes if isinstance(binding, bind.Indicator | bind.Touchpoint) else ()
    yield model.NamedValue(
        name=binding.name,
        label=binding.named.label,
        kind=kind,
        node=numbers[binding.node],
        depth=depth,
        class_labels={named.name: named.label for named in classes if named.label is not None},
        lines=lines_of(binding.span),
        notes=notes,
    )


def _promise(promise: Promise, numbers: Mapping[op.Node, int]) -> model.PromiseSchema:
    return model.PromiseSchema(
        title=promise.title,
        kind=promise.kind,
        claim=numbers[promise.claim] if promise.claim is not None else None,
        item=promise.item,
        column=promise.column,
        status="not proved yet",
        cases=None,
        lines=lines_of(promise.span),
    )
