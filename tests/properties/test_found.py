"""The smallest cases of what generated rubrics once found, with answers from the language description."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from rubric_dsl.plan.compile import Workspace, compile_rubric
from rubric_dsl.results.model import NoValue, Result
from rubric_dsl.results.score import score
from tests.properties.program import File, compiled_text, observed, plan_of


def result(text: str, **tables: str) -> Result:
    plan = plan_of(text)
    return score(plan, observed(plan, {name: File(f"{name}.csv", rows.encode()) for name, rows in tables.items()}))


def values(found: Result, name: str) -> dict[str, object]:
    assert found.problems == ()
    given = {subject: values[name] for subject, values in found.values.items()}
    return {subject: value.state if isinstance(value, NoValue) else value for subject, value in given.items()}


IN_ONE_SCENARIO = """rubric "in one scenario"
observe calls of city, averaged by scenario
  city text
  scenario choice a | b
  ok yes/no
  usable yes/no
  missing: 0
indicator total worth 10
{line}
  touchpoint t worth 10 in a when ok
"""
CALLS = "city,scenario,ok,usable\n"


def test_a_condition_decides_only_in_the_scenarios_that_an_indicator_has() -> None:
    """The row in b is no row of `total`: (10) / 1, not (10 + 4) / 2."""
    text = IN_ONE_SCENARIO.format(line="  unless usable: 4")
    assert values(result(text, calls=CALLS + "甲,a,yes,yes\n甲,b,yes,no\n"), "total") == {"甲": Fraction(10)}


def test_a_condition_in_a_scenario_without_touchpoints_is_not_the_only_row() -> None:
    """Scenario a was not observed: `missing: 0`."""
    text = IN_ONE_SCENARIO.format(line="  unless usable: 4")
    assert values(result(text, calls=CALLS + "甲,b,yes,no\n"), "total") == {"甲": Fraction(0)}


def test_rows_left_out_are_not_applicable_but_a_scenario_without_rows_counts_zero() -> None:
    text = IN_ONE_SCENARIO.format(line="  when usable")
    found = result(text, calls=CALLS + "甲,a,yes,no\n乙,b,yes,yes\n丙,a,yes,yes\n")
    assert values(found, "total") == {"甲": "not applicable", "乙": Fraction(0), "丙": Fraction(10)}


DECIDED_AROUND = """rubric "decided around"
observe cities of city, one row each
  city text
  open yes/no
  staff whole number from 0
  cases whole number from 0 when open
indicator total worth 20
  unless open: 0
  unless staff > 0: 5
  indicator load worth 10
    = clamp(10 * cases / staff, 0, 10)
  indicator size worth 10
    touchpoint t worth 10 by cases
      up to 3: 0
      over 3: 10
ranking by total
  exact
  ties share
"""


def test_nothing_below_a_condition_that_has_decided_can_stop_the_run() -> None:
    """甲 has no `cases` and 乙 nobody to divide by, but total is decided before either is read."""
    found = result(DECIDED_AROUND, cities="city,open,staff,cases\n甲,no,3,\n乙,yes,0,5\n丙,yes,10,5\n")
    assert values(found, "total") == {"甲": Fraction(0), "乙": Fraction(5), "丙": Fraction(15)}
    assert values(found, "load") == {"甲": "not applicable", "乙": "not applicable", "丙": Fraction(5)}


EXTRAS_ALONE = """rubric "extras alone"
observe cities of city, one row each
  city text
  good, fast yes/no
  faults whole number from 0
weights shares by mean
  expert | quality | speed
  e_one  | 1       | 3
indicator total worth {worth}
  at least 0
  {line}
  indicator quality worth 10
    touchpoint q worth 10 when good
  indicator speed worth 10
    touchpoint s worth 10 when fast
  indicator deductions
    at least -5
    touchpoint d penalty 5, minus 1 per faults
"""
CITIES = "city,good,fast,faults\n甲,yes,no,2\n乙,no,yes,9\n"


def test_penalties_alone_stand_beside_weighted_parts() -> None:
    found = result(EXTRAS_ALONE.format(worth=100, line="weights from shares"), cities=CITIES)
    assert values(found, "total") == {"甲": Fraction(23), "乙": Fraction(70)}


def test_penalties_alone_are_not_the_lowest_part() -> None:
    found = result(EXTRAS_ALONE.format(worth=10, line="combined by highest"), cities=CITIES)
    assert values(found, "total") == {"甲": Fraction(8), "乙": Fraction(5)}


def test_a_gap_at_any_date_has_a_date_as_its_witness() -> None:
    """The gap is at 0 hits whatever the date; its example is a day of the calendar."""
    compiled = compiled_text("""rubric "any date"
observe calls of city, averaged
  city text
  hits whole number from 0
  opened date
indicator total worth 1
  touchpoint t worth 1 by hits, opened
    from 1, -: 1
""")
    (gap,) = [found for found in compiled.diagnostics if found.code == "R031"]
    assert date.fromisoformat(gap.witness["opened"].shown)


@pytest.mark.parametrize(
    ("line", "code"), [('note "x"', "R028"), ("^ | a", "R022"), ("city || a", "R020"), ('"x', "R011")]
)
def test_an_example_whose_lines_cannot_be_read_is_one_finding(line: str, code: str) -> None:
    compiled = compiled_text(f"""observe calls of city, averaged
  city text
  a    number
measure m = mean(a)
example usual of calls
  {line}
test "one city"
  given calls like usual
    city | a
    x    | 1
  expect
    city | m
    x    | 1
""")
    assert [found.code for found in compiled.diagnostics] == [code]


TABLE = """observe calls of city, averaged
  city text
  ok   yes/no
  a    number when ok
  missing: not applicable
"""


@pytest.mark.parametrize(
    ("before", "after", "items"),
    [
        # What a subject without rows means is said at the table, and decides whether a mean may be absent.
        (
            TABLE,
            TABLE.replace("  missing: not applicable\n", ""),
            "measure r = if ok then 1 else 0\nmeasure m optional = mean(r + r)\n",
        ),
        # A condition that cannot be read says nothing of when the column is present.
        (TABLE.replace("when ok", "when ok = 3"), TABLE, "measure r optional = a\n"),
        # A column that another table declares as well is that of the first.
        (
            "observe visits of city, averaged\n  city text\n  b yes/no\n" + TABLE.replace("ok", "done"),
            "observe visits of city, averaged\n  city text\n  b yes/no\n  done yes/no\n" + TABLE.replace("ok", "done"),
            "measure m = count(calls)\n",
        ),
    ],
)
def test_what_is_kept_does_not_outlive_what_it_hangs_on(before: str, after: str, items: str) -> None:
    workspace = Workspace()
    for text in (before, after, before):
        data = (text + items).encode()
        again = compile_rubric("a.rubric", lambda path, data=data: data, workspace=workspace)  # type: ignore[misc]
        fresh = compile_rubric("a.rubric", lambda path, data=data: data)  # type: ignore[misc]
        codes = [sorted((found.code, str(found.span)) for found in one.diagnostics) for one in (again, fresh)]
        assert codes[0] == codes[1]


def test_a_period_column_that_is_not_there_is_one_finding() -> None:
    compiled = compiled_text("""observe results of driver each year, averaged
  driver text
measure m = year + 1
""")
    assert [found.code for found in compiled.diagnostics] == ["R204"]


@pytest.mark.parametrize("line", ['note "as the tester counted"', "first match", "rounded half up to 1"])
def test_a_table_without_rows_is_a_finding_whatever_else_stands_below_it(line: str) -> None:
    compiled = compiled_text(f"""observe calls of city, averaged
  city text
  wait number
indicator total worth 10
  touchpoint t worth 10 by wait
    {line}
""")
    assert [found.code for found in compiled.diagnostics] == ["R029"]
