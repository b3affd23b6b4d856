"""All checks of a resolved rubric, in one place and one order."""

from __future__ import annotations

from rubric_dsl.checks.coverage import Coverage
from rubric_dsl.checks.covering import check_table
from rubric_dsl.checks.matters import check_matters
from rubric_dsl.checks.panels import check_panels
from rubric_dsl.checks.rankings import check_rankings
from rubric_dsl.checks.stakes import check_stake
from rubric_dsl.checks.subjects import check_subjects
from rubric_dsl.checks.tests import check_tests
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.memo import Memo, same_objects
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.tables import TableFacts
from rubric_dsl.surface.keywords import Language


def check_everything(resolved: Resolved, language: Language, memo: Memo) -> None:
    """Runs every check and reports into the rubric's report.

    `language` is that of the rubric's keywords, for fixes that are pasted.
    """
    report = resolved.report
    free = _without_stake(resolved)
    # Of the observations a table's check looks at nodes, which it knows by number, and at what must hold between them.
    rules = ((table.name, must.node, must.columns) for table in resolved.scope.tables.values() for must in table.musts)
    surroundings = (language, *rules)
    for table in resolved.tables:
        found, coverage = _covered(resolved, table, language, surroundings, memo)
        report.found.extend(found)
        if table.purpose == "points":
            report.found.extend(_staked(resolved, table, coverage, table.name in free, memo))
    report.found.extend(check_subjects(resolved))
    if resolved.sound:
        report.found.extend(check_matters(resolved))
        report.found.extend(check_panels(resolved))
        report.found.extend(check_tests(resolved))
        report.found.extend(check_rankings(resolved))


def _staked(
    resolved: Resolved, table: TableFacts, coverage: Coverage, free: bool, memo: Memo
) -> tuple[Diagnostic, ...]:
    """What is wrong with the outcomes of a touchpoint's table, from last time for the same touchpoint and coverage."""
    touchpoint = resolved.scope.names.get(table.name)
    reading = (table, touchpoint, coverage, free)
    kept = memo.staked.get(table.name)
    if kept is None or not same_objects(kept[0], reading):
        found = tuple(check_stake(resolved.use, table, coverage, lowest_or_highest=free))
        kept = memo.staked[table.name] = (reading, found)
    return kept[1]


_Covered = tuple[list[Diagnostic], Coverage]


def _covered(
    resolved: Resolved, table: TableFacts, language: Language, surroundings: tuple[object, ...], memo: Memo
) -> _Covered:
    """The findings of a table and its coverage, from last time for the very same table among the same observations."""
    kept = memo.checked.get(id(table))
    if kept is not None and kept[0] is table and kept[1] == surroundings:
        return kept[2]  # type: ignore[return-value]  # what this function put there
    result = check_table(resolved.use, table, language)
    memo.checked[id(table)] = (table, surroundings, result)
    return result


def _without_stake(resolved: Resolved) -> set[str]:
    """Touchpoints of indicators that are combined by `lowest` or `highest`."""
    found: set[str] = set()
    for facts in resolved.graph.nodes:
        operation = facts.operation
        if isinstance(operation, op.RowScore | op.Indicator) and operation.combination in ("lowest", "highest"):
            for part in operation.parts:
                inner = resolved.graph[part.node].operation
                if isinstance(inner, op.Touchpoint):
                    found.add(inner.name)
    return found
