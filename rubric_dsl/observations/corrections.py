"""The corrections table: what was decided about single cells after they were observed, and by whom.

An accepted correction replaces a cell, a rejected one stays on record and replaces nothing. Names of columns may be in
either language. Rows are named by their key (`A | B` where several columns make it), else as `row 30` or `第30行`.
"""

from __future__ import annotations

import datetime
import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from rubric_dsl.observations import codes
from rubric_dsl.observations.encodings import utf8_text
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Refusal
from rubric_dsl.observations.raw import FileRefused, Record, Source, text_of_cell
from rubric_dsl.observations.records import records_of
from rubric_dsl.text.record import dataclass

HEADERS: Mapping[str, tuple[str, ...]] = {
    "table": ("table", "表", "数据表"),
    "key": ("row key", "key", "row", "行", "主键", "行主键"),
    "column": ("column", "列", "字段"),
    "old": ("old", "原值"),
    "new": ("new", "新值", "改为"),
    "reason": ("reason", "理由"),
    "decided_by": ("decided by", "裁定人"),
    "date": ("date", "日期", "裁定日期"),
    "reference": ("reference", "文号"),
    "decision": ("decision", "裁定"),
}
"""What a column may be called; the first is what messages say."""
OPTIONAL = frozenset({"table", "reference", "decision"})
ACCOUNTABLE = ("reason", "decided_by", "date")
ACCEPTED = ("", "accepted", "采纳", "支持")
REJECTED = ("rejected", "驳回", "不予采纳")

HEADER_MISSING = "D308"
NOT_ACCOUNTED_FOR = "D309"
NO_SUCH_DECISION = "D304"
NOT_A_DATE = "D310"
MOST = 10_000
TOO_MANY = "D311"


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the table as written. `row`, `line`: its own, in the corrections file."""

    row: int
    line: int
    table: str
    key: str
    column: str
    old: str
    new: str
    reason: str
    decided_by: str
    date: str
    reference: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """A corrections file: what it says, and what in it cannot be understood (then nothing of it may be applied)."""

    file: str
    sha256: str
    entries: tuple[Correction, ...]
    refusals: tuple[Refusal, ...]


def read_corrections(source: Source) -> Corrections:
    """Every line of a corrections file; nothing is raised, whatever it holds."""
    sha256 = hashlib.sha256(source.data).hexdigest()
    account = Account("corrections", source.name, sha256)
    entries: list[Correction] = []
    try:
        text = utf8_text(source.data)
        separator = "\t" if "\t" in text.partition("\n")[0] and "," not in text.partition("\n")[0] else ","
        entries.extend(_entries(records_of(text, separator), account))
    except FileRefused as refused:
        account.refuse(refused.row, refused.line, None, None, refused.code, refused.facts)
    return Corrections(source.name, sha256, tuple(entries), account.ledger(False).refusals)


def _entries(records: Iterator[Record], account: Account) -> Iterator[Correction]:
    header = next(records, None)
    if header is None:
        raise FileRefused(codes.NO_HEADER, {"help": "empty"})
    places = _places([text_of_cell(cell) for cell in header.cells])
    missing = [name for name in HEADERS if name not in places and name not in OPTIONAL]
    for name in missing:
        account.refuse(header.number, header.line, HEADERS[name][0], None, HEADER_MISSING, {
            "names": listing(f"`{text}`" for text in HEADERS[name]),
        })
    if missing:
        return
    count = 0
    for record in records:
        cells = [text_of_cell(cell) for cell in record.cells]
        if not any(cells):
            continue
        count += 1
        if count > MOST:
            account.refuse(record.number, record.line, None, None, TOO_MANY, {"limit": MOST})
            return
        if len(cells) != len(header.cells):
            more = len(cells) > len(header.cells)
            facts = {"cells": len(cells), "columns": len(header.cells), "help": "more" if more else "fewer"}
            account.refuse(record.number, record.line, None, None, codes.WRONG_NUMBER_OF_CELLS, facts)
            continue
        entry = _entry(record, {name: cells[place] for name, place in places.items()}, account)
        if entry is not None:
            yield entry


def _places(cells: Sequence[str]) -> dict[str, int]:
    written = [unicodedata.normalize("NFKC", cell).casefold().replace("_", " ") for cell in cells]
    return {name: written.index(text) for name, texts in HEADERS.items() for text in reversed(texts) if text in written}


def _entry(record: Record, cells: Mapping[str, str], account: Account) -> Correction | None:
    wrong: list[str] = []

    def refuse(name: str, code: str, **facts: object) -> None:
        wrong.append(code)
        account.refuse(record.number, record.line, HEADERS[name][0], cells.get(name, ""), code, facts)

    for name in ACCOUNTABLE:
        if not cells[name]:
            refuse(name, NOT_ACCOUNTED_FOR)
    if cells["date"] and not _is_date(cells["date"]):
        refuse("date", NOT_A_DATE)
    decision = cells.get("decision", "").casefold()
    if decision not in (*ACCEPTED, *REJECTED):
        refuse("decision", NO_SUCH_DECISION)
    if wrong:
        return None
    texts = {name: cells.get(name, "") for name in HEADERS if name != "decision"}
    return Correction(record.number, record.line, **texts, accepted=decision in ACCEPTED)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
