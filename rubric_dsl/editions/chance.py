"""Random numbers that are the same on every machine and with every version of Python, in whole numbers only.

Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators (2014): SplitMix64.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import shake_128
from struct import unpack
from typing import TypeVar

MASK = (1 << 64) - 1
BYTE = 256

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


# ---------------------------------------------------------------- many numbers at once


def words(count: int, *key: int) -> tuple[int, ...]:
    """`count` numbers of 64 bits, of a stream of its own for each key, so that draws can be made in any order.

    Source: FIPS 202 (2015), SHAKE128.
    """
    return unpack(f"<{count}Q", _bytes(8 * count, key))


def places(size: int, count: int, *key: int) -> Sequence[int]:
    """`count` numbers from 0 to under `size`, all equally likely (beyond a size of 256 to one part in 2^32)."""
    if size > BYTE:
        return [word * size >> 64 for word in words(count, *key)]
    table, refused = _residues(size)
    asked = count * BYTE // (BYTE - len(refused)) + 32
    while True:
        # A longer output of the same key begins with the shorter one.
        found = _bytes(asked, key).translate(table, refused)
        if len(found) >= count:
            return found[:count]
        asked *= 2


@cache
def _residues(size: int) -> tuple[bytes, bytes]:
    """What each byte stands for, and the bytes that would make some numbers likelier than others."""
    spare = BYTE % size
    return bytes(byte % size for byte in range(BYTE)), bytes(range(BYTE - spare, BYTE))


def _bytes(count: int, key: Sequence[int]) -> bytes:
    named = ",".join(map(str, key)).encode("ascii")
    return shake_128(named, usedforsecurity=False).digest(count)
