"""The name that was probably meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MOST_COMPARED = 5_000
LONGEST_COMPARED = 60


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The one name that differs least from the word, None where none is near or several are equally near.

    Width, case and blanks do not count as differences. A name is near when at most one character in three differs (one
    of two): 杭洲 is near 杭州, while S9 is as near to S1 as to S2 and so near to neither.
    """
    wanted = folded(word)
    if not wanted or len(wanted) > LONGEST_COMPARED:
        return None
    best: str | None = None
    least = max(1, len(wanted) // 3) + 1
    for count, name in enumerate(names):
        if count >= MOST_COMPARED:
            break
        other = folded(name)
        if other == wanted:
            return name
        if abs(len(other) - len(wanted)) > least or max(len(other), len(wanted)) < 2:
            continue
        distance = differences(wanted, other)
        if distance < least:
            best, least = name, distance
        elif distance == least:
            best = None
    return best


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def differences(one: str, other: str) -> int:
    """How many characters to change, drop, insert or swap with their neighbour to get from one to the other."""
    earlier: list[int] = []
    above = list(range(len(other) + 1))
    for i, mine in enumerate(one):
        here = [i + 1]
        for j, theirs in enumerate(other):
            cost = min(above[j] + (mine != theirs), above[j + 1] + 1, here[j] + 1)
            if i and j and mine == other[j - 1] and one[i - 1] == theirs:
                cost = min(cost, earlier[j - 1] + 1)
            here.append(cost)
        earlier, above = above, here
    return above[-1]
