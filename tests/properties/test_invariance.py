"""What may be changed in the observations, or in how weights are written, without moving anybody."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.plan.identity import canonical_json, plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.json import result_json
from rubric_dsl.results.model import Result
from rubric_dsl.results.score import score
from tests.properties import model as m
from tests.properties.generate import Case
from tests.properties.long import count
from tests.properties.made import Made, made
from tests.properties.program import File, files, observed, plan_of, rubric_text

CASES = count(120, 5000)
SEVERAL = count(25, 400)

Ranks = dict[str, dict[str, int | None]]


def ranks(result: Result) -> Ranks:
    return {one.name: {row.subject: row.rank for row in one.rows} for one in result.rankings}


def scored(plan: ScoringPlan, case: Case) -> Result:
    return score(plan, observed(plan, files(case)))


def judged(built: Made, other: Result) -> None:
    """The other result says the same."""
    assert bool(other.problem_count) == bool(built.result.problem_count)
    assert other.values == built.result.values, built.text
    assert ranks(other) == ranks(built.result), built.text


def test_the_order_of_rows_is_irrelevant() -> None:
    for seed in range(CASES):
        built = made(seed)
        shuffled = {name: list(rows) for name, rows in built.case.observations.items()}
        for rows in shuffled.values():
            random.Random(seed).shuffle(rows)
        case = replace(built.case, observations={name: tuple(rows) for name, rows in shuffled.items()})
        judged(built, scored(built.plan, case))


def renamed(case: Case) -> Case:
    """Every subject with another name, its place in the alphabet changed too."""
    observations = {
        name: tuple({**row, "city": f"{'乙甲'[ord(str(row['city'])) % 2]}区{row['city']}"} for row in rows)
        for name, rows in case.observations.items()
    }
    return replace(case, observations=observations)


def test_renaming_subjects_renames_results_and_nothing_else() -> None:
    seen = 0
    for seed in range(CASES):
        built = made(seed)
        if built.case.rubric.tables[0].column("city").members:
            continue  # their names are a part of the rubric
        seen += 1
        new = {old: str(row["city"]) for name, rows in renamed(built.case).observations.items()
               for old, row in zip((str(r["city"]) for r in built.case.observations[name]), rows, strict=True)}
        other = scored(built.plan, renamed(built.case))
        assert {new[name]: values for name, values in built.result.values.items()} == other.values
        for ranking, placed in ranks(built.result).items():
            assert {new[name]: rank for name, rank in placed.items()} == ranks(other)[ranking], built.text
    assert seen > CASES // 3


def scaled(rubric: m.Rubric, choose: random.Random) -> m.Rubric:
    """All ratings of each expert times a number of its own."""

    def panel(weights: m.Weights) -> m.Weights:
        return weights if weights.unit else replace(weights, rows=tuple(map(expert, weights.rows)))

    def expert(row: tuple[str, tuple[Fraction, ...]]) -> tuple[str, tuple[Fraction, ...]]:
        times = Fraction(choose.choice(("2", "7", "1/2", "5/2")))
        return row[0], tuple(cell * times for cell in row[1])

    return replace(rubric, weights=tuple(map(panel, rubric.weights)))


def test_scaling_all_ratings_of_an_expert_changes_nothing() -> None:
    seen = 0
    for seed in range(CASES):
        built = made(seed)
        rubric = scaled(built.case.rubric, random.Random(seed))
        if rubric == built.case.rubric:
            continue
        seen += 1
        judged(built, scored(plan_of(rubric_text(rubric)), built.case))
    assert seen > CASES // 5


def test_the_same_input_gives_the_same_bytes() -> None:
    """Also in another process, where sets are in another order."""
    there = [_elsewhere(order) for order in ("1", "2")]
    assert there[0] == there[1] == _digests()


def _elsewhere(order: str) -> list[str]:
    program = "import json; from tests.properties.test_invariance import _digests; print(json.dumps(_digests()))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": order},
        cwd=Path(__file__).parents[2],
    )
    digests: list[str] = json.loads(done.stdout)
    return digests


def _digests() -> list[str]:
    """Of plan and result of some cases, as JSON."""
    found = []
    for seed in range(SEVERAL):
        plan = plan_of(made(seed).text)
        result = result_json(plan, plan_hash(plan), scored(plan, made(seed).case))
        whole = canonical_json(plan) + json.dumps(result, ensure_ascii=False)
        found.append(hashlib.sha256(whole.encode()).hexdigest())
    return found


# ------------------------------------------------------------------ improving

CALLS = st.tuples(st.sampled_from("甲乙"), st.sampled_from("abc"), st.integers(0, 20))
RISING = """rubric "rising"
observe calls of city, averaged by scenario
  city text
  scenario choice a | b | c
  hits whole number 0 to 20
  missing: 0
indicator total worth 20
  touchpoint t worth 10 by hits
{rows}
  touchpoint u worth 10, plus {each} per hits
"""


@st.composite
def rising_tables(draw: st.DrawFn) -> str:
    """Rows from 0 to 20 whose points never fall, some of them rising within the row; the last gives all."""
    cuts = sorted(draw(st.sets(st.integers(1, 19), min_size=1, max_size=4)))
    points = sorted(draw(st.lists(st.integers(0, 10), min_size=2 * len(cuts), max_size=2 * len(cuts))))
    rows = []
    for place, (low, high) in enumerate(zip((0, *cuts), cuts, strict=False)):
        first, last = points[2 * place : 2 * place + 2]
        given = f"{first} rising to {last}" if first < last else f"{first}"
        rows.append(f"    {low} to under {high}: {given}")
    return "\n".join([*rows, f"    from {cuts[-1]}: 10"])


@settings(max_examples=count(40, 2000), deadline=None)
@given(
    rising_tables(),
    st.sampled_from(("0.5", "1", "3")),
    st.lists(CALLS, min_size=1, max_size=9),
    st.data(),
)
def test_what_rises_with_a_column_never_falls_when_a_row_improves(
    rows: str, each: str, calls: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    plan = plan_of(RISING.format(rows=rows, each=each))
    place = data.draw(st.integers(0, len(calls) - 1))
    city, scenario, hits = calls[place]
    better = [*calls[:place], (city, scenario, data.draw(st.integers(hits, 20))), *calls[place + 1 :]]
    before, after = (_called(plan, given) for given in (calls, better))
    for subject, values in before.values.items():
        for name, value in values.items():
            improved = after.values[subject][name]
            assert isinstance(value, Fraction) and isinstance(improved, Fraction)
            assert improved >= value if subject == city else improved == value


def _called(plan: ScoringPlan, calls: list[tuple[str, str, int]]) -> Result:
    lines = ["city,scenario,hits", *(f"{city},{scenario},{hits}" for city, scenario, hits in calls)]
    return score(plan, observed(plan, {"calls": File("calls.csv", "\n".join(lines).encode())}))


# ------------------------------------------------------------------ the cases themselves


def test_the_cases_say_something() -> None:
    """That nobody moves is worth little where nobody is told apart."""
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        result = made(seed).result
        totals = [values["item_1"] for values in result.values.values()]
        seen["told apart"] += len({str(total) for total in totals}) > 1
        given_ranks = [rank for placed in ranks(result).values() for rank in placed.values() if rank is not None]
        seen["ranked"] += max(given_ranks, default=0) > 1
    assert min(seen.values()) > CASES // 2, seen
