"""The entries of a reading ledger for tables: each refusal and each repair with its cell, its texts and its rule."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.observations.messages import message, repair_message
from rubric_dsl.observations.model import Ledger
from rubric_dsl.render.width import cut, visible
from rubric_dsl.text.record import dataclass

LONGEST_TEXT = 120
HEADS = (
    ("what", "类别"), ("file", "文件"), ("cell", "单元格"), ("column", "列"), ("as written", "原文"),
    ("read as", "读作"), ("rule", "规则"), ("reason", "原因"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table, in both languages where they differ."""

    refused: bool
    file: str
    cell: str
    column: str
    before: str
    after: str
    code: str
    en: str
    zh: str


def entries(ledger: Ledger) -> Iterator[Entry]:
    """Refusals first. Everything in them may be shown: private values are `•••` already."""
    for refusal in ledger.refusals:
        yield Entry(
            True, visible(refusal.file), _cell(ledger, refusal.row, refusal.column, refusal.file),
            visible(refusal.column or ""), _short(refusal.value or ""), "", refusal.code,
            visible(message(refusal, "en")), visible(message(refusal, "zh")),
        )
    for repair in ledger.repairs:
        yield Entry(
            False, visible(repair.file), _cell(ledger, repair.row, repair.column or None, repair.file),
            visible(repair.column), _short(repair.before), _short(repair.after), repair.code,
            repair_message(repair, "en"), repair_message(repair, "zh"),
        )


def _cell(ledger: Ledger, row: int, column: str | None, file: str) -> str:
    return visible(ledger.place(row, column, file))


def _short(text: str) -> str:
    return cut(visible(text), LONGEST_TEXT, "…")
