"""Conditions of a row, `when` of columns and `must` rules, evaluated while the row is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from rubric_dsl.observations.model import Cell
from rubric_dsl.resolved.operations import Node

MOST_REMEMBERED = 50_000
"""Different inputs of a condition whose verdicts are kept."""

Verdict = bool | str | None
"""Whether a condition holds; None: a value that it reads is absent; a text: why it cannot be computed."""

Evaluate = Callable[[Node, Mapping[str, Cell]], Verdict]
"""The verdict of a yes/no node on the typed values of a row."""


class Condition:
    """A condition with the columns that it reads; rows that agree in these are judged once."""

    def __init__(self, node: Node, columns: Sequence[str], evaluate: Evaluate) -> None:
        self.columns = tuple(columns)
        self._node = node
        self._evaluate = evaluate
        self._pick: Callable[[Mapping[str, Cell]], object] = itemgetter(*columns) if columns else lambda values: ()
        self._known: dict[object, Verdict] = {}

    def verdict(self, values: Mapping[str, Cell]) -> Verdict:
        inputs = self._pick(values)
        try:
            return self._known[inputs]
        except KeyError:
            verdict = self._evaluate(self._node, values)
            if len(self._known) < MOST_REMEMBERED:
                self._known[inputs] = verdict
            return verdict
