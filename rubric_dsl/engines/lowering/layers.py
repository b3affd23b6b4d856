"""How expressions are handed to an engine: operands first, what is read more than once as a column of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.text.record import dataclass

SHARED_FROM = 3
"""An expression of so many operations that is read twice becomes a column."""
INLINE = 24
"""No expression nests deeper than this without a column in between."""


@dataclass(frozen=True, slots=True)
class Layers:
    """All expressions, operands first; those that become columns by their layer, which reads those before it."""

    order: Sequence[Expr]
    stored: Mapping[Expr, int]


def layered(asked: Sequence[Expr]) -> Layers:
    order = _in_order(asked)
    uses = Counter(operand for one in order for operand in one.operands)
    stored: dict[Expr, int] = {}
    layer: dict[Expr, int] = {}
    depth: dict[Expr, int] = {}
    size: dict[Expr, int] = {}
    for one in order:
        layer[one] = max((layer[part] for part in one.operands), default=0)
        depth[one] = 1 + max((depth[part] for part in one.operands), default=0)
        size[one] = 1 + sum(size[part] for part in one.operands)
        if one.operands and ((uses[one] > 1 and size[one] >= SHARED_FROM) or depth[one] > INLINE):
            stored[one] = layer[one]
            layer[one], depth[one], size[one] = layer[one] + 1, 1, 1
    return Layers(order, stored)


def _in_order(asked: Sequence[Expr]) -> list[Expr]:
    """All expressions, operands first."""
    order: dict[Expr, None] = {}
    waiting = [(one, False) for one in reversed(asked)]
    while waiting:
        one, ready = waiting.pop()
        if one in order:
            continue
        if ready:
            order[one] = None
        else:
            waiting.append((one, True))
            waiting.extend((operand, False) for operand in reversed(one.operands))
    return list(order)


def room(one: Expr) -> tuple[int, int]:
    """Ends that a type must hold for this number and for all that is met on the way to it."""
    low, high = one.low, one.high
    if one.operation == "+":
        most = sum(term.most for term in one.operands)
        return -most, most
    if one.operation in ("*", "//", "%", "when", "or else"):
        # What an operand gives where it is not asked must have room too. A product may be held to narrower ends.
        parts = [part for part in one.operands if part.kind == "number"]
        products = [x * y for x in _ends(parts[0]) for y in _ends(parts[1])] if one.operation == "*" else []
        low = min(low, *products, *(part.low for part in parts))
        high = max(high, *products, *(part.high for part in parts))
    return low, high


def _ends(one: Expr) -> tuple[int, int]:
    return one.low, one.high
