"""The Shapley value: what each of several changes adds to a difference that all make together.

Each change is put in after every set of the others, and what it adds then is averaged over all orders. The shares add
up to the whole difference exactly, whatever the function is; where it is a sum, they are its terms.
Source: Shapley, A Value for n-Person Games (1953).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial
from typing import Literal

from rubric_dsl.text.record import dataclass

MOST_EXACT = 12
"""Changes up to which every order is looked at (4,096 sets); beyond, where the terms differ, only two orders are."""

Method = Literal["sum", "shapley", "two orders"]
"""`sum`: each change adds the same after any others, so that there is no other split. `two orders`: the mean of putting
the changes in as written and the other way round."""

Value = Callable[[Sequence[bool]], Fraction | None]
"""What comes out with some of the changes put in; None where that is impossible."""


@dataclass(frozen=True, slots=True)
class Split:
    shares: tuple[Fraction, ...]
    method: Method


def split(changes: int, value: Value) -> Split | None:
    """The share of each change in value(all) − value(none); None where some set of them is impossible."""
    if changes > MOST_EXACT:
        return _terms(changes, value) or _two_orders(changes, value)
    values: list[Fraction] = []
    for chosen in range(1 << changes):
        found = value([bool(chosen >> i & 1) for i in range(changes)])
        if found is None:
            return None
        values.append(found)
    shares, same = [], True
    for i in range(changes):
        added = [(chosen, values[chosen | 1 << i] - values[chosen]) for chosen in range(1 << changes)
                 if not chosen >> i & 1]
        same &= all(amount == added[0][1] for _, amount in added)
        shares.append(sum((_weight(chosen, changes) * amount for chosen, amount in added), Fraction(0)))
    return Split(tuple(shares), "sum" if same else "shapley")


def _weight(chosen: int, changes: int) -> Fraction:
    """Of all orders, the part in which exactly this set stands before."""
    before = chosen.bit_count()
    return Fraction(factorial(before) * factorial(changes - before - 1), factorial(changes))


def _terms(changes: int, value: Value) -> Split | None:
    """The split of a sum; None where it is none: what a change adds first is not what it adds last."""
    none, every = [False] * changes, [True] * changes
    low, high = value(none), value(every)
    if low is None or high is None:
        return None
    shares = []
    for i in range(changes):
        first, last = value([k == i for k in range(changes)]), value([k != i for k in range(changes)])
        if first is None or last is None or first - low != high - last:
            return None
        shares.append(first - low)
    return Split(tuple(shares), "sum") if sum(shares, Fraction(0)) == high - low else None


def _two_orders(changes: int, value: Value) -> Split | None:
    forward = [value([k < i for k in range(changes)]) for i in range(changes + 1)]
    backward = [value([k >= i for k in range(changes)]) for i in range(changes + 1)]
    shares = []
    for i in range(changes):
        ends = forward[i + 1], forward[i], backward[i], backward[i + 1]
        if any(end is None for end in ends):
            return None
        first, before, second, after = (end or Fraction(0) for end in ends)
        shares.append((first - before + second - after) / 2)
    return Split(tuple(shares), "two orders")
