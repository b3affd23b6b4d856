"""Small made-up data sets: rows of a pool put together for many subjects, or for a few that are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from rubric_dsl.editions.chance import Chance
from rubric_dsl.editions.pool import Pool
from rubric_dsl.observations.model import Cell, Ledger, Observations, Row, TableData
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

SIZES = (1, 1, 2, 2, 3, 4, 5, 7, 8, 13, 17, 20, 40)
"""Rows of a subject in a table without scenarios."""
AROUND = 150
"""Subjects beside each end."""
ROUNDS = (1, 1, 1, 2, 3)
"""Rows of a subject in each scenario."""

T = TypeVar("T")

Rows = Mapping[str, Sequence[Mapping[str, Cell]]]
"""Rows by table."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The rows of one subject by table."""

    name: str
    rows: Rows

    @property
    def size(self) -> int:
        return sum(len(rows) for rows in self.rows.values())


class Trials:
    """Subjects with rows of the pools, the same for the same seed."""

    def __init__(self, schemas: Sequence[TableSchema], pools: Mapping[str, Pool], seed: int) -> None:
        self.schemas = schemas
        self.pools = pools
        self.chance = Chance(seed)

    def subjects(self, count: int, names: Sequence[str] | None = None) -> Iterator[Subject]:
        for number in range(count):
            name = names[number] if names is not None else f"{number + 1}"
            yield Subject(name, {schema.name: tuple(self._rows(schema, name)) for schema in self.schemas})

    def mixed(self, name: str, table: str, yes: Mapping[str, Cell], no: Mapping[str, Cell], k: int, n: int) -> Subject:
        """A subject with k rows of one kind and n − k of another, in the other tables rows at random."""
        rows = {schema.name: tuple(self._rows(schema, name)) for schema in self.schemas}
        schema = next(one for one in self.schemas if one.name == table)
        given: list[Mapping[str, Cell]] = [yes] * k + [no] * (n - k)
        rows[table] = tuple(self._placed(schema, name, given))
        return Subject(name, rows)

    def of_each_row(self) -> Iterator[Subject]:
        """Of tables without scenarios a subject for each row of the pool, in the other tables rows at random."""
        for schema in self.schemas:
            if schema.stratum is not None:
                continue
            for number, row in enumerate(self.pools[schema.name].rows):
                name = f"{schema.name} row {number}"
                rows = {one.name: tuple(self._rows(one, name)) for one in self.schemas}
                rows[schema.name] = tuple(self._placed(schema, name, (row,)))
                yield Subject(name, rows)

    def around_ends(self) -> Iterator[Subject]:
        """Subjects whose rows are as good as can be, or as bad, one with a few other cells; elsewhere at random."""
        for schema in self.schemas:
            pool, number = self.pools[schema.name], 0
            if schema.folding == "one row each":
                continue
            for end in (row for row in (pool.at_the_end(1), pool.at_the_end(-1)) if row is not None):
                for _ in range(AROUND):
                    number += 1
                    name = f"{schema.name} {number}"
                    rows = {one.name: tuple(self._rows(one, name)) for one in self.schemas}
                    count = max(len(self.strata(schema)), 1 + number % 3)
                    made = (pool.near(end, number % 5), *[end] * (count - 1))
                    rows[schema.name] = tuple(self._placed(schema, name, made))
                    yield Subject(name, rows)

    def _rows(self, schema: TableSchema, name: str) -> Iterator[Mapping[str, Cell]]:
        pool = self.pools[schema.name].rows
        if not pool:
            return
        if schema.folding == "one row each":
            yield {**self._of(pool), schema.subject: name}
            return
        count = len(self.strata(schema))
        if not schema.one_row_each:
            count = count * self._of(ROUNDS) + self.chance.below(3)
        if schema.stratum is None:
            count = self._of(SIZES)
        one, other = self._of(pool), self._of(pool)
        kind = self.chance.below(3)
        if kind == 0:
            given: tuple[Mapping[str, Cell], ...] = tuple(self._of(pool) for _ in range(count))
        else:
            k = self.chance.below(count + 1)
            given = (one,) * k + (other,) * (count - k)
        yield from self._placed(schema, name, given)

    def _placed(
        self, schema: TableSchema, name: str, rows: Sequence[Mapping[str, Cell]]
    ) -> Iterator[Mapping[str, Cell]]:
        """The rows with the subject's name, gone round the scenarios."""
        strata = self.strata(schema)
        for place, row in enumerate(rows):
            placed = {**row, schema.subject: name}
            if schema.period is not None:
                placed[schema.period] = self.pools[schema.name].rows[0][schema.period]  # all in one period
            if schema.stratum is not None:
                placed[schema.stratum] = strata[place % len(strata)]
            yield placed

    def strata(self, schema: TableSchema) -> list[str]:
        column = next((one for one in schema.columns if one.name == schema.stratum), None)
        return [""] if column is None else [member.name for member in column.members]

    def _of(self, values: Sequence[T]) -> T:
        return values[self.chance.below(len(values))]


def observations_of(schemas: Sequence[TableSchema], subjects: Sequence[Subject]) -> Observations:
    """The rows of these subjects as if they had been read."""
    tables = {}
    for schema in schemas:
        columns = [column.name for column in schema.columns]
        rows: list[Row] = []
        for subject in subjects:
            for cells in subject.rows.get(schema.name, ()):
                values = {name: cells.get(name) for name in columns}
                rows.append(Row(len(rows) + 2, len(rows) + 2, {}, values))
        ledger = Ledger(schema.name, "", "", len(rows), len(rows), 0)
        tables[schema.name] = TableData(schema.name, tuple(rows), ledger)
    return Observations(tables)
