"""Who is scored: which names are subjects, and whether each was observed wherever it should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rubric_dsl.observations import codes
from rubric_dsl.observations.facts import Listing, listing
from rubric_dsl.observations.ledger import Account
from rubric_dsl.observations.model import PRIVATE, Cell, Row
from rubric_dsl.observations.name_cells import named_member
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.periods import period_text, rows_by_period
from rubric_dsl.plan.model import ScoringPlan, TableSchema


class KnownSubjects:
    """The names that may stand in a subject column; anyone, where neither a choice nor a register says otherwise."""

    def __init__(self, names: Iterable[str] | None) -> None:
        self._names = None if names is None else dict.fromkeys(names)

    def names(self) -> Iterable[str]:
        """The names, none where anyone may stand there."""
        return self._names or ()

    def refusal_of(self, subject: Cell, private: bool) -> Mapping[str, object] | None:
        """None for a subject that is known, else the facts of its refusal."""
        if self._names is None or subject in self._names or not isinstance(subject, str):
            return None
        if private:
            return {}
        near = nearest(subject, self._names)
        return {"help": "near", "near": near} if near is not None else {"help": "known", "known": listing(self._names)}


def subjects_of(plan: ScoringPlan, rows: Mapping[str, Sequence[Row]]) -> tuple[str, ...]:
    """All subjects of a run: the declared ones, those of the register, or every name in order of first appearance."""
    if plan.subjects is not None:
        return plan.subjects
    tables = [table for table in plan.tables if plan.register_table in (None, table.name)]
    found: dict[str, None] = {}
    for table in tables:
        for row in rows.get(table.name, ()):
            subject = row.values[table.subject]
            if isinstance(subject, str):
                found[subject] = None
    return tuple(found)


def refuse_unobserved(plan: ScoringPlan, rows: Mapping[str, Sequence[Row]], accounts: Mapping[str, Account]) -> None:
    """Refuse what was not observed: a subject without rows in a table, or without a row in some scenario.

    A table with a `missing:` line says itself what such a gap means and is passed over.
    """
    subjects = subjects_of(plan, rows)
    observed = []
    periods = rows_by_period(plan, rows)
    no_period = plan.period is not None and not periods
    for table in plan.tables:
        account = accounts[table.name]
        if not rows[table.name] and (table.missing is None or no_period or not subjects):
            account.refuse(codes.WHOLE_TABLE, 1, None, None, codes.NO_OBSERVATIONS, {"table": table.name})
        elif table.missing is None and table.name != plan.register_table:
            observed.append(table)
    spoken_of: list[tuple[str, Mapping[str, Sequence[Row]]]] = [("", rows)]
    if plan.period is not None:
        spoken_of = [(f" ({plan.period} {period_text(plan, period)})", own) for period, own in periods.items()]
    for where, own in spoken_of:
        subjects = subjects_of(plan, own)
        for table in observed:
            _refuse_gaps(table, subjects, own[table.name], accounts[table.name], where)


def _refuse_gaps(
    table: TableSchema, subjects: Sequence[str], rows: Sequence[Row], account: Account, where: str
) -> None:
    """`where`: the period that is spoken of."""
    observed: defaultdict[str, set[Cell]] = defaultdict(set)
    for row in rows:
        subject = row.values[table.subject]
        if isinstance(subject, str):
            observed[subject].add(row.values[table.stratum] if table.stratum is not None else None)
    private = next(column.private for column in table.columns if column.name == table.subject)
    for subject in subjects:
        name = PRIVATE if private else subject
        if subject not in observed:
            facts: dict[str, object] = {"subject": name + where, "table": table.name}
            account.refuse(codes.WHOLE_TABLE, 1, table.subject, name, codes.SUBJECT_WITHOUT_ROWS, facts)
        elif missing := _unseen(table, observed[subject]):
            facts = {"subject": name + where, "table": table.name, "scenarios": missing}
            account.refuse(codes.WHOLE_TABLE, 1, table.subject, name, codes.SCENARIO_WITHOUT_ROWS, facts)


def _unseen(table: TableSchema, seen: set[Cell]) -> Listing | None:
    """The scenarios without a row, with their labels; None where there is none."""
    if table.stratum is None:
        return None
    column = next(column for column in table.columns if column.name == table.stratum)
    missing = [member for member in column.members if member.name not in seen]
    if not missing:
        return None
    return listing(named_member(member) for member in missing)
