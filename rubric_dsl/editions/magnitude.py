"""How much two editions differ: in wording, in scores, in ranks, or so much that their results cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from rubric_dsl.editions.comparison import Comparison
from rubric_dsl.editions.impact import RankingImpact
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op

Magnitude = Literal["wording", "scores", "ranks", "not comparable"]

Reason = tuple[str, str, str, str]
"""Why results cannot be compared: a word, an item, what it was and what it is."""


def reasons(comparison: Comparison) -> tuple[Reason, ...]:
    """What makes a rank of one edition no rank of the other; empty where they can be compared."""
    return tuple(_reasons(comparison))


def _reasons(comparison: Comparison) -> Iterator[Reason]:
    old, new = comparison.old.plan, comparison.new.plan
    before, after = ({schema.name: schema for schema in plan.rankings} for plan in (old, new))
    if before and not before.keys() & after.keys():
        yield "no common ranking", "", ", ".join(before), ", ".join(after)
    for name in before.keys() & after.keys():
        if before[name].by != after[name].by:
            yield "ranked by", name, before[name].by, after[name].by
            continue
        worths = _worth(comparison, 0, before[name]), _worth(comparison, 1, after[name])
        if worths[0] != worths[1]:
            yield "worth", after[name].by, *worths
    subjects = [sorted({table.subject for table in plan.tables}) for plan in (old, new)]
    if subjects[0] != subjects[1]:
        yield "subjects", "", ", ".join(subjects[0]), ", ".join(subjects[1])
    if old.period != new.period:
        yield "period", "", old.period or "-", new.period or "-"


def _worth(comparison: Comparison, side: Literal[0, 1], schema: RankingSchema) -> str:
    edition = (comparison.old, comparison.new)[side]
    ranking = edition.operation(schema.node)
    assert isinstance(ranking, op.Ranking)
    by = edition.operation(ranking.by)
    type = edition.plan.nodes[ranking.by].type
    return by.worth if isinstance(by, op.Indicator) else type.kind


def possible(comparison: Comparison) -> Magnitude:
    """What the changes can do, whatever the observations."""
    if reasons(comparison):
        return "not comparable"
    bits = 0
    for change in comparison.counting:
        bits |= 1 << change.number
    if any(bits & own for own in comparison.reach.rankings.values()) or any(
        change.number in _table_changes(comparison) for change in comparison.counting
    ):
        return "ranks"
    return "scores" if bits else "wording"


def _table_changes(comparison: Comparison) -> set[int]:
    numbers = [*comparison.read, *(n for kinds in comparison.folded.values() for n in kinds.values())]
    return {comparison.change_of[number] for number in numbers}


def actual(comparison: Comparison, impacts: Sequence[RankingImpact]) -> Magnitude:
    """What they did to these observations."""
    if reasons(comparison) or not impacts:
        return possible(comparison)
    subjects = [subject for impact in impacts for subject in impact.subjects]
    if any(_ranks(one.old) != _ranks(one.new) for one in subjects):
        return "ranks"
    if any(one.changed for one in subjects):
        return "scores"
    return "wording"


def _ranks(standing: object) -> object:
    return getattr(standing, "rank", None)
