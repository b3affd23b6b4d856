"""From files to observations: every table read by the plan's own description of it, every row accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import BLANKS
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.headers import Layout, layout_of
from rubric_dsl.observations.large import LargeSource, LargeTable, rows_standing_for
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Observations, Row, TableData
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.records import FileRefused, Record, Source, records_of, text_of
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.rules import PlanRules
from rubric_dsl.observations.subjects import KnownSubjects, refuse_unobserved
from rubric_dsl.plan.model import ScoringPlan, TableSchema


def read_observations(
    plan: ScoringPlan, sources: Mapping[str, Source | LargeSource], leave_out_refused: bool = False
) -> Observations:
    """All tables of the plan, each with its complete ledger; nothing is raised, whatever the files hold.

    `sources` are the files by table name. Every table of the plan is in the answer, one that was not given or not read
    without rows and with the refusal that says so, and so is each name that is no table of the plan. Whether anything
    may be scored is what `stopped_by` tells.
    """
    rules = PlanRules(plan)
    accounts: dict[str, Account] = {}
    rows: dict[str, list[Row]] = {}
    known = KnownSubjects(plan.subjects)
    large: dict[str, LargeTable] = {}
    for table in _register_first(plan):
        source = sources.get(table.name)
        reader = RowReader(table, rules.of(table), known, _account_of(table.name, source))
        if isinstance(source, LargeSource):
            found = source.read(plan, reader, known, leave_out_refused)
            if found is not None:
                large[table.name] = found
                rows[table.name] = rows_standing_for(table, found)
            else:
                source = source.whole()
                reader = RowReader(table, rules.of(table), known, _account_of(table.name, source))
        accounts[table.name] = reader.account
        if table.name not in large:
            rows[table.name] = _rows_of(reader, source)
        if table.name == plan.register_table:
            complete = reader.all_named and not reader.account.codes() & codes.STOPPING
            known = KnownSubjects(str(name) for name in reader.named) if complete else KnownSubjects(None)
    _refuse_strange_tables(plan, sources, accounts)
    nothing_refused = all(account.clean for account in accounts.values())
    left_out_only = leave_out_refused and not any(account.codes() & codes.STOPPING for account in accounts.values())
    if nothing_refused or left_out_only:
        refuse_unobserved(plan, rows, accounts)
    names = [*(table.name for table in plan.tables), *(name for name in accounts if name not in rows)]
    tables: dict[str, TableData] = {}
    for name in names:
        ledger = accounts[name].ledger(leave_out_refused)
        if name in large:
            tables[name] = TableData(name, (), large[name].accounted(ledger), large[name])
        else:
            tables[name] = TableData(name, tuple(rows.get(name, ())), ledger)
    return Observations(tables)


def stopped_by(observations: Observations, leave_out_refused: bool = False) -> bool:
    """Whether a refusal stops the run: any at all, or on request only one that no leaving out of rows can mend."""
    refusals = (refusal for data in observations.tables.values() for refusal in data.ledger.refusals)
    return any(not leave_out_refused or refusal.code in codes.STOPPING for refusal in refusals)


def _register_first(plan: ScoringPlan) -> list[TableSchema]:
    return sorted(plan.tables, key=lambda table: table.name != plan.register_table)


def _account_of(table: str, source: Source | LargeSource | None) -> Account:
    if source is None:
        return Account(table, table, "")
    if isinstance(source, LargeSource):
        return Account(table, source.name, source.sha256)
    return Account(table, source.name, hashlib.sha256(source.data).hexdigest())


def _refuse_strange_tables(
    plan: ScoringPlan, sources: Mapping[str, Source | LargeSource], accounts: dict[str, Account]
) -> None:
    tables = [table.name for table in plan.tables]
    for name, source in sources.items():
        if name in accounts:
            continue
        near = nearest(name, tables)
        facts = {"help": "near", "near": near} if near else {"help": "tables", "tables": listing(tables)}
        accounts[name] = _account_of(name, source)
        accounts[name].refuse(codes.WHOLE_TABLE, 1, None, None, codes.NO_SUCH_TABLE, {"table": name, **facts})


def _rows_of(reader: RowReader, source: Source | LargeSource | None) -> list[Row]:
    """The accepted rows of a file; what stops the reading is refused with the rows before it kept in the account."""
    account = reader.account
    rows: list[Row] = []
    if source is None or isinstance(source, LargeSource):
        account.refuse(codes.WHOLE_TABLE, 1, None, None, codes.TABLE_NOT_GIVEN, {"table": reader.table.name})
        return rows
    try:
        records = records_of(text_of(source.data))
        header = next(records, None)
        if header is None:
            raise FileRefused(codes.NO_HEADER, {"help": "empty"})
        layout = layout_of(header, reader.table, account)
        if layout is not None:
            rows.extend(_accepted(reader, layout, records))
    except FileRefused as refused:
        if refused.code == codes.BROKEN_QUOTING and refused.row > 1:
            reader.refuse_record(refused.row, refused.line, refused.code, refused.facts)
        else:
            account.refuse(refused.row, refused.line, None, None, refused.code, refused.facts)
    return rows


def _accepted(reader: RowReader, layout: Layout, records: Iterator[Record]) -> Iterator[Row]:
    """The accepted rows. Lines of blanks are skipped: at the end silently, between rows with a note."""
    places = layout.places
    blank: list[Record] = []
    for record in records:
        cells = record.cells
        if len(cells) != layout.width:
            if not any(cell.strip(BLANKS) for cell in cells):
                blank.append(record)
                continue
            more = len(cells) > layout.width
            facts = {"cells": len(cells), "columns": layout.width, "help": "more" if more else "fewer"}
            reader.refuse_record(record.number, record.line, codes.WRONG_NUMBER_OF_CELLS, facts)
        elif not cells[places[0]].strip(BLANKS) and not any(cell.strip(BLANKS) for cell in cells):
            blank.append(record)
            continue
        elif any(cells[place].strip(BLANKS) for place in layout.without_header):
            place = next(place for place in layout.without_header if cells[place].strip(BLANKS))
            reader.refuse_record(record.number, record.line, codes.VALUE_UNDER_NO_HEADER, {"place": place + 1})
        else:
            row = reader.row(record.number, record.line, [cells[place] for place in places])
            if row is not None:
                yield row
        for skipped in blank:
            reader.account.repair(skipped.number, "", "", "", codes.BLANK_LINE_SKIPPED)
        blank.clear()
