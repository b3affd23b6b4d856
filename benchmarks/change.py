"""What is asked before an edit is published: `diff`, `prove`, `robust`, `test --mutate`, as whole processes.

`--quick`: each once with few draws, to see that all of them end well.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.timing import ROOT, Timing, process

RUBRIC = "rubrics/zhejiang_12345_2020.rubric"
DRAFT = "examples/zhejiang_12345_2020/draft_2021.rubric"
CALLS = "examples/zhejiang_12345_2020/calls.csv"
CITIES = 340
SEED = 4


def main(words: Sequence[str]) -> None:
    quick = "--quick" in words
    print(f"{'milliseconds':<58} {'min':>8} {'median':>8} {'max':>8}  ratio to the limit")
    with tempfile.TemporaryDirectory() as folder:
        for timing in _timings(Path(folder), 100 if quick else 10_000, 1 if quick else 3):
            print(timing.row(), flush=True)
        if not quick:
            print(process("test --mutate of the Zhejiang rubric", ["test", RUBRIC, "--mutate"], 120, 1).row())


def _timings(folder: Path, draws: int, runs: int) -> Iterator[Timing]:
    edit = ["diff", RUBRIC, DRAFT, "--use-from", "rubrics", f"calls={CALLS}"]
    yield process("diff of two editions with 11 cities", edit, 1, runs)
    page = [*edit, "-o", str(folder / "edit.html")]
    yield process("  and its page", page, None, runs)
    yield process("prove of the Zhejiang rubric against itself", ["prove", RUBRIC, RUBRIC], 2, runs)
    asked = ["--draws", str(draws)]
    yield process(f"robust: {draws:,} draws over 11 cities", ["robust", RUBRIC, f"calls={CALLS}", *asked], 5, runs)
    rubric, calls = folder / "many.rubric", folder / "many.csv"
    rubric.write_text(_any_city((ROOT / RUBRIC).read_text("utf-8")), "utf-8")
    calls.write_text(_many_cities((ROOT / CALLS).read_text("utf-8-sig")), "utf-8")
    words = ["robust", str(rubric), f"calls={calls}", *asked]
    yield process(f"robust: {draws:,} draws over {CITIES} cities", words, 60, 1)
    yield process("  with bounds moved too", [*words, "--vary", "weights,bounds,rows"], None, 1)


def _any_city(text: str) -> str:
    """The rubric with cities of any name."""
    lines = text.splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.split()[:1] == ["city"] and "choice" in line)
    return "".join([*lines[:place], '  city "城市" text\n', *lines[place + 1 :]])


def _many_cities(text: str) -> str:
    """A row of each scenario for each city, from those that there are; the same every time."""
    chance = random.Random(SEED)
    header, *lines = text.splitlines()
    columns = header.split(",")
    key, city, scenario = (columns.index(name) for name in ("call_id", "city", "scenario_id"))
    by_scenario: dict[str, list[list[str]]] = {}
    for line in lines:
        cells = line.split(",")
        by_scenario.setdefault(cells[scenario], []).append(cells)
    found = [header]
    for number in range(CITIES):
        for given in by_scenario.values():
            cells = list(chance.choice(given))
            cells[key], cells[city] = str(len(found)), f"city {number + 1}"
            found.append(",".join(cells))
    return "\n".join(found) + "\n"
