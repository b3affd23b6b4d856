"""All mixtures of two editions in one plan, so that one run scores them all.

A mixture is a set of changes that are made, as bits. Nodes that several mixtures have in common stand once, so a change
costs as much as what depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rubric_dsl.editions.comparison import Comparison
from rubric_dsl.editions.recipes import Copy, CopyPart, Entry, Keep, Listed, Make, Noded, Pick, Recipe, Side
from rubric_dsl.plan.model import PlanNode, ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import Grain, ValueType
from rubric_dsl.resolved.walking import operands, reach, renumbered

Mixture = int
"""A set of changes: bit n is change n."""


class Circular(Exception):
    """In this mixture an item would read itself."""


class _Needs(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Universe:
    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.nodes: list[PlanNode] = []
        self._sides = (comparison.old, comparison.new)
        self._known: dict[tuple[op.Operation, ValueType, Grain], op.Node] = {}
        self._items: dict[tuple[str, Mixture], op.Node] = {}
        self._copies: dict[tuple[Side, op.Node, Mixture], op.Node] = {}
        self._below: dict[tuple[Side, op.Node], list[op.Node]] = {}

    # ------------------------------------------------------------ what a mixture has

    def item(self, name: str, mixture: Mixture) -> op.Node:
        """The node of a named value in this mixture. Raises Circular."""
        return self._built(name, self.comparison.items[name], self.comparison.reach.items[name], mixture)

    def ranking(self, name: str, mixture: Mixture) -> op.Node:
        recipe, bits = self.comparison.rankings[name], self.comparison.reach.rankings[name]
        return self._built(f"ranking {name}", recipe, bits, mixture)

    def plan(self, tables: Mixture) -> ScoringPlan:
        """The nodes made so far as a plan that can be run, with the tables of this mixture.

        It names no values and has no rankings: these are asked of the universe.
        """
        side = self.side_read(tables)
        source = self._sides[side].plan
        return ScoringPlan(
            header=source.header, tables=tuple(self._table(table, side, tables) for table in source.tables),
            subjects=source.subjects, register_table=source.register_table, period=source.period, parameters=(),
            nodes=tuple(self.nodes), values=(), rankings=(), promises=(),
        )

    def side_read(self, mixture: Mixture) -> Side:
        """By which edition data are read."""
        read = self.comparison.read
        return 1 if not read or self._made(read[0], mixture) else 0

    @property
    def table_changes(self) -> Mixture:
        """The changes for which rows have to be read or folded otherwise."""
        numbers = [*self.comparison.read, *(n for kinds in self.comparison.folded.values() for n in kinds.values())]
        bits = 0
        for number in numbers:
            bits |= 1 << self.comparison.change_of[number]
        for recipe in self.comparison.scenario_weights.values():
            bits |= self.comparison.reach.of(recipe)
        return bits

    def prepare_tables(self, tables: Mixture) -> None:
        """Makes the nodes that the tables of this mixture need."""
        for table in self._sides[self.side_read(tables)].plan.tables:
            self._scenario_weights(table, self.side_read(tables), tables)

    def _table(self, table: TableSchema, side: Side, mixture: Mixture) -> TableSchema:
        other = {one.name: one for one in self._sides[1 - side].plan.tables}.get(table.name)
        changes: dict[str, Any] = {"musts": (), "columns": tuple(
            column.model_copy(update={"present_when": None}) for column in table.columns
        )}
        kinds = self.comparison.folded.get(table.name, {})
        if other is not None:
            for kind, fields in (("folding", ("folding", "stratum", "one_row_each")), ("missing rule", ("missing",))):
                if kind in kinds and self._made(kinds[kind], mixture) != bool(side):
                    changes |= {field: getattr(other, field) for field in fields}
        changes["stratum_weights"] = self._scenario_weights(table, side, mixture)
        return table.model_copy(update=changes)

    def _scenario_weights(self, table: TableSchema, side: Side, mixture: Mixture) -> op.Node | None:
        recipe = self.comparison.scenario_weights.get(table.name)
        return None if recipe is None else self._made_node(recipe, mixture)

    def _made_node(self, recipe: Recipe, mixture: Mixture) -> op.Node | None:
        found = self._follow(recipe, mixture)
        assert found is None or isinstance(found, int)
        return found

    # ------------------------------------------------------------ building

    def _made(self, difference: int, mixture: Mixture) -> bool:
        return bool(mixture >> self.comparison.change_of[difference] & 1)

    def _built(self, name: str, recipe: Recipe, bits: Mixture, mixture: Mixture) -> op.Node:
        """The node of an item, and before it those of all items that it reads."""
        waiting = [(name, recipe, bits)]
        while waiting:
            current, made_by, own = waiting[-1]
            key = (current, mixture & own)
            if key not in self._items:
                try:
                    self._items[key] = self._follow(made_by, mixture)
                except _Needs as needs:
                    if any(needs.name == other for other, _, _ in waiting):
                        raise Circular from None
                    items = self.comparison.items
                    waiting.append((needs.name, items[needs.name], self.comparison.reach.items[needs.name]))
                    continue
            waiting.pop()
        return self._items[name, mixture & bits]

    def _follow(self, recipe: Recipe, mixture: Mixture) -> Any:
        match recipe:
            case Keep(value):
                return value
            case Copy(side, node, named):
                return self._copy(side, node, mixture, named)
            case CopyPart(side, part):
                return renumbered(part, _Copied(self, side, mixture))
            case Pick(change, old, new):
                return self._follow(new if self._made(change, mixture) else old, mixture)
            case Listed(entries):
                return tuple(self._follow(one.recipe, mixture) for one in entries if self._stands(one, mixture))
            case Make(kind, given):
                return kind(**{name: self._follow(inner, mixture) for name, inner in given})
            case Noded(operation, like):
                return self._node(self._follow(operation, mixture), self._sides[1].plan.nodes[like])

    def _stands(self, entry: Entry, mixture: Mixture) -> bool:
        return entry.change is None or self._made(entry.change, mixture) == bool(entry.side)

    def _node(self, operation: op.Operation, like: PlanNode) -> op.Node:
        key = (operation, like.type, like.grain)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.nodes)
            self.nodes.append(like.model_copy(update={"id": known, "operation": operation}))
        return known

    def _copy(self, side: Side, node: op.Node, mixture: Mixture, named: bool = True) -> op.Node:
        """A node of an edition with all below it, down to what stands under a name."""
        name = self._sides[side].names.get(node) if named else None
        if name is not None:
            return self._known_item(name, mixture)
        for current in self._unnamed(side, node):
            key = self._key(side, current, mixture)
            if key not in self._copies:
                self._copies[key] = self._copied(side, current, mixture)
        return self._copies[self._key(side, node, mixture)]

    def _known_item(self, name: str, mixture: Mixture) -> op.Node:
        found = self._items.get((name, mixture & self.comparison.reach.items[name]))
        if found is None:
            raise _Needs(name)
        return found

    def _key(self, side: Side, node: op.Node, mixture: Mixture) -> tuple[Side, op.Node, Mixture]:
        return side, node, mixture & self.comparison.reach.node(side, node, named=False)

    def _copied(self, side: Side, node: op.Node, mixture: Mixture) -> op.Node:
        like = self._sides[side].plan.nodes[node]
        operation = like.operation
        if isinstance(operation, op.Parameter):
            return self._node(op.Constant(self._parameter(operation.name, side, mixture)), like)
        return self._node(renumbered(operation, _Copied(self, side, mixture)), like)

    def _parameter(self, name: str, side: Side, mixture: Mixture) -> str:
        """The value of a parameter; it stands as a constant, since both values may stand in one plan."""
        difference = self.comparison.parameters.get(name)
        chosen = side if difference is None else int(self._made(difference, mixture))
        return next(one.value for one in self._sides[chosen].plan.parameters if one.name == name)

    def _unnamed(self, side: Side, node: op.Node) -> list[op.Node]:
        """The node and what it reads that has no name, in ascending order."""
        known = self._below.get((side, node))
        if known is None:
            edition = self._sides[side]

            def read(current: op.Node) -> Iterator[op.Node]:
                return (one for one in operands(edition.operation(current)) if one not in edition.names)

            known = self._below[side, node] = sorted(reach([node], read))
        return known


class _Copied(Mapping[op.Node, int]):
    """The numbers that nodes of an edition have in a mixture, made when they are asked for."""

    def __init__(self, universe: Universe, side: Side, mixture: Mixture) -> None:
        self._ask = universe
        self._side: Side = side
        self._mixture = mixture

    def __getitem__(self, node: op.Node) -> int:
        return self._ask._copy(self._side, node, self._mixture)

    def __iter__(self) -> Iterator[op.Node]:
        return iter(())

    def __len__(self) -> int:
        return 0
