"""Several whole numbers in one, so that adding and weighing them is one operation of the machine's long integers.

A simulation adds up the same few rows millions of times; done number by number that takes twenty times as long.
"""

from __future__ import annotations

from collections.abc import Sequence

from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Packing:
    """`count` numbers of `bits` bits each, the first in the lowest. Sums of packed numbers are the packed sums.

    None of them, and no sum of products with weights, may be negative or need more bits.
    """

    count: int
    bits: int

    def packed(self, numbers: Sequence[int]) -> int:
        return sum(number << self.bits * place for place, number in enumerate(numbers))

    def multiplier(self, weights: Sequence[int]) -> int:
        """What packed numbers are multiplied by to weigh them: the weights in the opposite order."""
        return self.packed(weights[::-1])

    def weighed(self, packed: Sequence[int], weights: Sequence[int]) -> list[int]:
        """Σ weight · number of each: the middle one of the numbers that the product of two packed ones holds."""
        multiplier, shift, mask = self.multiplier(weights), self.bits * (self.count - 1), (1 << self.bits) - 1
        return [one * multiplier >> shift & mask for one in packed]
