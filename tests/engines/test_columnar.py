"""The columnar engine answers what the reference engine answers, equal and not close."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction as F

import pytest

from rubric_dsl.engines.columnar import ColumnarEngine
from rubric_dsl.engines.contract import Totals
from rubric_dsl.engines.lowering.totals import Disagreement
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.evaluation.values import Undefined
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.score import score
from tests.conformance.cases import all_cases
from tests.engines import differential
from tests.engines.build import Given, Plan, observed
from tests.engines.differential import case_of, runs_of, said
from tests.engines.row_plans import made_plan, rows
from tests.properties.long import count
from tests.properties.made import made

GENERATED = count(60, 20_000)
AWKWARD = count(150, 80_000)


def both(plan: ScoringPlan, observations: Observations) -> tuple[dict[str, object], dict[str, object], Counter[str]]:
    engine = ColumnarEngine()
    return *differential.both(plan, observations, engine), engine.ways


# ------------------------------------------------------------------ differential


def test_every_conformance_case_has_the_totals_of_the_reference() -> None:
    ways: Counter[str] = Counter()
    for tried in all_cases():
        plan, observations = case_of(tried)
        for own in runs_of(plan, observations):
            reference, columnar, how = both(plan, own)
            assert columnar == reference, tried.name
            ways += how + Counter(runs=1)
    assert ways["runs"] >= 440
    assert ways["columns"] >= 380 and ways["distinct"] <= 10, ways


def test_generated_rubrics_have_the_totals_of_the_reference() -> None:
    ways: Counter[str] = Counter()
    for seed in range(GENERATED):
        built = made(seed)
        for own in runs_of(built.plan, built.observations):
            reference, columnar, how = both(built.plan, own)
            assert columnar == reference, f"seed {seed}\n{built.text}"
            ways += how + Counter(runs=1)
    assert ways["runs"] >= GENERATED
    assert ways["columns"] >= 15 * GENERATED and ways["distinct"] * 50 < ways["columns"], ways


def test_awkward_plans_and_rows_have_the_totals_of_the_reference() -> None:
    """Faults, thirds, sums beyond 64 bits, blanks everywhere; `met` says that they really occur."""
    met: Counter[str] = Counter()
    for seed in range(AWKWARD):
        reference, columnar, how = both(made_plan(seed), rows(seed))
        assert columnar == reference, f"seed {seed}"
        met += how
        met["faults"] += bool(reference["faults"])
        met["pooled"] += bool(reference["samples"])
        met["faulty aggregates"] += "Undefined" in str(reference["aggregates"])
        met["roots"] += "Real" in str(reference)
        met["beyond 64 bits"] += any(len(word) > 20 for word in str(reference["tallies"]).split("Fraction("))
    assert met["columns"] > 12 * AWKWARD and met["distinct"] > AWKWARD, met
    least = {"faults": 40, "pooled": 30, "faulty aggregates": 40, "roots": 5, "beyond 64 bits": 50}
    assert {name: part for name, part in least.items() if met[name] * 100 < part * AWKWARD} == {}, met


def test_shuffled_rows_have_the_same_sums() -> None:
    for seed in range(40):
        plan, given = made_plan(seed), rows(seed)
        data = given.tables["calls"]
        shuffled = list(data.rows)
        random.Random(seed).shuffle(shuffled)
        reference, columnar, _ = both(plan, Observations({"calls": replace(data, rows=tuple(shuffled))}))
        assert columnar == reference
        assert said(ColumnarEngine().totals(plan, prepare(plan), given))["tallies"] == columnar["tallies"]


# ------------------------------------------------------------------ what columns could get wrong


def measured(
    name: op.AggregateName, cells: list[Given], operation: op.Operation | None = None, constant: str = "1"
) -> object:
    """The aggregate over the cells of one city, or over `operation` on each: node 0 is the column, 1 the constant."""
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    node = plan.column("calls", "x")
    assert (node, plan.number(constant)) == (0, 1)
    if operation is not None:
        node = plan.add(operation)
    plan.measure("m", plan.aggregate(name, "calls", node))
    return score(plan.done(), observed(calls=[{"city": "甲", "x": cell} for cell in cells]), ColumnarEngine()).values[
        "甲"]["m"]


@pytest.mark.parametrize("bits", [15, 31, 32, 62, 63, 64, 100, 126, 127, 128, 200])
def test_sums_do_not_wrap(bits: int) -> None:
    assert measured("sum", [2**bits] * 3) == 3 * 2**bits
    assert measured("sum", [-(2**bits)] * 3) == -3 * 2**bits
    assert measured("mean", [2**bits - 1, 2**bits + 1]) == 2**bits


def test_products_do_not_wrap() -> None:
    squared = op.Multiply((0, 0), (False, False))
    for bits in (7, 8, 15, 16, 31, 32, 60, 63, 64, 90):
        assert measured("sum", [2**bits, -(2**bits)], squared) == 2 * 4**bits


def test_a_wide_number_times_nothing_is_nothing() -> None:
    assert measured("sum", [2**40, -(2**70)], op.Multiply((0, 1), (False, False)), constant="0") == 0


def test_eighteen_decimals_are_exact() -> None:
    long = F(999_999_999_999_999_999, 10**18)
    assert measured("sum", [long, F(1, 10**18), F(1, 3)]) == F(4, 3)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # -2.5, -1.5, -0.5, 0.5, 1.5, 2.5 to whole numbers
        ("half up", [-3, -2, -1, 1, 2, 3]), ("half even", [-2, -2, 0, 0, 2, 2]),
        ("up", [-2, -1, 0, 1, 2, 3]), ("down", [-3, -2, -1, 0, 1, 2]),
    ],
)
def test_negative_numbers_are_rounded_as_said(mode: op.Mode, expected: list[int]) -> None:
    cells = [F(-5, 2), F(-3, 2), F(-1, 2), F(1, 2), F(3, 2), F(5, 2)]
    found = [measured("sum", [cell], op.Round(0, mode, "1")) for cell in cells]
    assert found == expected


def test_middle_values_are_exact() -> None:
    assert measured("median", [1, 2, F(1, 3), 5]) == F(3, 2)
    assert measured("median", [7, 7, 1]) == 7
    assert measured("trimmed_mean", [0, 10, 4, 5, 6, 0]) == F(15, 4)
    assert measured("deviation", [1, 5]) == 2


def test_an_absence_is_no_answer_unless_it_was_decided_before() -> None:
    """`absent and no` is absent, `no and absent` is no: conditions are read from the left."""
    plan = Plan()
    plan.table("calls", {"p": YES_NO, "q": YES_NO})
    p, q = plan.column("calls", "p"), plan.column("calls", "q")
    first, second = plan.add(op.All((p, q)), YES_NO), plan.add(op.All((q, p)), YES_NO)
    present = [plan.add(op.Present(node), YES_NO) for node in (first, second)]
    for name, node in zip(("first", "second"), present, strict=True):
        plan.measure(name, plan.aggregate("share", "calls", node))
    calls: list[dict[str, Given]] = [{"city": "甲", "p": None, "q": False}]
    values = score(plan.done(), observed(calls=calls), ColumnarEngine()).values["甲"]
    assert (values["first"], values["second"]) == (0, 1)


def test_a_fault_names_its_row_and_the_rest_is_added_up() -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    plan.row_score("work", 3, [plan.touchpoint("t", 3, plan.column("calls", "x"))])
    done = plan.done()
    calls: list[dict[str, Given]] = [{"city": "甲", "x": x} for x in (1, 4, None, 3)]
    totals = ColumnarEngine().totals(done, prepare(done), observed(calls=calls))
    assert [(fault.reason, fault.row) for fault in totals.faults] == [("outside its worth", 3), ("absent", 4)]
    (tally,) = {tally for by in totals.tallies.values() for of in by.values() for tally in of.values()}
    assert (tally.count, tally.sum) == (2, 4)


def test_engines_that_do_not_agree_on_a_fault_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    plan.row_score("work", 3, [plan.touchpoint("t", 3, plan.column("calls", "x"))])
    done = plan.done()
    silent = Totals((), {}, {}, {}, {}, {}, (Undefined("absent", 0, row=99, table="calls"),))
    monkeypatch.setattr("rubric_dsl.engines.lowering.totals.reference_totals", lambda *_: silent)
    with pytest.raises(Disagreement):
        ColumnarEngine().totals(done, prepare(done), observed(calls=[{"city": "甲", "x": 4}]))
