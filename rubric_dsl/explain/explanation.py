"""What an explanation is made of: a tree of items that adds up to the score, and the rows at its leaves.

Three amounts are told apart. `points` and `worth` are an item's own. `contribution` and `lost` are in points of its
parent: over all parts they add up to the parent's points and to its worth − points. `overall` is what was lost, in
points of the item that is explained. All of it is checked when an `Explanation` is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal, TypeGuard

from rubric_dsl.engines.contract import Subject
from rubric_dsl.evaluation.arithmetic import ZERO, total
from rubric_dsl.evaluation.values import Value
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.limits import Undecided
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import PRIVATE, Cell, Row
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.results.model import Outcome, Placed
from rubric_dsl.text.record import dataclass

ItemKind = Literal["indicator", "touchpoint", "penalty", "bonus", "condition", "limits", "rounding", "measure", "bands"]
"""`condition`, `limits` and `rounding` stand for what these changed, under the name of their indicator."""

DecidedBy = Literal["rule", "table row", "condition", "missing", "limits", "rounding", "combination"]


@dataclass(frozen=True, slots=True)
class RubricLine:
    """A place of the rubric. `text`: what is written there, None where the text is not at hand or would tell a
    private cell."""

    file: str
    line: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What gave the points: the rule itself, the row of its table that matched, a condition, the `missing` line.

    `node`: whose line it is. `word`: of a condition. `table`, `row`: the node of a table and the place of its row.
    `limits`: the bounds that changed the score, each with its end. `withheld`: the rule's text would tell a private
    cell and is not shown.
    """

    by: DecidedBy
    node: op.Node
    line: RubricLine
    word: Literal["unless", "if", "when"] | None = None
    condition: op.Node | None = None
    table: op.Node | None = None
    row: int | None = None
    limits: tuple[tuple[str, Exact], ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row of a table that did not match, and why: an input (with its name), nothing was missing, or another row was
    decided on before it."""

    row: int
    line: RubricLine
    because: Literal["input", "nothing missing", "decided before"]
    input: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A cell that a rule read: its text as written, of a private column `•••`, and the value that it was read as."""

    column: ColumnSchema
    text: str
    value: Cell = None
    before: str | None = None
    """What was observed, where a correction stands on the cell."""
    place: str = ""
    """The cell as a spreadsheet names it (`拨测!F12`), where the table is a sheet of a workbook or of a database."""


@dataclass(frozen=True, slots=True)
class Input:
    """A value that a rule of the subject read. `name`: of the rubric, or its own words. None for the value: private."""

    name: str
    label: str | None
    value: Outcome | None
    type: ValueType
    period: str | None = None
    """Of a value of the period before: which one that is, with its label if it has one."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Observed:
    """A row of observations, the same for all items that read it."""

    schema: TableSchema
    file: str
    number: int
    line: int
    scenario: Scenario | None
    keys: tuple[ReadCell, ...]
    sheet: str = ""
    """The sheet of a workbook or the table of a database; empty where a file has none."""
    part: str = ""
    """The file again where its table is read from several, so that its number alone does not tell it."""

    @property
    def place(self) -> tuple[str, str, int]:
        """What tells it from all other rows: the table, the file among several, the number."""
        return self.schema.name, self.part, self.number


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """An item on a row. `points` and `worth` are the item's own on that row, `lost` is in points of the item's parent.

    `lost` None: the item has no contribution. `unrounded`: the points before the touchpoint's rounding, where it
    changed them.
    """

    observed: Observed
    read: tuple[ReadCell, ...]
    points: Value
    worth: Fraction
    lost: Exact | None
    decision: Decision
    unrounded: Exact | None = None
    unmatched: tuple[Unmatched, ...] = ()


@dataclass(frozen=True, slots=True)
class Unobserved:
    """A scenario without rows that counts as zero; None: the subject has no rows at all."""

    scenario: Scenario | None
    lost: Exact


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the subject stands in an item: its place from the best (equals share), of how many, their mean and best."""

    rank: int
    of: int
    mean: Exact
    best: Exact


@dataclass(frozen=True, slots=True)
class ExplainedItem:
    """An item with its parts or, at a leaf, its rows.

    `contribution`, `lost`, `overall`, `scale` None: the parent has no contributions (its `combination` says why).
    `scale`: points of the explained item for one of the parent. `share`: of all that was lost. `decision`, `inputs`:
    what gave the points and what was read, where there is one value a subject.
    """

    node: op.Node
    name: str
    label: str | None
    kind: ItemKind
    type: ValueType
    points: Outcome
    worth: Fraction | None
    contribution: Exact | None
    lost: Exact | None
    scale: Exact | None
    overall: Exact | None
    share: Exact | None
    standing: Standing | None
    line: RubricLine
    combination: op.Combination = "sum"
    decision: Decision | None = None
    inputs: tuple[Input, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    """The other rows of the table that decided, where there is one value a subject."""
    rows: tuple[ExplainedRow, ...] = ()
    unobserved: tuple[Unobserved, ...] = ()
    parts: tuple[ExplainedItem, ...] = ()
    class_label: str | None = None
    """Of the class that the points are, in a classification."""

    @property
    def additive(self) -> bool:
        """Whether the parts' contributions add up to the points."""
        return any(part.contribution is not None for part in self.parts)


@dataclass(frozen=True, slots=True)
class Place:
    """The subject in the ranking that ranks by the explained item, of how many ranked with it."""

    ranking: str
    label: str | None
    placed: Placed
    of: int
    group_label: str | None = None


@dataclass(frozen=True, slots=True)
class RowCost:
    """What a row cost over all items, in points of the explained one. `decisions`: the conditions that decided."""

    observed: Observed
    read: tuple[ReadCell, ...]
    lost: Exact
    items: tuple[str, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a subject has its value of an item. `costs`: the rows that cost points, most first."""

    subject: Subject
    item: ExplainedItem
    place: Place | None
    costs: tuple[RowCost, ...]
    corrected: tuple[tuple[Observed, ReadCell], ...] = ()
    """The cells of the subject's rows on which corrections stand, whether they cost points or not."""
    subject_label: str | None = None
    """Where subjects are members of a choice that have one."""
    period: str | None = None
    """In a rubric with `each`, with its label if it has one."""

    def __post_init__(self) -> None:
        check(self.item)


def walk(item: ExplainedItem) -> Iterator[ExplainedItem]:
    """The item and everything below it, in written order."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.parts))


def counted(costs: Iterable[RowCost]) -> list[RowCost]:
    """The costs of observations; a register's one row of a subject is the subject itself."""
    return [cost for cost in costs if cost.observed.schema.folding != "one row each"]


def leaves(item: ExplainedItem) -> Iterator[ExplainedItem]:
    """Where points were won and lost: the items whose `overall` add up to what the item lacks."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if current.additive:
            waiting.extend(reversed(current.parts))
        elif current.overall is not None:
            yield current


def text_of(column: ColumnSchema, row: Row) -> str:
    """The cell as written; of a private column `•••`, also where it is blank."""
    return PRIVATE if column.private else row.cells.get(column.name, "")


def losses(rows: Iterable[ExplainedRow], unobserved: Iterable[Unobserved]) -> list[Exact]:
    """What rows, and scenarios without rows, cost an item."""
    lost = [row.lost for row in rows if row.lost is not None and row.lost is not ZERO]
    return lost + [gone.lost for gone in unobserved]


# ---------------------------------------------------------------- what has to hold


class DoesNotAddUp(RuntimeError):
    """An explanation whose parts are not its whole: a fault of this program, never of a rubric or of observations."""


def check(item: ExplainedItem) -> None:
    """Raises DoesNotAddUp unless all adds up exactly: parts to their item, rows to their leaf, leaves to the whole."""
    for current in walk(item):
        if current.worth is None or not is_number_outcome(current.points):
            continue
        lacking = reals.subtract(current.worth, current.points)
        counting = [part for part in current.parts if part.contribution is not None]
        if counting:
            _same(current, "points", current.points, (part.contribution for part in counting))
            _same(current, "lost points", lacking, (part.lost for part in counting))
        if current.lost is not None and current.rows and current.rows[0].lost is not None:
            _same(current, "rows", current.lost, losses(current.rows, current.unobserved))
    if item.worth is not None and is_number_outcome(item.points) and item.overall is not None:
        lacking = item.overall
        _same(item, "leaves", lacking, (leaf.overall for leaf in leaves(item)))


def is_number_outcome(value: Outcome) -> TypeGuard[Exact]:
    return isinstance(value, (Fraction, reals.Real))


def _same(item: ExplainedItem, what: str, whole: Exact, parts: Iterable[Exact | None]) -> None:
    added = total(part for part in parts if part is not None)
    try:
        equal = reals.compare(added, whole) == 0
    except Undecided:  # as near as anything can be told: only sums of irrational parts get here
        equal = True
    if not equal:
        raise DoesNotAddUp(f"{what} of {item.name} add up to {added!r}, not to {whole!r}")

