"""All checks of a resolved rubric, in one place and one order."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.checks.covering import check_table
from rubric_dsl.checks.rankings import check_rankings
from rubric_dsl.checks.stakes import check_stake
from rubric_dsl.checks.tests import check_tests
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved


def check_everything(resolved: Resolved, language: str) -> Mapping[int, tuple[str, int | None]]:
    """Runs every check and reports into the rubric's report; gives what is known of each promise, by its place.

    `language` is that of the rubric's keywords, for fixes that are pasted.
    """
    report = resolved.report
    free = _without_stake(resolved)
    for table in resolved.tables:
        found, coverage = check_table(resolved.use, table, language)
        report.found.extend(found)
        if table.purpose == "points":
            report.found.extend(check_stake(resolved.use, table, coverage, lowest_or_highest=table.name in free))
    if resolved.sound:
        report.found.extend(check_tests(resolved))
        report.found.extend(check_rankings(resolved))
    return {}


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
