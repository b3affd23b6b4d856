"""Python functions over the rows of a table, written for the expressions that are asked for.

Their text holds names that are made here and whole numbers, nothing that stands in a rubric or in data: texts are
handed over as values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rubric_dsl.engines.compiled.cells import MOST, CellReading
from rubric_dsl.engines.compiled.scope import Handed, Scope, Variable
from rubric_dsl.engines.lowering.expr import Expr, columns_of
from rubric_dsl.engines.lowering.linear import demanded_columns
from rubric_dsl.text.record import dataclass

Readings = Mapping[str, CellReading]
"""Of the columns that are cells of rows, by name; all others are lists of values."""


@dataclass(frozen=True, slots=True)
class RowFunction:
    """`run` takes rows: the cells of `cells` together (one alone stands for itself), then one of each of `lists`."""

    cells: tuple[str, ...]
    lists: tuple[str, ...]
    run: Callable[[Iterable[Any]], Any]


def adding(parts: Sequence[Expr], readings: Readings) -> RowFunction:
    """Gives for each part what the rows add up to; a yes is 1. None of the parts is ever null.

    What is 0 wherever some cells are not given is asked only where they are; cells with the same condition are given in
    the same rows. Before the parts come two numbers that tell whether what is assumed of cells is so (`as_assumed`).
    """
    assumed = [column for column, reading in readings.items() if reading.assumed]
    writing = _Writing(parts, readings, assumed)
    blocks: dict[frozenset[int | str], list[tuple[str, Expr]]] = {}
    for place, part in enumerate(parts):
        needed = frozenset(writing.condition(str(column.value)) for column in demanded_columns(part) or ())
        blocks.setdefault(needed, []).append((f"n{place}", part))
    unseen = dict.fromkeys(assumed)
    lines = [f"if {writing.variables[column].name} is None: d = 3" for column in assumed
             if readings[column].assumed == "given"]
    for needed, own in blocks.items():
        known = [column for column in writing.variables if writing.condition(column) in needed]
        read = {column: f"x{number}" for number, column in enumerate(known) if _is_number(readings.get(column))}
        scope = Scope([part for _, part in own], writing.read_as(read), known, writing.handed)
        added = [_added(counter, part, scope) for counter, part in own]
        lines += writing.where_given(known, [
            *writing.seen(read), *scope.lines, *added
        ])
        unseen = {column: None for column in unseen if column not in read}
    by_condition: dict[int | str, list[str]] = {}
    for column in unseen:
        if _is_number(readings[column]):
            by_condition.setdefault(writing.condition(column), []).append(column)
    for columns in by_condition.values():
        lines += writing.where_given(columns, writing.seen({one: f"x{n}" for n, one in enumerate(columns)}))
    counters = [f"n{place}" for place in range(len(parts))]
    return writing.made(" = ".join(("m", *counters, "0")) + "; d = 1", lines, "".join(
        f"{name}, " for name in ("m", "d", *counters)))


def as_assumed(sums: Sequence[int]) -> bool:
    """Whether cells of which it was assumed were whole numbers from 0 to below MOST, and given."""
    numbers, denominators = sums[:2]
    return denominators == 1 and 0 <= numbers < MOST


def _is_number(reading: CellReading | None) -> bool:
    return reading is not None and reading.assumed == "number"


def _added(counter: str, part: Expr, scope: Scope) -> str:
    if part.kind == "yes/no":
        return f"if {scope.true(part)}: {counter} += 1"
    return f"{counter} += {scope.value(part)}"


def listing(asked: Sequence[Expr], readings: Readings) -> RowFunction:
    """Gives the values of these in each row."""
    writing = _Writing(asked, readings)
    scope = Scope(asked, writing.variables, (), writing.handed)
    found = "".join(f"{scope.value(one)}, " for one in asked)
    return writing.made("found = []", [*scope.lines, f"found.append(({found}))"], "found")


class _Writing:
    """A function over the columns that these expressions read, and others."""

    def __init__(self, asked: Sequence[Expr], readings: Readings, others: Sequence[str] = ()) -> None:
        columns = tuple(dict.fromkeys((*columns_of(*asked), *others)))
        self.handed = Handed()
        self._readings = readings
        self._cells = tuple(column for column in columns if column in readings)
        self._lists = tuple(column for column in columns if column not in readings)
        self.variables: dict[str, Variable] = {}
        for place, column in enumerate((*self._cells, *self._lists)):
            name, reading = f"c{place}", readings.get(column)
            self.variables[column] = Variable(name, name if reading is None else reading.text(name, self.handed))

    def condition(self, column: str) -> int | str:
        """The same for columns that are given in the same rows."""
        reading = self._readings.get(column)
        return column if reading is None or reading.condition is None else reading.condition

    def read_as(self, names: Mapping[str, str]) -> Mapping[str, Variable]:
        """The variables, where these columns have been read into others."""
        return {
            column: Variable(variable.name, names.get(column, variable.read))
            for column, variable in self.variables.items()
        }

    def seen(self, read: Mapping[str, str]) -> list[str]:
        """Reads whole numbers into these names and sees whether they are such: `m` and `d` get all bits of them."""
        if not read:
            return []
        bottoms = [f"e{name[1:]}" for name in read.values()]
        return [
            *(f"{name}, {bottom} = {self.variables[column].name}.as_integer_ratio()"
              for (column, name), bottom in zip(read.items(), bottoms, strict=True)),
            f"m |= {' | '.join(read.values())}",
            f"d |= {' | '.join(bottoms)}",
        ]

    def where_given(self, columns: Sequence[str], lines: Sequence[str]) -> list[str]:
        """The lines, done in rows in which these columns are given."""
        asked = {self.condition(column): self.variables[column].name for column in reversed(columns)}
        if not asked:
            return list(lines)
        given = " and ".join(f"{name} is not None" for name in asked.values())
        return [f"if {given}:", *(f" {line}" for line in lines)]

    def made(self, before: str, each: Sequence[str], result: str) -> RowFunction:
        cells = ", ".join(self.variables[column].name for column in self._cells)
        row = [f"({cells})"] if cells else []
        row += [self.variables[column].name for column in self._lists]
        text = "\n".join([
            "def run(rows):", f" {before}", f" for {', '.join(row) or '_'} in rows:",
            *(f"  {line}" for line in each or ["pass"]), f" return {result or '()'}",
        ])
        space: dict[str, Any] = {"__builtins__": {}, **self.handed.values}
        exec(compile(text, "<rows>", "exec"), space)
        return RowFunction(tuple(self._readings[one].column for one in self._cells), self._lists, space["run"])
