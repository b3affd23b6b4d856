"""What operations give: numbers, conditions that stop when decided, absence and faults on their way."""

from __future__ import annotations

import datetime
from fractions import Fraction as F

import pytest

from rubric_dsl.evaluation.arithmetic import Cells
from rubric_dsl.evaluation.prepare import evaluate, evaluate_row, prepare
from rubric_dsl.evaluation.tables import match_row
from rubric_dsl.evaluation.values import ABSENT, NOT_APPLICABLE, Undefined, Value, constant_value
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import DATE, DURATION, NUMBER, PERCENT, TIME, YES_NO, ValueType
from tests.engines.build import Plan, choice

FAULT = Undefined("division by zero", 99)
NO_CELLS: Cells = {}


def value(operation: op.Operation, *operands: Value, type: ValueType = NUMBER) -> Value:
    """The operation's value where node i is the i-th operand."""
    return evaluate(operation, type, list(operands), NO_CELLS, node=7)


@pytest.mark.parametrize(("text", "type", "expected"), [
    ("19/2", NUMBER, F(19, 2)),
    ("1/2", PERCENT, F(1, 2)),
    ("180", DURATION, F(180)),
    ("yes", YES_NO, True),
    ("no", YES_NO, False),
    ("2020-10-28", DATE, datetime.date(2020, 10, 28).toordinal()),
    ("14:56", TIME, 14 * 60 + 56),
    ("tax", choice("tax"), "tax"),
])
def test_a_constant_is_read_by_its_type(text: str, type: ValueType, expected: Value) -> None:
    assert constant_value(text, type) == expected
    assert value(op.Constant(text), type=type) == expected


def test_sums_and_products_keep_fractions_exact() -> None:
    assert value(op.Add((0, 1, 2), (False, True, False)), F(1, 3), F(1, 7), F(1)) == F(25, 21)  # 7/21 − 3/21 + 21/21
    assert value(op.Multiply((0, 1), (False, True)), F(2, 3), F(4)) == F(1, 6)
    assert value(op.Negate(0), F(2)) == F(-2)


@pytest.mark.parametrize("operation", [
    op.Multiply((0, 1), (False, True)),
    op.Function("goalposts", (0, 1, 1)),
])
def test_a_division_by_zero_is_a_fault_of_its_node(operation: op.Operation) -> None:
    found = value(operation, F(1), F(0))
    assert isinstance(found, Undefined)
    assert (found.reason, found.node) == ("division by zero", 7)


def test_a_root_of_a_negative_number_is_a_fault() -> None:
    found = value(op.Function("sqrt", (0,)), F(-1))
    assert isinstance(found, Undefined)
    assert found.reason == "outside domain"


@pytest.mark.parametrize(("nothing", "expected"), [(ABSENT, ABSENT), (NOT_APPLICABLE, ABSENT), (FAULT, FAULT)])
def test_strict_operations_pass_on_absence_and_faults(nothing: Value, expected: Value) -> None:
    for operation in (op.Add((0, 1), (False, False)), op.Compare("<", 0, 1), op.Function("min", (0, 1))):
        assert value(operation, nothing, F(1)) == expected
    assert value(op.Negate(0), nothing) == expected
    assert value(op.Not(0), nothing) == expected


def test_a_fault_outweighs_absence() -> None:
    assert value(op.Add((0, 1), (False, False)), ABSENT, FAULT) is FAULT


def test_present_tells_absence_but_not_a_fault() -> None:
    assert value(op.Present(0), F(0)) is True
    assert value(op.Present(0), ABSENT) is False
    assert value(op.Present(0), NOT_APPLICABLE) is False
    assert value(op.Present(0), FAULT) is FAULT


def test_and_stops_at_the_first_no() -> None:
    assert value(op.All((0, 1)), False, FAULT) is False
    assert value(op.All((0, 1)), FAULT, False) is FAULT
    assert value(op.All((0, 1)), ABSENT, False) is ABSENT
    assert value(op.All((0, 1)), True, True) is True


def test_or_stops_at_the_first_yes() -> None:
    assert value(op.Any((0, 1)), True, FAULT) is True
    assert value(op.Any((0, 1)), False, ABSENT) is ABSENT
    assert value(op.Any((0, 1)), False, False) is False


def test_if_reads_only_the_side_that_is_taken() -> None:
    choose = op.Choose(0, 1, 2)
    assert value(choose, True, F(1), FAULT) == 1
    assert value(choose, False, FAULT, F(2)) == 2
    assert value(choose, ABSENT, F(1), F(2)) is ABSENT
    assert value(choose, FAULT, F(1), F(2)) is FAULT


def test_a_measure_with_when_is_absent_elsewhere() -> None:
    assert value(op.Only(0, 1), True, F(3)) == 3
    assert value(op.Only(0, 1), False, FAULT) is ABSENT
    assert value(op.Only(0, 1), ABSENT, F(3)) is ABSENT


@pytest.mark.parametrize(("x", "inside"), [(F(0), True), (F(1), True), (F(-1, 9), False), (F(10, 9), False)])
def test_a_stated_range_includes_its_ends(x: Value, inside: bool) -> None:
    found = value(op.Within(0, 1, 2), x, F(0), F(1))
    assert (found == x) if inside else isinstance(found, Undefined)


def test_names_are_members_and_compared_for_equality() -> None:
    assert value(op.Member(0, ("a", "b")), "b") is True
    assert value(op.Member(0, ("a", "b")), "c") is False
    assert value(op.Compare("=", 0, 1), "a", "a") is True
    assert value(op.Compare("<>", 0, 1), "a", "a") is False


@pytest.mark.parametrize(("relation", "expected"), [
    ("=", [False, True, False]), ("<>", [True, False, True]), ("<", [True, False, False]),
    ("<=", [True, True, False]), (">", [False, False, True]), (">=", [False, True, True]),
])
def test_comparisons_of_lower_equal_and_higher(relation: str, expected: list[bool]) -> None:
    compare = op.Compare(relation, 0, 1)  # type: ignore[arg-type]
    assert [value(compare, x, F(8, 10)) for x in (F(79, 100), F(4, 5), F(81, 100))] == expected


@pytest.mark.parametrize(("name", "operands", "expected"), [
    ("abs", [F(-3, 2)], F(3, 2)),
    ("min", [F(3), F(1), F(2)], F(1)),
    ("max", [F(3), F(1), F(2)], F(3)),
    ("clamp", [F(9), F(0), F(5)], F(5)),
    ("floor", [F(-3, 2)], F(-2)),
    ("ceiling", [F(-3, 2)], F(-1)),
    ("sqrt", [F(9, 4)], F(3, 2)),
    ("goalposts", [F(70), F(20), F(120)], F(1, 2)),
])
def test_functions(name: op.FunctionName, operands: list[Value], expected: F) -> None:
    assert value(op.Function(name, tuple(range(len(operands)))), *operands) == expected


def test_days_between_is_a_duration() -> None:
    days = [datetime.date(2020, 2, 28).toordinal(), datetime.date(2020, 3, 1).toordinal()]
    assert value(op.Function("days_between", (0, 1)), *days) == 2 * 86400


@pytest.mark.parametrize(("born", "on", "years"), [
    ((2000, 10, 28), (2020, 10, 27), 19),
    ((2000, 10, 28), (2020, 10, 28), 20),
    ((2000, 2, 29), (2021, 2, 28), 20),
    ((2000, 2, 29), (2021, 3, 1), 21),
])
def test_years_between_counts_completed_years(
    born: tuple[int, int, int], on: tuple[int, int, int], years: int
) -> None:
    dates = [datetime.date(*born).toordinal(), datetime.date(*on).toordinal()]
    assert value(op.Function("years_between", (0, 1)), *dates) == years


# ---------------------------------------------------------------- tables


def patterns(*inputs: tuple[op.Pattern, ...]) -> op.Row:
    return op.Row("patterns", inputs, op.NotApplicable())


OTHERWISE = op.Row("otherwise", (), op.NotApplicable())
MISSING = op.Row("missing", (), op.NotApplicable())
ENDS: dict[int, Value] = {0: F(15), 1: F(60), 2: "a", 3: F(0)}


def matched(rows: list[op.Row], *given: Value) -> int | Undefined | None:
    return match_row(op.Table(tuple(range(len(given))), tuple(rows), False), given, ENDS.__getitem__)


def test_ends_are_closed_or_open_as_written() -> None:
    rows = [
        patterns((op.Between(None, False, 0, True),)),
        patterns((op.Between(0, False, 1, False),)),
        patterns((op.Between(1, True, None, False),)),
    ]
    assert [matched(rows, x) for x in (F(15), F(151, 10), F(599, 10), F(60), F(1000))] == [0, 1, 1, 2, 2]


def test_alternatives_of_one_input_may_mix_kinds() -> None:
    rows = [patterns((op.Between(None, False, 0, True), op.Missing())), patterns((op.Equal(1),))]
    assert matched(rows, ABSENT) == 0
    assert matched(rows, F(3)) == 0
    assert matched(rows, F(60)) == 1
    assert matched(rows, F(61)) is None


def test_otherwise_is_of_present_values_and_missing_of_absent_ones() -> None:
    rows = [patterns((op.Equal(2),), (op.Equal(0),)), MISSING, OTHERWISE]
    assert matched(rows, "a", F(15)) == 0
    assert matched(rows, "a", F(16)) == 2
    assert matched(rows, "a", ABSENT) == 1
    assert matched(rows, NOT_APPLICABLE, F(15)) == 1


def test_a_row_that_matches_anything_comes_before_missing() -> None:
    rows = [MISSING, patterns((op.Equal(2),), (op.Anything(),))]
    assert matched(rows, "a", ABSENT) == 1
    assert matched(rows, "b", ABSENT) == 0


def test_a_fault_counts_only_where_the_row_depends_on_it() -> None:
    rows = [patterns((op.Equal(2),), (op.Equal(0),)), patterns((op.Equal(3),), (op.Anything(),))]
    assert matched(rows, F(0), FAULT) == 1
    assert matched(rows, "a", FAULT) is FAULT


def test_a_table_without_a_matching_row_is_a_fault_or_absent() -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    x = plan.column("calls", "x")
    table = plan.add(op.Table((x,), (op.Row("patterns", ((op.Equal(plan.number(1)),),), op.Value(0)),), False))
    prepared = prepare(plan.done())
    fault = evaluate_row(prepared, {"x": F(2)}, (table,))[table]
    assert isinstance(fault, Undefined)
    assert (fault.reason, fault.values) == ("no row matches", ((x, F(2)),))
    assert evaluate_row(prepared, {"x": None}, (table,))[table] is ABSENT


@pytest.mark.parametrize(("wait", "points"), [(15, F(20)), (60, F(10)), (33, F(16))])
def test_points_fall_linearly_between_the_ends(wait: int, points: F) -> None:
    # 33 s is 18/45 of the way from 15 to 60: 20 − 2/5 · 10 = 16
    plan = Plan()
    plan.table("calls", {"wait": DURATION})
    low, high = plan.number(15, DURATION), plan.number(60, DURATION)
    start, end = plan.number(20), plan.number(10)
    row = op.Row("patterns", ((op.Between(low, True, high, True),),), op.Linear(0, low, high, start, end))
    table = plan.add(op.Table((plan.column("calls", "wait"),), (row,), False))
    assert evaluate_row(prepare(plan.done()), {"wait": F(wait)}, (table,))[table] == points


def test_only_what_is_asked_for_is_evaluated_on_a_row() -> None:
    plan = Plan()
    plan.table("calls", {"x": NUMBER})
    x = plan.column("calls", "x")
    double, other = plan.add(op.Add((x, x), (False, False))), plan.add(op.Negate(x))
    values = evaluate_row(prepare(plan.done()), {"x": F(2)}, (double,))
    assert (values[double], values[other]) == (4, ABSENT)
