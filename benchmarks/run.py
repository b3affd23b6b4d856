"""All benchmarks in one run: `./dev bench`. With the name of one that stands apart (`--scans`), only that one;
`--quick`, alone or with a name: only that what is compared is equal.

Nothing here passes or fails: the table shows each median beside its limit or peer, to be read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import audit, change, columns, growth, peers, reading, scans, small, sql, subjects
from benchmarks.editing import editing
from benchmarks.generate import large_rubric
from benchmarks.timing import ROOT, Timing, function, process
from rubric_dsl.engines.run import run
from rubric_dsl.explain.why import Explainer, roots
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, Workspace, compile_rubric
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.layout import formatted
from rubric_dsl.text.files import Source

RUBRIC = "rubrics/zhejiang_12345_2020.rubric"
CALLS = "examples/zhejiang_12345_2020/calls.csv"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


def _writing(words: Sequence[str]) -> None:
    if "--quick" not in words:  # nothing here is compared
        _show(_edits(), _layout(), editing())


_APART: Mapping[str, Callable[[Sequence[str]], None]] = {
    "--audit": audit.main, "--change": change.main, "--columns": columns.main, "--growth": growth.main,
    "--reading": reading.main, "--scans": scans.main, "--sql": sql.main,
    "--subjects": subjects.main, "--writing": _writing,
}
"""Benchmarks that run only when they are asked for."""


def main() -> None:
    words = sys.argv[1:]
    for word in words:
        if word in _APART:
            _APART[word](words)
            return
    if "--quick" in words:
        for name, run_apart in _APART.items():
            print(f"{name.removeprefix('--')}:", flush=True)
            run_apart([name, "--quick"])
        return
    _show(_processes(), _zhejiang(), _edits(), _layout(), editing())
    print(f"\n{'rows a second of processor time, one core':<58} {'median':>10} {'best':>10}")
    for name, median, best in small.rates():
        print(f"{name:<58} {median:10,.0f} {best:10,.0f}", flush=True)
    if "--peers" in words:
        peers.compare()


def _show(*timings: Iterator[Timing]) -> None:
    print(f"{'milliseconds':<58} {'min':>8} {'median':>8} {'max':>8}  ratio to the limit")
    for timing in chain.from_iterable(timings):
        print(timing.row(), flush=True)


def _processes() -> Iterator[Timing]:
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.rubric"
        large.write_text(large_rubric(), encoding="utf-8")
        yield process("rubric --help, whole process", ["--help"], 0.15)
        yield process("check of a 2,000-line rubric, whole process", ["check", str(large)], 0.5)
        yield process("score of the Zhejiang evaluation, whole process", ["score", RUBRIC, f"calls={CALLS}"], 0.5)
        calls = Path(folder) / "calls.csv"
        calls.write_bytes(small.calls_csv(small.zhejiang(), 1_000))
        words = ["score", RUBRIC, f"calls={calls}"]
        yield process("score of 1,000 calls, plan kept, whole process", words, 0.2, runs=15)
        yield process("  the same without kept plans", words, runs=15, environment={"RUBRIC_PLAN_CACHE": "off"})


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


def _layout() -> Iterator[Timing]:
    """Beside the bare reading of the same 2,000 lines; `fmt` is to take at most 1 / 0.6 of it."""
    ragged = Source("large.rubric", large_rubric())
    laid_out = Source("large.rubric", formatted(ragged).text or "")
    reading = function("read 2,000 lines", lambda: parse(laid_out))
    yield reading
    for name, source in (("as they are to be", laid_out), ("of another layout", ragged)):
        yield function(f"lay out 2,000 lines {name}", lambda source=source: formatted(source), reading.median / 0.6)
    yield function("translate 2,000 lines", lambda: formatted(laid_out, "zh"), reading.median / 0.6)


if __name__ == "__main__":
    main()
