"""Faults of roundings, arithmetic, functions and conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from rubric_dsl.evaluation import arithmetic, logic
from rubric_dsl.evaluation.values import Nothing, is_number
from rubric_dsl.numbers import rounding
from tests.conformance.faults.registry import FAULTS, Fault, Plant, entry, replaced

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)



# ---------------------------------------------------------------- roundings

def _away(steps: Fraction) -> int:
    return math.ceil(steps) if steps > 0 else math.floor(steps)


def _rounding_with(mode: str, wrong: Callable[[Fraction], int]) -> Plant:
    right = rounding._rounded

    def mistaken(steps: Fraction, asked: Any) -> int:
        return wrong(steps) if asked == mode else right(steps, asked)

    return lambda patch: patch.setattr(rounding, "_rounded", mistaken)


FAULTS += [
    Fault("half up is towards plus infinity", ("round_half_up_negative",),
          _rounding_with("half up", lambda x: math.floor(x + HALF))),
    Fault("half up leaves the exact half below", ("round_half_up_positive", "round_a_percent"),
          _rounding_with("half up", lambda x: math.ceil(x - HALF))),
    Fault("half up is half even", ("round_half_up_positive", "round_to_a_half"),
          _rounding_with("half up", lambda x: round(x))),
    Fault("half up goes through binary floats", ("round_half_up_positive",),
          _rounding_with("half up", lambda x: math.floor(float(x / 100) * 100 + 0.5))),
    Fault("half even is half up", ("round_half_even_positive", "indicator_rounded_half_even", "rounding_before_a_band"),
          _rounding_with("half even", lambda x: math.floor(x + HALF))),
    Fault("half even looks at the integer, not at the steps", ("round_half_even_of_fives",),
          _rounding_with("half even", lambda x: math.floor(x) if x % 1 == HALF else round(x))),
    Fault("up is away from zero", ("round_up_is_towards_plus_infinity",), _rounding_with("up", _away)),
    Fault("up adds one to a whole step", ("round_up_is_towards_plus_infinity",),
          _rounding_with("up", lambda x: math.floor(x) + 1)),
    Fault("down is towards zero", ("round_down_is_towards_minus_infinity",), _rounding_with("down", math.trunc)),
]


# ---------------------------------------------------------------- arithmetic and functions

replaced("quotients are binary floats", arithmetic, "quotient", lambda a, b: Fraction(float(a) / float(b)),
         "divide_from_the_left", "ranking_exact_tells_thirds_apart")
entry("less lets the equal in", arithmetic._RELATIONS, "<", lambda a, b: arithmetic.ordering(a, b) <= 0, "compare_less")
entry("at most leaves the equal out", arithmetic._RELATIONS, "<=", lambda a, b: arithmetic.ordering(a, b) < 0,
      "compare_less_or_equal", "chained_comparison")
entry("greater lets the equal in", arithmetic._RELATIONS, ">", lambda a, b: arithmetic.ordering(a, b) >= 0,
      "compare_greater", "chained_comparison_downwards")
entry("at least leaves the equal out", arithmetic._RELATIONS, ">=", lambda a, b: arithmetic.ordering(a, b) > 0,
      "compare_greater_or_equal")
entry("equality is of binary floats", arithmetic._RELATIONS, "=", lambda a, b: float(a) == float(b),
      "exact_decimals_are_read")
entry("unequal is less", arithmetic._RELATIONS, "<>", lambda a, b: arithmetic.ordering(a, b) < 0, "compare_not_equal")
entry("clamp has no upper end", arithmetic.FUNCTIONS, "clamp", lambda x, low, high: max(x, low), "clamp")
entry("floor cuts towards zero", arithmetic.FUNCTIONS, "floor", lambda x: Fraction(math.trunc(x)), "floor_of_negative")
entry("ceiling adds one to a whole", arithmetic.FUNCTIONS, "ceiling", lambda x: Fraction(math.floor(x) + 1),
      "ceiling_of_negative")
entry("the absolute value keeps the sign", arithmetic.FUNCTIONS, "abs", lambda x: x, "absolute_value")
entry("min looks at two only", arithmetic.FUNCTIONS, "min", lambda a, b, *more: min(a, b), "min_and_max_of_several")
entry("days are counted backwards", arithmetic.FUNCTIONS, "days_between", lambda a, b: Fraction((a - b) * 86400),
      "days_between_over_a_leap_day")
entry("days include the first", arithmetic.FUNCTIONS, "days_between", lambda a, b: Fraction((b - a + 1) * 86400),
      "days_between_over_a_leap_day", "unit_days")
entry("a year has 365 days", arithmetic.FUNCTIONS, "years_between", lambda a, b: Fraction((b - a) // 365),
      "years_between_from_a_leap_day")
entry("years are the difference of the years", arithmetic.FUNCTIONS, "years_between",
      lambda a, b: Fraction(round((b - a) / 365.25)), "years_between_completed")
entry("goalposts are clamped", arithmetic.FUNCTIONS, "goalposts",
      lambda x, low, high: min(max((x - low) / (high - low), ZERO), ONE), "goalposts_not_clamped")
replaced("an absent operand counts as 0", arithmetic, "absence_of", lambda values: ZERO, "measure_optional")


# ---------------------------------------------------------------- conditions

def _all_reading_everything(operation: Any) -> Any:
    def step(values: Any, cells: Any) -> Any:
        read_all = [values[operand] for operand in operation.operands]
        wrong = next((value for value in read_all if not isinstance(value, bool)), None)
        return all(read_all) if wrong is None else wrong

    return step


def _any_reading_everything(operation: Any) -> Any:
    def step(values: Any, cells: Any) -> Any:
        read_all = [values[operand] for operand in operation.operands]
        wrong = next((value for value in read_all if not isinstance(value, bool)), None)
        return any(read_all) if wrong is None else wrong

    return step


def _choosing_after_reading_both(operation: Any) -> Any:
    def step(values: Any, cells: Any) -> Any:
        both = (values[operation.then], values[operation.otherwise])
        wrong = next((value for value in both if not is_number(value)), None)
        return (both[0] if values[operation.condition] is True else both[1]) if wrong is None else wrong

    return step


replaced("and reads what is decided", logic, "all_step", _all_reading_everything,
         "and_stops_when_decided", "aggregate_of_a_row_condition")
replaced("or reads what is decided", logic, "any_step", _any_reading_everything,
         "or_stops_when_decided", "absent_is_not_zero")
replaced("if reads both sides", logic, "choose_step", _choosing_after_reading_both, "if_reads_one_side_only")
replaced("0 is missing", logic, "present_step",
         lambda operation: lambda values, cells: values[operation.operand] not in (Nothing.ABSENT, ZERO), "is_missing")
replaced("absent is present", logic, "present_step", lambda operation: lambda values, cells: True,
         "is_missing", "mean_of_optional_values")
replaced("a measure ignores its `when`", logic, "only_step",
         lambda operation: lambda values, cells: values[operation.operand], "measure_when", "measure_by_table_when")
replaced("a stated range is not held", logic, "within_step",
         lambda node, operation: lambda values, cells: values[operation.operand], "measure_stated_range_broken")
