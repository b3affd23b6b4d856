"""What each row brought to a score and what it cost: every touchpoint on every row, by the row's share in the fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from fractions import Fraction

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.reference.shares import INDIVISIBLE, Change, changes_of, part_rates
from rubric_dsl.engines.reference.trace import RowTrace, ScoreTrace, TouchpointTrace
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO, quotient, total
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Value, is_number
from rubric_dsl.explain.decisions import Decisions, limits_of, unrounded
from rubric_dsl.explain.explanation import Decision, ExplainedRow, ReadCell, Unmatched, Unobserved, losses
from rubric_dsl.explain.observed import Schemas, SubjectRows
from rubric_dsl.explain.unmatched import UnmatchedRows
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

ONE = Fraction(1)


@dataclass(slots=True)
class PartRows:
    """A part over all rows: what it brought to the folded score on each, and the rows with what each cost it."""

    brought: list[Exact] = field(default_factory=list)
    rows: list[ExplainedRow] = field(default_factory=list)
    unobserved: list[Unobserved] = field(default_factory=list)

    def contribution(self) -> Exact:
        return total(self.brought)

    def lost(self) -> Exact:
        return total(losses(self.rows, self.unobserved))


Key = op.Node | Change
"""A touchpoint, or what conditions, bounds and rounding changed on rows."""

Factor = tuple[Exact, Exact]
"""Points of the folded score for one point of a touchpoint on a row, and for all that it is worth."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Of a row by its scenario, and of the scenarios without rows that count as zero."""

    of_row: dict[Stratum, Exact]
    missing: dict[Stratum, Exact]


class Factors:
    """What a point of a touchpoint on a row is in the folded score; the same for all rows with equal shares."""

    def __init__(self, done: Run) -> None:
        self._done = done
        self._shares: dict[tuple[object, ...], Shares] = {}
        self._rates: dict[tuple[op.Node, tuple[op.Node, ...]], dict[op.Node, Exact]] = {}
        self._known: dict[tuple[op.Node, Exact, tuple[op.Node, ...]], dict[op.Node, Factor]] = {}

    def shares(self, node: op.Node, subject: Subject) -> Shares:
        """How much of the folded value of an item each of its rows is; the same where scenarios have as many rows."""
        fold = self._done.folds[node]
        tallies = self._done.totals.tallies.get(node, {}).get(subject, {})
        if fold.schema.folding == "totalled":
            return Shares(dict.fromkeys(tallies, ONE), {})
        key = (fold.schema.name, *fold.weights, *((s, tally.count) for s, tally in tallies.items()))
        if key not in self._shares:
            scenarios = fold.scenario_shares(tallies)
            of_row = {s: quotient(scenarios[s], Fraction(tally.count)) for s, tally in tallies.items()}
            self._shares[key] = Shares(of_row, {s: share for s, share in scenarios.items() if s not in tallies})
        return self._shares[key]

    def rates(self, row_score: op.Node, applicable: tuple[op.Node, ...]) -> dict[op.Node, Exact]:
        """Points of the row's score for one point of each of these touchpoints, where they are the applicable ones."""
        key = (row_score, applicable)
        if key not in self._rates:
            score, chosen = self._done.prepared.steps[row_score], set(applicable)
            assert isinstance(score, Score)
            self._rates[key] = part_rates(score, [p for p in score.combination.parts if p.node in chosen]) or {}
        return self._rates[key]

    def __call__(self, row_score: op.Node, share: Exact, applicable: tuple[op.Node, ...]) -> dict[op.Node, Factor]:
        """The same in points of the folded score, with what each touchpoint is worth there."""
        key = (row_score, share, applicable)
        if key not in self._known:
            made: dict[op.Node, Factor] = {}
            for node, rate in self.rates(row_score, applicable).items():
                touchpoint = self._done.prepared.steps[node]
                assert isinstance(touchpoint, Touchpoint)
                factor = reals.multiply(share, rate)
                made[node] = (factor, reals.multiply(factor, touchpoint.amount))
            self._known[key] = made
        return self._known[key]


class RowParts:
    """The parts of indicators of one subject that are scored on rows."""

    def __init__(
        self, done: Run, subject: Subject, schemas: Schemas, rows: SubjectRows, decisions: Decisions, factors: Factors,
        unmatched: UnmatchedRows,
    ) -> None:
        self._done = done
        self.factors = factors
        self._subject = subject
        self._schemas = schemas
        self._rows = rows
        self._decisions = decisions
        self._unmatched = unmatched

    def of(self, row_score: op.Node) -> dict[Key, PartRows]:
        """All parts of a row score, touchpoints in written order, then what else changed the score on rows."""
        return _Indicator(self, row_score).parts()

    def whole(self, row_score: op.Node, rate: Exact | None) -> PartRows:
        """The indicator itself on each row, for one whose parts have no contributions. `rate`: as of its item."""
        score, shares = self.score(row_score), self.factors.shares(row_score, self._subject)
        found = PartRows()
        for row, trace in self._rows.scored(row_score):
            if trace.condition is None:
                decision = self._decisions.changed(row_score, "combination", ())
            else:
                decision = self._decisions.condition(row_score, trace.condition)
            lost: Exact = ZERO
            if is_number(trace.score):
                lost = reals.multiply(shares.of_row[row.stratum], reals.subtract(score.worth, trace.score))
            own = None if rate is None else reals.multiply(rate, lost)
            read = self.read_by_condition(row, trace)
            found.rows.append(self.explained(row, read, trace.score, score.worth, own, decision))
        schema = self._done.folds[row_score].schema
        for stratum, share in shares.missing.items() if rate is not None else ():
            lost = reals.multiply(reals.multiply(share, score.worth), rate or ONE)
            found.unobserved.append(Unobserved(self._schemas.scenario(schema, stratum), lost))
        return found

    def alone(self, row_score: op.Node, touchpoint: op.Node) -> PartRows:
        """A touchpoint by itself, out of its own worth: the mean of the rows on which it applies."""
        step, shares = self._done.prepared.steps[touchpoint], self.factors.shares(touchpoint, self._subject)
        operation = self._done.plan.nodes[touchpoint].operation
        assert isinstance(step, Touchpoint) and isinstance(operation, op.Touchpoint)
        full = step.amount if operation.stake == "worth" else ZERO
        sign = ONE if operation.stake != "penalty" else -ONE
        found = PartRows()
        for row, trace in self._rows.scored(row_score):
            for part in trace.touchpoints:
                if part.node != touchpoint or not part.belongs:
                    continue
                counts = is_number(trace.score) and is_number(part.points)
                points = _signed(sign, part.points)
                lost: Exact = ZERO
                if counts and is_number(points):
                    lost = reals.multiply(shares.of_row[row.stratum], reals.subtract(full, points))
                found.rows.append(self.on_row(row, trace, part, step.amount, lost, counts))
        schema = self._done.folds[touchpoint].schema
        for stratum, share in shares.missing.items():
            scenario = self._schemas.scenario(schema, stratum)
            found.unobserved.append(Unobserved(scenario, reals.multiply(share, full)))
        return found

    # ------------------------------------------------------------ rows

    def score(self, row_score: op.Node) -> Score:
        score = self._done.prepared.steps[row_score]
        assert isinstance(score, Score)
        return score

    def on_row(
        self, row: RowTrace, trace: ScoreTrace, part: TouchpointTrace, worth: Fraction, lost: Exact | None, counts: bool
    ) -> ExplainedRow:
        """A touchpoint on a row. `counts`: the row has a score and the touchpoint points on it."""
        decision = self._decisions.on_row(trace, part)
        operation = self._done.plan.nodes[part.node].operation
        assert isinstance(operation, op.Touchpoint)
        node = operation.rule if decision.condition is None else decision.condition
        read = self._rows.read(node, row.values, row.table, row.row)
        before = None
        if counts and trace.condition is None and operation.rounding is not None and is_number(part.points):
            before = unrounded(self._done, part.node, row.values, part.points)
        points = part.points if counts else NOT_APPLICABLE
        others: tuple[Unmatched, ...] = ()
        if decision.table is not None and decision.row is not None:
            others = self._unmatched.of(part.node, decision.table, decision.row, row.values)
        return self.explained(row, read, points, worth, lost, decision, before, others)

    def read_by_condition(self, row: RowTrace, trace: ScoreTrace) -> tuple[ReadCell, ...]:
        if trace.condition is None:
            return ()
        condition = self._decisions.condition(trace.node, trace.condition).condition
        return () if condition is None else self._rows.read(condition, row.values, row.table, row.row)

    def explained(
        self, row: RowTrace, read: tuple[ReadCell, ...], points: Value, worth: Fraction, lost: Exact | None,
        decision: Decision, before: Exact | None = None, others: tuple[Unmatched, ...] = (),
    ) -> ExplainedRow:
        observed = self._rows.observed(row.table, row.row)
        return ExplainedRow(observed, read, points, worth, lost, decision, before, others)

    def changed(self, kind: Change, row: RowTrace, trace: ScoreTrace, score: Score, change: Exact, lost: Exact
                ) -> ExplainedRow:
        """What a bound, rounding or a condition changed on a row."""
        if trace.condition is not None:
            decision = self._decisions.condition(score.node, trace.condition)
        else:
            limits = limits_of(self._done, score, row.values) if kind == "limits" else ()
            decision = self._decisions.changed(score.node, kind, limits)
        worth = score.worth if kind == "condition" else ZERO
        return self.explained(row, self.read_by_condition(row, trace), change, worth, lost, decision)

    @property
    def done(self) -> Run:
        return self._done

    @property
    def subject(self) -> Subject:
        return self._subject

    def scored(self, row_score: op.Node) -> list[tuple[RowTrace, ScoreTrace]]:
        return self._rows.scored(row_score)

    @property
    def schemas(self) -> Schemas:
        return self._schemas


def _signed(sign: Fraction, points: Value) -> Value:
    return reals.negate(points) if is_number(points) and sign < 0 else points


class _Indicator:
    """One pass over the rows of an indicator."""

    def __init__(self, around: RowParts, row_score: op.Node) -> None:
        self.around = around
        self.score = around.score(row_score)
        self.row_score = row_score
        self.shares = around.factors.shares(row_score, around.subject)
        self.worths = {part.node: part.worth for part in self.score.combination.parts}
        self.signs = {extra.node: Fraction(extra.sign) for extra in self.score.extras}
        self.amounts = {
            node: from_exact(operation.amount) for node in self.signs
            for operation in [around.done.plan.nodes[node].operation] if isinstance(operation, op.Touchpoint)
        }
        self.divisible = self.score.combination.kind not in INDIVISIBLE
        self.found: dict[Key, PartRows] = {node: PartRows() for node in (*self.worths, *self.signs)}

    def parts(self) -> dict[Key, PartRows]:
        for row, trace in self.around.scored(self.row_score):
            self._row(row, trace)
        if self.divisible:
            for stratum, share in self.shares.missing.items():
                self._missing(stratum, share)
        return self.found

    def _row(self, row: RowTrace, trace: ScoreTrace) -> None:
        counted = is_number(trace.score)
        applicable = tuple(t.node for t in trace.touchpoints if t.node in self.worths and is_number(t.points))
        factors: dict[op.Node, Factor] = {}
        if counted and self.divisible:
            factors = self.around.factors(self.row_score, self.shares.of_row[row.stratum], applicable)
        for part in trace.touchpoints:
            if not part.belongs:
                continue
            if part.node in self.worths:
                self._touchpoint(row, trace, part, factors.get(part.node), counted)
            elif trace.condition is None:
                self._extra(row, trace, part, counted)
        if counted and self.divisible:
            self._changes(row, trace, bool(factors))

    def _touchpoint(
        self, row: RowTrace, trace: ScoreTrace, part: TouchpointTrace, factor: Factor | None, counted: bool
    ) -> None:
        worth, points = self.worths[part.node], part.points
        found = self.found[part.node]
        counts = counted and is_number(points)
        lost: Exact | None = ZERO if self.divisible else None
        if counts and is_number(points) and factor is not None:
            rate, full = factor
            if points == worth:
                found.brought.append(full)
            elif not points:
                lost = full
            else:
                brought = reals.multiply(rate, points)
                found.brought.append(brought)
                lost = reals.subtract(full, brought)
        found.rows.append(self.around.on_row(row, trace, part, worth, lost, counts))

    def _extra(self, row: RowTrace, trace: ScoreTrace, part: TouchpointTrace, counted: bool) -> None:
        found, points = self.found[part.node], part.points
        counts = counted and is_number(points)
        lost: Exact | None = ZERO if self.divisible else None
        if counts and is_number(points) and self.divisible and points:
            share = reals.multiply(self.shares.of_row[row.stratum], self.signs[part.node])
            brought = reals.multiply(share, points)
            found.brought.append(brought)
            lost = reals.negate(brought)
        found.rows.append(self.around.on_row(row, trace, part, self.amounts[part.node], lost, counts))

    def _changes(self, row: RowTrace, trace: ScoreTrace, has_parts: bool) -> None:
        share = self.shares.of_row[row.stratum]
        if trace.condition is not None:
            if not has_parts and is_number(trace.score):
                self._change("condition", row, trace, share, trace.score, reals.subtract(self.score.worth, trace.score))
            return
        operation = self.around.done.plan.nodes[self.row_score].operation
        assert isinstance(operation, op.RowScore)
        if operation.limits or operation.rounding is not None:
            for kind, change in changes_of(self.score, row.values):
                self._change(kind, row, trace, share, change, reals.negate(change))

    def _change(self, kind: Change, row: RowTrace, trace: ScoreTrace, share: Exact, change: Exact, lost: Exact) -> None:
        found = self.found.setdefault(kind, PartRows())
        found.brought.append(reals.multiply(share, change))
        missing = reals.multiply(share, lost)
        found.rows.append(self.around.changed(kind, row, trace, self.score, change, missing))

    def _missing(self, stratum: Stratum, share: Exact) -> None:
        """A scenario that counts as zero takes all that its touchpoints are worth."""
        scenario = self.around.schemas.scenario(self.around.done.folds[self.row_score].schema, stratum)
        belonging = tuple(node for node in self.worths if self._belongs(node, stratum))
        for node, (_, full) in self.around.factors(self.row_score, share, belonging).items():
            self.found[node].unobserved.append(Unobserved(scenario, full))

    def _belongs(self, node: op.Node, stratum: Stratum) -> bool:
        step = self.around.done.prepared.steps[node]
        return isinstance(step, Touchpoint) and (not step.strata or stratum in step.strata)


def row_score_of(done: Run, touchpoint: op.Node) -> op.Node | None:
    """The row score that a touchpoint scored on rows is part of."""
    return next(_row_scores(done, touchpoint), None)


def _row_scores(done: Run, touchpoint: op.Node) -> Iterator[op.Node]:
    for node in done.plan.nodes:
        operation = node.operation
        if isinstance(operation, op.RowScore):
            parts = {part.node for part in operation.parts} | set(operation.extras)
            if touchpoint in parts:
                yield node.id
