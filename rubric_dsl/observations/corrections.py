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
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Refusal
from rubric_dsl.observations.opening import open_table
from rubric_dsl.observations.raw import FileRefused, RawTable, Record, Source, TypedCell, text_of_cell
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.plan.model import ColumnSchema, Lines, TableSchema
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
NO_TEXT = "D312"


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
    schema = _schema()
    try:
        opened = open_table(source, schema, RubricWords(schema))
        account.sheet = opened.sheet
        entries.extend(_entries(opened, account))
    except FileRefused as refused:
        account.refuse(refused.row, refused.line, None, None, refused.code, refused.facts)
    return Corrections(source.name, sha256, tuple(entries), account.ledger(False).refusals)


def _schema() -> TableSchema:
    """The table as the reader of files knows tables: a column for each way of writing a header."""
    nowhere = Lines(file="", line=0, column=1, end_line=0, end_column=1)
    columns = tuple(
        ColumnSchema(
            name=text, label=None, type="text", members=(), low=None, high=None, decimals=None, percent_written=None,
            presence="optional", present_when=None, written_absent=(), key=False, private=False, lines=nowhere,
        )
        for texts in HEADERS.values() for text in texts
    )
    return TableSchema(
        name="corrections", label="更正", subject="", folding="averaged", stratum=None, one_row_each=False,
        stratum_weights=None, missing=None, columns=columns, musts=(), lines=nowhere,
    )


def _entries(opened: RawTable, account: Account) -> Iterator[Correction]:
    records = opened.records
    header = next((record for record in records if any(map(text_of_cell, record.cells))), None)
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
        if opened.sheet:  # a sheet does not hold the blank cells at the end of a row
            cells += [""] * (len(header.cells) - len(cells))
        if len(cells) != len(header.cells):
            more = len(cells) > len(header.cells)
            facts = {"cells": len(cells), "columns": len(header.cells), "help": "more" if more else "fewer"}
            account.refuse(record.number, record.line, None, None, codes.WRONG_NUMBER_OF_CELLS, facts)
            continue
        if _has_no_text(record, places, account):
            continue
        entry = _entry(record, {name: cells[place] for name, place in places.items()}, account)
        if entry is not None:
            yield entry


def _has_no_text(record: Record, places: Mapping[str, int], account: Account) -> bool:
    """Whether a cell of a workbook that matters is an error, or a formula that was never computed."""
    found = [
        (name, cell) for name, place in places.items() if place < len(record.cells)
        if isinstance(cell := record.cells[place], TypedCell) and cell.kind in ("error", "formula")
    ]
    for name, cell in found:
        account.refuse(record.number, record.line, HEADERS[name][0], cell.text, NO_TEXT, {"help": cell.kind})
    return bool(found)


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
