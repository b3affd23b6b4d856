"""Tables: which row matches the inputs, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from rubric_dsl.evaluation.arithmetic import Cells, Values, guarded, ordering, quotient, same
from rubric_dsl.evaluation.values import (
    ABSENT,
    NOT_APPLICABLE,
    Given,
    Nothing,
    Undefined,
    Value,
    as_number,
    is_given,
)
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.limits import Undecided
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op

ConstantOf = Callable[[op.Node], Value]
"""The value of a node that is the same for all rows and subjects (an end of a pattern)."""

Test = Callable[[Given], bool]
Outcome = Callable[[Values], Value]


class PreparedTable:
    """A table with its ends read once. `match` is shared with explanations."""

    def __init__(self, node: op.Node, table: op.Table, constant: ConstantOf) -> None:
        self.node = node
        self.inputs = table.inputs
        self._patterns = [
            (index, _row_tests(row, constant)) for index, row in enumerate(table.rows) if row.when == "patterns"
        ]
        self._otherwise = _only_row(table, "otherwise")
        self._missing = _only_row(table, "missing")
        self._outcomes = [prepared_outcome(node, row.outcome, table.inputs) for row in table.rows]

    def __call__(self, values: Values, cells: Cells) -> Value:
        given = [values[node] for node in self.inputs]
        row = self.match(given)
        if isinstance(row, int):
            return self._outcomes[row](values)
        if row is None:
            return absence_or_gap(self.inputs, given, self.node)
        return row

    @property
    def rows(self) -> int:
        return len(self._outcomes)

    def first_failing(self, row: int, given: Sequence[Value]) -> int | None:
        """The place of the first input that keeps a row with patterns from matching; None where all inputs match.

        Also None for `otherwise` and `missing`, which have no patterns.
        """
        tests = next((tests for index, tests in self._patterns if index == row), ())
        return next((test[0] for test in tests if _matches((test,), given) is not True), None)

    def match(self, given: Sequence[Value]) -> int | Undefined | None:
        """The index of the matching row; None where there is none; a fault where it depends on one.

        Rows with patterns come first, in written order; then `missing` where an input is absent, or `otherwise` where
        all are present.
        """
        try:
            for index, tests in self._patterns:
                found = _matches(tests, given)
                if found is True:
                    return index
                if found is not False:
                    return found
        except Undecided:
            return Undefined("undecided", self.node)
        for value in given:
            if isinstance(value, Undefined):
                return value
        return self._missing if any(isinstance(value, Nothing) for value in given) else self._otherwise


def match_row(
    table: op.Table, given: Sequence[Value], constant: ConstantOf, node: op.Node = -1
) -> int | Undefined | None:
    """The row of `table` that matches the inputs' values (see `PreparedTable.match`), for a single use."""
    return PreparedTable(node, table, constant).match(given)


def absence_or_gap(inputs: Sequence[op.Node], given: Sequence[Value], node: op.Node) -> Value:
    """What a table without a matching row is: absent where an input is, else an impossible value."""
    if any(isinstance(value, Nothing) for value in given):
        return ABSENT
    return Undefined("no row matches", node, tuple(zip(inputs, given, strict=True)))


def _only_row(table: op.Table, when: str) -> int | None:
    return next((index for index, row in enumerate(table.rows) if row.when == when), None)


# ---------------------------------------------------------------- patterns

_InputTest = tuple[int, bool, Test]
"""Place of the input, whether absence matches, and whether a given value does."""


def _row_tests(row: op.Row, constant: ConstantOf) -> tuple[_InputTest, ...]:
    """The tests of a row, inputs that match anything left out."""
    tests = []
    for place, alternatives in enumerate(row.patterns):
        if any(isinstance(pattern, op.Anything) for pattern in alternatives):
            continue
        absent = any(isinstance(pattern, op.Missing) for pattern in alternatives)
        given = [_given_test(p, constant) for p in alternatives if isinstance(p, (op.Between, op.Equal))]
        tests.append((place, absent, _either(given)))
    return tuple(tests)


def _matches(tests: tuple[_InputTest, ...], given: Sequence[Value]) -> bool | Undefined:
    """Whether all inputs match; a fault only where every other input does."""
    fault: Undefined | None = None
    for place, absent, test in tests:
        value = given[place]
        if isinstance(value, Undefined):
            fault = fault or value
        elif isinstance(value, Nothing):
            if not absent:
                return False
        elif not test(value):
            return False
    return fault or True


def _either(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


def _given_test(pattern: op.Between | op.Equal, constant: ConstantOf) -> Test:
    if isinstance(pattern, op.Equal):
        return _equal(_end(constant(pattern.value)))
    low = None if pattern.low is None else _end(constant(pattern.low))
    high = None if pattern.high is None else _end(constant(pattern.high))
    above = None if low is None else _beyond(low, 1, pattern.low_closed)
    below = None if high is None else _beyond(high, -1, pattern.high_closed)
    if above is None:
        return below or (lambda value: True)
    if below is None:
        return above
    return lambda value: above(value) and below(value)


def _end(value: Value) -> Given:
    if not is_given(value):
        raise ValueError("the end of a pattern has no value")
    return value


def _equal(end: Given) -> Test:
    if isinstance(end, (bool, str)):
        return lambda value: value == end
    return lambda value: same(value, end)


def _beyond(end: Given, side: int, closed: bool) -> Test:
    """Whether a value lies on `side` of the end (1: above, -1: below)."""
    if isinstance(end, Fraction):
        return _beyond_fraction(end, side, closed)

    def test(value: Given) -> bool:
        order = ordering(value, end)
        return order == side or (closed and order == 0)

    return test


def _beyond_fraction(end: Fraction, side: int, closed: bool) -> Test:
    """The same for the common case, by cross-multiplying: no intermediate fraction is made."""
    top, bottom = side * end.numerator, end.denominator

    def test(value: Given) -> bool:
        if type(value) is Fraction:
            gap = side * value.numerator * bottom - top * value.denominator
            return gap > 0 or (closed and gap == 0)
        order = ordering(value, end)
        return order == side or (closed and order == 0)

    return test


# ---------------------------------------------------------------- outcomes


def prepared_outcome(node: op.Node, outcome: op.Outcome, inputs: Sequence[op.Node] = ()) -> Outcome:
    """What an outcome gives, from the values of earlier nodes."""
    match outcome:
        case op.Value(node=source):
            return lambda values: values[source]
        case op.NotApplicable():
            return lambda values: NOT_APPLICABLE
        case op.Linear():
            return _linear(node, outcome, inputs[outcome.input])


def _linear(node: op.Node, outcome: op.Linear, source: op.Node) -> Outcome:
    ends = (source, outcome.low, outcome.high, outcome.start, outcome.end)

    def step(values: Values) -> Value:
        given = [values[end] for end in ends]
        for value in given:
            if isinstance(value, Undefined):
                return value
            if isinstance(value, Nothing):
                return ABSENT
        return guarded(node, interpolated, given)

    return step


def interpolated(x: Given, low: Given, high: Given, start: Exact, end: Exact) -> Exact:
    """From `start` where x is `low` to `end` where x is `high`."""
    below = as_number(low)
    part = quotient(reals.subtract(as_number(x), below), reals.subtract(as_number(high), below))
    return reals.add(start, reals.multiply(part, reals.subtract(end, start)))
