"""From the rows of tables to exact totals, by whatever engine takes all rows of a table at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rubric_dsl.engines.contract import Stratum, Subject, Tally, Totals
from rubric_dsl.engines.folding import strata_of
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.aggregates import TableAggregates
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.linear import Decomposition
from rubric_dsl.engines.lowering.nodes import TableLowering
from rubric_dsl.engines.lowering.queries import Group, TableGiven, TableRows
from rubric_dsl.engines.lowering.scores import in_strata
from rubric_dsl.engines.lowering.sums import Counted, Sums
from rubric_dsl.engines.lowering.validity import conditions_read, doubts
from rubric_dsl.engines.reference.rows import totals as reference_totals
from rubric_dsl.evaluation.arithmetic import Cells, fault_of
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import Given, Undefined, Value
from rubric_dsl.observations.model import Ledger, Observations, Row, TableData
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op

SCORE = "score"
"""Faults of scores, beside those of aggregates."""


class Disagreement(Exception):
    """The two engines do not say the same of a row: a mistake of the program, and no result is better than one."""


@dataclass(slots=True)
class Found:
    """Totals as they grow."""

    subjects: dict[Subject, None] = field(default_factory=dict)
    rows: dict[str, dict[Subject, dict[Stratum, int]]] = field(default_factory=dict)
    tallies: dict[op.Node, dict[Subject, dict[Stratum, Tally]]] = field(default_factory=dict)
    aggregates: dict[op.Node, dict[Subject, Value]] = field(default_factory=dict)
    samples: dict[op.Node, dict[Subject, tuple[Given, ...] | Undefined]] = field(default_factory=dict)
    facts: dict[str, dict[Subject, Cells]] = field(default_factory=dict)
    faulty: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    """By table the rows that reach a fault, in order."""
    faulty_scores: set[tuple[str, int]] = field(default_factory=set)


def accepted_rows(plan: ScoringPlan, schema: TableSchema, observations: Observations) -> list[Row]:
    """The rows of a table whose subject is one of the plan's."""
    declared = None if plan.subjects is None else frozenset(plan.subjects)
    data = observations.tables.get(schema.name)
    return [
        row for row in (data.rows if data is not None else ())
        if isinstance(subject := row.values[schema.subject], str) and (declared is None or subject in declared)
    ]


def _aggregates_over(prepared: Prepared, schema: TableSchema) -> dict[op.Node, op.Aggregate]:
    return {
        node: operation for node, operation in enumerate(prepared.operations)
        if isinstance(operation, op.Aggregate) and operation.table == schema.name
    }


def _scores_on(prepared: Prepared, schema: TableSchema) -> list[Score]:
    own = prepared.row_nodes.get(schema.name, ())
    return [step for node in own if isinstance(step := prepared.steps[node], Score)]


def _wanted(prepared: Prepared, schema: TableSchema) -> tuple[op.Node, ...]:
    """The nodes of rows that something is made of."""
    read = (node for operation in _aggregates_over(prepared, schema).values()
            for node in (operation.where, operation.operand) if node is not None)
    return tuple(dict.fromkeys((*(score.node for score in _scores_on(prepared, schema)), *read)))


def columns_read(prepared: Prepared, schema: TableSchema) -> frozenset[str]:
    """The columns of a table that its totals depend on, beside subject and scenario."""
    return frozenset(
        operation.column for node in prepared.needed_for(_wanted(prepared, schema))
        if isinstance(operation := prepared.operations[node], op.Column)
    )


def runs_before(observations: Observations) -> dict[str, TableRun]:
    """Tables that were added up when they were read."""
    found = {name: getattr(data.large, "run", None) for name, data in observations.tables.items()}
    return {name: run for name, run in found.items() if isinstance(run, TableRun)}


class TableRun:
    """One table: what is lowered, added up and put into the totals.

    `unsure`: flags of a scan that was not read before; then its rows are checked in the same pass.
    """

    def __init__(
        self, plan: ScoringPlan, prepared: Prepared, schema: TableSchema, given: TableGiven, rows: TableRows,
        unsure: Sequence[str] | None = None,
    ) -> None:
        self.prepared = prepared
        self.schema = schema
        self.given = given
        self.scores = _scores_on(prepared, schema)
        self.operations = _aggregates_over(prepared, schema)
        self.rows = rows
        self.lowering = TableLowering(plan, prepared, schema, given.cells, self.rows)
        self.lowering.lower((*_wanted(prepared, schema), *(() if unsure is None else conditions_read(schema))))
        self.sums = Sums(self.rows, given.size, Decomposition(self.lowering.present()))
        for score in self.scores:
            self._add(score)
        self.aggregates = TableAggregates(self.lowering, self.rows, self.operations, self.sums)
        if unsure is not None:
            self.sums.doubt(doubts(schema, self.lowering, [ex.column(flag, "yes/no", False) for flag in unsure]))
        self.counted, self.faulty = self.sums.run()
        self.names: Mapping[object, Subject] = {}

    def into(self, found: Found) -> Counter[str]:
        self.names = self.given.names({subject: None for subject, _ in self.sums.groups})
        self._observed(found)
        for score in self.scores:
            for node in self._items(score):
                self._tallied(found, node, self.counted.get(f"t{node}", {}))
        for node, operation in self.operations.items():
            if operation.name == "folded" and not operation.pooled:
                self._tallied(found, node, self.counted.get(f"a{node}", {}))
        for answers in (self.aggregates.added(self.counted), self.aggregates.counted()):
            for node, by_subject in answers.items():
                if by_subject:
                    found.aggregates[node] = {self.names[place]: value for place, value in by_subject.items()}
        for node, samples in self.aggregates.pooled().items():
            if samples:
                found.samples[node] = {self.names[place]: values for place, values in samples.items()}
        self._faulty(found, self.faulty)
        return self.lowering.ways

    def _items(self, score: Score) -> dict[op.Node, None]:
        combination = score.combination
        return dict.fromkeys((score.node, *(p.node for p in combination.parts), *(e.node for e in score.extras)))

    def row_values(self) -> dict[op.Node, Lowered]:
        """What each row has in each score and touchpoint, null where it has none."""
        return {node: item for score in self.scores for node, item in self._items_on_rows(score).items()}

    def _add(self, score: Score) -> None:
        """The score and its touchpoints, in the scenarios that it has."""
        for node, item in self._items_on_rows(score).items():
            self.sums.add(f"t{node}", item)
        fault, within = self.lowering.nodes[score.node].fault, self._within(score)
        if fault is not None:
            self.sums.fault(SCORE, fault if within is None else fault & within)

    def _items_on_rows(self, score: Score) -> dict[op.Node, Lowered]:
        within, found = self._within(score), {}
        for node, item in {score.node: self.lowering.nodes[score.node], **self.lowering.shares(score.node)}.items():
            if within is not None:
                value = ex.when(within, item.value, ex.null(item.value.kind))
                item = replace(item, value=value, nullable=True)
            found[node] = item
        return found

    def _within(self, score: Score) -> Expr | None:
        """Whether a row is in the scenarios of the score; None where that is all of them."""
        scenarios = strata_of(score, self.prepared)
        return in_strata(scenarios, self.lowering.stratum) if scenarios else None

    # ------------------------------------------------------------ into the totals

    def _observed(self, found: Found) -> None:
        schema = self.schema
        found.subjects |= dict.fromkeys(self.names.values())
        by_subject = found.rows.setdefault(schema.name, {})
        for (subject, stratum), count in self.sums.groups.items():
            by_subject.setdefault(self.names[subject], {})[self.given.strata[stratum]] = count
        if self.given.facts:
            found.facts[schema.name] = dict(self.given.facts)

    def _tallied(self, found: Found, node: op.Node, counted: Mapping[Group, Counted]) -> None:
        made: dict[int, Tally] = {}  # groups that came to the same have one
        for (subject, stratum), part in counted.items():
            name = self.names[subject]
            if isinstance(part.sum, ArithmeticError):
                found.aggregates.setdefault(node, {})[name] = fault_of(part.sum, node)
            else:
                by_stratum = found.tallies.setdefault(node, {}).setdefault(name, {})
                tally = made.get(id(part))
                if tally is None:
                    tally = made[id(part)] = Tally(part.count, part.sum)
                by_stratum[self.given.strata[stratum]] = tally
        for name in found.aggregates.get(node, {}):
            found.tallies.get(node, {}).pop(name, None)

    def _faulty(self, found: Found, faulty: Mapping[str, Sequence[int]]) -> None:
        places = sorted({place for of_kind in faulty.values() for place in of_kind})
        if places:
            rows = dict(zip(places, self.given.rows_at(places), strict=True))
            found.faulty[self.schema.name] = tuple(rows.values())
            found.faulty_scores |= {(self.schema.name, rows[place].number) for place in faulty.get(SCORE, ())}


def totals_of(plan: ScoringPlan, prepared: Prepared, found: Found) -> Totals:
    """What was found in all tables, with its faults."""
    faults = _faults(plan, prepared, found)
    return Totals(
        tuple(found.subjects), found.rows, found.tallies, found.aggregates, found.samples, found.facts, faults
    )


def _faults(plan: ScoringPlan, prepared: Prepared, found: Found) -> tuple[Undefined, ...]:
    """The faults of scores, told by the reference engine from the rows that have them; those of aggregates go where
    they belong."""
    if not found.faulty:
        return ()
    again = Observations({
        table: TableData(table, rows, Ledger(table, "", "", len(rows), len(rows), 0))
        for table, rows in found.faulty.items()
    })
    told = reference_totals(plan, prepared, again)
    if {(fault.table, fault.row) for fault in told.faults} != found.faulty_scores:
        raise Disagreement
    for node, by_subject in told.aggregates.items():
        for subject, value in by_subject.items():
            if isinstance(value, Undefined) and value.subject is not None:
                found.aggregates.setdefault(node, {})[subject] = value
                found.tallies.get(node, {}).pop(subject, None)
    for node, samples in told.samples.items():
        faults = {subject: fault for subject, fault in samples.items() if isinstance(fault, Undefined)}
        if faults:
            found.samples.setdefault(node, {}).update(faults)
    return told.faults
