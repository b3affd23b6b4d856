"""What a table is asked in one pass or a few: the one protocol that an engine for many rows has to fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.grouped import Parts
from rubric_dsl.engines.lowering.distinct import Rows
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

ROW, SUBJECT, STRATUM = "row", "subject", "stratum"
"""Columns beside the cells: the place of the row, its subject, and its scenario."""

Group = tuple[object, object]
"""What stands in SUBJECT and in STRATUM (None in a table without scenarios)."""


@dataclass(frozen=True, slots=True)
class Summed:
    """By group how many rows it has and what they add up to, all in one order.

    `subjects` and `strata` are what stands in SUBJECT and STRATUM.
    """

    subjects: Sequence[object]
    strata: Sequence[object]
    rows: Sequence[int]
    sums: Parts


class TableRows(Rows, Protocol):
    """The rows of a table and what is asked of them."""

    def summed(self, parts: Sequence[Expr], size: int) -> Summed:
        """The sums of these in at most `size` rows; a yes is 1. None is ever null; no sum reaches 2**126."""

    def by_value(self, values: Sequence[Expr], by_stratum: bool) -> list[list[tuple[Group, Constant, int]]]:
        """For each of these how many rows of each group have which value, in order of first appearance; nulls are
        left out."""

    def in_order(self, values: Sequence[Expr]) -> list[list[tuple[object, Constant]]]:
        """For each of these what stands in SUBJECT and the value of each row, in order; nulls are left out."""

    def places(self, flags: Sequence[Expr]) -> list[list[int]]:
        """For each of these the places of the rows where it is yes, ascending."""


class TableGiven(Protocol):
    """A table as an engine was given it."""

    @property
    def cells(self) -> Mapping[str, Lowered]:
        """How its columns are read."""

    @property
    def names(self) -> Callable[[Iterable[object]], Mapping[object, Subject]]:
        """From what stands in SUBJECT to subjects, in the order in which they are told."""

    @property
    def strata(self) -> Mapping[object, Stratum]:
        """From what stands in STRATUM to scenarios."""

    @property
    def size(self) -> int:
        """How many rows there are, at most."""

    @property
    def rows_at(self) -> Callable[[Sequence[int]], Sequence[Row]]:
        """The rows at these places."""

    @property
    def facts(self) -> Mapping[Subject, Cells]:
        """Of a table with one row each."""


def by_place(subjects: Sequence[Subject]) -> Callable[[Iterable[object]], Mapping[object, Subject]]:
    named: dict[object, Subject] = dict(enumerate(subjects))
    return lambda _: named


def scenarios(schema: TableSchema) -> dict[object, Stratum]:
    """The scenarios by place."""
    column = next((column for column in schema.columns if column.name == schema.stratum), None)
    return {None: None} if column is None else {place: member.name for place, member in enumerate(column.members)}
