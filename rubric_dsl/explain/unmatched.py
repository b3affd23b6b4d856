"""Why the other rows of a table did not match."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.explain.explanation import Unmatched
from rubric_dsl.explain.places import Places
from rubric_dsl.explain.reading import Reading
from rubric_dsl.resolved import operations as op

Found = tuple[Unmatched, ...]


class UnmatchedRows:
    """The rows of tables that did not match; equal answers are made once however many observations they are of."""

    def __init__(self, done: Run, places: Places, reading: Reading) -> None:
        self._done = done
        self._places = places
        self._reading = reading
        self._known: dict[tuple[object, ...], Found] = {}

    def of(self, item: op.Node, table: op.Node, matched: int, values: Values) -> Found:
        """The rows of the table by which `item` is scored, other than the matched one, in written order.

        Nothing is said of a table that reads a private cell: with which rows it was compared would tell it.
        """
        prepared = self._done.prepared.steps[table]
        assert isinstance(prepared, PreparedTable)
        if any(self._reading.is_private(node) for node in prepared.inputs):
            return ()
        given = [values[node] for node in prepared.inputs]
        failing = tuple(prepared.first_failing(row, given) for row in range(prepared.rows))
        key = (item, table, matched, failing)
        if key not in self._known:
            self._known[key] = tuple(self._found(item, table, matched, failing))
        return self._known[key]

    def _found(
        self, item: op.Node, table: op.Node, matched: int, failing: tuple[int | None, ...]
    ) -> Iterator[Unmatched]:
        operation = self._done.plan.nodes[table].operation
        assert isinstance(operation, op.Table)
        for place, row in enumerate(operation.rows):
            if place == matched:
                continue
            line = self._places.table_row(item, table, place)
            input = failing[place]
            if row.when == "patterns" and input is not None:
                name, label = self._reading.name(operation.inputs[input])
                yield Unmatched(place, line, "input", name, label)
            elif row.when == "missing":
                yield Unmatched(place, line, "nothing missing")
            else:
                yield Unmatched(place, line, "decided before")
