"""What was not observed taken at its worst and at its best: the ranks that no value of it could lead beyond.

For each subject its own missing values are taken at their worst and those of all others at their best, and the other
way round. Source: Manski, Partial Identification of Probability Distributions (2003), worst-case bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

from rubric_dsl.editions.linear import NotVaried
from rubric_dsl.editions.mutants import Fresh, changed
from rubric_dsl.engines.run import Run, run
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.plan.identity import node_hashes
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.plan.tables import table_of
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

Side = Literal["worst", "best"]
Scored = op.Touchpoint | op.RowScore | op.Indicator


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least and the most that a subject's score can be, as ranks are decided on it, and its best and worst rank."""

    subject: str
    low: Fraction
    high: Fraction
    best: int
    worst: int


def extremes(done: Run, schema: RankingSchema) -> tuple[Extreme, ...]:
    """In the order of the subjects. Empty where the rubric has no rule for what is missing. Raises NotVaried."""
    ranking = done.plan.nodes[schema.node].operation
    assert isinstance(ranking, op.Ranking)
    rules = _Rules(done)
    if not rules.found:
        return ()
    if ranking.caps or ranking.excludes or ranking.within is not None:
        raise NotVaried("missing", "caps, exclusions or groups of the ranking", schema.name)
    sides: tuple[Side, ...] = ("worst", "best")
    worst, best = (_scores(run(rules.plan(side), done.observations), schema) for side in sides)
    ends = {subject: (min(worst[subject], best[subject]), max(worst[subject], best[subject])) for subject in worst}
    if ranking.lowest_first:
        ends = {subject: (-high, -low) for subject, (low, high) in ends.items()}
    found = []
    for subject, (low, high) in ends.items():
        others = [own for other, own in ends.items() if other != subject]
        surely = [own for own in others if own[0] > high]
        perhaps = [own for own in others if own[1] > low or (own[1] == low and ranking.ties == "by")]
        ahead = _fewest_values(surely) if ranking.ties == "dense" else len(surely)
        shown = sorted((-low, -high) if ranking.lowest_first else (low, high))
        found.append(Extreme(subject, shown[0], shown[1], ahead + 1, len(perhaps) + 1))
    return tuple(found)


def _scores(done: Run, schema: RankingSchema) -> dict[str, Fraction]:
    """What ranks are decided on."""
    node = next(one.node for one in done.plan.rankings if one.name == schema.name)
    ranking = done.plan.nodes[node].operation
    assert isinstance(ranking, op.Ranking)
    if done.problems.count:
        raise NotVaried("missing", "the worst or the best gives no result", schema.name)
    found = {}
    for subject in done.subjects:
        value = done.values[subject][ranking.by]
        if not isinstance(value, Fraction):
            raise NotVaried("missing", "a part has no score", schema.by)
        rounding = ranking.rounding
        found[subject] = value if rounding is None else round_to(value, rounding.mode, from_exact(rounding.step))
    return found


def _fewest_values(ends: Sequence[tuple[Fraction, Fraction]]) -> int:
    """Into how few equal scores these can fall together."""
    count, last = 0, None
    for low, high in sorted(ends, key=lambda own: own[1]):
        if last is None or low > last:
            count, last = count + 1, high
    return count


class _Rules:
    """The rules of a plan for what is missing, by the node that has them."""

    def __init__(self, done: Run) -> None:
        self.given = done.plan
        self.hashes = node_hashes(self.given)
        self.present = {
            self.hashes[column.present_when]
            for table in self.given.tables for column in table.columns if column.present_when is not None
        }
        self.found = list(self._found())
        self._refuse_absent_scenarios(done)
        self.zero = next(
            (node.id for node in self.given.nodes
             if isinstance(node.operation, op.Constant) and node.type.kind == "number"), None,
        )

    def _found(self) -> Iterator[op.Node]:
        rules = {node.operation.rule for node in self.given.nodes if isinstance(node.operation, op.Touchpoint)}
        tables = {table for rule in rules if (table := table_of(self.given, rule)) is not None}
        for node in self.given.nodes:
            operation = node.operation
            if isinstance(operation, Scored) and (
                any(self._tells_absence(condition) for condition in operation.conditions)
                or (not isinstance(operation, op.RowScore) and operation.missing is not None)
            ):
                yield node.id
            if isinstance(operation, op.Table) and any(row.when == "missing" for row in operation.rows):
                if node.id not in tables:
                    raise NotVaried("missing", "a class for what is missing", str(self._name(node.id)))
                yield node.id

    def _name(self, node: op.Node) -> str:
        return next((named.name for named in self.given.values if table_of(self.given, named.node) == node), str(node))

    def _tells_absence(self, condition: op.Condition) -> bool:
        """It decides where something is missing, or where columns are empty by their own condition."""
        operation = self.given.nodes[condition.node].operation
        if condition.word == "if":
            inner = self.given.nodes[operation.operand].operation if isinstance(operation, op.Not) else None
            return isinstance(inner, op.Present)
        return isinstance(operation, op.Present) or self.hashes[condition.node] in self.present

    def _refuse_absent_scenarios(self, done: Run) -> None:
        for table in self.given.tables:
            if table.missing is None or table.stratum is None:
                continue
            column = next(one for one in table.columns if one.name == table.stratum)
            for rows in done.rows.get(table.name, {}).values():
                if len({row.values[table.stratum] for row in rows}) < len(column.members):
                    raise NotVaried("missing", "scenarios without rows", table.name)

    def plan(self, side: Side) -> ScoringPlan:
        """The plan in which each rule gives the least or the most that there is to have."""
        plan = self.given
        for node in self.found:
            moved = len(plan.nodes) - len(self.given.nodes)  # what was brought in stands in front
            operation = plan.nodes[node + moved].operation

            def change(fresh: Fresh, node: op.Node = node, now: op.Operation = operation, by: int = moved) -> Any:
                return self._changed(fresh, node, now, by, side)

            plan = changed(plan, node + moved, change)
        return plan

    def _changed(self, fresh: Fresh, node: op.Node, now: op.Operation, moved: int, side: Side) -> op.Operation:
        """`now`: the node's operation in the plan that is changed, in which the numbers of nodes are higher."""
        known = self.given.nodes[node].operation
        if isinstance(now, op.Table):
            owner = next(
                one.operation for one in self.given.nodes
                if isinstance(one.operation, op.Touchpoint) and table_of(self.given, one.operation.rule) == node
            )
            outcome = self._outcome(fresh, owner, moved, side)
            return replace(now, rows=tuple(
                replace(row, outcome=outcome) if row.when == "missing" else row for row in now.rows
            ))
        assert isinstance(now, Scored) and isinstance(known, Scored)
        outcome = self._outcome(fresh, now, moved, side)
        # `when` has no outcome of its own: `unless` says it with one.
        conditions = tuple(
            replace(one, word="if" if one.word == "if" else "unless", outcome=outcome)
            if self._tells_absence(before) else one
            for one, before in zip(now.conditions, known.conditions, strict=True)
        )
        if isinstance(now, op.RowScore) or now.missing is None:
            return replace(now, conditions=conditions)
        return replace(now, conditions=conditions, missing=outcome)

    def _outcome(self, fresh: Fresh, scored: Any, moved: int, side: Side) -> op.Outcome:
        most = from_exact(scored.amount if isinstance(scored, op.Touchpoint) else scored.worth)
        takes_off = isinstance(scored, op.Touchpoint) and scored.stake == "penalty"
        if self.zero is None:
            raise NotVaried("missing", "nothing of the kind", scored.name)
        return op.Value(fresh(self.zero + moved, most if (side == "best") != takes_off else Fraction(0)))
