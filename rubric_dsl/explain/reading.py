"""What a rule read: the columns of a row, and the values of a subject, each as far as it was really reached."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.engines.problems import reads_private
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.evaluation.values import Nothing, Undefined
from rubric_dsl.explain.explanation import Input
from rubric_dsl.explain.places import Places
from rubric_dsl.observations.periods import period_before, period_shown
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.results.model import Outcome
from rubric_dsl.results.nothing import no_value

_OTHER_ROWS = (op.Aggregate, op.Across, op.Previous)
"""What is made of other rows, subjects or periods."""

Column = tuple[str, str]
"""A table and a column of it."""


class Reading:
    """Follows expressions of a plan. Branches that were not taken read nothing."""

    def __init__(self, done: Run, places: Places) -> None:
        self._done = done
        self._places = places
        self._operations = [node.operation for node in done.plan.nodes]
        self._named = {named.node: named for named in done.plan.values}
        self._always: dict[op.Node, tuple[Column, ...] | None] = {}
        self._private: dict[op.Node, bool] = {}
        self._order = {
            (table.name, column.name): (i, k)
            for i, table in enumerate(done.plan.tables) for k, column in enumerate(table.columns)
        }

    def columns(self, node: op.Node, values: Values) -> tuple[Column, ...]:
        """The columns that the node's value was made of, in order of the tables; aggregates read other rows."""
        if node not in self._always:
            self._always[node] = self._found(node, None) if self._is_straight(node) else None
        always = self._always[node]
        return self._found(node, values) if always is None else always

    def inputs(self, node: op.Node, values: Values, top: bool = True) -> Iterator[Input]:
        """The values of the subject that the node's value was made of: what has a name, facts, aggregates.

        Columns of a register are facts; they are left to `columns`.
        """
        waiting, seen = [node], set()
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            operation = self._operations[current]
            if isinstance(operation, (op.Constant, op.Column, op.Weights)):
                continue
            named = self._named.get(current)
            inside = top and current == node
            if not inside and (named is not None or isinstance(operation, (*_OTHER_ROWS, op.Parameter, op.Period))):
                yield self._input(current, values)
            elif not isinstance(operation, _OTHER_ROWS):
                waiting.extend(reversed(self._reached(current, values)))

    def name(self, node: op.Node) -> tuple[str, str | None]:
        """What a value is called: of a column, a measure or an item its name and label, else its own words."""
        named, operation = self._named.get(node), self._operations[node]
        if named is not None:
            return named.name, named.label
        if isinstance(operation, op.Column):
            columns = (column for table in self._done.plan.tables if table.name == operation.table
                       for column in table.columns)
            return operation.column, next(c.label for c in columns if c.name == operation.column)
        lines = self._done.plan.nodes[node].lines
        written = self._places.at(lines[0]).text if lines and not isinstance(operation, op.Parameter) else None
        return written or str(getattr(operation, "name", operation.kind)), None

    def is_private(self, node: op.Node) -> bool:
        """Whether the node's value would tell a cell of a private column."""
        if node not in self._private:
            self._private[node] = reads_private(self._done.plan, node)
        return self._private[node]

    def row_is_private(self, table: op.Table, place: int) -> bool:
        """Whether a row of a table names the exact value of a private cell."""
        return any(
            self.is_private(node) and any(isinstance(pattern, op.Equal) for pattern in alternatives)
            for node, alternatives in zip(table.inputs, table.rows[place].patterns, strict=False)
        )

    # ------------------------------------------------------------ inside

    def _input(self, node: op.Node, values: Values) -> Input:
        type = self._done.plan.nodes[node].type
        value = None if self.is_private(node) else self.outcome(node, values)
        return Input(*self.name(node), value, type, self._period_read(self._operations[node]))

    def _period_read(self, operation: op.Operation) -> str | None:
        """The period that is looked back to, one earlier for each `previous` in `previous`."""
        period = self._done.period
        looks_back = isinstance(operation, op.Previous)
        while isinstance(operation, op.Previous) and period is not None:
            period = period_before(self._done.plan, period)
            operation = self._operations[operation.operand]
        return period_shown(self._done.plan, period) if looks_back and period is not None else None

    def outcome(self, node: op.Node, values: Values) -> Outcome:
        """The node's value as a report has it."""
        value = values[node]
        if isinstance(value, (Nothing, Undefined)):
            return no_value(self._done, node, values)
        if isinstance(value, int) and not isinstance(value, bool):
            return moment_text(value, self._done.plan.nodes[node].type.kind)
        return value

    def _is_straight(self, node: op.Node) -> bool:
        """Whether the columns below the node are all read whatever their values are."""
        for current in self._below(node):
            operation = self._operations[current]
            match operation:
                case op.Choose():
                    later: tuple[op.Node, ...] = (operation.then, operation.otherwise)
                case op.Only():
                    later = (operation.operand,)
                case op.All() | op.Any():
                    later = operation.operands[1:]
                case op.Table():
                    later = tuple(n for n in operands(operation) if n not in operation.inputs)
                case _:
                    continue
            if any(isinstance(self._operations[n], op.Column) for branch in later for n in self._below(branch)):
                return False
        return True

    def _below(self, node: op.Node, values: Values | None = None) -> Iterator[op.Node]:
        """The node and all that it reads of its own row or subject, with values only what was reached."""

        def reads(current: op.Node) -> list[op.Node]:
            operation = self._operations[current]
            if isinstance(operation, _OTHER_ROWS):
                return []
            return operands(operation) if values is None else self._reached(current, values)

        return reach([node], reads)

    def _found(self, node: op.Node, values: Values | None) -> tuple[Column, ...]:
        """All columns below the node, with values only those that were reached."""
        operations = (self._operations[current] for current in self._below(node, values))
        found = {(read.table, read.column) for read in operations if isinstance(read, op.Column)}
        return tuple(sorted(found, key=self._order.__getitem__))

    def _reached(self, node: op.Node, values: Values) -> list[op.Node]:
        """The operands that were read to give the node its value."""
        operation = self._operations[node]
        match operation:
            case op.Choose(condition, then, otherwise):
                return [condition, *([then] if values[condition] is True else [])] + (
                    [otherwise] if values[condition] is False else []
                )
            case op.Only(condition, operand):
                return [condition, operand] if values[condition] is True else [condition]
            case op.All(parts) | op.Any(parts):
                goes_on = isinstance(operation, op.All)
                stop = next((i for i, n in enumerate(parts) if values[n] is not goes_on), len(parts))
                return list(parts[: stop + 1])
            case op.Table(inputs, rows):
                return [*inputs, *self._of_outcome(node, rows, values)]
            case op.Touchpoint() | op.RowScore() | op.Indicator() | op.Ranking():
                return []
        return operands(operation)

    def _of_outcome(self, node: op.Node, rows: tuple[op.Row, ...], values: Values) -> list[op.Node]:
        table = self._done.prepared.steps[node]
        assert isinstance(table, PreparedTable)
        matched = table.match([values[source] for source in table.inputs])
        if not isinstance(matched, int):
            return []
        outcome = rows[matched].outcome
        return [outcome.node] if isinstance(outcome, op.Value) else []
