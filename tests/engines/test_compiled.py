"""The compiled engine beside what all engines have in common: functions made of names and numbers, points of rows."""

from __future__ import annotations

import builtins
import re
from fractions import Fraction as F
from typing import Literal

import pytest

from rubric_dsl.engines.compiled import CompiledEngine, functions
from rubric_dsl.engines.compiled.rows import ASSUME_FROM
from rubric_dsl.engines.contract import RowPoints
from rubric_dsl.engines.reference.points import points_of_rows
from rubric_dsl.engines.run import run
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, TEXT, YES_NO
from tests.conformance.cases import all_cases
from tests.engines.build import Given, Plan, choice, observed
from tests.engines.differential import case_of
from tests.engines.row_plans import made_plan, rows
from tests.properties.made import made

NAMES = re.compile(r"(?:c|n|v|k|x|e)[0-9]+|m|d|rows|run|found|append|numerator|denominator|as_integer_ratio|_")
WORDS = {
    "def", "for", "in", "if", "else", "and", "or", "not", "is", "return", "pass", "None", "True", "False",
}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that are written during a test."""
    texts: list[str] = []

    def compiled(text: str, name: str, mode: str) -> object:
        texts.append(text)
        return builtins.compile(text, name, mode)

    monkeypatch.setattr(functions, "compile", compiled, raising=False)
    return texts


def strange(text: str) -> set[str]:
    """Words of a function that are neither Python's nor made for it; marks other than those of expressions."""
    words = set(re.findall(r"[^\W\d]\w*", text))
    marks = set(re.sub(r"[\w\s]", "", text))
    return {word for word in words - WORDS if not NAMES.fullmatch(word)} | marks - set("()[]:;,.=+-*/%<>!|")


def test_functions_hold_nothing_that_stands_in_a_rubric_or_in_data(written: list[str]) -> None:
    plan = Plan()
    plan.table("calls", {'x"); import os #': TEXT, "__class__": choice("a'''", "b\n"), "answered": YES_NO})
    said, kind = plan.column("calls", 'x"); import os #'), plan.column("calls", "__class__")
    texts = plan.add(op.Member(said, ('"""', "\\", "{found}")), YES_NO)
    same = plan.add(op.Compare("=", kind, plan.number("a'''", choice("a'''", "b\n"))), YES_NO)
    both = plan.add(op.Any((texts, same)), YES_NO)
    plan.row_score("work", 3, [plan.touchpoint("t", 3, plan.points_if(both, 3))])
    count = plan.aggregate("count", "calls", where=both)
    plan.measure("m", count)
    calls: list[dict[str, Given]] = [
        {"city": "甲", 'x"); import os #': said, "__class__": kind, "answered": True}
        for said, kind in (("\\", "b\n"), ("x", "a'''"), ("x", "b\n"))
    ]
    done = run(plan.done(), observed(calls=calls), CompiledEngine())
    assert done.values["甲"][count] == 2
    assert written and not set().union(*map(strange, written))


def test_functions_of_all_cases_and_awkward_plans_hold_names_and_numbers_only(written: list[str]) -> None:
    for tried in all_cases():
        plan, observations = case_of(tried)
        if plan.period is None:
            run(plan, observations, CompiledEngine(assuming=True))
    for seed in range(20):
        run(made_plan(seed), rows(seed), CompiledEngine())
    assert len(written) > 350
    assert not set().union(*map(strange, written))


def test_a_condition_that_nests_deeply_is_written_without_nesting() -> None:
    plan = Plan()
    plan.table("calls", {"p": YES_NO, "q": YES_NO, "x": NUMBER})
    columns = [plan.column("calls", name) for name in "pq"]
    node, number = columns[0], plan.column("calls", "x")
    for depth in range(900):
        node = plan.add(op.Not(plan.add(op.Any((node, columns[depth % 2])), YES_NO)), YES_NO)
        number = plan.add(op.Choose(node, number, plan.number(depth)))
    plan.measure("m", plan.aggregate("sum", "calls", number))
    cells = [{"city": "甲", "p": p, "q": q, "x": 3} for p in (True, False) for q in (True, False)]
    done = plan.done()
    reference, compiled = run(done, observed(calls=cells)), run(done, observed(calls=cells), CompiledEngine())
    assert compiled.values == reference.values


# ---------------------------------------------------------------- points of rows


def exactly(points: RowPoints) -> list[object]:
    """The rows in order of the file with numbers for what the engine has; of rows without a score no points."""
    rows = [
        (order, number, stratum, decided, None if score is None else (points.exact(-1, score), tuple(
            None if value is None else points.exact(place, value) for place, value in enumerate(values)
        )))
        for order, number, stratum, decided, score, *values in zip(
            points.order, points.numbers, points.strata, points.decided, points.scores, *points.points, strict=True)
    ]
    return [row[1:] for row in sorted(rows, key=lambda row: row[0])]


def compared(plan: ScoringPlan, observations: Observations, place: str) -> tuple[int, int]:
    """How many row scores of subjects were the same when told and when evaluated, and how many were not told."""
    told, reference = run(plan, observations, CompiledEngine()), run(plan, observations)
    same = untold = 0
    if reference.totals.faults:
        return 0, 0
    for node in plan.nodes:
        step = reference.prepared.steps[node.id]
        if node.grain.kind != "row" or not isinstance(step, Score):
            continue
        assert told.totals.points is not None
        if told.totals.points(node.id) is None:
            untold += 1
            continue
        for subject in reference.totals.subjects:
            one, other = points_of_rows(told, subject, step), points_of_rows(reference, subject, step)
            assert exactly(one) == exactly(other), f"{place}: {subject}, node {node.id}"
            assert one.touchpoints == other.touchpoints
            same += 1
    return same, untold


def test_points_of_rows_are_those_of_rows_evaluated_again() -> None:
    found = []
    for tried in all_cases():
        plan, observations = case_of(tried)
        if plan.period is None:
            found.append(compared(plan, observations, tried.name))
    found += [
        compared(built.plan, built.observations, f"seed {seed}")
        for seed in range(30) if (built := made(seed)).plan.period is None
    ]
    found += [compared(made_plan(seed), rows(seed), f"awkward {seed}") for seed in range(50)]
    same, untold = map(sum, zip(*found, strict=True))
    assert same > 200 and 0 < untold * 3 < same, (same, untold)


def test_cells_with_several_denominators_are_read_over_one() -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    x = plan.column("calls", "x")
    total = plan.aggregate("sum", "calls", plan.add(op.Multiply((x, x), (False, False))))
    plan.measure("m", total)
    cells: list[dict[str, Given]] = [{"city": "甲", "x": x} for x in (F(1, 2), 3, F(2, 3))]
    assert run(plan.done(), observed(calls=cells), CompiledEngine()).values["甲"][total] == F(1, 4) + 9 + F(4, 9)


@pytest.mark.parametrize("strange", [F(1, 2), -1, 2**41, 2**130, None])
@pytest.mark.parametrize("presence", ["optional", "always"])
def test_a_single_strange_cell_among_many_is_seen(strange: Given, presence: Literal["optional", "always"]) -> None:
    """With so many rows cells are taken to be whole numbers that are there until one is not."""
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    schema = plan.tables[0]
    plan.tables[0] = schema.model_copy(update={
        "columns": tuple(column.model_copy(update={"presence": presence}) for column in schema.columns),
    })
    present = plan.add(op.Present(plan.column("calls", "x")), YES_NO)
    totals = [
        plan.aggregate("sum", "calls", 0, where=present), plan.aggregate("count", "calls", where=present),
        plan.aggregate("count", "calls", where=plan.compare(0, "<", "0")),
    ]
    for number, total in enumerate(totals[:2] if strange is None else totals):
        plan.measure(f"m{number}", total)
    cells: list[dict[str, Given]] = [{"city": "甲", "x": 3} for _ in range(ASSUME_FROM + 1)]
    cells[ASSUME_FROM // 2 + 1]["x"] = strange
    done = plan.done()
    reference, compiled = run(done, observed(calls=cells)), run(done, observed(calls=cells), CompiledEngine())
    assert compiled.values == reference.values
    assert compiled.values["甲"][totals[1]] == ASSUME_FROM + (strange is not None)
