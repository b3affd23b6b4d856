"""What tests of a rubric reach and would notice: counted, with the misses named."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from rubric_dsl.editions.coverage import Coverage, coverage_of_data, coverage_of_tests
from rubric_dsl.editions.mutants import KINDS, Mutants
from rubric_dsl.editions.mutation import mutation
from rubric_dsl.editions.proposals import case_test, proposals
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.render.coverage import CoverageWords
from rubric_dsl.render.pieces import Look
from rubric_dsl.testing.run import run_tests
from tests.properties.program import File, compiled_text, observed

RUBRIC = """\
rubric "r"
observe calls of city, averaged
  city      text
  connected yes/no
  wait      seconds 0 to 600 when connected
indicator total worth 10
  unless connected: 0
  touchpoint quick worth 6 by wait
    up to 15 s:        6
    over 15 s to 60 s: 3
    over 60 s:         0
  touchpoint short worth 4 when wait <= 30 s
ranking by total
  rounded half up to 0.1
  ties share
"""
CASES = ((14, 6, 4), (15, 6, 4), (16, 3, 4), (29, 3, 4), (30, 3, 4), (31, 3, 0), (59, 3, 0), (60, 3, 0), (61, 0, 0))


def row_test(wait: int, quick: int, short: int) -> str:
    return f"""\
test "{wait} seconds"
  given one calls
    connected | wait
    yes       | {wait}
  expect
    quick | short | total
    {quick} | {short} | {quick + short}
"""


LOST = """\
test "a lost call"
  given one calls
    connected
    no
  expect
    total
    0
"""
PLACES = """\
test "places: 9.96 counts as 10, and both are first"
  given calls
    city | connected | wait
    "a"  | yes       | 15
    "b"  | yes       | 15
    "b"  | yes       | 15
    "c"  | yes       | 16
    "d"  | no        | -
  expect
    city | total | rank
    "a"  | 10    | 1
    "b"  | 10    | 1
    "c"  | 7     | 3
    "d"  | 0     | 4
"""
WHOLE = RUBRIC + "".join(row_test(*case) for case in CASES) + LOST


def covered(text: str) -> Coverage:
    done = compiled_text(text)
    assert done.plan is not None, [(one.code, one.facts) for one in done.diagnostics]
    assert all(outcome.passed for outcome in run_tests(done.plan, done.resolved.tests, done.resolved.examples))
    return coverage_of_tests(done.plan, done.resolved.tests, done.resolved.examples)


def misses(text: str) -> list[str]:
    done = compiled_text(text)
    assert done.plan is not None
    words = CoverageWords(done.plan, Look("en"))
    return [words.goal(goal) for goal in covered(text).missed]


def test_a_rubric_whose_tests_touch_every_bound_has_all_of_them() -> None:
    found = covered(WHOLE)
    assert (found.percent, found.missed) == (100, ())
    # by hand: 3 rows; 15 and 60 s and 30 s from three sides each; the condition both ways; `wait <= 30 s` yes and no
    whole = {kind: goals for kind, _, goals in found.by_kind()}
    assert whole == {"row": 3, "bound": 9, "condition": 2, "answer": 2}


@pytest.mark.parametrize(("wait", "expected"), [
    (14, ["quick: wait 14 s, just under 15 s, is never tried"]),
    (15, ["quick: wait of just 15 s is never tried"]),
    (16, ["quick: wait 16 s, just over 15 s, is never tried"]),
    (30, ["short: wait of just 30 s is never tried"]),
    (61, ["quick: wait 61 s, just over 60 s, is never tried", "quick: row `over 60 s: 0` is never tried"]),
])  # fmt: skip
def test_without_a_test_the_bound_that_lost_its_guard_is_named(wait: int, expected: list[str]) -> None:
    text = RUBRIC + "".join(row_test(*case) for case in CASES if case[0] != wait) + LOST
    assert sorted(misses(text)) == sorted(expected)


def test_what_is_not_expected_is_not_tested() -> None:
    one = row_test(30, 3, 4).replace("    quick | short | total\n    3 | 4 | 7", "    quick\n    3")
    assert "short: wait of just 30 s is never tried" in misses(RUBRIC + one)
    assert "short: wait of just 30 s is never tried" not in misses(RUBRIC + row_test(30, 3, 4))
    assert misses(RUBRIC + LOST)[0] == "total: `unless connected` always decides"


def test_rows_of_a_file_are_counted_the_same_way() -> None:
    done = compiled_text(RUBRIC)
    assert done.plan is not None
    data = File("calls.csv", b"city,connected,wait\na,yes,15\na,yes,40\nb,no,\n")
    found = coverage_of_data(done.plan, observed(done.plan, {"calls": data}))
    words = CoverageWords(done.plan, Look("en"))
    assert "quick: row `over 60 s: 0` never occurs" in [words.goal(goal, data=True) for goal in found.missed]
    reached = {kind: times for kind, times, _ in found.by_kind()}
    assert reached == {"row": 2, "bound": 1, "condition": 2, "answer": 2}


# ---------------------------------------------------------------- changes


def survivors(text: str) -> Counter[str]:
    done = compiled_text(text)
    assert done.plan is not None
    found = mutation(done.plan, done.resolved.tests, done.resolved.examples)
    return Counter(trial.mutant.kind for trial in found.survivors)


def test_no_change_of_a_bound_survives_tests_of_every_bound() -> None:
    left = survivors(WHOLE + PLACES)
    assert left["bound"] == left["open or closed"] == left["points"] == left["row dropped"] == left["missing rule"] == 0
    assert left["tie rule"] == 0


def test_the_change_that_lost_its_test_is_named_with_a_test_that_notices_it() -> None:
    text = RUBRIC + "".join(row_test(*case) for case in CASES if case[0] not in (29, 30, 31)) + LOST + PLACES
    done = compiled_text(text)
    assert done.plan is not None
    found = mutation(done.plan, done.resolved.tests, done.resolved.examples)
    words = CoverageWords(done.plan, Look("en"))
    named = [words.mutant(trial.mutant) for trial in found.survivors if trial.mutant.item == "short"]
    assert sorted(named) == [
        "short: bound wait <= 30 s → bound 29 s", "short: bound wait <= 30 s → bound 31 s",
        "short: open or closed wait <= 30 s → wait < 30 s",
    ]
    proposed = "".join(trial.test or "" for trial in found.survivors if trial.mutant.item == "short")
    proposed = proposed.replace("test \"", "test \"again ")
    assert not [kind for kind in ("bound", "open or closed") if survivors(_renamed(text + proposed))[kind]]


def _renamed(text: str) -> str:
    """Titles of tests made different from each other."""
    count = iter(range(1000))
    return "".join(
        line.replace('test "', f'test "{next(count)} ') if line.startswith("test ") else line
        for line in text.splitlines(keepends=True)
    )


def test_every_kind_of_change_is_made() -> None:
    text = """\
rubric "r"
observe calls of city, averaged by s
  city text
  s    choice x | y
  a    whole number 0 to 9
  b    yes/no
  c    number 0 to 10 optional
  missing: 0
weights panel by mean
  expert | left | right
  anna   | 1   | 2
indicator total worth 10
  weights from panel
  at most 9
  indicator left worth 5
    unless b: 0
    touchpoint t worth 5 by a
      0 to 4: 0
      5 to 9: 5
  indicator right worth 5
    touchpoint u worth 5 when a > 3 and b
    touchpoint v bonus 1 = c / 10 rounded half up to 0.1
      missing: 0
    at most 5
ranking by total
  exact
  ties share
"""
    done = compiled_text(text)
    assert done.plan is not None, [(one.code, str(one.span), one.facts) for one in done.diagnostics]
    made = Mutants(done.plan).all()
    assert {mutant.kind for mutant in made} == set(KINDS)
    assert all(plan_hash(mutant.made()) != plan_hash(done.plan) for mutant in made)


# ---------------------------------------------------------------- proposals


def test_proposed_cases_reach_what_was_missed_and_pass() -> None:
    done = compiled_text(RUBRIC)
    assert done.plan is not None
    before = covered(RUBRIC)
    cases = proposals(done.plan, before, 20)
    tests = [case_test(done.plan, case, f"proposed {number}") for number, case in enumerate(cases)]
    after = covered(RUBRIC + "".join(test or "" for test in tests))
    assert before.percent == 0 and after.percent == 100 and len(cases) <= 11
    assert len(proposals(done.plan, before, 2)) == 2


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    path, book = tmp_path / "r.rubric", tmp_path / "cases.xlsx"
    path.write_text(RUBRIC + row_test(*CASES[0]), "utf-8")
    assert run(["test", str(path), "--coverage", "--threshold", "100", "--lang", "en"]) == 5
    assert "tests: " in capsys.readouterr().out
    assert run(["test", str(path), "--coverage", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["coverage"]
    assert found["goals"] == 16 and found["reached"] + len(found["missed"]) == 16
    assert run(["test", str(path), "--propose", "3", "-o", str(book), "--lang", "zh"]) == 0
    first = book.read_bytes()
    rows = list(load_workbook(io.BytesIO(first)).worksheets[0].iter_rows(values_only=True))
    assert rows[0][:3] == ("编号", "connected", "wait") and len(rows) == 4
    assert run(["test", str(path), "--propose", "3", "-o", str(book), "--lang", "zh"]) == 0
    assert book.read_bytes() == first  # the same cases, the same bytes
    assert run(["test", str(path), "--threshold", "101"]) == 2
