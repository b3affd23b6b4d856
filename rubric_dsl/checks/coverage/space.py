"""All combinations of the inputs of a table that can occur, as boxes of cells.

A box is a set of cells for each visible axis. Hidden axes are chosen by whoever asks: a combination can occur when
some value of theirs goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from rubric_dsl.checks.coverage.cells import AxisCells, NumberCells, bits, cut
from rubric_dsl.checks.coverage.conditions import FALSE, TRUE, Conditions, pieces_of
from rubric_dsl.checks.coverage.model import (
    ANYTHING,
    Axis,
    Box,
    Budget,
    Constraint,
    Limits,
    Piece,
    TableRow,
    Value,
    Witness,
)

Masks: TypeAlias = tuple[int, ...]
"""A box: a set of cells for each visible axis."""


def common(one: Masks, other: Masks) -> Masks:
    """The part that two boxes share (empty if one of its sets is)."""
    return tuple([a & b for a, b in zip(one, other, strict=True)])


class Space:
    """The cells of all axes, visible ones first, and the conditions between them."""

    def __init__(
        self, axes: Sequence[Axis], rows: Sequence[TableRow], constraints: Sequence[Constraint], limits: Limits
    ) -> None:
        self.order = sorted(range(len(axes)), key=lambda axis: axes[axis].hidden)
        self.visible = sum(not axis.hidden for axis in axes)
        self.steps = Budget("steps", limits.steps)
        asked = pieces_of(constraints, limits.depth) if constraints else {}
        by_axis: dict[int, AxisCells] = {}
        for place, axis in enumerate(self.order):
            pieces = list(asked.get(axis, ()))
            if place < self.visible:
                for row in rows:
                    if row.cells:
                        pieces += row.cells[place]
            by_axis[axis] = cut(axes[axis], pieces)
        self.cells = [by_axis[axis] for axis in self.order]
        self.conditions: Conditions | None = None
        self.root = TRUE
        if constraints:
            self.conditions = Conditions(by_axis, constraints, Budget("search", limits.search))
            self.root = self.conditions.root
        if not all(cells.kept for cells in self.cells):
            self.root = FALSE
        self.completed: dict[tuple[int, int], bool] = {}

    @property
    def undecided(self) -> bool:
        return self.conditions is not None and self.conditions.undecided

    def everything(self) -> Masks:
        return tuple(cells.kept for cells in self.cells[: self.visible])

    # ------------------------------------------------------------ step by step

    def choose(self, condition: int, place: int, cell: int) -> int:
        """What is left of a condition when the axis at a place is in a cell."""
        if condition <= FALSE or self.conditions is None:
            return condition
        cells = self.cells[place]
        home = cell
        if isinstance(cells, NumberCells) and cell >= cells.first_pin:
            home = cells.cell_of(cells.pinned[cell - cells.first_pin])
        return self.conditions.assign(condition, self.order[place], cell, home)

    def asks(self, condition: int, place: int) -> bool:
        """Whether a condition depends on the axis at a place."""
        return self.conditions is not None and bool(self.conditions.axes[condition] >> self.order[place] & 1)

    def completes(self, place: int, condition: int) -> bool:
        """Whether axes from a place on have values with which the condition holds."""
        if condition <= FALSE:
            return condition == TRUE
        if place == len(self.cells):
            assert self.conditions is not None
            return self.conditions.numbers_for(condition) is not None
        if not self.asks(condition, place):
            return self.completes(place + 1, condition)
        key = (place, condition)
        known = self.completed.get(key)
        if known is None:
            known = False
            for cell in bits(self.cells[place].kept):
                self.steps.spend()
                if self.completes(place + 1, self.choose(condition, place, cell)):
                    known = True
                    break
            self.completed[key] = known
        return known

    # ------------------------------------------------------------ boxes

    def occurs(self, box: Masks) -> bool:
        """Whether some combination of a box of kept cells can occur."""
        if self.root == FALSE or not all(box):
            return False
        return self.root == TRUE or self.find([list(bits(mask)) for mask in box]) is not None

    def find(self, options: Sequence[Sequence[int]]) -> tuple[list[int], dict[int, Fraction]] | None:
        """A cell for every visible axis, of those offered, and numbers by axis, that can occur together."""
        failed: set[tuple[int, int]] = set()

        def descend(place: int, condition: int) -> tuple[list[int], dict[int, Fraction]] | None:
            if condition == FALSE or (place, condition) in failed:
                return None
            if place == len(self.cells):
                numbers = {} if self.conditions is None else self.conditions.numbers_for(condition)
                return None if numbers is None else ([], numbers)
            offered = options[place] if place < self.visible else list(bits(self.cells[place].kept))
            for cell in offered if self.asks(condition, place) else offered[:1]:
                self.steps.spend()
                found = descend(place + 1, self.choose(condition, place, cell))
                if found is not None:
                    return ([cell, *found[0]] if place < self.visible else found[0]), found[1]
            failed.add((place, condition))
            return None

        return descend(0, self.root)

    def witness(self, box: Masks) -> Witness | None:
        """One combination of a box of kept cells that can occur: on each axis in turn the most telling value that goes
        with the choices before it."""
        if self.root == FALSE or not all(box):
            return None
        if self.root == TRUE:
            return tuple([next(cells.candidates(mask)) for mask, cells in zip(box, self.cells, strict=False)])
        options = [list(bits(mask)) for mask in box]
        found = self.find(options)
        if found is None:
            return None
        values: list[Value] = []
        for place, cells in enumerate(self.cells[: self.visible]):
            for value, cell in self._single_cells(place, box[place]):
                tried = self.find([*options[:place], [cell], *options[place + 1 :]])
                if tried is not None:
                    options[place], found = [cell], tried
                    values.append(value)
                    break
            else:
                # No candidate goes with the rest; the number found by the search does.
                axis = self.order[place]
                assert isinstance(cells, NumberCells)
                value = found[1].get(axis)
                if value is None:
                    value = next(cells.candidates(1 << found[0][place]))
                    assert isinstance(value, Fraction)
                options[place] = [cells.pin(value)]
                values.append(value)
        return tuple(values)

    def _single_cells(self, place: int, mask: int) -> Iterator[tuple[Value, int]]:
        cells = self.cells[place]
        pin = self.conditions is not None and self.conditions.compares(self.order[place])
        for value in cells.candidates(mask):
            if pin and isinstance(cells, NumberCells) and isinstance(value, Fraction):
                yield value, cells.pin(value)
            else:
                yield value, cells.cell_of(value)

    def describe(self, box: Masks) -> Box:
        """A box as people read it: an axis whose every cell is in it says ANYTHING, unless it is the only one."""
        pieces: list[Piece] = []
        for mask, cells in zip(box, self.cells, strict=False):
            whole = mask == cells.kept and self.visible > 1
            pieces.append(ANYTHING if whole else cells.describe(mask))
        return tuple(pieces)
