"""The tree of an explanation: what each item brings to its parent and loses, down to rows or to what a subject is.

The rules are those of `language.md` section 7: parts of a mean bring worth × w ÷ Σw of their own share; penalties and
bonuses what they take or give; what bounds, rounding and conditions change is a part of its own. The parts of a
geometric mean, a lowest or a highest bring nothing that could be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.reference.contributions import kind_of
from rubric_dsl.engines.reference.shares import INDIVISIBLE, changes_of, part_rates
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO, Values
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.explain.decisions import Decisions, limits_of
from rubric_dsl.explain.explanation import (
    Decision,
    ExplainedItem,
    ExplainedRow,
    Input,
    ItemKind,
    RubricLine,
    Standing,
    Unmatched,
)
from rubric_dsl.explain.observed import SubjectRows
from rubric_dsl.explain.places import Places
from rubric_dsl.explain.reading import Reading
from rubric_dsl.explain.rows import Key, PartRows, RowParts
from rubric_dsl.explain.standing import Standings
from rubric_dsl.explain.unmatched import UnmatchedRows
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import Outcome
from rubric_dsl.results.nothing import no_value
from rubric_dsl.text.record import dataclass

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an item brings and what its parent lacks because of it; None: the parent has no contributions.

    `scale`: points of the topmost item for one point of the parent.
    """

    contribution: Exact | None
    lost: Exact | None
    scale: Exact | None

    @property
    def overall(self) -> Exact | None:
        if self.lost is None or self.scale is None:
            return None
        return self.lost if self.scale == ONE else reals.multiply(self.lost, self.scale)


@dataclass(frozen=True, slots=True)
class Helpers:
    """What the tree of every subject of a run is made with."""

    done: Run
    places: Places
    reading: Reading
    decisions: Decisions
    standings: Standings
    unmatched: UnmatchedRows

    def others(self, item: op.Node, decision: Decision, values: Values) -> tuple[Unmatched, ...]:
        """The rows that did not match where a row of a table decided."""
        if decision.table is None or decision.row is None:
            return ()
        return self.unmatched.of(item, decision.table, decision.row, values)


class Tree:
    """The items of one subject."""

    def __init__(self, helpers: Helpers, subject: Subject, rows: SubjectRows, row_parts: RowParts) -> None:
        self._done = helpers.done
        self._help = helpers
        self._subject = subject
        self._values: Values = helpers.done.values[subject]
        self._rows = rows
        self._row_parts = row_parts
        self._named = {named.node: named for named in helpers.done.plan.values}
        self._all_lost: Exact | None = None

    def top(self, node: op.Node) -> ExplainedItem:
        """The item and all below it, in its own points."""
        self._all_lost = self._lacking(node)
        operation = self._done.plan.nodes[node].operation
        sign = _sign(kind_of(operation)) if isinstance(operation, op.Touchpoint) else ONE
        return self._item(node, sign, ONE)

    def alone(self, row_score: op.Node, node: op.Node) -> ExplainedItem:
        """A touchpoint that is scored on rows, by itself."""
        operation = self._done.plan.nodes[node].operation
        assert isinstance(operation, op.Touchpoint)
        self._all_lost = self._lacking(node)
        found = self._row_parts.alone(row_score, node)
        kind = kind_of(operation)
        worth = from_exact(operation.amount)
        amounts = _amounts(kind, self._values[node], worth, _sign(kind), ONE)
        return self._made(node, kind, self._values[node], worth, amounts, rows=found)

    # ------------------------------------------------------------ items

    def _lacking(self, node: op.Node) -> Exact | None:
        """All that was lost of the topmost item."""
        value, step = self._values[node], self._done.prepared.steps[node]
        operation = self._done.plan.nodes[node].operation
        if not is_number(value):
            return None
        if isinstance(operation, op.Touchpoint):
            worth = from_exact(operation.amount)
            return reals.subtract(worth, value) if operation.stake == "worth" else None
        return reals.subtract(step.worth, value) if isinstance(step, Score) else None

    def _item(self, node: op.Node, rate: Exact | None, scale: Exact | None) -> ExplainedItem:
        """`rate`: points of the parent for one point of the item; None where the parent has no contributions."""
        step, operation = self._done.prepared.steps[node], self._done.plan.nodes[node].operation
        points = self._values[node]
        if isinstance(operation, op.Touchpoint):
            kind, worth = kind_of(operation), from_exact(operation.amount)
            return self._leaf(node, kind, worth, _amounts(kind, points, worth, rate, scale), operation.rule)
        assert isinstance(step, Score) and isinstance(operation, op.Indicator)
        amounts = _amounts("indicator", points, step.worth, rate, scale)
        if not is_number(points):
            return self._made(node, "indicator", points, step.worth, amounts, decision=self._why_not(node, step))
        if operation.value is not None and step.decide(self._values) is None and not (
            step.extras or any(changes_of(step, self._values))
        ):
            return self._leaf(node, "indicator", step.worth, amounts, operation.value)
        own = None if rate is None or scale is None else reals.multiply(rate, scale)
        parts = tuple(self._parts(step, operation, own))
        combination = self._combination(operation)
        if not parts and operation.row_score is not None and combination in INDIVISIBLE:
            return self._indivisible_rows(node, operation.row_score, step.worth, rate, amounts)
        return self._made(node, "indicator", points, step.worth, amounts, parts=parts, combination=combination)

    def _why_not(self, node: op.Node, score: Score) -> Decision | None:
        """The condition for which an indicator has no score; None where the reason is another."""
        decided = score.decide(self._values)
        return None if decided is None else self._help.decisions.condition(node, decided.place)

    def _combination(self, operation: op.Indicator) -> op.Combination:
        row = None if operation.row_score is None else self._done.plan.nodes[operation.row_score].operation
        return row.combination if isinstance(row, op.RowScore) else operation.combination

    def _leaf(
        self, node: op.Node, kind: ItemKind, worth: Fraction, amounts: Amounts, rule: op.Node
    ) -> ExplainedItem:
        """An item with one value a subject: what decided, the facts with their row, the values that were read."""
        decision = self._help.decisions.of_subject(node, self._values)
        read = rule if decision.condition is None else decision.condition
        inputs = tuple(self._help.reading.inputs(read, self._values, top=False))
        points = self._values[node]
        rows = self._fact_rows(read, points, worth, amounts.lost, decision)
        others = self._help.others(node, decision, self._values)
        return self._made(
            node, kind, points, worth, amounts, decision=decision, inputs=inputs, rows=rows, unmatched=others,
        )

    def _fact_rows(
        self, read: op.Node, points: Value, worth: Fraction, lost: Exact | None, decision: Decision
    ) -> PartRows:
        """The rows of registers that were read; the first takes what was lost."""
        found = PartRows()
        tables = dict.fromkeys(table for table, _ in self._help.reading.columns(read, self._values))
        for table in tables:
            row = self._rows.facts(table)
            if row is not None:
                cells = self._rows.read(read, self._values, table, row)
                own = lost if lost is None or not found.rows else ZERO
                observed = self._rows.observed(table, row)
                found.rows.append(ExplainedRow(observed, cells, points, worth, own, decision))
        return found

    def _parts(self, score: Score, operation: op.Indicator, scale: Exact | None) -> Iterator[ExplainedItem]:
        decided = score.decide(self._values)
        if decided is not None:
            yield self._condition(score, operation, decided.place, decided.value, scale)
            return
        changes = list(changes_of(score, self._values))
        source = list(self._source(score, operation, scale))
        yield from source
        if not any(part.contribution is not None for part in source) and (score.extras or changes):
            points = score.source(self._values)
            amounts = _amounts("indicator", points, score.worth, ONE, scale)
            if not (score.extras and points == ZERO == score.worth):  # extras alone are added to nothing
                yield self._made(score.node, "indicator", points, score.worth, amounts, stands=False,
                                 combination=operation.combination)
        if source or score.extras or changes:
            for extra in score.extras:
                yield self._item(extra.node, Fraction(extra.sign), scale)
            for kind, change in changes:
                limits = limits_of(self._done, score, self._values) if kind == "limits" else ()
                decision = self._help.decisions.changed(score.node, kind, limits)
                amounts = Amounts(change, reals.negate(change), scale)
                yield self._made(score.node, kind, change, ZERO, amounts, decision=decision, stands=False)

    def _condition(
        self, score: Score, operation: op.Indicator, place: int, value: Value, scale: Exact | None
    ) -> ExplainedItem:
        """A condition of one value a subject, which stands for the whole score."""
        decision = self._help.decisions.condition(score.node, place)
        node = operation.conditions[place].node
        inputs = tuple(self._help.reading.inputs(node, self._values, top=False))
        brought = value if is_number(value) else ZERO
        amounts = Amounts(brought, reals.subtract(score.worth, brought), scale)
        rows = self._fact_rows(node, value, score.worth, amounts.lost, decision)
        return self._made(
            score.node, "condition", value, score.worth, amounts, decision=decision, inputs=inputs, rows=rows,
            stands=False,
        )

    def _source(self, score: Score, operation: op.Indicator, scale: Exact | None) -> Iterator[ExplainedItem]:
        """The parts of what is scored before extras; none where it is not made of parts."""
        if operation.row_score is not None:
            yield from self._from_rows(operation.row_score, scale)
        elif operation.value is None:
            applicable = [part for part in score.combination.parts if is_number(self._values[part.node])]
            rates = part_rates(score, applicable)
            for part in score.combination.parts:
                yield self._item(part.node, None if rates is None else rates.get(part.node, ZERO), scale)

    # ------------------------------------------------------------ items on rows

    def _from_rows(self, row_score: op.Node, scale: Exact | None) -> Iterator[ExplainedItem]:
        """Touchpoints scored on rows: what they bring over all rows, each row by its share in the folded score."""
        score = self._row_parts.score(row_score)
        if score.combination.kind in INDIVISIBLE:
            return
        for key, found in self._row_parts.of(row_score).items():
            yield self._from_row_part(row_score, key, found, scale)

    def _from_row_part(
        self, row_score: op.Node, key: Key, found: PartRows, scale: Exact | None
    ) -> ExplainedItem:
        amounts = Amounts(found.contribution(), found.lost(), scale)
        if isinstance(key, str):
            brought = amounts.contribution
            assert brought is not None
            decision = found.rows[0].decision
            return self._made(row_score, key, brought, ZERO, amounts, rows=found, decision=decision, stands=False)
        operation = self._done.plan.nodes[key].operation
        assert isinstance(operation, op.Touchpoint)
        worth = from_exact(operation.amount)
        return self._made(key, kind_of(operation), self._values[key], worth, amounts, rows=found)

    def _indivisible_rows(
        self, node: op.Node, row_score: op.Node, worth: Fraction, rate: Exact | None, amounts: Amounts
    ) -> ExplainedItem:
        """An indicator whose touchpoints have no contributions: it is itself where points were lost, row by row.

        Its parts are shown as the factors that they are.
        """
        none = Amounts(None, None, None)
        parts = []
        for key, found in self._row_parts.of(row_score).items():
            operation = self._done.plan.nodes[key].operation if isinstance(key, int) else None
            if isinstance(operation, op.Touchpoint) and isinstance(key, int):
                amount = from_exact(operation.amount)
                parts.append(self._made(key, kind_of(operation), self._values[key], amount, none, rows=found))
        return self._made(
            node, "indicator", self._values[node], worth, amounts, rows=self._row_parts.whole(row_score, rate),
            parts=tuple(parts), combination=self._row_parts.score(row_score).combination.kind,
        )

    # ------------------------------------------------------------ making

    def _made(
        self, node: op.Node, kind: ItemKind, points: Value, worth: Fraction, amounts: Amounts, *,
        parts: tuple[ExplainedItem, ...] = (), rows: PartRows | None = None, decision: Decision | None = None,
        inputs: tuple[Input, ...] = (), unmatched: tuple[Unmatched, ...] = (),
        combination: op.Combination = "sum", stands: bool = True,
    ) -> ExplainedItem:
        """`stands`: the item has a value of its own among those of the other subjects."""
        named = self._named.get(node)
        plan_node = self._done.plan.nodes[node]
        name = getattr(plan_node.operation, "name", plan_node.operation.kind) if named is None else named.name
        overall = amounts.overall
        share = None
        if overall is not None and self._all_lost is not None and self._all_lost != ZERO:
            share = reals.divide(overall, self._all_lost)
        return ExplainedItem(
            node=node, name=name, label=self._label(node, name), kind=kind, type=plan_node.type,
            points=self._outcome(node, points), worth=worth, contribution=amounts.contribution, lost=amounts.lost,
            scale=amounts.scale, overall=overall, share=share, standing=self._standing(node, kind) if stands else None,
            line=self._line(node), combination=combination, decision=decision, inputs=inputs,
            unmatched=unmatched, rows=tuple(rows.rows) if rows else (),
            unobserved=tuple(rows.unobserved) if rows else (), parts=parts,
        )

    def _label(self, node: op.Node, name: str) -> str | None:
        named = self._named.get(node) or next((n for n in self._done.plan.values if n.name == name), None)
        return None if named is None else named.label

    def _line(self, node: op.Node) -> RubricLine:
        """The line of an item; the rule of a touchpoint that reads a private cell is not quoted."""
        if isinstance(self._done.plan.nodes[node].operation, op.Touchpoint):
            return self._help.decisions.rule(node).line
        return self._help.places.item(node)

    def _outcome(self, node: op.Node, points: Value) -> Outcome:
        if is_number(points):
            return points
        return no_value(self._done, node, self._values)

    def _standing(self, node: op.Node, kind: ItemKind) -> Standing | None:
        return self._help.standings.of(self._subject, node, lowest_first=kind == "penalty")


def _sign(kind: ItemKind) -> Fraction:
    """A penalty takes its points off."""
    return -ONE if kind == "penalty" else ONE


def _amounts(kind: ItemKind, points: Value, worth: Fraction, rate: Exact | None, scale: Exact | None) -> Amounts:
    """An item that brings `rate` points for each of its own; a penalty or bonus lacks nothing but what it takes."""
    if rate is None:
        return Amounts(None, None, None)
    if not is_number(points):
        return Amounts(ZERO, ZERO, scale)
    brought = points if rate == ONE else reals.multiply(rate, points)
    full = ZERO if kind in ("penalty", "bonus") else worth if rate == ONE else reals.multiply(rate, worth)
    return Amounts(brought, reals.subtract(full, brought), scale)
