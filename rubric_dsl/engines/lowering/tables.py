"""Tables in columns: the first row whose patterns match, as `evaluation.tables` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.arithmetic import affine
from rubric_dsl.engines.lowering.choosing import Case, pick
from rubric_dsl.engines.lowering.conditions import to_constant
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import (
    Lowered,
    Name,
    Number,
    YesNo,
    either,
    impossible,
    nothing,
    shared_guards,
    yes,
)
from rubric_dsl.evaluation.values import Value, as_number, is_given
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType

Values = Mapping[op.Node, Lowered]


class TableColumns:
    """One table. `constants`: the values of nodes that are the same in all rows."""

    def __init__(self, table: op.Table, type: ValueType, nodes: Values, constants: Sequence[Value]) -> None:
        self.table = table
        self.type = type
        self.nodes = nodes
        self.constants = constants
        self.inputs = [nodes[node] for node in table.inputs]
        self.patterns = [row for row in table.rows if row.when == "patterns"]

    def lowered(self) -> Lowered | None:
        if any(given.void for given in self.inputs):
            return None
        outcomes = [self.outcome(row) for row in self.patterns]
        found: list[Lowered] = [outcome for outcome in outcomes if outcome is not None]
        missing, otherwise = self._only("missing", nothing(self.type)), self._only("otherwise", impossible(self.type))
        if len(found) != len(outcomes) or missing is None or otherwise is None:
            return None
        tests = [self.matches(row) for row in self.patterns]
        cases: list[Case] = []
        for test, outcome in zip(tests, found, strict=True):
            if test is None:
                return None
            cases.append((test, outcome))
        reads_absence = any(
            isinstance(pattern, op.Missing) for row in self.patterns for of in row.patterns for pattern in of
        )
        return self._in_order(cases, missing, otherwise, reads_absence)

    def _in_order(
        self, cases: list[Case], missing: Lowered, otherwise: Lowered, reads_absence: bool
    ) -> Lowered | None:
        complete = self._complete()
        fault = either(*(given.fault for given in self.inputs))
        absent = either(*(ex.is_null(given.value) for given in self.inputs if given.nullable))
        guards = shared_guards(self.inputs)
        if len(self.inputs) == 1 and not reads_absence and fault is None and cases:
            # Rows with patterns say nothing of what is absent: it may be told apart first.
            if complete and not self._only_given("otherwise"):
                otherwise = cases.pop()[1]
            before = [] if absent is None else [(absent, missing)]
            return self._guarded(pick([*before, *cases], otherwise), [o for _, o in cases] + [otherwise], guards)
        outcomes = [outcome for _, outcome in cases] + [otherwise]
        if fault is not None:
            cases = [*cases, (fault, impossible(self.type))]
        if absent is not None:
            cases = [*cases, (absent, missing)]
        return self._guarded(pick(cases, otherwise), outcomes, guards if fault is None else frozenset())

    def _guarded(self, found: Lowered | None, outcomes: list[Lowered], guards: frozenset[int]) -> Lowered | None:
        if found is None or any(outcome.nullable for outcome in outcomes):
            return found
        return replace(found, given_if=guards)

    def _only_given(self, when: str) -> bool:
        return any(row.when == when for row in self.table.rows)

    def _only(self, when: str, default: Lowered) -> Lowered | None:
        row = next((row for row in self.table.rows if row.when == when), None)
        return default if row is None else self.outcome(row)

    # ------------------------------------------------------------ patterns

    def matches(self, row: op.Row) -> Expr | None:
        """Whether all inputs match; None where one may be a fault, which only one evaluation row by row tells right."""
        found: Expr | None = None
        for given, alternatives in zip(self.inputs, row.patterns, strict=True):
            if any(isinstance(pattern, op.Anything) for pattern in alternatives):
                continue
            if given.fault is not None:
                return None
            test = self._input(given, alternatives)
            if test is None:
                return None
            found = test if found is None else found & test
        return ex.YES if found is None else found

    def _input(self, given: Lowered, alternatives: Sequence[op.Pattern]) -> Expr | None:
        tests: list[Expr] = []
        for pattern in alternatives:
            if isinstance(pattern, op.Missing):
                if given.nullable:
                    tests.append(ex.is_null(given.value))
            elif isinstance(pattern, (op.Between, op.Equal)):
                test = self._given(given, pattern)
                if test is None:
                    return None
                tests.append(yes(test))
        found = either(*tests)
        return ex.NO if found is None else found

    def _given(self, given: Lowered, pattern: op.Between | op.Equal) -> Lowered | None:
        if isinstance(pattern, op.Equal):
            end = self.constants[pattern.value]
            return to_constant("=", given, end) if is_given(end) else None
        found: Lowered | None = None
        for node, relation in (
            (pattern.low, ">=" if pattern.low_closed else ">"), (pattern.high, "<=" if pattern.high_closed else "<")
        ):
            if node is None:
                continue
            end = self.constants[node]
            side = to_constant(relation, given, end) if is_given(end) else None
            if side is None:
                return None
            found = side if found is None else replace(side, value=found.value & side.value)
        if found is None:
            return Lowered(YesNo(), ex.is_given(given.value) if given.nullable else ex.YES)
        return found

    # ------------------------------------------------------------ proofs

    def _complete(self) -> bool:
        """Whether the patterns of the one input are proved to leave nothing out."""
        if len(self.inputs) != 1:
            return False
        patterns = [pattern for row in self.patterns for pattern in row.patterns[0]]
        if any(isinstance(pattern, op.Anything) for pattern in patterns):
            return True
        form = self.inputs[0].form
        if isinstance(form, Number):
            return self._covers(form, patterns)
        named = {self.constants[pattern.value] for pattern in patterns if isinstance(pattern, op.Equal)}
        if isinstance(form, YesNo):
            return {True, False} <= named
        return isinstance(form, Name) and set(form.members) <= named

    def _covers(self, form: Number, patterns: Sequence[op.Pattern]) -> bool:
        spans = sorted(span for pattern in patterns if (span := self.span(form, pattern)) is not None)
        reached = form.low
        for low, high in spans:
            if low > reached:
                return False
            reached = max(reached, high + 1)
        return reached > form.high

    def span(self, form: Number, pattern: op.Pattern) -> tuple[int, int] | None:
        """The integers that match, first and last, within those that occur."""
        if isinstance(pattern, op.Equal):
            place = self._place(form, pattern.value)
            return None if place is None or place.denominator != 1 else (place.numerator, place.numerator)
        if not isinstance(pattern, op.Between):
            return None
        low, high = form.low, form.high
        if pattern.low is not None:
            place = self._place(form, pattern.low)
            if place is None:
                return None
            least = -(-place.numerator // place.denominator)
            low = max(low, least + (1 if not pattern.low_closed and place.denominator == 1 else 0))
        if pattern.high is not None:
            place = self._place(form, pattern.high)
            if place is None:
                return None
            most = place.numerator // place.denominator
            high = min(high, most - (1 if not pattern.high_closed and place.denominator == 1 else 0))
        return (low, high) if low <= high else None

    def _place(self, form: Number, node: op.Node) -> Fraction | None:
        end = self.constants[node]
        if not is_given(end) or isinstance(end, (bool, str)) or not isinstance(end, (int, Fraction)):
            return None
        return Fraction(end) * form.denominator

    # ------------------------------------------------------------ outcomes

    def outcome(self, row: op.Row) -> Lowered | None:
        outcome = row.outcome
        if isinstance(outcome, op.Linear):
            return self._linear(row, outcome)
        return outcome_of(outcome, self.nodes, self.type)

    def _linear(self, row: op.Row, outcome: op.Linear) -> Lowered | None:
        x = self.inputs[outcome.input]
        ends = [self.constants[node] for node in (outcome.low, outcome.high, outcome.start, outcome.end)]
        if not isinstance(x.form, Number) or any(isinstance(end, (bool, str)) or not is_given(end) for end in ends):
            return None
        numbers = [as_number(end) for end in ends if is_given(end)]
        low, high, start, end = (number if isinstance(number, Fraction) else None for number in numbers)
        if low is None or high is None or start is None or end is None or low == high:
            return None
        rate = (end - start) / (high - low)
        return affine(self._matched(x, x.form, row, outcome.input), rate, start - low * rate)

    def _matched(self, x: Lowered, form: Number, row: op.Row, place: int) -> Lowered:
        """The input held to the integers that match the row, so that its points are known to stay within their ends."""
        patterns = row.patterns[place] if row.when == "patterns" else ()
        spans = [self.span(form, pattern) for pattern in patterns]
        found = [span for span in spans if span is not None]
        if not found or len(found) != len(spans):
            return replace(x, form=replace(form, moment=False), constant=None)
        low, high = min(low for low, _ in found), max(high for _, high in found)
        value = x.value
        if (low, high) != (form.low, form.high):
            value = ex.clipped(value, low, high)
        return replace(x, form=Number(form.denominator, low, high), value=value, constant=None)


def outcome_of(outcome: op.Outcome, nodes: Values, type: ValueType) -> Lowered | None:
    """A value or not applicable."""
    match outcome:
        case op.Value(node=node):
            return nodes.get(node)
        case op.NotApplicable():
            return nothing(type, inapplicable=True)
        case _:
            return None
