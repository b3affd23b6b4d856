"""The observation form of a rubric: a workbook to be filled in that takes only what the rubric would accept.

One sheet a table, its columns headed by label and name; drop-downs, ranges and dates as validation; cells that must
stay empty are grey and cells that are still needed yellow; the first sheet explains every column in both languages. A
hidden sheet knows the method, so that a form filled for another edition is noticed.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rubric_dsl.observations.facts import AllowedRange, end_as_written
from rubric_dsl.observations.forms import FORM_SHEET, form_identity
from rubric_dsl.observations.ledger import column_letters
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema
from rubric_dsl.render.form_conditions import Conditions, text
from rubric_dsl.render.form_values import ends, number_format
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.width import width

ROWS = 1_000
"""Rows that can be filled in unless more are asked for."""
MOST_ROWS = 200_000
MOST_SHEET_NAME = 31
FIRST = 3
"""The first row to fill in: labels stand in 1, names in 2."""
LISTS = "rubric-lists"
_LONG_AGO = datetime.datetime(2020, 1, 1)

_WIDTHS = {"text": 14, "yes/no": 10, "choice": 16, "date": 12, "time": 8}
_TYPES = {
    "text": ("text", "文本"), "yes/no": ("yes/no", "是/否"), "choice": ("one of", "选项"),
    "whole number": ("whole number", "整数"), "number": ("number", "数值"), "percent": ("percentage", "百分数"),
    "seconds": ("seconds", "秒数"), "date": ("date, 2020-10-28", "日期，如 2020-10-28"),
    "time": ("time of day, 14:56", "时刻，如 14:56"),
}


def form(plan: ScoringPlan, lang: str, rows: int = ROWS) -> bytes:
    """The workbook. `lang` decides the words in drop-downs and the order of the two languages."""
    import xlsxwriter  # type: ignore[import-untyped]

    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(data, options) as book:
        # The moment of making would give the same rubric another form each time.
        book.set_properties({"title": plan.header.title, "created": _LONG_AGO})
        _Form(book, plan, lang, rows).write()
    return data.getvalue()


def sheet_names(plan: ScoringPlan) -> dict[str, str]:
    """By table its sheet: the label where a sheet may be called so, else the name."""
    return {
        table.name: table.label if table.label and _may_name_a_sheet(table.label) else table.name[:MOST_SHEET_NAME]
        for table in plan.tables
    }


def _may_name_a_sheet(label: str) -> bool:
    return len(label) <= MOST_SHEET_NAME and not set(label) & set("[]:*?/\\'") and label == label.strip()


class _Form:
    def __init__(self, book: Any, plan: ScoringPlan, lang: str, rows: int) -> None:
        self._book = book
        self._plan = plan
        self._lang = lang
        self._rows = rows
        self._lists: list[list[str]] = []
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        self._base = base
        self._head = book.add_format({**base, "bold": True, "bg_color": "#DDEBF7", "bottom": 1, "text_wrap": True,
            "num_format": "@"})
        self._name = book.add_format({**base, "font_color": "#7F7F7F", "bg_color": "#F2F2F2", "bottom": 1,
            "num_format": "@"})
        self._title = book.add_format({**base, "bold": True, "font_size": 14})
        self._wrapped = book.add_format({**base, "text_wrap": True})
        self._grey = book.add_format({"bg_color": "#BFBFBF", "pattern": 14, "fg_color": "#D9D9D9"})
        self._needed = book.add_format({"bg_color": "#FFF2CC"})

    def write(self) -> None:
        names = sheet_names(self._plan)
        about = self._book.add_worksheet(self._say("Instructions 填写说明", "填写说明 Instructions"))
        sheets = [(table, self._book.add_worksheet(names[table.name])) for table in self._plan.tables]
        for table, sheet in sheets:
            self._table(table, sheet)
        self._about(about, names)
        self._hidden()
        (sheets[0][1] if sheets else about).activate()

    def _say(self, en: str, zh: str) -> str:
        return zh if self._lang == "zh" else en

    def _both(self, en: str, zh: str) -> str:
        """In both languages, that of the run first."""
        return f"{zh}\n{en}" if self._lang == "zh" else f"{en}\n{zh}"

    # ------------------------------------------------------------ a table

    def _table(self, table: TableSchema, sheet: Any) -> None:
        cells = {column.name: f"${column_letters(place)}{FIRST}" for place, column in enumerate(table.columns)}
        conditions = Conditions(self._plan, table, cells)
        row = f"${column_letters(0)}{FIRST}:${column_letters(len(table.columns) - 1)}{FIRST}"
        for place, column in enumerate(table.columns):
            shown = self._book.add_format({**self._base, "num_format": number_format(column)})
            sheet.set_column(place, place, _width(column), shown)
            sheet.write_string(0, place, column.label or column.name, self._head)
            sheet.write_string(1, place, column.name, self._name)
            self._validate(sheet, place, column, cells[column.name])
            self._colour(sheet, place, column, cells[column.name], row, conditions)
        sheet.set_row(0, 30)
        sheet.freeze_panes(FIRST - 1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, 1)
        for number, cells_of_row in enumerate(_known_rows(self._plan, table, self._lang)):
            for place, word in cells_of_row.items():
                sheet.write_string(FIRST - 1 + number, place, word,
                    self._book.add_format({**self._base, "num_format": "@"}))

    def _validate(self, sheet: Any, place: int, column: ColumnSchema, cell: str) -> None:
        rule = self._rule(column, cell)
        if rule is None:
            return
        title, said = column_words(self._plan, column, self._lang)
        rule |= {
            "input_title": title[:32], "input_message": said[:255], "error_title": self._say("Not accepted", "不接受"),
            "error_message": said[:255], "ignore_blank": True,
        }
        sheet.data_validation(FIRST - 1, place, FIRST - 2 + self._rows, place, rule)

    def _rule(self, column: ColumnSchema, cell: str) -> dict[str, Any] | None:
        """What a spreadsheet holds the cells of a column to."""
        low, high = ends(column)
        if column.duration_written:
            return {"validate": "any"}  # a text, which no formula compares with seconds
        match column.type:
            case "yes/no" | "choice":
                words = [*_choices(column, self._lang), *(word for word in column.written_absent if word)]
                return {"validate": "list", "source": self._list(words)}
            case "text":
                if column.key and sum(c.key for c in self._table_of(column).columns) == 1:
                    letters = cell.strip("$").rstrip("0123456789")
                    area = f"${letters}${FIRST}:${letters}${FIRST - 1 + self._rows}"
                    return {"validate": "custom", "value": f"=COUNTIF({area},{cell[1:]})=1"}
                return {"validate": "any"}
        numeric = [f"ISNUMBER({cell})"]
        numeric += [f"{cell}>={low}"] if low is not None else []
        numeric += [f"{cell}<={high}"] if high is not None else []
        if column.type in ("whole number", "date") or (column.type == "seconds" and column.decimals == 0):
            numeric.append(f"{cell}=INT({cell})")
        elif column.type == "time":
            numeric += [f"{cell}>=0", f"{cell}<1"]
        formula = f"AND({','.join(numeric)})"
        if words := [word for word in column.written_absent if word]:
            formula = f"OR({formula},{','.join(f'{cell}={text(word)}' for word in words)})"
        return {"validate": "custom", "value": f"={formula}"}

    def _table_of(self, column: ColumnSchema) -> TableSchema:
        return next(table for table in self._plan.tables if column in table.columns)

    def _list(self, words: list[str]) -> list[str] | str:
        """The words themselves where a drop-down can hold them, else where they stand in a hidden sheet."""
        if sum(len(word) + 1 for word in words) <= 255 and not any("," in word for word in words):
            return words
        if words not in self._lists:
            self._lists.append(words)
        letters = column_letters(self._lists.index(words))
        return f"='{LISTS}'!${letters}$1:${letters}${len(words)}"

    def _colour(self, sheet: Any, place: int, column: ColumnSchema, cell: str, row: str,
        conditions: Conditions) -> None:
        """Grey where nothing belongs, yellow where something is still needed in a row that was begun."""
        area = (FIRST - 1, place, FIRST - 2 + self._rows, place)
        if column.present_when is not None:
            grey = conditions.formula(column.present_when, holds=False)
            needed = conditions.formula(column.present_when, holds=True)
            if grey is not None:
                sheet.conditional_format(*area, {"type": "formula", "criteria": f"={grey}", "format": self._grey})
            if needed is not None:
                criteria = f'=AND({cell}="",{needed})'
                sheet.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": self._needed})
        elif column.presence == "always":
            criteria = f'=AND({cell}="",COUNTA({row})>0)'
            sheet.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": self._needed})

    # ------------------------------------------------------------ words about it

    def _about(self, sheet: Any, names: dict[str, str]) -> None:
        header = self._plan.header
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 26)
        sheet.set_column(2, 2, 70)
        sheet.hide_gridlines(2)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, header.title, self._title)
        lines = [part for part in (header.edition, header.source) if part]
        lines += header.notes
        row = 1
        for line in lines:
            sheet.merge_range(row, 0, row, 2, "", self._wrapped)
            sheet.write_string(row, 0, line, self._wrapped)
            sheet.set_row(row, 13 * (1 + width(line) // 110))
            row += 1
        for words in (_HOW_ZH, _HOW_EN) if self._lang == "zh" else (_HOW_EN, _HOW_ZH):
            sheet.merge_range(row, 0, row, 2, "", self._wrapped)
            sheet.write_string(row, 0, words, self._wrapped)
            sheet.set_row(row, 13 * (1 + width(words) // 110))
            row += 1
        for table in self._plan.tables:
            row += 1
            sheet.write_string(row, 0, names[table.name], self._title)
            row += 1
            for place, heading in enumerate(("列 column", "名称 name", "填写 what to fill in")):
                sheet.write_string(row, place, heading, self._head)
            for column in table.columns:
                row += 1
                said = self._both(column_words(self._plan, column, "en")[1], column_words(self._plan, column, "zh")[1])
                sheet.write_string(row, 0, column.label or column.name, self._wrapped)
                sheet.write_string(row, 1, column.name, self._wrapped)
                sheet.write_string(row, 2, said, self._wrapped)
                sheet.set_row(row, 14 * sum(1 + width(line) // 68 for line in said.splitlines()))
            for must in table.musts:
                row += 1
                sheet.write_string(row, 0, self._both("must hold", "必须"), self._wrapped)
                sheet.write_string(row, 2, must.message, self._wrapped)
                sheet.set_row(row, 14 * max(2, 1 + width(must.message) // 68))
            row += 1

    def _hidden(self) -> None:
        identity = self._book.add_worksheet(FORM_SHEET)
        identity.write_row(0, 0, ["plan", form_identity(self._plan)])
        identity.write_row(1, 0, ["title", self._plan.header.title])
        identity.write_row(2, 0, ["edition", self._plan.header.edition or ""])
        identity.very_hidden()
        if self._lists:
            lists = self._book.add_worksheet(LISTS)
            for place, words in enumerate(self._lists):
                lists.write_column(0, place, words)
            lists.very_hidden()


_HOW_EN = (
    "One row is one observation. Grey cells must stay empty, yellow cells are still needed. Do not change the two lines"
    " of headings; columns may be moved. Leave out totals. A form that is filled in reads back without a repair."
)
_HOW_ZH = (
    "一行是一条观测。灰色单元格必须留空，黄色单元格还需填写。请勿改动两行表头；列的次序可以移动。不要加合计行。"
    "按要求填写的表读取时无须任何修正。"
)


def column_words(plan: ScoringPlan, column: ColumnSchema, lang: str) -> tuple[str, str]:
    """The heading of a column, and what belongs in it: type, range or choices, when, and how absence is written."""
    zh = lang == "zh"
    parts = [_TYPES[column.type][zh]]
    if column.type == "choice":
        mark = "、" if zh else ", "
        parts[0] += ("：" if zh else " ") + mark.join(
            f"{member.labels[0]} ({member.name})" if member.labels else member.name for member in column.members[:40]
        )
    if column.low is not None or column.high is not None:
        low, high = (None if end is None else _end(end, column) for end in (column.low, column.high))
        parts.append(AllowedRange(low, high).shown(lang))
    if column.decimals and column.type not in ("date", "time"):
        parts.append(f"至多 {column.decimals} 位小数" if zh else f"at most {column.decimals} decimals")
    if column.type == "percent" and column.percent_written != "with sign":
        parts.append(f"写作 {column.percent_written}" if zh else f"written {column.percent_written}")
    if column.duration_written is not None:
        clock = {"m:ss": "分:秒", "h:mm": "时:分"}[column.duration_written] if zh else column.duration_written
        parts.append(f"写作 {clock}（如 1:05）" if zh else f"written {clock} (as 1:05)")
    if column.present_when is not None:
        words = PlanWords(plan, Look(lang)).expression(column.present_when)
        parts.append(f"仅当 {words}，否则留空" if zh else f"only when {words}, else empty")
    elif column.written_absent:
        words = ("、" if zh else ", ").join(f'"{word}"' for word in column.written_absent)
        parts.append(f"没有时写 {words}" if zh else f"if there is none, {words}")
    elif column.presence == "optional":
        parts.append("可留空" if zh else "may be empty")
    if column.key:
        parts.append("不得重复" if zh else "each only once")
    return column.label or column.name, ("；" if zh else "; ").join(parts)


def _end(end: str, column: ColumnSchema) -> str:
    return end if column.type in ("date", "time") else end_as_written(Fraction(end), column)


def _choices(column: ColumnSchema, lang: str) -> list[str]:
    if column.type == "yes/no":
        return ["是", "否"] if lang == "zh" else ["yes", "no"]
    return [member.labels[0] if member.labels and lang == "zh" else member.name for member in column.members]


def _known_rows(plan: ScoringPlan, table: TableSchema, lang: str) -> Iterator[dict[int, str]]:
    """The rows of a table that has one for each subject (and scenario), where the subjects are known."""
    if plan.subjects is None or not (table.folding == "one row each" or table.one_row_each) or table.period:
        return
    places = {column.name: place for place, column in enumerate(table.columns)}
    by_name = {column.name: column for column in table.columns}
    subjects = dict(zip((m.name for m in by_name[table.subject].members), _choices(by_name[table.subject], lang),
        strict=False))
    for subject in plan.subjects:
        first = {places[table.subject]: subjects.get(subject, subject)}
        if not table.one_row_each or table.stratum is None:
            yield first
            continue
        for scenario in _choices(by_name[table.stratum], lang):
            yield {**first, places[table.stratum]: scenario}


def _width(column: ColumnSchema) -> int:
    return max(_WIDTHS.get(column.type, 11), min(width(column.label or "") + 2, 24), min(len(column.name) + 2, 24))

