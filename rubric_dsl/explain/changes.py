"""Which other values a cell could have had: one value for each thing that the rubric would make of it.

A rubric tells values of a column apart at the ends that it compares them with, so few values stand for all. A change
that makes other cells necessary (a call that was answered has a wait) brings these with it; every changed row holds to
the rules of the rubric.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import islice

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.numbers.decimals import decimal_places, from_exact
from rubric_dsl.observations.cell import CellRefused
from rubric_dsl.observations.columns import ColumnReader
from rubric_dsl.observations.facts import end_as_written
from rubric_dsl.observations.model import Cell, Row
from rubric_dsl.observations.presence import RowRules
from rubric_dsl.observations.rules import PlanRules
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.walking import operands
from rubric_dsl.text.record import dataclass

MOST_VALUES = 240
"""Values of a cell that are tried one by one where a rubric computes with them."""
DONORS = 6
"""Rows from which cells are copied that a change makes necessary."""
DONORS_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell with another value. `needed`: it follows from another change (it is filled in, or cleared)."""

    column: ColumnSchema
    old: Cell
    new: Cell
    steps: int
    needed: bool = False

    @property
    def old_text(self) -> str:
        return cell_text(self.column, self.old)

    @property
    def new_text(self) -> str:
        return cell_text(self.column, self.new)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row as it could have been observed. `exact`: no nearer value of the cell has the same consequences."""

    schema: TableSchema
    row: Row
    cells: tuple[CellChange, ...]
    exact: bool

    @property
    def values(self) -> dict[str, Cell]:
        return {**self.row.values, **{cell.column.name: cell.new for cell in self.cells}}

    @property
    def changed(self) -> Row:
        texts = {cell.column.name: cell.new_text for cell in self.cells}
        return Row(self.row.number, self.row.line, {**self.row.cells, **texts}, self.values, self.row.file)

    @property
    def steps(self) -> int:
        return sum(cell.steps for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _Use:
    """What a rubric does with a column: the ends it is compared with; `direct`: nothing else, so that these say all."""

    ends: tuple[Fraction, ...]
    direct: bool


def cell_text(column: ColumnSchema, value: Cell) -> str:
    """A value as a cell of the column would be written."""
    if value is None:
        return column.written_absent[0] if column.written_absent else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.type in ("date", "time") and isinstance(value, int):
        return moment_text(value, "time" if column.type == "time" else "date")
    return end_as_written(value, column)


def step_of(column: ColumnSchema) -> Fraction | None:
    """The smallest difference between two values; None where the column has any number of decimals."""
    if column.decimals is None:
        return None
    written = Fraction(1, 10**column.decimals)
    return written / 100 if column.type == "percent" and column.percent_written != "0.875" else written


class Changes:
    """The changes of rows that could matter, in one run."""

    def __init__(self, done: Run) -> None:
        self._done = done
        self._rules = PlanRules(done.plan, done.prepared)
        self._rows: dict[str, RowRules] = {}
        self._readers: dict[tuple[str, str], ColumnReader] = {}
        self.complete = True
        """Whether every change that the rubric could notice is among those that were given so far."""
        self._whens = {
            (table.name, column.name) for table in done.plan.tables for column in table.columns
            if column.presence == "when"
        }

    def of(self, schema: TableSchema, row: Row) -> Iterator[RowChange]:
        """Every change of one cell of a row, with the cells that it makes necessary; none that breaks a rule."""
        for change in self.cells(schema, row):
            yield from self._valid(change)

    def cells(self, schema: TableSchema, row: Row) -> Iterator[RowChange]:
        """Every change of one cell alone, whether the row then holds to the rules or not.

        Keys, the subject, the scenario, the period, texts and private cells are not changed.
        """
        for column in self.changeable(schema):
            if (schema.name, column.name) in self._whens and row.values[column.name] is None:
                continue  # such a cell is filled in where its condition is changed
            exact, values = self._values(schema, column, row)
            for value in values:
                own = CellChange(column, row.values[column.name], value, self._steps(column, row, value))
                if self._fits(schema, own):
                    yield RowChange(schema, row, (own,), exact)

    def changeable(self, schema: TableSchema) -> Iterator[ColumnSchema]:
        """All columns but keys, the subject, the scenario, the period, texts and private ones."""
        kept = {schema.subject, schema.stratum, schema.period}
        for column in schema.columns:
            if not (column.key or column.private or column.type == "text" or column.name in kept):
                yield column

    def every(self, schema: TableSchema, column: ColumnSchema, row: Row) -> list[CellChange] | None:
        """One value of the cell for each thing that the rubric would make of it, the nearest, blank among them where
        the column may be; None where these do not stand for all."""
        now = row.values[column.name]
        exact, values = (True, self._filled(schema, column)) if now is None else self._values(schema, column, row)
        if not exact or values is None:
            return None
        if column.presence == "when" and now is not None:
            values = [*values, None]
        cells = [
            CellChange(column, now, value, self._steps(column, row, value),
                       needed=column.presence == "when" and (now is None or value is None))
            for value in values
        ]
        return [cell for cell in cells if self._fits(schema, cell)]

    def _filled(self, schema: TableSchema, column: ColumnSchema) -> list[Cell] | None:
        """Values that stand for all that a blank cell could be."""
        if column.type == "yes/no":
            return [True, False]
        if column.type == "choice":
            return [member.name for member in column.members]
        use, step = self._uses.get((schema.name, column.name)), step_of(column)
        if column.type in ("date", "time") or step is None or (use is not None and not use.direct):
            return None
        low, high = (None if end is None else from_exact(end) for end in (column.low, column.high))
        given = use.ends if use is not None else ()
        ends = [*given, *(end for end in (low, high) if end is not None)] or [Fraction(0)]
        found = {value: None for end in ends for value in (
            end // step * step - step, end // step * step, end // step * step + step)}
        return [
            value for value in found if (low is None or value >= low) and (high is None or value <= high)
        ]

    # ------------------------------------------------------------ values of a cell

    def _values(self, schema: TableSchema, column: ColumnSchema, row: Row) -> tuple[bool, list[Cell]]:
        """Other values of the cell, and whether they stand for all."""
        now = row.values[column.name]
        blank: list[Cell] = [None] if column.presence == "optional" and now is not None else []
        if column.type == "yes/no":
            return True, [value for value in (True, False) if value is not now] + blank
        if column.type == "choice":
            return True, [member.name for member in column.members if member.name != now] + blank
        use = self._uses.get((schema.name, column.name))
        if use is None or (not use.ends and use.direct):
            return True, blank
        if column.type in ("date", "time") or not isinstance(now, Fraction):
            self.complete = False
            return False, blank
        step = step_of(column)
        exact = use.direct and step is not None
        step = step or self._finest(schema, column, use)
        low, high = (None if end is None else from_exact(end) for end in (column.low, column.high))
        found: dict[Fraction, None] = {}
        for end in use.ends:
            inside = now + ((end - now) // step) * step
            found |= dict.fromkeys((inside - step, inside, inside + step, inside + 2 * step))
        if not use.direct:
            found |= dict.fromkeys(self._every(schema, column, row, step, low, high))
            exact = False
        fits = [
            value for value in found
            if value != now and (low is None or value >= low) and (high is None or value <= high)
        ]
        fits.sort(key=lambda value: (abs(value - now), value))
        return exact and len(fits) <= MOST_VALUES, [*fits[:MOST_VALUES], *blank]

    def _every(
        self, schema: TableSchema, column: ColumnSchema, row: Row, step: Fraction, low: Fraction | None,
        high: Fraction | None,
    ) -> Iterator[Fraction]:
        """Every value of a small range; of a larger one those that were observed and those of the other cells."""
        observed = self._observed[schema.name, column.name]
        first = low if low is not None else min(observed)
        last = high if high is not None else max(*observed, first)
        beside = [value for value in row.values.values() if isinstance(value, Fraction)]
        if high is None and beside:
            last = max(last, min(max(beside), first + MOST_VALUES * step))
        count = (last - first) // step + 1
        if count <= MOST_VALUES:
            yield from (first + i * step for i in range(int(count)))
            return
        yield from observed
        for value in beside:
            yield from (value - step, value, value + step)

    @cached_property
    def _observed(self) -> dict[tuple[str, str], list[Fraction]]:
        found: dict[tuple[str, str], dict[Fraction, None]] = {}
        for schema in self._done.plan.tables:
            data = self._done.observations.tables.get(schema.name)
            for row in data.rows if data is not None else ():
                for name, value in row.values.items():
                    if isinstance(value, Fraction):
                        found.setdefault((schema.name, name), {})[value] = None
        return {key: list(values) for key, values in found.items()}

    def _finest(self, schema: TableSchema, column: ColumnSchema, use: _Use) -> Fraction:
        values = [*self._observed.get((schema.name, column.name), []), *use.ends]
        places = max((decimal_places(value) or 0 for value in values), default=0)
        return Fraction(1, 10 ** min(places, 6))

    def _steps(self, column: ColumnSchema, row: Row, value: Cell) -> int:
        """How many of the column's steps lie between; a yes or no, a member and a blank count one."""
        now = row.values[column.name]
        step = step_of(column) or Fraction(1, 100)
        if isinstance(now, Fraction) and isinstance(value, Fraction):
            return max(1, int(abs(value - now) / step))
        return 1

    @cached_property
    def _uses(self) -> dict[tuple[str, str], _Use]:
        """What the plan does with the columns of its tables."""
        operations = [node.operation for node in self._done.plan.nodes]
        columns = {i: (o.table, o.column) for i, o in enumerate(operations) if isinstance(o, op.Column)}
        ends: dict[tuple[str, str], list[Fraction]] = {}
        direct: dict[tuple[str, str], bool] = {}

        def note(node: op.Node, other: op.Node | None) -> None:
            value = None if other is None else self._done.prepared.constants[other]
            key = columns[node]
            ends.setdefault(key, [])
            direct.setdefault(key, True)
            if isinstance(value, Fraction):
                ends[key].append(value)
            elif other is not None or value is not None:
                direct[key] = False

        for operation in operations:
            read = [node for node in operands(operation) if node in columns]
            if not read:
                continue
            if isinstance(operation, op.Compare):
                for node, other in ((operation.left, operation.right), (operation.right, operation.left)):
                    if node in columns:
                        note(node, other)
            elif isinstance(operation, op.Table):
                for place, node in enumerate(operation.inputs):
                    if node in columns:
                        for end in _ends(operation, place):
                            note(node, end)
                for node in read:
                    if node not in operation.inputs or _is_linear(operation):
                        note(node, None)
                        direct[columns[node]] = False
            elif isinstance(operation, op.Present):
                note(read[0], None)
            else:
                for node in read:
                    note(node, None)
                    direct[columns[node]] = False
        return {key: _Use(tuple(dict.fromkeys(ends[key])), direct[key]) for key in ends}

    # ------------------------------------------------------------ rows that hold to the rules

    def _valid(self, alone: RowChange) -> Iterator[RowChange]:
        if self.holds(alone):
            yield alone
            return
        seen: set[tuple[Cell, ...]] = set()
        for donor in self._donors(alone.schema, alone.cells[0]):
            made = self._completed(alone, donor)
            if made is not None:
                key = tuple(cell.new for cell in made.cells)
                if key not in seen:
                    seen.add(key)
                    yield made

    def _completed(self, change: RowChange, donor: Row) -> RowChange | None:
        """The change with what presence then asks for: cells filled in from another row, or cleared."""
        cells = list(change.cells)
        for _ in range(len(change.schema.columns)):
            made = RowChange(change.schema, change.row, tuple(cells), False)
            wrong = self._wrong(made)
            if not wrong:
                return made
            columns = {column.name: column for column in change.schema.columns}
            names = [name for name in wrong if name is not None and columns[name].presence == "when"]
            if not names or any(cell.column.name in names for cell in cells):
                return None
            for name in names:
                old = change.row.values[name]
                new = donor.values[name] if old is None else None
                if new == old:
                    return None
                cells.append(CellChange(columns[name], old, new, 1, needed=True))
        return None

    def holds(self, change: RowChange) -> bool:
        """Whether the changed row holds to the rules of the rubric."""
        return not self._wrong(change)

    def _wrong(self, change: RowChange) -> list[str | None]:
        if change.schema.name not in self._rows:
            self._rows[change.schema.name] = self._rules.of(change.schema)
        made = change.changed
        return [finding.column for finding in self._rows[change.schema.name].findings(change.values, made.cells, set())]

    def _fits(self, schema: TableSchema, change: CellChange) -> bool:
        key = (schema.name, change.column.name)
        if key not in self._readers:
            self._readers[key] = ColumnReader(change.column)
        try:
            self._readers[key].check_typed(change.new)
        except CellRefused:
            return False
        return True

    def _donors(self, schema: TableSchema, own: CellChange) -> Sequence[Row]:
        """Rows that have the new value, the best scored and the worst scored first."""
        key = (schema.name, own.column.name, own.new)
        if key not in self._known_donors:
            data = self._done.observations.tables.get(schema.name)
            rows = (row for row in (data.rows if data is not None else ()) if row.values[own.column.name] == own.new)
            found = sorted(islice(rows, DONORS_LOOKED_AT), key=lambda row: -self._points(schema, row))
            half = DONORS // 2
            self._known_donors[key] = found if len(found) <= DONORS else [*found[:half], *found[-half:]]
        return self._known_donors[key]

    @cached_property
    def _known_donors(self) -> dict[tuple[str, str, Cell], list[Row]]:
        return {}

    def _points(self, schema: TableSchema, row: Row) -> Fraction:
        """What a row scored over all, to tell good rows from bad ones."""
        values = self._done.totals.kept.get(id(row))
        nodes = self._done.prepared.row_nodes.get(schema.name, ())
        if values is None:
            return Fraction(0)
        points = [values[node] for node in nodes
                  if isinstance(self._done.plan.nodes[node].operation, op.RowScore) and is_number(values[node])]
        return sum((value for value in points if isinstance(value, Fraction)), Fraction(0))


def _ends(table: op.Table, place: int) -> Iterator[op.Node]:
    for row in table.rows:
        for pattern in row.patterns[place] if place < len(row.patterns) else ():
            if isinstance(pattern, op.Equal):
                yield pattern.value
            elif isinstance(pattern, op.Between):
                yield from (end for end in (pattern.low, pattern.high) if end is not None)


def _is_linear(table: op.Table) -> bool:
    return any(isinstance(row.outcome, op.Linear) for row in table.rows)


def as_corrections(changes: Sequence[RowChange]) -> list[Mapping[str, str]]:
    """The changes as lines of a corrections file: table, row, column, old and new value."""
    return [
        {
            "table": change.schema.name, "row key": _named(change.row), "column": cell.column.name,
            "old": change.row.cells[cell.column.name].strip(), "new": cell.new_text,
        }
        for change in changes for cell in change.cells
    ]


def _named(row: Row) -> str:
    return f"{row.file}:{row.number}" if row.file else f"row {row.number}"
