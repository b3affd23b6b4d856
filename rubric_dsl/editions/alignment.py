"""Which entries of an old list are which of a new one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher

Pair = tuple[int | None, int | None]
"""Places in the old and in the new list; None: removed, added."""


def aligned(
    old: Sequence[Hashable], new: Sequence[Hashable], alike: Callable[[int, int], bool] = lambda i, j: False
) -> Iterator[Pair]:
    """Equal entries in order; between them those that are alike; where then as many are left on both sides, these.

    Removed entries come before added ones.
    """
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(range(i, i_end), range(j, j_end), strict=True)
        else:
            yield from _block(list(range(i, i_end)), list(range(j, j_end)), alike)


def _block(old: list[int], new: list[int], alike: Callable[[int, int], bool]) -> Iterator[Pair]:
    pairs: list[tuple[int, int]] = []
    after = 0
    for j in new:
        found = next((place for place in range(after, len(old)) if alike(old[place], j)), None)
        if found is not None:
            pairs.append((old[found], j))
            after = found + 1
    bounds = [(old[0] - 1 if old else 0, new[0] - 1 if new else 0), *pairs, (len_of(old), len_of(new))]
    for place, (i, j) in enumerate(bounds[:-1]):
        if place:
            yield i, j
        i_end, j_end = bounds[place + 1]
        left = [one for one in old if i < one < i_end]
        right = [one for one in new if j < one < j_end]
        if len(left) == len(right):
            yield from zip(left, right, strict=True)
        else:
            yield from ((one, None) for one in left)
            yield from ((None, one) for one in right)


def len_of(places: list[int]) -> int:
    """One place behind the last."""
    return places[-1] + 1 if places else 0
