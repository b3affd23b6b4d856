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


def _tables() -> bytes:
    """Formulas with a table each, which is judged at each use."""
    table = "\n  over 3: x\n  otherwise: 1\n"
    lines = "".join(f"formula f{i}(x) = f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 25))
    return f"{HEAD}formula f0(x) by x{table}{lines}measure m = f24(mean(a))\n".encode()


def _conditions() -> bytes:
    """The same use of a formula under ever other conditions."""
    columns = "".join(f"  c{i} yes/no\n" for i in range(30))
    lines = "".join(f"formula f{i}(x) = if c{i} then f{i - 1}(x) else f{i - 1}(x)\n" for i in range(1, 30))
    return f"{HEAD}{columns}formula f0(x) = x\n{lines}measure m = mean(f29(a))\n".encode()


def _formulas(first: str, step: str, deep: int) -> Callable[[], bytes]:
    """Formulas of which each uses the one before it twice: `step` with {b} for that one and {i} for a number."""
    lines = "".join(f"formula f{i}(x) = {step.format(b=f'f{i - 1}', i=i)}\n" for i in range(1, deep))
    return lambda: f"{HEAD}formula f0(x) = {first}\n{lines}measure m = f{deep - 1}(mean(a))\n".encode()


_MEASURE = HEAD + "measure m = "
_V = HEAD + "  v number 0 to 10\n"
_CHOICE = HEAD + "  kind choice\n"
_W = HEAD + "  w seconds 0 to 900\n"

SOUND: Mapping[str, Callable[[], bytes]] = {
    "indicators with tables": _each(_V, _whole),
    "measures": _each(HEAD, lambda place: f"measure m{place} = sum(a where connected) + {place}\n"),
    "bands": _each(_W, _bands),
    "one table": _each(
        _V + "indicator i worth 1\n  touchpoint t worth 1 by v\n    up to 0: 1\n",
        lambda place: f"    over {place} to {place + 1}: 0\n",
    ),
    "one choice": _each(_CHOICE, lambda place: f"    member_number_{place:08}\n"),
    "bands of many classes": _each(
        _V + "bands b by v\n  up to 0: none\n",
        lambda place: f"  over {place} to {place + 1}: class_{place}\n",
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

SHORT_SOUND: Mapping[str, Callable[[], bytes]] = {
    "formulas of two next to each other": _formulas("x + 1", "{b}(x) + {b}(x + 1)", 20),
    "squares of squares": _formulas("x * 3", "{b}(x) * {b}(x)", 60),
    "squares of squares of numbers": _formulas("3 + 0 * x", "{b}(x) * {b}(x)", 60),
    "conditions in formulas that double": _formulas("if x > 3 then x else 1", "{b}(x) + {b}(x + 1)", 20),
}
"""Short rubrics without an error that would grow without end if each use of a formula were put in anew."""

SHORT_HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "tables in formulas that double": _tables,
    "conditions around formulas": _conditions,
    "formulas of two others": _formulas("x + 1", "{b}(x + {i}) + {b}(x + {i} + 1)", 30),
    "formulas of a formula in itself": _formulas("x + 1", "{b}({b}(x))", 20),
}
"""Short texts that ask for more calculations than a rubric may have."""

ALL: Mapping[str, Callable[[], bytes]] = {**SOUND, **HOSTILE, **SHORT_SOUND, **SHORT_HOSTILE}
