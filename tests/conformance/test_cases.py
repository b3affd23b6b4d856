"""Every case gives exactly its answer."""

from __future__ import annotations

from functools import cache

import pytest

from tests.conformance.cases import Case, all_cases, case
from tests.conformance.compare import Verdict
from tests.conformance.run import judged

CASES = [one.name for one in all_cases()]
LEAST = 380
"""Fewer folders than this means that cases got lost, not that the language got smaller."""


@cache
def verdict_of(name: str) -> Verdict:
    return judged(case(name))


@pytest.mark.parametrize("name", CASES)
def test_a_case_gives_its_answer(name: str) -> None:
    assert verdict_of(name).differences == [], case(name).why


def test_every_stated_answer_of_every_case_was_compared() -> None:
    assert len(CASES) >= LEAST
    assert [name for name in CASES if case(name).answers() == 0] == []
    stated = {name: case(name).answers() for name in CASES}
    assert {name: verdict_of(name).compared for name in CASES} == stated


@pytest.mark.parametrize("one", all_cases(), ids=CASES)
def test_a_case_says_how_its_answer_follows(one: Case) -> None:
    assert len(one.why.strip()) > 20
