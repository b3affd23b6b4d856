"""A ranking in a workbook: places by formulas from the scores, the groups and the tie keys beside them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.engines.problems import reads_private
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.plan.naming import group_label
from rubric_dsl.render.xlsx.book import Book, letters_of
from rubric_dsl.render.xlsx.formulas import Formulas, NoFormula
from rubric_dsl.render.xlsx.subjects import Subjects
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import NoValue, Placed, RankingResult
from rubric_dsl.text.record import dataclass

NOISE = 9
"""Decimals to which scores are rounded before ranks are taken, so that floating point makes no order of ties."""
FIRST = 3
"""The line of the first subject, from 0."""
NO_KEY = "1E+300"
"""What stands for a tie key without a value, which is behind every other."""


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell with a rank, and the rank that the program found."""

    subject: str
    ranking: str
    cell: str
    rank: int


class RankingBlock:
    """One ranking on the sheet of rankings, from the column `place` on."""

    def __init__(
        self, book: Book, sheet: Any, done: Run, schema: RankingSchema, ranking: RankingResult, place: int,
        subjects: Subjects, lines: dict[str, int],
    ) -> None:
        operation = done.plan.nodes[schema.node].operation
        assert isinstance(operation, op.Ranking)
        self._book, self._sheet, self._done = book, sheet, done
        self._schema, self._ranking, self._operation = schema, ranking, operation
        self._place, self._subjects, self._lines = place, subjects, lines
        self._ranked = [row for row in ranking.rows if row.rank is not None]
        self._why = self._no_formula()
        own = [] if self._why else [*(["group"] if operation.within is not None else []),
                                    *(f"key {k}" for k in range(len(operation.keys)))]
        if operation.ties == "dense" and not self._why:
            own.append("first")
        self._columns = {name: place + 5 + k for k, name in enumerate(own)}
        self.width = 5 + len(own) + 1

    def _no_formula(self) -> str:
        """Why places are values here; empty where they are formulas."""
        say = self._book.say
        if self._operation.caps:
            return say("a condition keeps subjects from better places, which moves others",
                       "有对象受名次上限约束，其余对象的名次随之变动")
        if any(reads_private(self._done.plan, key.node) for key in self._operation.keys):
            return say("a tie key reads a private column", "同分比较用到了保密的列")
        return ""

    # ------------------------------------------------------------ writing

    def write(self) -> list[PlacedCell]:
        """All cells; gives those with a rank."""
        book, sheet, schema = self._book, self._sheet, self._schema
        sheet.write_string(1, self._place, book.called(schema.name, schema.label), book.head)
        titles = [
            book.say("rank", "名次"), book.say("subject", "对象"), book.say("score", "得分"),
            book.say("exact", "准确值"), book.say("rank by the program", "程序名次"),
            *(self._title(name) for name in self._columns),
        ]
        for k, title in enumerate(titles):
            sheet.write_string(2, self._place + k, title, book.head)
        if self._why:
            book.because[f"{schema.name}: {book.say('rank', '名次')}"] = self._why
        return [cell for i, row in enumerate(self._ranking.rows) if (cell := self._row(FIRST + i, row)) is not None]

    def _title(self, name: str) -> str:
        say = self._book.say
        if name == "group":
            return say("group", "分组")
        if name == "first":
            return say("first of its equals", "同分首位")
        number = int(name.removeprefix("key ")) + 1
        return say(f"tie key {number}", f"同分比较{number}")

    def _row(self, line: int, row: Placed) -> PlacedCell | None:
        book, sheet, place = self._book, self._sheet, self._place
        sheet.write_string(line, place + 1, row.subject)
        score: Value = row.score if not isinstance(row.score, NoValue) else ""
        text = self._score(row.subject)
        if text is None:
            book.value(sheet, line, place + 2, score, f"{self._schema.name}: {book.say('score', '得分')}")
        else:
            book.formula(sheet, line, place + 2, text, score)
        if isinstance(row.score, Fraction):
            sheet.write_string(line, place + 3, exact_text(row.score))
        if row.rank is None:
            sheet.write_string(line, place, "–")
            return None
        sheet.write_number(line, place + 4, row.rank)
        if self._why:
            book.value(sheet, line, place, Fraction(row.rank), f"{self._schema.name}: {book.say('rank', '名次')}")
        else:
            self._beside(line, row)
            book.formula(sheet, line, place, self._rank(line), Fraction(row.rank))
        cell = f"'{sheet.get_name()}'!${letters_of(place)}${line + 1}"
        return PlacedCell(row.subject, self._schema.name, cell, row.rank)

    def _score(self, subject: str) -> str | None:
        cell = self._subjects.cell(self._operation.by, self._lines[subject])
        if cell is None or self._operation.rounding is None:
            return cell
        try:
            formulas = Formulas(self._done.plan, self._done.prepared, lambda node: None)
            return formulas.rounded(cell, self._operation.rounding.mode, self._operation.rounding.step)
        except NoFormula:
            return None

    def _beside(self, line: int, row: Placed) -> None:
        """The group, the tie keys, and of dense places whether the row is the first of its equals."""
        book, sheet = self._book, self._sheet
        if "group" in self._columns:
            label = None if row.group is None else group_label(self._done.plan, self._schema.name, row.group)
            sheet.write_string(line, self._columns["group"], book.called(row.group or "", label))
        for k, key in enumerate(self._operation.keys):
            place = self._columns[f"key {k}"]
            none = NO_KEY if key.lowest_first else f"-{NO_KEY}"
            value = self._done.values[row.subject][key.node]
            cell = self._subjects.cell(key.node, self._lines[row.subject])
            shown: Value = value if is_number(value) else Fraction(10**300) * (1 if key.lowest_first else -1)
            if cell is None:
                book.value(sheet, line, place, shown, f"{self._schema.name}: {self._title(f'key {k}')}")
            else:
                book.formula(sheet, line, place, f"IF(ISNUMBER({cell}),ROUND({cell},{NOISE}),{none})", shown)
        if "first" in self._columns:
            first = 1
            if line > FIRST:
                before = _product([self._same(line, FIRST, line - 1)])
                text = f"IF({before}=0,1,0)"
                first = int(self._ranking.rows[line - FIRST - 1].rank != row.rank or (
                    self._ranking.rows[line - FIRST - 1].group != row.group))
            else:
                text = "1"
            book.formula(sheet, line, self._columns["first"], text, Fraction(first))

    # ------------------------------------------------------------ formulas

    def _rank(self, line: int) -> str:
        """One more than how many of its group are before it; of dense places, than how many different ones."""
        last = FIRST + len(self._ranked) - 1
        factors = [self._before(line, FIRST, last)]
        if "group" in self._columns:
            factors.insert(0, self._same_group(line, FIRST, last))
        if "first" in self._columns:
            factors.append(self._range("first", FIRST, last))
        return f"{_product(factors)}+1"

    def _range(self, name: str, first: int, last: int) -> str:
        letters = letters_of(self._columns.get(name, self._place + 2))
        return f"${letters}${first + 1}:${letters}${last + 1}"

    def _cell(self, name: str, line: int) -> str:
        return f"${letters_of(self._columns.get(name, self._place + 2))}${line + 1}"

    def _compared(self) -> list[tuple[str, bool]]:
        """What decides, in order, with whether less is better. `score` is the score without the noise of floats."""
        keys = [(f"key {k}", key.lowest_first) for k, key in enumerate(self._operation.keys)]
        return [("score", self._operation.lowest_first), *keys]

    def _sides(self, name: str, line: int, first: int, last: int) -> tuple[str, str]:
        every, own = self._range(name, first, last), self._cell(name, line)
        return (f"ROUND({every},{NOISE})", f"ROUND({own},{NOISE})") if name == "score" else (every, own)

    def _before(self, line: int, first: int, last: int) -> str:
        """Of each row whether it is better: in the first of these in which the two differ."""
        text = ""
        for name, lowest_first in reversed(self._compared()):
            every, own = self._sides(name, line, first, last)
            better = f"({every}{'<' if lowest_first else '>'}{own})"
            text = f"({better}+({every}={own})*{text})" if text else better
        return text

    def _same(self, line: int, first: int, last: int) -> str:
        parts = [f"({every}={own})" for name, _ in self._compared() for every, own in [
            self._sides(name, line, first, last)]]
        if "group" in self._columns:
            parts.insert(0, self._same_group(line, first, last))
        return "*".join(parts)

    def _same_group(self, line: int, first: int, last: int) -> str:
        return f"EXACT({self._range('group', first, last)},{self._cell('group', line)})"


def _product(factors: Sequence[str]) -> str:
    """How many rows fit all of these."""
    return f"SUMPRODUCT({'*'.join(factors)}*1)"
