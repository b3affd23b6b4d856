"""Places: who stands where, by `language.md` section 8."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from typing import cast

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """What subjects are compared by. Without a value (None) a subject stands after those with one."""

    value: Exact | None
    lowest_first: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject that takes a place: its keys, the deciding one first, and the best place that it may take."""

    subject: str
    keys: tuple[Key, ...]
    cap: int = 1


def places(candidates: Sequence[Candidate], dense: bool) -> list[tuple[int, Candidate]]:
    """Each candidate with its place, best first; equals in the given order. May raise `Undecided`.

    At place p the best candidate left whose cap allows p takes it, together with all left that equal it in every key
    and are allowed p. If none is allowed, place p stays empty. The next place is p + their number (`dense`: p + 1).
    """
    classes = _classes(candidates)
    waiting = sorted((candidate.cap, classes[i], i) for i, candidate in enumerate(candidates))
    waiting.reverse()
    allowed: list[tuple[int, int]] = []
    placed: list[tuple[int, Candidate]] = []
    place = 1
    while waiting or allowed:
        if not allowed:
            place = max(place, waiting[-1][0])
        while waiting and waiting[-1][0] <= place:
            _, rank_class, index = waiting.pop()
            heapq.heappush(allowed, (rank_class, index))
        together = _take_equals(allowed)
        placed += [(place, candidates[index]) for index in together]
        place += 1 if dense else len(together)
    return placed


def _take_equals(allowed: list[tuple[int, int]]) -> list[int]:
    best = allowed[0][0]
    taken = []
    while allowed and allowed[0][0] == best:
        taken.append(heapq.heappop(allowed)[1])
    return taken


def _classes(candidates: Sequence[Candidate]) -> list[int]:
    """For each candidate the number of its class of equals, the best class 0."""

    whole = _whole_keys(candidates)
    if whole is not None:
        places = {key: place for place, key in enumerate(sorted(set(whole)))}
        return [places[key] for key in whole]

    def by_keys(i: int, j: int) -> int:
        return compared(candidates[i], candidates[j])

    order = sorted(range(len(candidates)), key=cmp_to_key(by_keys))
    classes = [0] * len(candidates)
    for before, after in pairwise(order):
        classes[after] = classes[before] + (compared(candidates[before], candidates[after]) != 0)
    return classes


def _whole_keys(candidates: Sequence[Candidate]) -> list[tuple[int, ...]] | None:
    """For each candidate integers that are ordered as its keys are, and equal where these are; None where a key is not
    rational.

    Two fractions with denominators below 2ⁿ are equal or at least 2⁻²ⁿ apart, so that ⌊2²ⁿ × value⌋ tells all.
    """
    columns: list[list[int]] = []
    for keys in zip(*(candidate.keys for candidate in candidates), strict=True):
        parts = [(0, 1) if key.value is None else _ratio(key.value) for key in keys]
        if None in parts:
            return None
        known = cast(list[tuple[int, int]], parts)
        bits = 2 * max(bottom for _, bottom in known).bit_length()
        wholes = [(top << bits) // bottom for top, bottom in known]
        columns.append([key.value is None for key in keys])
        columns.append([own if key.lowest_first else -own for own, key in zip(wholes, keys, strict=True)])
    return list(zip(*columns, strict=True))


def _ratio(value: Exact) -> tuple[int, int] | None:
    return value.as_integer_ratio() if isinstance(value, Fraction) else None


def compared(a: Candidate, b: Candidate) -> int:
    """Negative where a stands before b, 0 where they are equal in every key."""
    for left, right in zip(a.keys, b.keys, strict=True):
        if left.value is None or right.value is None:
            order = (left.value is None) - (right.value is None)
        else:
            order = reals.compare(left.value, right.value)
            order = order if left.lowest_first else -order
        if order:
            return order
    return 0
