"""Where a subject stands in an item among all subjects."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cmp_to_key

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import quotient, total
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import Standing
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved.operations import Node
from rubric_dsl.results.model import Placed
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class _Item:
    """One item over all subjects: how many have it, its mean and best, and the place of each value."""

    of: int
    mean: Exact
    best: Exact
    places: dict[Exact, int]


class Standings:
    """Standings of a run; each item is looked at once."""

    def __init__(self, done: Run) -> None:
        self._done = done
        self._items: dict[Node, _Item | None] = {}
        self._ranked: dict[str, Counter[str | None]] = {}

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
        except ArithmeticError:
            item = self._items[node] = None
        return None if item is None else Standing(item.places[value], item.of, item.mean, item.best)

    def placed(self, schema: RankingSchema, placed: Placed) -> tuple[Placed, int]:
        """The subject's row of a ranking, and how many have a rank (in its group)."""
        if schema.name not in self._ranked:
            self._ranked[schema.name] = Counter(
                row.group for row in ranking_of(self._done, schema).rows if row.rank is not None)
        return placed, self._ranked[schema.name][placed.group]

    def _item(self, node: Node, lowest_first: bool) -> _Item:
        counts: dict[Exact, int] = {}
        for values in self._done.values.values():
            value = values[node]
            if is_number(value):
                counts[value] = counts.get(value, 0) + 1
        of = sum(counts.values())
        mean = quotient(total(reals.multiply(value, Fraction(n)) for value, n in counts.items()), Fraction(of))
        ordered = sorted(counts, key=cmp_to_key(reals.compare), reverse=not lowest_first)
        places: dict[Exact, int] = {}
        before = 0
        for i, value in enumerate(ordered):
            same = i > 0 and not isinstance(value, Fraction) and reals.compare(value, ordered[i - 1]) == 0
            places[value] = places[ordered[i - 1]] if same else before + 1
            before += counts[value]
        return _Item(of, mean, ordered[0], places)
