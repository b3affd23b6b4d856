"""Percentages of one column that are written in more than one way: `87.5`, `87.5%` and `0.875`."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.observations.facts import Listing, listing
from rubric_dsl.observations.raw import Raw, text_of_cell
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass

_EACH = 3
"""Cells of each kind that are named."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The cells of each kind, in the words of the reader's language."""

    cells: dict[str, list[str]]

    def shown(self, lang: str) -> str:
        words = _WORDS["zh" if lang == "zh" else "en"]
        mark = "；" if lang == "zh" else "; "
        parts = (f"{words[kind]} {_cells(cells).shown(lang)}" for kind, cells in self.cells.items() if cells)
        return mark.join(parts)


_WORDS = {
    "en": {"sign": "with % in", "over": "over 1 without % in", "under": "up to 1 without % in"},
    "zh": {"sign": "带 % 的：", "over": "不带 % 且大于 1 的：", "under": "不带 % 且不超过 1 的："},
}


def _cells(cells: list[str]) -> Listing:
    return listing(cells)


class PercentForms:
    """Remembers the first cells of each kind; equal cells that come again are not looked at again."""

    def __init__(self, table: TableSchema) -> None:
        self.columns: dict[str, dict[str, list[int]]] = {
            column.name: {"sign": [], "over": [], "under": []} for column in table.columns if column.type == "percent"
        }
        self._signed = {column.name for column in table.columns if column.percent_written == "with sign"}

    def saw(self, column: str, row: int, raw: Raw) -> None:
        kind = _kind(text_of_cell(raw))
        if kind is not None and len(self.columns[column][kind]) < _EACH:
            self.columns[column][kind].append(row)

    def mixed(self, letters: Mapping[str, str]) -> dict[str, Kinds]:
        """The first cells of each kind, by column that has bare cells both over 1 and up to 1 where a sign is due or
        stands in others. One kind of bare cell among signed ones is refused cell by cell and needs no more words."""
        return {
            column: Kinds({kind: [f"{letters.get(column, '')}{row}" for row in rows] for kind, rows in kinds.items()})
            for column, kinds in self.columns.items()
            if kinds["over"] and kinds["under"] and (kinds["sign"] or column in self._signed)
        }


def _kind(text: str) -> str | None:
    if text.endswith(("%", "％")):
        return "sign"
    whole, point, decimals = text.lstrip("+-").partition(".")
    if not whole.isdecimal() or not whole.isascii() or (point and not (decimals.isdecimal() and decimals.isascii())):
        return None
    size = whole.lstrip("0")
    return "under" if not size or (size == "1" and not decimals.strip("0")) else "over"
