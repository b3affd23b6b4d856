"""What the coverage check reads and what it says: axes, rows as pieces, conditions, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum
from fractions import Fraction
from typing import Literal, TypeAlias

from rubric_dsl.resolved.types import Domain
from rubric_dsl.text.record import dataclass

Value: TypeAlias = Fraction | str | None
"""One input's value: a rational (number, percent, seconds, date ordinal, minutes), a name or text, None for missing."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One input of a table. `hidden`: the table does not read it, but conditions mention it; rows have no pattern
    for it, and gaps are reported without it (it must only have some value that goes with the rest)."""

    domain: Domain
    may_be_missing: bool = False
    hidden: bool = False


# ---------------------------------------------------------------- pieces


@dataclass(frozen=True, slots=True)
class Between:
    """The numbers between two ends (None: no end)."""

    low: Fraction | None
    low_closed: bool
    high: Fraction | None
    high_closed: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly these names, texts, or `"yes"` and `"no"`."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class AllBut:
    """Every text except these. Only found in what is reported, never asked for in a row."""

    names: frozenset[str]


class Special(Enum):
    """A piece that needs no detail."""

    MISSING = "missing"
    ANYTHING = "anything, absence included"
    PRESENT = "any present value"


MISSING = Special.MISSING
ANYTHING = Special.ANYTHING
PRESENT = Special.PRESENT

Piece: TypeAlias = Between | OneOf | AllBut | Special


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. `patterns`: `cells` has the alternatives of each visible axis, in order. `otherwise`: every remaining
    combination of present values. `missing`: some input is missing and no row of patterns matches. The last two have
    no cells."""

    when: Literal["patterns", "otherwise", "missing"]
    cells: tuple[tuple[Piece, ...], ...] = ()


# ---------------------------------------------------------------- conditions that every combination satisfies

Relation: TypeAlias = Literal["<", "<=", "=", ">=", ">", "<>"]


@dataclass(frozen=True, slots=True)
class Holds:
    """The axis has a value among the pieces (false where it is missing, unless they say MISSING or ANYTHING)."""

    axis: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class IsMissing:
    axis: int


@dataclass(frozen=True, slots=True)
class Linear:
    """Sum of coefficient times axis, compared with the constant. Asks nothing where one of its axes is missing,
    negated or not: a rule between cells judges the cells that are there."""

    coefficients: Mapping[int, Fraction]
    relation: Relation
    constant: Fraction


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class NotOf:
    part: Constraint


@dataclass(frozen=True, slots=True)
class PresentExactlyWhen:
    """The axis has a value exactly where the condition holds."""

    axis: int
    condition: Constraint


Constraint: TypeAlias = Holds | IsMissing | Linear | AllOf | AnyOf | NotOf | PresentExactlyWhen

# ---------------------------------------------------------------- findings

Box: TypeAlias = tuple[Piece, ...]
Witness: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Combinations that no row matches: one box, and one of its combinations.

    `before` and `after` are the rows that end right below and start right above the box along `axis` and agree with
    it on all other axes (None: there is no such row, as at the ends of the domain).
    """

    witness: Witness
    box: Box
    axis: int | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows, in written order, that share the combinations of the box (of several boxes: the first)."""

    first: int
    second: int
    witness: Witness
    box: Box


@dataclass(frozen=True, slots=True)
class Never:
    """A row that decides nothing. `shadowed`: the rows `by` take all it could match. `subsumed`: it lies wholly inside
    each one of the rows `by` (and the pair is no Overlap). `outside`: nothing it matches can occur. `empty`: a pattern
    matches nothing at all (60 s to 15 s)."""

    row: int
    reason: Literal["shadowed", "subsumed", "outside", "empty"]
    by: tuple[int, ...] = ()


Undecided: TypeAlias = Literal["inputs", "depth", "steps", "search", "gaps", "overlaps"]
"""The limit that was met: axes; nesting of conditions; states of the descent; search for numbers that satisfy the
linear conditions; findings listed (those that are listed are true)."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """All findings of one table, exact unless `undecided`. Then every gap and overlap listed is still true, but there
    may be more; under a limit other than "gaps" and "overlaps" every row counts as reachable, and of `never` only empty
    patterns are said."""

    gaps: tuple[Gap, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    never: tuple[Never, ...] = ()
    reachable: frozenset[int] = frozenset()
    witnesses: tuple[Witness | None, ...] = field(default=())
    undecided: Undecided | None = None

    @property
    def clean(self) -> bool:
        return not (self.gaps or self.overlaps or self.never or self.undecided)


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, never seconds, so that a rubric is judged alike on every machine. `clashes` are the pairs of rows that
    are looked at, `overlaps` those of them that are listed."""

    axes: int = 64
    depth: int = 100
    steps: int = 400_000
    search: int = 100_000
    gaps: int = 200
    clashes: int = 20_000
    overlaps: int = 1_000


DEFAULT_LIMITS = Limits()


class LimitReached(Exception):
    """A limit of this check was met; caught by `cover`."""

    def __init__(self, limit: Undecided) -> None:
        super().__init__(limit)
        self.limit: Undecided = limit


class Budget:
    """Steps that are left under one limit."""

    __slots__ = ("_left", "_limit")

    def __init__(self, limit: Undecided, steps: int) -> None:
        self._limit: Undecided = limit
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        self._left -= steps
        if self._left < 0:
            raise LimitReached(self._limit)

    def allow(self, steps: int) -> None:
        """So many steps from here on, whatever was left."""
        self._left = steps


Cell: TypeAlias = Sequence[Piece]
