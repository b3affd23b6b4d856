"""Touchpoints and indicators on rows, in columns; the steps and their order are those of `evaluation.scores`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Literal

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.arithmetic import added, extreme, extreme_of, rounded, step_of, times
from rubric_dsl.engines.lowering.choosing import Case, pick
from rubric_dsl.engines.lowering.conditions import Implied, within
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import (
    LIMIT,
    Lowered,
    Name,
    Number,
    both,
    constant,
    either,
    impossible,
    nothing,
    scaled,
    without,
    yes,
)
from rubric_dsl.engines.lowering.tables import Values, outcome_of
from rubric_dsl.evaluation.arithmetic import ZERO
from rubric_dsl.evaluation.scores import Score, Touchpoint, WeightedPart
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.text.record import dataclass

MAX_WHOLES = 64
"""Of so many different sums of weights, by which parts count, the rates stand in a chain of conditions."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where conditions decide, and what they give there."""

    cases: tuple[Case, ...]
    decided: Expr | None
    """None: they decide nowhere."""
    known: frozenset[int]
    """What is yes where none of them decides."""


def decision(conditions: Sequence[op.Condition], nodes: Values, implied: Implied) -> Decision | None:
    """`when`, `unless` and `if` in order."""
    cases: list[Case] = []
    known: frozenset[int] = frozenset()
    for line in conditions:
        holds = nodes[line.node]
        if holds.fault is not None:
            cases.append((holds.fault, impossible(NUMBER)))
        outcome = nothing(NUMBER, inapplicable=True) if line.word == "when" else outcome_of(line.outcome, nodes, NUMBER)
        if outcome is None:
            return None
        if line.word == "if":
            cases.append((yes(holds), outcome))
        else:
            known |= implied(line.node)
            cases.append((~yes(holds), outcome))
    return Decision(tuple(cases), either(*(condition for condition, _ in cases)), known)


def touchpoint(
    step: Touchpoint, operation: op.Touchpoint, nodes: Values, stratum: Lowered | None, implied: Implied
) -> Lowered | None:
    decided = decision(operation.conditions, nodes, implied)
    rule = nodes[operation.rule]
    if decided is None or not isinstance(step.amount, Fraction):
        return None
    points = _known(rule, decided.known)
    if operation.missing is not None and points.nullable:
        missing = outcome_of(operation.missing, nodes, NUMBER)
        if missing is None:
            return None
        empty = _untold(points)
        found = points if empty is None else pick([(empty, missing)], points)
        if found is None:
            return None
        points = found
    cases = list(decided.cases)
    if operation.strata:
        cases.insert(0, (~in_strata(step.strata, stratum), nothing(NUMBER, inapplicable=True)))
    picked = pick(cases, points, frozenset() if cases else points.given_if)
    held = None if picked is None else within_worth(picked, step.amount)
    if held is None or operation.rounding is None:
        return held
    again = rounded(held, operation.rounding.mode, step_of(operation.rounding.step))
    if again is None:
        return None
    return within_worth(replace(again, inapplicable=held.inapplicable), step.amount)


def _known(lowered: Lowered, known: frozenset[int]) -> Lowered:
    """The same where these conditions are yes."""
    if lowered.given_if & known:
        return replace(lowered, nullable=False, fault=None, inapplicable=None)
    return lowered


def in_strata(strata: frozenset[str], stratum: Lowered | None) -> Expr:
    """Whether the row's scenario is one of these."""
    if stratum is None or not isinstance(stratum.form, Name):
        return ex.NO
    places = [place for place, member in enumerate(stratum.form.members) if member in strata]
    found = either(*(ex.equal(stratum.value, ex.literal(place)) for place in places))
    if found is None:
        return ex.NO
    return ex.holds(found)


def within_worth(points: Lowered, worth: Fraction) -> Lowered | None:
    """Points in 0 to `worth`; absence, and what is proved of neither, is a fault."""
    if points.void:
        return replace(points, fault=either(points.fault, _untold(points)))
    held = within(points, ZERO, worth)
    if held is None:
        return None
    if not points.nullable:
        return held
    return replace(held, fault=either(held.fault, _untold(points)))


def _untold(points: Lowered) -> Expr | None:
    """Where there is no value for no stated reason."""
    if points.inapplicable is ex.YES:
        return None
    told = either(points.inapplicable, points.fault)
    return ex.is_null(points.value) if told is None else ex.is_null(points.value) & ~told


# ---------------------------------------------------------------- indicators on rows


def row_score(score: Score, operation: op.RowScore, nodes: Values, implied: Implied) -> Lowered | None:
    decided = decision(operation.conditions, nodes, implied)
    if decided is None:
        return None
    held_cases: list[Case] = []
    for condition, outcome in decided.cases:
        held = within_worth(outcome, score.worth)
        if held is None:
            return None
        held_cases.append((condition, held))
    undecided = _undecided(score, operation, nodes, decided.known)
    return None if undecided is None else pick(held_cases, undecided)


def _undecided(score: Score, operation: op.RowScore, nodes: Values, known: frozenset[int]) -> Lowered | None:
    here = {node: _known(nodes[node], known) for node in _read_by(score, operation)}
    found = _source(score, here)
    for extra in score.extras:
        found = None if found is None else _with_extra(found, here[extra.node], extra.sign)
    for limit in operation.limits:
        found = None if found is None else _limited(found, limit, here)
    if found is None or operation.rounding is None:
        return found
    again = rounded(found, operation.rounding.mode, step_of(operation.rounding.step))
    return None if again is None else replace(again, inapplicable=found.inapplicable)


def _read_by(score: Score, operation: op.RowScore) -> set[op.Node]:
    limits = {node for limit in operation.limits for node in (limit.value, limit.when) if node is not None}
    return {part.node for part in score.combination.parts} | {extra.node for extra in score.extras} | limits


def _source(score: Score, here: Mapping[op.Node, Lowered]) -> Lowered | None:
    parts = score.combination.parts
    if parts:
        return _combined(score, parts, [here[part.node] for part in parts])
    extras = [here[extra.node] for extra in score.extras]
    zero = constant(ZERO, NUMBER)
    assert zero is not None
    if not extras:
        return nothing(NUMBER, inapplicable=True)
    if any(not extra.nullable for extra in extras):
        return zero
    some = either(*(ex.is_given(extra.value) for extra in extras))
    fault = either(*(extra.fault for extra in extras))
    cases: list[Case] = [] if some is None else [(some, zero)]
    if fault is not None:
        cases.append((fault, impossible(NUMBER)))
    return pick(cases, nothing(NUMBER, inapplicable=True))


def _combined(score: Score, parts: Sequence[WeightedPart], points: list[Lowered]) -> Lowered | None:
    """worth × Σ wᵢfᵢ ÷ Σ wᵢ over the parts that have a score, or the lowest or highest share."""
    kind = score.combination.kind
    if kind in ("lowest", "highest"):
        found = _extreme(score, parts, points)
    elif kind == "geometric mean":
        return None
    else:
        found = _mean(score, parts, points)
    if found is None:
        return None
    fault = either(*(point.fault for point in points))
    some = [point for point in points if not point.nullable]
    none = None if some else ~ex.some(*(ex.is_given(point.value) for point in points))
    inapplicable = none if fault is None or none is None else none & ~fault
    gone = either(none, fault)
    return Lowered(found.form, without(found.value, gone), gone is not None, inapplicable, fault)


def _extreme(score: Score, parts: Sequence[WeightedPart], points: list[Lowered]) -> Lowered | None:
    shares = [times(point, score.worth / part.worth) for part, point in zip(parts, points, strict=True)]
    given = [share for share in shares if share is not None and isinstance(share.form, Number) and not share.void]
    if len(given) != len(parts):
        return None
    name: Literal["min", "max"] = "min" if score.combination.kind == "lowest" else "max"
    forms = [share.form for share in given if isinstance(share.form, Number)]
    denominator = lcm(*(form.denominator for form in forms))
    values = [scaled(share, denominator) for share in given]
    if denominator >= LIMIT or any(value is None for value in values):
        return None
    if len(given) == 1:
        return given[0]
    if all(not share.nullable for share in given):
        return extreme_of(given, name)
    # Of those that are there; the parts that have no score are left out.
    lows = [form.low * (denominator // form.denominator) for form in forms]
    highs = [form.high * (denominator // form.denominator) for form in forms]
    value = ex.extreme(name, [value for value in values if value is not None])
    return Lowered(Number(denominator, min(lows), max(highs)), value, True)


def _mean(score: Score, parts: Sequence[WeightedPart], points: list[Lowered]) -> Lowered | None:
    gained: list[Lowered] = []
    fixed = ZERO
    open_weights: list[tuple[Fraction, Expr]] = []
    for part, point in zip(parts, points, strict=True):
        if not isinstance(part.rate, Fraction) or not isinstance(part.weight, Fraction) or point.void:
            return None
        rated = times(point, part.rate)
        if rated is None:
            return None
        gained.append(_or_nothing(rated))
        if point.nullable:
            open_weights.append((part.weight, ex.is_given(point.value)))
        else:
            fixed += part.weight
    total = added(gained, [False] * len(gained))
    wholes = _sums(fixed, [weight for weight, _ in open_weights], any_fixed=len(open_weights) < len(parts))
    if total is None or wholes is None or ZERO in wholes:
        return None
    return _over_wholes(total, score.worth, fixed, open_weights, wholes)


def _or_nothing(points: Lowered) -> Lowered:
    """0 where there is no score."""
    form = points.form
    if not points.nullable or not isinstance(form, Number):
        return points
    wider = replace(form, low=min(form.low, 0), high=max(form.high, 0))
    return Lowered(wider, ex.or_else(points.whole, ex.literal(0)))


def _sums(fixed: Fraction, weights: Sequence[Fraction], any_fixed: bool) -> list[Fraction] | None:
    """Every sum of weights that can occur, with at least one part; None where there are too many."""
    found = {(fixed, any_fixed)}
    for weight in weights:
        found |= {(whole + weight, True) for whole, _ in found}
        if len(found) > 2 * MAX_WHOLES:
            return None
    sums = sorted({whole for whole, some in found if some})
    return sums if len(sums) <= MAX_WHOLES else None


def _over_wholes(
    total: Lowered, worth: Fraction, fixed: Fraction, weights: Sequence[tuple[Fraction, Expr]],
    wholes: Sequence[Fraction],
) -> Lowered | None:
    """The total × worth ÷ the sum of the weights that count."""
    if len(wholes) == 1:
        return times(total, worth / wholes[0])
    form = total.form
    assert isinstance(form, Number)
    unit = lcm(*(whole.denominator for whole in wholes))
    rates = [worth / whole for whole in wholes]
    denominator = lcm(*(rate.denominator for rate in rates))
    tops = [rate.numerator * (denominator // rate.denominator) for rate in rates]
    most, sizes = form.most * max(map(abs, tops)), [int(whole * unit) for whole in wholes]
    # Where nothing counts the value is not read, but it has to stand somewhere.
    widest = max(abs(int(fixed * unit)), *map(abs, sizes), 1)
    if max(most, *map(abs, tops), denominator * form.denominator, widest) >= LIMIT:
        return None
    size = ex.plus(ex.literal(int(fixed * unit)), *(
        ex.when(counts, ex.literal(int(weight * unit)), ex.literal(0)) for weight, counts in weights
    ))
    rate_of: Expr = ex.literal(tops[-1])
    for one, top in zip(sizes[:-1], tops[:-1], strict=True):
        rate_of = ex.when(ex.equal(size, ex.literal(one)), ex.literal(top), rate_of)
    ends = [end * top for end in (form.low, form.high) for top in tops]
    value = ex.times(total.whole, rate_of)
    return Lowered(Number(form.denominator * denominator, min(ends), max(ends)), value)


def _with_extra(score: Lowered, extra: Lowered, sign: int) -> Lowered | None:
    """More or less by what a bonus or penalty comes to; its fault counts where there is a score."""
    if score.void or (extra.void and extra.fault is None):
        return score
    if extra.void:
        return None
    changed = added([score, _or_nothing(extra)], [False, sign < 0])
    if changed is None:
        return None
    fault = extra.fault
    if fault is not None and score.nullable:
        fault = ex.is_given(score.value) & fault
    return Lowered(
        changed.form, without(changed.value, fault), score.nullable or fault is not None, score.inapplicable,
        either(score.fault, fault),
    )


def _limited(score: Lowered, limit: op.Limit, here: Mapping[op.Node, Lowered]) -> Lowered | None:
    """Held by `at least` or `at most`, where its condition is yes."""
    if score.void:
        return score
    end = here[limit.value]
    if end.nullable or end.void:
        return None
    found = extreme(score, end, "max" if limit.word == "at least" else "min")
    if found is None:
        return None
    if limit.when is None:
        return replace(found, inapplicable=score.inapplicable)
    holds = here[limit.when]
    picked = pick([(yes(holds), found)], replace(score, inapplicable=None, fault=None))
    if picked is None:
        return None
    fault = holds.fault if not score.nullable else both(ex.is_given(score.value), holds.fault)
    return Lowered(
        picked.form, without(picked.value, fault), score.nullable or fault is not None, score.inapplicable,
        either(score.fault, fault),
    )


# ---------------------------------------------------------------- what is added up


def shares(
    score: Score, operation: op.RowScore, found: Lowered, nodes: Values, implied: Implied,
    belongs: Mapping[op.Node, Expr | None], amounts: Mapping[op.Node, Fraction],
) -> dict[op.Node, Lowered] | None:
    """The points of each touchpoint where the score is there: below a condition that decided its share of it.

    `belongs`: of each touchpoint whether the row's scenario is one of its own (None: always).
    """
    decided = decision(operation.conditions, nodes, implied)
    if decided is None:
        return None
    extras = {extra.node for extra in score.extras}
    shared: dict[op.Node, Lowered] = {}
    for node in dict.fromkeys((*(part.node for part in score.combination.parts), *extras)):
        points = _counted(_known(nodes[node], decided.known))
        given = ex.is_given(found.value) if found.nullable else None
        cases: list[Case] = []
        if given is not None:
            cases.append((~given, nothing(NUMBER)))
        for condition, outcome in decided.cases:
            part = nothing(NUMBER)
            if node not in extras and not outcome.void:
                scaled_down = times(outcome, amounts[node] / score.worth)
                if scaled_down is None:
                    return None
                part = _counted(scaled_down)
                where = belongs[node]
                if where is not None:
                    cases.append((condition & ~where, nothing(NUMBER)))
            cases.append((condition, part))
        picked = pick(cases, points)
        if picked is None:
            return None
        shared[node] = picked
    return shared


def _counted(points: Lowered) -> Lowered:
    return replace(points, inapplicable=None, fault=None)
