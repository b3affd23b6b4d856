"""A touchpoint: its rule as one value from 0 to what it is worth, and the lines below it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.beside import at_rows
from rubric_dsl.resolved.established import outstanding
from rubric_dsl.resolved.expressions import Expressions, Place, join
from rubric_dsl.resolved.report import Edit, Fix, Label
from rubric_dsl.resolved.tables import domains_of, lower_table
from rubric_dsl.resolved.words import Keyword, line_below
from rubric_dsl.surface import tree
from rubric_dsl.surface.print_parts import OPERAND, colon, print_number, word
from rubric_dsl.text.source import Span

if TYPE_CHECKING:
    from rubric_dsl.resolved.scoring import Context, Scoring

Node = op.Node


def amount_of(use: Expressions, number: tree.Number) -> Fraction | None:
    """Full marks as a plain number (`points` is noise); None after an error."""
    if number.unit in ("", "points") and number.value >= 0:
        return number.value
    facts = {"text": print_number(number, use.scope.language), "plain": number.text}
    use.report.add("R181", number.span, facts=facts, fixes=[Fix("plain", (Edit(number.span, number.text),))])
    return None


def lower_touchpoint(scoring: Scoring, touchpoint: tree.Touchpoint, context: Context) -> bind.Touchpoint | None:
    """The touchpoint's node at its own grain, None after an error."""
    use = scoring.use
    amount = amount_of(use, touchpoint.stake.amount) if touchpoint.stake is not None else None
    if touchpoint.stake is not None and amount is None:
        return None
    place = at_rows(use, Place(known=context.known), touchpoint)
    conditions: list[op.Condition] = []
    own_missing: tuple[op.Outcome, Span] | None = None
    rounding: op.Rounding | None = None
    sound = True
    for line in touchpoint.lines:
        if isinstance(line, tree.Guard):
            condition = scoring.condition(line, place, amount)
            sound = sound and condition is not None
            if condition is not None:
                conditions.append(condition)
                place = place.knowing(scoring.facts(condition))
        elif isinstance(line, tree.MissingLine):
            outcome = scoring.outcome(line.outcome, place, amount)
            sound = sound and outcome is not None
            own_missing = (outcome, line.span) if outcome is not None else None
        elif isinstance(line, tree.RoundedLine):
            step = use.step(line.rounding, ty.NUMBER)
            sound = sound and step is not None
            rounding = op.Rounding(line.rounding.mode, exact_text(step)) if step is not None else None
    missing = own_missing or context.default
    rule = _rule(use, touchpoint, amount, place, missing)
    if rule is None or not sound:
        return None
    node, needs_missing = rule
    if amount is None:
        amount = _highest(use, touchpoint, node, context)
        if amount is None:
            return None
    if own_missing is None and needs_missing and missing is not None and isinstance(missing[0], op.Value):
        scoring.inside_worth(missing[0].node, missing[1], amount)
    return _built(scoring, touchpoint, context, node, amount, conditions, missing if needs_missing else None, rounding)


# ---------------------------------------------------------------- rules


def _rule(
    use: Expressions,
    touchpoint: tree.Touchpoint,
    amount: Fraction | None,
    place: Place,
    missing: tuple[op.Outcome, Span] | None,
) -> tuple[Node, bool] | None:
    """The node of the points and whether a `missing:` line has something to do."""
    rule = touchpoint.rule
    if isinstance(rule, tree.TableRule):
        lowered = lower_table(use, rule.table, place, "points", touchpoint.named.name, default=missing)
        return (lowered.nodes[0], False) if lowered is not None else None
    if amount is None:
        fix = Fix("worth", (), {"worth": "…"})
        use.report.add("R092", touchpoint.named.word.span, facts={"name": touchpoint.named.name}, fixes=[fix])
        return None
    if isinstance(rule, tree.WhenRule):
        return _when(use, touchpoint, rule, amount, place, missing)
    if isinstance(rule, tree.PerRule):
        return _per(use, touchpoint, rule, amount, place, missing)
    return _value(use, touchpoint, rule, amount, place, missing)


def _guarded(
    use: Expressions,
    touchpoint: tree.Touchpoint,
    node: Node,
    expression: tree.Expr,
    place: Place,
    missing: tuple[op.Outcome, Span] | None,
) -> bool | None:
    """Whether `missing:` has to answer for an absent value; None (reported) where nothing does."""
    if not outstanding(use.graph, use.graph[node].needs, place.known):
        return False
    if missing is not None:
        return True
    use.present(node, expression, place, mend=lambda _: _missing_line(use, touchpoint))
    return None


def _missing_line(use: Expressions, touchpoint: tree.Touchpoint) -> Fix:
    """Nothing for an absent value: `missing: 0` below the touchpoint."""
    line = f"{word('MISSING', use.scope.language)}{colon(use.scope.language)}0"
    return Fix("missing", (line_below(touchpoint.span, line),), {"line": line})


def _when(
    use: Expressions,
    touchpoint: tree.Touchpoint,
    rule: tree.WhenRule,
    amount: Fraction,
    place: Place,
    missing: tuple[op.Outcome, Span] | None,
) -> tuple[Node, bool] | None:
    condition = use.lower(rule.condition, place)
    if condition is None or not use.is_yes_no(condition, rule.condition):
        return None
    absent = _guarded(use, touchpoint, condition, rule.condition, place, missing)
    if absent is None:
        return None
    full, none = use.number(amount), use.number(0)
    grain = use.graph.grain(condition)
    return use.choose(condition, full, none, ty.NUMBER, grain, rule.span), absent


def _per(
    use: Expressions,
    touchpoint: tree.Touchpoint,
    rule: tree.PerRule,
    amount: Fraction,
    place: Place,
    missing: tuple[op.Outcome, Span] | None,
) -> tuple[Node, bool] | None:
    stake = touchpoint.stake.kind if touchpoint.stake is not None else "worth"
    if (stake == "penalty") != (rule.kind == "minus") and stake != "worth":
        facts = {"stake": Keyword(stake.upper()), "word": Keyword(rule.kind.upper())}
        use.report.add("R147", rule.span, facts=facts, fixes=[_turned(use, rule)])
        return None
    each = amount_of(use, rule.amount)
    times = use.numeric(rule.per, place)
    if each is None or times is None:
        return None
    if use.graph.type(times) != ty.NUMBER:
        use.not_a_plain_number(times, rule.per)
        return None
    absent = _guarded(use, touchpoint, times, rule.per, place, missing)
    if absent is None:
        return None
    known = use.graph[times]
    product = use.graph.add(
        op.Multiply((use.number(each), times), (False, False)),
        type=ty.NUMBER,
        grain=known.grain,
        domain=domains.multiply([domains.of_number(each), known.domain], (False, False)),
        span=rule.span,
        needs=known.needs,
        irrational=known.irrational,
    )
    full, none = use.number(amount), use.number(0)
    counted = product
    if stake == "worth" and rule.kind == "minus":
        counted = use.graph.add(
            op.Add((full, product), (False, True)),
            type=ty.NUMBER,
            grain=known.grain,
            domain=domains.add([domains.of_number(amount), use.graph.domain(product)], (False, True)),
            span=rule.span,
            needs=known.needs,
            irrational=known.irrational,
        )
    operands = (counted, none, full)
    return use.graph.add(
        op.Function("clamp", operands),
        type=ty.NUMBER,
        grain=known.grain,
        domain=domains.function("clamp", [use.graph.domain(node) for node in operands]),
        span=rule.span,
        needs=known.needs,
        irrational=known.irrational,
    ), absent


def _turned(use: Expressions, rule: tree.PerRule) -> Fix:
    """`plus 0.5 per leaks` becomes `minus 0.5 per leaks`, and the other way round."""
    language = use.scope.language
    sign = word("MINUS" if rule.kind == "plus" else "PLUS", language)
    each, per = print_number(rule.amount, language), use.scope.text_of(rule.per, OPERAND)
    rewrite = f"{sign} {each} {word('PER', language)} {per}"
    return Fix("turned", (Edit(rule.span, rewrite),), {"rewrite": rewrite})


def _domain(
    use: Expressions, rule: Node, amount: Fraction, outcomes: list[op.Outcome], rounding: op.Rounding | None
) -> ty.Domain:
    """The points that may come out: of the rule, or of what a condition or a missing value puts in its place."""
    within = domains.intersect(use.graph.domain(rule), Fraction(0), amount) or ty.Interval(Fraction(0), amount)
    found = domains.hull([within, *domains_of(use, outcomes)])
    return found if rounding is None else domains.rounded(found, rounding.mode, Fraction(rounding.step))


def _value(
    use: Expressions,
    touchpoint: tree.Touchpoint,
    rule: tree.ValueRule,
    amount: Fraction,
    place: Place,
    missing: tuple[op.Outcome, Span] | None,
) -> tuple[Node, bool] | None:
    node = use.numeric(rule.value, place)
    if node is None:
        return None
    if use.graph.type(node) != ty.NUMBER:
        use.not_a_plain_number(node, rule.value, amount)
        return None
    absent = _guarded(use, touchpoint, node, rule.value, place, missing)
    if absent is None:
        return None
    if domains.intersect(use.graph.domain(node), Fraction(0), amount) is None:
        facts = {"high": exact_text(amount), "value": domains.ShownRange(use.graph.domain(node), ty.NUMBER)}
        use.report.add("R098", rule.value.span, facts=facts, fixes=[Fix("bound")])
        return None
    return node, absent


def _highest(use: Expressions, touchpoint: tree.Touchpoint, node: Node, context: Context) -> Fraction | None:
    """Full marks of a touchpoint that states none: its highest outcome, allowed under `weights from`."""
    high = domains.highest(use.graph.domain(node))
    if context.weighted and high is not None:
        return high
    end = touchpoint.named.labels[-1].span if touchpoint.named.labels else touchpoint.named.word.span
    stated = f" {word('WORTH', use.scope.language)} {exact_text(high)}" if high is not None else ""
    edits = (Edit(end.after(), stated),) if high is not None else ()
    use.report.add(
        "R092",
        touchpoint.named.word.span,
        facts={"name": touchpoint.named.name},
        fixes=[Fix("worth", edits, {"worth": exact_text(high) if high is not None else "…"})],
    )
    return None


# ---------------------------------------------------------------- building


def _built(
    scoring: Scoring,
    touchpoint: tree.Touchpoint,
    context: Context,
    rule: Node,
    amount: Fraction,
    conditions: list[op.Condition],
    missing: tuple[op.Outcome, Span] | None,
    rounding: op.Rounding | None,
) -> bind.Touchpoint | None:
    use = scoring.use
    grain = use.graph.grain(rule)
    read = [(condition.node, line) for condition, line in zip(conditions, _guard_lines(touchpoint), strict=True)]
    outcomes = [*zip((condition.outcome for condition in conditions), _guard_lines(touchpoint), strict=True)]
    outcomes += [missing] if missing is not None else []
    read += [(outcome.node, line) for outcome, line in outcomes if isinstance(outcome, op.Value)]
    for own, line in read:
        joined = join(grain, use.graph.grain(own))
        if joined is None:
            use.report.add(
                "R148",
                touchpoint.named.word.span,
                facts={"name": touchpoint.named.name},
                labels=[Label(line, "other")],
                fixes=[Fix("move")],
            )
            return None
        grain = joined
    if grain.kind == "constant" and context.table is not None:
        grain = ty.Grain("row", context.table)
    if grain.kind != "row":
        grain = ty.SUBJECT
    strata = _strata(use, touchpoint, grain)
    if strata is None:
        return None
    stake = touchpoint.stake.kind if touchpoint.stake is not None else "worth"
    node = use.graph.add(
        op.Touchpoint(
            touchpoint.named.name,
            stake,
            exact_text(amount),
            strata,
            tuple(conditions),
            rule,
            missing[0] if missing is not None else None,
            rounding,
        ),
        type=ty.NUMBER,
        grain=grain,
        domain=_domain(use, rule, amount, [outcome for outcome, _ in outcomes], rounding),
        span=touchpoint.named.word.span,
        irrational=use.graph[rule].irrational and rounding is None,
        lines=(*_guard_lines(touchpoint), *([missing[1]] if missing is not None else [])),
    )
    notes = tuple(line.text.text for line in touchpoint.lines if isinstance(line, tree.Note))
    return bind.Touchpoint(
        touchpoint.named.name,
        touchpoint.named,
        node,
        grain.table,
        stake,
        amount,
        strata,
        notes,
        touchpoint.named.word.span,
    )


def _guard_lines(touchpoint: tree.Touchpoint) -> tuple[Span, ...]:
    return tuple(line.span for line in touchpoint.lines if isinstance(line, tree.Guard))


def _strata(use: Expressions, touchpoint: tree.Touchpoint, grain: ty.Grain) -> tuple[str, ...] | None:
    """The scenarios it is limited to, in declared order; None after an error."""
    if not touchpoint.strata:
        return ()
    home = use.scope.tables.get(grain.table or "")
    if home is None or home.stratum is None:
        labels = [Label(home.span, "declared")] if home is not None else []
        facts = {"name": touchpoint.named.name}
        use.report.add("R186", touchpoint.strata[0].span, facts=facts, labels=labels, fixes=[Fix("by")])
        return None
    column = home.columns[home.stratum]
    known = use.graph[home.column_nodes[home.stratum]]
    members = [use.scope.is_member(word, column.type, known) for word in touchpoint.strata]
    if not all(members):
        return None
    named = {word.text for word in touchpoint.strata}
    return tuple(member for member in column.type.members if member in named)
