"""`dataclass` for the many small immutable classes of this program, quick to make.

Type checkers see the standard library's, so assigning to a field of a frozen class is an error there, and CI runs them.
At run time `frozen` is not enforced: generating what enforces it took half of the time in which the program starts, and
made every object of a tree slower to build (`docs/decisions/0017-frozen-by-type.md`).
"""

from __future__ import annotations

from dataclasses import dataclass as dataclass
from typing import TYPE_CHECKING, Any

if not TYPE_CHECKING:
    _standard = dataclass

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: Any) -> Any:
        """The standard decorator; a frozen class can be hashed, as it could if it were frozen."""

        def made(cls: type) -> type:
            hashed = frozen and eq and "__hash__" not in vars(cls)
            return _standard(cls, eq=eq, unsafe_hash=hashed, **options)

        return made if cls is None else made(cls)
