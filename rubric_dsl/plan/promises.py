"""Proving promises: by ranges where those suffice, by trying every row where the domain is small.

What neither decides is said to be not proved yet; nothing is concluded from samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product

from rubric_dsl.diagnostics.model import Diagnostic, Witness
from rubric_dsl.evaluation.arithmetic import Cells, Values
from rubric_dsl.evaluation.prepare import Prepared, evaluate_row, prepare
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import exact_text, from_exact
from rubric_dsl.numbers.show import shown
from rubric_dsl.plan import model
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_number, moment_text
from rubric_dsl.resolved.model import Promise
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.text.record import dataclass

MAX_CASES = 20_000
"""Most rows that are tried for one promise."""

MAX_SAMPLE = 40
_KINDS = {"number": "number", "whole number": "number", "percent": "percent", "seconds": "duration"}

Cell = Fraction | bool | str | int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a promise; `cases` counts rows that were tried, None where ranges sufficed."""

    status: str
    cases: int | None = None


NOT_YET = Verdict("not proved yet")


@dataclass(frozen=True, slots=True)
class Broken:
    """Two rows that differ in one cell and score the wrong way round."""

    cells: Mapping[str, Cell]
    lower: Cell
    higher: Cell
    before: str
    after: str


def prove(plan: model.ScoringPlan, promises: list[Promise]) -> tuple[model.ScoringPlan, list[Diagnostic]]:
    """The plan with what is known of each promise; a finding for each that is broken (R174) or not proved (R175)."""
    found: list[Diagnostic] = []
    schemas = []
    for schema, promise in zip(plan.promises, promises, strict=True):
        verdict = _verdict(plan, schema)
        if isinstance(verdict, Broken):
            found.append(_broken(plan, schema, promise, verdict))
            verdict = NOT_YET
        elif verdict is NOT_YET:
            found.append(Diagnostic("R175", promise.span, {"title": promise.title}))
        update = {"status": verdict.status, "cases": verdict.cases}
        schemas.append(schema.model_copy(update=update))
    return plan.model_copy(update={"promises": tuple(schemas)}), found


def _verdict(plan: model.ScoringPlan, schema: model.PromiseSchema) -> Verdict | Broken:
    if schema.claim is not None:
        return Verdict("proved") if _always(plan, schema.claim) else NOT_YET
    value = next((value for value in plan.values if value.name == schema.item), None)
    table = next((t for t in plan.tables if any(c.name == schema.column for c in t.columns)), None)
    if value is None or table is None or schema.column is None:
        return NOT_YET
    return _Monotone(plan, table, schema.column, schema.kind == "never_rises").verdict(value.node)


def rows_through(
    plan: model.ScoringPlan, table: model.TableSchema, column: str, node: op.Node
) -> list[op.Node] | None:
    """The nodes of rows through which alone a value reads a column, so that it moves as they do.

    None where it reads the column otherwise, or these read other tables too. Empty where it does not read it at all.
    """
    monotone = _Monotone(plan, table, column, falling=True)
    if not monotone.reads(node):
        return []
    rows = monotone.row_nodes(node)
    return None if rows is None or any(monotone.reads_others(row) for row in rows) else rows


# ---------------------------------------------------------------- by ranges


def _always(plan: model.ScoringPlan, node: op.Node) -> bool:
    """Whether the ranges of its parts alone make a yes/no node yes."""
    operation = plan.nodes[node].operation
    if isinstance(operation, op.All):
        return all(_always(plan, part) for part in operation.operands)
    if isinstance(operation, op.Any):
        return any(_always(plan, part) for part in operation.operands)
    if not isinstance(operation, op.Compare):
        return False
    left, right = plan.nodes[operation.left].bounds, plan.nodes[operation.right].bounds
    if left is None or right is None:
        return False
    return _ordered(left, right, operation.relation)


def _ordered(left: model.Bounds, right: model.Bounds, relation: str) -> bool:
    if relation in (">", ">="):
        return _ordered(right, left, {">": "<", ">=": "<="}[relation])
    if relation == "=" and left.low is not None:
        return left.low == left.high == right.low == right.high
    if left.high is None or right.low is None or relation not in ("<", "<="):
        return False
    high, low = from_exact(left.high), from_exact(right.low)
    return high < low or (relation == "<=" and high == low)


# ---------------------------------------------------------------- by trying every row


class _Monotone:
    """Whether a score never rises (or falls) as one column of a row grows.

    A score of rows is monotone if each row score that reads the column is, as means, sums, bounds and roundings keep
    the order; anything else that reads the column leaves the promise undecided.
    """

    def __init__(self, plan: model.ScoringPlan, table: model.TableSchema, column: str, falling: bool) -> None:
        self.plan = plan
        self.table = table
        self.column = column
        self.falling = falling
        self.prepared: Prepared = prepare(plan)
        self.cases = 0
        self._programs: dict[op.Node, list[op.Node]] = {}

    def verdict(self, node: op.Node) -> Verdict | Broken:
        if not self.reads(node):
            return Verdict("proved")  # what does not read the column stays as it is
        rows = [node] if self.table.folding == "one row each" else self.row_nodes(node)
        if rows is None or any(self.reads_others(row) for row in rows):
            return NOT_YET
        for row in rows:
            broken = self._tried(row)
            if broken is not None:
                return broken
        return Verdict("proved", self.cases) if self.cases <= MAX_CASES else NOT_YET

    def reads(self, node: op.Node) -> bool:
        """Whether the column has a part in the node, the other cells being as they are."""
        return op.Column(self.table.name, self.column) in self._read(node)

    def reads_others(self, node: op.Node) -> bool:
        """Whether columns of other tables have a part in the node, whose rows are not tried here."""
        return any(column.table != self.table.name for column in self._read(node))

    def _read(self, node: op.Node) -> Iterator[op.Column]:
        operations = (self.plan.nodes[current].operation for current in self._below(node))
        return (read for read in operations if isinstance(read, op.Column))

    def row_nodes(self, node: op.Node) -> list[op.Node] | None:
        """The row-grain nodes through which alone the score reads the column; None where it reads it otherwise."""
        pending, rows = [node], []
        while pending:
            current = pending.pop()
            if not self.reads(current):
                continue
            facts = self.plan.nodes[current]
            if facts.grain.kind == "row":
                rows.append(current)
                continue
            operation = facts.operation
            if not isinstance(operation, op.Indicator) or operation.value is not None or self.table.missing is not None:
                return None
            others = [c.node for c in operation.conditions] + [limit.value for limit in operation.limits]
            others += [limit.when for limit in operation.limits if limit.when is not None] + list(operation.extras)
            if any(self.reads(other) for other in others):
                return None
            pending.extend(part.node for part in operation.parts)
            pending.extend([operation.row_score] if operation.row_score is not None else [])
        return rows

    # ------------------------------------------------------------ rows

    def _tried(self, node: op.Node) -> Broken | None:
        """Tries every admissible row over the columns that the node reads; counts them in `cases`."""
        columns = self._columns(node)
        domains = {name: _values(self._schema(name)) for name in columns}
        whole = all(values is not None for values in domains.values())
        tried = {name: values if values is not None else self._some_values(name) for name, values in domains.items()}
        size = math.prod(len(values) for values in tried.values())
        if size + self.cases > MAX_CASES:
            self.cases = MAX_CASES + 1
            return None
        others = [name for name in columns if name != self.column]
        for cells in product(*(tried[name] for name in others)):
            fixed = dict(zip(others, cells, strict=True))
            broken = self._along(node, fixed, tried[self.column])
            if broken is not None or self.cases > MAX_CASES:
                return broken
        if not whole:  # no counterexample among a few values proves nothing
            self.cases = MAX_CASES + 1
        return None

    def _some_values(self, name: str) -> list[Cell]:
        """A few values of a column that has too many: its ends, and the constants that a score may compare it with.

        They can break a promise, never prove one.
        """
        column = self._schema(name)
        absent: list[Cell] = [None] if column.presence != "always" else []
        kind = _KINDS.get(column.type)
        if kind is None:
            return absent
        low = from_exact(column.low) if column.low is not None else None
        high = from_exact(column.high) if column.high is not None else None
        found = {end for end in (low, high) if end is not None}
        for node in self.plan.nodes:
            if isinstance(node.operation, op.Constant) and node.type.kind == kind:
                value = from_exact(node.operation.value)
                found |= {value - 1, value, value + 1}
        kept = sorted(value for value in found if (low is None or value >= low) and (high is None or value <= high))
        return [*kept[:MAX_SAMPLE], *absent]

    def _along(self, node: op.Node, fixed: dict[str, Cell], growing: list[Cell]) -> Broken | None:
        last: tuple[Cell, object] | None = None
        for cell in growing:
            if cell is None:
                continue
            cells = {**fixed, self.column: cell}
            values = self._admissible(cells, node)
            if values is None:
                continue
            self.cases += 1
            score = values[node]
            if not isinstance(score, Fraction | reals.Real):
                self.cases = MAX_CASES + 1
                return None
            if last is not None and not self._keeps_order(last[1], score):
                return Broken(fixed, last[0], cell, _number(last[1]), _number(score))
            last = (cell, score)
        return None

    def _keeps_order(self, before: object, after: object) -> bool:
        order = reals.compare(after, before)  # type: ignore[arg-type]  # both are exact numbers
        return order <= 0 if self.falling else order >= 0

    def _admissible(self, cells: Cells, node: op.Node) -> Values | None:
        """The values of a row, None where presence or a `must` rule rules it out."""
        rules = [c.present_when for c in self.table.columns if c.present_when is not None and c.name in cells]
        musts = [must.node for must in self.table.musts if set(must.columns) <= set(cells)]
        full = {column.name: cells.get(column.name) for column in self.table.columns}
        values = evaluate_row(self.prepared, full, (node, *rules, *musts))
        if self.plan.nodes[node].grain.kind == "subject" and not self._as_subject(node, full, values):
            return None
        for column in self.table.columns:
            if column.name not in cells or column.present_when is None:
                continue
            if (values[column.present_when] is True) != (cells[column.name] is not None):
                return None
        return None if any(values[must] is False for must in musts) else values

    def _as_subject(self, node: op.Node, cells: Cells, values: Values) -> bool:
        """Evaluates what a subject's facts alone decide; False where anything else has a part in it."""
        for current in self._program(node):
            facts = self.plan.nodes[current]
            if facts.grain.kind == "constant":
                continue
            step = self.prepared.steps[current]
            if step is None or facts.grain.kind != "subject" or isinstance(facts.operation, op.Aggregate | op.Across):
                self.cases = MAX_CASES + 1
                return False
            values[current] = step(values, cells)
        return True

    def _program(self, node: op.Node) -> list[op.Node]:
        """The node and all that it reads, in the order in which they are evaluated."""
        if node not in self._programs:
            self._programs[node] = sorted(self._below(node))
        return self._programs[node]

    def _below(self, node: op.Node) -> Iterator[op.Node]:
        return reach([node], lambda current: operands(self.plan.nodes[current].operation))

    def _schema(self, name: str) -> model.ColumnSchema:
        return next(column for column in self.table.columns if column.name == name)

    def _columns(self, node: op.Node) -> list[str]:
        """The columns of the table that a node reads, with those that decide whether they are present."""

        def reads(current: op.Node) -> list[op.Node]:
            operation = self.plan.nodes[current].operation
            own = isinstance(operation, op.Column) and operation.table == self.table.name
            presence = self._schema(operation.column).present_when if own else None  # type: ignore[union-attr]
            return operands(operation) if presence is None else [presence, *operands(operation)]

        reached = list(reach([node], reads))
        operations = (self.plan.nodes[current].operation for current in reached)
        found = dict.fromkeys(
            read.column for read in operations if isinstance(read, op.Column) and read.table == self.table.name
        )
        if self.table.stratum is not None and self._has_strata(reached):
            found[self.table.stratum] = None
        return list(found)

    def _has_strata(self, nodes: Iterable[op.Node]) -> bool:
        return any(
            isinstance(operation := self.plan.nodes[node].operation, op.Touchpoint) and operation.strata
            for node in nodes
        )


def _values(column: model.ColumnSchema) -> list[Cell] | None:
    """Every value that a cell may have, ascending, and None where it may be absent; None where they are too many."""
    absent: list[Cell] = [None] if column.presence != "always" else []
    if column.type == "yes/no":
        return [False, True, *absent]
    if column.type == "choice":
        return [*(member.name for member in column.members), *absent]
    if column.type == "text" or column.low is None or column.high is None or column.decimals is None:
        return None
    if column.type in ("date", "time"):
        first, last = moment_number(column.low), moment_number(column.high)
        return [*range(first, last + 1), *absent] if last - first < MAX_CASES else None
    step = Fraction(1, 10**column.decimals)
    if column.type == "percent" and column.percent_written != "0.875":
        step /= 100
    low, high = from_exact(column.low), from_exact(column.high)
    start, stop = -((-low) // step), high // step
    if stop - start >= MAX_CASES:
        return None
    return [*(step * count for count in range(int(start), int(stop) + 1)), *absent]


def _number(value: object) -> str:
    return exact_text(value) if isinstance(value, Fraction) else "…"


# ---------------------------------------------------------------- findings


def _broken(plan: model.ScoringPlan, schema: model.PromiseSchema, promise: Promise, broken: Broken) -> Diagnostic:
    columns = {column.name: column for table in plan.tables for column in table.columns}
    cells = {**broken.cells, schema.column or "": broken.higher}
    witness = {name: _witness(columns[name], cell) for name, cell in cells.items()}
    growing = columns[schema.column or ""]
    facts = {
        "title": promise.title,
        "item": promise.item or "",
        "column": growing.name,
        "lower": _witness(growing, broken.lower).shown,
        "higher": _witness(growing, broken.higher).shown,
        "before": broken.before,
        "after": broken.after,
        "rest": ", ".join(f"{name} {_witness(columns[name], cell).shown}" for name, cell in broken.cells.items())
        or "-",
    }
    return Diagnostic("R174", promise.span, facts, witness=witness)


def _witness(column: model.ColumnSchema, cell: Cell) -> Witness:
    if cell is None:
        return Witness(None, "-")
    if isinstance(cell, bool):
        text = "yes" if cell else "no"
        return Witness(text, text)
    if isinstance(cell, str):
        return Witness(cell, cell)
    if isinstance(cell, int):
        text = moment_text(cell, "time" if column.type == "time" else "date")
        return Witness(text, text)
    kind = {"percent": "percent", "seconds": "duration"}.get(column.type, "number")
    return Witness(exact_text(cell), shown(cell, kind, "en"))  # type: ignore[arg-type]  # a numeric kind
