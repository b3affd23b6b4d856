"""The sheet of a table: its observations, then what each touchpoint and indicator scores on every row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rubric_dsl.engines.reference.rows import touchpoint_points
from rubric_dsl.engines.run import Run, tells_private
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Value, is_number
from rubric_dsl.observations.model import PRIVATE, Cell, Row
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.render.xlsx.book import Book, letters_of, number
from rubric_dsl.render.xlsx.formulas import Formulas, NoFormula
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text

FIRST = 1
"""The row of the first observation, from 0."""


class RowSheet:
    """One table. `column_of` tells where a node's value stands on each row."""

    def __init__(self, book: Book, done: Run, schema: TableSchema) -> None:
        self._book = book
        self._done = done
        self.schema = schema
        data = done.observations.tables.get(schema.name)
        self.rows: tuple[Row, ...] = () if data is None else data.rows
        self._steps = done.prepared.steps
        self._columns = {column.name: place + 1 for place, column in enumerate(schema.columns)}
        self._nodes: dict[op.Node, int] = {}
        self._own = tuple(done.prepared.row_nodes.get(schema.name, ()))
        self.sheet: Any = book.sheet(schema.label or schema.name)
        self.name: str = self.sheet.get_name()

    # ------------------------------------------------------------ where things stand

    def column(self, node: op.Node) -> str | None:
        """The letters of the column of a node's values, None where it has none."""
        operation = self._done.plan.nodes[node].operation
        place = self._nodes.get(node)
        if place is None and isinstance(operation, op.Column) and operation.table == self.schema.name:
            column = self._schema(operation.column)
            place = None if column.private else self._columns[operation.column]
        return None if place is None else letters_of(place)

    def range(self, letters: str) -> str:
        last = max(len(self.rows), 1) + FIRST
        return f"'{self.name}'!${letters}${FIRST + 1}:${letters}${last}"

    def named(self, column: str) -> str:
        """The range of a column of the table."""
        return self.range(letters_of(self._columns[column]))

    def _schema(self, name: str) -> ColumnSchema:
        return next(column for column in self.schema.columns if column.name == name)

    # ------------------------------------------------------------ writing

    def write(self) -> None:
        book, sheet = self._book, self.sheet
        sheet.freeze_panes(1, 1)
        sheet.write_string(0, 0, book.say("row", "行"), book.head)
        for column in self.schema.columns:
            sheet.write_string(0, self._columns[column.name], book.called(column.name, column.label), book.head)
        for i, row in enumerate(self.rows):
            sheet.write_number(FIRST + i, 0, row.number)
            for column in self.schema.columns:
                self._cell(FIRST + i, self._columns[column.name], column, row.values[column.name])
        values = [self._values(row) for row in self.rows]
        place = len(self.schema.columns) + 1
        for node in self._scored():
            self._nodes[node] = place
            self._write_node(node, place, values)
            place += 1
        sheet.autofilter(0, 0, max(len(self.rows), 1), place - 1)

    def _cell(self, line: int, place: int, column: ColumnSchema, value: Cell) -> None:
        if column.private:
            self.sheet.write_string(line, place, PRIVATE)
        elif isinstance(value, bool):
            self.sheet.write_boolean(line, place, value)
        elif isinstance(value, Fraction):
            self.sheet.write_number(line, place, float(value), self._book.percent if column.type == "percent" else None)
        elif isinstance(value, int):
            self.sheet.write_string(line, place, moment_text(value, "time" if column.type == "time" else "date"))
        elif isinstance(value, str):
            self.sheet.write_string(line, place, value)

    def _values(self, row: Row) -> list[Value]:
        kept = self._done.totals.kept.get(id(row))
        return kept if kept is not None else evaluate_row(self._done.prepared, row.values, self._own)

    def _scored(self) -> Iterator[op.Node]:
        """What gets a column: what aggregates read, then the touchpoints of each indicator and its score."""
        for one in self._done.plan.nodes:
            operation = one.operation
            if isinstance(operation, op.Aggregate) and operation.table == self.schema.name and not operation.pooled:
                for read in (operation.operand, operation.where):
                    if read is not None and self.column(read) is None and not tells_private(self._done.plan, read):
                        yield read
        for node in self._own:
            around = self._done.plan.nodes[node].operation
            if isinstance(around, op.RowScore):
                yield from (part.node for part in around.parts if part.node not in self._nodes)
                yield from (extra for extra in around.extras if extra not in self._nodes)
                yield node

    def _write_node(self, node: op.Node, place: int, values: list[list[Value]]) -> None:
        name = self._title(node)
        self.sheet.write_string(0, place, name, self._book.head)
        for i in range(len(self.rows)):
            line = FIRST + i + 1

            def refer(other: op.Node, line: int = line) -> str | None:
                letters = self.column(other)
                return None if letters is None or other == node else f"${letters}{line}"

            formulas = Formulas(self._done.plan, self._done.prepared, refer)
            shown = self._points(node, values[i], self.rows[i])
            try:
                text = self._formula(node, formulas, self.rows[i])
            except NoFormula:
                self._book.value(self.sheet, FIRST + i, place, shown, f"{self.name}: {name}")
            else:
                self._book.formula(self.sheet, FIRST + i, place, text, shown)

    def _title(self, node: op.Node) -> str:
        named = next((one for one in self._done.plan.values if one.node == node), None)
        if named is not None:
            return self._book.called(named.name, named.label)
        operation = self._done.plan.nodes[node].operation
        name = str(getattr(operation, "name", operation.kind))
        return self._book.say(f"{name} on the row", f"{name}（本行）") if isinstance(operation, op.RowScore) else name

    def _points(self, node: op.Node, values: list[Value], row: Row) -> Value:
        """The value on the row as it counts there: nothing where the indicator has no score."""
        score = self._score_of(node)
        if score is None or node == score.node:
            return values[node]
        if not is_number(values[score.node]):
            return NOT_APPLICABLE
        return dict(touchpoint_points(self._done.prepared, score, values, row.values)).get(node, NOT_APPLICABLE)

    def _score_of(self, node: op.Node) -> Score | None:
        for own in self._own:
            operation, step = self._done.plan.nodes[own].operation, self._steps[own]
            if isinstance(operation, op.RowScore) and isinstance(step, Score) and (
                own == node or node in [part.node for part in operation.parts] or node in operation.extras
            ):
                return step
        return None

    def _formula(self, node: op.Node, formulas: Formulas, row: Row) -> str:
        operation = self._done.plan.nodes[node].operation
        if isinstance(operation, op.Touchpoint):
            return self._touchpoint(node, operation, formulas, row)
        if isinstance(operation, op.RowScore):
            step = self._steps[node]
            assert isinstance(step, Score)
            return score_formula(step, operation, formulas, None)
        return formulas.of(node, inside=False)

    def _touchpoint(self, node: op.Node, operation: op.Touchpoint, formulas: Formulas, row: Row) -> str:
        if operation.strata and (
            self.schema.stratum is None or row.values[self.schema.stratum] not in operation.strata
        ):
            return '""'
        text = formulas.touchpoint(node, operation)
        score = self._score_of(node)
        if score is None:
            return text
        around = self._done.plan.nodes[score.node].operation
        assert isinstance(around, op.RowScore)
        share = number(Fraction(operation.amount) / score.worth) if score.worth else "0"
        extra = node in around.extras
        if extra and around.parts:
            text = f'IF(COUNT({",".join(formulas.of(part.node) for part in around.parts)})=0,"",{text})'
        for condition in reversed(around.conditions):
            decided = formulas.outcome(condition.outcome) if condition.word != "when" and not extra else '""'
            value = decided if decided == '""' else f"({decided}*{share})"
            holds = formulas.of(condition.node)
            text = f"IF({holds},{value},{text})" if condition.word == "if" else f"IF({holds},{text},{value})"
        return text


def score_formula(step: Score, operation: op.RowScore | op.Indicator, formulas: Formulas, source: str | None) -> str:
    """An indicator from its parts (or from `source`): conditions, the weighted mean, extras, bounds, rounding."""
    if source is None:
        source = _combined(step, formulas)
    extras = [(extra.sign, formulas.of(extra.node)) for extra in step.extras]
    if extras:
        added = "".join(f"{'+' if sign > 0 else '-'}N({cell})" for sign, cell in extras)
        source = f'IF({source}="","",{source}{added})' if step.combination.parts else f"(0{added})"
    for limit in operation.limits:
        if limit.when is not None:
            raise NoFormula
        word = "MAX" if limit.word == "at least" else "MIN"
        source = f'IF({source}="","",{word}({source},{formulas.of(limit.value)}))'
    if operation.rounding is not None:
        rounded = formulas.rounded(source, operation.rounding.mode, operation.rounding.step)
        source = f'IF({source}="","",{rounded})'
    return formulas.conditions(operation.conditions, source)


def _combined(step: Score, formulas: Formulas) -> str:
    parts = step.combination.parts
    if not parts:
        return "0"
    if step.combination.kind not in ("sum", "mean"):
        raise NoFormula
    cells = [formulas.of(part.node) for part in parts]
    rates, weights = [part.rate for part in parts], [part.weight for part in parts]
    if not all(isinstance(one, Fraction) for one in (*rates, *weights)):
        raise NoFormula
    gained = "+".join(f"N({cell})*{number(rate)}" for cell, rate in zip(cells, rates, strict=True))
    whole = "+".join(f"ISNUMBER({cell})*{number(weight)}" for cell, weight in zip(cells, weights, strict=True))
    return f'IF(COUNT({",".join(cells)})=0,"",{number(step.worth)}*({gained})/({whole}))'
