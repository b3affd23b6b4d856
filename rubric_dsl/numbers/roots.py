"""Integer roots and factors: how exactly rational powers are recognised."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import gcd, isqrt

SMALL = 256
"""Factors below this are split off; what is left over is only taken apart as far as powers and common factors show."""


def _primes(below: int) -> tuple[int, ...]:
    sieve = bytearray([1]) * below
    for n in range(2, isqrt(below) + 1):
        if sieve[n]:
            sieve[n * n :: n] = bytes(len(range(n * n, below, n)))
    return tuple(n for n in range(2, below) if sieve[n])


SMALL_PRIMES = _primes(SMALL)


def integer_root(value: int, degree: int) -> int:
    """The largest integer whose `degree`-th power is at most `value` (value ≥ 0, degree ≥ 1), by Newton's method."""
    if degree == 1 or value < 2:
        return value
    if degree == 2:
        return isqrt(value)
    bits = value.bit_length()
    if degree >= bits:
        return 1
    root = 1 << -(-bits // degree)
    while True:
        nearer = ((degree - 1) * root + value // root ** (degree - 1)) // degree
        if nearer >= root:
            return root
        root = nearer


def without_powers(value: int, degree: int) -> tuple[int, int]:
    """`(root, k)` with root^k = value, where root is no perfect power of a degree that has a factor of `degree`."""
    exponent = 1
    for prime in _prime_factors(degree, value.bit_length()):
        while value > 1:
            root = integer_root(value, prime)
            if root**prime != value:
                break
            value, exponent = root, exponent * prime
    return value, exponent


def _prime_factors(degree: int, most: int) -> Iterable[int]:
    """Prime factors of `degree` up to `most`: a number of b bits has no root of degree b or more."""
    for n in range(2, most):
        if n * n > degree:
            break
        if degree % n == 0:
            yield n
            while degree % n == 0:
                degree //= n
    if 1 < degree <= most:
        yield degree


_MOST_BITS_FOR_ANY_POWER = 2048


@lru_cache(maxsize=1024)
def primitive_root(value: int) -> tuple[int, int]:
    """`(root, k)` with root^k = value and no larger k, for a value without factors below `SMALL`.

    Values of more than 2048 bits are tried as squares and cubes only.
    """
    exponent = 1
    bits = value.bit_length()
    for prime in SMALL_PRIMES if bits <= _MOST_BITS_FOR_ANY_POWER else (2, 3):
        if prime * 8 > bits + 8:
            break
        while True:
            root = integer_root(value, prime)
            if root**prime != value:
                break
            value, exponent = root, exponent * prime
    return value, exponent


def factors(value: int) -> dict[int, int]:
    """Pairwise coprime factors and their exponents: primes below `SMALL`, and at most one larger number."""
    found: dict[int, int] = {}
    for prime in SMALL_PRIMES:
        if prime * prime > value:
            break
        while value % prime == 0:
            value //= prime
            found[prime] = found.get(prime, 0) + 1
    if value > 1:
        found[value] = found.get(value, 0) + 1
    return found


def coprime_parts(values: Iterable[int]) -> list[int]:
    """Pairwise coprime numbers above 1 of which every given value is a product of powers."""
    parts: list[int] = []
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if value == 1:
            continue
        for place, part in enumerate(parts):
            common = gcd(value, part)
            if common > 1:
                del parts[place]
                waiting += [common, part // common, value // common]
                break
        else:
            parts.append(value)
    return parts


def exponents_over(value: int, parts: Iterable[int]) -> dict[int, int]:
    """The exponents of the coprime parts whose product is the value."""
    found: dict[int, int] = {}
    for part in parts:
        count = 0
        while value % part == 0:
            value //= part
            count += 1
        if count:
            found[part] = count
    return found
