"""Items that are called otherwise and are the same in all else: the old plan is compared under the new names.

A name is how results and expressions refer to an item, so a rename is said; but no score and no rank can change by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from rubric_dsl.editions.edition import Edition, editions
from rubric_dsl.plan.model import NamedValue, RankingSchema, ScoringPlan
from rubric_dsl.resolved import operations as op

Names = Mapping[str, str]
"""By old name the new one."""
ANY = "?"
"""Stands for every name that one edition alone has."""


def renames(old: ScoringPlan, new: ScoringPlan) -> dict[str, str]:
    """Measures, bands, indicators, touchpoints and rankings of the old plan that the new one has under another name."""
    found = _items(old, new)
    while found:
        # What looked alike while names were left out may not be, where one of several parts is another.
        sides = editions(renamed(old, found), new)
        kept = {before: after for before, after in found.items() if _alike(*sides, after)}
        if len(kept) == len(found):
            break
        found = kept
    return found | _rankings(renamed(old, found), new)


def _items(old: ScoringPlan, new: ScoringPlan) -> dict[str, str]:
    both = {named.name for named in old.values} & {named.name for named in new.values}
    gone, come = ([named for named in plan.values if named.name not in both] for plan in (old, new))
    if not gone or not come:
        return {}
    blank = [
        Edition(renamed(plan, {named.name: ANY for named in alone}), frozenset(both))
        for plan, alone in ((old, gone), (new, come))
    ]
    around = [_around(plan, both) for plan in (old, new)]

    def key(side: int) -> Callable[[NamedValue], object]:
        shapes = blank[side].shapes
        return lambda named: (named.kind, around[side].get(named.name), shapes[named.node], *named.class_labels)

    return dict(_paired(gone, come, key(0), key(1), lambda named: named.label))


def _around(plan: ScoringPlan, both: set[str]) -> dict[str, str]:
    found = Edition(plan).around
    return {name: outer if outer in both else ANY for name, outer in found.items()}


T = TypeVar("T", NamedValue, RankingSchema)


def _paired(
    gone: list[T], come: list[T], old_key: Callable[[T], object], new_key: Callable[[T], object],
    label: Callable[[T], str | None],
) -> Iterator[tuple[str, str]]:
    """Of those that are the same but for the name, those of one label; then, of as many on both sides, in order."""
    buckets: dict[object, tuple[list[T], list[T]]] = {}
    for one in gone:
        buckets.setdefault(old_key(one), ([], []))[0].append(one)
    for one in come:
        buckets.setdefault(new_key(one), ([], []))[1].append(one)
    for before, after in buckets.values():
        for one in list(before):
            same = [other for other in after if label(one) is not None and label(other) == label(one)]
            if len(same) == 1 and sum(label(other) == label(one) for other in before) == 1:
                before.remove(one)
                after.remove(same[0])
                yield one.name, same[0].name
        if len(before) == len(after):
            yield from ((one.name, other.name) for one, other in zip(before, after, strict=True))


def _alike(old: Edition, new: Edition, name: str) -> bool:
    return old.shapes[old.values[name].node] == new.shapes[new.values[name].node]


def _rankings(old: ScoringPlan, new: ScoringPlan) -> dict[str, str]:
    both = {one.name for one in old.rankings} & {one.name for one in new.rankings}
    gone, come = ([one for one in plan.rankings if one.name not in both] for plan in (old, new))
    if not gone or not come:
        return {}
    sides = editions(*(
        renamed(plan, {}, {one.name: ANY for one in alone}) for plan, alone in ((old, gone), (new, come))
    ))

    def key(side: int) -> Callable[[RankingSchema], object]:
        return lambda one: (one.by, sides[side].shapes[one.node])

    return dict(_paired(gone, come, key(0), key(1), lambda one: one.label))


def renamed(plan: ScoringPlan, names: Names, rankings: Names | None = None) -> ScoringPlan:
    """The plan with other names of items and of rankings (None: those of `names` too)."""
    of_rankings = names if rankings is None else rankings
    if not names and not of_rankings:
        return plan

    def called(name: str) -> str:
        return names.get(name, name)

    def operation(one: op.Operation) -> op.Operation:
        if isinstance(one, op.Touchpoint | op.RowScore | op.Indicator):
            return replace(one, name=called(one.name))
        if isinstance(one, op.Weights):
            return replace(one, items=tuple(called(name) for name in one.items))
        if isinstance(one, op.Ranking):
            return replace(one, name=of_rankings.get(one.name, one.name))
        return one

    return plan.model_copy(update={
        "nodes": tuple(node.model_copy(update={"operation": operation(node.operation)}) for node in plan.nodes),
        "values": tuple(named.model_copy(update={"name": called(named.name)}) for named in plan.values),
        "rankings": tuple(
            one.model_copy(update={"name": of_rankings.get(one.name, one.name), "by": called(one.by)})
            for one in plan.rankings
        ),
        "promises": tuple(
            one.model_copy(update={"item": None if one.item is None else called(one.item)}) for one in plan.promises
        ),
    })
