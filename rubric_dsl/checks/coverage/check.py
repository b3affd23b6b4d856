"""The check of one table: what no row matches, what two rows match, and which rows decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rubric_dsl.checks.coverage.cells import bits, matches_nothing
from rubric_dsl.checks.coverage.descent import Descent
from rubric_dsl.checks.coverage.model import (
    DEFAULT_LIMITS,
    Axis,
    Constraint,
    Coverage,
    Gap,
    LimitReached,
    Limits,
    Never,
    Overlap,
    TableRow,
    Undecided,
    Witness,
)
from rubric_dsl.checks.coverage.pairs import clashing_pairs, containers
from rubric_dsl.checks.coverage.single import Single
from rubric_dsl.checks.coverage.space import Masks, Space, common

STEPS_FOR_EXAMPLE = 10_000
"""Enough to name the values of one combination that is known to occur."""


def cover(
    axes: Sequence[Axis],
    rows: Sequence[TableRow],
    first_match: bool,
    constraints: Sequence[Constraint] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Coverage:
    """All gaps, overlaps and rows that decide nothing, over the combinations that satisfy the constraints.

    `first_match`: the first row that matches decides, so no two rows clash; otherwise every combination must be
    matched once. `otherwise` and `missing` rows come after all rows of patterns in either case.
    """
    limit: Undecided = "inputs"
    if len(axes) <= limits.axes:
        try:
            return _Check(Space(axes, rows, constraints, limits), rows, first_match, limits).coverage()
        except LimitReached as reached:
            limit = reached.limit
    return Coverage(reachable=frozenset(range(len(rows))), witnesses=(None,) * len(rows), undecided=limit)


class _Check:
    """Findings as they are made, so that a limit met late leaves those made before.

    `boxes` are the rows that decide, in the order in which they do, `owners` the rows they come from: rows of patterns
    that can occur, then `otherwise` (all inputs present) and `missing` (one box an input that may be missing).
    """

    def __init__(self, space: Space, rows: Sequence[TableRow], first_match: bool, limits: Limits) -> None:
        self.space = space
        self.rows = rows
        self.first_match = first_match
        self.limits = limits
        self.gaps: list[Gap] = []
        self.overlaps: list[Overlap] = []
        self.empty: list[Never] = []
        self.never: list[Never] = []
        self.reachable: set[int] = set()
        self.witnesses: list[Witness | None] = [None] * len(rows)
        self.soft_limit: Undecided | None = None

    def coverage(self) -> Coverage:
        limit: Undecided | None = None
        try:
            self.place_rows()
            if not self.first_match:
                self.find_clashes()
            self.decide()
        except LimitReached as reached:
            limit = reached.limit
        if self.space.undecided:
            limit = limit or "search"
        return Coverage(
            gaps=tuple(self.gaps),
            overlaps=tuple(self.overlaps),
            never=tuple(sorted(self.empty if limit else [*self.empty, *self.never], key=lambda never: never.row)),
            reachable=frozenset(range(len(self.rows))) if limit else frozenset(self.reachable),
            witnesses=tuple(self.witnesses),
            undecided=limit or self.soft_limit,
        )

    # ------------------------------------------------------------ rows

    def place_rows(self) -> None:
        """Sort out rows that match nothing, and put the others in the order in which they decide."""
        self.owners: list[int] = []
        self.boxes: list[Masks] = []
        for number, row in enumerate(self.rows):
            if row.when == "patterns":
                self.place_patterns(number, row)
        self.patterns = len(self.boxes)
        for number, row in enumerate(self.rows):
            if row.when != "patterns":
                for box in self.remaining(row):
                    self.owners.append(number)
                    self.boxes.append(box)

    def place_patterns(self, number: int, row: TableRow) -> None:
        cells = self.space.cells
        box = tuple([cells[place].mask(pieces) & cells[place].kept for place, pieces in enumerate(row.cells)])
        if self.space.occurs(box):
            self.owners.append(number)
            self.boxes.append(box)
        elif any(matches_nothing(pieces) for pieces in row.cells):
            self.empty.append(Never(number, "empty"))
        else:
            self.never.append(Never(number, "outside"))

    def remaining(self, row: TableRow) -> Iterator[Masks]:
        """What an `otherwise` or `missing` row may match, as boxes that are not empty."""
        everything = self.space.everything()
        present = tuple(cells.present for cells in self.space.cells[: self.space.visible])
        if row.when == "otherwise":
            boxes = [present]
        else:
            missing = [cells.missing for cells in self.space.cells[: self.space.visible]]
            boxes = [(*everything[:place], mask, *everything[place + 1 :]) for place, mask in enumerate(missing)]
        return (box for box in boxes if all(box))

    # ------------------------------------------------------------ clashes

    def find_clashes(self) -> None:
        boxes = self.boxes[: self.patterns]
        clashes = list(islice(clashing_pairs(self.space, boxes), self.limits.clashes + 1))
        if len(clashes) > self.limits.clashes:
            self.soft_limit = "overlaps"
        inside = containers(self.space, boxes, clashes)
        if self.space.undecided:
            inside = {}
        for inner, outer in inside.items():
            self.never.append(Never(self.owners[inner], "subsumed", tuple(self.owners[row] for row in outer)))
        told = {(inner, row) for inner, outer in inside.items() for row in outer}
        for first, second in clashes:
            if (first, second) in told or (second, first) in told:
                continue
            if len(self.overlaps) == self.limits.overlaps:
                self.soft_limit = "overlaps"
                break
            self.overlaps.append(self.overlap(first, second))

    def overlap(self, first: int, second: int) -> Overlap:
        """The overlap of two rows that share a combination: of several runs of an axis the first that has one."""
        box = common(self.boxes[first], self.boxes[second])
        for place, cells in enumerate(self.space.cells[: self.space.visible]):
            whole = box[place] == cells.kept and self.space.visible > 1
            for run in () if whole else cells.runs(box[place], cells.kept):
                narrowed = (*box[:place], run, *box[place + 1 :])
                if self.space.occurs(narrowed):
                    box = narrowed
                    break
        witness = self.space.witness(box)
        assert witness is not None
        return Overlap(self.owners[first], self.owners[second], witness, self.space.describe(box))

    # ------------------------------------------------------------ who decides

    def decide(self) -> None:
        decider: Single | Descent
        if self.space.visible == 1:
            decider = Single(self.space, self.boxes)
        else:
            rivals = 0 if self.first_match else (1 << self.patterns) - 1
            decider = Descent(self.space, self.boxes, rivals)
        try:
            deciding = decider.deciding()
            boxes = decider.undecided_boxes(self.limits.gaps) if deciding & decider.nobody else ()
        except LimitReached:
            # There are too many states to see all gaps, but one that was met is true.
            if decider.example is not None:
                self.space.steps.allow(STEPS_FOR_EXAMPLE)
                self.gaps.append(self.gap(decider.example))
            raise
        self.gaps += [self.gap(box) for box in boxes]
        if decider.crowded:
            self.soft_limit = "gaps"
        self.find_reachable(decider, deciding)
        self.find_shadowed(decider)

    def find_reachable(self, decider: Single | Descent, deciding: int) -> None:
        for index, (row, box) in enumerate(zip(self.owners, self.boxes, strict=True)):
            if row in self.reachable:
                continue
            if not self.first_match and index < self.patterns:
                region = box
            elif deciding >> index & 1:
                region = decider.decided_by(index)
            else:
                continue
            self.reachable.add(row)
            self.witnesses[row] = self.space.witness(region)

    def find_shadowed(self, decider: Single | Descent) -> None:
        """Rows that could match something, all of which rows before them take; `otherwise` and `missing` rows also
        when there is nothing that they could match."""
        shadowed: dict[int, set[int]] = {}
        for index, (row, box) in enumerate(zip(self.owners, self.boxes, strict=True)):
            if row not in self.reachable:
                takers = shadowed.setdefault(row, set())
                takers.update(self.owners[taker] for taker in bits(decider.takers(box, min(index, self.patterns))))
        for number, written in enumerate(self.rows):
            if written.when != "patterns" and number not in self.reachable:
                shadowed.setdefault(number, set())
        self.never += [Never(number, "shadowed", tuple(sorted(takers))) for number, takers in shadowed.items()]

    # ------------------------------------------------------------ gaps

    def gap(self, box: Masks) -> Gap:
        witness = self.space.witness(box)
        assert witness is not None
        axis, before, after = self.neighbours(box)
        return Gap(witness, self.space.describe(box), axis, before, after)

    def neighbours(self, box: Masks) -> tuple[int | None, int | None, int | None]:
        """The axis along which rows lie right below and right above a box, and these rows; rows on both sides are
        preferred to a row on one."""
        best: tuple[int | None, int | None, int | None] = (None, None, None)
        for place, cells in enumerate(self.space.cells[: self.space.visible]):
            below, above = cells.around(box[place])
            before, after = self.row_beside(box, place, below), self.row_beside(box, place, above)
            if before is not None and after is not None:
                return place, before, after
            if best[0] is None and (before is not None or after is not None):
                best = (place, before, after)
        return best

    def row_beside(self, box: Masks, place: int, cells: Iterable[int]) -> int | None:
        """The first row of patterns that has all of a box moved to the first of the cells where it can occur."""
        for cell in cells:
            moved = (*box[:place], 1 << cell, *box[place + 1 :])
            if self.space.occurs(moved):
                for row, has in zip(self.owners[: self.patterns], self.boxes, strict=False):
                    if common(moved, has) == moved:
                        return row
                return None
        return None
