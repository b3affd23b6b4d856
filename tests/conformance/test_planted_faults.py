"""The cases notice mistakes: each planted fault changes the answer of every case that it names."""

from __future__ import annotations

from functools import cache

import pytest

from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.conformance.cases import case
from tests.conformance.compare import verdict
from tests.conformance.faults import FAULTS, Fault
from tests.conformance.run import load, scored

LEAST = 130
"""Fewer faults than this means that some got lost."""


@cache
def plan_of(name: str) -> ScoringPlan:
    plan = compile_rubric(str(case(name).rubric), load).plan
    assert plan is not None
    return plan


def differences(name: str) -> list[str]:
    return verdict(case(name), scored(case(name), plan_of(name))).differences


@pytest.mark.parametrize("planted", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_is_noticed(planted: Fault) -> None:
    assert planted.cases, "a fault names the cases that notice it"
    assert {name: differences(name) for name in planted.cases} == {name: [] for name in planted.cases}
    with pytest.MonkeyPatch.context() as patch:
        planted.plant(patch)
        unnoticed = [name for name in planted.cases if not differences(name)]
    assert unnoticed == []


def test_faults_are_many_and_different() -> None:
    assert len(FAULTS) >= LEAST
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
