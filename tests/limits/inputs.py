"""Texts of about 1 MiB, honest and hostile."""

from __future__ import annotations

import random
from collections.abc import Callable

HEAD = """rubric "limits"
observe calls of city, averaged
  city text
  a number
  connected yes/no
"""
SIZE = 1 << 20


def _random_bytes() -> bytes:
    return bytes(random.Random(1).randrange(256) for _ in range(SIZE))


def _random_signs() -> bytes:
    chosen = random.Random(1)
    return "".join(chosen.choice('abc ()+-*/:,"|\n   0123456789') for _ in range(SIZE)).encode()


def _measures() -> bytes:
    return (HEAD + "".join(f"measure m{i} = mean(a where connected) + {i}\n" for i in range(20_000))).encode()[:SIZE]


def _bands() -> bytes:
    bands = "".join(
        f"bands b{i} by w\n  up to 15 s: x\n  over 15 s to 60 s: y\n  over 60 s: z\n" for i in range(12_000)
    )
    return (HEAD + "  w seconds 0 to 900\n" + bands).encode()[:SIZE]


def _one_table() -> bytes:
    rows = "".join(f"  {i} s: c{i}\n" for i in range(20_000))
    return (HEAD + "  w seconds\nbands b by w\n" + rows + "  otherwise: z\n").encode()


def _formulas() -> bytes:
    lines = "".join(f"formula f{i}(x) = f{i - 1}(x + {i}) + f{i - 1}(x + {i + 1})\n" for i in range(1, 30))
    return (HEAD + "formula f0(x) = x + 1\n" + lines + "measure m = f29(mean(a))\n").encode()


INPUTS: dict[str, tuple[Callable[[], bytes], bool]] = {
    "random bytes": (_random_bytes, True),
    "random signs": (_random_signs, True),
    "one long word": (lambda: b"x" * SIZE, True),
    "open brackets": (lambda: b"(" * SIZE, True),
    "open quotes": (lambda: b'"' * SIZE, True),
    "one statement again and again": (lambda: b'rubric "x"\n' + b"measure a = 1\n" * 70_000, True),
    "20,000 measures": (_measures, True),
    "12,000 bands": (_bands, False),
    "a table of 20,000 rows": (_one_table, False),
    "formulas that double": (_formulas, False),
}
"""How each is made, and whether a part of it is wrong as well."""
