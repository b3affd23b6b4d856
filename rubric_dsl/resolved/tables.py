"""From a table as written to a node: patterns typed by their inputs, outcomes brought to one type.

What is needed to prove that the rows cover their inputs is kept as `TableFacts` for the checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains, established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.established import Established
from rubric_dsl.resolved.expressions import Expressions, Place
from rubric_dsl.resolved.graph import NO_NEEDS, Fact
from rubric_dsl.resolved.literals import moment_number
from rubric_dsl.resolved.report import Edit, Fix, Label
from rubric_dsl.resolved.words import Keyword, TypeWord, without_line
from rubric_dsl.surface import tree
from rubric_dsl.surface.print_parts import print_outcome, print_row
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

Node = op.Node
Purpose = Literal["value", "bands", "points"]


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row with its patterns typed. `row` is None for the `missing:` line that stands above the table."""

    row: tree.Row | None
    operation: op.Row
    span: Span


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table as its check needs it: inputs by node, what is established around it, its rows."""

    name: str
    purpose: Purpose
    table: tree.Table
    inputs: tuple[Node, ...]
    known: Established
    rows: tuple[RowFacts, ...]
    first_match: bool
    uses: tuple[Span, ...]
    """Of the formulas through which the table is used."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """One node an outcome column; `classes` in the order of first mention, for bands."""

    nodes: tuple[Node, ...]
    facts: tuple[TableFacts, ...]
    classes: tuple[tree.Named, ...] = ()


def lower_table(
    use: Expressions,
    table: tree.Table,
    place: Place,
    purpose: Purpose,
    name: str,
    *,
    columns: int = 1,
    default: tuple[op.Outcome, Span] | None = None,
) -> Lowered | None:
    """The nodes of the table, one an outcome; None after an error that leaves nothing to work with.

    `default`: the outcome of an inherited `missing:` line, a last row for absent inputs.
    """
    inputs = [use.lower(part, place) for part in table.inputs]
    grain = use.grain(inputs, table.inputs)
    nodes = tuple(node for node in inputs if node is not None)
    if grain is None or not table.rows:
        return None
    classes = _classes(use, table) if purpose == "bands" else ()
    patterns = [_row_patterns(use, table, row, index, nodes, place) for index, row in enumerate(table.rows)]
    results = []
    for column in range(columns):
        result = _column(use, table, column, columns, nodes, patterns, place, purpose, classes, default, grain)
        if result is None:
            return None
        results.append(result)
    facts = tuple(
        TableFacts(
            name, purpose, table, nodes, place.known, rows, table.first_match is not None, tuple(use.report.uses)
        )
        for _, rows in results
    )
    use.tables.extend(facts[:1])
    return Lowered(tuple(node for node, _ in results), facts, classes)


_Patterns = tuple[Literal["patterns", "otherwise", "missing"], tuple[tuple[op.Pattern, ...], ...]]


def _row_patterns(
    use: Expressions, table: tree.Table, row: tree.Row, index: int, inputs: Sequence[Node], place: Place
) -> _Patterns | None:
    alone = row.patterns[0][0] if len(row.patterns) == 1 and len(row.patterns[0]) == 1 else None
    if isinstance(alone, tree.Otherwise):
        if index != len(table.rows) - 1:
            last = table.rows[-1].span
            text = print_row(row, use.scope.language)
            edits = (without_line(row.span), Edit(last.after(), f"\n{' ' * last.column}{text}"))
            use.report.add("R036", alone.span, labels=[Label(last, "last")], fixes=[Fix("move", edits)])
            return None
        return "otherwise", ()
    if isinstance(alone, tree.MissingValue) and len(inputs) > 1:
        return "missing", ()
    if len(row.patterns) != len(inputs):
        use.report.add(
            "R035",
            row.pattern_span,
            facts={"given": len(row.patterns), "wanted": len(inputs)},
            labels=[Label(table.span, "inputs")],
            fixes=[Fix("any")],
        )
        return None
    found = []
    for alternatives, node in zip(row.patterns, inputs, strict=True):
        typed = [_pattern(use, pattern, node, place) for pattern in alternatives]
        if any(pattern is None for pattern in typed):
            return None
        found.append(tuple(pattern for pattern in typed if pattern is not None))
    return "patterns", tuple(found)


def _pattern(use: Expressions, pattern: tree.Pattern, node: Node, place: Place) -> op.Pattern | None:
    kind = use.graph.type(node)
    if isinstance(pattern, tree.Anything):
        return op.Anything()
    if isinstance(pattern, tree.MissingValue):
        return op.Missing()
    if isinstance(pattern, tree.Otherwise):
        use.report.add("R037", pattern.span, fixes=[Fix("any", (Edit(pattern.span, "-"),)), Fix("alone")])
        return None
    if isinstance(pattern, tree.Exactly):
        value = _end(use, pattern.value, node, place)
        return None if value is None else op.Equal(value)
    if not kind.ordered:
        members = kind.members or (Keyword("YES"), Keyword("NO"))
        fix = Fix("text") if kind == ty.TEXT else Fix("members", (), {"members": members})
        use.report.add("R038", pattern.span, facts={"type": TypeWord(kind.kind)}, fixes=[fix])
        return None
    ends: list[Node | None] = []
    for end in (pattern.low, pattern.high):
        value = _end(use, end, node, place) if end is not None else None
        if end is not None and value is None:
            return None
        ends.append(value)
    return op.Between(ends[0], pattern.low_closed, ends[1], pattern.high_closed)


def _end(use: Expressions, value: tree.PatternValue | tree.YesNo, node: Node, place: Place) -> Node | None:
    """The constant or parameter node of a value in a pattern, in the type of its input."""
    kind = use.graph.type(node)
    if isinstance(value, tree.Name) and value.name not in place.arguments:
        if kind.kind == "choice":
            word = tree.Word(value.name, value.span)
            if use.scope.is_member(word, kind, use.graph[node]):
                return use.constant(value.name, kind, value.span)
            return None
        declared = use.scope.names.get(value.name)
        if declared is not None and not isinstance(declared, bind.Parameter | bind.Broken):
            labels, fixes = [Label(declared.span, "declared")], [Fix("difference")]
            use.report.add("R039", value.span, facts={"name": value.name}, labels=labels, fixes=fixes)
            return None
    if isinstance(value, tree.Text) and kind.kind == "choice":
        word = tree.Word(value.value, value.span)
        member = use.scope.member_by_label(value.value, use.graph[node])
        if member is None or not use.scope.is_member(word, kind, use.graph[node]):
            use.scope.is_member(word, kind, use.graph[node])
        return None
    lowered = use.lower(value, place)
    if lowered is None:
        return None
    if isinstance(value, tree.YesNo) and kind != ty.YES_NO:
        facts = {"left": TypeWord(kind.kind), "right": TypeWord("yes/no")}
        use.report.add("R064", value.span, facts=facts, fixes=[Fix("same")])
        return None
    same = use.as_type(lowered, kind, value, value)
    if same is None:
        return None
    if not isinstance(use.graph[same].operation, op.Constant | op.Parameter):
        use.report.add("R039", value.span, facts={"name": use.scope.text_of(value)}, fixes=[Fix("difference")])
        return None
    return same


# ---------------------------------------------------------------- outcomes


def _classes(use: Expressions, table: tree.Table) -> tuple[tree.Named, ...]:
    """The classes of bands in written order; a class may stand in several rows and carries its label once."""
    found: dict[str, tree.Named] = {}
    for row in table.rows:
        for outcome in row.outcomes[:1]:
            named = class_of(outcome)
            if named is None:
                facts = {"text": print_outcome(outcome, use.scope.language)}
                use.report.add("R135", outcome.span, facts=facts, fixes=[Fix("class"), Fix("measure")])
            elif named.name not in found or (named.labels and not found[named.name].labels):
                found[named.name] = named
            elif named.labels and named.label != found[named.name].label:
                use.report.add(
                    "R138",
                    named.labels[0].span,
                    facts={"name": named.name},
                    labels=[Label(found[named.name].word.span, "first")],
                    fixes=[Fix("once", (Edit(named.word.span.to(named.labels[0].span), named.name),))],
                )
    return tuple(found.values())


def class_of(outcome: tree.Outcome) -> tree.Named | None:
    """The class that an outcome of bands names."""
    if isinstance(outcome, tree.ClassOutcome):
        return outcome.named
    if isinstance(outcome, tree.ValueOutcome) and isinstance(outcome.value, tree.Name):
        return tree.Named(tree.Word(outcome.value.name, outcome.value.span), ())
    return None


_Typed = tuple[op.Outcome, tuple[Node, ...], tree.Outcome]


def _column(
    use: Expressions,
    table: tree.Table,
    column: int,
    columns: int,
    inputs: tuple[Node, ...],
    patterns: Sequence[_Patterns | None],
    place: Place,
    purpose: Purpose,
    classes: tuple[tree.Named, ...],
    default: tuple[op.Outcome, Span] | None,
    grain: ty.Grain,
) -> tuple[Node, tuple[RowFacts, ...]] | None:
    """The table node of one outcome column and its rows; None after an error."""
    kind = ty.ValueType("choice", tuple(named.name for named in classes)) if purpose == "bands" else None
    lowered: list[tuple[op.Outcome, list[tuple[Node, tree.Expr]], Established] | None] = []
    for row, typed in zip(table.rows, patterns, strict=True):
        if len(row.outcomes) != columns:
            if column == 0:
                facts_ = {"given": len(row.outcomes), "wanted": columns}
                use.report.add("R136", row.span, facts=facts_, fixes=[Fix("each")])
            lowered.append(None)
            continue
        facts = _row_facts(use, inputs, typed)
        lowered.append(
            _outcome(use, row, row.outcomes[column], inputs, typed, place.knowing(facts), purpose, kind, facts)
        )
    if any(item is None for item in lowered) or any(typed is None for typed in patterns):
        return None
    complete = [item for item in lowered if item is not None]
    if purpose == "points" and not _all_points(use, [pair for _, pairs, _ in complete for pair in pairs]):
        return None
    read = [*zip(inputs, table.inputs, strict=True), *(pair for _, pairs, _ in complete for pair in pairs)]
    joined = use.grain([node for node, _ in read], [part for _, part in read])
    if joined is None:
        return None
    grain = joined
    agreed = _agree(use, complete) if kind is None else ([item[0] for item in complete], kind)
    if agreed is None:
        return None
    outcomes, type_ = agreed
    rows = [
        RowFacts(row, op.Row(typed[0], typed[1], outcome), row.span)
        for row, typed, outcome in zip(table.rows, patterns, outcomes, strict=True)
        if typed is not None
    ]
    if default is not None and not any(row.operation.when == "missing" for row in rows):
        rows.append(RowFacts(None, op.Row("missing", (), default[0]), default[1]))
    needs = NO_NEEDS
    nodes: list[Node] = []
    for item, outcome in zip(complete, outcomes, strict=True):
        for node in _outcome_nodes(outcome):
            nodes.append(node)
            needs = needs | established.met_under(use.graph, use.graph[node].needs, item[2])
    values = domains_of(use, outcomes) or [domains.ZERO]
    domain: ty.Domain = ty.Members(type_.members) if kind is not None else domains.hull(values)
    operation = op.Table(inputs, tuple(row.operation for row in rows), table.first_match is not None)
    node = use.graph.add(
        operation,
        type=type_,
        grain=grain,
        domain=domain,
        span=table.span,
        needs=needs,
        irrational=use.irrational([n for n in nodes if use.graph.type(n).numeric]),
        lines=tuple(row.span for row in rows),
    )
    return node, tuple(rows)


def _all_points(use: Expressions, outcomes: Sequence[tuple[Node, tree.Expr]]) -> bool:
    """Whether all outcomes are plain numbers; reports the first one that is not."""
    other = next(((node, part) for node, part in outcomes if use.graph.type(node) != ty.NUMBER), None)
    if other is None:
        return True
    report = use.not_a_plain_number if use.graph.type(other[0]).numeric else use.not_a_number
    report(*other)
    return False


def _row_facts(use: Expressions, inputs: Sequence[Node], typed: _Patterns | None) -> Established:
    """What a matching row establishes: its inputs are present, a yes/no input is what the row says."""
    if typed is None or typed[0] == "missing":
        return established.NOTHING
    facts: set[Fact] = set()
    for index, node in enumerate(inputs):
        alternatives = typed[1][index] if typed[0] == "patterns" else ()
        if any(isinstance(pattern, op.Anything | op.Missing) for pattern in alternatives):
            continue
        if use.graph[node].needs:
            facts.add(Fact(use.is_present(node, None), True))
        if use.graph.type(node) == ty.YES_NO and len(alternatives) == 1 and isinstance(alternatives[0], op.Equal):
            constant = use.graph[alternatives[0].value].operation
            if isinstance(constant, op.Constant):
                facts |= established.facts_from(use.graph, node, constant.value == "yes")
    return frozenset(facts)


def _outcome(
    use: Expressions,
    row: tree.Row,
    outcome: tree.Outcome,
    inputs: tuple[Node, ...],
    typed: _Patterns | None,
    place: Place,
    purpose: Purpose,
    kind: ty.ValueType | None,
    facts: Established,
) -> tuple[op.Outcome, list[tuple[Node, tree.Expr]], Established] | None:
    if kind is not None:
        named = class_of(outcome)
        return None if named is None else (op.Value(use.constant(named.name, kind, outcome.span)), [], facts)
    if isinstance(outcome, tree.NotApplicableOutcome):
        if purpose != "points":
            use.report.add("R137", outcome.span, fixes=[Fix("when")])
            return None
        return op.NotApplicable(), [], facts
    if isinstance(outcome, tree.ClassOutcome):
        use.report.add("R141", outcome.span, facts={"name": outcome.named.name}, fixes=[Fix("bands")])
        return None
    if isinstance(outcome, tree.LinearOutcome):
        return _linear(use, row, outcome, inputs, typed, place, facts)
    node = use.lower(outcome.value, place)
    if node is None or not use.present(node, outcome.value, place):
        return None
    return op.Value(node), [(node, outcome.value)], facts


def _linear(
    use: Expressions,
    row: tree.Row,
    outcome: tree.LinearOutcome,
    inputs: tuple[Node, ...],
    typed: _Patterns | None,
    place: Place,
    facts: Established,
) -> tuple[op.Outcome, list[tuple[Node, tree.Expr]], Established] | None:
    start, end = use.numeric(outcome.start, place), use.numeric(outcome.end, place)
    if start is None or end is None or typed is None:
        return None
    ranged = [
        (index, pattern)
        for index, alternatives in enumerate(typed[1])
        for pattern in alternatives
        if isinstance(pattern, op.Between) and pattern.low is not None and pattern.high is not None
    ]
    if len(ranged) != 1 or len(typed[1][ranged[0][0]]) != 1:
        use.report.add("R142", outcome.span, labels=[Label(row.pattern_span, "patterns")], fixes=[Fix("range")])
        return None
    values, language = [use.graph[node].operation for node in (start, end)], use.scope.language
    if all(isinstance(value, op.Constant) for value in values):
        first, last = (Fraction(value.value) for value in values if isinstance(value, op.Constant))
        if (first <= last) if outcome.falling else (first >= last):
            turned = replace(outcome, falling=first > last)
            constant = tree.ValueOutcome(outcome.start, outcome.span)
            rewrite = print_outcome(turned if first != last else constant, language)
            use.report.add(
                "R143",
                outcome.span,
                facts={"word": Keyword("FALLING" if outcome.falling else "RISING")},
                fixes=[Fix("other", (Edit(outcome.span, rewrite),), {"rewrite": rewrite})],
            )
            return None
    index, pattern = ranged[0]
    assert pattern.low is not None and pattern.high is not None
    linear = op.Linear(index, pattern.low, pattern.high, start, end)
    return linear, [(start, outcome.start), (end, outcome.end)], facts


def _outcome_nodes(outcome: op.Outcome) -> tuple[Node, ...]:
    if isinstance(outcome, op.Value):
        return (outcome.node,)
    if isinstance(outcome, op.Linear):
        return (outcome.start, outcome.end)
    return ()


def _agree(
    use: Expressions, rows: Sequence[tuple[op.Outcome, list[tuple[Node, tree.Expr]], Established]]
) -> tuple[list[op.Outcome], ty.ValueType] | None:
    """The outcomes brought to one type."""
    flat = [pair for _, pairs, _ in rows for pair in pairs]
    if not flat:
        return [outcome for outcome, _, _ in rows], ty.NUMBER
    same = use.agree([node for node, _ in flat], [part for _, part in flat])
    if same is None:
        return None
    nodes = iter(same[0])
    outcomes: list[op.Outcome] = []
    for outcome, _, _ in rows:
        if isinstance(outcome, op.Value):
            outcomes.append(op.Value(next(nodes)))
        elif isinstance(outcome, op.Linear):
            outcomes.append(op.Linear(outcome.input, outcome.low, outcome.high, next(nodes), next(nodes)))
        else:
            outcomes.append(outcome)
    return outcomes, same[1]


def domains_of(use: Expressions, outcomes: Sequence[op.Outcome]) -> list[ty.Domain]:
    """The values of each outcome that has one."""
    found: list[ty.Domain] = []
    for outcome in outcomes:
        nodes = _outcome_nodes(outcome)
        domain = domains.hull([use.graph.domain(node) for node in nodes]) if nodes else None
        if domain is not None:
            found.append(domains.without_step(domain) if isinstance(outcome, op.Linear) else domain)
    return found


def value_of(use: Expressions, node: Node) -> Fraction | None:
    """The number that a constant or parameter node stands for in this compilation (dates and times as their number)."""
    operation = use.graph[node].operation
    if isinstance(operation, op.Constant):
        if use.graph.type(node) in (ty.DATE, ty.TIME):
            return Fraction(moment_number(operation.value))
        return Fraction(operation.value) if use.graph.type(node).numeric else None
    if isinstance(operation, op.Parameter):
        declared = use.scope.names.get(operation.name)
        return declared.value if isinstance(declared, bind.Parameter) else None
    return None
