"""Texts of 1 MiB, honest and hostile, each with what `rubric check` answers to it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping

HEAD = """rubric "limits"
observe calls of city, averaged
  city text
  a number
  connected yes/no
"""
MIB = 1 << 20


def _filled(head: str, parts: Iterator[str]) -> bytes:
    """The head and as many parts as 1 MiB holds."""
    found, size = [head], len(head.encode())
    for part in parts:
        size += len(part.encode())
        if size > MIB:
            break
        found.append(part)
    return "".join(found).encode()


def _again(head: str, part: str) -> Callable[[], bytes]:
    return lambda: _filled(head, itertools.repeat(part))


def _each(head: str, part: Callable[[int], str]) -> Callable[[], bytes]:
    return lambda: _filled(head, map(part, itertools.count()))


def _random_bytes() -> bytes:
    return random.Random(1).randbytes(MIB)


def _random_signs() -> bytes:
    chosen = random.Random(1)
    return "".join(chosen.choice('abc ()+-*/:,"|\n   0123456789') for _ in range(MIB)).encode()


def _whole(place: int) -> str:
    """An indicator of four touchpoints with tables, a measure and its bands: some 2,000 of them are 42,000 lines."""
    touchpoints = "".join(
        f"  touchpoint t{place}_{which} worth 2.5 by v\n"
        "    up to 2: 0\n    over 2 to 5: 0.5 rising to 2\n    over 5: 2.5\n"
        for which in range(4)
    )
    measure = f"measure m{place} = sum(v where connected or v > {place % 10})\n"
    bands = f"bands b{place} by m{place}\n  up to {place}: low_{place}\n  over {place}: high_{place}\n"
    return f"indicator i{place} worth 10\n{touchpoints}{measure}{bands}"


def _bands(place: int) -> str:
    """Names so long that 1 MiB of them keeps to the limit of 50,000 lines."""
    rows = f"  up to 15 s: soon_{place}\n  over 15 s to 60 s: later_{place}\n  over 60 s: late_{place}\n"
    return f"bands b{place} by w\n{rows}"


def _formulas() -> bytes:
    lines = "".join(f"formula f{i}(x) = f{i - 1}(x + {i}) + f{i - 1}(x + {i + 1})\n" for i in range(1, 30))
    return (HEAD + "formula f0(x) = x + 1\n" + lines + "measure m = f29(mean(a))\n").encode()


_MEASURE = HEAD + "measure m = "
_V = HEAD + "  v number 0 to 10\n"
_W = HEAD + "  w seconds 0 to 900\n"

SOUND: Mapping[str, Callable[[], bytes]] = {
    "indicators with tables": _each(_V, _whole),
    "measures": _each(HEAD, lambda place: f"measure m{place} = sum(a where connected) + {place}\n"),
    "bands": _each(_W, _bands),
    "one table": _each(
        _V + "indicator i worth 1\n  touchpoint t worth 1 by v\n    up to 0: 1\n",
        lambda place: f"    over {place} to {place + 1}: 0\n",
    ),
    "line breaks": _again("", "\n"),
}
"""Rubrics without an error in them."""

HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "measures that may be absent": _each(HEAD, lambda i: f"measure m{i} = mean(a where connected) + {i}\n"),
    "random bytes": _random_bytes,
    "random signs": _random_signs,
    "one line of words": _again(_MEASURE, "a "),
    "one long word": _again("", "x"),
    "one line of a sum": _again(_MEASURE + "1", "+1"),
    "one line of powers": _again(_MEASURE + "2", "^2"),
    "one line of minus": _again(_MEASURE, "-"),
    "open brackets": _again("", "("),
    "open brackets of a measure": _again(_MEASURE, "("),
    "brackets": _again(_MEASURE, "()"),
    "open quotes": _again("", '"'),
    "colons": _again('rubric "limits"\n', "a:b\n"),
    "digits": _again(_MEASURE, "1"),
    "combining marks": _again(_MEASURE + "a", "\u0301"),
    "one statement again and again": _again('rubric "limits"\n', "measure m = 1\n"),
}
"""Texts that are refused."""

SMALL: Mapping[str, Callable[[], bytes]] = {"formulas that double": _formulas}
"""Short texts that ask for much; refused."""
