"""Compiling again with what was kept gives what compiling from nothing gives."""

from __future__ import annotations

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.plan.compile import Compiled, Workspace
from rubric_dsl.plan.identity import canonical_json
from tests.plan.rubrics import HOTLINES, compiled

EDITS = [
    HOTLINES,
    HOTLINES.replace("31% to 94%", "31% to 93%"),
    HOTLINES.replace("connected: 0", "conected: 0"),
    "# above everything\n" + HOTLINES,
    HOTLINES.replace("worth 6 by wait", "worth 7 by wait"),
    HOTLINES.replace("      over 60 s:            0\n", ""),
    HOTLINES.replace("seconds 0 to 600", "seconds 0 to 60"),
    HOTLINES.replace("when points_hit", "by points_hit"),
    HOTLINES.replace("parameter target from 5 s to 60 s = 15 s\n", ""),
    HOTLINES.replace("seconds 0 to 600 when connected", "seconds 0 to 600 optional"),
    HOTLINES.replace("parameter target from 5 s to 60 s = 15 s\n", "measure target = count(calls)\n"),
    HOTLINES.replace("parameter target from 5 s to 60 s = 15 s\n", "parameter target from 5 s to $ = 15 s\n"),
    HOTLINES.replace("touchpoint answered", "touchpoint peak"),
    HOTLINES.replace("when points_hit =", "when period is peak and half(points_hit) ="),
    HOTLINES.replace("when points_hit =", "when half(points_hit) =") + "formula half(time) = time / 2\n",
    HOTLINES.replace("when points_hit =", "when half(points_hit) =") + "formula half(x) = x / 2\n",
    # One line of the observations: all that reads the other columns is kept.
    HOTLINES.replace("  must points", "  noise number 0 to 9\n  must points"),
    HOTLINES.replace('  must points_hit <= points_asked "not more than asked"\n', ""),
    HOTLINES.replace("must points_hit <= points_asked", "must wait <= 60 s or points_hit <= points_asked"),
    HOTLINES.replace('asked"', 'asked"\n  must wait <= 50 s "no waits beyond"'),
    HOTLINES.replace('asked"', 'asked"\n  missing: not applicable'),
    HOTLINES.replace("averaged by period", "averaged"),
    HOTLINES.replace("averaged by period", "totalled"),
    HOTLINES.replace('| off_peak "非高峰"', '| off_peak "非高峰" | night'),
    HOTLINES.replace('"城市"     text', '"城市"     choice 甲 | 乙'),
    HOTLINES.replace('  connected "是否接通" yes/no\n', ""),
    HOTLINES.replace("connected\n  points_hit", "connected and period is peak\n  points_hit"),
    HOTLINES,
]


def said(done: Compiled) -> list[tuple[str, str, str]]:
    return [(found.code, str(found.span), prose.message(found, "en")) for found in done.diagnostics]


def test_a_sequence_of_edits_finds_what_a_fresh_compilation_finds() -> None:
    workspace = Workspace()
    for text in EDITS:
        again, fresh = compiled(text, workspace), compiled(text)
        assert said(again) == said(fresh)
        assert again.summary == fresh.summary


@pytest.mark.parametrize("first", range(len(EDITS) - 1))
def test_any_two_texts_may_follow_each_other(first: int) -> None:
    workspace = Workspace()
    compiled(EDITS[first], workspace)
    for text in EDITS:
        assert said(compiled(text, workspace)) == said(compiled(text))


def test_a_plan_asked_for_after_edits_is_that_of_a_fresh_compilation() -> None:
    workspace = Workspace()
    for text in EDITS:
        again = compiled(text, workspace)
    assert again.plan is not None
    fresh = compiled(EDITS[-1]).plan
    assert fresh is not None and canonical_json(again.plan) == canonical_json(fresh)


def test_what_uses_a_formula_that_cannot_be_read_is_no_further_finding() -> None:
    text = HOTLINES.replace("when points_hit =", "when half(points_hit) =")
    assert [found.code for found in compiled(text + "formula half(time) = time / 2\n").diagnostics] == ["R023"]
    assert [found.code for found in compiled(text).diagnostics] == ["R044"]
