"""How a part of a method is made from two editions when some of the changes between them are made and others are not.

Comparing two plans gives a recipe an item; `universe` follows it for a set of changes. A change is named by the number
of its difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal

from rubric_dsl.resolved.operations import Node, Operation
from rubric_dsl.resolved.walking import nested_fields, node_fields
from rubric_dsl.text.record import dataclass

Side = Literal[0, 1]
"""0: the old edition, 1: the new one."""


@dataclass(frozen=True, slots=True)
class Keep:
    """A plain value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Copy:
    """A node of an edition; what it reads under a name is read as that item is then. `named`: the node itself too."""

    side: Side
    node: Node
    named: bool = True


@dataclass(frozen=True, slots=True)
class CopyPart:
    """A part of an operation of an edition, its nodes copied."""

    side: Side
    part: Any


@dataclass(frozen=True, slots=True)
class Pick:
    """`new` where the change is made, else `old`."""

    change: int
    old: Recipe
    new: Recipe


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list: always there, or only where the change is made (`side` 1) or not made (0)."""

    recipe: Recipe
    change: int | None = None
    side: Side = 1


@dataclass(frozen=True, slots=True)
class Listed:
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """A part of an operation from its fields."""

    kind: type
    fields: tuple[tuple[str, Recipe], ...]


@dataclass(frozen=True, slots=True)
class Noded:
    """The node of an operation, with type, grain and lines of this node of the new edition."""

    operation: Recipe
    like: Node


Recipe = Keep | Copy | CopyPart | Pick | Listed | Make | Noded


def made(operation: Operation, recipes: Mapping[str, Recipe]) -> Make:
    """The operation with some fields made by recipes, the others as they are in the new edition."""
    kind = type(operation)
    numbered, nested = node_fields(kind), nested_fields(kind)

    def as_it_is(name: str, value: Any) -> Recipe:
        if name in nested:
            return CopyPart(1, value)
        if name not in numbered or value is None:
            return Keep(value)
        return Listed(tuple(Entry(Copy(1, node)) for node in value)) if isinstance(value, tuple) else Copy(1, value)

    names = [field.name for field in fields(kind)]
    return Make(kind, tuple((name, recipes.get(name) or as_it_is(name, getattr(operation, name))) for name in names))
