"""Whether it is said once who is scored."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.diagnostics.model import Diagnostic, Label
from rubric_dsl.resolved.model import Resolved


def check_subjects(resolved: Resolved) -> Iterator[Diagnostic]:
    """A register of subjects beside a subject column that lists them (R201); lists that differ (R202)."""
    tables = resolved.scope.tables.values()
    yield from _lists(resolved)
    register = next((table for table in tables if table.register), None)
    if register is None:
        return
    for table in tables:
        column = table.columns.get(table.subject)
        if column is not None and column.type.kind == "choice":
            facts = {"name": column.name, "register": register.name}
            yield Diagnostic("R201", column.span, facts, (Label(register.span, "register"),))
            return


def _lists(resolved: Resolved) -> Iterator[Diagnostic]:
    columns = [table.columns.get(table.subject) for table in resolved.scope.tables.values()]
    listed = [column for column in columns if column is not None and column.type.kind == "choice"]
    for column in listed[1:]:
        if set(column.type.members) != set(listed[0].type.members):
            labels = (Label(listed[0].span, "first"),)
            yield Diagnostic("R202", column.span, {"name": column.name}, labels)
