"""Plans as JSON and back, strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.json import NotThis, from_json, plain
from rubric_dsl.plan.model import ScoringPlan
from tests.conformance.cases import all_cases
from tests.conformance.run import load

ROOT = Path(__file__).resolve().parent.parent.parent


def plan_of(path: Path) -> ScoringPlan:
    plan = compile_rubric(str(path), load).plan
    assert plan is not None
    return plan


ZHEJIANG = plan_of(ROOT / "rubrics/zhejiang_12345_2020.rubric")
TEXT = json.dumps(plain(ZHEJIANG), ensure_ascii=False)


def test_every_plan_is_the_same_after_writing_and_reading() -> None:
    plans = [plan_of(path) for path in sorted((ROOT / "rubrics").glob("*/*.rubric")) if ".published" not in path.name]
    plans += [plan for tried in all_cases() if (plan := compile_rubric(str(tried.rubric), load).plan) is not None]
    assert len(plans) > 200
    for plan in plans:
        assert from_json(ScoringPlan, json.dumps(plain(plan))) == plan


def parts_of(value: Any) -> list[tuple[Any, Any]]:
    """Every place in the JSON: the list or object, and the key."""
    found = []
    waiting = [value]
    while waiting:
        part = waiting.pop()
        keys = list(part) if isinstance(part, dict) else list(range(len(part))) if isinstance(part, list) else []
        found += [(part, key) for key in keys]
        waiting += [part[key] for key in keys]
    return found


@settings(max_examples=100, deadline=None)
@given(
    place=st.integers(0, 10**6),
    strange=st.sampled_from([None, True, 3, -1, "x", [], {}, ["x"], {"kind": "add"}, 1.5]),
)
def test_a_plan_with_something_else_in_a_place_is_no_plan_or_another_one(place: int, strange: object) -> None:
    """Never an exception other than NotThis, and never the plan that it was."""
    data = json.loads(TEXT)
    places = parts_of(data)
    part, key = places[place % len(places)]
    changed = part[key] != strange or type(part[key]) is not type(strange)
    part[key] = strange
    try:
        found = from_json(ScoringPlan, json.dumps(data))
    except NotThis:
        assert changed
    else:
        assert (found != ZHEJIANG) == changed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"format": "rubric-plan/1"', '"format": "rubric-plan/2"'),
        ('"folding": "averaged"', '"folding": "Averaged"'),
        ('"key": true', '"key": 1'),
        ('"id": 0', '"id": 0.0'),
        ('"kind": "column"', '"kind": "cell"'),
        ('"subjects":', '"subject":'),
        ('"period": null', '"period": null, "color": null'),
    ],
)
def test_what_is_unknown_or_of_another_type_is_refused(before: str, after: str) -> None:
    assert before in TEXT
    with pytest.raises(NotThis):
        from_json(ScoringPlan, TEXT.replace(before, after, 1))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "[" * 100_000, TEXT[:-1], "1e400", '{"nodes": []}'])
def test_what_is_no_plan_at_all_is_refused(text: str) -> None:
    with pytest.raises(NotThis):
        from_json(ScoringPlan, text)
