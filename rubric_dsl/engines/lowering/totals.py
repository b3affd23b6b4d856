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
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.linear import Decomposition
from rubric_dsl.engines.lowering.nodes import TableLowering
from rubric_dsl.engines.lowering.queries import Summed, TableGiven, TableRows
from rubric_dsl.engines.lowering.scores import in_strata
from rubric_dsl.engines.lowering.sums import Added, Sums
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


def aggregates_over(prepared: Prepared, schema: TableSchema) -> dict[op.Node, op.Aggregate]:
    return {
        node: operation for node, operation in enumerate(prepared.operations)
        if isinstance(operation, op.Aggregate) and operation.table == schema.name
    }


def scores_on(prepared: Prepared, schema: TableSchema) -> list[Score]:
    own = prepared.row_nodes.get(schema.name, ())
    return [step for node in own if isinstance(step := prepared.steps[node], Score)]


def _wanted(prepared: Prepared, schema: TableSchema) -> tuple[op.Node, ...]:
    """The nodes of rows that something is made of."""
    read = (node for operation in aggregates_over(prepared, schema).values()
            for node in (operation.where, operation.operand) if node is not None)
    return tuple(dict.fromkeys((*(score.node for score in scores_on(prepared, schema)), *read)))


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
        self.scores = scores_on(prepared, schema)
        self.operations = aggregates_over(prepared, schema)
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
        self.names = self.given.names(dict.fromkeys(self.summed.subjects))
        groups = self._groups(self.summed)
        self._observed(found, groups)
        for score in self.scores:
            for node in self._items(score):
                self._tallied(found, node, f"t{node}", groups)
        for node, operation in self.operations.items():
            if operation.name == "folded" and not operation.pooled:
                self._tallied(found, node, f"a{node}", groups)
        found.aggregates |= self.of_sums(groups)
        for answers in self.answers():
            for node, by_subject in answers.items():
                if by_subject:
                    found.aggregates[node] = {self.names[place]: value for place, value in by_subject.items()}
        for node, samples in self.samples().items():
            if samples:
                found.samples[node] = {self.names[place]: values for place, values in samples.items()}
        self._faulty(found, self.faulty)
        return self.ways

    @property
    def summed(self) -> Summed:
        """The rows of each subject in each scenario, and what they add up to."""
        return self.sums.summed

    @property
    def added(self) -> Mapping[str, Added]:
        """By name the sums that are integers; the others are in `counted`."""
        return self.sums.added

    @property
    def ways(self) -> Counter[str]:
        return self.lowering.ways

    def of_sums(self, groups: Groups) -> Mapping[op.Node, dict[Subject, Value]]:
        """The aggregates that integers tell, by node and subject."""
        return self.aggregates.summed(groups)

    def answers(self) -> tuple[Mapping[op.Node, Mapping[object, Value]], ...]:
        """The other aggregates by node and what stands for the subject."""
        return self.aggregates.added(self.counted), self.aggregates.counted()

    def samples(self) -> Mapping[op.Node, Mapping[object, tuple[Given, ...]]]:
        return self.aggregates.pooled()

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
        added = self.added.get(name)
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


def groups_seen(run: TableRun) -> list[tuple[str, str | None]]:
    """The subjects of a table that was scanned, with the scenarios in which each has rows."""
    return [
        (str(subject), None if scenario is None else str(scenario))
        for subject, scenario in zip(run.summed.subjects, run.summed.strata, strict=True)
    ]


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
