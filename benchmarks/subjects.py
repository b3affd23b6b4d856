"""The score stage with very many subjects: from the totals of their rows to values, ranks and ties.

`./dev bench --subjects [SUBJECTS]` times the stage beside the definition (fractions, of a twentieth of the subjects,
its time multiplied) and beside floats by hand in Polars, which are no answer but a scale; `--quick` only checks that
all are equal. The totals are made by a seeded generator, as the columnar engine leaves them.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import polars as pl

from benchmarks.call_log import SCENARIOS, SEED, rubric_text
from rubric_dsl.engines.columnar.packing import Field, Packing
from rubric_dsl.engines.columnar.parts import FrameParts
from rubric_dsl.engines.contract import Engine, Tally, Totals
from rubric_dsl.engines.grouped import Groups, Linear, ListedParts, Parts, RowCounts, TallyColumns
from rubric_dsl.engines.run import run
from rubric_dsl.engines.stage.stage import subject_columns
from rubric_dsl.evaluation.prepare import Prepared, prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import Result
from rubric_dsl.results.score import result_of

RUNS = 9
SUBJECTS = 100_000
FRACTIONS_OF = 20
"""The definition is given one subject in so many."""
FOUR = """rubric "Four touchpoints"
observe calls of city, averaged by scenario_id
  city        text
  scenario_id choice S1 | S2 | S3 | S4 | S5 | S6 | S7 | S8
  a yes/no
  b yes/no
  c yes/no
  d yes/no
indicator total worth 10
  touchpoint t1 worth 1 when a
  touchpoint t2 worth 2 when b
  touchpoint t3 worth 3 when c
  touchpoint t4 worth 4 when d
ranking overall by total
  exact
  ties share
"""


class Made:
    """An engine that was given its totals. `stage`: None is the definition."""

    name = "made"

    def __init__(self, made: Totals, stage: Any) -> None:
        self.made = made
        self.stage = stage

    def totals(self, plan: ScoringPlan, prepared: Prepared, observations: Observations) -> Totals:
        return self.made


def compiled(text: str) -> ScoringPlan:
    plan = compile_rubric("subjects.rubric", lambda path: text.encode()).plan
    assert plan is not None
    return plan


def frame(plan: ScoringPlan, subjects: int) -> pl.DataFrame:
    """By subject and scenario how many calls there are, and how many of them met each touchpoint."""
    chance = random.Random(SEED)
    groups = subjects * len(SCENARIOS)
    rows = [chance.randint(5, 20) for _ in range(groups)]
    met = {f"w{place}": [int(n * chance.random()) for n in rows] for place, _ in enumerate(_touchpoints(plan))}
    return pl.DataFrame({"n": rows, **met})


def _touchpoints(plan: ScoringPlan) -> list[int]:
    return [
        number for number, node in enumerate(plan.nodes)
        if isinstance(node.operation, op.Touchpoint) and node.grain.kind == "row"
    ]


def totals(plan: ScoringPlan, table: pl.DataFrame, listed: bool = False) -> Totals:
    """As an engine leaves them; `listed`: as one without Polars does."""
    places = {node: place for place, node in enumerate(_touchpoints(plan))}
    parts: Parts = FrameParts(table, Packing((), {place: Field(place, 0, None, 0) for place in places.values()}))  # type: ignore[misc]
    if listed:
        parts = ListedParts({place: table[f"w{place}"].to_list() for place in places.values()})
    names = tuple(f"{number:06}" for number in range(len(table) // len(SCENARIOS)))
    owners = [owner for owner in range(len(names)) for _ in SCENARIOS]
    groups = Groups(names, owners, SCENARIOS * len(names), table["n"].to_list(), parts)
    tallies: dict[int, TallyColumns] = {}
    for node in plan.nodes:
        match node.operation:
            case op.Touchpoint(amount=amount) if node.id in places:
                met = {places[node.id]: int(amount)}
            case op.RowScore(parts=touchpoints):
                met = {places[part.node]: int(tallies[part.node].sum.parts[places[part.node]]) for part in touchpoints}
            case _:
                continue
        tallies[node.id] = TallyColumns(groups, Linear(1, {}), Linear(0, met), 1)
    counts = groups.by_subject(Linear(1, {}))
    shares = {
        node.id: dict(zip(names, map(Fraction, groups.by_subject(Linear(0, {0: 1})), counts), strict=True))
        for node in plan.nodes if isinstance(node.operation, op.Aggregate)
    }
    return Totals(names, {"calls": RowCounts(groups)}, tallies, shares, {}, {})


def plain(made: Totals) -> Totals:
    """The same without columns, as the reference engine gives it."""
    tallies: dict[int, dict[str, dict[str | None, Tally]]] = {
        node: {subject: dict(own) for subject, own in columns.items()} for node, columns in made.tallies.items()
    }
    rows = {table: {subject: dict(own) for subject, own in counts.items()} for table, counts in made.rows.items()}
    return Totals(made.subjects, rows, tallies, made.aggregates, {}, {})


def scored(plan: ScoringPlan, engine: Engine) -> Result:
    return result_of(run(plan, Observations({}), engine))


def by_floats(plan: ScoringPlan, table: pl.DataFrame) -> pl.DataFrame:
    """The means of the scenarios' means, weighted and ranked, in floating point."""
    shares = [(pl.col(f"w{place}") / pl.col("n")).alias(f"w{place}") for place, _ in enumerate(_touchpoints(plan))]
    worths = [
        float(node.operation.amount) for node in map(plan.nodes.__getitem__, _touchpoints(plan))
        if isinstance(node.operation, op.Touchpoint)
    ]
    owners = pl.int_range(pl.len()) // len(SCENARIOS)
    means = table.lazy().with_columns(owners.alias("subject")).with_columns(shares).group_by("subject").agg(
        pl.col(f"w{place}").mean() for place, _ in enumerate(worths))
    total = pl.sum_horizontal(pl.col(f"w{place}") * worth for place, worth in enumerate(worths))
    return means.with_columns(total.alias("total")).with_columns(
        pl.col("total").rank("min", descending=True).alias("rank")).collect()


def compare(name: str, text: str, subjects: int, quick: bool) -> None:
    plan = compiled(text)
    few = frame(plan, max(subjects // FRACTIONS_OF, 300))
    made = totals(plan, few)
    definition = Made(plain(made), None)
    answers = [
        scored(plan, engine)
        for engine in (definition, Made(made, subject_columns), Made(totals(plan, few, listed=True), subject_columns))
    ]
    for answer in answers[1:]:
        if answer.rankings != answers[0].rankings or dict(answer.values) != dict(answers[0].values):
            raise SystemExit(f"{name}: the stage says something else than the definition")
    print(f"{name}: equal values and ranks of {len(answers[0].values):,} subjects", flush=True)
    if quick:
        return
    table = frame(plan, subjects)
    columns, listed = (Made(totals(plan, table, own), subject_columns) for own in (False, True))
    prepared, subjects_made = prepare(plan), columns.made.subjects
    times = [
        (_timed(lambda: scored(plan, columns)), _timed(lambda: scored(plan, listed)),
         _timed(lambda: by_floats(plan, table)),
         _timed(lambda: subject_columns(plan, prepared, columns.made, subjects_made)))
        for _ in range(RUNS)
    ]
    slow = _timed(lambda: scored(plan, definition)) * subjects * len(SCENARIOS) / len(few)
    ours, python, floats, values = (statistics.median(own) for own in zip(*times, strict=True))
    best, best_values = (min(run[place] for run in times) for place in (0, 3))
    print(f"  values, ranking   {ours:7.3f} s processor time, best {best:.3f}")
    print(f"    values alone    {values:7.3f} s, best {best_values:.3f}")
    print(f"  without Polars    {python:7.3f} s, {python / ours:.2f} × with it")
    print(f"  fractions         {slow:7.3f} s, {slow / ours:.1f} × ours (of {len(few) // len(SCENARIOS):,}, scaled)")
    print(f"  floats by hand    {floats:7.3f} s, {floats / ours:.2f} × ours (not exact)", flush=True)


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main(words: Sequence[str]) -> None:
    gc.set_threshold(100_000, 20, 20)  # as the program does
    numbers = [int(word) for word in words if word.isdigit()]
    subjects = numbers[0] if numbers else SUBJECTS
    compare("4 touchpoints in 8 scenarios", FOUR, subjects, "--quick" in words)
    whole = rubric_text(open_subjects=True)
    compare("22 touchpoints in 8 scenarios, bands, weights", whole, subjects, "--quick" in words)


if __name__ == "__main__":
    main(sys.argv[1:])
