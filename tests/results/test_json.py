"""`rubric-result/1` and the rows of a spreadsheet, for one small run written out in full."""

from __future__ import annotations

import json

from rubric_dsl.engines.reference.contributions import contributions, losses
from rubric_dsl.engines.run import run
from rubric_dsl.observations.model import Ledger, Observations, Repair, TableData
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import DATE, DURATION, NUMBER, YES_NO
from rubric_dsl.results.json import ledger_json, result_json
from rubric_dsl.results.score import result_of
from rubric_dsl.results.table import result_rows
from tests.engines.build import Plan, grid, observed


def small() -> Plan:
    plan = Plan()
    plan.parameter("target", 4, default=3)
    plan.table("calls", {"ok": YES_NO, "x": NUMBER, "wait": DURATION})
    ok = plan.column("calls", "ok")
    t = plan.touchpoint("t", 9, plan.column("calls", "x"))
    total = plan.row_score("total", 9, [t], conditions=[plan.when(ok)])
    plan.measure("rate", plan.aggregate("share", "calls", ok))
    wait = plan.aggregate("mean", "calls", plan.column("calls", "wait"))
    plan.nodes[wait] = plan.nodes[wait].model_copy(update={"type": DURATION})
    plan.measure("wait", wait)
    plan.measure("slow", plan.add(op.Compare(">", wait, plan.number(20, DURATION)), YES_NO))
    plan.measure("day", plan.add(op.Constant("2020-10-28"), DATE))
    plan.ranking(total, rounding=op.Rounding("half up", "1/1000"))
    rate = next(v.node for v in plan.values if v.name == "rate")
    plan.nodes[rate] = plan.nodes[rate].model_copy(update={"type": plan.nodes[rate].type.__class__("percent")})
    return plan


ROWS = grid("city ok x wait", "甲 yes 8 10", "甲 yes 8 20", "甲 yes 9 30", "乙 no 1 60")


def test_a_result_as_json() -> None:
    done = run(small().done(), observed(calls=ROWS))

    found = result_json(
        done.plan, "sha256:abc", result_of(done),
        lambda schema, subject: losses(contributions(done, subject, done.plan.values[1].node)),
    )

    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    assert found["format"] == "rubric-result/1"
    assert found["rubric"] == {"title": "a case", "edition": None, "plan": "sha256:abc"}
    assert found["engine"] == "reference"
    assert found["parameters"] == {"target": {"value": {"exact": "4", "shown": "4"}, "set": True}}
    assert found["ledger"]["calls"]["read"] == 4
    nothing = {"state": "not applicable", "because": "no row of `calls` counts"}
    ranking = found["rankings"][0]
    assert (ranking["name"], ranking["by"]) == ("ranking", "total")
    # (1 + 1 + 0) ÷ 3 points lost, on rows 2 and 3
    lost = {"exact": "2/3", "shown": "0.667"}
    assert ranking["rows"] == [
        {
            "rank": 1, "subject": "甲", "score": {"exact": "8333/1000", "shown": "8.333"},
            "reasons": [{
                "item": "t", "kind": "touchpoint", "lost": lost,
                "rows": [{"table": "calls", "row": 2}, {"table": "calls", "row": 3}],
                "text": "t: 0.667 points lost on rows 2, 3",
            }],
        },
        {
            "rank": None, "subject": "乙", "score": nothing, "because": "not applicable: no row of `calls` counts",
            "reasons": [],
        },
    ]
    assert found["subjects"]["甲"] == {
        "t": {"exact": "25/3", "shown": "8.333"},
        "total": {"exact": "25/3", "shown": "8.333"},
        "rate": {"exact": "1", "shown": "100%"},
        "wait": {"exact": "20", "shown": "20 s"},
        "slow": False,
        "day": "2020-10-28",
    }
    assert found["subjects"]["乙"]["total"] == nothing


def test_a_stopped_run_has_diagnostics_and_nothing_else() -> None:
    plan = small()
    done = run(plan.done(), observed(calls=grid("city ok x wait", "甲 yes 10 1")))
    found = result_json(done.plan, "sha256:abc", result_of(done), diagnostics=[{"code": "X006"}])
    assert (found["rankings"], found["subjects"], found["diagnostics"]) == ([], {}, [{"code": "X006"}])


def test_an_enclosed_number_has_no_exact_text() -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    total = plan.aggregate("sum", "calls", plan.column("calls", "x"))
    plan.measure("root", plan.add(op.Function("sqrt", (total,))))
    done = run(plan.done(), observed(calls=grid("city x", "甲 2")))
    found = result_json(done.plan, "sha256:abc", result_of(done))
    assert found["subjects"]["甲"]["root"] == {"exact": None, "shown": "1.414"}


def test_a_ledger_accounts_for_repairs() -> None:
    ledger = Ledger("calls", "calls.csv", "00", 1, 1, 0, (), (Repair("calls.csv", 2, "x", "89.9999", "90", "D900"),))
    assert ledger_json(ledger)["repairs"] == [
        {
            "file": "calls.csv", "row": 2, "cell": "2", "column": "x", "before": "89.9999", "after": "90",
            "code": "D900",
        }
    ]


def test_a_result_as_rows_of_text() -> None:
    done = run(small().done(), observed(calls=ROWS))
    assert list(result_rows(done.plan, [result_of(done)])) == [
        ("subject", "rank", "score", "exact", "t", "total", "rate", "wait", "slow", "day"),
        ("甲", "1", "8.333", "8333/1000", "8.333", "8.333", "100%", "20 s", "no", "2020-10-28"),
        ("乙", "", "", "", "", "", "0%", "60 s", "yes", "2020-10-28"),
    ]
    header = next(iter(result_rows(done.plan, [result_of(done)], "zh")))
    assert header[:4] == ("对象", "名次", "得分", "准确值")


def test_a_table_that_nobody_gave_has_no_ledger() -> None:
    plan = small().done()
    empty = result_of(run(plan, Observations({})))
    assert (empty.ledgers, empty.values, empty.rankings[0].rows) == ({}, {}, ())
    data = TableData("calls", (), Ledger("calls", "c.csv", "00", 0, 0, 0))
    assert list(result_of(run(plan, Observations({"calls": data}))).ledgers) == ["calls"]
