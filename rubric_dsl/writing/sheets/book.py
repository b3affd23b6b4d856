"""Tables of texts as the sheets of a workbook, and the sheet that explains them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rubric_dsl.render.width import width
from rubric_dsl.surface.keywords import Language

_LONG_AGO = datetime.datetime(2020, 1, 1)
MOST_CELL = 32_767
"""Characters that a cell of Excel holds."""
SHEETS = {
    "tree": ("Rubric", "细则"),
    "observations": ("Observations", "观测"),
    "values": ("Values", "分档与测算"),
    "weights": ("Weights", "权重"),
    "rankings": ("Rankings", "排名"),
    "statements": ("Other statements", "其他语句"),
    "instructions": ("Instructions", "填写说明"),
}


@dataclass(slots=True)
class Table:
    """A sheet before it is written: rows of texts, which of them are headings, what is merged, widths in characters."""

    name: str
    rows: list[list[str]] = field(default_factory=list)
    heads: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    """First row, last row, column."""
    widths: list[int] = field(default_factory=list)
    title: bool = False
    """The first row is a title."""


@dataclass(frozen=True, slots=True)
class TooLong(Exception):
    """A text that no cell can hold: where it stands."""

    sheet: str
    characters: int


def workbook_bytes(tables: Sequence[Table], lang: Language, title: str = "") -> bytes:
    """The workbook. The same tables give the same bytes. Raises TooLong."""
    import xlsxwriter  # type: ignore[import-untyped]

    for table in tables:
        longest = max((len(text) for row in table.rows for text in row), default=0)
        if longest > MOST_CELL:
            raise TooLong(table.name, longest)
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties({"title": title, "created": _LONG_AGO})
        _Writer(book).write(tables)
        _instructions(book, lang)
    return data.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        base = {"font_name": "Arial", "font_size": 10, "valign": "vcenter", "text_wrap": True, "num_format": "@"}
        self.plain = book.add_format({**base, "valign": "top"})
        self.cell = book.add_format({**base, "border": 1, "border_color": "#BFBFBF"})
        self.head = book.add_format(
            {**base, "border": 1, "border_color": "#BFBFBF", "bold": True, "bg_color": "#DDEBF7"}
        )
        self.title = book.add_format({**base, "bold": True, "font_size": 14, "text_wrap": False})
        self.key = book.add_format({**base, "bold": True, "valign": "top"})

    def write(self, tables: Sequence[Table]) -> None:
        for table in tables:
            sheet = self.book.add_worksheet(table.name)
            for at, wide in enumerate(table.widths):
                sheet.set_column(at, at, wide, self.plain)
            covered = {(number, at) for first, last, at in table.merged for number in range(first, last + 1)}
            first_head = min(table.heads, default=0)
            for number, row in enumerate(table.rows):
                above = number < first_head
                for at, text in enumerate(row):
                    if (number, at) in covered:
                        continue
                    shown = self.head if number in table.heads else self.cell
                    if above:
                        shown = (
                            self.title
                            if number == 0 and at == 1 and table.title
                            else self.key
                            if at == 0
                            else self.plain
                        )
                        if at == 1 and number:
                            sheet.merge_range(number, 1, number, max(2, len(table.widths) - 1), "", self.plain)
                    if text or not above:
                        sheet.write_string(number, at, text, shown)
                if above and len(row) > 1 and number:
                    sheet.set_row(number, 14 * _lines(row[1], sum(table.widths[1:]) or 80))
                elif not above:
                    tall = max(
                        (
                            _lines(text, table.widths[at] if at < len(table.widths) else 12)
                            for at, text in enumerate(row)
                            if (number, at) not in covered
                        ),
                        default=1,
                    )
                    sheet.set_row(number, 14 * min(max(tall, 1), 29))
            for first, last, at in table.merged:
                sheet.merge_range(first, at, last, at, "", self.cell)
                sheet.write_string(first, at, table.rows[first][at], self.cell)
            sheet.freeze_panes(first_head + 1, 0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(first_head)


def _lines(text: str, wide: int) -> int:
    return sum(1 + max(0, width(line) - 1) // max(wide - 1, 4) for line in text.split("\n"))


def _instructions(book: Any, lang: Language) -> None:
    sheet = book.add_worksheet(SHEETS["instructions"][lang == "zh"])
    base = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True, "num_format": "@"}
    head, body = book.add_format({**base, "bold": True}), book.add_format(base)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for number, (what, said) in enumerate(INSTRUCTIONS[lang]):
        sheet.write_string(number, 0, what, head)
        sheet.write_string(number, 1, said, body)
        sheet.set_row(number, 14 * max(_lines(said, 90), _lines(what, 22)))


INSTRUCTIONS: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (
            "What this is",
            "A scoring rule as a workbook. `rubric import FILE.xlsx -o FILE.rubric` makes a rubric of it, and says at"
            " the cell what it could not understand. This sheet is not read.",
        ),
        (
            "Rubric",
            "Above the table: Title, Edition, Source, Note, and where there is no sheet of observations also Ranked"
            " (who is ranked), Table, How rows meet, Scenarios, Total and Ranking, each with its value beside it.",
        ),
        (
            "Indicator 1, 2 …",
            "Indicators, one inside the other. Merge the cell over all rows that belong to it, or leave the cells"
            " below empty. — means that the row belongs to the indicator to its left.",
        ),
        (
            "Full marks",
            "A number, behind the indicator or touchpoint it belongs to. `penalty 5` and `bonus 5` for points outside"
            " the full marks.",
        ),
        (
            "Reads",
            "The column of observations that decides. Or in words of the language: `when connected`, `by wait`,"
            " `minus 0.5 per leaves`, `= 20 * goalposts(rate, 0%, 100%)`.",
        ),
        (
            "Threshold, Points",
            "One row a threshold: `≥95%`, `31–94%`, `over 15 s to 60 s`, `within 15 s`, `otherwise`; points:"
            " `10`, `20 falling to 10`, `not applicable`. Thresholds that leave a gap or overlap are asked about.",
        ),
        (
            "Standard",
            "Instead of thresholds a sentence: `≥95%: 10; 31–94%: 6; 0%: 0`. Words such as “as appropriate” are asked"
            " about, not guessed.",
        ),
        ("Only if", "A condition without which there are no points: the name of a column of yes and no."),
        (
            "Weight",
            "In the column Weight, behind the indicator. The weights of the parts of one indicator add up to 100%.",
        ),
        (
            "label {name}",
            "The text that people read, and in braces the name that rules refer to. A text without braces is both.",
        ),
        ("Empty Full marks", "The parts add up. A stated number has to agree with them."),
    ),
    "zh": (
        (
            "这是什么",
            "用工作簿写的测评细则。`rubric import 细则.xlsx -o 细则.rubric` 把它读成细则，"
            "读不懂的地方会指出是哪个单元格。本表不读取。",
        ),
        (
            "细则",
            "表格上方可写：名称、版本、依据、说明；没有“观测”表时还要写：测评对象（给谁排名）、观测表、"
            "合并方式（同一对象的多行怎样合成一个值）、"
            "场景、总分、排名，值写在右边一格。",
        ),
        (
            "一级指标、二级指标……",
            "一级套一级。可把单元格合并到它所管的各行，也可只写第一行、下面留空。写“—”表示这一行直接属于左边一级。",
        ),
        ("满分", "写数字，放在所属指标或触点的后面。满分以外的扣分、加分写“扣分 5”“加分 5”。"),
        (
            "判据",
            "由哪一列观测数据决定。也可以用细则的写法："
            "“当 接通”“按 等待时长”“扣 0.5 每次 推诿”“= 20 * 阈值标准化(接通率, 0%, 100%)”。",
        ),
        (
            "阈值、得分",
            "一行一个阈值：≥95%、31–94%、超过15秒至60秒、15秒以内、其余；得分写：10、20降至10、不适用。阈值之间有空档或重叠会提问。",
        ),
        (
            "评分标准",
            "不分行时可写一句话：“≥95%得10分；31–94%得6分；0%不得分”“每次扣0.5分，扣完为止”。“酌情给分”之类会提问，不会猜。",
        ),
        ("前提", "不满足就不得分的条件，如“未接通不得分”，或写一个是/否列的名称。"),
        ("权重", "“权重”列放在所属指标后面。同一指标下各部分的权重合计100%。"),
        ("标签 {名称}", "前面是给人看的文字，花括号里是规则引用的名称。不写花括号时两者相同。"),
        ("满分留空", "由下级合计。写出的数必须与下级合计一致。"),
    ),
}
