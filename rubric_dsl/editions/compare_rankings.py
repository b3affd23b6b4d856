"""Comparing rankings: what they rank by, how precisely, and by which rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rubric_dsl.editions.changes import Kind, Part
from rubric_dsl.editions.recipes import Copy, CopyPart, Entry, Keep, Listed, Noded, Pick, Recipe, Side, made
from rubric_dsl.resolved import operations as op

if TYPE_CHECKING:
    from rubric_dsl.editions.compare import Comparing


class Rankings:
    def __init__(self, comparing: Comparing) -> None:
        self.pair = comparing
        """Both editions and what was found so far."""

    def compare(self) -> None:
        old = {schema.name: schema for schema in self.pair.old.plan.rankings}
        new = {schema.name: schema for schema in self.pair.new.plan.rankings}
        for name, schema in new.items():
            if name not in old:
                self.pair.found.add(("ranking", name), "ranking", name, None, Part(schema.node), (None, schema.lines))
                self.pair.rankings[name] = Copy(1, schema.node)
            else:
                self.pair.rankings[name] = self._ranking(name, old[name].node, schema.node)
        for name, schema in old.items():
            if name not in new:
                self.pair.found.add(("ranking", name), "ranking", name, Part(schema.node), None, (schema.lines, None))
                self.pair.rankings[name] = Copy(0, schema.node)

    def _ranking(self, name: str, old: op.Node, new: op.Node) -> Recipe:
        before, after = self.pair.old.operation(old), self.pair.new.operation(new)
        assert isinstance(before, op.Ranking) and isinstance(after, op.Ranking)
        type = self.pair.new.plan.nodes[after.by].type

        def picked(
            kind: Kind, same: bool, old_part: object, new_part: object, copied: Callable[[Side, op.Ranking], Recipe]
        ) -> Recipe:
            if same:
                return copied(1, after)
            number = self.pair.found.add(
                ("ranking", name, kind), kind, name, None if old_part is None else Part(old_part, type),
                None if new_part is None else Part(new_part, type), self.pair.lines(name, kind),
            )
            return Pick(number, copied(0, before), copied(1, after))

        def nodes_key(side: Side, ranking: op.Ranking, part: str) -> object:
            shown = self.pair.sides[side]

            def key(node: op.Node) -> str:
                return shown.names.get(node) or shown.shapes[node]

            if part == "ties":
                return ranking.ties, tuple((key(one.node), one.lowest_first) for one in ranking.keys)
            if part == "caps":
                return tuple((one.rank, key(one.condition)) for one in ranking.caps)
            if part == "excludes":
                return tuple(map(key, ranking.excludes))
            return None if ranking.within is None else key(ranking.within)

        def same(part: str) -> bool:
            return nodes_key(0, before, part) == nodes_key(1, after, part)

        ties_same = same("ties")
        recipes: dict[str, Recipe] = {
            "by": picked(
                "ranked by", self.pair.same(before.by, after.by), before.by, after.by, lambda s, r: Copy(s, r.by)
            ),
            "within": picked(
                "groups", same("within"), before.within, after.within, lambda s, r: self.pair.or_none(s, r.within)
            ),
            "lowest_first": picked(
                "direction", before.lowest_first == after.lowest_first, before.lowest_first, after.lowest_first,
                lambda s, r: Keep(r.lowest_first),
            ),
            "rounding": picked(
                "rounding", before.rounding == after.rounding, before.rounding or "exact", after.rounding or "exact",
                lambda s, r: Keep(r.rounding),
            ),
            "ties": picked("ties", ties_same, before, after, lambda s, r: Keep(r.ties)),
            "keys": picked("ties", ties_same, before, after, lambda s, r: CopyPart(s, r.keys)),
            "caps": picked("rank cap", same("caps"), before.caps, after.caps, lambda s, r: CopyPart(s, r.caps)),
            "excludes": picked(
                "exclusion", same("excludes"), before.excludes, after.excludes,
                lambda s, r: Listed(tuple(Entry(Copy(s, node)) for node in r.excludes)),
            ),
        }
        return Noded(made(after, recipes), new)
