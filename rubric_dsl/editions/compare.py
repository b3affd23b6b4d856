"""Comparing two plans item by item: what is otherwise in meaning, and how any mixture of both editions is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from rubric_dsl.editions import compare_tables
from rubric_dsl.editions.alignment import aligned
from rubric_dsl.editions.changes import Kind, Part
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.recipes import Copy, CopyPart, Entry, Keep, Listed, Make, Noded, Pick, Recipe, Side
from rubric_dsl.editions.register import Register
from rubric_dsl.plan.model import Lines, NamedValue
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, ValueType
from rubric_dsl.resolved.walking import nested_fields, node_fields, operands

Places = Mapping[tuple[str, ...], Lines]
"""Lines of a rubric that a plan does not know, by item and kind (`places.places_of`)."""


class Comparing:
    """The items of two editions. `items` has a recipe for each named value of either, `rankings` for each ranking."""

    def __init__(self, old: Edition, new: Edition, places: tuple[Places, Places] = ({}, {})) -> None:
        self.old = old
        self.new = new
        self.sides = (old, new)
        self.places = places
        self.found = Register()
        self.items: dict[str, Recipe] = {}
        self.rankings: dict[str, Recipe] = {}
        self.parameters: dict[str, int] = {}
        """The parameters whose value changed, with the number of the difference."""

    def compare(self) -> None:
        self._parameters()
        for named in self.new.items():
            before = self.old.values.get(named.name)
            self.items[named.name] = self._added(named) if before is None else self._item(before, named)
        for named in self.old.items():
            if named.name not in self.new.values:
                self.items[named.name] = self._removed(named)
        self._rankings()
        self._link_worths()

    # ------------------------------------------------------------ items

    def _added(self, named: NamedValue) -> Recipe:
        part = Part(named.node, self.new.plan.nodes[named.node].type)
        self.found.add(("there", named.name), named.kind, named.name, None, part, (None, named.lines))
        return Copy(1, named.node, named=False)

    def _removed(self, named: NamedValue) -> Recipe:
        part = Part(named.node, self.old.plan.nodes[named.node].type)
        self.found.add(("there", named.name), named.kind, named.name, part, None, (named.lines, None))
        return Copy(0, named.node, named=False)

    def _item(self, old: NamedValue, new: NamedValue) -> Recipe:
        kind: Kind = "definition" if new.kind in ("measure", "bands") else "rule"
        return self.node(old.node, new.node, new.name, kind, top=True)

    def lines(self, item: str, kind: str, *more: str) -> tuple[Lines | None, Lines | None]:
        """The lines of this kind in the item, else those of the item."""

        def of(side: Side) -> Lines | None:
            known = self.places[side]
            named = self.sides[side].values.get(item)
            return known.get((item, kind, *more)) or known.get((item, kind)) or (
                named.lines if named is not None else known.get((item,))
            )

        return of(0), of(1)

    # ------------------------------------------------------------ expressions

    def same(self, old: op.Node, new: op.Node) -> bool:
        """Whether two nodes mean the same, what stands under a name being told by the name."""
        called = self.old.names.get(old)
        if called is not None and called == self.new.names.get(new):
            return True
        return self.old.shapes[old] == self.new.shapes[new] or self.old.hashes[old] == self.new.hashes[new]

    def node(self, old: op.Node, new: op.Node, item: str, kind: Kind, top: bool = False) -> Recipe:
        """The node of either edition in this place of the item."""
        named = not top
        if (self.old.shapes[old] == self.new.shapes[new]) if top else self.same(old, new):
            side: Side = 0 if named and new in self.new.names and old not in self.old.names else 1
            return Copy(side, (old, new)[side], named)
        before, after = self.old.operation(old), self.new.operation(new)
        if (named and (old in self.old.names or new in self.new.names)) or not self._alike(old, new):
            return self._replaced(old, new, item, kind, named)
        match before, after:
            case op.Touchpoint(), op.Touchpoint():
                return Noded(self._touchpoint(before, after, new, old), new)
            case (op.RowScore(), op.RowScore()) | (op.Indicator(), op.Indicator()):
                assert isinstance(before, op.RowScore | op.Indicator) and isinstance(after, op.RowScore | op.Indicator)
                return Noded(self._score(before, after, old, new), new)
            case op.Table(), op.Table() if len(before.inputs) == len(after.inputs):
                if before.first_match == after.first_match:
                    return Noded(compare_tables.table(self, before, after, old, new, item, kind), new)
            case op.Only(), op.Only():
                return self._made(after, new, {
                    "condition": self.node(before.condition, after.condition, item, "condition"),
                    "operand": self.node(before.operand, after.operand, item, kind),
                })
            case op.Round(), op.Round() if before.operand is not None:
                return self._rounded(before, after, new, item, kind)
        return self._wrapped(old, new, item, kind, named)

    def _alike(self, old: op.Node, new: op.Node) -> bool:
        """Of one type and grain: else nothing of one can stand in the place of the other."""
        before, after = self.old.plan.nodes[old], self.new.plan.nodes[new]
        return before.type.kind == after.type.kind and before.grain == after.grain

    def _rounded(self, before: op.Round, after: op.Round, new: op.Node, item: str, kind: Kind) -> Recipe:
        if (before.mode, before.step) == (after.mode, after.step):
            return self._made(after, new, {"operand": self.node(before.operand, after.operand, item, kind)})
        type = self.new.plan.nodes[new].type
        number = self.found.add(
            (item, "rounding", new), "rounding", item, Part(op.Rounding(before.mode, before.step), type),
            Part(op.Rounding(after.mode, after.step), type), self.lines(item, kind),
        )
        return self._made(after, new, {
            "operand": self.node(before.operand, after.operand, item, kind),
            "mode": Pick(number, Keep(before.mode), Keep(after.mode)),
            "step": Pick(number, Keep(before.step), Keep(after.step)),
        })

    def _wrapped(self, old: op.Node, new: op.Node, item: str, kind: Kind, named: bool) -> Recipe:
        """A rounding put around or taken away, or another expression."""
        before, after = self.old.operation(old), self.new.operation(new)
        if isinstance(after, op.Round) and self.same(old, after.operand):
            number = self._rounding(item, kind, new, None, after)
            inner = self.node(old, after.operand, item, kind)
            return Pick(number, inner, self._made(after, new, {"operand": inner}))
        if isinstance(before, op.Round) and self.same(before.operand, new):
            number = self._rounding(item, kind, new, before, None)
            inner = self.node(before.operand, new, item, kind)
            return Pick(number, Copy(0, old, named), inner)
        return self._replaced(old, new, item, kind, named)

    def _rounding(self, item: str, kind: Kind, new: op.Node, before: op.Round | None, after: op.Round | None) -> int:
        type = self.new.plan.nodes[new].type
        old_part, new_part = (
            None if one is None else Part(op.Rounding(one.mode, one.step), type) for one in (before, after)
        )
        return self.found.add((item, "rounding", new), "rounding", item, old_part, new_part, self.lines(item, kind))

    def _replaced(self, old: op.Node, new: op.Node, item: str, kind: Kind, named: bool) -> Recipe:
        if self._bounds_only(old, new):
            kind = "bound"
        number = self.found.add(
            (item, kind, self.old.shapes[old], self.new.shapes[new]), kind, item, self.part(0, old), self.part(1, new),
            self.lines(item, kind),
        )
        return Pick(number, Copy(0, old, named), Copy(1, new, named))

    def _bounds_only(self, old: op.Node, new: op.Node) -> bool:
        """Whether two conditions differ in what something is compared with, or in whether that belongs to it, alone."""
        waiting, compared = [(old, new, False)], False
        while waiting:
            one, other, end = waiting.pop()
            if self.same(one, other):
                continue
            before, after = self.old.operation(one), self.new.operation(other)
            if type(before) is not type(after):
                return False
            if isinstance(before, op.Constant):
                compared = True
                if not end:
                    return False
                continue
            relations = getattr(before, "relation", "="), getattr(after, "relation", "=")
            compared = compared or relations[0] != relations[1]
            below = operands(before), operands(after)
            alike = relations[0][0] == relations[1][0] and len(below[0]) == len(below[1])
            if not alike or not _plainly_alike(before, after):
                return False
            waiting += [(*pair, isinstance(before, op.Compare)) for pair in zip(*below, strict=True)]
        return compared

    def part(self, side: Side, node: op.Node) -> Part:
        return Part(node, self.sides[side].plan.nodes[node].type)

    def _made(self, after: op.Operation, new: op.Node, recipes: Mapping[str, Recipe]) -> Recipe:
        """The node of the new edition with some of its fields made by recipes."""
        return Noded(made(after, recipes), new)

    # ------------------------------------------------------------ scores

    def _touchpoint(self, before: op.Touchpoint, after: op.Touchpoint, new: op.Node, old: op.Node) -> Recipe:
        item = after.name
        lines = self.lines(item, "rule")
        amount = None
        recipes: dict[str, Recipe] = {}
        if before.stake != after.stake:
            number = self.plain((item, "stake"), "stake", item, before.stake, after.stake, lines)
            recipes["stake"] = Pick(number, Keep(before.stake), Keep(after.stake))
        if before.amount != after.amount:
            amount = self.plain((item, "worth"), "worth", item, before.amount, after.amount, lines)
            recipes["amount"] = Pick(amount, Keep(before.amount), Keep(after.amount))
        if sorted(before.strata) != sorted(after.strata):
            number = self.plain((item, "scenarios"), "scenarios", item, before.strata, after.strata, lines)
            recipes["strata"] = Pick(number, Keep(before.strata), Keep(after.strata))
        recipes["conditions"] = self.conditions(before.conditions, after.conditions, old, new, item)
        first = len(self.found.differences)
        recipes["rule"] = self._rule(before, after, item, amount)
        if amount is not None:
            self.found.link([amount, *self._of_full_marks(first, before.amount, after.amount)])
        recipes["missing"] = self.optional(before.missing, after.missing, "missing rule", item)
        recipes["rounding"] = self.optional(before.rounding, after.rounding, "rounding", item)
        return made(after, recipes)

    def _rule(self, before: op.Touchpoint, after: op.Touchpoint, item: str, amount: int | None) -> Recipe:
        """`worth 5 when COND` gives its worth or 0, so that a changed worth is no other change of the rule."""
        old, new = self.old.operation(before.rule), self.new.operation(after.rule)
        if isinstance(old, op.Choose) and isinstance(new, op.Choose) and self._all_or_nothing(before, after, old, new):
            then: Recipe = Copy(1, new.then)
            if amount is not None:
                then = Pick(amount, Copy(0, old.then), Copy(1, new.then))
            return self._made(new, after.rule, {
                "condition": self.node(old.condition, new.condition, item, "condition"), "then": then,
            })
        kind: Kind = "points" if isinstance(old, op.Table) and isinstance(new, op.Table) else "rule"
        return self.node(before.rule, after.rule, item, kind)

    def _all_or_nothing(self, before: op.Touchpoint, after: op.Touchpoint, old: op.Choose, new: op.Choose) -> bool:
        for edition, choose, amount in ((self.old, old, before.amount), (self.new, new, after.amount)):
            ends = [edition.operation(choose.then), edition.operation(choose.otherwise)]
            if [getattr(end, "value", None) for end in ends] != [amount, "0"]:
                return False
        return self._alike(before.rule, after.rule)

    def _of_full_marks(self, first: int, old: str, new: str) -> list[int]:
        """The differences since `first` that turn the old full marks into the new ones, or replace the rule."""

        def value(side: Side, part: Part | None) -> object:
            if part is None or not isinstance(part.value, int):
                return None
            return getattr(self.sides[side].operation(part.value), "value", None)

        return [
            difference.number for difference in self.found.differences[first:]
            if difference.kind == "rule" or (value(0, difference.old), value(1, difference.new)) == (old, new)
        ]

    def _score(
        self, before: op.RowScore | op.Indicator, after: op.RowScore | op.Indicator, old: op.Node, new: op.Node
    ) -> Recipe:
        item = after.name
        lines = self.lines(item, "worth")
        recipes: dict[str, Recipe] = {}
        if before.worth != after.worth:
            number = self.plain((item, "worth"), "worth", item, before.worth, after.worth, lines)
            recipes["worth"] = Pick(number, Keep(before.worth), Keep(after.worth))
        if before.combination != after.combination:
            number = self.plain(
                (item, "combination"), "combination", item, before.combination, after.combination,
                self.lines(item, "combination"),
            )
            recipes["combination"] = Pick(number, Keep(before.combination), Keep(after.combination))
        recipes["conditions"] = self.conditions(before.conditions, after.conditions, old, new, item)
        recipes["parts"], moved = self._parts(before.parts, after.parts, item)
        recipes["extras"], more = self._extras(before.extras, after.extras, item)
        recipes["panel"] = self._panel(before.panel, after.panel, item, [*moved, *more])
        recipes["limits"] = self._limits(before.limits, after.limits, item)
        recipes["rounding"] = self.optional(before.rounding, after.rounding, "rounding", item)
        if isinstance(before, op.Indicator) and isinstance(after, op.Indicator):
            recipes["missing"] = self.optional(before.missing, after.missing, "missing rule", item)
            recipes |= self._source(before, after, item)
        return made(after, recipes)

    def _source(self, before: op.Indicator, after: op.Indicator, item: str) -> dict[str, Recipe]:
        """Where the score of an indicator comes from."""
        kinds = [(one.row_score is not None, one.value is not None) for one in (before, after)]
        if kinds[0] == kinds[1]:
            found: dict[str, Recipe] = {}
            if before.row_score is not None and after.row_score is not None:
                found["row_score"] = self.node(before.row_score, after.row_score, item, "rule")
            if before.value is not None and after.value is not None:
                found["value"] = self.node(before.value, after.value, item, "definition")
            return found
        number = self.plain((item, "source"), "rule", item, "", "", self.lines(item, "rule"))
        parts = {name: (getattr(before, name), getattr(after, name)) for name in ("row_score", "value")}
        return {
            name: Pick(number, self.or_none(0, old), self.or_none(1, new)) for name, (old, new) in parts.items()
        }

    def or_none(self, side: Side, node: op.Node | None) -> Recipe:
        return Keep(None) if node is None else Copy(side, node)

    def conditions(
        self, before: Sequence[op.Condition], after: Sequence[op.Condition], old: op.Node, new: op.Node, item: str
    ) -> Recipe:
        """Conditions in order. One of an indicator around is met in each indicator below and is one difference."""

        def line(side: Side, place: int | None) -> Lines | None:
            lines = self.sides[side].plan.nodes[(old, new)[side]].lines
            return None if place is None or place + 1 >= len(lines) else lines[place + 1]

        keys = [
            [(one.word, edition.shapes[one.node], self.outcome_key(side, one.outcome)) for one in conditions]
            for side, edition, conditions in ((0, self.old, before), (1, self.new, after))
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
            number = self.found.add(
                ("condition", owner, *map(_where, lines)), "condition", owner, None if i is None else Part(before[i]),
                None if j is None else Part(after[j]), lines,
            )
            if i is not None and j is not None:
                entries.append(Entry(Pick(number, CopyPart(0, before[i]), CopyPart(1, after[j]))))
            elif j is not None:
                entries.append(Entry(CopyPart(1, after[j]), number, 1))
            elif i is not None:
                entries.append(Entry(CopyPart(0, before[i]), number, 0))
        return Listed(tuple(entries))

    def _owner(self, lines: tuple[Lines | None, Lines | None]) -> str | None:
        """The indicator or touchpoint in which a line stands: the last one that begins before it."""
        for side in (1, 0):
            line = lines[side]
            if line is not None:
                before = [
                    named for named in self.sides[side].plan.values
                    if named.kind in ("indicator", "touchpoint") and named.lines.file == line.file
                    and named.lines.line < line.line
                ]
                if before:
                    return max(before, key=lambda named: named.lines.line).name
        return None

    def _parts(self, before: Sequence[op.Part], after: Sequence[op.Part], item: str) -> tuple[Recipe, list[int]]:
        """Parts by the names of their items; gives the differences of those that came, went or moved too."""
        old = {self.old.name_of_item(part.node): part for part in before}
        new = {self.new.name_of_item(part.node): part for part in after}
        entries, moved = [], []
        for name, part in new.items():
            if name not in old:
                moved.append(self.placed(name, item))
                entries.append(Entry(CopyPart(1, part), moved[-1], 1))
            elif old[name].weight == part.weight:
                entries.append(Entry(CopyPart(1, part)))
            else:
                weights = old[name].weight, part.weight
                number = self.plain((item, "part weight", name), "weight", name, *weights, self.lines(name, "worth"))
                entries.append(Entry(Pick(number, CopyPart(0, old[name]), CopyPart(1, part))))
        for name, part in old.items():
            if name not in new:
                moved.append(self.placed(name, item))
                entries.append(Entry(CopyPart(0, part), moved[-1], 0))
        return Listed(tuple(entries)), moved

    def _extras(self, before: Sequence[op.Node], after: Sequence[op.Node], item: str) -> tuple[Recipe, list[int]]:
        old = {self.old.name_of_item(node): node for node in before}
        new = {self.new.name_of_item(node): node for node in after}
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
        known = self.found.known(("there", name))
        if known is not None:
            return known
        both = self.old.values.get(name), self.new.values.get(name)
        if both[0] is not None and both[1] is not None:
            outer = self.old.around.get(name, ""), self.new.around.get(name, "")
            if outer[0] != outer[1]:
                return self.found.add(
                    ("moved", name), both[1].kind, name, Part(outer[0]), Part(outer[1]),
                    (both[0].lines, both[1].lines), sort="moved",
                )
            old, new = self.old.operation(both[0].node), self.new.operation(both[1].node)
            stakes = getattr(old, "stake", "worth"), getattr(new, "stake", "worth")
            return self.plain((name, "stake"), "stake", name, *stakes, (both[0].lines, both[1].lines))
        if both[1] is not None:
            self._added(both[1])
        elif both[0] is not None:
            self._removed(both[0])
        known = self.found.known(("there", name))
        assert known is not None
        return known

    def _limits(self, before: Sequence[op.Limit], after: Sequence[op.Limit], item: str) -> Recipe:
        keys = [
            [(one.word, edition.shapes[one.value], edition.shapes[one.when] if one.when is not None else None)
             for one in limits]
            for edition, limits in ((self.old, before), (self.new, after))
        ]
        entries = []
        for i, j in aligned(keys[0], keys[1], lambda i, j: keys[0][i][0] == keys[1][j][0]):
            if i is not None and j is not None and keys[0][i] == keys[1][j]:
                entries.append(Entry(CopyPart(1, after[j])))
                continue
            limit = before[i] if i is not None else after[j or 0]
            number = self.found.add(
                (item, "limit", i, j), "limit", item, None if i is None else Part(before[i]),
                None if j is None else Part(after[j]), self.lines(item, "limit", limit.word),
            )
            if i is not None and j is not None:
                entries.append(Entry(Pick(number, CopyPart(0, before[i]), CopyPart(1, after[j]))))
            elif j is not None:
                entries.append(Entry(CopyPart(1, after[j]), number, 1))
            elif i is not None:
                entries.append(Entry(CopyPart(0, before[i]), number, 0))
        return Listed(tuple(entries))

    # ------------------------------------------------------------ weights

    def _panel(self, before: op.Node | None, after: op.Node | None, item: str, moved: Sequence[int]) -> Recipe:
        if before is None and after is None:
            return Keep(None)
        if before is None or after is None:
            number = self.found.add(
                (item, "weights"), "weights", item, None if before is None else Part(self.old.operation(before)),
                None if after is None else Part(self.new.operation(after)), self.lines(item, "weights"),
            )
            self.found.link([number, *moved])
            return Pick(number, self.or_none(0, before), self.or_none(1, after))
        return self.panel(before, after, moved)

    def panel(self, before: op.Node, after: op.Node, moved: Sequence[int] = ()) -> Recipe:
        """A panel of weights: expert by expert where its items are the same."""
        old, new = self.old.operation(before), self.new.operation(after)
        assert isinstance(old, op.Weights) and isinstance(new, op.Weights)
        if self.old.shapes[before] == self.new.shapes[after]:
            return Copy(1, after)
        name = new.name
        plain = [field.name for field in fields(op.Weights) if field.name not in ("judges", "kind", "name")]
        if any(getattr(old, field) != getattr(new, field) for field in plain) or old.name != name:
            number = self.found.add(
                (name, "weights"), "weights", name, Part(old), Part(new), self.lines(name, "weights")
            )
            if old.items != new.items:
                self.found.link([number, *moved])
            return Pick(number, Copy(0, before), Copy(1, after))
        entries = []
        for i, j in aligned(old.judges, new.judges, lambda i, j: old.judges[i].expert == new.judges[j].expert):
            if i is not None and j is not None and old.judges[i].cells == new.judges[j].cells:
                entries.append(Entry(Keep(new.judges[j])))
                continue
            expert = old.judges[i].expert if i is not None else new.judges[j or 0].expert
            number = self.found.add(
                (name, "weight", expert), "weight", name, None if i is None else Part(old.judges[i], base=old.items),
                None if j is None else Part(new.judges[j], base=new.items), self.lines(name, "weight", expert),
                (("expert", expert),),
            )
            if i is not None and j is not None:
                entries.append(Entry(Pick(number, Keep(old.judges[i]), Keep(new.judges[j]))))
            elif j is not None:
                entries.append(Entry(Keep(new.judges[j]), number, 1))
            elif i is not None:
                entries.append(Entry(Keep(old.judges[i]), number, 0))
        return Noded(made(new, {"judges": Listed(tuple(entries))}), after)

    # ------------------------------------------------------------ small parts

    def plain(
        self, key: tuple[str, ...], kind: Kind, item: str, old: object, new: object,
        lines: tuple[Lines | None, Lines | None],
    ) -> int:
        """A difference between two plain values."""
        return self.found.add(key, kind, item, Part(old), Part(new), lines, sort="changed")

    def outcome_key(self, side: int, outcome: op.Outcome) -> tuple[object, ...]:
        shapes = self.sides[side].shapes
        match outcome:
            case op.Value(node):
                return ("value", shapes[node])
            case op.Linear():
                ends = outcome.low, outcome.high, outcome.start, outcome.end
                return ("linear", outcome.input, *(shapes[node] for node in ends))
        return ("not applicable",)

    def optional(
        self, before: op.Outcome | op.Rounding | None, after: op.Outcome | op.Rounding | None, kind: Kind, item: str,
        type: ValueType = NUMBER,
    ) -> Recipe:
        """A part that may not be there."""
        keys: list[object] = [
            None if part is None else part if isinstance(part, op.Rounding) else self.outcome_key(side, part)
            for side, part in enumerate((before, after))
        ]
        if keys[0] == keys[1]:
            return Keep(None) if after is None else CopyPart(1, after)
        number = self.found.add(
            (item, kind), kind, item, None if before is None else Part(before, type),
            None if after is None else Part(after, type), self.lines(item, kind),
        )
        old: Recipe = Keep(None) if before is None else CopyPart(0, before)
        return Pick(number, old, Keep(None) if after is None else CopyPart(1, after))

    # ------------------------------------------------------------ rankings, parameters

    def _rankings(self) -> None:
        old = {schema.name: schema for schema in self.old.plan.rankings}
        new = {schema.name: schema for schema in self.new.plan.rankings}
        for name, schema in new.items():
            if name not in old:
                self.found.add(("ranking", name), "ranking", name, None, Part(schema.node), (None, schema.lines))
                self.rankings[name] = Copy(1, schema.node)
            else:
                self.rankings[name] = self._ranking(name, old[name].node, schema.node)
        for name, schema in old.items():
            if name not in new:
                self.found.add(("ranking", name), "ranking", name, Part(schema.node), None, (schema.lines, None))
                self.rankings[name] = Copy(0, schema.node)

    def _ranking(self, name: str, old: op.Node, new: op.Node) -> Recipe:
        before, after = self.old.operation(old), self.new.operation(new)
        assert isinstance(before, op.Ranking) and isinstance(after, op.Ranking)
        type = self.new.plan.nodes[after.by].type

        def picked(
            kind: Kind, same: bool, old_part: object, new_part: object, copied: Callable[[Side, op.Ranking], Recipe]
        ) -> Recipe:
            if same:
                return copied(1, after)
            number = self.found.add(
                ("ranking", name, kind), kind, name, None if old_part is None else Part(old_part, type),
                None if new_part is None else Part(new_part, type), self.lines(name, kind),
            )
            return Pick(number, copied(0, before), copied(1, after))

        def nodes_key(side: Side, ranking: op.Ranking, part: str) -> object:
            shown = self.sides[side]

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
            "by": picked("ranked by", self.same(before.by, after.by), before.by, after.by, lambda s, r: Copy(s, r.by)),
            "within": picked(
                "groups", same("within"), before.within, after.within, lambda s, r: self.or_none(s, r.within)
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

    def _parameters(self) -> None:
        old = {parameter.name: parameter for parameter in self.old.plan.parameters}
        new = {parameter.name: parameter for parameter in self.new.plan.parameters}
        for name in dict.fromkeys([*new, *old]):
            before, after = old.get(name), new.get(name)
            lines = (None if before is None else before.lines, None if after is None else after.lines)
            old_part, new_part = (
                None if one is None else Part(op.Constant(one.value), one.type) for one in (before, after)
            )
            if before is None or after is None:
                self.found.add(("parameter", name), "parameter", name, old_part, new_part, lines)
            elif (before.type, before.value) != (after.type, after.value):
                self.parameters[name] = self.found.add(
                    ("parameter", name), "parameter", name, old_part, new_part, lines
                )
            elif (before.low, before.high) != (after.low, after.high):
                ends = Part((before.low, before.high), before.type), Part((after.low, after.high), after.type)
                self.found.add(("parameter", name, "range"), "range", name, *ends, lines)

    # ------------------------------------------------------------ what belongs together

    def _link_worths(self) -> None:
        """The worths of the parts of an indicator add up to its own, unless weights stand in their place."""
        for named in self.new.items():
            before = self.old.values.get(named.name)
            operations = [] if before is None else [self.old.operation(before.node), self.new.operation(named.node)]
            if named.kind != "indicator" or not all(isinstance(one, op.Indicator) for one in operations):
                continue
            inner = self._inner(0, operations[0]), self._inner(1, operations[1])
            if any(one.panel is not None or one.combination != "sum" for one in inner):
                continue
            names = {self.old.name_of_item(part.node) for part in inner[0].parts}
            names |= {self.new.name_of_item(part.node) for part in inner[1].parts}
            keys = [(named.name, "worth")]
            keys += [key for name in names for key in ((name, "worth"), ("there", name), ("moved", name))]
            self.found.link([number for key in keys if (number := self.found.known(key)) is not None])

    def _inner(self, side: Side, operation: op.Operation) -> op.RowScore | op.Indicator:
        """The row score of an indicator of touchpoints, else itself."""
        assert isinstance(operation, op.Indicator)
        if operation.row_score is None:
            return operation
        inner = self.sides[side].operation(operation.row_score)
        assert isinstance(inner, op.RowScore)
        return inner


def made(operation: op.Operation, recipes: Mapping[str, Recipe]) -> Make:
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


def _plainly_alike(one: op.Operation, other: op.Operation) -> bool:
    """Whether two operations of a kind are the same apart from their operands and relation."""
    if not isinstance(one, op.Compare | op.All | op.Any | op.Not | op.Add | op.Multiply | op.Negate):
        return False
    return (getattr(one, "minus", None), getattr(one, "divided", None)) == (
        getattr(other, "minus", None), getattr(other, "divided", None)
    )


def _where(line: Lines | None) -> tuple[str, int, int] | None:
    return None if line is None else (line.file, line.line, line.column)
