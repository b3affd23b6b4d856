"""Places by the letter of section 8: ties, keys, caps with places that stay empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction as F
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.results.ranking import Key, compared, places


@dataclass(frozen=True)
class Entry:
    subject: str
    keys: tuple[F | None, ...]
    cap: int
    lowest_first: bool


def entry(subject: str, *keys: int | None, cap: int = 1, lowest_first: bool = False) -> Entry:
    return Entry(subject, tuple(None if key is None else F(key) for key in keys), cap, lowest_first)


def placed_entries(entries: Sequence[Entry], dense: bool) -> list[tuple[int, str]]:
    columns = zip(*(one.keys for one in entries), strict=True)
    keys = [Key(values, any(one.lowest_first for one in entries)) for values in columns]
    caps = [one.cap for one in entries]
    found = list(places(keys, caps, dense))
    if set(caps) <= {1}:
        assert list(places(keys, None, dense)) == found
    return [(place, entries[index].subject) for place, index in found]


def placed(*entries: Entry, dense: bool = False) -> str:
    return " ".join(f"{place}{subject}" for place, subject in placed_entries(entries, dense))


def test_tied_subjects_share_a_rank_and_the_next_is_counted() -> None:
    assert placed(entry("a", 9), entry("b", 7), entry("c", 7), entry("d", 1)) == "1a 2b 2c 4d"


def test_dense_ranks_leave_no_gap() -> None:
    assert placed(entry("a", 9), entry("b", 7), entry("c", 7), entry("d", 1), dense=True) == "1a 2b 2c 3d"


def test_lowest_first() -> None:
    assert placed(entry("a", 9, lowest_first=True), entry("b", 7, lowest_first=True)) == "1b 2a"


def test_ties_are_decided_by_keys_in_order_and_what_is_equal_in_all_shares() -> None:
    assert placed(entry("a", 7, 1, 5), entry("b", 7, 2, 0), entry("c", 7, 1, 6), entry("d", 7, 1, 5)) == "1b 2c 3a 3d"


def test_without_a_value_for_a_key_a_subject_stands_after_those_with_one() -> None:
    assert placed(entry("a", 7, None), entry("b", 7, 0), entry("c", 7, None)) == "1b 2a 2c"


def test_a_capped_subject_waits_for_its_place() -> None:
    # a may not be better than 3: b and c take 1 and 2
    assert placed(entry("a", 9, cap=3), entry("b", 7), entry("c", 5), entry("d", 3)) == "1b 2c 3a 4d"


def test_a_place_that_nobody_may_take_stays_empty() -> None:
    assert placed(entry("a", 9, cap=3), entry("b", 7)) == "1b 3a"
    assert placed(entry("a", 9, cap=3), entry("b", 7, cap=5)) == "3a 5b"


def test_equals_that_are_capped_stand_behind_those_that_are_not() -> None:
    assert placed(entry("a", 9, cap=2), entry("b", 9), entry("c", 9), entry("d", 1)) == "1b 1c 3a 4d"


def test_a_capped_subject_joins_the_equals_that_are_left() -> None:
    # at place 2 both a (allowed from 2) and c (equal to a, allowed) are left
    assert placed(entry("a", 7, cap=2), entry("b", 9), entry("c", 7)) == "1b 2a 2c"


def test_the_cap_does_not_lift_the_rank_of_the_worse() -> None:
    assert placed(entry("a", 1, cap=2), entry("b", 9), entry("c", 5)) == "1b 2c 3a"


def by_the_letter(candidates: list[Entry], dense: bool) -> list[tuple[int, str]]:
    """The rule as it stands in the text, place after place, without any cleverness."""
    left, place, found = list(candidates), 1, []
    while left:
        allowed = [c for c in left if c.cap <= place]
        if not allowed:
            place += 1
            continue
        best = max(tuple(key or F(0) for key in c.keys) for c in allowed)
        together = [c for c in allowed if tuple(key or F(0) for key in c.keys) == best]
        found += [(place, c.subject) for c in together]
        left = [c for c in left if c not in together]
        place += 1 if dense else len(together)
    return found


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 6)), max_size=9), st.booleans()
)
def test_places_are_those_of_the_text(entries: list[tuple[int, int, int]], dense: bool) -> None:
    candidates = [entry(f"s{i}", a, b, cap=cap) for i, (a, b, cap) in enumerate(entries)]
    assert sorted(placed_entries(candidates, dense)) == sorted(by_the_letter(candidates, dense))


NEAR = st.builds(F, st.integers(-5, 5), st.sampled_from([1, 3, 10**18, 10**18 + 1, 10**700]))


@given(st.lists(st.tuples(st.none() | NEAR, st.sampled_from([F(1, 3), reals.sqrt(F(2))])), min_size=1, max_size=8))
def test_whole_keys_order_numbers_as_comparing_them_does(rows: list[tuple[F | None, Exact]]) -> None:
    columns = [Key([row[0] for row in rows], True), Key([row[1] for row in rows], False)]
    for keys in ([columns[0]], columns):
        found = {index: place for place, index in places(keys, None, dense=False)}
        for i, j in combinations(range(len(rows)), 2):
            order = compared(keys, i, j)
            assert ((found[i] > found[j]) - (found[i] < found[j])) == (order > 0) - (order < 0)
