"""Whether linear conditions between several axes can hold at once, and numbers with which they do.

Exact: Fourier-Motzkin elimination with strict and loose bounds gives the projections; axes with a grid or a list of
values are then tried value by value inside their projection, dense axes need no trying because for them the projection
is all there is to know. Conditions between whole numbers alone are divided by their common factor and rounded inwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import TypeAlias

from rubric_dsl.checks.coverage.model import Budget
from rubric_dsl.checks.coverage.values import Dense, Grid, Listed, Shares, Span, Values, outward, ticks
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Inequality:
    """Sum of coefficient times variable <= bound, or < bound where it is strict."""

    terms: tuple[tuple[int, Fraction], ...]
    bound: Fraction
    strict: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """One axis within one of its cells."""

    low: Fraction | None
    low_closed: bool
    high: Fraction | None
    high_closed: bool
    values: Values

    @property
    def step(self) -> Fraction | None:
        return Fraction(self.values.step, self.values.scale) if isinstance(self.values, Grid) else None


Key: TypeAlias = tuple[tuple[int, int], ...]
System: TypeAlias = dict[Key, tuple[Fraction, bool]]
"""Coprime whole coefficients by ascending variable, to the tightest bound and whether it is strict."""


def solve(
    inequalities: Iterable[Inequality], variables: Mapping[int, Variable], budget: Budget
) -> dict[int, Fraction] | None:
    """A value of each variable, in its cell and its domain, with which all inequalities hold; None if there is none.

    Raises LimitReached when the budget is spent first.
    """
    return _Search(inequalities, variables, budget).run()


class _Search:
    """Grid variables are counted in steps from here on, so that they are whole numbers."""

    def __init__(
        self, inequalities: Iterable[Inequality], variables: Mapping[int, Variable], budget: Budget
    ) -> None:
        self.variables = variables
        self.budget = budget
        self.unit = {axis: variable.step or Fraction(1) for axis, variable in variables.items()}
        self.whole = {axis for axis, variable in variables.items() if variable.step is not None}
        # Discrete first: they are fixed first, and dense ones are eliminated first.
        self.order = sorted(variables, key=lambda axis: (not _discrete(variables[axis].values), axis))
        system: System = {}
        for axis, variable in variables.items():
            if variable.high is not None:
                self.add(system, [(axis, Fraction(1))], variable.high, not variable.high_closed)
            if variable.low is not None:
                self.add(system, [(axis, Fraction(-1))], -variable.low, not variable.low_closed)
        for inequality in inequalities:
            self.add(system, inequality.terms, inequality.bound, inequality.strict)
        self.system = system

    def add(
        self, system: System, terms: Iterable[tuple[int, Fraction]], bound: Fraction, strict: bool
    ) -> None:
        self.keep(system, [(axis, factor * self.unit[axis]) for axis, factor in terms if factor], bound, strict)

    def keep(self, system: System, terms: Sequence[tuple[int, Fraction]], bound: Fraction, strict: bool) -> None:
        """Put an inequality in lowest terms, round it inwards between whole numbers, and keep the tighter one."""
        if terms:
            scale = lcm(*(factor.denominator for _, factor in terms))
            whole = [(axis, int(factor * scale)) for axis, factor in terms]
            common = gcd(*(factor for _, factor in whole))
            key: Key = tuple(sorted((axis, factor // common) for axis, factor in whole))
            bound = bound * scale / common
            if all(axis in self.whole for axis, _ in key):
                bound, strict = Fraction(ceil(bound) - 1 if strict else floor(bound)), False
        else:
            key = ()
        known = system.get(key)
        if known is None or (bound, not strict) < (known[0], not known[1]):
            system[key] = (bound, strict)

    def run(self) -> dict[int, Fraction] | None:
        """Project the system variable by variable, then choose values forwards, stepping back where none is left."""
        systems = [self.system]
        for axis in reversed(self.order[1:]):
            systems.append(self.without(systems[-1], axis))
            if _contradicts(systems[-1]):
                return None
        systems.reverse()
        if not self.order:
            return None if _contradicts(self.system) else {}
        chosen: dict[int, Fraction] = {}
        waiting: list[Iterator[Fraction]] = []
        while True:
            depth = len(waiting)
            if depth < len(self.order):
                waiting.append(self.options(self.order[depth], systems[depth], chosen))
            while waiting:
                axis = self.order[len(waiting) - 1]
                chosen.pop(axis, None)
                self.budget.spend()
                value = next(waiting[-1], None)
                if value is not None:
                    chosen[axis] = value
                    break
                waiting.pop()
            if not waiting:
                return None
            if len(waiting) == len(self.order):
                return {axis: value * self.unit[axis] for axis, value in chosen.items()}

    def without(self, system: System, axis: int) -> System:
        """The projection of a system: all consequences that do not mention the variable."""
        rest: System = {}
        above: list[tuple[dict[int, int], Fraction, bool]] = []
        below: list[tuple[dict[int, int], Fraction, bool]] = []
        for key, (bound, strict) in system.items():
            terms = dict(key)
            if axis not in terms:
                rest[key] = (bound, strict)
            else:
                (above if terms[axis] > 0 else below).append((terms, bound, strict))
        for up, up_bound, up_strict in above:
            for down, down_bound, down_strict in below:
                self.budget.spend()
                by_up, by_down = -down[axis], up[axis]
                terms = {
                    each: up.get(each, 0) * by_up + down.get(each, 0) * by_down
                    for each in sorted(up.keys() | down.keys())
                }
                self.keep(
                    rest,
                    [(each, Fraction(factor)) for each, factor in terms.items() if factor],
                    up_bound * by_up + down_bound * by_down,
                    up_strict or down_strict,
                )
        return rest

    def options(self, axis: int, system: System, chosen: Mapping[int, Fraction]) -> Iterator[Fraction]:
        """The values of a variable worth trying when those before it have been chosen."""
        low: tuple[Fraction, bool] | None = None
        high: tuple[Fraction, bool] | None = None
        for key, (bound, strict) in system.items():
            factor = 0
            left = bound
            for each, times in key:
                if each == axis:
                    factor = times
                else:
                    left -= times * chosen[each]
            if not factor:
                if left < 0 or (strict and left == 0):
                    return
                continue
            end = (left / factor, strict)
            if factor > 0 and (high is None or (end[0], not strict) < (high[0], not high[1])):
                high = end
            elif factor < 0 and (low is None or (end[0], strict) > low):
                low = end
        yield from self.inside(axis, low, high)

    def inside(
        self, axis: int, low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None
    ) -> Iterator[Fraction]:
        if axis in self.whole:
            first = None if low is None else (floor(low[0]) + 1 if low[1] else ceil(low[0]))
            last = None if high is None else (ceil(high[0]) - 1 if high[1] else floor(high[0]))
            yield from map(Fraction, outward(first, last))
            return
        ends = [end[0].denominator for end in (low, high) if end is not None]
        values = _rescaled(self.variables[axis].values, lcm(*ends))
        span = Span(
            None if low is None else ticks(low[0], values.scale),
            low is None or not low[1],
            None if high is None else ticks(high[0], values.scale),
            high is None or not high[1],
        )
        if isinstance(values, Listed | Shares):
            yield from values.between(span)
        else:
            value = values.witness(span)
            if value is not None:
                yield value


def _discrete(values: Values) -> bool:
    return isinstance(values, Grid | Listed | Shares)


def _contradicts(system: System) -> bool:
    known = system.get(())
    return known is not None and (known[0] < 0 or (known[1] and known[0] == 0))


def _rescaled(values: Values, denominators: int) -> Values:
    """The same values with a scale on which ends of these denominators are ticks. A share is searched as any dense
    value, since its ends here need not be those of the whole axis."""
    scale = lcm(values.scale, denominators)
    if isinstance(values, Listed):
        return Listed(scale, tuple(tick * (scale // values.scale) for tick in values.values))
    if isinstance(values, Shares):
        return Shares(scale, values.sizes)
    return Dense(scale)
