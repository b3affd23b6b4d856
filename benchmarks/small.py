"""Generated calls as a CSV file, for what small inputs take: rows a second in process, and whole processes.

The calls look like those of the Zhejiang example: one in seven is not answered, and all conditions of the rubric are
met and missed.
"""

from __future__ import annotations

import csv
import io
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import ROOT
from rubric_dsl.engines.compiled import CompiledEngine
from rubric_dsl.engines.contract import Engine
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan

RUBRIC = ROOT / "rubrics/zhejiang_12345_2020.rubric"
SEED = 20201028
ROWS = 20_000
RUNS = 9


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


def zhejiang() -> ScoringPlan:
    plan = compile_rubric(str(RUBRIC), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    return plan


def calls_csv(plan: ScoringPlan, rows: int) -> bytes:
    """The same for the same number of rows."""
    chance = random.Random(SEED)
    columns = plan.tables[0].columns
    members = {column.name: [member.name for member in column.members] for column in columns}
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in columns], restval="")
    writer.writeheader()
    for number in range(rows):
        writer.writerow({
            "call_id": f"{number:07}", "city": members["city"][number % 11],
            "scenario_id": members["scenario_id"][number // 11 % 8],
            "call_date": f"2020-{chance.randint(10, 12)}-{chance.randint(1, 28):02}",
            "call_time": f"{chance.randint(8, 21):02}:{chance.randint(0, 59):02}",
            "period": chance.choice(("peak", "off_peak")), "tester_id": f"M{chance.randint(1, 4)}",
            **(_answered(chance) if chance.random() < 6 / 7 else {"connected": "no", "fail_reason": "busy"}),
        })
    return text.getvalue().encode()


def _answered(chance: random.Random) -> dict[str, object]:
    def answer(share: float) -> str:
        return "yes" if chance.random() < share else "no"

    direct, points = answer(0.7), chance.randint(3, 6)
    return {
        "connected": "yes", "wait_seconds": chance.randint(1, 240), "ivr_present": answer(0.8),
        "audio_clear": answer(0.9), "greeting": answer(0.8), "mandarin_standard": answer(0.8),
        "speech_rate_cpm": chance.randint(80, 170), "tone_rating": chance.randint(1, 5),
        "proactive_guidance": answer(0.6), "direct_answer": direct, "transfers": chance.choice((0, 0, 0, 1, 2)),
        "told_other_number": "no" if direct == "yes" else answer(0.4), "key_points_total": points,
        "key_points_hit": chance.randint(0, points), "policy_basis": answer(0.5),
        "handle_seconds": chance.randint(60, 900), "lookup_hold_seconds": chance.randint(0, 59),
    }


def observed(plan: ScoringPlan, rows: int) -> Observations:
    return read_observations(plan, {"calls": File("calls.csv", calls_csv(plan, rows))})


def rates(rows: int = ROWS) -> Iterator[tuple[str, float, float]]:
    """Name, rows a second of processor time in the median and in the best run; the totals are compared first."""
    plan = zhejiang()
    prepared, given = prepare(plan), observed(plan, rows)
    engines: tuple[tuple[Engine, int], ...] = ((CompiledEngine(), RUNS), (ReferenceEngine(), 3))
    totals = [engine.totals(plan, prepared, given) for engine, _ in engines]
    if any((one.tallies, one.rows, one.aggregates) != (
            totals[0].tallies, totals[0].rows, totals[0].aggregates) for one in totals):
        raise SystemExit("the totals of the engines differ")
    del totals
    for engine, runs in engines:
        seconds = []
        for _ in range(runs):
            start = time.process_time()
            engine.totals(plan, prepared, given)
            seconds.append(time.process_time() - start)
        yield f"{engine.name}: {rows:,} calls to totals", rows / statistics.median(seconds), rows / min(seconds)
