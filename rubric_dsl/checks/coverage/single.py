"""Who decides in a table of one input: plain operations on sets of cells, answering as `descent` does for several."""

from __future__ import annotations

from collections.abc import Sequence

from rubric_dsl.checks.coverage.cells import bits, sum_of
from rubric_dsl.checks.coverage.conditions import TRUE
from rubric_dsl.checks.coverage.space import Masks, Space


class Single:
    """Rows as sets of cells, in the order in which they decide. Bit `len(boxes)` stands for no row."""

    def __init__(self, space: Space, boxes: Sequence[Masks]) -> None:
        self.space = space
        cells = space.cells[0]
        self.occurring = cells.kept
        if space.root != TRUE:
            occurs = [cell for cell in bits(cells.kept) if space.completes(1, space.choose(space.root, 0, cell))]
            self.occurring = sum_of(1 << cell for cell in occurs)
        self.nobody = 1 << len(boxes)
        self.taken: list[int] = []
        left = self.occurring
        for (mask,) in boxes:
            self.taken.append(mask & left)
            left &= ~mask
        self.left = left
        self.crowded = False
        self.example: Masks | None = None

    def deciding(self) -> int:
        winners = sum_of(1 << row for row, mask in enumerate(self.taken) if mask)
        return winners | self.nobody if self.left else winners

    def decided_by(self, row: int) -> Masks:
        """All that a row of `deciding` decides."""
        return (self.taken[row],)

    def takers(self, box: Masks, before: int) -> int:
        """The rows, of so many first ones, that decide something within a box, as bits."""
        return sum_of(1 << row for row, mask in enumerate(self.taken[:before]) if mask & box[0])

    def undecided_boxes(self, most: int) -> tuple[Masks, ...]:
        """What no row decides, in maximal runs: all of them, since there are never more than ends."""
        return tuple((run,) for run in self.space.cells[0].runs(self.left, self.occurring))
