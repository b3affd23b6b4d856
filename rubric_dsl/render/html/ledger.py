"""What was read, repaired and refused, on a page: the account of each table and its entries cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from markupsafe import Markup

from rubric_dsl.observations.model import Ledger
from rubric_dsl.render.entries import HEADS, Entry, entries
from rubric_dsl.render.html.elements import Text, Words, tag, together
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.refusals import ledger_text

MOST_LISTED = 500
"""Entries of a table on a page; the JSON has all."""


def ledger_section(ledgers: Iterable[Ledger]) -> Markup:
    return together(part for ledger in ledgers for part in _table(ledger))


def _table(ledger: Ledger) -> Iterator[Markup]:
    said = Words(ledger_text(ledger, Look("en")), ledger_text(ledger, Look("zh")))
    yield tag("p", {"class": "cell"}, said)
    if not ledger.refusals and not ledger.repairs:
        yield tag("p", {}, Words("0 repairs: every cell was read as it stands", "修正 0 处：每一格都按原样读取"))
        return
    heads = [head for head in HEADS if ledger.parts or head[0] != "file"]
    head = tag("tr", {}, *(tag("th", {}, Words(en, zh)) for en, zh in heads))
    rows = [_row(entry, bool(ledger.parts)) for entry in islice(entries(ledger), MOST_LISTED)]
    yield tag("div", {"class": "wide"}, tag("table", {"class": "ledger"}, head, *rows))
    more = len(ledger.refusals) + len(ledger.repairs) - MOST_LISTED
    if more > 0:
        yield tag("p", {}, Words(f"and {more} more (--json lists them)", f"另有 {more} 处（见 --json）"))


def _row(entry: Entry, with_file: bool) -> Markup:
    what = Words("refused", "拒收") if entry.refused else Words("repair", "修正")
    why = Words(entry.en, entry.zh)
    cells: list[Text] = [what, entry.cell, entry.column, entry.before, entry.after, entry.code, why]
    if with_file:
        cells.insert(1, entry.file)
    return tag("tr", {}, *(tag("td", {}, cell) for cell in cells))
