"""The least change of several observations, by trying all that are smaller.

Of every row all changes are made that its columns allow, and of those with the same consequences the least is kept.
Sets of such changes are tried in order of observations, cells and steps, so the first that reaches the goal is the
least, and where none does there is none. Both stand only where everything could be tried within the budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from math import prod

from rubric_dsl.explain.changes import CellChange, Changes, RowChange
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import TableSchema

MOST_OF_A_ROW = 6_000
"""Changes of one row that are looked at."""
MOST_ROWS = 40
MOST_SETS = 1_500
"""Sets of changes that are scored."""
MOST_ORDERED = 200_000
"""Sets that are put in order, to leave out those that cost more than what is known to be enough."""

Signature = tuple[object, ...]


def options(
    changes: Changes, schema: TableSchema, row: Row, told: Callable[[str, Row], Signature]
) -> list[RowChange] | None:
    """Every change of the row with other consequences, the least of each kind; None where these are too many, or where
    the rubric does more with a column than to compare it with fixed values."""
    columns: list[list[CellChange | None]] = []
    for column in changes.changeable(schema):
        own = changes.every(schema, column, row)
        if own is None:
            return None
        columns.append([None, *own])
    if prod(map(len, columns)) > MOST_OF_A_ROW:
        return None
    before = told(schema.name, row)
    known: dict[Signature, RowChange] = {}
    for chosen in product(*columns):
        made = RowChange(schema, row, tuple(cell for cell in chosen if cell is not None), True)
        if not made.cells or not changes.holds(made):
            continue
        consequences = told(schema.name, made.changed)
        if consequences != before and (consequences not in known or _cost([made]) < _cost([known[consequences]])):
            known[consequences] = made
    return list(known.values())


Cost = tuple[int, int, int]
"""Observations, cells, steps."""


def in_order(options: Sequence[Sequence[RowChange]], below: Cost | None) -> Iterator[list[list[RowChange]] | None]:
    """Sets of changes of different rows, least first, those of as many observations and cells together; only those
    `below` a cost that is known to be enough. None in the end where there are more than can be tried."""
    left = MOST_SETS
    for rows in range(1, (len(options) if below is None else min(below[0], len(options))) + 1):
        chosen = list(combinations(options, rows))
        if sum(prod(map(len, own)) for own in chosen) > MOST_ORDERED:
            yield None
            return
        every = (list(one) for own in chosen for one in product(*own))
        sets = sorted((one for one in every if below is None or _cost(one) < below), key=_cost)
        left -= len(sets)
        if left < 0:
            yield None
            return
        group: list[list[RowChange]] = []
        for one in sets:
            if group and _cost(group[0])[:2] != _cost(one)[:2]:
                yield group
                group = []
            group.append(one)
        if group:
            yield group


def _cost(changes: Sequence[RowChange]) -> Cost:
    return len(changes), sum(len(one.cells) for one in changes), sum(one.steps for one in changes)
