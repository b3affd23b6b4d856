"""Faults of ranks: ties, keys, caps, groups, exclusion, precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

import pytest

from rubric_dsl.numbers import rounding
from rubric_dsl.results import placement, ranking
from tests.conformance.faults.registry import FAULTS, Fault, Plant, fault

Keys = Sequence[Any]
Caps = Sequence[int] | None
Placed = list[tuple[int, int]]

right = ranking.places


def _places_with(change: Callable[[Keys], Keys]) -> Plant:
    """Places by keys that were changed first."""
    return lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: right(change(keys), caps, dense))


def _highest_first(keys: Keys) -> Keys:
    return [replace(key, lowest_first=False) for key in keys]


def _places_of(keys: Keys, caps: Caps, dense: bool, empty: bool, equals: bool) -> Placed:
    """A plain placing, mistaken as told: without empty places, or with equals taken along whatever their cap."""
    size = len(keys[0].values)
    waiting = sorted(range(size), key=cmp_to_key(lambda i, j: ranking.compared(keys, i, j)))
    placed, place = Placed(), 1
    while waiting:
        allowed = [one for one in waiting if caps is None or caps[one] <= place] or ([] if empty else waiting)
        if not allowed:
            place += 1
            continue
        others = waiting if equals else allowed
        together = [one for one in others if ranking.compared(keys, one, allowed[0]) == 0]
        placed += [(place, one) for one in together]
        waiting = [one for one in waiting if one not in together]
        place += 1 if dense else len(together)
    return placed


FAULTS += [
    Fault("dense ties are not dense", ("ties_dense", "cap_dense"), lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: right(keys, caps, False))),
    Fault("shared ties are dense", ("ties_share", "cap_after_a_shared_place"), lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: right(keys, caps, True))),
    Fault("ties go by the order of the file", ("ties_share", "ranking_rounded"), lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: [
            (place, one) for place, (_, one) in enumerate(right(keys, caps, dense), 1)])),
    Fault("tie keys are ignored", ("ties_by_keys", "ties_by_keys_lowest_first"), _places_with(lambda keys: keys[:1])),
    Fault("tie keys are always highest first", ("ties_by_keys_lowest_first",),
          _places_with(lambda keys: [keys[0], *_highest_first(keys[1:])])),
    Fault("lowest first is ignored", ("lowest_first", "lowest_first_of_durations"), _places_with(_highest_first)),
    Fault("caps are ignored", ("cap_lets_others_pass", "cap_leaves_place_empty"), lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: right(keys, None, dense))),
    Fault("a cap leaves no place empty", ("cap_leaves_place_empty", "cap_within_group"), lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: _places_of(keys, caps, dense, empty=False, equals=False))),
    Fault("equals are taken along whatever their cap", ("cap_parts_equal_subjects",), lambda patch: patch.setattr(
        placement, "places", lambda keys, caps, dense: _places_of(keys, caps, dense, empty=True, equals=True))),
]


@fault("of several caps the smallest holds", "cap_largest_of_several")
def _smallest_cap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placement, "max", min, raising=False)


@fault("ranks are decided on exact values whatever the rounding", "ranking_rounded", "rank_by_irrational_rounded")
def _unrounded_ranks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placement, "Rounder", lambda node, asked: lambda value: value)


@fault("tie keys are rounded too", "ties_by_keys_are_exact")
def _rounded_keys(patch: pytest.MonkeyPatch) -> None:
    right = placement._number

    def number(value: Any) -> Any:
        found = right(value)
        return None if found is None else rounding.round_to(found, "half up", Fraction(1, 10))

    patch.setattr(placement, "_number", number)


@fault("groups are ignored", "within_group", "cap_within_group")
def _one_group(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(placement._Placement, "_placed", _placed_together(placement._Placement._placed))
    patch.setattr(placement._Placement, "_group", lambda self, subject: "east")


def _placed_together(right: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, group, subjects: right(self, group, subjects)


@fault("excluded subjects are ranked", "exclude_when", "within_and_exclude")
def _nobody_excluded(patch: pytest.MonkeyPatch) -> None:
    right = placement._Placement._out

    def out(self: Any, subject: Any) -> Any:
        found = right(self, subject)
        return (None, None) if found[0] == "excluded" else found

    patch.setattr(placement._Placement, "_out", out)
