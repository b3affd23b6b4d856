"""What each part brings to its parent and what it loses, so that both add up to the parent exactly.

Parts of a mean bring worth × w ÷ Σw of their own share, on each row and for the subject; penalties and bonuses bring
what they take or give; what bounds, rounding and conditions change is a part of its own. A geometric mean, a lowest
and a highest have no contributions: there the indicator itself is where the points were lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, partial
from typing import Literal

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.reference.shares import (
    INDIVISIBLE,
    Change,
    RowNumber,
    RowShares,
    RowSum,
    changes_of,
    part_rates,
)
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

ItemKind = Literal["indicator", "touchpoint", "penalty", "bonus", "condition", "limits", "rounding"]
FindRows = Callable[[], tuple[RowNumber, ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a score. `points` and `worth` are its own; the rest is in points of its parent.

    `contribution` is what it brings to the parent and `lost` what the parent lacks because of it: over all parts they
    add up to the parent's score and to its worth − score. None: the parent has no contributions. `scale` is how many
    points of the topmost item one point of the parent is. `rows`: on which rows it lost points, most first
    (empty: not a matter of rows), told when it is asked.
    `condition`, `limits` and `rounding` stand for what these changed, under the name of their indicator.
    """

    node: op.Node
    name: str
    kind: ItemKind
    points: Value
    worth: Fraction
    contribution: Exact | None
    lost: Exact | None
    scale: Exact | None
    find_rows: FindRows = tuple
    parts: tuple[Item, ...] = ()

    @property
    def rows(self) -> tuple[RowNumber, ...]:
        return self.find_rows()

    @property
    def additive(self) -> bool:
        """Whether the parts' contributions add up to the points."""
        return any(part.contribution is not None for part in self.parts)


@dataclass(frozen=True, slots=True)
class Loss:
    """Points of the topmost item that are not there because of one of its leaves.

    `rows`: the numbers of the rows of `table` on which they were lost, most first (no table: not a matter of rows);
    looked for when somebody asks.
    """

    node: op.Node
    item: str
    kind: ItemKind
    lost: Exact
    find_rows: FindRows

    @property
    def table(self) -> str | None:
        found = self.find_rows()
        return found[0][0] if found else None

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(row for _, row in self.find_rows())


def contributions(done: Run, subject: Subject, node: op.Node) -> Item:
    """The tree of an indicator (or touchpoint) of a subject, down to its touchpoints."""
    return _Tree(done, subject).item(node, ONE, ONE)


def losses(item: Item) -> list[Loss]:
    """Where points were lost, most first, then in written order; what gained points is left out.

    With what was gained (`leaves` has both) they add up to worth − points of the item.
    """
    found = [loss for loss in leaves(item) if reals.compare(loss.lost, ZERO) > 0]
    return sorted(found, key=_MostFirst)


def leaves(item: Item) -> Iterator[Loss]:
    """The loss of each leaf (negative: a gain), in points of the topmost item."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if current.additive:
            waiting.extend(reversed(current.parts))
        elif current.lost is not None and current.scale is not None:
            lost = reals.multiply(current.lost, current.scale)
            yield Loss(current.node, current.name, current.kind, lost, current.find_rows)


class _MostFirst:
    def __init__(self, loss: Loss) -> None:
        self.lost = loss.lost

    def __lt__(self, other: _MostFirst) -> bool:
        return reals.compare(self.lost, other.lost) > 0


ONE = Fraction(1)


class _Tree:
    """Items of one subject. `scale` is always points of the topmost item for one point of the parent."""

    def __init__(self, done: Run, subject: Subject) -> None:
        self.done = done
        self.values = done.values[subject]
        self.rows = RowShares(done, subject)

    def item(self, node: op.Node, rate: Exact | None, scale: Exact | None) -> Item:
        """`rate`: points of the parent for one point of the item; None where the parent has no contributions."""
        step, operation = self.done.prepared.steps[node], self.done.plan.nodes[node].operation
        own = None if rate is None or scale is None else reals.multiply(rate, scale)
        if isinstance(step, Score) and isinstance(operation, op.Indicator):
            score = self.values[node]
            parts = tuple(self._parts(step, operation, own)) if is_number(score) else ()
            row_score = operation.row_score
            rows: FindRows = tuple if row_score is None else cache(partial(self.rows.losing, row_score))
            return _item(node, operation.name, "indicator", score, step.worth, rate, scale, parts, rows)
        assert isinstance(operation, op.Touchpoint)
        kind, worth = kind_of(operation), from_exact(operation.amount)
        return _item(node, operation.name, kind, self.values[node], worth, rate, scale)

    def _parts(self, score: Score, operation: op.Indicator, scale: Exact | None) -> Iterator[Item]:
        decided = score.decide(self.values)
        if decided is not None:
            yield _changed(score, operation.name, "condition", decided.value, scale, score.worth)
            return
        changes = list(changes_of(score, self.values))
        divisible = list(self._source(score, operation, scale))
        yield from divisible
        if not any(part.contribution is not None for part in divisible) and (score.extras or changes):
            source = score.source(self.values)
            yield _item(score.node, operation.name, "indicator", source, score.worth, ONE, scale)
        if divisible or score.extras or changes:
            for extra in score.extras:
                yield self.item(extra.node, Fraction(extra.sign), scale)
            for kind, change in changes:
                yield _changed(score, operation.name, kind, change, scale, ZERO)

    def _source(self, score: Score, operation: op.Indicator, scale: Exact | None) -> Iterator[Item]:
        """The parts of what is scored before extras; none where it is not made of parts."""
        if operation.row_score is not None:
            yield from self._row_parts(operation.row_score, scale)
        elif operation.value is None:
            applicable = [part for part in score.combination.parts if is_number(self.values[part.node])]
            rates = part_rates(score, applicable)
            for part in score.combination.parts:
                yield self.item(part.node, None if rates is None else rates.get(part.node, ZERO), scale)

    def _row_parts(self, row_score: op.Node, scale: Exact | None) -> Iterator[Item]:
        """Touchpoints scored on rows: what they bring over all rows, each row by its share in the folded score."""
        score = self.done.prepared.steps[row_score]
        assert isinstance(score, Score)
        if score.combination.kind in INDIVISIBLE:
            return
        sums = self.rows.sums(score)
        for node in (*(part.node for part in score.combination.parts), *(extra.node for extra in score.extras)):
            touchpoint = self.done.plan.nodes[node].operation
            assert isinstance(touchpoint, op.Touchpoint)
            kind, worth, found = kind_of(touchpoint), from_exact(touchpoint.amount), sums.pop(node, RowSum())
            yield _summed(node, touchpoint.name, kind, self.values[node], worth, found, scale)
        name = getattr(self.done.plan.nodes[row_score].operation, "name", "")
        for key, found in sums.items():
            if isinstance(key, str):
                yield _summed(row_score, name, key, found.brought, ZERO, found, scale)


def _item(
    node: op.Node,
    name: str,
    kind: ItemKind,
    points: Value,
    worth: Fraction,
    rate: Exact | None,
    scale: Exact | None,
    parts: tuple[Item, ...] = (),
    rows: FindRows = tuple,
) -> Item:
    """An item that brings `rate` points for each of its own; a penalty or bonus lacks nothing but what it takes."""
    if rate is None:
        return Item(node, name, kind, points, worth, None, None, None, rows, parts)
    if not is_number(points):
        return Item(node, name, kind, points, worth, ZERO, ZERO, scale, rows, parts)
    brought = reals.multiply(rate, points)
    full = ZERO if kind in ("penalty", "bonus") else reals.multiply(rate, worth)
    return Item(node, name, kind, points, worth, brought, reals.subtract(full, brought), scale, rows, parts)


def _summed(
    node: op.Node, name: str, kind: ItemKind, points: Value, worth: Fraction, found: RowSum, scale: Exact | None
) -> Item:
    return Item(node, name, kind, points, worth, found.brought, found.lost, scale, cache(found.rows))


def _changed(score: Score, name: str, kind: Change, change: Value, scale: Exact | None, worth: Fraction) -> Item:
    """A bound, rounding or condition that brought `change` points (of `worth`, where it stands for the whole score)."""
    brought = change if is_number(change) else ZERO
    return Item(score.node, name, kind, change, worth, brought, reals.subtract(worth, brought), scale)


def kind_of(touchpoint: op.Touchpoint) -> ItemKind:
    return "touchpoint" if touchpoint.stake == "worth" else touchpoint.stake
