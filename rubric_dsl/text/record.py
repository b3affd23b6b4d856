"""`dataclass` for the many small classes of this program, quick to make.

Type checkers see the standard library's, so assigning to a field of a frozen class is an error there, and CI runs them.
At run time `frozen` is not enforced, and comparing, hashing and showing are functions that all classes share instead of
code that is generated for each: making the classes took half of the time in which the program starts
(`docs/decisions/0017-frozen-by-type.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass as dataclass
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any


class _Values(dict[type, Callable[[Any], tuple[object, ...]]]):
    """By class, what gives the values of an instance's fields that are compared."""

    def __missing__(self, kind: type) -> Callable[[Any], tuple[object, ...]]:
        names = [field.name for field in fields(kind) if field.compare]
        given = attrgetter(*names) if names else None
        found = self[kind] = (
            given if given is not None and len(names) > 1
            else (lambda one: (given(one),)) if given is not None
            else (lambda one: ())
        )
        return found


_VALUES = _Values()


def _equal(self: Any, other: object) -> object:
    if type(self) is not type(other):
        return NotImplemented
    values = _VALUES[type(self)]
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(_VALUES[type(self)](self))


def _shown(self: Any) -> str:
    inside = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({inside})"


if not TYPE_CHECKING:
    _standard = dataclass

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, **options: Any
    ) -> Any:
        """The standard decorator; a frozen class can be hashed, as it could if it were frozen, another one cannot.

        With `eq=False` instances are compared and hashed by identity.
        """

        def made(cls: type) -> type:
            own = vars(cls)
            shared = {"__repr__": _shown}
            if eq:
                shared |= {"__eq__": _equal, "__hash__": _hash if frozen else None}
            # A class that says how it compares and nothing of its hash has `__hash__` None, which is not its own word.
            shared = {name: function for name, function in shared.items() if own.get(name) is None}
            found = _standard(cls, eq=False, repr=False, **options)
            for name, function in shared.items():
                setattr(found, name, function)
            return found

        return made if cls is None else made(cls)
