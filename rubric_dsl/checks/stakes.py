"""Whether the outcomes of a touchpoint's table keep to what it is worth, and one that occurs gives all of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.checks.coverage import Coverage
from rubric_dsl.diagnostics.model import Diagnostic, Fix, Label
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.tables import RowFacts, TableFacts


def check_stake(
    use: Expressions, table: TableFacts, coverage: Coverage, *, lowest_or_highest: bool
) -> Iterator[Diagnostic]:
    """Outcomes outside 0 to the stake (R098), and a stake that no row in reach gives (R099).

    `lowest_or_highest`: the parts are combined by `lowest` or `highest`, where no outcome need reach the stake.
    """
    touchpoint = use.scope.names.get(table.name)
    if not isinstance(touchpoint, bind.Touchpoint):
        return
    amount = touchpoint.amount
    reached, highest = False, None
    for index, row in enumerate(table.rows):
        for low, high, reaching in _values(use, row):
            if (low is not None and low < 0) or (high is not None and high > amount):
                yield _outside(row, amount, low if low is not None and low < 0 else high)
            if index in coverage.reachable:
                reached = reached or reaching is None or reaching == amount
                highest = reaching if highest is None or (reaching is not None and reaching > highest) else highest
    if not reached and not lowest_or_highest and amount > 0 and not coverage.gaps:
        yield Diagnostic(
            "R099",
            touchpoint.span,
            {"name": touchpoint.name, "worth": exact_text(amount)},
            tuple(Label(row.span, "row") for row in table.rows[:1]),
            fixes=(_lower(highest),),
        )


def _lower(highest: Fraction | None) -> Fix:
    """The full marks brought down to the most that can be got, where that is known."""
    if highest is None or highest < 0:
        return Fix("rows")
    return Fix("worth", (), {"highest": exact_text(highest)})


def _outside(row: RowFacts, amount: Fraction, value: Fraction | None) -> Diagnostic:
    span = row.row.outcomes[0].span if row.row is not None else row.span
    facts = {"high": exact_text(amount), "value": exact_text(value) if value is not None else "…"}
    return Diagnostic("R098", span, facts, fixes=(Fix("bound"),))


def _values(use: Expressions, row: RowFacts) -> Iterator[tuple[Fraction | None, Fraction | None, Fraction | None]]:
    """Lowest and highest value of an outcome, and the highest that it really reaches (None: cannot be told)."""
    outcome = row.operation.outcome
    if isinstance(outcome, op.Value):
        around = domains.as_interval(use.graph.domain(outcome.node))
        single = domains.single(use.graph.domain(outcome.node))
        yield around.low, around.high, single
    elif isinstance(outcome, op.Linear):
        ends = [domains.as_interval(use.graph.domain(node)) for node in (outcome.start, outcome.end)]
        lows = [end.low for end in ends if end.low is not None]
        highs = [end.high for end in ends if end.high is not None]
        yield (
            min(lows) if len(lows) == 2 else None,
            max(highs) if len(highs) == 2 else None,
            _reached_end(use, row, outcome),
        )


def _reached_end(use: Expressions, row: RowFacts, outcome: op.Linear) -> Fraction | None:
    """The higher of the two ends that belongs to the range; on an open end the value is only a limit."""
    pattern = row.operation.patterns[outcome.input][0]
    if not isinstance(pattern, op.Between):
        return None
    found = [
        value
        for node, closed in ((outcome.start, pattern.low_closed), (outcome.end, pattern.high_closed))
        if closed and (value := domains.single(use.graph.domain(node))) is not None
    ]
    return max(found) if found else Fraction(-1)
