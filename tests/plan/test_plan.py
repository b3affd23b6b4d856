"""What a plan tells: nodes in order, each with type, grain, bounds, denominator and its lines."""

from __future__ import annotations

from rubric_dsl.plan.model import PlanNode, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands
from tests.plan.rubrics import HOTLINES, plan_of

LINES = HOTLINES.split("\n")


def node_of(plan: ScoringPlan, name: str) -> PlanNode:
    return plan.nodes[next(value.node for value in plan.values if value.name == name)]


def test_operands_come_before_what_uses_them() -> None:
    plan = plan_of(HOTLINES)
    assert [node.id for node in plan.nodes] == list(range(len(plan.nodes)))
    for node in plan.nodes:
        assert all(operand < node.id for operand in operands(node.operation))


def test_every_row_of_a_table_leads_to_its_own_line() -> None:
    plan = plan_of(HOTLINES)
    table = plan.nodes[node_of(plan, "quick").operation.rule]  # type: ignore[union-attr]
    assert isinstance(table.operation, op.Table)
    shown = [LINES[line.line - 1].strip().split(":")[0] for line in table.lines[1:]]
    assert shown == ["up to target", "over target to 60 s", "over 60 s"]


def test_every_condition_leads_to_its_own_line() -> None:
    plan = plan_of(HOTLINES)
    indicator = node_of(plan, "speed").operation
    assert isinstance(indicator, op.Indicator) and indicator.row_score is not None
    row_score = plan.nodes[indicator.row_score]
    assert isinstance(row_score.operation, op.RowScore) and len(row_score.operation.conditions) == 1
    assert LINES[row_score.lines[1].line - 1].strip() == "unless connected: 0"


def test_bounds_are_proved_from_the_parts() -> None:
    """A share lies between 0 and 1, a score between 0 and its worth; 6 or 4 down to 2 or 0 between 0 and 6."""
    plan = plan_of(HOTLINES)
    for name, low, high in (("rate", "0", "1"), ("total", "0", "20"), ("quick", "0", "6")):
        bounds = node_of(plan, name).bounds
        assert bounds is not None and (bounds.low, bounds.high) == (low, high), name


def test_whole_points_have_the_denominator_1_and_a_slope_has_none() -> None:
    plan = plan_of(HOTLINES)
    assert node_of(plan, "answered").denominator == 1
    assert node_of(plan, "quick").denominator is None


def test_columns_carry_what_a_cell_must_be() -> None:
    plan = plan_of(HOTLINES)
    wait = next(column for column in plan.tables[0].columns if column.name == "wait")
    assert (wait.type, wait.low, wait.high, wait.decimals, wait.presence) == ("seconds", "0", "600", 0, "when")
    assert wait.present_when is not None
    assert isinstance(plan.nodes[wait.present_when].operation, op.Column)


def test_a_parameter_is_listed_with_its_default_and_its_value() -> None:
    parameter = plan_of(HOTLINES, target="20 s").parameters[0]
    assert (parameter.name, parameter.default, parameter.value, parameter.low, parameter.high) == (
        "target", "15", "20", "5", "60",
    )
