"""Promises that compiling could not decide, asked of the solver: proved for every input, or broken with a witness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.equivalence import SEED, SUBJECTS
from rubric_dsl.editions.inputs import domain_of, domain_of_value
from rubric_dsl.editions.pool import Pool
from rubric_dsl.editions.proving import Difference, Proof, Undecided
from rubric_dsl.editions.question import Question, Rule, Variable, row_question
from rubric_dsl.editions.solving import by_solver
from rubric_dsl.editions.trials import Rows, Trials, observations_of
from rubric_dsl.engines.run import run
from rubric_dsl.evaluation.prepare import Prepared, prepare
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import PromiseSchema, ScoringPlan, TableSchema
from rubric_dsl.plan.promises import rows_through
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import CONSTANT, YES_NO
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass

LATER = "′"
"""Stands behind the name of the column that grows, for its larger value."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a promise. `low` and `high`: rows that differ in one cell and break it; `rows`: of a subject."""

    promise: PromiseSchema
    status: Literal["proved", "broken", "undecided"]
    proof: Proof | None = None
    low: Mapping[str, Cell] | None = None
    high: Mapping[str, Cell] | None = None
    rows: Rows | None = None
    solver_missing: bool = False


def promises(plan: ScoringPlan) -> tuple[Kept, ...]:
    """Each promise of a plan; those that compiling proved are taken as they are."""
    asking = _Asking(plan)
    return tuple(asking.kept(promise) for promise in plan.promises)


class _Asking:
    def __init__(self, plan: ScoringPlan) -> None:
        self.plan = plan
        self.edition = Edition(plan)
        self.prepared: Prepared = prepare(plan)

    def kept(self, promise: PromiseSchema) -> Kept:
        if promise.status == "proved":
            return Kept(promise, "proved", Proof("cases" if promise.cases else "intervals", promise.cases))
        if promise.claim is not None:
            return self._always(promise, promise.claim)
        return self._monotone(promise)

    # ------------------------------------------------------------ never rises, never falls

    def _monotone(self, promise: PromiseSchema) -> Kept:
        named = next((one for one in self.plan.values if one.name == promise.item), None)
        table = next((t for t in self.plan.tables if any(c.name == promise.column for c in t.columns)), None)
        if named is None or table is None or promise.column is None:
            return Kept(promise, "undecided")
        rows = rows_through(self.plan, table, promise.column, named.node)
        if rows is None:
            return Kept(promise, "undecided")
        for node in rows:
            answer = by_solver(self._question(promise, table, promise.column, node))
            if isinstance(answer, Difference):
                low = {key: cell for key, cell in answer.inputs.items() if not key.endswith(LATER)}
                high = {**low, promise.column: answer.inputs[promise.column + LATER]}
                return Kept(promise, "broken", low=low, high=high)
            if isinstance(answer, Undecided):
                return Kept(promise, "undecided", solver_missing=answer.solver_missing)
        return Kept(promise, "proved", Proof("solver"))

    def _question(self, promise: PromiseSchema, table: TableSchema, column: str, node: op.Node) -> Question:
        """The row twice, with two values of the column and all other cells alike."""
        both = (self.edition, self.edition)
        plain = row_question(both, (self.prepared, self.prepared), table.name, (node, node))
        schema = next(one for one in table.columns if one.name == column)
        variables = [one for one in plain.variables if one.key != column]
        grown = next(one for one in plain.variables if one.key == column)
        domain = domain_of(schema)
        variables += [Variable(column, (grown.nodes[0], None), domain),
                      Variable(column + LATER, (None, grown.nodes[1]), domain)]
        rules = tuple(
            Rule(rule.side, rule.node, rule.kind, column + LATER) if rule.side == 1 and rule.column == column else rule
            for rule in plain.rules
        )
        relation: Literal["never rises", "never falls"] = (
            "never rises" if promise.kind == "never_rises" else "never falls"
        )
        return Question(
            both, plain.prepared, (node, node), tuple(variables), rules, relation=relation,
            grows=(column, column + LATER),
        )

    # ------------------------------------------------------------ always

    def _always(self, promise: PromiseSchema, claim: op.Node) -> Kept:
        """For whatever lies below the claim within its proved bounds; a breach is believed only of made-up rows."""
        answer = by_solver(self._claim(claim))
        if isinstance(answer, Proof):
            return Kept(promise, "proved", answer)
        rows = self._breach(claim)
        if rows is not None:
            return Kept(promise, "broken", rows=rows)
        return Kept(promise, "undecided", solver_missing=isinstance(answer, Undecided) and answer.solver_missing)

    def _claim(self, claim: op.Node) -> Question:
        """Whether the claim is the same as yes."""
        plan, yes = _with_yes(self.plan)
        edition, prepared = Edition(plan), prepare(plan)

        def below(node: op.Node) -> Iterable[op.Node]:
            return () if self._is_leaf(node) else operands(self.plan.nodes[node].operation)

        leaves = sorted(node for node in reach([claim], below) if self._is_leaf(node))
        variables = tuple(
            Variable(f"{node}", (node, None), domain_of_value(self.plan.nodes[node])) for node in leaves
        )
        return Question((edition, edition), (prepared, prepared), (claim, yes), variables)

    def _is_leaf(self, node: op.Node) -> bool:
        operation = self.plan.nodes[node].operation
        if isinstance(operation, op.Indicator):
            return operation.row_score is not None
        return isinstance(operation, op.Aggregate | op.Across | op.Column | op.Previous | op.RowScore)

    def _breach(self, claim: op.Node) -> Rows | None:
        """The rows of the smallest made-up subject for which the claim is no."""
        if self.plan.period is not None:
            return None
        both = (self.edition, self.edition)
        pools = {
            table.name: Pool(both, (self.prepared, self.prepared), table.name, SEED) for table in self.plan.tables
        }
        if any(not pool.rows for pool in pools.values()):
            return None
        subjects = sorted(Trials(self.plan.tables, pools, SEED).subjects(SUBJECTS), key=lambda one: one.size)
        plan = self.plan.model_copy(update={"subjects": None})
        done = run(plan, observations_of(plan.tables, subjects))
        return next((one.rows for one in subjects if done.values[one.name][claim] is False), None)


def _with_yes(plan: ScoringPlan) -> tuple[ScoringPlan, op.Node]:
    """The plan with a node that is always yes."""
    node = plan.nodes[0].model_copy(update={
        "id": len(plan.nodes), "operation": op.Constant("yes"), "type": YES_NO,
        "grain": CONSTANT,
    })
    return plan.model_copy(update={"nodes": (*plan.nodes, node)}), node.id


