"""What gave the points of an item, on a row or for a subject, each with its line of the rubric."""

from __future__ import annotations

from rubric_dsl.engines.reference.trace import ScoreTrace, TouchpointTrace, matched_row
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO, Values
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import DecidedBy, Decision, RubricLine
from rubric_dsl.explain.places import Places
from rubric_dsl.explain.reading import Reading
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.tables import table_of
from rubric_dsl.resolved import operations as op

Key = tuple[DecidedBy, op.Node, int]


class Decisions:
    """Decisions of a run, each made once however many rows it decided."""

    def __init__(self, done: Run, places: Places, reading: Reading) -> None:
        self._done = done
        self._places = places
        self._reading = reading
        self._known: dict[Key, Decision] = {}

    def on_row(self, score: ScoreTrace, touchpoint: TouchpointTrace) -> Decision:
        """What decided a touchpoint on a row; a condition of its indicator before everything else."""
        if score.condition is not None:
            return self.condition(score.node, score.condition)
        if touchpoint.condition is not None:
            return self.condition(touchpoint.node, touchpoint.condition)
        if touchpoint.missed:
            return self._missing(touchpoint.node)
        if touchpoint.table_row is not None:
            return self._table_row(touchpoint.node, touchpoint.table_row)
        return self.rule(touchpoint.node)

    def of_subject(self, node: op.Node, values: Values) -> Decision:
        """What decided an item that has one value a subject; of an indicator of parts, how they combine."""
        step, operation = self._done.prepared.steps[node], self._done.plan.nodes[node].operation
        if isinstance(step, (Score, Touchpoint)):
            decided = step.decide(values)
            if decided is not None:
                return self.condition(node, decided.place)
        if isinstance(step, Touchpoint):
            if step.missed(values):
                return self._missing(node)
            matched = matched_row(self._done, step.rule, values)
            return self.rule(node) if matched is None else self._table_row(node, matched)
        by: DecidedBy = "combination" if isinstance(operation, op.Indicator) and operation.value is None else "rule"
        return Decision(by, node, self._places.item(node))

    def condition(self, node: op.Node, place: int) -> Decision:
        """The condition at this place of a score or touchpoint. One that reads a private cell keeps its words back."""
        key: Key = ("condition", node, place)
        if key not in self._known:
            operation = self._done.plan.nodes[node].operation
            assert isinstance(operation, (op.Touchpoint, op.RowScore, op.Indicator))
            condition = operation.conditions[place]
            line = self._places.condition(node, place)
            private = self._reading.is_private(condition.node)
            if private:
                line = RubricLine(line.file, line.line, None)
            self._known[key] = Decision("condition", node, line, condition.word, condition.node, withheld=private)
        return self._known[key]

    def rule(self, node: op.Node) -> Decision:
        key: Key = ("rule", node, 0)
        if key not in self._known:
            operation = self._done.plan.nodes[node].operation
            line = self._places.item(node)
            private = self._reading.is_private(operation.rule if isinstance(operation, op.Touchpoint) else node)
            shown = RubricLine(line.file, line.line, None) if private else line
            self._known[key] = Decision("rule", node, shown, withheld=private)
        return self._known[key]

    def of_measure(self, node: op.Node, values: Values) -> Decision:
        """A measure by itself, or the row of its table that matched."""
        table = table_of(self._done.plan, node)
        matched = None if table is None or values[node] is not values[table] else matched_row(self._done, table, values)
        return self.rule(node) if table is None or matched is None else self._row_of(node, table, matched)

    def changed(self, node: op.Node, kind: DecidedBy, limits: tuple[tuple[str, Exact], ...]) -> Decision:
        """Bounds, rounding or the combination of an indicator, which stand on its own lines."""
        return Decision(kind, node, self._places.item(node), limits=limits)

    def _missing(self, node: op.Node) -> Decision:
        operation = self._done.plan.nodes[node].operation
        assert isinstance(operation, op.Touchpoint)
        return Decision("missing", node, self._places.missing(node, len(operation.conditions)))

    def _table_row(self, touchpoint: op.Node, place: int) -> Decision:
        operation = self._done.plan.nodes[touchpoint].operation
        assert isinstance(operation, op.Touchpoint)
        return self._row_of(touchpoint, operation.rule, place)

    def _row_of(self, item: op.Node, table: op.Node, place: int) -> Decision:
        """A row of the table by which an item is scored. One that names a private cell's value is kept back."""
        key: Key = ("table row", item, place)
        if key not in self._known:
            operation = self._done.plan.nodes[table].operation
            assert isinstance(operation, op.Table)
            if self._reading.row_is_private(operation, place):
                line = self._places.item(item)
                made = Decision("table row", item, RubricLine(line.file, line.line, None), withheld=True)
            else:
                made = Decision("table row", item, self._places.table_row(item, table, place), table=table, row=place)
            self._known[key] = made
        return self._known[key]


def limits_of(done: Run, score: Score, values: Values) -> tuple[tuple[str, Exact], ...]:
    """The bounds that changed a score, in written order, each with its end."""
    operation = done.plan.nodes[score.node].operation
    assert isinstance(operation, (op.RowScore, op.Indicator))
    held = score.with_extras(score.source(values), values)
    found: list[tuple[str, Exact]] = []
    for limit in operation.limits:
        end = values[limit.value]
        applies = limit.when is None or values[limit.when] is True
        if not (applies and is_number(end) and is_number(held)):
            continue
        beyond = reals.compare(end, held)
        if (beyond > 0) if limit.word == "at least" else (beyond < 0):
            found.append((limit.word, end))
            held = end
    return tuple(found)


def unrounded(done: Run, touchpoint: op.Node, values: Values, points: Exact) -> Exact | None:
    """The points before the touchpoint's own rounding, where it changed them."""
    step, operation = done.prepared.steps[touchpoint], done.plan.nodes[touchpoint].operation
    assert isinstance(step, Touchpoint) and isinstance(operation, op.Touchpoint)
    if operation.rounding is None:
        return None
    decided = step.decide(values)
    before = values[step.rule] if decided is None else decided.value
    if not is_number(before) or reals.subtract(before, points) == ZERO:
        return None
    return before
