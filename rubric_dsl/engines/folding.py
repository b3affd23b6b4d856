"""Folding: how the rows of a subject become one value, by what the table says of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

from rubric_dsl.engines.contract import Stratum, Tally
from rubric_dsl.evaluation.arithmetic import ZERO, fault_of, quotient, total
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Undefined, Value
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.limits import sized
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.resolved.operations import Aggregate, Node
from rubric_dsl.text.record import dataclass

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Fold:
    """How one item of a table is folded: the scenarios that it has, in declared order, with their weights."""

    node: Node
    schema: TableSchema
    weights: Mapping[Stratum, Exact]
    """Of the item's scenarios; {None: 1} in a table without scenarios."""
    fault: Undefined | None = None

    def __call__(self, tallies: Mapping[Stratum, Tally], rows: Mapping[Stratum, int]) -> Value:
        """The folded value; not applicable where no row has a score, 0 for what `missing: 0` says was not observed.

        Averaged: the mean of the scenarios' means, weights scaled to those that count. Totalled: the sum.
        `rows`: how many rows the subject has. Rows that are all left out leave the item not applicable, unless
        `missing: 0` speaks of one of its scenarios because that has no row at all.
        """
        if self.fault is not None:
            return self.fault
        if not tallies:
            absent = any(not rows.get(scenario) for scenario in self.weights)
            return ZERO if self.zero_for_unobserved and absent else NOT_APPLICABLE
        try:
            return self._totalled(tallies) if self.schema.folding == "totalled" else self._averaged(tallies)
        except ArithmeticError as error:
            return fault_of(error, self.node)

    def _totalled(self, tallies: Mapping[Stratum, Tally]) -> Exact:
        return total([tally.sum for tally in tallies.values()])

    def _averaged(self, tallies: Mapping[Stratum, Tally]) -> Exact:
        if self.equal:
            own = [tallies[s] for s in self.weights if s in tallies]
            return _mean_of_means(own, len(self.weights) if self.zero_for_unobserved else len(own))
        means = {s: _mean(tallies[s]) for s in self.weights if s in tallies}
        shares = self.scenario_shares(tallies)
        return total([reals.multiply(shares[s], mean) for s, mean in means.items()])

    @property
    def equal(self) -> bool:
        """Whether all scenarios weigh the same because nothing else is said."""
        return self.schema.stratum_weights is None

    @property
    def zero_for_unobserved(self) -> bool:
        return self.schema.missing is not None and self.schema.missing != "not applicable"

    def scenario_shares(self, tallies: Mapping[Stratum, Tally]) -> dict[Stratum, Exact]:
        """The weights, scaled to 1, of the scenarios that count: those with a score, with `missing: 0` all."""
        counting = [s for s in self.weights if s in tallies or self.zero_for_unobserved]
        whole = total([self.weights[s] for s in counting])
        return {s: quotient(self.weights[s], whole) for s in counting}


def _mean_of_means(tallies: Sequence[Tally], counting: int) -> Exact:
    """The sum of the means, divided; rational ones are brought together over one denominator."""
    rational = [(tally.count, tally.sum) for tally in tallies if isinstance(tally.sum, Fraction)]
    if len(rational) < len(tallies) or not counting:
        return quotient(total([_mean(tally) for tally in tallies]), Fraction(counting))
    bottom = lcm(*(count * part.denominator for count, part in rational))
    top = sum(part.numerator * (bottom // (count * part.denominator)) for count, part in rational)
    return Fraction(top, bottom * counting)


def _mean(tally: Tally) -> Exact:
    if isinstance(tally.sum, Fraction):
        top, bottom = tally.sum.as_integer_ratio()
        return sized(Fraction(top, bottom * tally.count))
    return tally.sum if tally.count == 1 else quotient(tally.sum, Fraction(tally.count))


def folds(plan: ScoringPlan, prepared: Prepared) -> dict[Node, Fold]:
    """The fold of each row score, each touchpoint scored on rows and each `folded` aggregate."""
    schemas = {schema.name: schema for schema in plan.tables}
    found: dict[Node, Fold] = {}
    for node in plan.nodes:
        step, operation = prepared.steps[node.id], node.operation
        if node.grain.kind == "row" and isinstance(step, (Score, Touchpoint)):
            schema = schemas[node.grain.table or ""]
            found[node.id] = _fold(node.id, schema, strata_of(step, prepared), prepared)
        elif isinstance(operation, Aggregate) and operation.name == "folded":
            found[node.id] = _fold(node.id, schemas[operation.table], frozenset(), prepared)
    return found


def _fold(node: Node, schema: TableSchema, strata: frozenset[str], prepared: Prepared) -> Fold:
    """`strata`: the item's scenarios; empty is all."""
    if schema.stratum is None:
        return Fold(node, schema, {None: ONE})
    column = next(column for column in schema.columns if column.name == schema.stratum)
    members = [member.name for member in column.members if not strata or member.name in strata]
    if schema.stratum_weights is None:
        return Fold(node, schema, dict.fromkeys(members, ONE))
    panel = prepared.panels[schema.stratum_weights]
    if isinstance(panel, Undefined):
        return Fold(node, schema, {}, panel)
    return Fold(node, schema, {member: panel[member] for member in members})


def strata_of(step: Score | Touchpoint, prepared: Prepared) -> frozenset[str]:
    """The scenarios of an item: a touchpoint's own, an indicator's those of its touchpoints; empty is all."""
    if isinstance(step, Touchpoint):
        return step.strata
    parts = [part.node for part in step.combination.parts] or [extra.node for extra in step.extras]
    found: set[str] = set()
    for part in parts:
        touchpoint = prepared.steps[part]
        if not isinstance(touchpoint, Touchpoint) or not touchpoint.strata:
            return frozenset()
        found |= touchpoint.strata
    return frozenset(found)


def has_scenario(score: Score, prepared: Prepared, stratum: object) -> bool:
    """Whether rows of this scenario are rows of the item; where it has no touchpoint its conditions decide nothing."""
    scenarios = strata_of(score, prepared)
    return not scenarios or stratum in scenarios
