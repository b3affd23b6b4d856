"""`prove` and single changes that nobody chose: what changes a score has a witness, as trying every row says."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path
from time import process_time

from rubric_dsl.editions.equivalence import equivalence
from rubric_dsl.editions.mutants import Mutants
from rubric_dsl.editions.trials import Subject, observations_of
from rubric_dsl.engines.run import run as run_plan
from rubric_dsl.plan.model import ScoringPlan
from tests.properties.long import LONG
from tests.properties.program import plan_of

RUBRICS = Path(__file__).parents[2] / "rubrics"
MOST_SECONDS = 5

FINITE = """\
rubric "r"
observe calls of city, averaged
  city   text
  there  yes/no
  wait   whole number 0 to 12 when there
  kind   choice warm | plain | rude
  faults whole number 0 to 3
indicator total worth 30
  indicator manner worth 10
    unless there: 2
    touchpoint greeting worth 10 by kind, wait
      warm,  -:       10
      plain, up to 4: 7
      plain, over 4:  5
      rude,  -:       0
  indicator speed worth 20
    at most 15 when kind is rude and faults > 1
    rounded half up to 1
    touchpoint quick worth 10 by wait
      up to 3:       10
      over 3 to 9:   9 falling to 3
      over 9:        0
      missing:       1
    touchpoint clean worth 10, minus 2.5 per faults
      unless there or kind is warm: 4
ranking by total
  exact
  ties share
"""


def by_every_row(plan: ScoringPlan) -> list[tuple[object, ...]]:
    """Of each row that can be observed, alone for a subject of its own, all that is scored for the subject."""
    rows = []
    for there, kind, faults in product((True, False), ("warm", "plain", "rude"), range(4)):
        for wait in range(13) if there else (None,):
            waited = None if wait is None else Fraction(wait)
            rows.append({"there": there, "wait": waited, "kind": kind, "faults": Fraction(faults)})
    named = [f"city {place}" for place in range(len(rows))]
    subjects = [
        Subject(name, {"calls": ({"city": name, **row},)}) for name, row in zip(named, rows, strict=True)
    ]
    assert len(rows) == 3 * 4 * (13 + 1)
    done = run_plan(plan, observations_of(plan.tables, subjects))
    indicators = [one.node for one in plan.values if one.kind == "indicator"]
    return [tuple(done.values[name][node] for node in indicators) for name in named]


def test_witnesses_are_where_trying_every_row_finds_a_difference() -> None:
    plan = plan_of(FINITE)
    scores = by_every_row(plan)
    told = Counter[str]()
    changing = [one for one in Mutants(plan).all() if one.item != "ranking"]
    for mutant in changing[:: 1 if LONG else 4]:
        found = equivalence(plan, mutant.made())
        differs = by_every_row(mutant.made()) != scores
        assert not found.undecided, mutant
        indicators = [one for one in found.differing if one.kind == "indicator"]
        assert bool(indicators) == differs, mutant
        assert all(one.witness is not None for one in indicators), mutant
        told["witness" if differs else "equal"] += 1
    assert told["witness"] >= (35 if LONG else 8), told


def test_changes_of_published_rubrics_have_witnesses() -> None:
    """All of 399 changes with RUBRIC_LONG, of which more than 350 change a score; else some of each."""
    told = Counter[str]()
    for name, one_of in (("zhejiang_12345_2020", 12), ("news2/news2", 6), ("grading/grading", 5)):
        plan = plan_of((RUBRICS / f"{name}.rubric").read_text("utf-8"))
        for mutant in Mutants(plan).all()[:: 1 if LONG else one_of]:
            start = process_time()
            found = equivalence(plan, mutant.made(), first=True)
            spent = process_time() - start
            witness = any(one.witness is not None for one in found.differing)
            told["equal" if found.equal else "witness" if witness else "undecided" if found.undecided else "?"] += 1
            assert not LONG or not witness or spent < MOST_SECONDS, (mutant, spent)
    assert told["?"] == 0, told
    assert told["witness"] >= (350 if LONG else 40), told
    assert told["undecided"] * 20 < told.total(), told


def test_what_nothing_scores_on_its_rows_makes_of_subjects_without_rows_is_no_difference() -> None:
    """`marks` is only counted and averaged, so that 0 for a candidate without marks says nothing else."""
    text = (RUBRICS / "grading/grading.rubric").read_text("utf-8")
    other = text.replace("decimal\n  missing: not applicable\n", "decimal\n  missing: 0\n", 1)
    assert other != text
    assert equivalence(plan_of(text), plan_of(other)).equal
    scored = text.replace("  missing: not applicable\n\nobserve candidates", "\nobserve candidates")
    assert scored != text and not equivalence(plan_of(text), plan_of(scored)).equal  # now they are refused
