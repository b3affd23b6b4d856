"""Which row decides each combination, and which combinations none does: one descent through the axes.

The rows still alive and what is left of the conditions are all that matters for the axes to come, so each such state is
looked at once, however many ways lead to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rubric_dsl.checks.coverage.cells import bits, sum_of
from rubric_dsl.checks.coverage.conditions import FALSE, TRUE
from rubric_dsl.checks.coverage.space import Masks, Space, common


class Descent:
    """Rows as boxes, in the order in which they decide; row numbers are bits. Bit `len(boxes)` stands for no row.

    `rivals`: rows that only need to be kept away from (without `first match` it does not matter which of the rows of
    patterns decides): a state in which one of them takes all that is left is not looked into.
    `within`: the part of the space to look at, a box that is not empty (None: all of it).
    """

    def __init__(self, space: Space, boxes: Sequence[Masks], rivals: int = 0, within: Masks | None = None) -> None:
        self.space = space
        self.depth = space.visible
        self.boxes = boxes
        self.rivals = rivals
        self.nobody = 1 << len(boxes)
        self.all_rows = self.nobody - 1
        self.partial = within is not None
        self.matching: list[dict[int, int]] = []
        for place, mask in enumerate(within or space.everything()):
            inside = mask & space.cells[place].kept
            space.steps.spend(len(boxes))
            matching = dict.fromkeys(bits(inside), 0)
            for row, box in enumerate(boxes):
                for cell in bits(box[place] & inside):
                    matching[cell] |= 1 << row
            self.matching.append(matching)
        self.full = self._full_below(boxes)
        self.reached: dict[tuple[int, int, int], int] = {}
        self.found: dict[tuple[int, int, int], tuple[Masks, ...]] = {}
        self.crowded = False
        self.path: list[int] = []
        self.example: Masks | None = None
        """The first combination met that no row decides."""

    def _full_below(self, boxes: Sequence[Masks]) -> list[int]:
        """Of each place the rows that match everything on all axes from there on."""
        full = [self.all_rows] * (self.depth + 1)
        for place in reversed(range(self.depth)):
            whole = self.all_rows
            for rows in self.matching[place].values():
                whole &= rows
            full[place] = full[place + 1] & whole
        return full

    # ------------------------------------------------------------ who decides

    def deciding(self) -> int:
        """The rows that decide some combination, and the bit for no row if there is one that none decides."""
        return self.decides(0, self.all_rows, self.space.root)

    def settled(self, place: int, alive: int) -> int:
        """The rows alive that can still matter: none after the first that takes everything."""
        full = alive & self.full[place]
        return alive & ((full & -full) * 2 - 1) if full else alive

    def decides(self, place: int, alive: int, condition: int) -> int:
        if condition == FALSE or alive & self.rivals & self.full[place]:
            return 0
        alive = self.settled(place, alive)
        first = alive & -alive
        settled = alive == first and alive & self.full[place] and not (self.partial and condition != TRUE)
        if place == self.depth or settled:
            if not self.space.completes(place, condition):
                return 0
            if not alive and self.example is None:
                self.example = tuple(self.path)
            return first if alive else self.nobody
        key = (place, alive, condition)
        known = self.reached.get(key)
        if known is None:
            known = self.reached[key] = self._decides(place, alive, condition)
        return known

    def _decides(self, place: int, alive: int, condition: int) -> int:
        deciding = 0
        possible = alive if alive & self.full[place] else alive | self.nobody
        seen: set[int] = set()
        asks = self.space.asks(condition, place)
        for cell, rows in self.matching[place].items():
            left = alive & rows
            if not asks:
                if left in seen:
                    continue
                seen.add(left)
            self.space.steps.spend()
            self.path.append(1 << cell)
            deciding |= self.decides(place + 1, left, self.space.choose(condition, place, cell))
            self.path.pop()
            if deciding == possible:
                break
        return deciding

    def decided_by(self, row: int) -> Masks:
        """The cells of one combination that a row of `deciding` decides."""
        alive, condition = self.all_rows, self.space.root
        path: list[int] = []
        for place in range(self.depth):
            for cell, rows in self.matching[place].items():
                left = self.space.choose(condition, place, cell)
                if self.decides(place + 1, alive & rows, left) >> row & 1:
                    path.append(1 << cell)
                    alive, condition = alive & rows, left
                    break
        return tuple(path)

    def takers(self, box: Masks, before: int) -> int:
        """The rows, of so many first ones, that decide something within a box that is not empty, as bits."""
        near: list[int] = []
        for row, rival in enumerate(self.boxes[:before]):
            shared = common(rival, box)
            if all(shared):
                near.append(row)
                if shared == box:
                    break
        self.space.steps.spend(before)
        deciding = Descent(self.space, [self.boxes[row] for row in near], within=box).deciding()
        return sum_of(1 << row for place, row in enumerate(near) if deciding >> place & 1)

    # ------------------------------------------------------------ what nobody decides

    def undecided_boxes(self, most: int) -> tuple[Masks, ...]:
        """What no row decides, as disjoint boxes; at most so many (`crowded` then says that there are more).

        Neighbouring cells of an axis that leave the same box on the axes after it are one box.
        """
        return self._boxes(0, self.all_rows, self.space.root, most)

    def _boxes(self, place: int, alive: int, condition: int, most: int) -> tuple[Masks, ...]:
        if not self.decides(place, alive, condition) & self.nobody:
            return ()
        if place == self.depth:
            return ((),)
        key = (place, alive, condition)
        known = self.found.get(key)
        if known is None:
            known = self.found[key] = self._merged(place, alive, condition, most)
        return known

    def _merged(self, place: int, alive: int, condition: int, most: int) -> tuple[Masks, ...]:
        cells_of_rest: dict[Masks, int] = {}
        occurring = 0
        for cell, rows in self.matching[place].items():
            self.space.steps.spend()
            left = self.space.choose(condition, place, cell)
            if self.space.completes(place + 1, left):
                occurring |= 1 << cell
            for rest in self._boxes(place + 1, alive & rows, left, most):
                cells_of_rest[rest] = cells_of_rest.get(rest, 0) | 1 << cell
        cells = self.space.cells[place]
        boxes: list[Masks] = []
        for rest, mask in cells_of_rest.items():
            whole = self.depth > 1 and mask == cells.kept
            boxes += [(run, *rest) for run in ([mask] if whole else cells.runs(mask, occurring))]
        if len(boxes) > most:
            self.crowded = True
        return tuple(boxes[:most])
