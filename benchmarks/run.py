"""All benchmarks in one run: `./dev bench`; `./dev bench --peers` also times the named peers; `./dev bench --columns`
times only the engines, with many rows, `./dev bench --sql` only databases.

Nothing here passes or fails: the table shows each median beside its limit or peer, to be read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import columns, peers, sql
from benchmarks.generate import large_rubric
from benchmarks.timing import ROOT, Timing, function, process
from rubric_dsl.engines.run import run
from rubric_dsl.explain.why import Explainer, roots
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, Workspace, compile_rubric

RUBRIC = "rubrics/zhejiang_12345_2020.rubric"
CALLS = "examples/zhejiang_12345_2020/calls.csv"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


def main() -> None:
    if "--columns" in sys.argv[1:]:
        columns.main(sys.argv[1:])
        return
    if "--sql" in sys.argv[1:]:
        sql.main(sys.argv[1:])
        return
    print(f"{'milliseconds':<58} {'min':>8} {'median':>8} {'max':>8}  ratio to the limit")
    for timing in [*_processes(), *_zhejiang(), *_edits()]:
        print(timing.row(), flush=True)
    if "--peers" in sys.argv[1:]:
        peers.compare()


def _processes() -> Iterator[Timing]:
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.rubric"
        large.write_text(large_rubric(), encoding="utf-8")
        yield process("rubric --help, whole process", ["--help"], 0.15)
        yield process("check of a 2,000-line rubric, whole process", ["check", str(large)], 0.5)
        yield process("score of the Zhejiang evaluation, whole process", ["score", RUBRIC, f"calls={CALLS}"], 0.5)


def _compiled(text: bytes, workspace: Workspace | None = None) -> Compiled:
    return compile_rubric(RUBRIC, lambda path: text, workspace=workspace)


def _zhejiang() -> Iterator[Timing]:
    plan = _compiled((ROOT / RUBRIC).read_bytes()).plan
    assert plan is not None
    data = File(CALLS, (ROOT / CALLS).read_bytes())

    def score_and_explain() -> None:
        done = run(plan, read_observations(plan, {"calls": data}))
        explainer = Explainer(done)
        for subject in done.subjects:
            explainer.explain(subject, roots(plan)[0])

    yield function("Zhejiang in process: read, score, explain every city", score_and_explain, 0.06)
    yield function("  of this: read and score", lambda: run(plan, read_observations(plan, {"calls": data})))


def _edits() -> Iterator[Timing]:
    """One statement changed in 2,000 lines, back and forth: only what it touches is done again."""
    text = large_rubric()
    other = text.replace("over 15 s to 60 s: 4", "over 15 s to 60 s: 3", 1)
    workspace = Workspace()
    turn = [text.encode(), other.encode()]
    _compiled(turn[0], workspace)

    def edit() -> None:
        turn.reverse()
        assert not _compiled(turn[0], workspace).has_errors

    yield function("check again after one edit in 2,000 lines", edit, 0.05, runs=21)
    yield function("  for comparison: check of the same from nothing", lambda: _compiled(turn[0]))


if __name__ == "__main__":
    main()
