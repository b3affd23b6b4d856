"""Tables of observations: what each column may hold and when it is present."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.expressions import Expressions, Place
from rubric_dsl.resolved.literals import moment_number, moment_text, read_moment, value_in
from rubric_dsl.resolved.ordering import in_order
from rubric_dsl.resolved.references import mentioned, names_in
from rubric_dsl.resolved.report import Edit, Fix, Label, Report
from rubric_dsl.resolved.words import TypeWord, line_below, swapped, written_as
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.print_parts import AND, word

Members = Callable[[tree.Named], "tuple[tree.Named, ...] | None"]
"""Reads the members of a choice that stand in a CSV beside the rubric; None after a reported error."""

MAX_DECIMALS = 30

PERIOD_KINDS = ("whole number", "choice", "date")
"""Columns whose values have one before them: the number less one, the member before, the day before."""


def declare_table(
    observe: tree.Observe, report: Report, members: Members, whole: bool, language: Language
) -> bind.Table:
    """The table with its columns; what its conditions say comes with `resolve_conditions`.

    `whole`: no line of the block is broken; else that a column is not there is no finding. `language`: of the
    rubric's own words, for lines that are offered to paste.
    """
    columns: dict[str, bind.Column] = {}
    for line in observe.columns:
        for column in _columns(observe, line, report, members, language):
            columns.setdefault(column.name, column)
    stratum = _stratum(observe, columns, report if whole else Report())
    table = bind.Table(
        observe.named.name,
        observe.named.label,
        observe.subject.text,
        observe.folding,
        stratum,
        _period(observe, columns, report if whole else Report(), language),
        columns,
        observe.named.word.span,
        observe,
    )
    _subject(table, report if whole else Report(), language)
    _missing(table, report, language)
    return table


def _subject(table: bind.Table, report: Report, language: Language) -> None:
    column = table.columns.get(table.subject)
    span = table.observe.subject.span
    line = f"{table.subject} {word('TEXT', language)}"
    if column is None:
        report.add(
            "R110",
            span,
            facts={"name": table.subject, "table": table.name},
            fixes=[Fix("add", (line_below(table.observe.span, line),), {"line": line})],
        )
    elif column.kind not in ("text", "choice") or column.presence != "always":
        labels = [Label(column.span, "declared")]
        report.add("R111", span, facts={"name": table.subject}, labels=labels, fixes=[Fix("text", (), {"line": line})])


def _stratum(observe: tree.Observe, columns: dict[str, bind.Column], report: Report) -> str | None:
    by = observe.folding.by
    if by is None:
        return None
    column = columns.get(by.text)
    if column is None or column.kind != "choice" or column.presence != "always":
        labels = [Label(column.span, "declared")] if column is not None else []
        report.add("R112", by.span, facts={"name": by.text}, labels=labels, fixes=[Fix("choice")])
        return None
    return by.text


def _period(
    observe: tree.Observe, columns: dict[str, bind.Column], report: Report, language: Language
) -> str | None:
    """The column of `each`: of a kind that tells which period comes before, in every row, and no other key of it.

    Results, refusals and explanations name the period, so it is not private.
    """
    if observe.period is None:
        return None
    name, span = observe.period.text, observe.period.span
    line = f"{name} {word('WHOLE', language)}"
    column = columns.get(name)
    if column is None:
        facts = {"name": name, "table": observe.named.name}
        add = Fix("add", (line_below(observe.span, line),), {"line": line})
        report.add("R204", span, facts=facts, fixes=[add])
        return None
    others = (observe.subject.text, observe.folding.by.text if observe.folding.by is not None else None)
    if column.kind not in PERIOD_KINDS or column.presence != "always" or column.private or name in others:
        labels = [Label(column.span, "declared")]
        report.add("R205", span, facts={"name": name}, labels=labels, fixes=[Fix("whole", (), {"line": line})])
        return None
    return name


def _missing(table: bind.Table, report: Report, language: Language) -> None:
    line = table.observe.missing
    if line is None:
        return
    outcome = line.outcome
    if isinstance(outcome, tree.NotApplicableOutcome):
        table.missing = "not applicable"
    elif isinstance(outcome, tree.ValueOutcome) and isinstance(outcome.value, tree.Number) and outcome.value.value == 0:
        table.missing = "0"
    else:
        zero = Fix("zero", (Edit(outcome.span, "0"),))
        none = Fix("not_applicable", (Edit(outcome.span, word("NOT_APPLICABLE", language)),))
        report.add("R113", outcome.span, fixes=[zero, none])
        return


# ---------------------------------------------------------------- columns


def _columns(
    observe: tree.Observe, line: tree.ColumnLine, report: Report, members: Members, language: Language
) -> list[bind.Column]:
    kind = line.type.kind
    listed = line.type.members
    if kind == "choice" and not listed:
        listed = members(line.names[0]) or ()
    decimals = _decimals(line, report)
    percent = _percent_written(line)
    duration = _duration_written(line, report)
    type_ = _type(kind, tuple(member.name for member in listed))
    bounds = _limits(line, type_, percent, report, language)
    domain = _domain(kind, type_, bounds, decimals, percent)
    presence: Literal["always", "optional", "when"] = "always"
    written: tuple[str, ...] = ()
    if isinstance(line.presence, tree.Optional):
        presence, written = "optional", tuple(quoted.text for quoted in line.presence.written)
    elif line.presence is not None:
        presence = "when"
    _members_differ(listed, report)
    return [
        bind.Column(
            named.name,
            observe.named.name,
            kind,
            type_,
            domain,
            named,
            listed,
            decimals,
            _shown(bounds[0], type_),
            _shown(bounds[1], type_),
            percent,
            duration,
            presence,
            written,
            line.key is not None,
            line.private is not None,
            named.word.span,
        )
        for named in line.names
    ]


def _type(kind: tree.ColumnKind, members: tuple[str, ...]) -> ty.ValueType:
    named: dict[tree.ColumnKind, ty.ValueType] = {
        "text": ty.TEXT,
        "yes/no": ty.YES_NO,
        "whole number": ty.NUMBER,
        "number": ty.NUMBER,
        "percent": ty.PERCENT,
        "seconds": ty.DURATION,
        "date": ty.DATE,
        "time": ty.TIME,
    }
    return ty.ValueType("choice", members) if kind == "choice" else named[kind]


def _members_differ(members: tuple[tree.Named, ...], report: Report) -> None:
    """Names and labels of one choice must be told apart, as data may use either."""
    seen: dict[str, tree.Word | tree.Quoted] = {}
    for member in members:
        words: tuple[tree.Word | tree.Quoted, ...] = (member.word, *member.labels)
        for written in words:
            first = seen.setdefault(written.text, written)
            if first is not written and not (written in member.labels and written.text == member.name):
                facts = {"name": written.text}
                labels = [Label(first.span, "first")]
                report.add("R048", written.span, facts=facts, labels=labels, fixes=[Fix("rename")])


def _decimals(line: tree.ColumnLine, report: Report) -> int | None:
    default = 0 if line.type.kind in ("whole number", "seconds", "date", "time") else None
    if line.decimals is None:
        return default
    value = line.decimals.value
    if line.type.kind not in ("number", "percent", "seconds") or value.denominator != 1 or value > MAX_DECIMALS:
        facts = {"type": TypeWord(line.type.kind)}
        report.add("R115", line.decimals.span, facts=facts, fixes=[Fix("type", (), {"most": MAX_DECIMALS})])
        return default
    return int(value)


def _percent_written(line: tree.ColumnLine) -> Literal["with sign", "87.5", "0.875"] | None:
    if line.type.kind != "percent":
        return None
    if not isinstance(line.type.written, tree.Number):
        return "with sign"
    return "0.875" if line.type.written.value < 1 else "87.5"


_CLOCKS: Mapping[str, Literal["m:ss", "h:mm"]] = {
    "m:ss": "m:ss", "mm:ss": "m:ss", "分:秒": "m:ss", "h:mm": "h:mm", "hh:mm": "h:mm", "时:分": "h:mm",
}


def _duration_written(line: tree.ColumnLine, report: Report) -> Literal["m:ss", "h:mm"] | None:
    """What `1:05` means in a column of seconds; None where it is not said and such cells are refused."""
    written = line.type.written
    if not isinstance(written, tree.Quoted):
        return None
    found = _CLOCKS.get(written.text.lower())
    if found is None:
        fixes = [Fix(key, (Edit(written.span, f'"{key}"'),)) for key in ("m:ss", "h:mm")]
        report.add("R366", written.span, facts={"written": written.text}, fixes=fixes)
    return found


_Bounds = tuple[Fraction | None, Fraction | None]


def _limits(
    line: tree.ColumnLine, type_: ty.ValueType, percent: str | None, report: Report, language: Language
) -> _Bounds:
    """Ends of the range in the runtime unit; durations start at 0 and times end with the day."""
    low: Fraction | None = Fraction(0) if line.type.kind in ("seconds", "time") else None
    high: Fraction | None = Fraction(1439) if line.type.kind == "time" else None
    limits = line.type.limits
    if limits is None:
        return low, high
    if not type_.ordered:
        fix = Fix("choice" if line.type.kind == "choice" else "remove", (Edit(limits.span, ""),))
        report.add("R116", limits.span, facts={"type": TypeWord(line.type.kind)}, fixes=[fix])
        return low, high
    if limits.low is not None:
        low = _limit(limits.low, type_, percent, report) if limits.low is not None else low
    if limits.high is not None:
        high = _limit(limits.high, type_, percent, report)
    if low is not None and high is not None and low > high:
        report.add("R117", limits.span, fixes=swapped(limits, language))
        return None, None
    return low, high


def _limit(value: tree.PatternValue, type_: ty.ValueType, percent: str | None, report: Report) -> Fraction | None:
    if isinstance(value, tree.Text):
        moment = read_moment(value.value, type_)
        if moment is None:
            facts = {"text": value.value, "type": TypeWord(type_.kind)}
            report.add("R068", value.span, facts=facts, fixes=[Fix("form")])
            return None
        return Fraction(moment_number(moment))
    literal = value.operand if isinstance(value, tree.Negate) else value
    if not isinstance(literal, tree.Number) or type_ in (ty.DATE, ty.TIME):
        report.add("R118", value.span, facts={"type": TypeWord(type_.kind)}, fixes=[written_as(type_)])
        return None
    sign = -1 if isinstance(value, tree.Negate) else 1
    number, unit = value_in(literal.value, literal.unit)
    if unit == type_ or (unit == ty.NUMBER and type_ == ty.DURATION):
        return sign * number
    if unit == ty.NUMBER and type_ == ty.PERCENT and (percent == "0.875" or number == 0):
        return sign * number
    if unit == ty.NUMBER and type_ == ty.PERCENT and percent == "87.5":
        return sign * number / 100
    if unit == ty.NUMBER and type_ == ty.PERCENT:
        report.add(
            "R061",
            literal.span,
            facts={"number": literal.text},
            fixes=[Fix("unit", (Edit(literal.span.after(), "%"),), {"plain": literal.text})],
        )
        return None
    facts = {"left": TypeWord(type_.kind), "right": TypeWord(unit.kind)}
    report.add("R064", literal.span, facts=facts, fixes=[Fix("same")])
    return None


def _domain(
    kind: tree.ColumnKind, type_: ty.ValueType, bounds: _Bounds, decimals: int | None, percent: str | None
) -> ty.Domain:
    if kind == "text":
        return ty.AnyText()
    if kind == "yes/no":
        return ty.Members(("yes", "no"))
    if kind == "choice":
        return ty.Members(type_.members)
    step = None
    if decimals is not None:
        step = Fraction(1, 10**decimals)
        if kind == "percent" and percent != "0.875":
            step /= 100
    return ty.Interval(bounds[0], bounds[1], step=step)


def _shown(value: Fraction | None, type_: ty.ValueType) -> str | None:
    if value is None:
        return None
    return moment_text(int(value), type_.kind) if type_ in (ty.DATE, ty.TIME) else exact_text(value)


# ---------------------------------------------------------------- conditions


def resolve_conditions(use: Expressions, table: bind.Table) -> None:
    """Makes the column nodes with what each needs to be present, the `must` rules and the facts of a register."""
    presence = {
        named.name: line.presence
        for line in table.observe.columns
        for named in line.names
        if isinstance(line.presence, tree.PresentWhen)
    }
    reads = {name: names_in(when.condition) for name, when in presence.items()}
    order, circles = in_order(list(table.columns), reads)
    for circle in circles:
        use.report.add(
            "R043",
            table.columns[circle[0]].span,
            facts={"circle": " → ".join([*circle, circle[0]])},
            labels=[Label(table.columns[name].span, "member") for name in circle[1:]],
            fixes=[Fix("cut")],
        )
    broken = {name for circle in circles for name in circle}
    nodes: list[tuple[dict[str, op.Node], ty.Grain, str | None]] = [
        (table.column_nodes, ty.Grain("row", table.name), table.name)
    ]
    if table.register:
        nodes.append((table.fact_nodes, ty.SUBJECT, None))
    for made, grain, row in nodes:
        report = use.report
        if row is None:
            use.report = use.scope.report = Report()  # the same conditions once more: what is wrong was said
        for name in order:
            if name not in broken:
                made[name] = _column_node(use, table, table.columns[name], presence.get(name), grain, row)
        use.report = use.scope.report = report
    _musts(use, table)


def _column_node(
    use: Expressions,
    table: bind.Table,
    column: bind.Column,
    when: tree.PresentWhen | None,
    grain: ty.Grain,
    row: str | None,
) -> op.Node:
    condition = None
    if when is not None:
        condition = use.condition(when.condition, Place(table=row))
        if condition is not None and row is not None:
            table.conditions[column.name] = condition
    absent = column.presence == "optional" or (when is not None and condition is not None)
    maybe = table.register and row is None and table.missing is not None
    node = use.graph.add(
        op.Column(table.name, column.name),
        type=column.type,
        grain=grain,
        domain=column.domain,
        span=column.span,
        source=absent or maybe,
        present_if=condition,
    )
    if absent or maybe:
        use.scope.sources[node] = column.name
        if when is not None:
            use.scope.conditions[node] = use.scope.text_of(when.condition, AND)
    return node


def _musts(use: Expressions, table: bind.Table) -> None:
    for must in table.observe.musts:
        report, muted = use.report, Report()
        use.report = use.scope.report = muted
        place = Place(table=table.name)
        node = use.lower(must.condition, place)
        use.report = use.scope.report = report
        report.found.extend(muted.found)
        if node is None or not use.is_yes_no(node, must.condition):
            continue
        columns = tuple(name for name in _in_text_order(must.condition) if name in table.columns)
        if not columns or use.graph.grain(node).kind != "row":
            use.report.add("R086", must.condition.span, fixes=[Fix("columns")])
            continue
        table.musts.append(bind.Must(node, columns, must.message.text, must.span))


def _in_text_order(expression: tree.Expr) -> list[str]:
    found = sorted(mentioned(expression), key=lambda word: (word.span.line, word.span.column))
    return list(dict.fromkeys(word.text if isinstance(word, tree.Word) else word.name for word in found))
