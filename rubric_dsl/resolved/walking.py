"""Operations as trees of node numbers: which they read, directly or not, and the same with other numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from rubric_dsl.resolved import operations as op

_NODE_FIELDS: dict[type, tuple[str, ...]] = {}
_NESTED_FIELDS: dict[type, tuple[str, ...]] = {}
_PARTS = ("Condition", "Outcome", "Limit", "Part", "Row", "Pattern", "TieKey", "RankCap")


def node_fields(kind: type) -> tuple[str, ...]:
    """Fields that hold node numbers, told by their annotation."""
    known = _NODE_FIELDS.get(kind)
    if known is None:
        known = tuple(field.name for field in fields(kind) if "Node" in str(field.type))
        _NODE_FIELDS[kind] = known
    return known


def nested_fields(kind: type) -> tuple[str, ...]:
    """Fields that hold parts of an operation, which hold node numbers themselves."""
    known = _NESTED_FIELDS.get(kind)
    if known is None:
        known = tuple(field.name for field in fields(kind) if any(name in str(field.type) for name in _PARTS))
        _NESTED_FIELDS[kind] = known
    return known


def operands(operation: Any) -> list[op.Node]:
    """Every node number in an operation, in written order."""
    found: list[op.Node] = []
    pending: list[Any] = [operation]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending.extend(reversed(part))
            continue
        if part is None or isinstance(part, str | int):
            continue
        for name in node_fields(type(part)):
            value = getattr(part, name)
            found.extend(value if isinstance(value, tuple) else [value] if value is not None else [])
        pending.extend(getattr(part, name) for name in reversed(nested_fields(type(part))))
    return found


def reach(roots: Iterable[op.Node], reads: Callable[[op.Node], Iterable[op.Node]]) -> Iterator[op.Node]:
    """The roots and all that they read, directly or not, each once; `reads` is asked once for each."""
    waiting, seen = list(roots), set[op.Node]()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            yield current
            waiting.extend(reads(current))


def renumbered(part: Any, numbers: Mapping[op.Node, int]) -> Any:
    """The operation (or a part of one) with its node numbers replaced."""
    if isinstance(part, tuple):
        return tuple(renumbered(inner, numbers) for inner in part)
    if part is None or isinstance(part, str | int | bool):
        return part
    changes: dict[str, Any] = {}
    for name in node_fields(type(part)):
        value = getattr(part, name)
        if isinstance(value, tuple):
            changes[name] = tuple(numbers[node] for node in value)
        elif value is not None:
            changes[name] = numbers[value]
    for name in nested_fields(type(part)):
        changes[name] = renumbered(getattr(part, name), numbers)
    return replace(part, **changes) if changes else part
