"""The workbook: rankings, indicators, touchpoints, observations, corrections, method, ledger, and the check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.engines.run import Run
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.observations.corrected import shown_key, shown_value
from rubric_dsl.observations.periods import period_shown
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.corrections import CorrectionsView
from rubric_dsl.render.entries import HEADS, entries
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.plan_page import plan_lines
from rubric_dsl.render.xlsx.book import Book, shown
from rubric_dsl.render.xlsx.ranks import FIRST, RankingBlock
from rubric_dsl.render.xlsx.rows import RowSheet
from rubric_dsl.render.xlsx.subjects import Subjects
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.results.status import Final
from rubric_dsl.text.record import dataclass

MOST_DIFFERENCE = "1E-9"


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
        own.freeze_panes(FIRST, 0)
        own.write_string(0, 0, self._status(), book.wrong if self.given.final is None else book.head)
        for schema, ranking in zip(self.plan.rankings, self.rankings, strict=True):
            block = RankingBlock(book, own, self.done, schema, ranking, place, subjects, self.line)
            for placed in block.write():
                what = book.say(f"rank in {placed.ranking}", f"{placed.ranking} 名次")
                self.checks.append((placed.subject, what, placed.cell, str(placed.rank), float(placed.rank)))
            place += block.width

    def _status(self) -> str:
        if self.given.final is None:
            return self.book.say("DRAFT: nobody has declared this result final", "草稿：尚未有人确认为定稿")
        by, date = self.given.final.by, self.given.final.date
        return self.book.say(f"Final, declared by {by} on {date}", f"定稿，{by}于 {date} 确认")

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
        said.insert(0, self._status())
        if self.done.period is not None:
            said.insert(1, period_shown(self.plan, self.done.period))
        said += ["", *self._without_formulas()]
        for lines in self.given.files.values():
            said += ["", *lines]
        for i, text in enumerate(said):
            sheet.write_string(i, 0, text)

    def _without_formulas(self) -> Iterator[str]:
        """What stands as a value, in how many cells and why."""
        say = self.book.say
        if not self.book.values:
            yield say("Every number here is a formula from the observations on.", "表中各数从观测起全部是公式。")
            return
        yield say("Values without a formula, in italics:", "没有公式、以斜体写成数值的：")
        for where, count in self.book.values.items():
            why = self.book.because.get(where) or say(
                "no formula of a spreadsheet has this meaning", "电子表格没有意义相同的公式")
            yield say(f"  {where} ({count}): {why}", f"  {where}（{count} 格）：{why}")

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
        for k, width in enumerate((14, 24, 18, 14, 24, 24, 8, 70)):
            sheet.set_column(k, k, width)
        line = len(self.done.observations.tables) + 2
        found = [entry for data in self.done.observations.tables.values() for entry in entries(data.ledger)]
        if not found:
            sheet.write_string(line, 0, book.say("0 repairs: every cell was read as it stands",
                                                 "修正 0 处：每一格都按原样读取"))
            return
        for k, (en, zh) in enumerate(HEADS):
            sheet.write_string(line, k, book.say(en, zh), book.head)
        sheet.autofilter(line, 0, line + len(found), len(HEADS) - 1)
        for i, entry in enumerate(found, line + 1):
            what = book.say("refused", "拒收") if entry.refused else book.say("repair", "修正")
            texts = (what, entry.file, entry.cell, entry.column, entry.before, entry.after, entry.code,
                     book.say(entry.en, entry.zh))
            for k, text in enumerate(texts):
                sheet.write_string(i, k, text)

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
            # A reference to a blank cell is 0 in a spreadsheet, and absent is not zero.
            here = f"={cell}" if isinstance(near, float) else f'=IF({cell}="","",{cell})'
            sheet.write_formula(line, 2, here, book.plain, near)
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
