"""Where a generator's decisions come from: Hypothesis (which shrinks them) or a plain random source (which is fast)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """`below(n)` gives 0 to n − 1; 0 is the simplest choice."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below

    @staticmethod
    def seeded(seed: int) -> Choices:
        return Choices(random.Random(seed).randrange)

    def chance(self, percent: int) -> bool:
        return self.below(100) >= 100 - percent

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def pick(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def some(self, things: Sequence[T], least: int = 1) -> list[T]:
        """At least `least` of them, in their order."""
        kept = [thing for thing in things if self.below(2) == 0]
        return kept if len(kept) >= least else list(things[:least])

    def shuffled(self, things: Sequence[T]) -> list[T]:
        left, found = list(things), []
        while left:
            found.append(left.pop(self.below(len(left))))
        return found

    def fraction(self, *texts: str) -> Fraction:
        return Fraction(self.pick(texts))
