"""Each row's share in a folded score, and what each touchpoint brings and loses over all rows.

Rows on which the same touchpoints count and that have the same share are alike: of each touchpoint only its different
points are looked at, with the rows that have them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cmp_to_key, partial
from itertools import groupby
from operator import itemgetter

from rubric_dsl.engines.contract import Change, RowPoints, Stratum, Subject
from rubric_dsl.engines.reference.points import changes_of, points_of_rows
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO, Weighed, quotient, weighed_total
from rubric_dsl.evaluation.scores import Score, Touchpoint, WeightedPart, weight_of
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

__all__ = ["INDIVISIBLE", "Change", "RowNumber", "RowShares", "RowSum", "changes_of", "part_rates"]

INDIVISIBLE = ("geometric mean", "lowest", "highest")
"""Combinations whose parts have no contributions."""

RowNumber = tuple[str, int]
"""A table and the number of a row as a spreadsheet shows it."""

ONE = Fraction(1)
FEW = 8
"""So many different values of a column are counted one by one."""


def part_rates(score: Score, applicable: Iterable[WeightedPart]) -> dict[op.Node, Exact] | None:
    """Points of the score for one point of each part, where these are the applicable ones; None: indivisible."""
    if score.combination.kind in INDIVISIBLE:
        return None
    parts = list(applicable)
    whole = weight_of(parts)
    return {part.node: quotient(reals.multiply(score.worth, part.rate), whole) for part in parts}


Places = Callable[[], Sequence[int]]
Effect = tuple[Exact, Exact, int, Places]
"""What is brought and what is lost on each of so many rows, and the places of these rows."""


class RowSum:
    """What something brought and lost over rows, in points of the folded score, and where it lost."""

    def __init__(self, points: RowPoints | None = None) -> None:
        self.brought: Exact = ZERO
        self.lost: Exact = ZERO
        self._points = points
        self._losing: list[tuple[Exact, Exact, Places]] = []

    def add(self, share: Exact, effects: Iterable[Effect]) -> None:
        """`share` of the effect on each row counts."""
        brought: list[Weighed] = []
        lost: list[Weighed] = []
        for given, missing, count, places in effects:
            if given:
                brought.append((count, given))
            if missing:
                lost.append((count, missing))
                self._losing.append((share, missing, places))
        if brought:
            self.brought = reals.add(self.brought, reals.multiply(share, weighed_total(brought)))
        if lost:
            self.lost = reals.add(self.lost, reals.multiply(share, weighed_total(lost)))

    def lose(self, missing: Exact) -> None:
        """Not on a row."""
        self.lost = reals.add(self.lost, missing)

    def rows(self) -> tuple[RowNumber, ...]:
        """Where points were lost, most first."""
        if self._points is None:
            return ()
        losing = ((reals.multiply(share, missing), places()) for share, missing, places in self._losing)
        return most_lost_first(losing, self._points)


def most_lost_first(losing: Iterable[tuple[Exact, Sequence[int]]], points: RowPoints) -> tuple[RowNumber, ...]:
    """The rows by what they lost; equals in order of the file."""
    most_first = cmp_to_key(reals.compare)
    positive = [(most_first(reals.negate(lost)), places) for lost, places in losing if reals.compare(lost, ZERO) > 0]
    found: list[RowNumber] = []
    for _, equal in groupby(sorted(positive, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        together = sorted((place for _, places in equal for place in places), key=points.order.__getitem__)
        found += ((points.table, points.numbers[place]) for place in together)
    return tuple(found)


Sums = dict[op.Node | Change, RowSum]


class RowShares:
    """The rows of one subject and what they bring to its folded scores."""

    def __init__(self, done: Run, subject: Subject) -> None:
        self._done = done
        self._subject = subject

    def _points(self, score: Score) -> RowPoints:
        return points_of_rows(self._done, self._subject, score)

    def _effects(
        self, score: Score, points: RowPoints, alike: _Alike
    ) -> Iterator[tuple[op.Node | Change, list[Effect]]]:
        """What rows that are alike brought and lost."""
        rates = self._rates(score, points, alike.counting)
        if alike.decided and not rates.parts:
            yield "condition", [
                (*rates.of_score(raw), count, partial(alike.rows_with, -1, raw))
                for raw, count in alike.counted(-1).items()
            ]
        for place, node in enumerate(points.touchpoints):
            if node in rates.parts or (node in rates.signs and alike.counting[place] and not alike.decided):
                yield node, [
                    (*rates.of_points(place, raw), count, partial(alike.rows_with, place, raw))
                    for raw, count in alike.counted(place).items()
                ]

    def _rates(self, score: Score, points: RowPoints, counting: tuple[bool, ...]) -> _Rates:
        """Shared between subjects."""
        known = self._done.memo
        key = (score.node, counting)
        if key not in known:
            known[key] = _Rates(score, points, counting)
        found = known[key]
        assert isinstance(found, _Rates)
        return found

    def sums(self, score: Score) -> Sums:
        """Of each touchpoint of a row score, and of what bounds, rounding and conditions changed on rows.

        Where a condition decided, each touchpoint of the row's scenario has its share of that value; a scenario that
        `missing: 0` scores takes all that its touchpoints are worth.
        """
        points = self._points(score)
        shares = self._shares(score.node)
        sums: Sums = {}

        def sum_of(key: op.Node | Change) -> RowSum:
            return sums.setdefault(key, RowSum(points))

        for alike in _alike(points, shares.of_row):
            for key, effects in self._effects(score, points, alike):
                sum_of(key).add(alike.share, effects)
        for (kind, stratum, change), places in points.changes.items():
            effect = change, reals.negate(change), len(places), partial(tuple, places)
            sum_of(kind).add(shares.of_row[stratum], [effect])
        for stratum, share in shares.missing.items():
            for node, rate, worth in self._belonging(score, stratum):
                sum_of(node).lose(reals.multiply(share, reals.multiply(rate, worth)))
        return sums

    def losing(self, row_score: op.Node) -> tuple[RowNumber, ...]:
        """The rows on which the indicator scored less than it is worth, most lost first."""
        score = self._done.prepared.steps[row_score]
        assert isinstance(score, Score)
        points = self._points(score)
        by_score: dict[object, list[int]] = {}
        for place, value in enumerate(points.scores):
            if value is not None:
                by_score.setdefault(value, []).append(place)
        lost = [(reals.subtract(score.worth, points.exact(-1, value)), places) for value, places in by_score.items()]
        return most_lost_first(lost, points)

    def _belonging(self, score: Score, stratum: Stratum) -> Iterator[tuple[op.Node, Exact, Fraction]]:
        """The touchpoints of a scenario with the points of the score for one of theirs, and their worths."""
        parts = []
        for part in score.combination.parts:
            touchpoint = self._done.prepared.steps[part.node]
            if isinstance(touchpoint, Touchpoint) and (not touchpoint.strata or stratum in touchpoint.strata):
                parts.append(part)
        rates = part_rates(score, parts) or {}
        yield from ((part.node, rates[part.node], part.worth) for part in parts)

    def _shares(self, score: op.Node) -> _Shares:
        fold, totals = self._done.folds[score], self._done.totals
        tallies = totals.tallies.get(score, {}).get(self._subject, {})
        if fold.schema.folding == "totalled":
            return _Shares(dict.fromkeys(tallies, ONE), {})
        scenarios = fold.scenario_shares(tallies)
        of_row = {s: quotient(scenarios[s], Fraction(tally.count)) for s, tally in tallies.items()}
        return _Shares(of_row, {s: share for s, share in scenarios.items() if s not in tallies})


@dataclass(frozen=True, slots=True)
class _Shares:
    """Of a row by its scenario, and of the scenarios without rows that count."""

    of_row: dict[Stratum, Exact]
    missing: dict[Stratum, Exact]


class _Rates:
    """What points bring to a row score, and what their lack loses, where these touchpoints count."""

    def __init__(self, score: Score, points: RowPoints, counting: Sequence[bool]) -> None:
        nodes = {node for node, counts in zip(points.touchpoints, counting, strict=True) if counts}
        parts = [part for part in score.combination.parts if part.node in nodes]
        rates = (part_rates(score, parts) or {}) if parts else {}
        self.parts = {part.node: (rates[part.node], part.worth) for part in parts if rates}
        self.signs = {extra.node: Fraction(extra.sign) for extra in score.extras}
        self._worth = score.worth
        self._points = points
        self._known: dict[tuple[int, object], tuple[Exact, Exact]] = {}

    def of_points(self, place: int, raw: object) -> tuple[Exact, Exact]:
        """What the touchpoint at this place brings and loses with these points."""
        found = self._known.get((place, raw))
        if found is None:
            node, value = self._points.touchpoints[place], self._points.exact(place, raw)
            if node in self.parts:
                rate, worth = self.parts[node]
                found = reals.multiply(rate, value), reals.multiply(rate, reals.subtract(worth, value))
            else:
                brought = reals.multiply(self.signs[node], value)
                found = brought, reals.negate(brought)
            self._known[place, raw] = found
        return found

    def of_score(self, raw: object) -> tuple[Exact, Exact]:
        """The same of a score that a condition gave."""
        value = self._points.exact(-1, raw)
        return value, reals.subtract(self._worth, value)


class _Alike:
    """Rows with the same share on which the same touchpoints count, by what each of these brought."""

    def __init__(self, points: RowPoints, places: Sequence[int], share: Exact, decided: bool, counting: tuple[bool, ...]
                 ) -> None:
        self.share = share
        self.decided = decided
        self.counting = counting
        self._points = points
        self._places = places

    def _column(self, place: int) -> Sequence[object]:
        column = self._points.scores if place < 0 else self._points.points[place]
        places = self._places
        return itemgetter(*places)(column) if len(places) > 1 else [column[places[0]]]

    def counted(self, place: int) -> Mapping[object, int]:
        """How many rows have which points of a touchpoint, or which score for -1."""
        column = self._column(place)
        different = set(column)
        return {value: column.count(value) for value in different} if len(different) < FEW else Counter(column)

    def rows_with(self, place: int, raw: object) -> Sequence[int]:
        return [row for row, value in zip(self._places, self._column(place), strict=True) if value == raw]


def _alike(points: RowPoints, shares: dict[Stratum, Exact]) -> Iterable[_Alike]:
    """The rows that have a score, those that are alike together, in order of their first."""
    firsts: dict[Exact, Stratum] = {}
    same_share = {stratum: firsts.setdefault(share, stratum) for stratum, share in shares.items()}
    counting: Iterable[tuple[bool, ...]] = [(True,) * len(points.points)] * len(points.scores)
    if any(None in column for column in points.points):
        counting = (tuple(value is not None for value in row) for row in zip(*points.points, strict=True))
    found: dict[tuple[Stratum, bool, tuple[bool, ...]], list[int]] = {}
    for place, (stratum, score, decided, counts) in enumerate(
        zip(points.strata, points.scores, points.decided, counting, strict=True)
    ):
        if score is not None:
            found.setdefault((same_share[stratum], decided, counts), []).append(place)
    return [
        _Alike(points, places, shares[stratum], decided, counts) for (stratum, decided, counts), places in found.items()
    ]
