"""From the rows of tables to exact totals, by whatever engine takes all rows of a table at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rubric_dsl.engines.contract import Stratum, Subject, Tallies, Tally, Totals
from rubric_dsl.engines.folding import strata_of
from rubric_dsl.engines.grouped import Groups, RowCounts, TallyColumns
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.aggregates import TableAggregates
from rubric_dsl.engines.lowering.linear import Decomposition
from rubric_dsl.engines.lowering.nodes import TableLowering
from rubric_dsl.engines.lowering.queries import Summed, TableGiven, TableRows
from rubric_dsl.engines.lowering.scores import in_strata
from rubric_dsl.engines.lowering.sums import Sums
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
    rows: dict[str, Mapping[Subject, Mapping[Stratum, int]]] = field(default_factory=dict)
    tallies: dict[op.Node, Tallies] = field(default_factory=dict)
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
        summed = self.sums.summed
        self.names = self.given.names(dict.fromkeys(summed.subjects))
        groups = self._groups(summed)
        self._observed(found, groups)
        for score in self.scores:
            for node in self._items(score):
                self._tallied(found, node, f"t{node}", groups)
        for node, operation in self.operations.items():
            if operation.name == "folded" and not operation.pooled:
                self._tallied(found, node, f"a{node}", groups)
        found.aggregates |= self.aggregates.summed(groups)
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

    def _add(self, score: Score) -> None:
        """The score and its touchpoints, in the scenarios that it has."""
        lowered = self.lowering.nodes[score.node]
        scenarios = strata_of(score, self.prepared)
        within = in_strata(scenarios, self.lowering.stratum) if scenarios else None
        for node, item in {score.node: lowered, **self.lowering.shares(score.node)}.items():
            if within is not None:
                value = ex.when(within, item.value, ex.null(item.value.kind))
                item = replace(item, value=value, nullable=True)
            self.sums.add(f"t{node}", item)
        if lowered.fault is not None:
            self.sums.fault(SCORE, lowered.fault if within is None else lowered.fault & within)

    # ------------------------------------------------------------ into the totals

    def _groups(self, summed: Summed) -> Groups:
        subjects = tuple(dict.fromkeys(map(self.names.__getitem__, summed.subjects)))
        places = {subject: place for place, subject in enumerate(subjects)}
        of_raw = {raw: places[self.names[raw]] for raw in dict.fromkeys(summed.subjects)}
        owners = list(map(of_raw.__getitem__, summed.subjects))
        strata = list(map(self.given.strata.__getitem__, summed.strata))
        return Groups(subjects, owners, strata, summed.rows, summed.sums)

    def _observed(self, found: Found, groups: Groups) -> None:
        found.subjects |= dict.fromkeys(self.names.values())
        found.rows[self.schema.name] = RowCounts(groups)
        if self.given.facts:
            found.facts[self.schema.name] = dict(self.given.facts)

    def _tallied(self, found: Found, node: op.Node, name: str, groups: Groups) -> None:
        added = self.sums.added.get(name)
        if added is not None:
            found.tallies[node] = TallyColumns(groups, added.count, added.sum, added.denominator)
            return
        tallies: dict[Subject, dict[Stratum, Tally]] = {}
        for (raw, stratum), part in self.counted.get(name, {}).items():
            subject = self.names[raw]
            if isinstance(part.sum, ArithmeticError):
                found.aggregates.setdefault(node, {})[subject] = fault_of(part.sum, node)
            else:
                tallies.setdefault(subject, {})[self.given.strata[stratum]] = Tally(part.count, part.sum)
        for subject in found.aggregates.get(node, {}):
            tallies.pop(subject, None)
        if tallies:
            found.tallies[node] = tallies

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
                if subject in found.tallies.get(node, ()):
                    tallies = dict(found.tallies[node])
                    del tallies[subject]
                    found.tallies[node] = tallies
    for node, samples in told.samples.items():
        faults = {subject: fault for subject, fault in samples.items() if isinstance(fault, Undefined)}
        if faults:
            found.samples.setdefault(node, {}).update(faults)
    return told.faults
