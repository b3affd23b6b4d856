"""Which cell of a record belongs to which column."""

from __future__ import annotations

import unicodedata

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import BLANKS
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.records import Record
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a table stand: the place in a record by column, and the places under a blank header."""

    width: int
    places: tuple[int, ...]
    without_header: tuple[int, ...]


def layout_of(header: Record, table: TableSchema, account: Account) -> Layout | None:
    """Headers are names or labels in any order; None where one is missing or stands twice, which is refused.

    A header that names no column is listed as ignored. Headers are compared without the blanks around them.
    """
    written = [unicodedata.normalize("NFC", cell.strip(BLANKS)) for cell in header.cells]
    if not any(written):
        account.refuse(header.number, header.line, None, None, codes.NO_HEADER, {"help": "blank"})
        return None
    meant = _meant(table)
    found: dict[str, int] = {}
    strange: list[str] = []
    repeated = False
    for place, text in enumerate(written):
        column = meant.get(text)
        if not text:
            continue
        if column is None:
            strange.append(text)
        elif column in found:
            repeated = True
            places = {"first": found[column] + 1, "second": place + 1}
            account.refuse(header.number, header.line, column, text, codes.HEADER_REPEATED, places)
        else:
            found[column] = place
    missing = [column for column in table.columns if column.name not in found]
    for absent in missing:
        facts = _missing(absent, strange)
        account.refuse(header.number, header.line, absent.name, None, codes.COLUMN_MISSING, facts)
    for text in strange:
        account.repair(header.number, text, text, "", codes.COLUMN_IGNORED)
    if repeated or missing:
        return None
    blank = tuple(place for place, text in enumerate(written) if not text)
    return Layout(len(written), tuple(found[column.name] for column in table.columns), blank)


def _meant(table: TableSchema) -> dict[str, str]:
    """Column by header; a name wins over another column's label of the same text."""
    labels = {unicodedata.normalize("NFC", column.label): column.name for column in table.columns if column.label}
    return {**labels, **{column.name: column.name for column in table.columns}}


def _missing(column: ColumnSchema, strange: list[str]) -> dict[str, object]:
    header = f"`{column.name}`" if column.label is None else f"`{column.name}` / `{column.label}`"
    near = nearest(column.name, strange)
    if near is None and column.label is not None:
        near = nearest(column.label, strange)
    if near is not None:
        return {"header": header, "help": "near", "near": near}
    if strange:
        return {"header": header, "help": "strange", "strange": listing(strange)}
    return {"header": header}
