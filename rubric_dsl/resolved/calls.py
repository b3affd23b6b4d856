"""Calls: functions of values, aggregates over rows, comparisons across subjects, and formulas put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains, established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.beside import at_rows
from rubric_dsl.resolved.expressions import CASES, MAX_DEPTH, Expressions, Mend, Place
from rubric_dsl.resolved.graph import MAX_NODES, NO_NEEDS, TooManyNodes
from rubric_dsl.resolved.report import Edit, Fix, Label
from rubric_dsl.resolved.scope import near
from rubric_dsl.resolved.tables import lower_table
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id, function_names, keywords
from rubric_dsl.surface.print_parts import AND, UNARY, word
from rubric_dsl.text.record import dataclass

Node = op.Node
AGGREGATES: frozenset[str] = frozenset(op.AggregateName.__args__)  # type: ignore[attr-defined]  # a Literal's words
ACROSS: frozenset[str] = frozenset(op.AcrossName.__args__)  # type: ignore[attr-defined]
PLACES = ACROSS - AGGREGATES
VALUES: frozenset[str] = frozenset(op.FunctionName.__args__)  # type: ignore[attr-defined]
CLAIMS = frozenset({"never_rises", "never_falls"})


@dataclass(frozen=True, slots=True)
class Shape:
    """How many arguments a function of values takes (most None: any number)."""

    least: int
    most: int | None


SHAPES: dict[str, Shape] = {
    "abs": Shape(1, 1),
    "min": Shape(1, None),
    "max": Shape(1, None),
    "clamp": Shape(3, 3),
    "floor": Shape(1, 1),
    "ceiling": Shape(1, 1),
    "sqrt": Shape(1, 1),
    "ln": Shape(1, 1),
    "log": Shape(2, 2),
    "exp": Shape(1, 1),
    "days_between": Shape(2, 2),
    "years_between": Shape(2, 2),
    "goalposts": Shape(3, 3),
}
_IRRATIONAL = frozenset({"sqrt", "ln", "log", "exp"})
_WHOLE = frozenset({"floor", "ceiling"})
_PLAIN_ONLY = frozenset({"sqrt", "ln", "log", "exp", "floor", "ceiling"})
"""Functions that need a plain number (a percent counts as one for roots and logarithms; a duration does not)."""


def lower_call(use: Expressions, call: tree.Call, place: Place) -> Node | None:
    """The node of a call; a formula of the rubric goes before a function of the same word."""
    declared = use.scope.names.get(call.function.text)
    if isinstance(declared, bind.Formula):
        return _formula(use, call, declared, place)
    if isinstance(declared, bind.Broken):
        return None
    function = function_id(call.function.text)
    if function is None:
        _unknown_function(use, call, declared)
        return None
    if function in CLAIMS:
        fix = Fix("promise", (), {"claim": use.scope.text_of(call)})
        use.report.add("R077", call.function.span, facts={"function": call.function.text}, fixes=[fix])
        return None
    if function == "previous":
        return _previous(use, call, place)
    if function in VALUES:
        return _of_values(use, call, function, place)
    return _of_many(use, call, function, place)


def _unknown_function(use: Expressions, call: tree.Call, declared: bind.Binding | None) -> None:
    if declared is not None:
        use.report.add(
            "R047",
            call.function.span,
            facts={"name": call.function.text},
            labels=[Label(declared.span, "declared")],
            fixes=[Fix("multiply", (Edit(call.function.span.after(), " * "),) if len(call.arguments) == 1 else ())],
        )
        return
    if call.function.text in use.scope.lost:
        return
    formulas = [name for name, binding in use.scope.names.items() if isinstance(binding, bind.Formula)]
    close = near(call.function.text, [*function_names(), *formulas])
    use.report.add(
        "R044",
        call.function.span,
        facts={"name": call.function.text},
        fixes=[Fix("near", (Edit(call.function.span, other),), {"near": other}) for other in close]
        or [Fix("formula")],
    )


# ---------------------------------------------------------------- functions of values


def _of_values(use: Expressions, call: tree.Call, function: str, place: Place) -> Node | None:
    if not _fits(use, call, SHAPES[function]) or not _plain(use, call):
        return None
    arguments: list[Node | None] = [use.lower(argument, place) for argument in call.arguments]
    if function in ("days_between", "years_between"):
        arguments = [
            use.as_type(node, ty.DATE, part, part) if node is not None else None
            for node, part in zip(arguments, call.arguments, strict=True)
        ]
        return _built(use, call, function, arguments, ty.DURATION if function == "days_between" else ty.NUMBER)
    for node, part in zip(arguments, call.arguments, strict=True):
        if node is not None and not use.graph.type(node).numeric:
            use.not_a_number(node, part)
            return None
        if node is not None and function in _PLAIN_ONLY and use.graph.type(node) == ty.DURATION:
            facts = {"function": call.function.text}
            use.report.add("R067", part.span, facts=facts, fixes=[use.in_seconds("per_unit", part)])
            return None
    if function in _PLAIN_ONLY:
        return _built(use, call, function, arguments, ty.NUMBER)
    same = use.agree(arguments, call.arguments)
    if same is None:
        return None
    return _built(use, call, function, same[0], ty.NUMBER if function == "goalposts" else same[1])


def _fits(use: Expressions, call: tree.Call, shape: Shape) -> bool:
    given = len(call.arguments)
    if given >= shape.least and (shape.most is None or given <= shape.most):
        return True
    wanted = str(shape.least) if shape.most == shape.least else f"{shape.least}+"
    facts = {"function": call.function.text, "given": given, "wanted": wanted}
    use.report.add("R073", call.span, facts=facts, fixes=[Fix("usage", (), {"usage": _Usage(call.function.text)})])
    return False


def _plain(use: Expressions, call: tree.Call) -> bool:
    """Whether a call that takes neither `where` nor `across` has neither."""
    part = call.where if call.where is not None else call.across
    if part is None:
        return True
    _no_part(use, call, part)
    return False


def _no_part(use: Expressions, call: tree.Call, part: tree.Expr | tree.Word) -> None:
    """Reports `where` or `across` in a function that takes neither."""
    use.report.add("R078", part.span, facts={"function": call.function.text}, fixes=[Fix("remove")])


@dataclass(frozen=True, slots=True)
class _Usage:
    """How a call of the function is written: `clamp(x, a, b)`."""

    word: str

    def shown(self, lang: str) -> str:
        function = function_id(self.word) or ""
        arguments = {
            "min": "a, b, …",
            "max": "a, b, …",
            "clamp": "x, a, b",
            "goalposts": "x, a, b",
            "log": "x, 10",
            "days_between": "a, b",
            "years_between": "a, b",
            "percentile": "90%, x",
        }
        return f"{self.word}({arguments.get(function, 'x')})"


def _built(
    use: Expressions, call: tree.Call, function: str, arguments: Sequence[Node | None], kind: ty.ValueType
) -> Node | None:
    grain = use.grain(arguments, call.arguments)
    if grain is None:
        return None
    nodes = tuple(node for node in arguments if node is not None)
    return use.graph.add(
        op.Function(function, nodes),  # type: ignore[arg-type]  # one of VALUES
        type=kind,
        grain=grain,
        domain=domains.function(function, [use.graph.domain(node) for node in nodes]),
        span=call.span,
        needs=use.graph.needs_of(nodes),
        irrational=function in _IRRATIONAL or (function not in _WHOLE and use.irrational(nodes)),
    )


# ---------------------------------------------------------------- the period before


def _previous(use: Expressions, call: tree.Call, place: Place) -> Node | None:
    """The value of the same subject in the period before, which may not be there."""
    if not _fits(use, call, Shape(1, 1)) or not _plain(use, call):
        return None
    if use.scope.period is None:
        use.report.add("R207", call.function.span, facts={"function": call.function.text}, fixes=[Fix("each")])
        return None
    argument = call.arguments[0]
    operand = use.lower(argument, replace(place, known=established.NOTHING))
    if operand is None:
        return None
    grain = use.grain([operand], [argument])
    if grain is None:
        return None
    if grain.kind not in ("subject", "cohort"):
        fixes = []
        if grain.kind == "row" and use.graph.type(operand).numeric:
            text = use.scope.mean_of(argument, use.scope.text_of(argument))
            fixes = [Fix("aggregate", (Edit(argument.span, text),), {"rewrite": text})]
        elif grain.kind == "constant":
            fixes = [Fix("plain", (Edit(call.span, use.scope.text_of(argument, UNARY)),))]
        facts = {"text": use.scope.text_of(argument), "function": call.function.text}
        use.report.add("R208", argument.span, facts=facts, fixes=fixes)
        return None
    node = use.graph.add(
        op.Previous(operand),
        type=use.graph.type(operand),
        grain=ty.SUBJECT,
        domain=use.graph.domain(operand),
        span=call.span,
        source=True,
        irrational=use.irrational([operand]),
    )
    use.scope.sources.setdefault(node, use.scope.text_of(call))
    return node


# ---------------------------------------------------------------- aggregates and across


def _of_many(use: Expressions, call: tree.Call, function: str, place: Place) -> Node | None:
    shape = Shape(2, 2) if function == "percentile" else Shape(1, 1)
    if not _fits(use, call, shape) or not _across_words(use, call):
        return None
    subject_of = call.arguments[-1]
    if function == "count" and isinstance(subject_of, tree.Name):
        table = use.scope.names.get(subject_of.name)
        if isinstance(table, bind.Table):
            return _over_rows(use, call, function, None, table.name, None, place)
    argument = None
    if function == "percentile":
        argument = _share_argument(use, call.arguments[0], place)
        if argument is None:
            return None
    where, known = _where(use, call, at_rows(use, place, subject_of, call.where))
    if call.where is not None and where is None:
        return None
    before = len(use.report.found)
    operand = use.lower(subject_of, known)
    if operand is None:
        _outside(use, before)
    if operand is None or not _operand_type(use, call, function, operand):
        return None
    read: list[tuple[Node, tree.Expr]] = [(operand, subject_of)]
    if where is not None and call.where is not None:
        read.append((where, call.where))
    grain = use.grain([node for node, _ in read], [part for _, part in read])
    if grain is None:
        _outside(use, before)
        return None
    if grain.kind == "row":
        if function in PLACES:
            text = use.scope.mean_of(subject_of, use.scope.text_of(subject_of))
            use.report.add(
                "R079",
                subject_of.span,
                facts={"function": call.function.text},
                fixes=[Fix("aggregate", (Edit(subject_of.span, text),), {"rewrite": text})],
            )
            return None
        if not use.present(operand, subject_of, known, mend=_where_present(use, call)):
            return None
        return _over_rows(use, call, function, operand, grain.table or "", (where, argument), place)
    if call.across is not None:
        return _across(use, call, function, operand, argument, where, place)
    _of_one(use, call, function, grain, subject_of)
    return None


def _outside(use: Expressions, before: int) -> None:
    """Inside an aggregate, a value of the subject does not meet the rows once these are averaged: it stands outside."""
    found = use.report.found
    for place in range(before, len(found)):
        if found[place].code == "R070":
            found[place] = replace(found[place], fixes=(Fix("outside"),))


def _counted(use: Expressions, call: tree.Call, table: str, place: Place) -> Node | None:
    """The condition of `count(results where …)`, which is asked of each row of the table."""
    assert call.where is not None
    before = len(use.report.found)
    where = use.condition(call.where, replace(place, table=table))
    if where is None:
        return None
    cell = next(iter(use.scope.tables[table].column_nodes.values()), None)
    if cell is not None and use.grain([cell, where], [call.arguments[-1], call.where]) is None:
        _outside(use, before)
        return None
    return where


def _where_present(use: Expressions, call: tree.Call) -> Mend:
    """`mean(wait)` becomes `mean(wait where connected)`."""

    def mend(guard: str) -> Fix:
        language = use.scope.language
        if call.where is None:
            edit = Edit(call.arguments[-1].span.after(), f" {word('WHERE', language)} {guard}")
        else:
            edit = Edit(call.where.span, f"{guard} {word('AND', language)} {use.scope.text_of(call.where, AND)}")
        condition = tree.Name(guard, call.span)
        whole = condition if call.where is None else tree.And((condition, call.where), call.span)
        return Fix("where", (edit,), {"rewrite": use.scope.text_of(replace(call, where=whole))})

    return mend


def _across_words(use: Expressions, call: tree.Call) -> bool:
    """Whether `across` names the subject."""
    if call.across is None or call.across.text == use.scope.subject:
        return True
    subject = use.scope.subject or "…"
    use.report.add(
        "R076",
        call.across.span,
        facts={"name": call.across.text, "subject": subject},
        fixes=[Fix("subject", (Edit(call.across.span, subject),), {"subject": subject})],
    )
    return False


def _share_argument(use: Expressions, part: tree.Expr, place: Place) -> Node | None:
    node = use.lower(part, place)
    if node is None:
        return None
    if use.graph.grain(node) != ty.CONSTANT or not domains.inside(use.graph.domain(node), 0, 1):
        fix = Fix("form")
        if isinstance(part, tree.Number) and part.unit == "" and 1 < part.value <= 100:
            fix = Fix("percent", (Edit(part.span, f"{part.text}%"),), {"plain": part.text})
        use.report.add("R072", part.span, facts={"text": use.scope.text_of(part)}, fixes=[fix])
        return None
    return use.as_type(node, ty.PERCENT, part, part)


def _where(use: Expressions, call: tree.Call, place: Place) -> tuple[Node | None, Place]:
    if call.where is None:
        return None, place
    where = use.condition(call.where, place)
    if where is None:
        return None, place
    return where, place.knowing(established.facts_from(use.graph, where, True))


def _operand_type(use: Expressions, call: tree.Call, function: str, operand: Node) -> bool:
    part = call.arguments[-1]
    if function in ("share", "count"):
        return use.is_yes_no(operand, part)
    if use.graph.type(operand).numeric:
        return True
    share = (Edit(call.function.span, keywords().functions["share"].shown(use.scope.language)),)
    use.not_a_number(operand, part, share if function == "mean" else ())
    return False


def _of_one(use: Expressions, call: tree.Call, function: str, grain: ty.Grain, part: tree.Expr) -> None:
    """An aggregate of something that is one value a subject already."""
    text = use.scope.text_of(part)
    subject = use.scope.subject
    fixes = []
    if function not in ("share", "count", "percentile", "deviation"):
        fixes = [Fix("plain", (Edit(call.span, use.scope.text_of(part, UNARY)),))]
    if function != "folded" and subject is not None:
        across = use.scope.text_of(replace(call, across=tree.Word(subject, call.span)))
        fixes.append(Fix("across", (Edit(call.span, across),), {"rewrite": across}))
    use.report.add("R085", call.span, facts={"text": text}, fixes=fixes)


def _over_rows(
    use: Expressions,
    call: tree.Call,
    function: str,
    operand: Node | None,
    table: str,
    parts: tuple[Node | None, Node | None] | None,
    place: Place,
) -> Node | None:
    """An aggregate over the rows of a subject, or of all subjects with `across`."""
    where, argument = parts or (None, None)
    if parts is None and call.where is not None:
        where = _counted(use, call, table, place)
        if where is None:
            return None
    home = use.scope.tables.get(table)
    if home is None:
        return None
    within = _group(use, call, place) if call.within is not None else None
    if call.within is not None and within is None:
        return None
    pooled = call.across is not None
    always = where is None and home.observe.missing is None
    counted = function in ("count", "sum") or (function == "folded" and home.folding.kind == "totalled")
    few = function == "trimmed_mean"
    grain = ty.SUBJECT if not pooled or within is not None else ty.COHORT
    kind = ty.NUMBER if operand is None else use.graph.type(operand)
    kind = {"share": ty.PERCENT, "count": ty.NUMBER}.get(function, kind)
    node = use.graph.add(
        op.Aggregate(function, table, operand, where, argument, pooled, within),  # type: ignore[arg-type]
        type=kind,
        grain=grain,
        domain=_rows_domain(use, function, operand, home, where is None and not pooled),
        span=call.span,
        source=not (always or counted) or few,
        irrational=function == "deviation" or (operand is not None and use.irrational([operand])),
    )
    if not (always or counted) or few:
        use.scope.sources.setdefault(node, use.scope.text_of(call))
    return node


def _rows_domain(use: Expressions, function: str, operand: Node | None, home: bind.Table, all_rows: bool) -> ty.Domain:
    if function == "share":
        if home.one_row_each and all_rows and home.stratum is not None and home.observe.missing is None:
            return ty.Ratio((len(home.columns[home.stratum].type.members),))
        return ty.Ratio()
    if operand is None or function == "count":
        return domains.COUNT
    return domains.aggregate(function, use.graph.domain(operand))


def _group(use: Expressions, call: tree.Call, place: Place) -> Node | None:
    """The node whose value names the group of a subject."""
    assert call.within is not None
    node = use.lower(tree.Name(call.within.text, call.within.span), replace(place, table=None))
    if node is None:
        return None
    if use.graph.grain(node).kind != "subject" or use.graph.type(node).kind not in ("choice", "text", "yes/no"):
        use.report.add("R084", call.within.span, facts={"name": call.within.text}, fixes=[Fix("fact")])
        return None
    return node if use.present(node, tree.Name(call.within.text, call.within.span), place) else None


def _across(
    use: Expressions,
    call: tree.Call,
    function: str,
    operand: Node,
    argument: Node | None,
    where: Node | None,
    place: Place,
) -> Node | None:
    within = _group(use, call, place) if call.within is not None else None
    if call.within is not None and within is None:
        return None
    if function == "folded":
        _no_part(use, call, call.across or call.function)
        return None
    ranked = function in PLACES
    own = use.graph[operand].needs
    maybe_none = (bool(own) or where is not None) and not ranked and function not in ("count", "sum")
    maybe_none = maybe_none or function == "trimmed_mean"
    kind = {
        "share": ty.PERCENT,
        "percentile_rank": ty.NUMBER,
        "count": ty.NUMBER,
        "rank": ty.NUMBER,
        "minmax": ty.NUMBER,
        "zscore": ty.NUMBER,
    }.get(function, use.graph.type(operand))
    node = use.graph.add(
        op.Across(function, operand, argument, within, where),  # type: ignore[arg-type]  # one of ACROSS
        type=kind,
        grain=ty.SUBJECT if ranked or within is not None else ty.COHORT,
        domain=domains.across(function, use.graph.domain(operand)),
        span=call.span,
        needs=own if ranked else NO_NEEDS,
        source=maybe_none,
        irrational=function in ("zscore", "deviation") or use.irrational([operand]),
    )
    if maybe_none:
        use.scope.sources.setdefault(node, use.scope.text_of(call))
    return node


# ---------------------------------------------------------------- formulas


def _formula(use: Expressions, call: tree.Call, declared: bind.Formula, place: Place) -> Node | None:
    """The right side of the formula with the arguments put in; findings show the use, then the line inside."""
    formula = declared.formula
    if not _plain(use, call):
        return None
    if len(call.arguments) != len(formula.arguments):
        usage = f"{declared.name}({', '.join(argument.text for argument in formula.arguments)})"
        use.report.add(
            "R132",
            call.span,
            facts={"name": declared.name, "given": len(call.arguments), "wanted": len(formula.arguments)},
            labels=[Label(declared.span, "declared")],
            fixes=[Fix("usage", (), {"usage": usage})],
        )
        return None
    if place.depth >= MAX_DEPTH:
        use.report.add("R139", call.span, facts={"limit": MAX_DEPTH}, fixes=[Fix("measure")])
        return None
    arguments = [use.lower(argument, place) for argument in call.arguments]
    if any(node is None for node in arguments):
        return None
    given = {word.text: node for word, node in zip(formula.arguments, arguments, strict=True) if node is not None}
    # The same arguments in the same surroundings give the same node. A use with findings or tables is gone through each
    # time, as these belong to the statement that they are found in.
    key = (declared.name, tuple(arguments), place.table, place.known)
    known = use.put_in.get(key)
    if known is not None:
        return known
    before = len(use.report.found), len(use.tables)
    inner = replace(place, arguments=given, depth=place.depth + 1)
    node = _put_in(use, call, declared, at_rows(use, inner, formula.body))
    if node is not None and before == (len(use.report.found), len(use.tables)):
        use.put_in[key] = node
    return node


def _put_in(use: Expressions, call: tree.Call, declared: bind.Formula, inner: Place) -> Node | None:
    body = declared.formula.body
    use.put_in_steps += 1 + len(body.rows) if isinstance(body, tree.Table) else 1
    if use.put_in_steps + len(use.graph.nodes) > MAX_NODES:
        raise TooManyNodes
    use.report.uses.append(call.span)
    try:
        if isinstance(body, tree.Table):
            lowered = lower_table(use, body, inner, "value", declared.name)
            return lowered.nodes[0] if lowered else None
        return use.lower(body, inner)
    finally:
        use.report.uses.pop()


CASES[tree.Call] = lower_call
