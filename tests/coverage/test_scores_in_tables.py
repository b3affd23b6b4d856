"""Tables over scores: a gap is one that a score can fall into, and every score that can come out is asked for."""

from __future__ import annotations

import pytest

from rubric_dsl.plan.compile import compile_rubric

GRADES = """bands grade by {by}
  up to 4: low
  5 to 7:  middle
  from 8:  high
"""
ADDED = """rubric "Points and grades"
observe sheets of pupil, one row each
  pupil  text
  solved whole number 0 to 4
  style  choice good | bad
  late   yes/no
indicator total worth 10{lines}
  touchpoint solutions worth 4 = solved{below}
  touchpoint manner worth 6 by style
    good: 6
    bad:  {bad}
{more}"""


def found_in(text: str, by: str = "total") -> list[str]:
    """The codes of all findings; R031 is a gap."""
    data = (text + GRADES.format(by=by)).encode()
    return [found.code for found in compile_rubric("a.rubric", lambda path: data).diagnostics]


def gaps(lines: str = "", below: str = "", bad: str = "1", more: str = "", by: str = "total") -> list[str]:
    lines, below = lines and f"\n  {lines}", below and f"\n    {below}"
    return found_in(ADDED.format(lines=lines, below=below, bad=bad, more=more), by)


def test_whole_points_have_no_gap_between_4_and_5() -> None:
    assert gaps() == []


@pytest.mark.parametrize("change", [
    {"bad": "1.5"},  # 3 + 1.5
    {"bad": "not applicable"},  # 2 of 4 is then 5 of 10, and 3 of 4 is 7.5
    {"lines": "if late: 4.5"},
    {"lines": "at most 7.5 when late"},
    {"lines": "at least 0", "more": "  touchpoint lateness penalty 0.5 when late\n"},
    {"lines": "at most 10", "more": "  touchpoint tidiness bonus 0.5 when late\n"},
    {"lines": "weights from shares", "more": "weights shares by mean\n  e | solutions | manner\n  \"a\" | 1 | 2\n"},
    {"below": "if late: 2.5"},
    {"below": "rounded half up to 0.4"},  # 3 becomes 3.2
])
def test_points_that_are_not_whole_fall_into_the_gap(change: dict[str, str]) -> None:
    assert set(gaps(**change)) == {"R031"}


def test_a_rounded_score_has_the_step_of_its_rounding() -> None:
    assert gaps(bad="1.5", lines="rounded half up to 1") == []
    assert set(gaps(bad="1.5", lines="rounded half up to 0.5")) == {"R031"}


TOUCHED = """rubric "One touchpoint"
observe sheets of pupil, one row each
  pupil  text
  solved whole number 0 to 4
  late   yes/no
indicator total worth 4
  touchpoint solutions worth 4 = solved
    {below}
bands grade by solutions
  up to 2: low
  from 3:  high
"""


@pytest.mark.parametrize(("below", "expected"), [
    ("if late: 1", []), ("if late: 2.5", ["R031"]), ("unless late: 2.5", ["R031"]), ("rounded half up to 1", []),
    ("rounded half up to 2.5", ["R031"]),
])
def test_what_takes_the_place_of_a_rule_s_points_is_asked_for(below: str, expected: list[str]) -> None:
    """Otherwise the run would stop at 2.5, which no row matches."""
    text = TOUCHED.format(below=below).encode()
    assert [found.code for found in compile_rubric("a.rubric", lambda path: text).diagnostics] == expected


NESTED = """rubric "Nested"
observe sheets of pupil, one row each
  pupil  text
  solved whole number 0 to 4
observe calls of pupil, averaged
  pupil    text
  answered yes/no
indicator total worth 10
  indicator paper worth 4
    touchpoint solutions worth 4 = solved
  indicator spoken worth 6
    {spoken}
"""


def test_indicators_that_are_added_up_keep_their_steps() -> None:
    assert found_in(NESTED.format(spoken="= min(count(answered), 6)")) == []
    # of two calls one may be answered: 3 of 6, and anything between with more of them
    assert set(found_in(NESTED.format(spoken="touchpoint answering worth 6 when answered"))) == {"R031"}
