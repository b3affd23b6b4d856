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


def _places_with(change: Callable[[Any], Any]) -> Plant:
    """Places of candidates that were changed first."""
    right = ranking.places

    def mistaken(candidates: Sequence[Any], dense: bool) -> Any:
        given = {candidate.subject: candidate for candidate in candidates}
        found = right([change(candidate) for candidate in candidates], dense)
        return [(place, given[candidate.subject]) for place, candidate in found]

    return lambda patch: patch.setattr(placement, "places", mistaken)


def _only_first_key(candidate: Any) -> Any:
    return replace(candidate, keys=candidate.keys[:1])


def _all_highest_first(candidate: Any) -> Any:
    return replace(candidate, keys=tuple(replace(key, lowest_first=False) for key in candidate.keys))


def _keys_highest_first(candidate: Any) -> Any:
    first, *others = candidate.keys
    return replace(candidate, keys=(first, *(replace(key, lowest_first=False) for key in others)))


def _places_of(candidates: Sequence[Any], dense: bool, empty: bool, equals: bool) -> list[tuple[int, Any]]:
    """A plain placing, mistaken as told: without empty places, or with equals taken along whatever their cap."""
    waiting = sorted(candidates, key=cmp_to_key(ranking.compared))
    placed, place = [], 1
    while waiting:
        allowed = [one for one in waiting if one.cap <= place] or ([] if empty else waiting)
        if not allowed:
            place += 1
            continue
        others = waiting if equals else allowed
        together = [one for one in others if ranking.compared(one, allowed[0]) == 0]
        placed += [(place, one) for one in together]
        waiting = [one for one in waiting if one not in together]
        place += 1 if dense else len(together)
    return placed


FAULTS += [
    Fault("dense ties are not dense", ("ties_dense", "cap_dense"), lambda patch: patch.setattr(
        placement, "places", lambda candidates, dense, right=ranking.places: right(candidates, False))),
    Fault("shared ties are dense", ("ties_share", "cap_after_a_shared_place"), lambda patch: patch.setattr(
        placement, "places", lambda candidates, dense, right=ranking.places: right(candidates, True))),
    Fault("ties go by the order of the file", ("ties_share", "ranking_rounded"), lambda patch: patch.setattr(
        placement, "places", lambda candidates, dense, right=ranking.places: [
            (place, one) for place, (_, one) in enumerate(right(candidates, dense), 1)])),
    Fault("tie keys are ignored", ("ties_by_keys", "ties_by_keys_lowest_first"), _places_with(_only_first_key)),
    Fault("tie keys are always highest first", ("ties_by_keys_lowest_first",), _places_with(_keys_highest_first)),
    Fault("lowest first is ignored", ("lowest_first", "lowest_first_of_durations"), _places_with(_all_highest_first)),
    Fault("caps are ignored", ("cap_lets_others_pass", "cap_leaves_place_empty"),
          _places_with(lambda candidate: replace(candidate, cap=1))),
    Fault("a cap leaves no place empty", ("cap_leaves_place_empty", "cap_within_group"), lambda patch: patch.setattr(
        placement, "places", lambda candidates, dense: _places_of(candidates, dense, empty=False, equals=False))),
    Fault("equals are taken along whatever their cap", ("cap_parts_equal_subjects",), lambda patch: patch.setattr(
        placement, "places", lambda candidates, dense: _places_of(candidates, dense, empty=True, equals=True))),
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
