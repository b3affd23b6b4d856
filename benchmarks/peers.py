"""The same 22 touchpoints of 88 calls in decision engines in use today, in the same run.

The peers run in a virtual environment of their own (`benchmarks/requirements.txt`). Each gets the calls as plain
numbers and truth values and gives the points of every call; the sums must agree, or the comparison is void.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

from benchmarks import small
from benchmarks.timing import ROOT, Timing, function
from rubric_dsl.engines.run import run
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric

RUBRIC = ROOT / "rubrics/zhejiang_12345_2020.rubric"
CALLS = ROOT / "examples/zhejiang_12345_2020/calls.csv"
FOLDER = ROOT / ".venv" / "peers"

TOUCHPOINTS: tuple[tuple[int, str], ...] = (
    (6, "connected"),
    (2, "ivr_present"),
    (2, "audio_clear"),
    (3, "wait_seconds <= 180"),
    (5, "wait_seconds <= 60"),
    (5, "wait_seconds <= 30"),
    (7, "wait_seconds <= 15"),
    (2, "greeting"),
    (3, "mandarin_standard"),
    (3, "speech_rate_cpm >= 100 and speech_rate_cpm <= 140"),
    (4, "tone_rating >= 4"),
    (3, "proactive_guidance"),
    (6, "direct_answer"),
    (4, "transfers == 0"),
    (5, "told_other_number == false"),
    (5, "2 * key_points_hit >= key_points_total"),
    (6, "key_points_hit == key_points_total"),
    (4, "policy_basis"),
    (7, "handle_seconds <= 600"),
    (7, "handle_seconds <= 300"),
    (6, "handle_seconds <= 180"),
    (5, "lookup_hold_seconds <= 30"),
)
"""Points and condition of each touchpoint, in the words that both peers read (cel writes && for and)."""


def calls() -> list[dict[str, object]]:
    """The calls as plain values; one that nobody answered has false and large numbers, so that nothing scores."""
    with open(CALLS, encoding="utf-8", newline="") as file:
        return [{name: _plain(name, cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def _plain(name: str, cell: str) -> object:
    if cell in ("yes", "no"):
        return cell == "yes"
    if cell == "":
        return name == "told_other_number" if name in _FLAGS else -1 if name in _HIGHER_IS_BETTER else 99999
    return int(cell) if cell.isdigit() else cell


_HIGHER_IS_BETTER = frozenset({"key_points_hit", "tone_rating", "speech_rate_cpm"})
_FLAGS = frozenset({
    "ivr_present", "audio_clear", "greeting", "mandarin_standard", "proactive_guidance", "direct_answer",
    "policy_basis", "told_other_number",
})


def compare() -> None:
    """Prints the table of peers: points of all calls, in milliseconds of processor time and as ratios to ours."""
    _install()
    ours = _ours()
    _, per_second, _ = next(iter(small.rates()))
    compiled = Timing("rubric, compiled engine: exact totals, 88 of 20,000 calls", (88 / per_second,))
    rows = calls()
    expected = _points_by_hand(rows)
    task = json.dumps({"calls": rows, "touchpoints": TOUCHPOINTS})
    python = FOLDER / ("Scripts" if os.name == "nt" else "bin") / "python"
    script = str(Path(__file__).with_name("peer_runs.py"))
    done = subprocess.run([str(python), script], input=task, capture_output=True, text=True, check=True)
    print(f"\n{'22 touchpoints of 88 calls':<58} {'min':>8} {'median':>8} {'max':>8}  "
          "ratio to reference, to compiled")
    print(ours.row())
    print(f"{compiled.row().rstrip()}  {compiled.median / ours.median:.3f}")
    for name, answer in json.loads(done.stdout).items():
        timing = Timing(name, tuple(answer["seconds"]))
        same = "" if answer["points"] == expected else f"  points differ: {answer['points']} for {expected}"
        ratios = f"{timing.median / ours.median:5.1f} {timing.median / compiled.median:8.1f}"
        print(f"{timing.row().rstrip()}  {ratios}{same}")


def _points_by_hand(rows: list[dict[str, object]]) -> int:
    """The sum of all points, by Python's own reading of the conditions."""
    names = {"true": True, "false": False}
    conditions = [(points, compile(condition, "touchpoint", "eval")) for points, condition in TOUCHPOINTS]
    return sum(points for row in rows for points, condition in conditions if eval(condition, names, dict(row)))


def _ours() -> Timing:
    plan = compile_rubric(str(RUBRIC), lambda path: Path(path).read_bytes()).plan
    assert plan is not None

    class File:
        name = str(CALLS)
        data = CALLS.read_bytes()

    observations = read_observations(plan, {"calls": File})
    name = "rubric, reference engine: exact, with folding and ranking"
    return function(name, lambda: run(plan, observations), clock=time.process_time)


def _install() -> None:
    if (FOLDER / "ready").exists():
        return
    print("installing the peers", file=sys.stderr)
    venv.create(FOLDER, with_pip=True, clear=True)
    python = FOLDER / ("Scripts" if os.name == "nt" else "bin") / "python"
    requirements = Path(__file__).with_name("requirements.txt")
    subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(requirements)], check=True, stdout=sys.stderr)
    (FOLDER / "ready").touch()
