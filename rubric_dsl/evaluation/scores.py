"""Scores: touchpoints, and the ways in which indicators make one score of several (`language.md` section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from rubric_dsl.evaluation.arithmetic import ZERO, Cells, Values, absence_of, guarded, quotient, total
from rubric_dsl.evaluation.tables import Outcome, prepared_outcome
from rubric_dsl.evaluation.values import (
    NOT_APPLICABLE,
    Nothing,
    Undefined,
    Value,
    is_number,
)
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

ONE = Fraction(1)


class Decided(NamedTuple):
    """The condition that decided, by its place, and what it gives."""

    place: int
    value: Value


class Conditions:
    """`when`, `unless` and `if` lines in order; the first that decides is the only one that counts."""

    def __init__(self, node: op.Node, conditions: Sequence[op.Condition]) -> None:
        self._lines = [(line.word, line.node, prepared_outcome(node, line.outcome)) for line in conditions]

    def decide(self, values: Values) -> Decided | None:
        for index, (word, node, outcome) in enumerate(self._lines):
            holds = values[node]
            if isinstance(holds, Undefined):
                return Decided(index, holds)
            if (holds is True) == (word == "if"):
                return Decided(index, NOT_APPLICABLE if word == "when" else outcome(values))
        return None


class Touchpoint:
    """Points at the touchpoint's own grain, or not applicable."""

    def __init__(self, node: op.Node, touchpoint: op.Touchpoint, stratum: str | None) -> None:
        self.node = node
        self.amount = from_exact(touchpoint.amount)
        self.strata = frozenset(touchpoint.strata)
        self._stratum = stratum
        self._conditions = Conditions(node, touchpoint.conditions)
        self.rule = touchpoint.rule
        self._missing = None if touchpoint.missing is None else prepared_outcome(node, touchpoint.missing)
        self._rounder = None if touchpoint.rounding is None else Rounder(node, touchpoint.rounding)

    def __call__(self, values: Values, cells: Cells) -> Value:
        if self.strata and not self.belongs(cells):
            return NOT_APPLICABLE
        decided = self.decide(values)
        if decided is not None:
            points = decided.value
        else:
            points = values[self.rule]
            if points is Nothing.ABSENT and self._missing is not None:
                points = self._missing(values)
        return self._checked(points)

    def belongs(self, cells: Cells) -> bool:
        """Whether the row's scenario is one of the touchpoint's."""
        return not self.strata or (self._stratum is not None and cells.get(self._stratum) in self.strata)

    def decide(self, values: Values) -> Decided | None:
        return self._conditions.decide(values)

    def missed(self, values: Values) -> bool:
        """Whether `missing` gives the points, where no condition decided."""
        return values[self.rule] is Nothing.ABSENT and self._missing is not None

    def _checked(self, points: Value) -> Value:
        points = within_worth(points, self.amount, self.node)
        rounded = points if self._rounder is None else self._rounder(points)
        return points if rounded is points else within_worth(rounded, self.amount, self.node)


def within_worth(points: Value, worth: Exact, node: op.Node) -> Value:
    """The points if they lie in 0 to `worth`; anything else that is not `not applicable` is a fault."""
    if not is_number(points):
        return points if isinstance(points, Undefined) or points is NOT_APPLICABLE else Undefined("absent", node)
    if type(points) is Fraction and type(worth) is Fraction:
        # In whole numbers, as most scores are made of little more than such comparisons.
        (top, bottom), (worth_top, worth_bottom) = points.as_integer_ratio(), worth.as_integer_ratio()
        inside = top >= 0 and top * worth_bottom <= worth_top * bottom
    else:
        compared = guarded(node, _inside, (points, worth))
        if isinstance(compared, Undefined):
            return compared
        inside = compared is True
    return points if inside else Undefined("outside its worth", node, ((node, points),))


def _inside(points: Exact, worth: Exact) -> bool:
    return reals.compare(points, ZERO) >= 0 and reals.compare(points, worth) <= 0


class Rounder:
    """`rounded …` read once; what is no number passes unchanged."""

    def __init__(self, node: op.Node, rounding: op.Rounding | None) -> None:
        self._node = node
        self._rounding = None if rounding is None else (rounding.mode, from_exact(rounding.step))

    def __call__(self, score: Value) -> Value:
        if self._rounding is None or not is_number(score):
            return score
        mode, step = self._rounding
        return guarded(self._node, lambda value: round_to(value, mode, step), (score,))


# ---------------------------------------------------------------- combining


@dataclass(frozen=True, slots=True)
class WeightedPart:
    """A part with the worth its points are out of, the weight that it has beside the others, and weight ÷ worth."""

    node: op.Node
    worth: Fraction
    weight: Exact
    rate: Exact


class Combination:
    """worth × Σ wᵢfᵢ ÷ Σ wᵢ over the parts that have a score, where fᵢ = points ÷ worth of the part.

    A part that is worth 0 (penalties or bonuses alone) has no fᵢ: its score is added as it is. Without a scored part
    that is worth something the combination is not applicable.
    """

    def __init__(self, node: op.Node, worth: Fraction, kind: op.Combination, parts: Sequence[WeightedPart]) -> None:
        self.node = node
        self.worth = worth
        self.kind = kind
        self.parts = tuple(part for part in parts if part.worth != 0)
        self.unscaled = tuple(part.node for part in parts if part.worth == 0)
        self._whole = weight_of(self.parts)

    def __call__(self, values: Values) -> Value:
        applicable: list[tuple[WeightedPart, Exact]] = []
        for part in self.parts:
            points = values[part.node]
            if is_number(points):
                applicable.append((part, points))
            elif isinstance(points, Undefined):
                return points
        if not applicable:
            return NOT_APPLICABLE
        return guarded(self.node, self._combined, (applicable,))  # type: ignore[arg-type]

    def _combined(self, applicable: list[tuple[WeightedPart, Exact]]) -> Exact:
        if self.kind in ("lowest", "highest"):
            choose = reals.minimum if self.kind == "lowest" else reals.maximum
            shares = [reals.divide(points, part.worth) for part, points in applicable]
            chosen = shares[0]
            for share in shares[1:]:
                chosen = choose(chosen, share)
            return reals.multiply(self.worth, chosen)
        whole = self._whole if len(applicable) == len(self.parts) else weight_of(part for part, _ in applicable)
        if self.kind == "geometric mean":
            return reals.multiply(self.worth, _geometric_mean(applicable, whole))
        gained = total(points if part.rate is ONE else reals.multiply(part.rate, points) for part, points in applicable)
        return gained if whole == self.worth else quotient(reals.multiply(self.worth, gained), whole)


def weight_of(parts: Iterable[WeightedPart]) -> Exact:
    return total(part.weight for part in parts)


def _geometric_mean(applicable: list[tuple[WeightedPart, Exact]], whole: Exact) -> Exact:
    product: Exact = Fraction(1)
    for part, points in applicable:
        share = reals.divide(points, part.worth)
        product = reals.multiply(product, reals.power(share, quotient(part.weight, whole)))
    return product


# ---------------------------------------------------------------- indicators


@dataclass(frozen=True, slots=True)
class Extra:
    """A penalty (sign -1), a bonus (1) or an indicator that holds such alone (1)."""

    node: op.Node
    sign: int


class Score:
    """An indicator on a row or for a subject: conditions, its source, extras, limits, rounding, in this order."""

    def __init__(
        self,
        node: op.Node,
        operation: op.RowScore | op.Indicator,
        parts: Sequence[WeightedPart],
        extras: Sequence[Extra],
        fault: Undefined | None = None,
    ) -> None:
        self.node = node
        self.worth = from_exact(operation.worth)
        self.extras = tuple(extras)
        self._fault = fault
        self._conditions = Conditions(node, operation.conditions)
        self._limits = operation.limits
        self.rounder = Rounder(node, operation.rounding)
        self._folded: op.Node | None = None
        self._value: op.Node | None = None
        self._missing: Outcome | None = None
        if isinstance(operation, op.Indicator):
            self._folded, self._value = operation.row_score, operation.value
            self._missing = None if operation.missing is None else prepared_outcome(node, operation.missing)
        self.combination = Combination(node, self.worth, operation.combination, parts)
        self.extras += tuple(Extra(part, 1) for part in self.combination.unscaled)
        self._bounded = self._value is not None and not self.extras

    def __call__(self, values: Values, cells: Cells) -> Value:
        decided = self.decide(values)
        if decided is not None:
            return within_worth(decided.value, self.worth, self.node)
        if self._fault is not None:
            return self._fault
        score = self.rounder(self.limited(self.with_extras(self.source(values), values), values))
        return within_worth(score, self.worth, self.node) if self._bounded else score

    def decide(self, values: Values) -> Decided | None:
        """The condition that gives the score, nothing below it being read."""
        return self._conditions.decide(values)

    def source(self, values: Values) -> Value:
        """The score before penalties, bonuses and limits."""
        if self._folded is not None:
            return values[self._folded]
        if self._value is not None:
            return self._computed(values)
        if self.combination.parts:
            return self.combination(values)
        return ZERO if any(is_number(values[extra.node]) for extra in self.extras) else self._first_fault(values)

    def _computed(self, values: Values) -> Value:
        value = values[self._value]  # type: ignore[index]
        if isinstance(value, Nothing) and self._missing is not None:
            value = self._missing(values)
        return Undefined("absent", self.node) if value is Nothing.ABSENT else value

    def _first_fault(self, values: Values) -> Value:
        found = absence_of([values[extra.node] for extra in self.extras])
        return found if isinstance(found, Undefined) else NOT_APPLICABLE

    def with_extras(self, score: Value, values: Values) -> Value:
        for extra in self.extras:
            amount = values[extra.node]
            if isinstance(amount, Undefined) and is_number(score):
                return amount
            if is_number(amount) and is_number(score):
                change = reals.add if extra.sign > 0 else reals.subtract
                score = change(score, amount)
        return score

    def limited(self, score: Value, values: Values) -> Value:
        """The score held by `at least` and `at most`, in written order."""
        for limit in self._limits:
            score = self._held(score, limit, values)
        return score

    def _held(self, score: Value, limit: op.Limit, values: Values) -> Value:
        if not is_number(score):
            return score
        holds: Value = True if limit.when is None else values[limit.when]
        end = values[limit.value]
        if isinstance(holds, Undefined):
            return holds
        if holds is not True:
            return score
        if not is_number(end):
            return end if isinstance(end, Undefined) else Undefined("absent", self.node)
        return guarded(self.node, reals.maximum if limit.word == "at least" else reals.minimum, (score, end))


def weighted_parts(
    operation: op.RowScore | op.Indicator,
    worth_of: Mapping[op.Node, tuple[str, Fraction]],
    panel: Mapping[str, Exact] | None,
) -> list[WeightedPart]:
    """The parts with their worth and weight: from the panel by name, else as the part says, else its worth.

    A part that is worth 0 (extras alone) is no item of a panel and has no weight.
    `worth_of` gives the name and the worth of each touchpoint and indicator.
    """
    parts = []
    for part in operation.parts:
        name, worth = worth_of[part.node]
        weight: Exact = worth
        if panel is not None and worth != 0:
            weight = panel[name]
        elif part.weight is not None:
            weight = from_exact(part.weight)
        rate = ONE if weight == worth or worth == 0 else reals.divide(weight, worth)
        parts.append(WeightedPart(part.node, worth, weight, rate))
    return parts
