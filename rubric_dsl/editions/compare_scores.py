"""Comparing touchpoints and indicators: worths, conditions, parts, limits, roundings and the weights of panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from rubric_dsl.editions.alignment import aligned
from rubric_dsl.editions.changes import Kind, Part
from rubric_dsl.editions.recipes import Copy, CopyPart, Entry, Keep, Listed, Noded, Pick, Recipe, Side, made
from rubric_dsl.plan.model import Lines
from rubric_dsl.resolved import operations as op

if TYPE_CHECKING:
    from rubric_dsl.editions.compare import Comparing


class Scores:
    def __init__(self, comparing: Comparing) -> None:
        self.pair = comparing
        """Both editions and what was found so far."""

    # ------------------------------------------------------------ scores

    def touchpoint(self, before: op.Touchpoint, after: op.Touchpoint, new: op.Node, old: op.Node) -> Recipe:
        item = after.name
        lines = self.pair.lines(item, "rule")
        amount = None
        recipes: dict[str, Recipe] = {}
        if before.stake != after.stake:
            number = self.pair.plain((item, "stake"), "stake", item, before.stake, after.stake, lines)
            recipes["stake"] = Pick(number, Keep(before.stake), Keep(after.stake))
        if before.amount != after.amount:
            amount = self.pair.plain((item, "worth"), "worth", item, before.amount, after.amount, lines)
            recipes["amount"] = Pick(amount, Keep(before.amount), Keep(after.amount))
        if sorted(before.strata) != sorted(after.strata):
            number = self.pair.plain((item, "scenarios"), "scenarios", item, before.strata, after.strata, lines)
            recipes["strata"] = Pick(number, Keep(before.strata), Keep(after.strata))
        recipes["conditions"] = self.conditions(before.conditions, after.conditions, old, new, item)
        first = len(self.pair.found.differences)
        recipes["rule"] = self._rule(before, after, item, amount)
        if amount is not None:
            self.pair.found.link([amount, *self._of_full_marks(first, before.amount, after.amount)])
        recipes["missing"] = self.pair.optional(before.missing, after.missing, "missing rule", item)
        recipes["rounding"] = self.pair.optional(before.rounding, after.rounding, "rounding", item)
        return made(after, recipes)

    def _rule(self, before: op.Touchpoint, after: op.Touchpoint, item: str, amount: int | None) -> Recipe:
        """`worth 5 when COND` gives its worth or 0, so that a changed worth is no other change of the rule."""
        old, new = self.pair.old.operation(before.rule), self.pair.new.operation(after.rule)
        if isinstance(old, op.Choose) and isinstance(new, op.Choose) and self._all_or_nothing(before, after, old, new):
            then: Recipe = Copy(1, new.then)
            if amount is not None:
                then = Pick(amount, Copy(0, old.then), Copy(1, new.then))
            return self.pair.made(new, after.rule, {
                "condition": self.pair.node(old.condition, new.condition, item, "condition"), "then": then,
            })
        kind: Kind = "points" if isinstance(old, op.Table) and isinstance(new, op.Table) else "rule"
        return self.pair.node(before.rule, after.rule, item, kind)

    def _all_or_nothing(self, before: op.Touchpoint, after: op.Touchpoint, old: op.Choose, new: op.Choose) -> bool:
        for edition, choose, amount in ((self.pair.old, old, before.amount), (self.pair.new, new, after.amount)):
            ends = [edition.operation(choose.then), edition.operation(choose.otherwise)]
            if [getattr(end, "value", None) for end in ends] != [amount, "0"]:
                return False
        return self.pair.alike(before.rule, after.rule)

    def _of_full_marks(self, first: int, old: str, new: str) -> list[int]:
        """The differences since `first` that turn the old full marks into the new ones, or replace the rule."""

        def value(side: Side, part: Part | None) -> object:
            if part is None or not isinstance(part.value, int):
                return None
            return getattr(self.pair.sides[side].operation(part.value), "value", None)

        return [
            difference.number for difference in self.pair.found.differences[first:]
            if difference.kind == "rule" or (value(0, difference.old), value(1, difference.new)) == (old, new)
        ]

    def score(
        self, before: op.RowScore | op.Indicator, after: op.RowScore | op.Indicator, old: op.Node, new: op.Node
    ) -> Recipe:
        item = after.name
        lines = self.pair.lines(item, "worth")
        recipes: dict[str, Recipe] = {}
        if before.worth != after.worth:
            number = self.pair.plain((item, "worth"), "worth", item, before.worth, after.worth, lines)
            recipes["worth"] = Pick(number, Keep(before.worth), Keep(after.worth))
        if before.combination != after.combination:
            number = self.pair.plain(
                (item, "combination"), "combination", item, before.combination, after.combination,
                self.pair.lines(item, "combination"),
            )
            recipes["combination"] = Pick(number, Keep(before.combination), Keep(after.combination))
        recipes["conditions"] = self.conditions(before.conditions, after.conditions, old, new, item)
        recipes["parts"], moved = self._parts(before.parts, after.parts, item)
        recipes["extras"], more = self._extras(before.extras, after.extras, item)
        recipes["panel"] = self._panel(before.panel, after.panel, item, [*moved, *more])
        recipes["limits"] = self._limits(before.limits, after.limits, item)
        recipes["rounding"] = self.pair.optional(before.rounding, after.rounding, "rounding", item)
        if isinstance(before, op.Indicator) and isinstance(after, op.Indicator):
            recipes["missing"] = self.pair.optional(before.missing, after.missing, "missing rule", item)
            recipes |= self._source(before, after, item)
        return made(after, recipes)

    def _source(self, before: op.Indicator, after: op.Indicator, item: str) -> dict[str, Recipe]:
        """Where the score of an indicator comes from."""
        kinds = [(one.row_score is not None, one.value is not None) for one in (before, after)]
        if kinds[0] == kinds[1]:
            found: dict[str, Recipe] = {}
            if before.row_score is not None and after.row_score is not None:
                found["row_score"] = self.pair.node(before.row_score, after.row_score, item, "rule")
            if before.value is not None and after.value is not None:
                found["value"] = self.pair.node(before.value, after.value, item, "definition")
            return found
        number = self.pair.plain((item, "source"), "rule", item, "", "", self.pair.lines(item, "rule"))
        parts = {name: (getattr(before, name), getattr(after, name)) for name in ("row_score", "value")}
        return {
            name: Pick(number, self.pair.or_none(0, old), self.pair.or_none(1, new))
            for name, (old, new) in parts.items()
        }

    def conditions(
        self, before: Sequence[op.Condition], after: Sequence[op.Condition], old: op.Node, new: op.Node, item: str
    ) -> Recipe:
        """Conditions in order. One of an indicator around is met in each indicator below and is one difference."""

        def line(side: Side, place: int | None) -> Lines | None:
            lines = self.pair.sides[side].plan.nodes[(old, new)[side]].lines
            return None if place is None or place + 1 >= len(lines) else lines[place + 1]

        keys = [
            [(one.word, edition.shapes[one.node], self.pair.outcome_key(side, one.outcome)) for one in conditions]
            for side, edition, conditions in ((0, self.pair.old, before), (1, self.pair.new, after))
        ]

        def alike(i: int, j: int) -> bool:
            return keys[0][i][0] == keys[1][j][0] and (keys[0][i][1] == keys[1][j][1] or keys[0][i][2] == keys[1][j][2])

        entries = []
        for i, j in aligned(keys[0], keys[1], alike):
            if i is not None and j is not None and keys[0][i] == keys[1][j]:
                entries.append(Entry(CopyPart(1, after[j])))
                continue
            lines = line(0, i), line(1, j)
            owner = self._owner(lines) or item
            number = self.pair.found.add(
                ("condition", owner, *map(_where, lines)), "condition", owner, None if i is None else Part(before[i]),
                None if j is None else Part(after[j]), lines,
            )
            entries.append(_entry(
                number, None if i is None else CopyPart(0, before[i]), None if j is None else CopyPart(1, after[j])))
        return Listed(tuple(entries))

    def _owner(self, lines: tuple[Lines | None, Lines | None]) -> str | None:
        """The indicator or touchpoint in which a line stands: the last one that begins before it."""
        for side in (1, 0):
            line = lines[side]
            if line is not None:
                before = [
                    named for named in self.pair.sides[side].plan.values
                    if named.kind in ("indicator", "touchpoint") and named.lines.file == line.file
                    and named.lines.line < line.line
                ]
                if before:
                    return max(before, key=lambda named: named.lines.line).name
        return None

    def _parts(self, before: Sequence[op.Part], after: Sequence[op.Part], item: str) -> tuple[Recipe, list[int]]:
        """Parts by the names of their items; gives the differences of those that came, went or moved too."""
        old = {self.pair.old.name_of_item(part.node): part for part in before}
        new = {self.pair.new.name_of_item(part.node): part for part in after}
        entries, moved = [], []
        for name, part in new.items():
            if name not in old:
                moved.append(self.placed(name, item))
                entries.append(Entry(CopyPart(1, part), moved[-1], 1))
            elif old[name].weight == part.weight:
                entries.append(Entry(CopyPart(1, part)))
            else:
                weights = old[name].weight, part.weight
                lines = self.pair.lines(name, "worth")
                number = self.pair.plain((item, "part weight", name), "weight", name, *weights, lines)
                entries.append(Entry(Pick(number, CopyPart(0, old[name]), CopyPart(1, part))))
        for name, part in old.items():
            if name not in new:
                moved.append(self.placed(name, item))
                entries.append(Entry(CopyPart(0, part), moved[-1], 0))
        return Listed(tuple(entries)), moved

    def _extras(self, before: Sequence[op.Node], after: Sequence[op.Node], item: str) -> tuple[Recipe, list[int]]:
        old = {self.pair.old.name_of_item(node): node for node in before}
        new = {self.pair.new.name_of_item(node): node for node in after}
        entries, moved = [], []
        for name, node in new.items():
            if name in old:
                entries.append(Entry(Copy(1, node)))
            else:
                moved.append(self.placed(name, item))
                entries.append(Entry(Copy(1, node), moved[-1], 1))
        for name, node in old.items():
            if name not in new:
                moved.append(self.placed(name, item))
                entries.append(Entry(Copy(0, node), moved[-1], 0))
        return Listed(tuple(entries)), moved

    def placed(self, name: str, item: str) -> int:
        """The difference by which an item came into an indicator or went out of it."""
        known = self.pair.found.known(("there", name))
        if known is not None:
            return known
        both = self.pair.old.values.get(name), self.pair.new.values.get(name)
        if both[0] is not None and both[1] is not None:
            outer = self.pair.old.around.get(name, ""), self.pair.new.around.get(name, "")
            if outer[0] != outer[1]:
                return self.pair.found.add(
                    ("moved", name), both[1].kind, name, Part(outer[0]), Part(outer[1]),
                    (both[0].lines, both[1].lines), sort="moved",
                )
            old, new = self.pair.old.operation(both[0].node), self.pair.new.operation(both[1].node)
            stakes = getattr(old, "stake", "worth"), getattr(new, "stake", "worth")
            return self.pair.plain((name, "stake"), "stake", name, *stakes, (both[0].lines, both[1].lines))
        if both[1] is not None:
            self.pair.added(both[1])
        elif both[0] is not None:
            self.pair.removed(both[0])
        known = self.pair.found.known(("there", name))
        assert known is not None
        return known

    def _limits(self, before: Sequence[op.Limit], after: Sequence[op.Limit], item: str) -> Recipe:
        keys = [
            [(one.word, edition.shapes[one.value], edition.shapes[one.when] if one.when is not None else None)
             for one in limits]
            for edition, limits in ((self.pair.old, before), (self.pair.new, after))
        ]
        entries = []
        for i, j in aligned(keys[0], keys[1], lambda i, j: keys[0][i][0] == keys[1][j][0]):
            if i is not None and j is not None and keys[0][i] == keys[1][j]:
                entries.append(Entry(CopyPart(1, after[j])))
                continue
            limit = before[i] if i is not None else after[j or 0]
            number = self.pair.found.add(
                (item, "limit", i, j), "limit", item, None if i is None else Part(before[i]),
                None if j is None else Part(after[j]), self.pair.lines(item, "limit", limit.word),
            )
            entries.append(_entry(
                number, None if i is None else CopyPart(0, before[i]), None if j is None else CopyPart(1, after[j])))
        return Listed(tuple(entries))

    # ------------------------------------------------------------ weights

    def _panel(self, before: op.Node | None, after: op.Node | None, item: str, moved: Sequence[int]) -> Recipe:
        if before is None and after is None:
            return Keep(None)
        if before is None or after is None:
            number = self.pair.found.add(
                (item, "weights"), "weights", item, None if before is None else Part(self.pair.old.operation(before)),
                None if after is None else Part(self.pair.new.operation(after)), self.pair.lines(item, "weights"),
            )
            self.pair.found.link([number, *moved])
            return Pick(number, self.pair.or_none(0, before), self.pair.or_none(1, after))
        return self.panel(before, after, moved)

    def panel(self, before: op.Node, after: op.Node, moved: Sequence[int] = ()) -> Recipe:
        """A panel of weights: expert by expert where its items are the same."""
        old, new = self.pair.old.operation(before), self.pair.new.operation(after)
        assert isinstance(old, op.Weights) and isinstance(new, op.Weights)
        if self.pair.old.shapes[before] == self.pair.new.shapes[after]:
            return Copy(1, after)
        name = new.name
        plain = [field.name for field in fields(op.Weights) if field.name not in ("judges", "kind", "name")]
        if any(getattr(old, field) != getattr(new, field) for field in plain) or old.name != name:
            number = self.pair.found.add(
                (name, "weights"), "weights", name, Part(old), Part(new), self.pair.lines(name, "weights")
            )
            if old.items != new.items:
                self.pair.found.link([number, *moved])
            return Pick(number, Copy(0, before), Copy(1, after))
        entries = []
        for i, j in aligned(old.judges, new.judges, lambda i, j: old.judges[i].expert == new.judges[j].expert):
            if i is not None and j is not None and old.judges[i].cells == new.judges[j].cells:
                entries.append(Entry(Keep(new.judges[j])))
                continue
            expert = old.judges[i].expert if i is not None else new.judges[j or 0].expert
            number = self.pair.found.add(
                (name, "weight", expert), "weight", name, None if i is None else Part(old.judges[i], base=old.items),
                None if j is None else Part(new.judges[j], base=new.items), self.pair.lines(name, "weight", expert),
                (("expert", expert),),
            )
            entries.append(_entry(
                number, None if i is None else Keep(old.judges[i]), None if j is None else Keep(new.judges[j])))
        return Noded(made(new, {"judges": Listed(tuple(entries))}), after)


def _entry(number: int, old: Recipe | None, new: Recipe | None) -> Entry:
    """What stands in one edition, or in both and differs."""
    if old is None:
        assert new is not None
        return Entry(new, number, 1)
    return Entry(old, number, 0) if new is None else Entry(Pick(number, old, new))


def _where(line: Lines | None) -> tuple[str, int, int] | None:
    return None if line is None else (line.file, line.line, line.column)
