"""The workbook: rankings, indicators, touchpoints, observations, corrections, method, ledger, and the check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import Value
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.observations.corrected import shown_key, shown_value
from rubric_dsl.observations.periods import period_shown
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.render.corrections import CorrectionsView
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.plan_page import plan_lines
from rubric_dsl.render.xlsx.book import Book, letters_of, shown
from rubric_dsl.render.xlsx.formulas import Formulas, NoFormula
from rubric_dsl.render.xlsx.rows import RowSheet
from rubric_dsl.render.xlsx.subjects import Subjects
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import NoValue, RankingResult
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.results.status import Final
from rubric_dsl.text.record import dataclass

MOST_DIFFERENCE = "1E-9"
NOISE = 9
"""Decimals to which scores are rounded before ranks are taken, so that floating point makes no order of ties."""


@dataclass(frozen=True, slots=True)
class WorkbookOf:
    """What a workbook is made of; of a rubric with periods the run of one."""

    plan: ScoringPlan
    identity: str
    run: Run
    files: Mapping[str, Sequence[str]]
    corrections: CorrectionsView | None = None
    final: Final | None = None


def workbook(given: WorkbookOf, lang: str) -> bytes:
    """The file. The same for the same arguments."""
    return _Workbook(given, lang).bytes()


class _Workbook:
    def __init__(self, given: WorkbookOf, lang: str) -> None:
        self.given = given
        self.plan, self.done = given.plan, given.run
        self.book = Book(lang)
        self.rankings = [ranking_of(self.done, schema) for schema in self.plan.rankings]
        self.order = [row.subject for row in self.rankings[0].rows] if self.rankings else list(self.done.subjects)
        self.line = {subject: i + 2 for i, subject in enumerate(self.order)}
        self.checks: list[tuple[str, str, str, str, float | str]] = []
        """Subject, what, its cell, the exact text, and the exact value as near as a spreadsheet has it."""

    def bytes(self) -> bytes:
        book = self.book
        ranking = book.sheet(book.say("ranking", "排名"))
        # Sheets stand in the order in which they are asked for; formulas may point forward.
        sheets: dict[str, RowSheet] = {}
        subjects = Subjects(book, self.done, sheets, self.order)
        for schema in self.plan.tables:
            sheets[schema.name] = RowSheet(book, self.done, schema)
        for sheet in sheets.values():
            sheet.write()
        subjects.write()
        self._ranking(ranking, subjects)
        if self.given.corrections is not None:
            self._corrections(self.given.corrections)
        self._method()
        self._ledger()
        self._check(subjects)
        return book.bytes()

    # ------------------------------------------------------------ rankings

    def _ranking(self, own: Any, subjects: Subjects) -> None:
        book, place = self.book, 0
        own.freeze_panes(2, 0)
        for schema, ranking in zip(self.plan.rankings, self.rankings, strict=True):
            own.write_string(0, place, book.called(schema.name, schema.label), book.head)
            for k, title in enumerate((
                book.say("rank", "名次"), book.say("subject", "对象"), book.say("score", "得分"),
                book.say("exact", "准确值"), book.say("rank by the program", "程序名次"),
            )):
                own.write_string(1, place + k, title, book.head)
            self._one_ranking(own, schema, ranking, place, subjects)
            place += 6

    def _one_ranking(
        self, sheet: Any, schema: RankingSchema, ranking: RankingResult, place: int, subjects: Subjects
    ) -> None:
        operation = self.plan.nodes[schema.node].operation
        assert isinstance(operation, op.Ranking)
        ranked = [row for row in ranking.rows if row.rank is not None]
        letters = letters_of(place + 2)
        scores = f"${letters}$3:${letters}${len(ranked) + 2}"
        for i, row in enumerate(ranking.rows):
            line = i + 2
            sheet.write_string(line, place + 1, row.subject)
            score: Value = row.score if not isinstance(row.score, NoValue) else ""
            text = self._score(operation, row.subject, subjects)
            if text is None:
                self.book.value(sheet, line, place + 2, score, f"{schema.name}: score")
            else:
                self.book.formula(sheet, line, place + 2, text, score)
            if isinstance(row.score, Fraction):
                sheet.write_string(line, place + 3, exact_text(row.score))
            if row.rank is None:
                sheet.write_string(line, place, "–")
                continue
            sheet.write_number(line, place + 4, row.rank)
            by_formula = self._rank(operation, letters, scores, line + 1)
            if by_formula is None:
                self.book.value(sheet, line, place, Fraction(row.rank), f"{schema.name}: rank")
            else:
                self.book.formula(sheet, line, place, by_formula, Fraction(row.rank))
            mine = letters_of(place)
            self.checks.append((
                row.subject, self.book.say(f"rank in {schema.name}", f"{schema.name} 名次"),
                f"'{sheet.get_name()}'!${mine}${line + 1}", str(row.rank), float(row.rank),
            ))

    def _score(self, operation: op.Ranking, subject: str, subjects: Subjects) -> str | None:
        cell = subjects.cell(operation.by, self.line[subject])
        if cell is None or operation.rounding is None:
            return cell
        try:
            formulas = Formulas(self.plan, self.done.prepared, lambda node: None)
            return formulas.rounded(cell, operation.rounding.mode, operation.rounding.step)
        except NoFormula:
            return None

    def _rank(self, operation: op.Ranking, letters: str, scores: str, line: int) -> str | None:
        """The place among the ranked by the score alone; none where keys, groups, caps or dense places decide."""
        if operation.ties != "share" or operation.within is not None or operation.caps:
            return None
        beyond = "<" if operation.lowest_first else ">"
        return f"SUMPRODUCT(--(ROUND({scores},{NOISE}){beyond}ROUND(${letters}${line},{NOISE})))+1"

    # ------------------------------------------------------------ what stands beside

    def _corrections(self, view: CorrectionsView) -> None:
        book = self.book
        sheet = book.sheet(book.say("corrections", "申诉更正"))
        heads = (("row", "行"), ("column", "列"), ("old", "原值"), ("new", "新值"), ("reason", "理由"),
                 ("decided by", "裁定人"), ("date", "日期"), ("reference", "文号"), ("decision", "裁定"))
        for k, (en, zh) in enumerate(heads):
            sheet.write_string(0, k, book.say(en, zh), book.head)
        for i, placed in enumerate(view.placed, 1):
            entry = placed.entry
            decision = book.say("accepted", "采纳") if entry.accepted else book.say("rejected", "驳回")
            for k, text in enumerate((
                shown_key(placed), book.called(placed.column.name, placed.column.label), shown_value(placed, entry.old),
                shown_value(placed, entry.new), entry.reason, entry.decided_by, entry.date, entry.reference, decision,
            )):
                sheet.write_string(i, k, text)

    def _method(self) -> None:
        book = self.book
        sheet = book.sheet(book.say("method", "方法"))
        sheet.set_column(0, 0, 120)
        said = plain(plan_lines(self.plan, self.given.identity, Look(book.lang, 110))).splitlines()
        if self.given.final is None:
            said.insert(0, book.say("DRAFT: nobody has declared this result final", "草稿：尚未有人确认为定稿"))
        else:
            by, date = self.given.final.by, self.given.final.date
            said.insert(0, book.say(f"Final, declared by {by} on {date}", f"定稿，{by}于 {date} 确认"))
        if self.done.period is not None:
            said.insert(1, period_shown(self.plan, self.done.period))
        for lines in self.given.files.values():
            said += ["", *lines]
        for i, text in enumerate(said):
            sheet.write_string(i, 0, text)

    def _ledger(self) -> None:
        book = self.book
        sheet = book.sheet(book.say("ledger", "台账"))
        heads = (("table", "表"), ("file", "文件"), ("SHA-256", "SHA-256"), ("read", "读入"), ("scored", "计分"),
                 ("refused", "拒收"))
        for k, (en, zh) in enumerate(heads):
            sheet.write_string(0, k, book.say(en, zh), book.head)
        for i, data in enumerate(self.done.observations.tables.values(), 1):
            ledger = data.ledger
            for k, text in enumerate((ledger.table, ledger.file, ledger.sha256)):
                sheet.write_string(i, k, text)
            for k, count in enumerate((ledger.read, ledger.scored, ledger.refused), 3):
                sheet.write_number(i, k, count)

    # ------------------------------------------------------------ the check

    def _check(self, subjects: Subjects) -> None:
        """Every number of every subject beside its exact value, and what has no formula."""
        book = self.book
        for own in (subjects.indicators, subjects.touchpoints):
            for named in own.named:
                for subject in self.order:
                    value = self.done.values[subject][named.node]
                    exact = exact_text(value) if isinstance(value, Fraction) else ""
                    cell = own.cell(named.node, self.line[subject])
                    assert cell is not None
                    near = shown(value)
                    self.checks.append((
                        subject, book.called(named.name, named.label), cell, exact,
                        near if isinstance(near, (str, float)) else str(near).upper(),
                    ))
        sheet = book.sheet(book.say("check", "核对"))
        sheet.set_column(0, 1, 24)
        sheet.set_column(2, 5, 16)
        last = len(self.checks) + 6
        total = book.say("cells that differ from the program", "与程序不符的格数")
        sheet.write_string(0, 0, total, book.head)
        sheet.write_formula(0, 1, f'=COUNTIF($F$7:$F${last},FALSE)', book.plain, 0)
        sheet.write_string(1, 0, book.say("largest difference", "最大差值"), book.head)
        sheet.write_formula(1, 1, f"=MAX($E$7:$E${last})", book.plain, 0)
        sheet.write_string(2, 0, book.say("cells with a formula", "公式格数"), book.head)
        sheet.write_number(2, 1, book.formulas)
        sheet.write_string(3, 0, book.say("values without a formula", "无公式的值"), book.head)
        sheet.write_string(3, 1, ", ".join(f"{where} ({n})" for where, n in book.values.items()) or "0")
        heads = (("subject", "对象"), ("item", "项目"), ("here", "表中"), ("exact", "准确值"), ("difference", "差值"),
                 ("same", "相同"), ("note", "说明"))
        for k, (en, zh) in enumerate(heads):
            sheet.write_string(5, k, book.say(en, zh), book.head)
        note = book.say("Excel's arithmetic gives another value or rank here", "表格程序的算术在此得出不同的值或名次")
        for i, (subject, what, cell, exact, near) in enumerate(self.checks):
            line, row = 6 + i, 7 + i
            sheet.write_string(line, 0, subject)
            sheet.write_string(line, 1, what)
            sheet.write_formula(line, 2, f"={cell}", book.plain, near)
            sheet.write_string(line, 3, exact)
            if isinstance(near, float):
                sheet.write_formula(line, 4, f"=ABS(N(C{row})-({near!r}))", book.plain, 0)
                sheet.write_formula(line, 5, f"=AND(ISNUMBER(C{row}),E{row}<{MOST_DIFFERENCE})", None, True)
            else:
                text = near.replace('"', '""')
                sheet.write_formula(line, 5, f'=(C{row}&""="{text}")', None, True)
            sheet.write_formula(line, 6, f'=IF(F{row},"","{note}")', None, "")
        differs = {"type": "cell", "criteria": "==", "value": "FALSE", "format": book.wrong}
        sheet.conditional_format(6, 5, last, 5, differs)
