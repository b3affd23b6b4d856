"""How far a subject is from its neighbours: the next place in every indicator, the next class of every share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import NamedValue
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The next better or worse value among all subjects, how far it is, and who has it."""

    distance: Exact
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class PlaceDistance:
    named: NamedValue
    place: int
    of: int
    above: Neighbour | None
    below: Neighbour | None


@dataclass(frozen=True, slots=True)
class ClassDistance:
    """How many of `rows` more (negative: fewer) would have had to be so for the share to be in the class `name`."""

    named: NamedValue
    measure: op.Node
    rows: int
    more: int
    share: Fraction
    name: str


def places(done: Run, subject: Subject) -> Iterator[PlaceDistance]:
    """Of every indicator in which the subject has a number."""
    for named in done.plan.values:
        value = done.values[subject][named.node]
        if named.kind != "indicator" or not is_number(value):
            continue
        others = [(own, found) for own in done.subjects if is_number(found := done.values[own][named.node])]
        gaps = [(own, reals.subtract(found, value)) for own, found in others]
        better = sum(reals.compare(gap, Fraction(0)) > 0 for _, gap in gaps)
        above = _nearest([(own, gap) for own, gap in gaps if reals.compare(gap, Fraction(0)) > 0])
        below = _nearest([(own, reals.negate(gap)) for own, gap in gaps if reals.compare(gap, Fraction(0)) < 0])
        yield PlaceDistance(named, better + 1, len(others), above, below)


def _nearest(gaps: list[tuple[Subject, Exact]]) -> Neighbour | None:
    if not gaps:
        return None
    least = gaps[0][1]
    for _, gap in gaps:
        least = gap if reals.compare(gap, least) < 0 else least
    return Neighbour(least, tuple(own for own, gap in gaps if reals.compare(gap, least) == 0))


def classes(done: Run, subject: Subject) -> Iterator[ClassDistance]:
    """Of every classification by a share of the subject's rows: the next class on either side."""
    for named in done.plan.values:
        if named.kind != "bands" or done.plan.nodes[named.node].grain.kind != "subject":
            continue
        chain = _chain(done, named.node)
        share = done.plan.nodes[chain[-1]].operation
        if not isinstance(share, op.Aggregate) or share.name != "share" or share.pooled or share.operand is None:
            continue
        now = done.values[subject][named.node]
        yes, rows = _counted(done, subject, share)
        for step in (1, -1):
            for more in range(step, step * (rows + 1), step):
                if not 0 <= yes + more <= rows:
                    break
                found = _class(done, subject, chain, Fraction(yes + more, rows))
                if isinstance(found, str) and found != now:
                    yield ClassDistance(named, chain[-1], rows, more, Fraction(yes + more, rows), found)
                    break


def _chain(done: Run, node: op.Node) -> list[op.Node]:
    """From a classification down to what is classified."""
    found = [node]
    while True:
        operation = done.plan.nodes[found[-1]].operation
        if isinstance(operation, op.Table) and len(operation.inputs) == 1:
            found.append(operation.inputs[0])
        elif isinstance(operation, op.Round):
            found.append(operation.operand)
        else:
            return found


def _counted(done: Run, subject: Subject, share: op.Aggregate) -> tuple[int, int]:
    """Of the rows that a share is over, how many are so, and how many there are."""
    yes = rows = 0
    needed = tuple(node for node in (share.operand, share.where) if node is not None)
    for row in done.rows[share.table].get(subject, ()):
        values = evaluate_row(done.prepared, row.values, needed)
        if share.where is None or values[share.where] is True:
            rows += 1
            yes += share.operand is not None and values[share.operand] is True
    return yes, rows


def _class(done: Run, subject: Subject, chain: list[op.Node], share: Fraction) -> object:
    values = list(done.values[subject])
    values[chain[-1]] = share
    for node in reversed(chain[:-1]):
        step = done.prepared.steps[node]
        assert step is not None
        values[node] = step(values, {})
    return values[chain[0]]
