"""The identity of a plan: the same for the same method however it is written, another for another method."""

from __future__ import annotations

import re

import pytest

from rubric_dsl.plan.identity import canonical_json, plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.print import print_document
from rubric_dsl.text.files import Source
from tests.plan.rubrics import HOTLINES, identity, plan_of

SAME = {
    "a comment": ("measure rate", "# how many were answered\nmeasure rate"),
    "blank lines": ("\nparameter", "\n\n\nparameter"),
    "the title": ('rubric "Hotlines"', 'rubric "Other name"'),
    "the edition": ('edition "2020"', 'edition "2021"'),
    "a note": ('note "first"', 'note "second"'),
    "the label of an indicator": ('total "综合"', 'total "综合得分"'),
    "the label of bands": ('heat "热线等级"', 'heat "等级"'),
    "the label of a class": ('hot "热线"', 'hot "达标"'),
    "the label of a measure": ('rate "接通率"', 'rate "率"'),
    "the spelling of a duration": ("over 60 s:", "over 1 min:"),
    "the spelling of a pattern": ("from 95%:", ">= 95%:"),
    "the spelling of a number": ("worth 6 by", "worth 6.0 by"),
    "the order of rows that do not overlap": (
        "      up to target:         6\n      over target to 60 s:  4 falling to 2\n",
        "      over target to 60 s:  4 falling to 2\n      up to target:         6\n",
    ),
    "the order of bands that do not overlap": (
        "  31% to 94%: warm\n  1% to 30%:  cold\n", "  1% to 30%:  cold\n  31% to 94%: warm\n",
    ),
    "the order of experts": (
        '  "A"    | 60%    | 40%\n  "B"    | 50%    | 50%', '  "B"    | 50%    | 50%\n  "A"    | 60%    | 40%',
    ),
    "the name of an expert": ('"A"', '"Z"'),
    "the message of a rule": ('"not more than asked"', '"at most as asked"'),
}

OTHER = {
    "a bound of a column": ("seconds 0 to 600", "seconds 0 to 900"),
    "the label of a column": ('wait      "等待时长"', 'wait      "等候"'),
    "the label of a choice": ('peak "高峰"', 'peak "忙时"'),
    "the order of a choice": ('peak "高峰" | off_peak "非高峰"', 'off_peak "非高峰" | peak "高峰"'),
    "presence": ("whole number from 1 when connected", "whole number from 1"),
    "a rule between cells": ("must points_hit <= points_asked", "must points_hit < points_asked"),
    "the folding": ("averaged by period", "averaged"),
    "the value of a parameter": ("= 15 s", "= 20 s"),
    "the range of a parameter": ("from 5 s", "from 6 s"),
    "a bound of a band": ("from 95%:   hot \"热线\"\n  31% to 94%", "from 96%:   hot \"热线\"\n  31% to 95%"),
    "a rounding": ("rounded half up to 1%", "rounded half even to 1%"),
    "the name of a class": ("dead", "dormant"),
    "a weight": ('"A"    | 60%    | 40%', '"A"    | 70%    | 30%'),
    "how experts meet": ("weights shares by mean", "weights shares by median"),
    "a condition": ("unless connected: 0", "unless connected and wait < 300 s: 0"),
    "points of a row": ("4 falling to 2", "4 falling to 3"),
    "a slope": ("4 falling to 2", "4"),
    "strictness": ("up to target:         6\n      over target to", "under target: 6\n      target to"),
    "the rounding of a touchpoint": ("rounded half up to 0.1\n", "rounded half up to 0.5\n"),
    "the rounding of the ranking": ("rounded half up to 0.01", "rounded half up to 0.1"),
    "the step of the ranking's rounding": ("rounded half up to 0.01", "rounded half even to 0.01"),
    "what decides ties": ("ties by speed, access", "ties by access, speed"),
    "whether ties share": ("ties by speed, access", "ties share"),
    "the direction of the ranking": ("ranking by total", "ranking by total, lowest first"),
    "the name of an indicator": ("speed", "pace"),
}


def changed(before: str, after: str) -> str:
    assert before in HOTLINES
    return HOTLINES.replace(before, after)


@pytest.mark.parametrize("what", SAME)
def test_what_has_no_meaning_changes_no_identity(what: str) -> None:
    assert identity(changed(*SAME[what])) == identity(HOTLINES)


@pytest.mark.parametrize("what", OTHER)
def test_what_has_a_meaning_changes_the_identity(what: str) -> None:
    assert identity(changed(*OTHER[what])) != identity(HOTLINES)


def test_all_changes_of_meaning_differ_from_one_another() -> None:
    hashes = {what: identity(changed(*change)) for what, change in OTHER.items()}
    assert len(set(hashes.values())) == len(hashes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_language_of_the_keywords_has_no_meaning(language: str) -> None:
    document = parse(Source("test.rubric", HOTLINES)).document
    assert identity(print_document(document, language)) == identity(HOTLINES)  # type: ignore[arg-type]


def test_the_title_of_a_promise_has_no_meaning_and_its_claim_has() -> None:
    promised = HOTLINES + 'promise "never above the full marks": total <= 20\n'
    assert identity(promised) == identity(promised.replace("never above the full marks", "不超过满分"))
    assert identity(promised) != identity(promised.replace("<= 20", "<= 21"))


def test_a_setting_makes_another_method_and_its_default_none() -> None:
    assert identity(HOTLINES, target="15 s") == identity(HOTLINES)
    assert identity(HOTLINES, target="20 s") != identity(HOTLINES)
    assert identity(HOTLINES, target="20 s") != identity(changed("= 15 s", "= 20 s")), "the default differs"


def test_identity_is_a_sha_256() -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", identity(HOTLINES))


def test_the_same_text_gives_the_same_bytes() -> None:
    assert canonical_json(plan_of(HOTLINES)) == canonical_json(plan_of(HOTLINES))


def test_a_plan_read_back_from_its_json_is_the_same_plan() -> None:
    plan = plan_of(HOTLINES)
    again = ScoringPlan.model_validate_json(canonical_json(plan))
    assert canonical_json(again) == canonical_json(plan)
    assert plan_hash(again) == plan_hash(plan)
    assert again == plan
