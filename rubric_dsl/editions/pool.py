"""Rows at which a rubric's rules turn: every bound met, just under and just over, every condition both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from rubric_dsl.editions.chance import Chance
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.question import Question, Rule, breaks, whole_row_question
from rubric_dsl.editions.turning import Turning
from rubric_dsl.evaluation.prepare import Prepared, evaluate_row
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.resolved import operations as op

BASES = 4
"""Rows from which one cell at a time is changed."""
RANDOM_ROWS = 60
TRIES = 200
"""Attempts at a row that obeys the rules between its cells."""
CLIMBS = 4
"""Rows from which one with the most points is sought."""
MOST_STANDING = 60
"""Values of one column that are tried in a row."""

Cells = dict[str, Cell]


class Pool:
    """Admissible rows of a table that both editions have (for one edition, give it twice)."""

    def __init__(
        self, sides: tuple[Edition, Edition], prepared: tuple[Prepared, Prepared], table: str, seed: int
    ) -> None:
        self.schemas: tuple[TableSchema, ...] = tuple(
            next(one for one in side.plan.tables if one.name == table) for side in sides
        )
        self.prepared = prepared
        self.question: Question = whole_row_question(sides, prepared, table)
        turning = Turning(self.question)
        for side in (0, 1):
            turning.everything(side)
        self.axes = {
            variable.key: _some(
                variable.domain.standing_for_all(turning.cuts[variable.key], turning.texts[variable.key])
            )
            for variable in self.question.variables
        }
        self.chance = Chance(seed)
        self.rows = list(self._made())

    def _made(self) -> Iterator[Cells]:
        """Bases, then each with one other cell, then rows at random; each row once."""
        seen: set[tuple[tuple[str, Cell], ...]] = set()
        for row in self._every():
            key = tuple(sorted(row.items(), key=lambda cell: cell[0]))
            if key not in seen:
                seen.add(key)
                yield row

    def _every(self) -> Iterator[Cells]:
        bases = [row for row in (self.random_row() for _ in range(BASES)) if row is not None]
        for base in bases:
            yield base
            for name, values in self.axes.items():
                for value in values:
                    changed = self._settled({**base, name: value}, keep=name)
                    if changed is not None:
                        yield changed
        for _ in range(RANDOM_ROWS):
            row = self.random_row()
            if row is not None:
                yield row

    def random_row(self) -> Cells | None:
        """A row at random among the values at which rules turn; None where none was found that obeys the rules."""
        for _ in range(TRIES):
            row = self._settled({name: self._pick(values) for name, values in self.axes.items()})
            if row is not None:
                return row
        return None

    def at_the_end(self, sign: int) -> Cells | None:
        """A row with many points (1) or few (-1): from a few rows that are there, cell by cell the value for most."""
        scores = tuple(
            node for node, operation in enumerate(self.prepared[1].operations)
            if isinstance(operation, op.RowScore) and operation.table == self.schemas[1].name
        )

        def points(row: Cells) -> Fraction:
            values = evaluate_row(self.prepared[1], row, scores)
            return sign * sum((one for node in scores if isinstance(one := values[node], Fraction)), Fraction(0))

        def climbed(row: Cells) -> Cells:
            most, better = points(row), True
            while better:
                better = False
                for name, values in self.axes.items():
                    for value in values:
                        changed = self._settled({**row, name: value}, keep=name)
                        if changed is not None and points(changed) > most:
                            row, most, better = changed, points(changed), True
            return row

        if not scores or not self.rows:
            return None
        starts = sorted(self.rows, key=points, reverse=True)
        return max((climbed(row) for row in starts[:: len(starts) // CLIMBS + 1]), key=points)

    def near(self, row: Cells, cells: int) -> Cells:
        """The row with up to so many other cells."""
        names = [name for name, values in self.axes.items() if values]
        for _ in range(cells):
            name = names[self.chance.below(len(names))]
            row = self._settled({**row, name: self._pick(self.axes[name])}, keep=name) or row
        return row

    def _pick(self, values: list[Cell]) -> Cell:
        return values[self.chance.below(len(values))] if values else None

    def _settled(self, row: Cells, keep: str | None = None) -> Cells | None:
        """The row with cells put in and taken out as their conditions say; None where a rule is broken."""
        conditions = [rule for rule in self.question.rules if rule.kind == "presence"]
        for _ in range(len(conditions) + 1):
            changed = False
            for rule in conditions:
                there = self._value(rule, row) is True
                name = rule.column or ""
                if there == (row[name] is not None):
                    continue
                changed = True
                given: list[Cell] = [value for value in self.axes[name] if value is not None]
                row[name] = self._pick(given) if there and given else None
            if not changed:
                break
        asked = [(rule, self._value(rule, row)) for rule in self.question.rules]
        return None if any(breaks(rule, value, row) for rule, value in asked) else row  # type: ignore[arg-type]

    def _value(self, rule: Rule, row: Mapping[str, Cell]) -> object:
        return evaluate_row(self.prepared[rule.side], row, (rule.node,))[rule.node]


def _some(values: list[Cell]) -> list[Cell]:
    """Not more than a few dozen: of many members the first, the last and some between."""
    if len(values) <= MOST_STANDING:
        return values
    step = len(values) // MOST_STANDING + 1
    return [*values[::step], values[-1]]
