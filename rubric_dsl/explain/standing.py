"""Where a subject stands in an item among all subjects."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import quotient, total
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import Standing
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved.operations import Node


@dataclass(slots=True)
class _Item:
    """One item over all subjects: its mean and best, and the place of each value that was asked for."""

    values: list[Exact]
    mean: Exact
    best: Exact
    places: dict[Exact, int] = field(default_factory=dict)


class Standings:
    """Standings of a run; each item is looked at once."""

    def __init__(self, done: Run) -> None:
        self._done = done
        self._items: dict[Node, _Item | None] = {}

    def of(self, subject: Subject, node: Node, lowest_first: bool) -> Standing | None:
        """None where the subject has no number, or where numbers cannot be told apart.

        All subjects count that have a value, those too that a ranking leaves out. Of a penalty the lowest is the best.
        """
        value = self._done.values[subject][node]
        if not is_number(value):
            return None
        try:
            if node not in self._items:
                self._items[node] = self._item(node, lowest_first)
            item = self._items[node]
            if item is None:
                return None
            if value not in item.places:
                item.places[value] = 1 + sum(_before(other, value, lowest_first) for other in item.values)
            return Standing(item.places[value], len(item.values), item.mean, item.best)
        except ArithmeticError:
            self._items[node] = None
            return None

    def _item(self, node: Node, lowest_first: bool) -> _Item:
        values = [value for of in self._done.values.values() for value in [of[node]] if is_number(value)]
        choose = reals.minimum if lowest_first else reals.maximum
        best = values[0]
        for value in values[1:]:
            best = choose(best, value)
        return _Item(values, quotient(total(values), Fraction(len(values))), best)


def _before(other: Exact, value: Exact, lowest_first: bool) -> bool:
    order = reals.compare(other, value)
    return order < 0 if lowest_first else order > 0
