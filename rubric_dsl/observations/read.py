"""From files to observations: every table read by the plan's own description of it, every row accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TypeAlias

from rubric_dsl.observations import codes
from rubric_dsl.observations.accepting import accepted, located
from rubric_dsl.observations.bounds import bounds_of
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.forms import form_identity
from rubric_dsl.observations.large import LargeSource, LargeTable, SearchedSource, digest_of_several, rows_standing_for
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import Observations, Row, TableData
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.opening import open_table
from rubric_dsl.observations.presence import RowRules
from rubric_dsl.observations.raw import FileRefused, Given, SeveralFiles, Source, TableSource
from rubric_dsl.observations.rows import RowReader
from rubric_dsl.observations.rules import PlanRules
from rubric_dsl.observations.subjects import KnownSubjects, refuse_unobserved
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.observations.written_forms import WrittenForms
from rubric_dsl.plan.model import ScoringPlan, TableSchema

AnySource: TypeAlias = Source | SeveralFiles | LargeSource


def read_observations(
    plan: ScoringPlan, sources: Mapping[str, AnySource], leave_out_refused: bool = False
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
        account = accounts[table.name] = _account_of(table.name, source)
        if isinstance(source, LargeSource):
            reader = RowReader(table, rules.of(table), known, account)
            found = source.read(plan, reader, known, leave_out_refused)
            if found is not None:
                large[table.name] = found
                rows[table.name] = rows_standing_for(table, found)
            else:
                source = source.whole()
                account = accounts[table.name] = _account_of(table.name, source)
        if table.name not in large:
            reader, rows[table.name] = _rows_of(table, rules.of(table), known, source, account, plan)
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


def read_subjects(
    plan: ScoringPlan, sources: Mapping[str, AnySource], subjects: Sequence[str],
    leave_out_refused: bool = False,
) -> Observations:
    """The rows of some subjects in all tables, each with the ledger of what was read of it.

    Of files that can be searched only these rows are read; what takes other rows to see (a key that comes twice, a
    subject without rows) is not judged.
    """
    known = KnownSubjects(plan.subjects)
    rules = PlanRules(plan)
    tables: dict[str, TableData] = {}
    for table in _register_first(plan):
        source = sources.get(table.name)
        account = _account_of(table.name, source)
        rows: list[Row] | None = None
        if isinstance(source, SearchedSource):
            rows = source.rows_of(table, RowReader(table, rules.of(table), known, account), subjects)
        if isinstance(source, LargeSource) and rows is None:
            source = source.whole()
            account = _account_of(table.name, source)
        if rows is None:
            _, found = _rows_of(table, rules.of(table), known, source, account, plan)
            rows = [row for row in found if row.values[table.subject] in subjects]
            if table.name == plan.register_table:
                known = KnownSubjects(str(row.values[table.subject]) for row in found)
        tables[table.name] = TableData(table.name, tuple(rows), account.ledger(leave_out_refused))
    return Observations(tables)


def stopped_by(observations: Observations, leave_out_refused: bool = False) -> bool:
    """Whether a refusal stops the run: any at all, or on request only one that no leaving out of rows can mend."""
    refusals = (refusal for data in observations.tables.values() for refusal in data.ledger.refusals)
    return any(not leave_out_refused or refusal.code in codes.STOPPING for refusal in refusals)


def read_records(
    plan: ScoringPlan, table: str, source: Source, numbers: Set[int], known_subjects: Iterable[str] | None = None
) -> TableData:
    """Some records of a file again, by their numbers in the ledger, each by itself.

    For a reader of very many rows that decides by columns which are refused and asks here why. What takes several rows
    to see (a key that comes twice) is not judged; the ledger counts these records alone.
    """
    schema = next(schema for schema in plan.tables if schema.name == table)
    known = KnownSubjects(plan.subjects if known_subjects is None else known_subjects)
    account = _account_of(table, source)
    _, rows = _rows_of(schema, PlanRules(plan).of(schema), known, source, account, plan, numbers)
    return TableData(table, tuple(rows), account.ledger(False))


def _register_first(plan: ScoringPlan) -> list[TableSchema]:
    return sorted(plan.tables, key=lambda table: table.name != plan.register_table)


def _account_of(table: str, source: AnySource | None) -> Account:
    if source is None:
        return Account(table, table, "")
    if isinstance(source, SeveralFiles):
        return Account(table, source.name, "")
    if isinstance(source, LargeSource):
        return Account(table, source.name, source.sha256)
    if isinstance(source, TableSource):
        return Account(table, source.name, "")  # there are no bytes of which to tell a hash
    return Account(table, source.name, hashlib.sha256(source.data).hexdigest())


def _refuse_strange_tables(
    plan: ScoringPlan, sources: Mapping[str, AnySource], accounts: dict[str, Account]
) -> None:
    tables = [table.name for table in plan.tables]
    for name, source in sources.items():
        if name in accounts:
            continue
        near = nearest(name, tables)
        facts = {"help": "near", "near": near} if near else {"help": "tables", "tables": listing(tables)}
        accounts[name] = _account_of(name, source)
        accounts[name].refuse(codes.WHOLE_TABLE, 1, None, None, codes.NO_SUCH_TABLE, {"table": name, **facts})


def _rows_of(
    table: TableSchema, rules: RowRules, known: KnownSubjects, source: AnySource | None, account: Account,
    plan: ScoringPlan, only: Set[int] | None = None,
) -> tuple[RowReader, list[Row]]:
    """The reader, and the accepted rows of a file or of several; what stops the reading of one is refused with the rows
    before it kept in the account."""
    rows: list[Row] = []
    reader = RowReader(table, rules, known, account)
    if source is None or isinstance(source, LargeSource):
        account.refuse(codes.WHOLE_TABLE, 1, None, None, codes.TABLE_NOT_GIVEN, {"table": table.name})
        return reader, rows
    if not isinstance(source, SeveralFiles):
        return _rows_of_file(reader, rules, known, source, plan, rows, only), rows
    digests: list[str] = []
    reader.of_several = True
    for file in source.files:
        read = account.read
        try:
            held = Given(file.name, file.data)
        except OSError as error:
            account.next_file(file.name, "")
            account.refuse(codes.WHOLE_TABLE, 1, None, None, codes.FILE_UNREADABLE, {"reason": error.strerror or ""})
            continue
        digests.append(hashlib.sha256(held.data).hexdigest())
        account.next_file(file.name, digests[-1])
        reader = _rows_of_file(reader, rules, known, held, plan, rows, only)
        account.file_done(read)
    account.next_file(source.name, digest_of_several(digests))
    return reader, rows


def _rows_of_file(
    before: RowReader, rules: RowRules, known: KnownSubjects, source: Source, plan: ScoringPlan, rows: list[Row],
    only: Set[int] | None,
) -> RowReader:
    """The reader of the file, which goes on where that of the file before it ended; its rows join the others."""
    reader, table, account = before, before.table, before.account
    try:
        opened = open_table(source, table, RubricWords(table, known.names()))
        found = located(opened, table, account)
        if found is not None:
            if opened.form and opened.form != form_identity(plan):
                raise FileRefused(codes.OF_ANOTHER_EDITION)
            layout, records = found
            forms = [
                WrittenForms(column, unit, opened.comma_decimals)
                for column, unit in zip(table.columns, layout.units, strict=True)
            ]
            reader = RowReader(table, rules, known, account, forms, bounds_of(plan, table))
            if before.of_several:
                reader.follow(before)
            if only is not None:
                records = (record for record in records if record.number in only)
            rows.extend(accepted(reader, layout, records))
    except FileRefused as refused:
        if refused.code == codes.BROKEN_QUOTING and refused.row > 1:
            reader.refuse_record(refused.row, refused.line, refused.code, refused.facts)
        else:
            account.refuse(refused.row, refused.line, None, None, refused.code, refused.facts)
    if reader is before:
        return before
    for column, kinds in reader.percents.mixed(account.columns).items():
        account.refuse(codes.WHOLE_TABLE, 1, column, None, codes.PERCENT_FORMS_MIXED, {"kinds": kinds})
    return reader
