"""Splitting a difference over the changes that made it: each gets its mean effect over all orders of making them.

Source: Shapley, A Value for n-Person Games (1953). The shares add up to the difference exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial, isqrt, lcm

from rubric_dsl.editions.chance import Chance
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.text.record import dataclass

EXACT_UP_TO = 12
ORDERS = 200
"""Orders that are tried where there are more changes, each with its reverse."""


@dataclass(frozen=True, slots=True)
class Split:
    """Shares by player. `error`: None where all orders were taken, else half the width of a 95% interval, at most."""

    shares: tuple[Exact, ...]
    error: Fraction | None = None


Worth = Callable[[int], Exact]
"""The value of a set of players, bit n being player n."""


def split(players: int, worth: Worth) -> Split:
    """All orders. Raises what `worth` raises."""
    values = [worth(chosen) for chosen in range(1 << players)]
    if all(type(value) is Fraction for value in values):
        return Split(_of_fractions(players, values))  # type: ignore[arg-type]
    return Split(tuple(_of_reals(player, players, values) for player in range(players)))


def _weights(players: int) -> list[int]:
    """By size of a set, how often it comes right before a player in the orders of them all."""
    return [factorial(size) * factorial(players - size - 1) for size in range(players)]


def _of_fractions(players: int, values: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """In whole numbers over one denominator."""
    bottom = lcm(*(value.denominator for value in values))
    tops = [value.numerator * (bottom // value.denominator) for value in values]
    weights, whole = _weights(players), factorial(players) * bottom
    shares = []
    for player in range(players):
        bit = 1 << player
        total = sum(
            weights[chosen.bit_count()] * (tops[chosen | bit] - tops[chosen])
            for chosen in range(1 << players) if not chosen & bit
        )
        shares.append(Fraction(total, whole))
    return tuple(shares)


def _of_reals(player: int, players: int, values: Sequence[Exact]) -> Exact:
    weights, bit, share = _weights(players), 1 << player, Fraction(0)
    terms = []
    for chosen in range(1 << players):
        if not chosen & bit:
            weight = Fraction(weights[chosen.bit_count()], factorial(players))
            terms.append(reals.multiply(weight, reals.subtract(values[chosen | bit], values[chosen])))
    return reals.add(share, reals.total(terms))


def orders(players: int, seed: int) -> list[tuple[int, ...]]:
    """Orders to try where there are too many, the same for the same seed; each stands with its reverse."""
    chance = Chance(seed)
    found = []
    for _ in range(ORDERS // 2):
        order = chance.shuffled(range(players))
        found += [tuple(order), tuple(reversed(order))]
    return found


def sampled(players: int, worth: Worth, tried: Sequence[Sequence[int]]) -> Split:
    """The mean effects over these orders; they add up exactly, since the effects of each order do."""
    effects: list[list[Exact]] = [[] for _ in range(players)]
    for order in tried:
        chosen = 0
        for player in order:
            after = chosen | 1 << player
            effects[player].append(reals.subtract(worth(after), worth(chosen)))
            chosen = after
    count = Fraction(len(tried))
    shares = tuple(reals.divide(reals.total(own), count) for own in effects)
    return Split(shares, max((_half_width(own) for own in effects), default=Fraction(0)))


def _half_width(effects: Sequence[Exact]) -> Fraction:
    """1.96 standard errors of the mean of pairs (an order and its reverse), rounded up to a millionth."""
    pairs = [_rational(reals.add(a, b)) / 2 for a, b in zip(effects[::2], effects[1::2], strict=True)]
    mean = sum(pairs, Fraction(0)) / len(pairs)
    variance = sum(((one - mean) ** 2 for one in pairs), Fraction(0)) / (len(pairs) * (len(pairs) - 1))
    square = variance * Fraction(196, 100) ** 2 * 10**12
    return Fraction(isqrt(-(-square.numerator // square.denominator)) + (square != 0), 10**6)


def _rational(value: Exact) -> Fraction:
    return value if isinstance(value, Fraction) else reals.enclosure(value, 64)[0]
