"""Places: who stands where, by `language.md` section 8."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.text.record import dataclass

LONGEST_KEY = 4096
"""Bits after the point. Fractions that need more are compared one by one."""


@dataclass(frozen=True, slots=True)
class Key:
    """What subjects are compared by, one value for each. Without a value (None) a subject stands after those with
    one."""

    values: Sequence[Exact | None]
    lowest_first: bool


def places(keys: Sequence[Key], caps: Sequence[int] | None, dense: bool) -> Iterator[tuple[int, int]]:
    """The place and the number (from 0) of each subject, best first; equals in the given order. May raise `Undecided`.

    `keys`: the deciding one first; `caps`: the best place that each subject may take (None: any).

    At place p the best subject left whose cap allows p takes it, together with all left that equal it in every key
    and are allowed p. If none is allowed, place p stays empty. The next place is p + their number (`dense`: p + 1).
    """
    classes = _classes(keys)
    if caps is None:
        yield from _uncapped(classes, dense)
        return
    waiting = sorted(zip(caps, classes, range(len(classes)), strict=True), reverse=True)
    allowed: list[tuple[int, int]] = []
    place = 1
    while waiting or allowed:
        if not allowed:
            place = max(place, waiting[-1][0])
        while waiting and waiting[-1][0] <= place:
            _, rank_class, index = waiting.pop()
            heapq.heappush(allowed, (rank_class, index))
        together = _take_equals(allowed)
        yield from ((place, index) for index in together)
        place += 1 if dense else len(together)


def _uncapped(classes: Sequence[int], dense: bool) -> Iterator[tuple[int, int]]:
    place, last = 0, -1
    for before, index in enumerate(sorted(range(len(classes)), key=classes.__getitem__)):
        if classes[index] != last:
            last, place = classes[index], place + 1 if dense else before + 1
        yield place, index


def _take_equals(allowed: list[tuple[int, int]]) -> list[int]:
    best = allowed[0][0]
    taken = []
    while allowed and allowed[0][0] == best:
        taken.append(heapq.heappop(allowed)[1])
    return taken


def _classes(keys: Sequence[Key]) -> list[int]:
    """For each subject the number of its class of equals, the best class 0."""
    whole = [_whole(key) for key in keys]
    known = [own for own in whole if own is not None]
    if len(known) == len(whole):
        sorts: Sequence[object] = known[0] if len(known) == 1 else list(zip(*known, strict=True))
        of_key = {key: place for place, key in enumerate(sorted(set(sorts)))}  # type: ignore[type-var]
        return [of_key[key] for key in sorts]

    def by_keys(i: int, j: int) -> int:
        return compared(keys, i, j)

    order = sorted(range(len(keys[0].values)), key=cmp_to_key(by_keys))
    classes = [0] * len(order)
    for before, after in pairwise(order):
        classes[after] = classes[before] + (compared(keys, before, after) != 0)
    return classes


def _whole(key: Key) -> list[int] | list[tuple[bool, int]] | None:
    """Integers in the order of the values (with whether there is none, where any is missing), equal where these are;
    None where a value is not rational.

    Two fractions with denominators below 2ⁿ are equal or more than 2⁻²ⁿ apart, so that ⌊2²ⁿ × value⌋ tells all.
    """
    parts = [value.as_integer_ratio() for value in key.values if isinstance(value, Fraction)]
    missing = [value is None for value in key.values]
    nothing = sum(missing)
    bits = 2 * max((bottom for _, bottom in parts), default=1).bit_length()
    if len(parts) + nothing < len(key.values) or bits > LONGEST_KEY:
        return None
    turn = 1 if key.lowest_first else -1
    wholes = [turn * ((top << bits) // bottom) for top, bottom in parts]
    if not nothing:
        return wholes
    given = iter(wholes)
    return [(absent, 0 if absent else next(given)) for absent in missing]


def compared(keys: Sequence[Key], i: int, j: int) -> int:
    """Negative where i stands before j, 0 where they are equal in every key."""
    for key in keys:
        left, right = key.values[i], key.values[j]
        if left is None or right is None:
            order = (left is None) - (right is None)
        else:
            order = reals.compare(left, right)
            order = order if key.lowest_first else -order
        if order:
            return order
    return 0
