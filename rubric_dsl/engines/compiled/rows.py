"""The rows of a table in plain Python, and what is asked of them: by functions written for the purpose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, repeat
from operator import itemgetter
from typing import Any

from rubric_dsl.engines.compiled.cells import are_likely_whole, readings_of
from rubric_dsl.engines.compiled.functions import RowFunction, adding, as_assumed, listing
from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.grouped import ListedParts
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.queries import Group, Summed, by_place, scenarios
from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.observations.model import Cell, Row
from rubric_dsl.plan.model import TableSchema

ASSUME_FROM = 5_000
"""With so many rows looking at all cells first takes longer than doing everything again in the rare case."""


class Surprise(Exception):
    """Cells are not what was assumed of them."""


class ListRows:
    """Accepted rows of a table, kept group by group, and columns joined to them in that order.

    Rows of subjects that are not declared (None: all are) are left out. With `assuming` (None: where that is faster)
    `summed` raises Surprise where cells are not what most are.
    """

    def __init__(
        self, schema: TableSchema, rows: Sequence[Row], declared: frozenset[str] | None, read: frozenset[str],
        assuming: bool | None = None,
    ) -> None:
        self._given, self._declared, self._schema = rows, declared, schema
        grouped = _grouped(schema, rows, declared)
        subjects = tuple(dict.fromkeys(subject for subject, _ in grouped))
        self.names, self.strata = by_place(subjects), scenarios(schema)
        self._groups = _places(schema, grouped, subjects)
        self._cells = [cells for own in grouped.values() for cells in own]
        self.size = len(self._cells)
        needed = read if schema.stratum is None else read | {schema.stratum}
        columns = [column for column in schema.columns if column.name in needed]
        if assuming is None:
            assuming = self.size >= ASSUME_FROM and are_likely_whole(columns, self._cells)
        given = [schema.subject]
        if schema.stratum is not None and None not in {stratum for _, stratum in grouped}:
            given.append(schema.stratum)
        self._readings, self.cells = readings_of(columns, self._cells, given, assuming)
        self._joined: dict[str, Sequence[Constant]] = {}
        self.facts: dict[Subject, Cells] = {}
        if schema.folding == "one row each":
            for row in self._rows:
                self.facts.setdefault(str(row.values[schema.subject]), row.values)

    @cached_property
    def _rows(self) -> Sequence[Row]:
        """In order of the file."""
        declared, subject = self._declared, self._schema.subject
        return [
            row for row in self._given
            if isinstance(name := row.values[subject], str) and (declared is None or name in declared)
        ]

    def rows_at(self, places: Sequence[int], /) -> Sequence[Row]:
        return [self._rows[place] for place in places]

    # ------------------------------------------------------------ distinct inputs

    def takes(self, value: Expr) -> bool:
        return True

    def distinct(self, keys: Sequence[Expr]) -> list[tuple[Constant, ...]]:
        return list(dict.fromkeys(self._listed(keys)))

    def join(self, keys: Sequence[Expr], inputs: Sequence[tuple[Constant, ...]], columns: Sequence[Column]) -> None:
        places = {given: place for place, given in enumerate(inputs)}
        own = [places[given] for given in self._listed(keys)]
        self._joined |= {column.name: [column.values[place] for place in own] for column in columns}

    # ------------------------------------------------------------ sums

    def summed(self, parts: Sequence[Expr], size: int) -> Summed:
        function = adding(parts, self._readings)
        rows = self._read(function)
        sums = [function.run(islice(rows, n)) for n in self._groups.values()]
        if not all(map(as_assumed, sums)):
            raise Surprise
        of_parts = ListedParts(zip(parts, list(zip(*sums, strict=True))[2:], strict=True))
        subjects, strata = [subject for subject, _ in self._groups], [stratum for _, stratum in self._groups]
        return Summed(subjects, strata, list(self._groups.values()), of_parts)

    # ------------------------------------------------------------ values

    def by_value(self, values: Sequence[Expr], by_stratum: bool) -> list[list[tuple[Group, Constant, int]]]:
        found: list[list[tuple[Group, Constant, int]]] = []
        for value in values:
            counts: dict[tuple[Group, Constant], int] = {}
            for (subject, stratum), given in self._in_order(value):
                if given is not None:
                    key = ((subject, stratum if by_stratum else None), given)
                    counts[key] = counts.get(key, 0) + 1
            found.append([(group, given, n) for (group, given), n in counts.items()])
        return found

    def in_order(self, values: Sequence[Expr]) -> list[list[tuple[object, Constant]]]:
        return [
            [(subject, given) for (subject, _), given in self._in_order(value) if given is not None]
            for value in values
        ]

    def places(self, flags: Sequence[Expr]) -> list[list[int]]:
        return [[place for place, (_, found) in enumerate(self._in_order(flag)) if found] for flag in flags]

    def columns(self, asked: Sequence[Expr]) -> list[Sequence[Constant]]:
        """What these are in all rows, the groups of a subject beside each other (`groups`)."""
        return list(zip(*self._listed(asked), strict=True))

    @cached_property
    def groups(self) -> Sequence[tuple[Subject, Stratum, int]]:
        """Whose the rows are: so many of each group."""
        named = self.names(())
        return [(named[subject], self.strata[stratum], n) for (subject, stratum), n in self._groups.items()]

    @cached_property
    def numbers(self) -> tuple[Sequence[int], Sequence[int]]:
        """Of the rows in that order their numbers, and their places in the file."""
        numbers, places = [0] * self.size, [0] * self.size
        for place, (row, own) in enumerate(zip(self._rows, self._order, strict=True)):
            numbers[own], places[own] = row.number, place
        return numbers, places

    # ------------------------------------------------------------ rows

    @cached_property
    def _order(self) -> Sequence[int]:
        """Where each row of the file stands in its group after the groups before it."""
        places = {id(cells): place for place, cells in enumerate(self._cells)}
        return [places[id(row.values)] for row in self._rows]

    def _in_order(self, asked: Expr) -> list[tuple[Group, Constant]]:
        """Of each row of the file its group and the value."""
        groups = [group for group, n in self._groups.items() for _ in range(n)]
        found = self._listed([asked])
        return [(groups[place], found[place][0]) for place in self._order]

    def _listed(self, asked: Sequence[Expr]) -> list[tuple[Constant, ...]]:
        function = listing(asked, self._readings)
        found: list[tuple[Constant, ...]] = function.run(self._read(function))
        return found

    def _read(self, function: RowFunction) -> Iterator[Any]:
        """The rows as the function takes them."""
        read: list[Iterator[Any]] = [iter(self._joined[name]) for name in function.lists]
        if function.cells:
            read.insert(0, map(itemgetter(*function.cells), self._cells))
        return read[0] if len(read) == 1 else zip(*read, strict=True) if read else iter(self._cells)


Grouped = Mapping[tuple[Subject, Cell], Sequence[Cells]]


def _grouped(schema: TableSchema, rows: Sequence[Row], declared: frozenset[str] | None) -> Grouped:
    """The cells of the rows by subject and scenario, in order of the file; the groups of a subject together."""
    found: dict[tuple[Cell, Cell], list[Cells]] = defaultdict(list)
    cells = [row.values for row in rows]
    keys: Iterable[tuple[Cell, Cell]]
    if schema.stratum is None:
        keys = zip(map(itemgetter(schema.subject), cells), repeat(None))
    else:
        keys = map(itemgetter(schema.subject, schema.stratum), cells)
    for key, own in zip(keys, cells, strict=True):
        found[key].append(own)
    by_subject: dict[Subject, list[Cell]] = {}
    for name, scenario in found:
        if isinstance(name, str) and (declared is None or name in declared):
            by_subject.setdefault(name, []).append(scenario)
    return {(name, scenario): found[name, scenario] for name, own in by_subject.items() for scenario in own}


def _places(schema: TableSchema, grouped: Grouped, subjects: Sequence[Subject]) -> dict[Group, int]:
    """How many rows each group has."""
    strata = {scenario: place for place, scenario in scenarios(schema).items()}
    of_subject = {subject: place for place, subject in enumerate(subjects)}
    return {
        (of_subject[subject], None if scenario is None else strata[str(scenario)]): len(own)
        for (subject, scenario), own in grouped.items()
    }
