"""What binds how, and what stays flat."""

from __future__ import annotations

import pytest

from rubric_dsl.surface import tree
from rubric_dsl.surface.print import print_expr
from tests.surface.reading import codes, only, under, value


def test_minus_binds_weaker_than_power_and_power_is_read_from_the_right() -> None:
    negated = value("-2 ^ 2")
    assert isinstance(negated, tree.Negate) and isinstance(negated.operand, tree.Power)
    power = value("2 ^ 3 ^ 2")
    assert isinstance(power, tree.Power) and isinstance(power.exponent, tree.Power)


def test_sums_products_and_or_are_flat() -> None:
    total = value("a + b - c * d / e")
    assert isinstance(total, tree.Sum)
    assert total.minus == (False, False, True)
    product = total.terms[2]
    assert isinstance(product, tree.Product)
    assert product.divided == (False, False, True)
    either = value("a or b and c and d or e")
    assert isinstance(either, tree.Or) and len(either.operands) == 3
    assert isinstance(either.operands[1], tree.And) and len(either.operands[1].operands) == 3


def test_rounding_takes_the_whole_expression_on_its_left_up_to_a_comparison() -> None:
    compared = value("a + b rounded half up to 0.1 > c")
    assert isinstance(compared, tree.Compare)
    rounded = compared.operands[0]
    assert isinstance(rounded, tree.Rounded) and isinstance(rounded.operand, tree.Sum)


def test_not_reaches_over_a_comparison_and_not_over_and() -> None:
    both = value("not a > b and c")
    assert isinstance(both, tree.And)
    assert isinstance(both.operands[0], tree.Not) and isinstance(both.operands[0].operand, tree.Compare)


def test_a_chain_of_comparisons_is_one_node() -> None:
    chain = value("0 < a <= b")
    assert isinstance(chain, tree.Compare)
    assert chain.relations == ("<", "<=")


@pytest.mark.parametrize("text", ["a < b > c", "a < b = c", "a <> b <> c"])
def test_a_chain_in_two_directions_is_refused(text: str) -> None:
    assert only(f"measure x = {text}").code == "R158"


@pytest.mark.parametrize(("written", "same"), [("is", "="), ("is not", "<>")])
def test_is_yes_says_equals_yes_and_is_printed(written: str, same: str) -> None:
    assert print_expr(value(f"connected {written} yes")) == f"connected {written} yes"
    assert print_expr(value(f"connected {same} yes")) == f"connected {written} yes"


def test_where_across_and_within_follow_the_arguments() -> None:
    call = value("mean(wait where connected and busy across city within region)")
    assert isinstance(call, tree.Call)
    assert isinstance(call.where, tree.And)
    assert call.across is not None and call.across.text == "city"
    assert call.within is not None and call.within.text == "region"


def test_brackets_continue_a_line() -> None:
    text = "measure x = min(\n  a,  # first\n  b\n)\nmeasure y = 1"
    assert codes(text) == []
    broken = text.replace("b\n", "b b\n")
    finding = only(broken)
    assert (finding.span.first_line, under(broken, finding)) == (3, "b")


def test_the_span_of_a_node_is_the_text_it_was_read_from() -> None:
    text = "measure x = a + (b * 2)"
    total = value(text.removeprefix("measure x = "))
    assert isinstance(total, tree.Sum)
    spans = [text[part.span.column : part.span.end_column] for part in total.terms]
    assert spans == ["a", "(b * 2)"]


def test_an_expression_built_by_a_program_gets_the_brackets_it_needs() -> None:
    a, b = value("a"), value("b")
    total = tree.Sum((a, b), (False, True), a.span)
    assert print_expr(tree.Product((total, total), (False, True), a.span)) == "(a - b) / (a - b)"
    assert print_expr(tree.Power(tree.Negate(a, a.span), total, a.span)) == "(-a) ^ (a - b)"
    assert print_expr(tree.Not(tree.Or((a, b), a.span), a.span), "zh") == "非 (a 或 b)"
