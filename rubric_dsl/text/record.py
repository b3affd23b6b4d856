"""`dataclass` for the many small classes of this program, quick to make.

Type checkers see the standard library's, so assigning to a field of a frozen class is an error there, and CI runs them.
At run time `frozen` is not enforced, and comparing, hashing and showing are functions that all classes share instead of
code that is generated for each: making the classes took half of the time in which the program starts
(`docs/decisions/0017-frozen-by-type.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from dataclasses import dataclass as dataclass
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


def _first_init(kind: type) -> Callable[..., None]:
    """An `__init__` that writes the one of this class when an object is first made: most classes make none in a run."""

    def __init__(self: Any, *given: Any, **named: Any) -> None:
        init = _init_of(kind)
        kind.__init__ = init  # type: ignore[misc]
        init(self, *given, **named)

    return __init__


def _init_of(kind: type) -> Callable[..., None]:
    """Takes the fields in their order, as the standard one does, and sets them."""
    space: dict[str, Any] = {"MISSING": MISSING}
    by_place = ["self"]
    by_name: list[str] = []
    lines: list[str] = []
    for place, one in enumerate(field for field in fields(kind) if field.init):
        default = ""
        value = one.name
        if one.default_factory is not MISSING:
            space[f"make{place}"] = one.default_factory
            default, value = " = MISSING", f"make{place}() if {one.name} is MISSING else {one.name}"
        elif one.default is not MISSING:
            space[f"default{place}"] = one.default
            default = f" = default{place}"
        (by_name if one.kw_only else by_place).append(f"{one.name}{default}")
        lines.append(f"  self.{one.name} = {value}")
    for place, one in enumerate(field for field in fields(kind) if not field.init):
        if one.default_factory is not MISSING:
            space[f"made{place}"] = one.default_factory
            lines.append(f"  self.{one.name} = made{place}()")
    if hasattr(kind, "__post_init__"):
        lines.append("  self.__post_init__()")
    parameters = [*by_place, *(["*", *by_name] if by_name else [])]
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or ["  pass"]), space)
    init: Callable[..., None] = space["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    return init


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
            if cls.__doc__ is None:  # else it would be made of the signature
                cls.__doc__ = cls.__name__
            found = _standard(cls, eq=False, repr=False, init=False, **options)
            if "__init__" not in own:
                found.__init__ = _first_init(found)
            for name, function in shared.items():
                setattr(found, name, function)
            return found

        return made if cls is None else made(cls)
