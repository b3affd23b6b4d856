"""Each row's share in a folded score, and what each touchpoint brings and loses over all rows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import field
from fractions import Fraction
from functools import cmp_to_key
from typing import Literal

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.reference.trace import RowTrace, ScoreTrace, trace_of
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO, Values, quotient
from rubric_dsl.evaluation.scores import Score, Touchpoint, WeightedPart, weight_of
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

INDIVISIBLE = ("geometric mean", "lowest", "highest")
"""Combinations whose parts have no contributions."""

Change = Literal["condition", "limits", "rounding"]
RowNumber = tuple[str, int]
"""A table and the number of a row as a spreadsheet shows it."""

ONE = Fraction(1)


def part_rates(score: Score, applicable: Iterable[WeightedPart]) -> dict[op.Node, Exact] | None:
    """Points of the score for one point of each part, where these are the applicable ones; None: indivisible."""
    if score.combination.kind in INDIVISIBLE:
        return None
    parts = list(applicable)
    whole = weight_of(parts)
    return {part.node: quotient(reals.multiply(score.worth, part.rate), whole) for part in parts}


def changes_of(score: Score, values: Values) -> Iterator[tuple[Change, Exact]]:
    """By how much bounds and rounding changed a score that no condition decided; nothing where they changed nothing."""
    summed = score.with_extras(score.source(values), values)
    limited = score.limited(summed, values)
    rounded = score.rounder(limited)
    if is_number(summed) and is_number(limited) and is_number(rounded):
        steps: list[tuple[Change, Exact]] = [
            ("limits", reals.subtract(limited, summed)),
            ("rounding", reals.subtract(rounded, limited)),
        ]
        yield from (step for step in steps if step[1] != ZERO)


@dataclass(slots=True)
class RowSum:
    """What something brought and lost over rows, in points of the folded score, and where it lost."""

    brought: Exact = ZERO
    lost: Exact = ZERO
    _losing: list[tuple[RowNumber, Exact]] = field(default_factory=list)

    def add(self, share: Exact, brought: Exact, lost: Exact, row: RowNumber | None) -> None:
        # Most rows give all or nothing: what is zero is neither scaled nor added.
        if brought is not ZERO and brought != ZERO:
            self.brought = reals.add(self.brought, reals.multiply(share, brought))
        if lost is ZERO or lost == ZERO:
            return
        missing = reals.multiply(share, lost)
        self.lost = reals.add(self.lost, missing)
        if row is not None and reals.compare(missing, ZERO) > 0:
            self._losing.append((row, missing))

    @property
    def rows(self) -> tuple[RowNumber, ...]:
        return most_lost_first(self._losing)


def most_lost_first(losing: Iterable[tuple[RowNumber, Exact]]) -> tuple[RowNumber, ...]:
    """The rows by what they lost; equals in order of the file."""

    def compared(a: tuple[RowNumber, Exact], b: tuple[RowNumber, Exact]) -> int:
        return reals.compare(b[1], a[1])

    return tuple(row for row, _ in sorted(losing, key=cmp_to_key(compared)))


Sums = dict[op.Node | Change, RowSum]


class RowShares:
    """The rows of one subject and what they bring to its folded scores."""

    def __init__(self, done: Run, subject: Subject) -> None:
        self._done = done
        self._subject = subject
        self._trace = trace_of(done, subject)
        self._rates: dict[tuple[op.Node, frozenset[op.Node]], dict[op.Node, Exact]] = {}

    def sums(self, score: Score) -> Sums:
        """Of each touchpoint of a row score, and of what bounds, rounding and conditions changed on rows.

        Where a condition decided, each touchpoint of the row's scenario has its share of that value; a scenario that
        `missing: 0` scores takes all that its touchpoints are worth.
        """
        sums: Sums = {}
        shares = self._shares(score.node)
        for row, trace in self._trace.of(score.node):
            if is_number(trace.score):
                self._add_row(sums, score, shares.of_row[row.stratum], row, trace)
        for stratum, share in shares.missing.items():
            for node, rate, worth in self._belonging(score, stratum):
                sums.setdefault(node, RowSum()).add(share, ZERO, reals.multiply(rate, worth), None)
        return sums

    def losing(self, row_score: op.Node) -> tuple[RowNumber, ...]:
        """The rows on which the indicator scored less than it is worth, most lost first."""
        score = self._done.prepared.steps[row_score]
        assert isinstance(score, Score)
        lost = [
            ((row.table, row.row.number), reals.subtract(score.worth, trace.score))
            for row, trace in self._trace.of(row_score)
            if is_number(trace.score)
        ]
        return most_lost_first(entry for entry in lost if reals.compare(entry[1], ZERO) > 0)

    def _add_row(self, sums: Sums, score: Score, share: Exact, row: RowTrace, trace: ScoreTrace) -> None:
        place = (row.table, row.row.number)

        def add(key: op.Node | Change, brought: Exact, lost: Exact) -> None:
            sums.setdefault(key, RowSum()).add(share, brought, lost, place)

        counting = {t.node: t.points for t in trace.touchpoints if is_number(t.points)}
        rates = self._rates_of(score, counting)
        for part in score.combination.parts:
            if part.node in rates:
                points, rate = counting[part.node], rates[part.node]
                add(part.node, reals.multiply(rate, points), reals.multiply(rate, reals.subtract(part.worth, points)))
        if trace.condition is not None:
            if not rates and is_number(trace.score):
                add("condition", trace.score, reals.subtract(score.worth, trace.score))
            return
        for extra in score.extras:
            if extra.node in counting:
                brought = reals.multiply(Fraction(extra.sign), counting[extra.node])
                add(extra.node, brought, reals.negate(brought))
        for kind, change in changes_of(score, row.values):
            add(kind, change, reals.negate(change))

    def _rates_of(self, score: Score, counting: Container[op.Node]) -> dict[op.Node, Exact]:
        """Points of the score for one of each part that counts on a row; rows with the same parts share them."""
        parts = [part for part in score.combination.parts if part.node in counting]
        key = (score.node, frozenset(part.node for part in parts))
        if key not in self._rates:
            self._rates[key] = part_rates(score, parts) or {}
        return self._rates[key]

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
