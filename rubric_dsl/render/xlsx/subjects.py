"""The sheets of subjects: every value of a subject, folded and combined by formulas from the sheets of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.engines.run import Run, published
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.plan.model import NamedValue
from rubric_dsl.render.xlsx.book import Book, letters_of, number
from rubric_dsl.render.xlsx.formulas import Formulas, NoFormula, Refer
from rubric_dsl.render.xlsx.rows import RowSheet, score_formula
from rubric_dsl.resolved import operations as op

FIRST = 1


class SubjectSheet:
    """A sheet with a row a subject and a column for each of some named values."""

    def __init__(self, book: Book, name: str, named: Sequence[NamedValue]) -> None:
        self.sheet: Any = book.sheet(name)
        self.name: str = self.sheet.get_name()
        self.named = named
        self.places = {one.node: place + 1 for place, one in enumerate(named)}

    def cell(self, node: op.Node, line: int) -> str | None:
        """The address of a node's value for the subject in this row of the sheet (from 1)."""
        place = self.places.get(node)
        return None if place is None else f"'{self.name}'!${letters_of(place)}${line}"

    def range(self, node: op.Node, count: int) -> str:
        letters = letters_of(self.places[node])
        return f"'{self.name}'!${letters}${FIRST + 1}:${letters}${FIRST + count}"


class Subjects:
    """Both sheets of subjects of one run."""

    def __init__(self, book: Book, done: Run, rows: Mapping[str, RowSheet], order: Sequence[str]) -> None:
        self._book = book
        self._done = done
        self._rows = rows
        self.order = order
        self._told_apart = tell_apart(order)
        named = list(published(done.plan))
        folded = [one for one in named if one.node in done.folds]
        single = [one for one in named if one.node not in done.folds]
        self.indicators = SubjectSheet(book, book.say("indicators", "指标"), single)
        self.touchpoints = SubjectSheet(book, book.say("touchpoints", "触点"), folded)

    def cell(self, node: op.Node, line: int) -> str | None:
        return self.indicators.cell(node, line) or self.touchpoints.cell(node, line)

    def write(self) -> None:
        for own in (self.indicators, self.touchpoints):
            own.sheet.freeze_panes(1, 1)
            own.sheet.write_string(0, 0, self._book.say("subject", "对象"), self._book.head)
            own.sheet.set_column(0, 0, 14)
            for named in own.named:
                title = self._book.called(named.name, named.label)
                own.sheet.write_string(0, own.places[named.node], title, self._book.head)
            for i, subject in enumerate(self.order):
                own.sheet.write_string(FIRST + i, 0, subject)
                for named in own.named:
                    self._write(own, named, i, subject)

    def _write(self, own: SubjectSheet, named: NamedValue, i: int, subject: str) -> None:
        line = FIRST + i + 1
        value = self._done.values[subject][named.node]
        place = own.places[named.node]

        def refer(node: op.Node) -> str | None:
            return None if node == named.node else self.cell(node, line)

        try:
            text = self._formula(named.node, _OfSubject(self, refer, f"'{own.name}'!$A${line}"))
        except NoFormula:
            self._book.value(own.sheet, FIRST + i, place, value, f"{own.name}: {named.name}")
        else:
            self._book.formula(own.sheet, FIRST + i, place, text, value)

    def _formula(self, node: op.Node, formulas: _OfSubject) -> str:
        operation = self._done.plan.nodes[node].operation
        if node in self._done.folds and not isinstance(operation, op.Aggregate):
            return self.fold(node, formulas.subject)
        if isinstance(operation, op.Touchpoint):
            return formulas.touchpoint(node, operation)
        if isinstance(operation, op.Indicator):
            step = self._done.prepared.steps[node]
            assert isinstance(step, Score)
            source = None
            if operation.row_score is not None:
                source = self.fold(operation.row_score, formulas.subject)
            elif operation.value is not None:
                if operation.missing is not None:
                    raise NoFormula
                source = formulas.of(operation.value)
            return score_formula(step, operation, formulas, source)
        return formulas.of(node, inside=False)

    # ------------------------------------------------------------ folding and aggregates

    def fold(self, node: op.Node, subject: str) -> str:
        """The mean of the scenarios' means, the mean, or the sum, as the table says of its rows."""
        if not self._told_apart:
            raise NoFormula
        fold = self._done.folds[node]
        sheet = self._rows[fold.schema.name]
        letters = sheet.column(node)
        if letters is None:
            raise NoFormula
        values, cities = sheet.range(letters), sheet.named(fold.schema.subject)
        if fold.schema.folding == "totalled":
            return f'IF(COUNTIFS({cities},{subject},{values},">=-1E+300")=0,"",SUMIFS({values},{cities},{subject}))'
        if fold.schema.stratum is None:
            if fold.zero_for_unobserved:
                raise NoFormula
            return f'IFERROR(AVERAGEIFS({values},{cities},{subject}),"")'
        if not tell_apart([str(scenario) for scenario in fold.weights]):
            raise NoFormula
        scenarios = sheet.named(fold.schema.stratum)
        gained, whole = [], []
        for scenario, weight in fold.weights.items():
            if not isinstance(weight, Fraction) or scenario is None:
                raise NoFormula
            inside = f'{cities},{subject},{scenarios},"{scenario}"'
            gained.append(f"{number(weight)}*IFERROR(AVERAGEIFS({values},{inside}),0)")
            counted = f'(COUNTIFS({inside},{values},">=-1E+300")>0)'
            whole.append(number(weight) if fold.zero_for_unobserved else f"{number(weight)}*{counted}")
        return f'IFERROR(({"+".join(gained)})/({"+".join(whole)}),"")'

    def aggregate(self, operation: op.Aggregate, subject: str) -> str:
        """An aggregate of the subject's rows, where a spreadsheet has the same."""
        sheet = self._rows[operation.table]
        if operation.pooled or operation.argument is not None or not self._told_apart:
            raise NoFormula
        chosen = f"{sheet.named(sheet.schema.subject)},{subject}"
        if operation.where is not None:
            chosen += f",{self._column(sheet, operation.where)},TRUE"
        if operation.operand is None:
            return f"COUNTIFS({chosen})"
        values = self._column(sheet, operation.operand)
        match operation.name:
            case "count":
                return f"COUNTIFS({chosen},{values},TRUE)"
            case "share":
                return f'IFERROR(COUNTIFS({chosen},{values},TRUE)/COUNTIFS({chosen}),"")'
            case "sum":
                return f"SUMIFS({values},{chosen})"
            case "mean":
                return f'IFERROR(AVERAGEIFS({values},{chosen}),"")'
        raise NoFormula

    def fact(self, node: op.Node, operation: op.Column, subject: str) -> str:
        """A cell of the subject's row in a table with one row each."""
        sheet = self._rows[operation.table]
        if sheet.schema.folding != "one row each" or not self._told_apart or (
            self._done.plan.nodes[node].type.kind in ("date", "time")
        ):
            raise NoFormula
        cell = f"INDEX({self._column(sheet, node)},MATCH({subject},{sheet.named(sheet.schema.subject)},0))"
        return f'IFERROR(IF({cell}="","",{cell}),"")'

    def _column(self, sheet: RowSheet, node: op.Node) -> str:
        letters = sheet.column(node)
        if letters is None:
            raise NoFormula
        return sheet.range(letters)

    @property
    def done(self) -> Run:
        return self._done


def tell_apart(names: Sequence[str]) -> bool:
    """Whether criteria of a spreadsheet tell the names apart: patterns without case, texts may be numbers."""
    keys = set()
    for name in names:
        if any(char in name for char in "*?~") or name.startswith(("<", ">", "=")) or not name.strip():
            return False
        if name.strip()[:1].isdigit() or name.strip()[:1] in "+-.":
            return False
        keys.add(name.casefold())
    return len(keys) == len(names)


class _OfSubject(Formulas):
    """Formulas of one subject: aggregates and facts are looked up in the sheets of rows."""

    def __init__(self, around: Subjects, refer: Refer, subject: str) -> None:
        super().__init__(around.done.plan, around.done.prepared, refer)
        self._around = around
        self.subject = subject

    def _written(self, node: op.Node, operation: op.Operation) -> str:
        if isinstance(operation, op.Aggregate):
            return self._around.aggregate(operation, self.subject)
        if isinstance(operation, op.Column):
            return self._around.fact(node, operation, self.subject)
        if isinstance(operation, (op.Subject, op.Period, op.Previous, op.Across)):
            raise NoFormula
        return super()._written(node, operation)
