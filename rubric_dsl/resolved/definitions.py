"""Parameters, measures, bands, formulas and weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from rubric_dsl.numbers.decimals import NotANumber, NumberTooLong, exact_text, read_decimal
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains, established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.beside import at_rows
from rubric_dsl.resolved.expressions import Expressions, Mend, Place
from rubric_dsl.resolved.literals import constant_of, value_in
from rubric_dsl.resolved.references import mentioned, names_in
from rubric_dsl.resolved.report import Edit, Fix, Label
from rubric_dsl.resolved.tables import lower_table
from rubric_dsl.resolved.words import TypeWord, swapped, written_as
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.surface.print_parts import AND, word

# ---------------------------------------------------------------- parameters


def resolve_parameter(
    use: Expressions, parameter: tree.Parameter, settings: Mapping[str, str]
) -> bind.Parameter | None:
    """A named constant; `settings` may replace its value within its range."""
    value = _literal(parameter.value)
    if value is None:
        fix = Fix("measure", (), {"name": parameter.named.name})
        facts = {"text": use.scope.text_of(parameter.value)}
        use.report.add("R131", parameter.value.span, facts=facts, fixes=[fix])
        return None
    number, kind = value
    limits = parameter.limits
    low = _end(use, limits.low, kind) if limits is not None else None
    high = _end(use, limits.high, kind) if limits is not None else None
    default = number
    setting = settings.get(parameter.named.name)
    if setting is not None:
        read = read_setting(setting, kind)
        if read is None:
            use.report.add(
                "R128",
                parameter.named.word.span,
                facts={"name": parameter.named.name, "setting": setting, "type": TypeWord(kind.kind)},
                fixes=[written_as(kind)],
            )
            return None
        number = read
    if (low is not None and number < low) or (high is not None and number > high):
        use.report.add(
            "R130",
            parameter.value.span if setting is None else parameter.named.word.span,
            facts={"name": parameter.named.name, "value": domains.Shown(number, kind)},
            labels=[Label(limits.span, "range")] if limits is not None else [],
            fixes=[Fix("range")],
        )
        return None
    node = use.graph.add(
        op.Parameter(parameter.named.name),
        type=kind,
        grain=ty.CONSTANT,
        domain=ty.Points((number,)),
        span=parameter.named.word.span,
    )
    return bind.Parameter(
        parameter.named.name,
        parameter.named,
        node,
        kind,
        exact_text(default),
        number,
        low,
        high,
        parameter.named.word.span,
    )


def _literal(value: tree.Expr) -> tuple[Fraction, ty.ValueType] | None:
    while isinstance(value, tree.Group):
        value = value.inner
    if isinstance(value, tree.Negate) and isinstance(value.operand, tree.Number):
        number, kind = constant_of(value.operand)
        return -number, kind
    return constant_of(value) if isinstance(value, tree.Number) else None


def _end(use: Expressions, end: tree.PatternValue | None, kind: ty.ValueType) -> Fraction | None:
    if end is None:
        return None
    value = _literal(end) if isinstance(end, tree.Number | tree.Negate) else None
    if value is None:
        use.report.add("R118", end.span, facts={"type": TypeWord(kind.kind)}, fixes=[written_as(kind)])
        return None
    if value[1] == kind or value[0] == 0:
        return value[0]
    facts = {"left": TypeWord(kind.kind), "right": TypeWord(value[1].kind)}
    use.report.add("R064", end.span, facts=facts, fixes=[Fix("same")])
    return None


_SETTING = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(%|s|min|h|day|days|秒|分钟|小时|天)?\s*")
_UNITS: dict[str, tree.Unit] = {
    "%": "%",
    "s": "s",
    "秒": "s",
    "min": "min",
    "分钟": "min",
    "h": "h",
    "小时": "h",
    "day": "day",
    "days": "day",
    "天": "day",
}


def read_setting(text: str, kind: ty.ValueType) -> Fraction | None:
    """The value of `--set name=TEXT` in the parameter's runtime unit; None where it is no value of that kind."""
    found = _SETTING.fullmatch(text) if len(text) <= 200 else None
    if found is None:
        return None
    try:
        number = read_decimal(found.group(1))
    except (NotANumber, NumberTooLong):
        return None
    value, unit = value_in(number, _UNITS[found.group(2)] if found.group(2) else "")
    return value if unit == kind else None


# ---------------------------------------------------------------- measures and bands


def resolve_measure(use: Expressions, measure: tree.Measure) -> tuple[bind.Measure, ...] | None:
    place = at_rows(use, Place(), measure.when, measure.body)
    conditional = _conditional(use, measure.when, place)
    if conditional is None:
        return None
    place, condition = conditional
    if isinstance(measure.body, tree.Table):
        lowered = lower_table(use, measure.body, place, "value", measure.names[0].name, columns=len(measure.names))
        nodes: tuple[op.Node, ...] | None = lowered.nodes if lowered is not None else None
    else:
        nodes = _by_expression(use, measure, measure.body, place)
    if nodes is None:
        return None
    found = []
    for named, node in zip(measure.names, nodes, strict=True):
        last = _finished(use, measure, named, node, condition)
        if last is None:
            return None
        found.append(bind.Measure(named.name, named, last, named.word.span))
    return tuple(found)


def _conditional(use: Expressions, when: tree.Expr | None, place: Place) -> tuple[Place, op.Node | None] | None:
    """The place with what holds there, and the condition if there is one; None after an error."""
    if when is None:
        return place, None
    condition = use.condition(when, place)
    if condition is None:
        return None
    return place.knowing(established.facts_from(use.graph, condition, True)), condition


def _by_expression(
    use: Expressions, measure: tree.Measure, body: tree.Expr, place: Place
) -> tuple[op.Node, ...] | None:
    if len(measure.names) > 1:
        use.report.add("R136", body.span, facts={"given": 1, "wanted": len(measure.names)}, fixes=[Fix("each")])
        return None
    node = use.lower(body, place)
    if node is None:
        return None
    if measure.optional and not use.graph[node].needs:
        facts = {"name": measure.names[0].name}
        use.report.add("R083", measure.names[0].word.span, facts=facts, fixes=[Fix("drop")])
    if not measure.optional and not use.present(node, body, place, mend=_optional(use, measure)):
        return None
    return (node,)


def _optional(use: Expressions, measure: tree.Measure) -> Mend:
    """`measure hdi = …` becomes `measure hdi optional = …`."""
    named = measure.names[-1]
    words: tuple[tree.Word | tree.Quoted, ...] = (named.word, *named.labels)
    last = measure.limits.span if measure.limits is not None else words[-1].span

    def mend(guard: str) -> Fix:
        return Fix("optional", (Edit(last.after(), f" {word('OPTIONAL', use.scope.language)}"),))

    return mend


def _finished(
    use: Expressions, measure: tree.Measure, named: tree.Named, node: op.Node, condition: op.Node | None
) -> op.Node | None:
    """The node with the stated range and presence around it."""
    if measure.limits is not None:
        ranged = _within(use, measure, named, node)
        if ranged is None:
            return None
        node = ranged
    return _only(use, named, node, measure.body, condition, measure.when)


def _only(
    use: Expressions, named: tree.Named, node: op.Node, body: tree.Expr | tree.Table, condition: op.Node | None,
    when: tree.Expr | None,
) -> op.Node | None:
    """The node where the condition, if there is one, holds, and no value elsewhere."""
    if condition is None or when is None:
        return node
    known = use.graph[node]
    facts = established.facts_from(use.graph, condition, True)
    needs = use.graph[condition].needs | established.met_under(use.graph, known.needs, facts)
    grain = use.grain([condition, node], [when, body.inputs[0] if isinstance(body, tree.Table) else body])
    if grain is None:
        return None
    only = use.graph.add(
        op.Only(condition, node),
        type=known.type,
        grain=grain,
        domain=known.domain,
        span=named.word.span,
        needs=needs,
        present_if=condition,
        source=True,
        irrational=known.irrational,
    )
    use.scope.sources.setdefault(only, named.name)
    use.scope.conditions.setdefault(only, use.scope.text_of(when, AND))
    return only


def _within(use: Expressions, measure: tree.Measure, named: tree.Named, node: op.Node) -> op.Node | None:
    known = use.graph[node]
    assert measure.limits is not None
    if not known.type.numeric:
        fix = Fix("choice" if known.type.kind == "choice" else "remove", (Edit(measure.limits.span, ""),))
        use.report.add("R116", measure.limits.span, facts={"type": TypeWord(known.type.kind)}, fixes=[fix])
        return None
    ends: list[op.Node | None] = []
    for end in (measure.limits.low, measure.limits.high):
        value = _end(use, end, known.type) if end is not None else None
        if end is not None and value is None:
            return None
        ends.append(use.number(value, end.span, known.type) if value is not None and end is not None else None)
    low, high = (Fraction(_text(use, end)) if end is not None else None for end in ends)
    if low is not None and high is not None and low > high:
        use.report.add("R117", measure.limits.span, fixes=swapped(measure.limits, use.scope.language))
        return None
    domain = domains.intersect(known.domain, low, high)
    if domain is None:
        facts = {"name": named.name, "possible": domains.ShownRange(known.domain, known.type)}
        use.report.add("R134", measure.limits.span, facts=facts, fixes=[Fix("range")])
        return None
    return use.graph.add(
        op.Within(node, ends[0], ends[1]),
        type=known.type,
        grain=known.grain,
        domain=domain,
        span=named.word.span,
        needs=known.needs,
        irrational=known.irrational,
    )


def _text(use: Expressions, node: op.Node) -> str:
    operation = use.graph[node].operation
    assert isinstance(operation, op.Constant)
    return operation.value


def resolve_bands(use: Expressions, bands: tree.Bands) -> bind.Bands | None:
    place = at_rows(use, Place(), bands.when, bands.table)
    conditional = _conditional(use, bands.when, place)
    if conditional is None:
        return None
    place, condition = conditional
    lowered = lower_table(use, bands.table, place, "bands", bands.named.name)
    if lowered is None:
        return None
    node = _only(use, bands.named, lowered.nodes[0], bands.table, condition, bands.when)
    if node is None:
        return None
    return bind.Bands(bands.named.name, bands.named, node, lowered.classes, bands.named.word.span)


# ---------------------------------------------------------------- formulas


def resolve_formula(use: Expressions, formula: tree.Formula, order: Mapping[str, int]) -> bind.Formula | None:
    """A formula is judged at each use; here only its names: arguments differ, what it mentions exists earlier."""
    seen: dict[str, tree.Word] = {}
    for argument in formula.arguments:
        first = seen.setdefault(argument.text, argument)
        if first is not argument:
            labels, fixes = [Label(first.span, "first")], [Fix("rename")]
            use.report.add("R133", argument.span, facts={"name": argument.text}, labels=labels, fixes=fixes)
            return None
    own = order.get(formula.word.text, 0)
    sound = True
    for named in mentioned(formula.body):
        name = named.text if isinstance(named, tree.Word) else named.name
        if name in seen or not isinstance(named, tree.Name):
            if name not in seen and not _callable(use, name, own, order, formula, named):
                sound = False
            continue
        if name not in use.scope.names and not _may_be_member(formula, name):
            use.scope.unknown(name, named.span, [*use.scope.names, *seen])
            sound = False
    return bind.Formula(formula.word.text, formula, formula.word.span) if sound else None


def _callable(
    use: Expressions, name: str, own: int, order: Mapping[str, int], formula: tree.Formula, word: tree.Word | tree.Name
) -> bool:
    """Whether a called formula stands earlier; built-in functions and members of a choice pass."""
    if name not in order or function_id(name) is not None:
        return True
    if order[name] < own:
        return True
    use.report.add(
        "R140",
        word.span,
        facts={"name": name, "formula": formula.word.text},
        fixes=[Fix("earlier", (), {"name": name})],
    )
    return False


def _may_be_member(formula: tree.Formula, name: str) -> bool:
    """Names in the patterns of a table may be members of whatever choice is put in."""
    if not isinstance(formula.body, tree.Table):
        return False
    return any(name in names_in(row.patterns) for row in formula.body.rows)
