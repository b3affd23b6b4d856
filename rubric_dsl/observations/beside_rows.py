"""What stands among and under observations and is none: totals, footnotes, a header repeated on each printed page."""

from __future__ import annotations

import re

from rubric_dsl.observations.headers import Layout, loose, texts_of
from rubric_dsl.observations.raw import Record, text_of_cell
from rubric_dsl.plan.model import TableSchema

_TOTALS = {
    "合计", "总计", "小计", "共计", "累计", "汇总", "平均", "平均值", "平均数", "平均分", "均值", "最大值", "最小值",
    "标准差", "total", "totals", "subtotal", "grandtotal", "sum", "average", "mean", "avg", "maximum", "minimum",
}
_FOOTNOTE = re.compile(
    r"(?:备?注|说明|附注|填表|制表|审核|复核|负责人|联系|单位|数据来源|来源|日期|note|notes|source|remark|remarks|prepared|checked|"
    r"approved|signed)(?:\s|人|单位|日期|时间|[:：1-9一（(]).*|[*※†①-⑳].*|[（(]?(?:以下空白|以下无正文)[）)]?",
    re.IGNORECASE | re.DOTALL,
)


_LIKE_THESE = re.compile(
    r"\s*(?:[合总小共累汇平均最标备注说附填制审复负联单数来日*※†①-⑳（(]|total|sub|grand|sum|av|mean|ma|mi|note|source|remark|prep|"
    r"check|app|sign)",
    re.IGNORECASE,
)
"""How the first cell of such a record begins; of any other one nothing more is asked."""


def is_total(text: str) -> bool:
    """Whether it is a word for totals or means of rows."""
    return loose(text).rstrip(":：").lower() in _TOTALS


TOTALS = "({})".format("|".join("[ \u3000]*".join(word) for word in sorted(_TOTALS)))
"""Such words in small letters, as a pattern for engines that look for rows worth a closer look."""


class BesideRows:
    """Recognises records that are no observations of a table. A record that has a value in every column which every
    row must fill is an observation whatever it says."""

    def __init__(self, table: TableSchema, layout: Layout) -> None:
        self._header = tuple(loose(text) for text in layout.header)
        self._first = layout.header[layout.places[0]]
        self._needed = tuple(
            place for place, column in zip(layout.places, table.columns, strict=True) if column.presence == "always"
        )
        self._choices = {
            place: {text for member in column.members for text in (member.name, *member.labels)}
            for place, column in zip(layout.places, table.columns, strict=True)
        }

    @property
    def first_needed(self) -> int:
        """Where the first cell stands that every row has, if it is one of them."""
        return min(self._needed, default=len(self._header) - 1)

    def may_be_beside(self, first: str) -> bool:
        """Whether the first cell, if it has a text, is worth a closer look."""
        return not first or first == self._first or _LIKE_THESE.match(first) is not None

    def is_header_again(self, record: Record) -> bool:
        texts = tuple(loose(text) for text in texts_of(record))
        return any(texts) and texts + ("",) * (len(self._header) - len(texts)) == self._header

    def says_total(self, record: Record) -> bool:
        """Whether the first cell with anything in it says that the others are totals or means of rows."""
        place = next((place for place, cell in enumerate(record.cells) if text_of_cell(cell)), None)
        if place is None:
            return False
        text = text_of_cell(record.cells[place])
        return is_total(text) and text not in self._choices.get(place, ())

    def is_complete(self, record: Record) -> bool:
        """Whether every column that every row must fill has a value."""
        cells = record.cells
        return all(place < len(cells) and text_of_cell(cells[place]) for place in self._needed)

    def is_footnote(self, record: Record) -> bool:
        """A remark under the rows: few cells, the first of which begins like one."""
        filled = [text for cell in record.cells if (text := text_of_cell(cell))]
        return (
            0 < len(filled) <= 6 and _FOOTNOTE.fullmatch(filled[0]) is not None and not self.is_complete(record)
        )
