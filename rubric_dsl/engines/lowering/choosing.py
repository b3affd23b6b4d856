"""One of several values, row by row: tables, conditions and `if` come down to it."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import (
    LIMIT,
    Form,
    Lowered,
    Name,
    Number,
    Text,
    YesNo,
    kind_of,
    scaled,
)

MAX_CASES = 100
"""A longer list of cases is evaluated by distinct inputs."""

Case = tuple[Expr, Lowered]
"""A condition that is never null, and what holds there."""


def pick(cases: Sequence[Case], otherwise: Lowered, given_if: frozenset[int] = frozenset()) -> Lowered | None:
    """The first case whose condition is true; None where the values have no form in common."""
    if not cases:
        return otherwise
    if len(cases) > MAX_CASES:
        return None
    outcomes = [*(outcome for _, outcome in cases), otherwise]
    conditions = [condition for condition, _ in cases]
    unified = _unified(outcomes)
    if unified is None:
        return None
    form, values = unified
    return Lowered(
        form,
        _chain(conditions, values),
        any(outcome.nullable for outcome in outcomes),
        _flags(conditions, [outcome.inapplicable for outcome in outcomes]),
        _flags(conditions, [outcome.fault for outcome in outcomes]),
        given_if,
        void=all(outcome.void for outcome in outcomes),
    )


def _chain(conditions: Sequence[Expr], values: Sequence[Expr]) -> Expr:
    chain = values[-1]
    for condition, value in zip(reversed(conditions), reversed(values[:-1]), strict=True):
        chain = ex.when(condition, value, chain)
    return chain


def _flags(conditions: Sequence[Expr], flags: Sequence[Expr | None]) -> Expr | None:
    if all(flag is None for flag in flags):
        return None
    return _chain(conditions, [ex.NO if flag is None else flag for flag in flags])


def _unified(outcomes: Sequence[Lowered]) -> tuple[Form, list[Expr]] | None:
    """One form for all, and the values in it; what is never there fits any form."""
    forms = {type(outcome.form) for outcome in outcomes if not outcome.void}
    if not forms:
        return outcomes[0].form, [outcome.value for outcome in outcomes]
    if forms == {Number}:
        return _numbers(outcomes)
    if forms == {Name}:
        return _names(outcomes)
    if forms == {Text} or forms == {YesNo}:
        form: Form = Text() if forms == {Text} else YesNo()
        return form, [ex.null(kind_of(form)) if outcome.void else outcome.value for outcome in outcomes]
    return None


def _numbers(outcomes: Sequence[Lowered]) -> tuple[Form, list[Expr]] | None:
    forms = [outcome.form for outcome in outcomes if isinstance(outcome.form, Number) and not outcome.void]
    if len({form.moment for form in forms}) > 1:
        return None
    denominator = lcm(*(form.denominator for form in forms))
    if denominator >= LIMIT:
        return None
    low = min(form.low * (denominator // form.denominator) for form in forms)
    high = max(form.high * (denominator // form.denominator) for form in forms)
    values = []
    for outcome in outcomes:
        value = ex.null("number") if outcome.void else scaled(outcome, denominator)
        if value is None:
            return None
        values.append(value)
    return Number(denominator, low, high, forms[0].moment), values


def _names(outcomes: Sequence[Lowered]) -> tuple[Form, list[Expr]]:
    members = tuple(dict.fromkeys(
        member for outcome in outcomes if isinstance(outcome.form, Name) for member in outcome.form.members
    ))
    return Name(members), [in_members(outcome, members) for outcome in outcomes]


def in_members(outcome: Lowered, members: tuple[str, ...]) -> Expr:
    """Places in another list of names that has all of its own."""
    own = outcome.form.members if isinstance(outcome.form, Name) else ()
    if not own:
        return ex.null("number")
    places = [members.index(member) for member in own]
    if places == list(range(len(own))):
        return outcome.value
    if len(places) == 1 and outcome.constant is not None:
        return ex.literal(places[0])
    return ex.translated(outcome.value, tuple(places))

