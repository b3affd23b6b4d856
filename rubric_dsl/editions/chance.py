"""Random numbers that are the same on every machine and with every version of Python, in whole numbers only.

Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators (2014): SplitMix64.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

MASK = (1 << 64) - 1

T = TypeVar("T")


class Chance:
    """A stream of numbers from a seed."""

    def __init__(self, seed: int) -> None:
        self._state = seed & MASK

    def bits(self) -> int:
        """64 random bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, limit: int) -> int:
        """A whole number from 0 to under the limit (at most 2^64), all equally likely."""
        most = MASK - MASK % limit
        while True:
            bits = self.bits()
            if bits < most:
                return bits % limit

    def shuffled(self, items: Iterable[T]) -> list[T]:
        found = list(items)
        for place in range(len(found) - 1, 0, -1):
            other = self.below(place + 1)
            found[place], found[other] = found[other], found[place]
        return found
