"""Comparing tables: rows that came and went, bounds that moved, points and classes that are others."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from rubric_dsl.editions.alignment import aligned
from rubric_dsl.editions.changes import Kind, Part
from rubric_dsl.editions.recipes import Copy, CopyPart, Entry, Keep, Listed, Make, Pick, Recipe, Side
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import Lines
from rubric_dsl.resolved import operations as op

if TYPE_CHECKING:
    from rubric_dsl.editions.compare import Comparing


def table(
    comparing: Comparing, before: op.Table, after: op.Table, old: op.Node, new: op.Node, item: str, kind: Kind
) -> Make:
    """The recipe of a table with as many inputs in both editions."""
    return _Tables(comparing, before, after, old, new, item, kind).made()


Cut = tuple[str, bool]
"""A place on an axis between what lies on one side and on the other: an end, and whether it lies above the place."""


class _Tables:
    def __init__(
        self, comparing: Comparing, before: op.Table, after: op.Table, old: op.Node, new: op.Node, item: str, kind: Kind
    ) -> None:
        self.comparing = comparing
        self.found = comparing.found
        self.tables = (before, after)
        self.nodes = (old, new)
        self.item = item
        self.kind: Kind = "points" if kind == "points" else "class" if self._classes(item) else "value"
        self.bounds: dict[int, tuple[Fraction | None, Fraction | None]] = {}
        """The bounds that moved, with their values in both editions."""
        self.sides_met: dict[int, set[bool]] = {}
        """Of a bound, whether rows lie below it (True) and above it (False)."""
        self.rows: list[int] = []
        """Rows that came or went."""

    def _classes(self, item: str) -> bool:
        named = self.comparing.new.values.get(item)
        return named is not None and named.kind == "bands"

    def made(self) -> Make:
        before, after = self.tables
        inputs = tuple(
            Entry(self.comparing.node(i, j, self.item, "input"))
            for i, j in zip(before.inputs, after.inputs, strict=True)
        )
        rows = tuple(self._entries())
        self._link()
        return Make(op.Table, (
            ("inputs", Listed(inputs)), ("rows", Listed(rows)), ("first_match", Keep(after.first_match)),
            ("kind", Keep("table")),
        ))

    # ------------------------------------------------------------ rows

    def _entries(self) -> Iterator[Entry]:
        before, after = self.tables
        keys = self._keys(0), self._keys(1)

        def alike(i: int, j: int) -> bool:
            return keys[0][i][0] == keys[1][j][0] or keys[0][i][1] == keys[1][j][1]

        for i, j in aligned(keys[0], keys[1], alike):
            if i is not None and j is not None:
                same = keys[0][i] == keys[1][j]
                yield Entry(CopyPart(1, after.rows[j]) if same else self._row(i, j))
            elif j is not None:
                yield Entry(CopyPart(1, after.rows[j]), self._came_or_went(None, j), 1)
            elif i is not None:
                yield Entry(CopyPart(0, before.rows[i]), self._came_or_went(i, None), 0)

    def _keys(self, side: Side) -> list[tuple[Hashable, Hashable]]:
        return [(self._patterns_key(side, row), self._outcome_key(side, row)) for row in self.tables[side].rows]

    def _came_or_went(self, i: int | None, j: int | None) -> int:
        number = self.found.add(
            (self.item, "row", i, j), "row", self.item, self._part(0, i), self._part(1, j), self._lines(i, j)
        )
        self.rows.append(number)
        return number

    def _part(self, side: Side, row: int | None) -> Part | None:
        if row is None:
            return None
        table = self.tables[side]
        type = self.comparing.sides[side].plan.nodes[table.inputs[0]].type
        return Part(table.rows[row], type)

    def _lines(self, i: int | None, j: int | None) -> tuple[Lines | None, Lines | None]:
        def of(side: Side, row: int | None) -> Lines | None:
            lines = self.comparing.sides[side].plan.nodes[self.nodes[side]].lines
            place = -1 if row is None else len(lines) - len(self.tables[side].rows) + row
            return lines[place] if row is not None and 0 <= place < len(lines) else None

        return of(0, i), of(1, j)

    def _row(self, i: int, j: int) -> Recipe:
        old, new = self.tables[0].rows[i], self.tables[1].rows[j]
        if old.when != new.when:
            return Pick(self._number("row", i, j), CopyPart(0, old), CopyPart(1, new))
        patterns = [
            Entry(self._alternatives(i, j, place, *pair))
            for place, pair in enumerate(zip(old.patterns, new.patterns, strict=True))
        ]
        return Make(op.Row, (
            ("when", Keep(new.when)), ("patterns", Listed(tuple(patterns))), ("outcome", self._outcome(i, j)),
        ))

    def _number(self, kind: Kind, i: int, j: int, *more: Hashable) -> int:
        key = (self.item, kind, i, j, *more)
        return self.found.add(key, kind, self.item, self._part(0, i), self._part(1, j), self._lines(i, j))

    # ------------------------------------------------------------ patterns

    def _pattern_key(self, side: Side, pattern: op.Pattern) -> Hashable:
        shapes = self.comparing.sides[side].shapes
        match pattern:
            case op.Between():
                ends = [None if end is None else shapes[end] for end in (pattern.low, pattern.high)]
                return "between", *ends, pattern.low_closed, pattern.high_closed
            case op.Equal(value):
                return "equal", shapes[value]
        return (pattern.kind,)

    def _patterns_key(self, side: Side, row: op.Row) -> Hashable:
        return row.when, tuple(
            frozenset(self._pattern_key(side, pattern) for pattern in alternatives) for alternatives in row.patterns
        )

    def _alternatives(
        self, i: int, j: int, place: int, old: tuple[op.Pattern, ...], new: tuple[op.Pattern, ...]
    ) -> Recipe:
        keys = {self._pattern_key(0, one) for one in old}, {self._pattern_key(1, one) for one in new}
        if keys[0] == keys[1]:
            return CopyPart(1, new)
        if len(old) == len(new) == 1 and isinstance(old[0], op.Between) and isinstance(new[0], op.Between):
            between = self._between(i, j, place, old[0], new[0])
            if between is not None:
                return Listed((Entry(between),))
        number = self._number("pattern", i, j, place)
        self.rows.append(number)
        return Pick(number, CopyPart(0, old), CopyPart(1, new))

    def _between(self, i: int, j: int, place: int, old: op.Between, new: op.Between) -> Recipe | None:
        """Both ends of a range, each with the bound that it is; None where one has an end that the other has not."""
        if (old.low is None) != (new.low is None) or (old.high is None) != (new.high is None):
            return None
        given: list[tuple[str, Recipe]] = []
        for end, closed, above in (("low", "low_closed", False), ("high", "high_closed", True)):
            ends = getattr(old, end), getattr(new, end)
            if ends[1] is None:
                given += [(end, Keep(None)), (closed, Keep(getattr(new, closed)))]
                continue
            sides = getattr(old, closed) == above, getattr(new, closed) == above
            cuts = self._cut(0, ends[0], sides[0]), self._cut(1, ends[1], sides[1])
            if cuts[0] == cuts[1]:
                given += [(end, Copy(1, ends[1])), (closed, Keep(getattr(new, closed)))]
                continue
            number = self._number_of_bound(i, j, place, cuts, ends)
            self.sides_met.setdefault(number, set()).add(above)
            given.append((end, Pick(number, Copy(0, ends[0]), Copy(1, ends[1]))))
            given.append((closed, Pick(number, Keep(getattr(old, closed)), Keep(getattr(new, closed)))))
        return Make(op.Between, (*given, ("kind", Keep("between"))))

    def _cut(self, side: Side, end: op.Node, above: bool) -> Cut:
        return self.comparing.sides[side].shapes[end], above

    def _number_of_bound(
        self, i: int, j: int, place: int, cuts: Sequence[Cut], ends: tuple[op.Node, op.Node]
    ) -> int:
        """The two rows that meet at a bound have it in common."""
        key = (self.item, "bound", place, *cuts)
        number = self.found.add(
            key, "bound", self.item, self._part(0, i), self._part(1, j), self._lines(i, j), (("input", str(place)),)
        )
        values = self._value(0, ends[0]), self._value(1, ends[1])
        self.bounds[number] = values
        return number

    def _value(self, side: Side, node: op.Node) -> Fraction | None:
        edition = self.comparing.sides[side]
        operation, type = edition.operation(node), edition.plan.nodes[node].type
        if not type.numeric:
            return None
        if isinstance(operation, op.Parameter):
            return next(from_exact(one.value) for one in edition.plan.parameters if one.name == operation.name)
        return from_exact(operation.value) if isinstance(operation, op.Constant) else None

    # ------------------------------------------------------------ outcomes

    def _outcome_key(self, side: Side, row: op.Row) -> Hashable:
        """A linear outcome by what it gives: its ends on the axis belong to the pattern."""
        shapes = self.comparing.sides[side].shapes
        match row.outcome:
            case op.Value(node):
                return "value", shapes[node]
            case op.Linear():
                return "linear", row.outcome.input, shapes[row.outcome.start], shapes[row.outcome.end]
        return ("not applicable",)

    def _outcome(self, i: int, j: int) -> Recipe:
        old, new = self.tables[0].rows[i].outcome, self.tables[1].rows[j].outcome
        same = self._outcome_key(0, self.tables[0].rows[i]) == self._outcome_key(1, self.tables[1].rows[j])
        if isinstance(old, op.Value) and isinstance(new, op.Value):
            return Make(op.Value, (("node", self._given(i, j, old.node, new.node, "")), ("kind", Keep("value"))))
        if isinstance(old, op.Linear) and isinstance(new, op.Linear) and old.input == new.input:
            return Make(op.Linear, (
                ("input", Keep(new.input)), ("low", self._end(i, j, new.input, old.low, new.low)),
                ("high", self._end(i, j, new.input, old.high, new.high)),
                ("start", self._given(i, j, old.start, new.start, "start")),
                ("end", self._given(i, j, old.end, new.end, "end")), ("kind", Keep("linear")),
            ))
        if same:
            return CopyPart(1, new)
        return Pick(self._number(self.kind, i, j, "outcome"), CopyPart(0, old), CopyPart(1, new))

    def _given(self, i: int, j: int, old: op.Node, new: op.Node, which: str) -> Recipe:
        if self.comparing.same(old, new):
            return Copy(1, new)
        number = self.found.add(
            (self.item, self.kind, i, j, which), self.kind, self.item, self._in_row(0, old, i),
            self._in_row(1, new, j), self._lines(i, j),
        )
        return Pick(number, Copy(0, old), Copy(1, new))

    def _in_row(self, side: Side, node: op.Node, row: int) -> Part:
        return Part(node, self.comparing.sides[side].plan.nodes[node].type, base=self.tables[side].rows[row])

    def _end(self, i: int, j: int, place: int, old: op.Node, new: op.Node) -> Recipe:
        """An end of a linear outcome on its axis moves with the bound that it is."""
        if self.comparing.same(old, new):
            return Copy(1, new)
        values = self._value(0, old), self._value(1, new)
        number = next((number for number, known in self.bounds.items() if known == values), None)
        if number is None:
            number = self._number("pattern", i, j, "linear", place, values)
        return Pick(number, Copy(0, old), Copy(1, new))

    # ------------------------------------------------------------ what belongs together

    def _link(self) -> None:
        """Where order does not decide, rows leave no gap and do not overlap: what meets at a bound moves together."""
        if self.tables[1].first_match:
            return
        if self.rows:
            self.found.link([*self.rows, *self.bounds])
        elif len(self.tables[1].inputs) == 1:
            for number, other in self._neighbours():
                self.found.link([number, other])

    def _neighbours(self) -> Iterator[tuple[int, int]]:
        """Bounds between which no other end lies in either edition: `to 15` and `from 16`."""
        ends = [sorted(set(self._ends(side))) for side in (0, 1)]
        below = [number for number, met in self.sides_met.items() if met == {True}]
        above = [number for number, met in self.sides_met.items() if met == {False}]
        for number in below:
            for other in above:
                mine, theirs = self.bounds[number], self.bounds[other]
                if all(_meet(ends[side], mine[side], theirs[side]) for side in (0, 1)):
                    yield number, other

    def _ends(self, side: Side) -> Iterator[Fraction]:
        for row in self.tables[side].rows:
            for alternatives in row.patterns:
                for pattern in alternatives:
                    given: list[op.Node | None] = []
                    if isinstance(pattern, op.Between):
                        given = [pattern.low, pattern.high]
                    elif isinstance(pattern, op.Equal):
                        given = [pattern.value]
                    for node in given:
                        value = None if node is None else self._value(side, node)
                        if value is not None:
                            yield value


def _meet(ends: Sequence[Fraction], high: Fraction | None, low: Fraction | None) -> bool:
    """Whether the row above begins where the row below ends, with no other end between them."""
    return high is not None and low is not None and high < low and not any(high < end < low for end in ends)
