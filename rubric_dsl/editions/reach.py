"""Which changes have a part in an item, as sets of bits: bit n is change n."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.recipes import Copy, CopyPart, Keep, Listed, Make, Noded, Pick, Recipe, Side
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands


class Reach:
    """`items` and `rankings`: by name the changes that can change them, through whatever they read."""

    def __init__(
        self, old: Edition, new: Edition, items: Mapping[str, Recipe], rankings: Mapping[str, Recipe],
        parameters: Mapping[str, int], change_of: tuple[int, ...],
    ) -> None:
        self._sides = (old, new)
        self._parameters = {name: 1 << change_of[number] for name, number in parameters.items()}
        self._change_of = change_of
        self.items: dict[str, int] = dict.fromkeys(items, 0)
        self._nodes: tuple[list[int], list[int]] = ([], [])
        changed = True
        while changed:
            self._nodes = (self._of_nodes(0), self._of_nodes(1))
            found = {name: self.of(recipe) for name, recipe in items.items()}
            changed = found != self.items
            self.items = found
        self.rankings = {name: self.of(recipe) for name, recipe in rankings.items()}
        self.all = 0
        for bits in (*self.items.values(), *self.rankings.values()):
            self.all |= bits

    def _of_nodes(self, side: Side) -> list[int]:
        edition = self._sides[side]
        found: list[int] = []
        for node in edition.plan.nodes:
            bits = 0
            for operand in operands(node.operation):
                name = edition.names.get(operand)
                bits |= found[operand] if name is None else self.items[name]
            if isinstance(node.operation, op.Parameter):
                bits |= self._parameters.get(node.operation.name, 0)
            found.append(bits)
        return found

    def node(self, side: Side, node: op.Node, named: bool = True) -> int:
        name = self._sides[side].names.get(node) if named else None
        return self._nodes[side][node] if name is None else self.items[name]

    def of(self, recipe: Recipe) -> int:
        """The changes that have a part in what the recipe makes."""
        bits = 0
        for one in _inside(recipe):
            match one:
                case Pick(change):
                    bits |= 1 << self._change_of[change]
                case Copy(side, node, named):
                    bits |= self.node(side, node, named)
                case CopyPart(side, part):
                    bits |= self._part(side, part)
        return bits

    def _part(self, side: Side, part: Any) -> int:
        bits = 0
        for node in operands(part):
            bits |= self.node(side, node)
        return bits


def _inside(recipe: Recipe) -> Iterator[Recipe]:
    waiting: list[Recipe] = [recipe]
    while waiting:
        current = waiting.pop()
        yield current
        match current:
            case Pick(_, old, new):
                waiting += [old, new]
            case Listed(entries):
                for entry in entries:
                    waiting.append(entry.recipe)
                    if entry.change is not None:
                        yield Pick(entry.change, Keep(None), Keep(None))
            case Make(_, fields):
                waiting += [inner for _, inner in fields]
            case Noded(operation):
                waiting.append(operation)
