"""Why a subject has its score: the rows scored again with everything kept, checked against the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run, tells_private
from rubric_dsl.evaluation.arithmetic import ZERO, total
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.values import NOT_APPLICABLE
from rubric_dsl.explain.decisions import Decisions
from rubric_dsl.explain.explanation import (
    Decision,
    ExplainedItem,
    ExplainedRow,
    Explanation,
    ItemKind,
    Observed,
    Place,
    ReadCell,
    RowCost,
    leaves,
)
from rubric_dsl.explain.items import Helpers, Tree
from rubric_dsl.explain.observed import Schemas, SubjectRows
from rubric_dsl.explain.places import LinesOf, Places
from rubric_dsl.explain.reading import Reading
from rubric_dsl.explain.rows import ONE, Factors, RowParts, row_score_of
from rubric_dsl.explain.standing import Standings
from rubric_dsl.explain.unmatched import UnmatchedRows
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.periods import period_shown
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.plan.naming import group_label, label_of
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import RankingResult
from rubric_dsl.results.placement import ranking_of


def explain(done: Run, subject: Subject, named: NamedValue, lines_of: LinesOf | None = None) -> Explanation:
    """One item of one subject of a run without problems; for several, an `Explainer` does what they share once."""
    return Explainer(done, lines_of).explain(subject, named)


def roots(plan: ScoringPlan) -> tuple[NamedValue, ...]:
    """What is explained when nothing is named: what the first ranking ranks by, else every outermost indicator."""
    if plan.rankings:
        return tuple(named for named in plan.values if named.name == plan.rankings[0].by)
    outermost = tuple(named for named in plan.values if named.kind == "indicator" and named.depth == 0)
    return outermost or explainable(plan)


def explainable(plan: ScoringPlan) -> tuple[NamedValue, ...]:
    """Everything that has one value a subject or is scored on rows; measures of rows have no value of a subject."""
    return tuple(
        named for named in plan.values
        if named.kind in ("indicator", "touchpoint") or (
            plan.nodes[named.node].grain.kind != "row" and not tells_private(plan, named.node))
    )


class Explainer:
    """Explains subjects of one run. `lines_of` gives the text of the rubric; without it places have no words.

    `standings`: where subjects stand, if the run has not all of them.
    """

    def __init__(self, done: Run, lines_of: LinesOf | None = None, standings: Standings | None = None) -> None:
        self._done = done
        places = Places(done.plan, lines_of)
        reading = Reading(done, places)
        self._standings = standings or Standings(done)
        decisions, unmatched = Decisions(done, places, reading), UnmatchedRows(done, places, reading)
        self._help = Helpers(done, places, reading, decisions, self._standings, unmatched)
        self._schemas = Schemas(done)
        self._factors = Factors(done)
        self._subjects: dict[Subject, SubjectRows] = {}
        self._rankings: dict[str, RankingResult] = {}

    def explain(self, subject: Subject, named: NamedValue) -> Explanation:
        """Raises DoesNotAddUp if the parts were not the whole, KeyError for a subject that the run does not have."""
        item = self._item(subject, named)
        label = label_of(self._done.plan, subject)
        place = self._place(subject, named.node)
        corrected = tuple(self._rows(subject).corrected())
        return Explanation(subject, item, place, tuple(costs(item)), corrected, label, self._period())

    def _period(self) -> str | None:
        plan, period = self._done.plan, self._done.period
        return None if period is None else period_shown(plan, period)

    def _rows(self, subject: Subject) -> SubjectRows:
        if subject not in self._subjects:
            self._subjects[subject] = SubjectRows(self._done, subject, self._schemas, self._help.reading)
        return self._subjects[subject]

    def _row_parts(self, subject: Subject, rows: SubjectRows) -> RowParts:
        return RowParts(self._done, subject, self._schemas, rows, self._help.decisions, self._factors,
                        self._help.unmatched)

    def _item(self, subject: Subject, named: NamedValue) -> ExplainedItem:
        rows = self._rows(subject)
        tree = Tree(self._help, subject, rows, self._row_parts(subject, rows))
        node = self._done.plan.nodes[named.node]
        if isinstance(node.operation, op.Touchpoint) and node.grain.kind == "row":
            row_score = row_score_of(self._done, named.node)
            assert row_score is not None
            return tree.alone(row_score, named.node)
        if isinstance(node.operation, (op.Indicator, op.Touchpoint)):
            return tree.top(named.node)
        return self._measure(subject, named, rows)

    def _measure(self, subject: Subject, named: NamedValue, rows: SubjectRows) -> ExplainedItem:
        """A measure or a classification in brief: its value, what it was made of, the rows that an aggregate read."""
        values, node = self._done.values[subject], self._done.plan.nodes[named.node]
        decision = self._help.decisions.of_measure(named.node, values)
        points = self._help.reading.outcome(named.node, values)
        kind: ItemKind = "bands" if named.kind == "bands" else "measure"
        return ExplainedItem(
            node=named.node, name=named.name, label=named.label, kind=kind, type=node.type,
            points=points, worth=None, contribution=None, lost=None, scale=None,
            overall=None, share=None, standing=self._help.standings.of(subject, named.node, lowest_first=False),
            line=self._help.places.at(named.lines, to_end=True), decision=decision,
            class_label=named.class_labels.get(str(points)),
            inputs=tuple(self._help.reading.inputs(named.node, values)),
            unmatched=self._help.others(named.node, decision, values),
            rows=tuple(self._read_rows(named.node, rows, decision)),
        )

    def _read_rows(self, node: op.Node, rows: SubjectRows, decision: Decision) -> Iterable[ExplainedRow]:
        """The rows that were selected where the measure is an aggregate; the facts where it reads some."""
        aggregate = self._done.plan.nodes[node].operation
        if not isinstance(aggregate, op.Aggregate):
            values = self._done.values[rows.subject]
            for table in dict.fromkeys(table for table, _ in self._help.reading.columns(node, values)):
                row = rows.facts(table)
                if row is not None:
                    read = rows.read(node, values, table, row)
                    yield ExplainedRow(rows.observed(table, row), read, NOT_APPLICABLE, ONE, None, decision)
            return
        needed = tuple(n for n in (aggregate.operand, aggregate.where) if n is not None)
        for traced in rows.rows:
            if traced.table != aggregate.table:
                continue
            values = evaluate_row(self._done.prepared, traced.row.values, needed)
            if aggregate.where is not None and values[aggregate.where] is not True:
                continue
            cells = _once(cell for n in needed for cell in rows.read(n, values, traced.table, traced.row))
            yield ExplainedRow(rows.observed(traced.table, traced.row), cells, NOT_APPLICABLE, ONE, None, decision)

    def _place(self, subject: Subject, node: op.Node) -> Place | None:
        """The subject in the first ranking by the item."""
        for schema in self._done.plan.rankings:
            operation = self._done.plan.nodes[schema.node].operation
            if isinstance(operation, op.Ranking) and operation.by == node:
                if schema.name not in self._rankings:
                    self._rankings[schema.name] = ranking_of(self._done, schema)
                rows = self._rankings[schema.name].rows
                placed, of = self._standings.placed(schema, next(row for row in rows if row.subject == subject))
                label = None if placed.group is None else group_label(self._done.plan, schema.name, placed.group)
                return Place(schema.name, schema.label, placed, of, label)
        return None


# ---------------------------------------------------------------- what rows cost


@dataclass(slots=True)
class _Cost:
    observed: Observed
    lost: list[Exact] = field(default_factory=list)
    items: dict[str, None] = field(default_factory=dict)
    decisions: dict[Decision, tuple[ReadCell, ...]] = field(default_factory=dict)


def costs(item: ExplainedItem) -> Iterable[RowCost]:
    """The rows on which points were lost, most first, each with the conditions that decided there."""
    found: dict[tuple[str, str, int], _Cost] = {}
    for leaf in leaves(item):
        scale = None if leaf.scale is None or leaf.scale == ONE else leaf.scale
        for row in leaf.rows:
            if row.lost is None or row.lost is ZERO:
                continue
            key = row.observed.place
            cost = found.setdefault(key, _Cost(row.observed))
            cost.lost.append(row.lost if scale is None else reals.multiply(row.lost, scale))
            cost.items.setdefault(leaf.name)
            if row.decision.by == "condition":
                cost.decisions.setdefault(row.decision, row.read)
    made = [_cost(cost) for cost in found.values()]
    costly = [cost for cost in made if reals.compare(cost.lost, ZERO) > 0]
    return sorted(costly, key=_MostFirst)


def _cost(cost: _Cost) -> RowCost:
    read = _once(cell for cells in cost.decisions.values() for cell in cells)
    return RowCost(cost.observed, read, total(cost.lost), tuple(cost.items), tuple(cost.decisions))


def _once(cells: Iterable[ReadCell]) -> tuple[ReadCell, ...]:
    """The cells of one row, each column once."""
    return tuple({cell.column.name: cell for cell in cells}.values())


class _MostFirst:
    """Orders rows by what they cost; equals stay in order of the file."""

    def __init__(self, cost: RowCost) -> None:
        self.lost = cost.lost

    def __lt__(self, other: _MostFirst) -> bool:
        return reals.compare(self.lost, other.lost) > 0
