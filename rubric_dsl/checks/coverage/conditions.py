"""Conditions over the cells of several axes, decided step by step as cells are chosen.

Every condition is a number; equal conditions are the same number. Choosing a cell of one axis turns a condition into
what is left of it, so that two ways through the axes that leave the same question share one answer. Conditions on one
axis alone become sets of cells; linear ones remember the cells chosen for their axes and are handed to `linear` last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from rubric_dsl.checks.coverage.cells import AxisCells, NumberCells
from rubric_dsl.checks.coverage.linear import Inequality, Variable, solve
from rubric_dsl.checks.coverage.model import (
    AllOf,
    AnyOf,
    Between,
    Budget,
    Constraint,
    Holds,
    IsMissing,
    LimitReached,
    Linear,
    NotOf,
    Piece,
    PresentExactlyWhen,
    Relation,
)
from rubric_dsl.text.record import dataclass

TRUE, FALSE = 0, 1
OPPOSITE: dict[Relation, Relation] = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "=": "<>", "<>": "="}
MIRRORED: dict[Relation, Relation] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}


@dataclass(frozen=True, slots=True)
class Among:
    """The axis is in one of these cells."""

    axis: int
    mask: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A linear condition of several axes, with the cells that some of them have been given."""

    terms: tuple[tuple[int, Fraction], ...]
    relation: Relation
    constant: Fraction
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    true: bool


Node: TypeAlias = Constant | Among | Compared | Every | Some


def pieces_of(constraints: Iterable[Constraint], depth: int) -> dict[int, list[Piece]]:
    """What conditions ask of each axis alone; an axis that is only compared with others is there with no pieces.

    Raises LimitReached when conditions are nested deeper than `depth`.
    """
    found: dict[int, list[Piece]] = {}
    waiting = [(constraint, 1) for constraint in constraints]
    while waiting:
        constraint, level = waiting.pop()
        if level > depth:
            raise LimitReached("depth")
        if isinstance(constraint, AllOf | AnyOf):
            waiting += [(part, level + 1) for part in constraint.parts]
        elif isinstance(constraint, NotOf):
            waiting.append((constraint.part, level + 1))
        elif isinstance(constraint, Linear):
            terms = _terms(constraint)
            for axis, _ in terms:
                found.setdefault(axis, [])
            if len(terms) == 1:
                found[terms[0][0]] += _alone(terms[0][1], constraint.relation, constraint.constant)
        else:
            found.setdefault(constraint.axis, [])
            if isinstance(constraint, Holds):
                found[constraint.axis] += constraint.pieces
            elif isinstance(constraint, PresentExactlyWhen):
                waiting.append((constraint.condition, level + 1))
    return found


def _terms(constraint: Linear) -> tuple[tuple[int, Fraction], ...]:
    return tuple((axis, factor) for axis, factor in sorted(constraint.coefficients.items()) if factor)


def _alone(factor: Fraction, relation: Relation, constant: Fraction) -> tuple[Piece, ...]:
    """`factor * axis relation constant` as pieces of the axis."""
    end = constant / factor
    relation = relation if factor > 0 else MIRRORED[relation]
    below = Between(None, False, end, relation == "<=")
    above = Between(end, relation == ">=", None, False)
    if relation == "=":
        return (Between(end, True, end, True),)
    return {"<": (below,), "<=": (below,), ">": (above,), ">=": (above,), "<>": (below, above)}[relation]


class Conditions:
    """The conditions of one table; `root` holds exactly where all of them do."""

    def __init__(self, cells: Mapping[int, AxisCells], constraints: Iterable[Constraint], search: Budget) -> None:
        self.cells = cells
        self.search = search
        self.undecided = False
        self.nodes: list[Node] = [Constant(True), Constant(False)]
        self.numbers: dict[Node, int] = {}
        self.axes: list[int] = [0, 0]
        """Of each condition the axes that it still asks about, one bit an axis."""
        self.compared_axes: set[int] = set()
        self.assigned: dict[tuple[int, int, int], int] = {}
        self.solved: dict[int, dict[int, Fraction] | None] = {}
        self.root = self.every(self.number(constraint, True) for constraint in constraints)

    # ------------------------------------------------------------ building

    def number(self, constraint: Constraint, positive: bool) -> int:
        """The condition, or its opposite. Nesting has been measured by `pieces_of`."""
        if isinstance(constraint, NotOf):
            return self.number(constraint.part, not positive)
        if isinstance(constraint, AllOf | AnyOf):
            parts = [self.number(part, positive) for part in constraint.parts]
            return self.every(parts) if isinstance(constraint, AllOf) is positive else self.some(parts)
        if isinstance(constraint, Linear):
            return self.compared(constraint, positive)
        kept, missing = self.cells[constraint.axis].kept, self.cells[constraint.axis].missing
        if isinstance(constraint, PresentExactlyWhen):
            there, away = self.among(constraint.axis, kept & ~missing), self.among(constraint.axis, missing)
            when = self.number(constraint.condition, positive)
            unless = self.number(constraint.condition, not positive)
            return self.some([self.every([there, when]), self.every([away, unless])])
        mask = missing if isinstance(constraint, IsMissing) else self.cells[constraint.axis].mask(constraint.pieces)
        return self.among(constraint.axis, mask if positive else kept & ~mask)

    def compared(self, constraint: Linear, positive: bool) -> int:
        relation = constraint.relation if positive else OPPOSITE[constraint.relation]
        terms = _terms(constraint)
        if not terms:
            return TRUE if _holds(Fraction(0), relation, constraint.constant) else FALSE
        if len(terms) > 1:
            self.compared_axes.update(axis for axis, _ in terms)
            return self.intern(Compared(terms, relation, constraint.constant), sum(1 << axis for axis, _ in terms))
        axis, factor = terms[0]
        cells = self.cells[axis]
        return self.among(axis, cells.mask(_alone(factor, relation, constraint.constant)) | cells.missing)

    def among(self, axis: int, mask: int) -> int:
        kept = self.cells[axis].kept
        mask &= kept
        if mask in (0, kept):
            return TRUE if mask else FALSE
        return self.intern(Among(axis, mask), 1 << axis)

    def every(self, parts: Iterable[int]) -> int:
        found: set[int] = set()
        for part in parts:
            node = self.nodes[part]
            if part == FALSE:
                return FALSE
            if isinstance(node, Every):
                found.update(node.parts)
            elif part != TRUE:
                found.add(part)
        return self.joined(Every(tuple(sorted(found))), TRUE)

    def some(self, parts: Iterable[int]) -> int:
        found: set[int] = set()
        for part in parts:
            node = self.nodes[part]
            if part == TRUE:
                return TRUE
            if isinstance(node, Some):
                found.update(node.parts)
            elif part != FALSE:
                found.add(part)
        return self.joined(Some(tuple(sorted(found))), FALSE)

    def joined(self, node: Every | Some, neutral: int) -> int:
        if len(node.parts) < 2:
            return node.parts[0] if node.parts else neutral
        axes = 0
        for part in node.parts:
            axes |= self.axes[part]
        return self.intern(node, axes)

    def intern(self, node: Node, axes: int) -> int:
        number = self.numbers.get(node)
        if number is None:
            number = self.numbers[node] = len(self.nodes)
            self.nodes.append(node)
            self.axes.append(axes)
        return number

    # ------------------------------------------------------------ deciding

    def assign(self, condition: int, axis: int, cell: int, home: int) -> int:
        """What is left of a condition once the axis is in a cell; `home` is the cell that a pinned value lies in."""
        if not self.axes[condition] >> axis & 1:
            return condition
        key = (condition, axis, cell)
        left = self.assigned.get(key)
        if left is None:
            left = self.assigned[key] = self._assign(self.nodes[condition], axis, cell, home)
        return left

    def _assign(self, node: Node, axis: int, cell: int, home: int) -> int:
        if isinstance(node, Among):
            return TRUE if node.mask >> home & 1 else FALSE
        if isinstance(node, Every):
            return self.every([self.assign(part, axis, cell, home) for part in node.parts])
        if isinstance(node, Some):
            return self.some([self.assign(part, axis, cell, home) for part in node.parts])
        assert isinstance(node, Compared)
        if self.cells[axis].missing >> home & 1:
            return TRUE
        placed = replace(node, places=tuple(sorted((*node.places, (axis, cell)))))
        if len(placed.places) == len(placed.terms):
            certain = self.certain(placed)
            if certain is not None:
                return TRUE if certain else FALSE
        taken = {axis for axis, _ in placed.places}
        return self.intern(placed, sum(1 << axis for axis, _ in placed.terms if axis not in taken))

    def compares(self, axis: int) -> bool:
        """Whether a condition compares the axis with another."""
        return axis in self.compared_axes

    def variable(self, axis: int, cell: int) -> Variable:
        cells = self.cells[axis]
        assert isinstance(cells, NumberCells), "a linear condition is over numbers"
        return Variable(*cells.span(cell), cells.values)

    def certain(self, node: Compared) -> bool | None:
        """Whether the condition is true, or false, for all numbers of its cells."""
        least: Fraction | None = Fraction(0)
        most: Fraction | None = Fraction(0)
        least_reached = most_reached = True
        for (axis, cell), (_, factor) in zip(node.places, node.terms, strict=True):
            variable = self.variable(axis, cell)
            ends = [(variable.low, variable.low_closed), (variable.high, variable.high_closed)]
            (low, low_closed), (high, high_closed) = ends if factor > 0 else reversed(ends)
            least = None if least is None or low is None else least + factor * low
            most = None if most is None or high is None else most + factor * high
            least_reached, most_reached = least_reached and low_closed, most_reached and high_closed
        below = most is not None and (most < node.constant or (most == node.constant and not most_reached))
        up_to = most is not None and most <= node.constant
        above = least is not None and (least > node.constant or (least == node.constant and not least_reached))
        from_it = least is not None and least >= node.constant
        true, false = {
            "<": (below, from_it),
            "<=": (up_to, above),
            ">": (above, up_to),
            ">=": (from_it, below),
            "=": (up_to and from_it, below or above),
            "<>": (below or above, up_to and from_it),
        }[node.relation]
        return True if true else False if false else None

    def numbers_for(self, condition: int) -> dict[int, Fraction] | None:
        """Numbers for the axes of a condition whose axes have all been given cells; None if there are none.

        When the search meets its limit, `undecided` is set and the answer is None.
        """
        if condition in (TRUE, FALSE):
            return {} if condition == TRUE else None
        if condition not in self.solved:
            found: dict[int, Fraction] | None = None
            try:
                found = self._solution(condition)
            except LimitReached:
                self.undecided = True
            self.solved[condition] = found
        return self.solved[condition]

    def _solution(self, condition: int) -> dict[int, Fraction] | None:
        """Numbers for the first alternative of a condition that has some."""
        alternatives: list[tuple[list[int], list[Compared]]] = [([condition], [])]
        while alternatives:
            self.search.spend()
            waiting, chosen = alternatives.pop()
            split = self._split(waiting, chosen)
            if split is not None:
                alternatives += reversed(split)
                continue
            places = {axis: cell for node in chosen for axis, cell in node.places}
            variables = {axis: self.variable(axis, cell) for axis, cell in places.items()}
            inequalities = [inequality for node in chosen for inequality in _inequalities(node)]
            found = solve(inequalities, variables, self.search)
            if found is not None:
                return found
        return None

    def _split(self, waiting: list[int], chosen: list[Compared]) -> list[tuple[list[int], list[Compared]]] | None:
        """Move comparisons from `waiting` to `chosen` up to the first that has alternatives, and give these."""
        while waiting:
            node = self.nodes[waiting.pop()]
            if isinstance(node, Every):
                waiting += node.parts
            elif isinstance(node, Some):
                return [([*waiting, part], list(chosen)) for part in node.parts]
            elif isinstance(node, Compared) and node.relation == "<>":
                return [
                    (list(waiting), [*chosen, replace(node, relation="<")]),
                    (list(waiting), [*chosen, replace(node, relation=">")]),
                ]
            elif isinstance(node, Compared):
                chosen.append(node)
        return None


def _holds(value: Fraction, relation: Relation, constant: Fraction) -> bool:
    return {
        "<": value < constant,
        "<=": value <= constant,
        "=": value == constant,
        ">=": value >= constant,
        ">": value > constant,
        "<>": value != constant,
    }[relation]


def _inequalities(node: Compared) -> Iterator[Inequality]:
    if node.relation in ("<", "<=", "="):
        yield Inequality(node.terms, node.constant, node.relation == "<")
    if node.relation in (">", ">=", "="):
        yield Inequality(
            tuple((axis, -factor) for axis, factor in node.terms), -node.constant, node.relation == ">"
        )


