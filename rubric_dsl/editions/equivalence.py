"""Whether two editions give the same for every input, item by item: proved, or shown by a witness, or not decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations, combinations_with_replacement, islice
from typing import Literal

from rubric_dsl.editions.answering import answered
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.inputs import domain_of_value
from rubric_dsl.editions.pool import Cells, Pool
from rubric_dsl.editions.proving import Answer, Difference, Means, Proof, Undecided
from rubric_dsl.editions.question import Question, Variable, alike, row_question
from rubric_dsl.editions.trials import Rows, Subject, Trials, observations_of
from rubric_dsl.engines.problems import Problems
from rubric_dsl.engines.run import Run, reported, run_periods
from rubric_dsl.evaluation.prepare import Prepared, evaluate_row, prepare
from rubric_dsl.evaluation.values import Undefined, Value
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.plan.identity import node_hashes
from rubric_dsl.plan.model import Lines, NamedValue, ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.text.record import dataclass

SEED = 1
SUBJECTS = 120
"""Subjects that are made up and scored by both editions before anything is proved."""
MOST_ROWS = 400
FEW_ROWS = 60
MOST_MEANS = 40
"""Different scores of single rows that are put together, those nearest to the one that is wanted."""
MOST_TRIED = 8
"""Rows of a subject that is made up to have a certain share."""
TRIOS = 60
"""Sets of three subjects, where it matters who else is there."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Rows on which the editions differ, as both score them. `subject` None: a single row.

    `answers`: what the old and the new edition give; an impossible value is `Undefined`.
    """

    table: str | None
    rows: Rows
    subject: str | None
    answers: tuple[Value, Value] | tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one item: `proof` where it is equal, `witness` where it differs.

    A ranking by what differs has no witness of its own, nor has a table whose rows are read or folded otherwise.
    """

    item: str
    kind: Literal["touchpoint", "indicator", "measure", "bands", "ranking", "table"]
    status: Literal["equal", "differs", "undecided"]
    proof: Proof | None = None
    witness: Witness | None = None
    solver_missing: bool = False
    lines: tuple[Lines | None, Lines | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Verdicts in the order of the new rubric. `only`: items that one edition alone has, by edition."""

    verdicts: tuple[Verdict, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def equal(self) -> bool:
        return not any(self.only) and all(verdict.status == "equal" for verdict in self.verdicts)

    @property
    def differing(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.status == "differs")

    @property
    def undecided(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.status == "undecided")


def equivalence(old: ScoringPlan, new: ScoringPlan, first: bool = False) -> Equivalence:
    """The verdict of each item that both editions have, and the items that only one has.

    With `first` only until an item differs and a witness is found, starting from the rows.
    """
    proving = _Proving((Edition(old), Edition(new)))
    return proving.until_one() if first else proving.found()


class _Proving:
    def __init__(self, sides: tuple[Edition, Edition]) -> None:
        self.sides = sides
        self.prepared: tuple[Prepared, Prepared] = (prepare(sides[0].plan), prepare(sides[1].plan))
        self.equal: tuple[dict[op.Node, str], dict[op.Node, str]] = ({}, {})
        """Nodes that were proved equal, under a common name."""
        self.hashes = (sides[0].hashes, sides[1].hashes)
        self.answers: dict[tuple[op.Node, op.Node], Answer] = {}
        self.differing: set[str] = set()
        self._part_refolded()

    # ------------------------------------------------------------ items

    def found(self) -> Equivalence:
        both = [named for named in self.sides[1].plan.values if named.name in self.sides[0].values]
        # What is read is proved before what reads it.
        of_items = {named.name: self._verdict(named) for named in sorted(both, key=lambda named: named.node)}
        verdicts = [*self._tables(), *(of_items[named.name] for named in both), *self._rankings()]
        only = (self._only(0), self._only(1))
        return Equivalence(tuple(verdicts), only)

    def until_one(self) -> Equivalence:
        """The verdicts up to the first with a witness, what is read before what reads it."""
        both = [named for named in self.sides[1].plan.values if named.name in self.sides[0].values]
        both.sort(key=lambda named: (self.sides[1].plan.nodes[named.node].grain.kind != "row", named.node))
        verdicts = []
        for named in both:
            verdicts.append(self._verdict(named))
            if verdicts[-1].witness is not None:
                return Equivalence(tuple(verdicts), ((), ()))
        return Equivalence((*self._tables(), *verdicts, *self._rankings()), (self._only(0), self._only(1)))

    def _only(self, side: int) -> tuple[str, ...]:
        """Indicators, touchpoints and rankings without a counterpart; measures are means, and may come and go."""
        mine, theirs = self.sides[side].plan, self.sides[1 - side].plan
        values = [named.name for named in mine.values if named.kind in ("indicator", "touchpoint")]
        known = {named.name for named in theirs.values} | {ranking.name for ranking in theirs.rankings}
        return tuple(name for name in [*values, *(one.name for one in mine.rankings)] if name not in known)

    def _tables(self) -> Iterator[Verdict]:
        """A table whose rows are read or folded otherwise is no matter of proof: what is refused differs."""
        old = {table.name: table for table in self.sides[0].plan.tables}
        for table in self.sides[1].plan.tables:
            before = old.get(table.name)
            if before is not None:
                same = self._schema(0, before) == self._schema(1, table)
                yield Verdict(
                    table.name, "table", "equal" if same else "differs", Proof("same") if same else None,
                    lines=(before.lines, table.lines),
                )

    def _part_refolded(self) -> None:
        """An indicator of a table that folds otherwise is another one, though nothing in it is."""
        folding = [
            {table.name: (table.folding, table.stratum, table.one_row_each, table.missing, table.period,
                          None if table.stratum_weights is None else self.hashes[side][table.stratum_weights])
             for table in edition.plan.tables}
            for side, edition in enumerate(self.sides)
        ]
        other = {name for name in folding[0] if folding[1].get(name, folding[0][name]) != folding[0][name]}
        for side, edition in enumerate(self.sides):
            for node in edition.plan.nodes:
                match node.operation:
                    case op.RowScore():
                        table = node.operation.table
                    case op.Aggregate(name="folded"):
                        table = node.operation.table
                    case _:
                        continue
                if table in other:
                    self.equal[side][node.id] = f"of edition {side}: {node.id}"
        if other:
            self._hash()

    def _hash(self) -> None:
        hashes = [
            _told(node_hashes(edition.plan, called), called)
            for edition, called in zip(self.sides, self.equal, strict=True)
        ]
        self.hashes = (hashes[0], hashes[1])

    def _schema(self, side: int, table: TableSchema) -> object:
        """All by which rows are read and folded. Labels count: data are read by them."""
        hashes = self.hashes[side]
        columns = sorted(
            (
                column.name, column.label or "", column.type, str(column.members), column.low or "", column.high or "",
                str(column.decimals), str(column.percent_written), str(column.duration_written), column.presence,
                "" if column.present_when is None else hashes[column.present_when], str(sorted(column.written_absent)),
                column.key,
            )
            for column in table.columns
        )
        weights = None if table.stratum_weights is None else hashes[table.stratum_weights]
        musts = sorted(hashes[must.node] for must in table.musts)
        missing = table.missing
        if missing is not None and not self._scored(side, table):
            missing = "any"  # Subjects without rows are accepted; what they would score is asked of nothing.
        return (table.subject, table.folding, table.stratum, table.period, table.one_row_each, weights, missing,
                columns, musts)

    def _scored(self, side: int, table: TableSchema) -> bool:
        """Whether anything is scored on the rows of a table, so that its rule for what is missing is read."""
        for node in self.sides[side].plan.nodes:
            match node.operation:
                case op.RowScore() | op.Touchpoint() if node.grain.kind == "row" and node.grain.table == table.name:
                    return True
                case op.Aggregate(name="folded") if node.operation.table == table.name:
                    return True
        return False

    def _verdict(self, named: NamedValue) -> Verdict:
        before = self.sides[0].values[named.name]
        nodes = before.node, named.node
        if self._same(*nodes):
            return self._said(named, nodes, Proof("same"))
        if self._grains(nodes) == "row":
            answer = self._row_answer(nodes)
            witness = self._row_witness(nodes, answer.inputs) if isinstance(answer, Difference) else None
            return self._said(named, nodes, answer, witness)
        witness = self._on_a_row(nodes) or self.searched.get(named.name)
        if witness is not None:
            return self._said(named, nodes, Undecided(), witness)
        self._prove_below(nodes)
        if self._same(*nodes):
            return self._said(named, nodes, Proof(self._means(nodes)))
        answer = self._subject_answer(nodes)
        witness = self._built(named.name, nodes, answer) if isinstance(answer, Difference) else None
        if witness is None and isinstance(answer, Difference):
            witness = self._combined(named.name, nodes, answer)
        if witness is None and not isinstance(answer, Proof):
            witness = self.searched_further.get(named.name)
        return self._said(named, nodes, answer, witness)

    def _said(
        self, named: NamedValue, nodes: tuple[op.Node, op.Node], answer: Answer, witness: Witness | None = None
    ) -> Verdict:
        lines = (self.sides[0].values[named.name].lines, named.lines)
        if isinstance(answer, Proof):
            self._note(nodes, named.name)
            return Verdict(named.name, named.kind, "equal", answer, lines=lines)
        if witness is not None:
            self.differing.add(named.name)
            return Verdict(named.name, named.kind, "differs", witness=witness, lines=lines)
        missing = isinstance(answer, Undecided) and answer.solver_missing
        return Verdict(named.name, named.kind, "undecided", solver_missing=missing, lines=lines)

    # ------------------------------------------------------------ what is known to be equal

    def _same(self, old: op.Node, new: op.Node) -> bool:
        return self.hashes[0][old] == self.hashes[1][new]

    def _note(self, nodes: tuple[op.Node, op.Node], name: str) -> None:
        """From now on these are one thing to all that read them."""
        if self._same(*nodes) or nodes[1] in self.equal[1]:
            return
        for side in (0, 1):
            self.equal[side][nodes[side]] = f"{name}#{nodes[1]}"
        self._hash()

    def _grains(self, nodes: tuple[op.Node, op.Node]) -> str | None:
        """The grain that both have, of one table where it is rows; None where they differ."""
        grains = [side.plan.nodes[node].grain for side, node in zip(self.sides, nodes, strict=True)]
        return grains[0].kind if grains[0] == grains[1] else None

    def _means(self, nodes: tuple[op.Node, op.Node]) -> Means:
        """By the strongest means that were needed below."""
        order: list[Means] = ["same", "intervals", "cases", "solver"]
        used = [answer.means for answer in self.answers.values() if isinstance(answer, Proof)]
        return max(used, key=order.index, default="same")

    # ------------------------------------------------------------ rows

    def _row_answer(self, nodes: tuple[op.Node, op.Node]) -> Answer:
        if nodes not in self.answers:
            table = self.sides[1].plan.nodes[nodes[1]].grain.table or ""
            self.answers[nodes] = answered(row_question(self.sides, self.prepared, table, nodes))
        return self.answers[nodes]

    def _row_witness(self, nodes: tuple[op.Node, op.Node], inputs: Mapping[str, object]) -> Witness:
        table = self.sides[1].plan.nodes[nodes[1]].grain.table or ""
        question = row_question(self.sides, self.prepared, table, nodes)
        answers = question.asked(inputs).answers  # type: ignore[arg-type]
        return Witness(table, {table: (inputs,)}, None, answers)  # type: ignore[dict-item]

    def _on_a_row(self, nodes: tuple[op.Node, op.Node]) -> Witness | None:
        """A single row on which an indicator of touchpoints differs already."""
        rows = self._row_scores(nodes)
        if rows is None:
            return None
        answer = self._row_answer(rows)
        return self._row_witness(rows, answer.inputs) if isinstance(answer, Difference) else None

    def _row_scores(self, nodes: tuple[op.Node, op.Node]) -> tuple[op.Node, op.Node] | None:
        operations = self.sides[0].operation(nodes[0]), self.sides[1].operation(nodes[1])
        if not isinstance(operations[0], op.Indicator) or not isinstance(operations[1], op.Indicator):
            return None
        rows = operations[0].row_score, operations[1].row_score
        if rows[0] is None or rows[1] is None or self._grains((rows[0], rows[1])) != "row":
            return None
        return rows[0], rows[1]

    def _prove_below(self, nodes: tuple[op.Node, op.Node]) -> None:
        """Asks about the row scores of an indicator, and about what aggregates of both editions read, in pairs."""
        rows = self._row_scores(nodes)
        if rows is not None and isinstance(self._row_answer(rows), Proof):
            self._note(rows, "row")
        for old, new in self._unlike_aggregates(nodes):
            self._prove_aggregate(old, new)

    def _unlike_aggregates(self, nodes: tuple[op.Node, op.Node]) -> list[tuple[op.Node, op.Node]]:
        """Aggregates that one edition alone has in what it reads here, each with each of the other's of its kind."""
        found: list[list[op.Node]] = []
        hashes = [{self.hashes[side][node] for node in self._reached(side, nodes[side])} for side in (0, 1)]
        for side in (0, 1):
            found.append([
                node for node in self._reached(side, nodes[side])
                if isinstance(self.sides[side].operation(node), op.Aggregate)
                and self.hashes[side][node] not in hashes[1 - side]
            ])
        return [(old, new) for old in found[0] for new in found[1]]

    def _reached(self, side: int, node: op.Node) -> list[op.Node]:
        return list(reach([node], lambda current: operands(self.sides[side].operation(current))))

    def _prove_aggregate(self, old: op.Node, new: op.Node) -> None:
        before, after = self.sides[0].operation(old), self.sides[1].operation(new)
        assert isinstance(before, op.Aggregate) and isinstance(after, op.Aggregate)
        plain = (before.name, before.table, before.pooled) == (after.name, after.table, after.pooled)
        arguments = [
            None if one is None else self.hashes[side][one] for side, one in ((0, before.argument), (1, after.argument))
        ]
        if not plain or arguments[0] != arguments[1] or before.within is not None or after.within is not None:
            return
        for one, other in ((before.where, after.where), (before.operand, after.operand)):
            if (one is None) != (other is None):
                return
            if one is not None and other is not None and not self._same(one, other):
                if self._grains((one, other)) != "row" or not isinstance(self._row_answer((one, other)), Proof):
                    return
                self._note((one, other), "row")
        self._note((old, new), "aggregate")

    # ------------------------------------------------------------ subjects

    def _subject_answer(self, nodes: tuple[op.Node, op.Node]) -> Answer:
        """By what both editions have below, taken as free of one another: equal for all of it is equal for all rows."""
        question = self._subject_question(nodes)
        return Undecided() if question is None else answered(question)

    def _subject_question(self, nodes: tuple[op.Node, op.Node]) -> Question | None:
        """None where one edition reads something of rows or of other subjects that the other does not."""
        common = [{self.hashes[side][node]: node for node in self._reached(side, nodes[side])} for side in (0, 1)]
        leaves: dict[str, tuple[op.Node, op.Node]] = {}
        for side in (0, 1):
            waiting, seen = [nodes[side]], set[op.Node]()
            while waiting:
                node = waiting.pop()
                if node in seen or self.sides[side].plan.nodes[node].grain.kind == "constant":
                    continue
                seen.add(node)
                key = self.hashes[side][node]
                if key in common[1 - side] and node != nodes[side]:
                    leaves[key] = (common[0][key], common[1][key])
                    continue
                operation = self.sides[side].operation(node)
                if isinstance(operation, op.Aggregate | op.Across | op.RowScore | op.Column | op.Previous):
                    return None
                waiting += operands(operation)
        variables = tuple(
            Variable(f"{place}", pair, domain_of_value(self.sides[1].plan.nodes[pair[1]]))
            for place, pair in enumerate(leaves.values())
        )
        return Question(self.sides, self.prepared, nodes, variables)

    # ------------------------------------------------------------ trying made-up data

    @cached_property
    def pools(self) -> dict[str, Pool]:
        both = {table.name for table in self.sides[0].plan.tables} & {table.name for table in self.sides[1].plan.tables}
        return {name: Pool(self.sides, self.prepared, name, SEED) for name in sorted(both)}

    @cached_property
    def trials(self) -> Trials:
        schemas = [table for table in self.sides[1].plan.tables if table.name in self.pools]
        return Trials(schemas, self.pools, SEED)

    @cached_property
    def can_try(self) -> bool:
        """Whether rows could be made up. Of a rubric with periods they are all of one."""
        if self.sides[0].plan.period != self.sides[1].plan.period or not self.trials.schemas:
            return False
        return all(pool.rows for pool in self.pools.values())

    @cached_property
    def alone(self) -> bool:
        """Whether a subject's values depend on its own rows alone."""
        return not any(
            isinstance(node.operation, op.Across | op.Previous | op.Period)
            or (isinstance(node.operation, op.Aggregate) and node.operation.pooled)
            for side in self.sides for node in side.plan.nodes
        )

    @cached_property
    def searched(self) -> dict[str, Witness]:
        """By item the smallest made-up subject on which the editions differ."""
        if not self.can_try:
            return {}
        found: dict[str, Witness] = {}
        if self.alone:
            subjects = sorted(self.trials.subjects(SUBJECTS), key=lambda subject: subject.size)
            self._compare(subjects, subjects, found)
            return found
        for trio in self._trios():
            self._compare(trio, trio, found)
        return found

    @cached_property
    def further(self) -> list[Subject]:
        """Subjects for every row of the pools alone, and with as many points as can be or as few."""
        return [*self.trials.of_each_row(), *self.trials.around_ends()]

    @cached_property
    def searched_further(self) -> dict[str, Witness]:
        found: dict[str, Witness] = {}
        if self.can_try and self.alone:
            self._compare(self.further, self.further, found)
        return found

    def _combined(self, item: str, nodes: tuple[op.Node, op.Node], answer: Difference) -> Witness | None:
        """A few rows whose mean is a score at which the editions differ, tried on both: where one score is read alone,
        of rows that are averaged without scenarios."""
        question = self._subject_question(nodes)
        schemas = self.trials.schemas
        if question is None or not self.can_try or not self.alone or len(schemas) != 1 or len(question.variables) != 1:
            return None
        variable, schema = question.variables[0], schemas[0]
        aim = answer.inputs.get(variable.key)
        if variable.nodes[0] is None or not isinstance(aim, Fraction) or schema.stratum is not None:
            return None
        subjects = [one for one in self.further if one.size == 1]
        done = self._runs(subjects)[0]
        impossible = _impossible(done)
        rows: dict[Fraction, Cells] = {}
        for subject in subjects:
            value = done.values[subject.name][variable.nodes[0]]
            if isinstance(value, Fraction) and subject.name not in impossible:
                rows.setdefault(value, dict(subject.rows[schema.name][0]))
        nearest = sorted(rows, key=lambda value: abs(value - aim))[:MOST_MEANS]
        found: dict[str, Witness] = {}
        for size in (1,) if schema.folding != "averaged" else (1, 2, 3):
            met = [
                few for few in combinations_with_replacement(nearest, size)
                if question.differs({**answer.inputs, variable.key: sum(few, Fraction(0)) / size})
            ][:MOST_TRIED]
            tried = [
                Subject(name, {schema.name: tuple({**rows[value], schema.subject: name} for value in few)})
                for name, few in ((f"{number}", few) for number, few in enumerate(met, 1))
            ]
            if tried:
                self._compare(tried, tried, found)
            if item in found:
                return found[item]
        return None

    def _trios(self) -> list[list[Subject]]:
        return [list(self.trials.subjects(3)) for _ in range(TRIOS)]

    def _compare(self, subjects: Sequence[Subject], asked: Sequence[Subject], found: dict[str, Witness]) -> None:
        """Scores the subjects by both editions and keeps what differs of those asked about, the first of an item."""
        runs = self._runs(subjects)
        impossible = _impossible(runs[0])
        for subject in asked:
            if subject.name in impossible:
                continue
            for named in self.sides[1].plan.values:
                before = self.sides[0].values.get(named.name)
                if before is None or named.name in found:
                    continue
                answers = runs[0].values[subject.name][before.node], runs[1].values[subject.name][named.node]
                if self._grains((before.node, named.node)) != "row" and not alike(*answers):
                    others = [subject] if self.alone else list(subjects)
                    found[named.name] = Witness(None, _together(others), subject.name, answers)

    def _runs(self, subjects: Sequence[Subject]) -> tuple[Run, Run]:
        runs = []
        for side in self.sides:
            schemas = [table for table in side.plan.tables if table.name in self.pools]
            plan = side.plan.model_copy(update={"subjects": None})
            runs.append(run_periods(plan, observations_of(schemas, subjects))[-1])
        return runs[0], runs[1]

    def _built(self, item: str, nodes: tuple[op.Node, op.Node], answer: Difference) -> Witness | None:
        """Rows that give the value found where it is a share, tried on both editions."""
        question = self._subject_question(nodes)
        if question is None or not self.alone or not self.can_try:
            return None
        subjects: list[Subject] = []
        for variable in question.variables:
            node = variable.nodes[1]
            operation = None if node is None else self.sides[1].operation(node)
            rounding = operation if isinstance(operation, op.Round) else None
            if rounding is not None:
                operation = self.sides[1].operation(rounding.operand)
            value = answer.inputs.get(variable.key)
            if isinstance(operation, op.Aggregate) and operation.name == "share" and isinstance(value, Fraction):
                few = self._few_rows(question, answer, variable.key, operation, rounding)
                counts = list(_counts(value, rounding)) if few is None else [few]
                subjects += self._shares(operation, counts, len(subjects))
        found: dict[str, Witness] = {}
        if subjects:
            self._compare(subjects, sorted(subjects, key=lambda one: one.size), found)
        return found.get(item)

    def _few_rows(
        self, question: Question, answer: Difference, key: str, share: op.Aggregate, rounding: op.Round | None
    ) -> tuple[int, int] | None:
        """The k of fewest n rows whose share tells the editions apart, all else being as it was found."""
        schema = next(one for one in self.trials.schemas if one.name == share.table)
        for n in range(max(len(self.trials.strata(schema)), 1), FEW_ROWS + 1):
            for k in range(n + 1):
                seen = Fraction(k, n)
                if rounding is not None:
                    seen = round_to(seen, rounding.mode, from_exact(rounding.step))
                if question.differs({**answer.inputs, key: seen}):
                    return k, n
        return None

    def _shares(self, operation: op.Aggregate, counts: Iterable[tuple[int, int]], first: int) -> list[Subject]:
        """Subjects with k of n rows for which the condition holds."""
        rows = self.pools[operation.table].rows
        holding = [self._holds(operation, row) for row in rows]
        yes = next((row for row, holds in zip(rows, holding, strict=True) if holds is True), None)
        no = next((row for row, holds in zip(rows, holding, strict=True) if holds is False), None)
        if yes is None or no is None:
            return []
        return [
            self.trials.mixed(f"{first + place + 1}", operation.table, yes, no, k, n)
            for place, (k, n) in enumerate(counts)
        ]

    def _holds(self, operation: op.Aggregate, row: Cells) -> object:
        assert operation.operand is not None
        nodes = tuple(node for node in (operation.operand, operation.where) if node is not None)
        values = evaluate_row(self.prepared[1], row, nodes)
        if operation.where is not None and values[operation.where] is not True:
            return None
        return values[operation.operand]

    # ------------------------------------------------------------ rankings

    def _rankings(self) -> Iterator[Verdict]:
        old = {schema.name: schema for schema in self.sides[0].plan.rankings}
        for schema in self.sides[1].plan.rankings:
            before = old.get(schema.name)
            if before is None:
                continue
            lines = (before.lines, schema.lines)
            if self._same(before.node, schema.node):
                proof = Proof(self._means((before.node, schema.node)))
                yield Verdict(schema.name, "ranking", "equal", proof, lines=lines)
                continue
            if schema.by in self.differing or before.by in self.differing:
                yield Verdict(schema.name, "ranking", "differs", lines=lines)
                continue
            witness = self._other_places(schema.name)
            yield Verdict(
                schema.name, "ranking", "undecided" if witness is None else "differs", witness=witness, lines=lines
            )

    def _other_places(self, name: str) -> Witness | None:
        """A few subjects whose places differ, all scores being possible."""
        if not self.can_try:
            return None
        if not self.alone:
            groups = [(self._runs(trio), trio) for trio in self._trios()]
        else:
            groups = self._groups(list(self.trials.subjects(SUBJECTS)), name) or self._groups(
                self.further[:: len(self.further) // SUBJECTS + 1], name)
        for runs, few in sorted(groups, key=lambda group: sum(subject.size for subject in group[1])):
            places = self._places(runs[0], name, few), self._places(runs[1], name, few)
            for subject in few:
                pair = places[0].get(subject.name), places[1].get(subject.name)
                if places[0] and places[1] and pair[0] != pair[1]:
                    return Witness(None, _together(few), subject.name, pair)
        return None

    def _groups(self, many: Sequence[Subject], name: str) -> list[tuple[tuple[Run, Run], list[Subject]]]:
        runs = self._runs(many)
        impossible = _impossible(runs[0]) | _impossible(runs[1])
        possible = [subject for subject in many if subject.name not in impossible]
        return [(runs, few) for few in self._telling(runs, possible, name)]

    def _telling(self, runs: tuple[Run, Run], many: Sequence[Subject], name: str) -> Iterator[list[Subject]]:
        """Pairs that stand to each other otherwise, and two that are equal with one behind them."""
        places = self._places(runs[0], name, many), self._places(runs[1], name, many)
        placed = [subject for subject in many if all(one.get(subject.name) is not None for one in places)]
        for one, other in combinations(placed, 2):
            order = [_sign(place[one.name], place[other.name]) for place in places]
            if order[0] != order[1]:
                yield [one, other]
            elif order[0] == 0:
                behind = (third for third in placed if _sign(places[0][third.name], places[0][one.name]) > 0)
                yield from ([one, other, third] for third in islice(behind, 1))

    def _places(self, done: Run, name: str, subjects: Sequence[Subject]) -> dict[str, int | None]:
        """The places among these subjects alone; empty where one of them has an impossible value."""
        if any(subject.name in _impossible(done) for subject in subjects) and not self.alone:
            return {}
        schema = next(one for one in done.plan.rankings if one.name == name)
        names = tuple(subject.name for subject in subjects)
        few = replace(
            done, values={name: done.values[name] for name in names}, subjects=names, problems=Problems(done.plan)
        )
        read = operands(done.plan.nodes[schema.node].operation)
        if any(isinstance(values[node], Undefined) for values in few.values.values() for node in read):
            return {}
        return {placed.subject: placed.rank for placed in ranking_of(few, schema).rows}


def _counts(value: Fraction, rounding: op.Round | None) -> Iterator[tuple[int, int]]:
    """The three smallest k of n that are the value, or are rounded to it."""
    found = 0
    for n in range(1, MOST_ROWS + 1):
        for k in dict.fromkeys((value * n // 1, -(-value * n // 1))):
            share = Fraction(k, n)
            seen = share if rounding is None else round_to(share, rounding.mode, from_exact(rounding.step))
            if seen == value and 0 <= k <= n:
                yield k, n
                found += 1
                break
        if found == 3:
            return


def _sign(one: int | None, other: int | None) -> int:
    a, b = one or 0, other or 0
    return (a > b) - (a < b)


def _told(hashes: list[str], called: Mapping[op.Node, str]) -> list[str]:
    return [f"name:{called[node]}" if node in called else own for node, own in enumerate(hashes)]


def _impossible(done: Run) -> set[str]:
    """The subjects that have no result: a fault on a row that counts, or in a value that is reported."""
    found = {fault.subject for fault in done.totals.faults if fault.subject is not None}
    nodes = [named.node for named in reported(done.plan)]
    found |= {
        subject for subject, values in done.values.items() if any(isinstance(values[node], Undefined) for node in nodes)
    }
    return found


def _together(subjects: Sequence[Subject]) -> Rows:
    tables = dict.fromkeys(table for subject in subjects for table in subject.rows)
    return {table: tuple(row for subject in subjects for row in subject.rows.get(table, ())) for table in tables}


