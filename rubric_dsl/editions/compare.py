"""Comparing two plans item by item: what is otherwise in meaning, and how any mixture of both editions is made."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.editions import compare_tables
from rubric_dsl.editions.changes import Kind, Part
from rubric_dsl.editions.compare_rankings import Rankings
from rubric_dsl.editions.compare_scores import Scores
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.recipes import Copy, CopyPart, Keep, Noded, Pick, Recipe, Side, made
from rubric_dsl.editions.register import Register
from rubric_dsl.plan.model import Lines, NamedValue
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, ValueType
from rubric_dsl.resolved.walking import operands

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
        self.scores = Scores(self)
        self.items: dict[str, Recipe] = {}
        self.rankings: dict[str, Recipe] = {}
        self.parameters: dict[str, int] = {}
        """The parameters whose value changed, with the number of the difference."""

    def compare(self) -> None:
        self._parameters()
        for named in self.new.items():
            before = self.old.values.get(named.name)
            self.items[named.name] = self.added(named) if before is None else self._item(before, named)
        for named in self.old.items():
            if named.name not in self.new.values:
                self.items[named.name] = self.removed(named)
        Rankings(self).compare()
        self._link_worths()

    # ------------------------------------------------------------ items

    def added(self, named: NamedValue) -> Recipe:
        part = Part(named.node, self.new.plan.nodes[named.node].type)
        self.found.add(("there", named.name), named.kind, named.name, None, part, (None, named.lines))
        return Copy(1, named.node, named=False)

    def removed(self, named: NamedValue) -> Recipe:
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
        if (named and (old in self.old.names or new in self.new.names)) or not self.alike(old, new):
            return self._replaced(old, new, item, kind, named)
        match before, after:
            case op.Touchpoint(), op.Touchpoint():
                return Noded(self.scores.touchpoint(before, after, new, old), new)
            case (op.RowScore(), op.RowScore()) | (op.Indicator(), op.Indicator()):
                assert isinstance(before, op.RowScore | op.Indicator) and isinstance(after, op.RowScore | op.Indicator)
                return Noded(self.scores.score(before, after, old, new), new)
            case op.Table(), op.Table() if len(before.inputs) == len(after.inputs):
                if before.first_match == after.first_match:
                    return Noded(compare_tables.table(self, before, after, old, new, item, kind), new)
            case op.Only(), op.Only():
                return self.made(after, new, {
                    "condition": self.node(before.condition, after.condition, item, "condition"),
                    "operand": self.node(before.operand, after.operand, item, kind),
                })
            case op.Round(), op.Round() if before.operand is not None:
                return self._rounded(before, after, new, item, kind)
        return self._wrapped(old, new, item, kind, named)

    def alike(self, old: op.Node, new: op.Node) -> bool:
        """Of one type and grain: else nothing of one can stand in the place of the other."""
        before, after = self.old.plan.nodes[old], self.new.plan.nodes[new]
        return before.type.kind == after.type.kind and before.grain == after.grain

    def _rounded(self, before: op.Round, after: op.Round, new: op.Node, item: str, kind: Kind) -> Recipe:
        if (before.mode, before.step) == (after.mode, after.step):
            return self.made(after, new, {"operand": self.node(before.operand, after.operand, item, kind)})
        type = self.new.plan.nodes[new].type
        number = self.found.add(
            (item, "rounding", new), "rounding", item, Part(op.Rounding(before.mode, before.step), type),
            Part(op.Rounding(after.mode, after.step), type), self.lines(item, kind),
        )
        return self.made(after, new, {
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
            return Pick(number, inner, self.made(after, new, {"operand": inner}))
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

    def made(self, after: op.Operation, new: op.Node, recipes: Mapping[str, Recipe]) -> Recipe:
        """The node of the new edition with some of its fields made by recipes."""
        return Noded(made(after, recipes), new)

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

    def or_none(self, side: Side, node: op.Node | None) -> Recipe:
        return Keep(None) if node is None else Copy(side, node)

    # ------------------------------------------------------------ parameters

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


def _plainly_alike(one: op.Operation, other: op.Operation) -> bool:
    """Whether two operations of a kind are the same apart from their operands and relation."""
    if not isinstance(one, op.Compare | op.All | op.Any | op.Not | op.Add | op.Multiply | op.Negate):
        return False
    return (getattr(one, "minus", None), getattr(one, "divided", None)) == (
        getattr(other, "minus", None), getattr(other, "divided", None)
    )
