"""What holds for every plan and all observations: order is irrelevant, names are only names, parts add up."""

from __future__ import annotations

from fractions import Fraction as F

from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.engines.reference.contributions import contributions, leaves
from rubric_dsl.engines.run import run
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER, YES_NO
from rubric_dsl.results.score import score
from tests.engines.build import Given, Plan, choice, observed, ranks

Rows = list[dict[str, Given]]


def plan(missing: str | None = None) -> ScoringPlan:
    """Two indicators on calls in three scenarios, one touchpoint in one of them only; a penalty; ranked with ties."""
    plan = Plan()
    columns = {"scenario": choice("a", "b", "c"), "ok": YES_NO, "x": NUMBER, "y": NUMBER}
    plan.table("calls", columns, stratum="scenario", missing=missing)
    ok, x, y = (plan.column("calls", name) for name in ("ok", "x", "y"))
    parts = [
        plan.touchpoint("t_x", 6, x, missing="not applicable"),
        plan.touchpoint("t_y", 4, y, strata=["a", "b"], missing=1),
    ]
    low = plan.add(op.All((plan.add(op.Present(x), YES_NO), plan.compare(x, "<", 2))), YES_NO)
    bad = plan.touchpoint("bad", 3, plan.points_if(low, 3), stake="penalty")
    floor = op.Limit("at least", plan.number(0), None)
    work = plan.row_score("work", 10, parts, extras=[bad], conditions=[plan.unless(ok, 2)], limits=[floor])
    manner = plan.row_score("manner", 5, [plan.touchpoint("t", 5, plan.points_if(ok, 5))])
    panel = plan.panel("w", {"work": 2, "manner": 1})
    total = plan.indicator("total", 100, [work, manner], panel=panel)
    rate = plan.measure("rate", plan.aggregate("share", "calls", ok))
    plan.measure("spread", plan.add(op.Across("highest", rate, None, None)))
    plan.ranking(total, rounding=op.Rounding("half up", "1/10"), ties="by", keys=[op.TieKey(rate, False)])
    return plan.done()


PLANS = {missing: plan(missing) for missing in (None, "0", "not applicable")}

CALLS = st.lists(
    st.fixed_dictionaries({
        "city": st.sampled_from("甲乙丙"),
        "scenario": st.sampled_from("abc"),
        "ok": st.booleans(),
        "x": st.none() | st.fractions(0, 6, max_denominator=4),
        "y": st.none() | st.integers(0, 4),
    }),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(CALLS, st.randoms(use_true_random=False), st.sampled_from(sorted(PLANS, key=str)))
def test_the_order_of_rows_is_irrelevant(rows: Rows, random: object, missing: str | None) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (score(PLANS[missing], observed(calls=r)) for r in (rows, shuffled))
    assert one.values
    assert one.values == other.values
    assert ranks(one.rankings[0]) == ranks(other.rankings[0])


@settings(max_examples=40, deadline=None)
@given(CALLS)
def test_renaming_subjects_renames_results_and_nothing_else(rows: Rows) -> None:
    renamed = [{**row, "city": f"市{row['city']}"} for row in rows]
    one, other = (score(PLANS["0"], observed(calls=r)) for r in (rows, renamed))
    assert {f"市{city}": values for city, values in one.values.items()} == other.values


@settings(max_examples=60, deadline=None)
@given(CALLS, st.sampled_from(sorted(PLANS, key=str)))
def test_contributions_add_up_for_every_subject(rows: Rows, missing: str | None) -> None:
    done = run(PLANS[missing], observed(calls=rows))
    assert not done.problems.count
    total = next(v.node for v in done.plan.values if v.name == "total")
    for subject in done.subjects:
        item = contributions(done, subject, total)
        if is_number(item.points):
            lost = [leaf.lost for leaf in leaves(item)]
            assert sum(lost) == 100 - item.points  # type: ignore[operator, arg-type]


@settings(max_examples=40, deadline=None)
@given(CALLS, st.integers(0, 7), st.fractions(0, 6, max_denominator=4))
def test_improving_a_row_never_lowers_what_rises_with_it(rows: Rows, place: int, better: F) -> None:
    row = rows[place % len(rows)]
    low = row["x"]
    if isinstance(low, F) and low < better:
        improved = [{**r, "x": better} if r is row else r for r in rows]
        before, after = (score(PLANS["0"], observed(calls=r)).values for r in (rows, improved))
        city = str(row["city"])
        assert after[city]["total"] >= before[city]["total"]  # type: ignore[operator]
