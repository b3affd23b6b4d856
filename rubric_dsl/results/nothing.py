"""Why an item has no value: the nearest reason, as a word with its facts."""

from __future__ import annotations

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.values import ABSENT, NOT_APPLICABLE
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands, reach
from rubric_dsl.results.model import NoValue

SENTENCES = {
    "no row": "no row of `{table}` counts",
    "condition": "a condition says so (line {line})",
    "no part": "none of its parts has a score",
    "its table": "its table says so",
    "no period before": "there is no value of the period before",
    "missing value": "a value that it needs is missing",
}
"""For machine output, which is never translated; renderers translate the word."""


def no_value(done: Run, node: op.Node, values: Values) -> NoValue:
    """The reason for which the node has no value in these values (of one subject)."""
    state = "not applicable" if values[node] is NOT_APPLICABLE else "missing"
    because, facts = _reason(done, node, values)
    return NoValue("not applicable" if state == "not applicable" else "missing", because, facts)


def sentence(nothing: NoValue) -> str:
    return SENTENCES[nothing.because].format(**dict(nothing.facts))


def _reason(done: Run, node: op.Node, values: Values) -> tuple[str, tuple[tuple[str, str], ...]]:
    grain, step = done.plan.nodes[node].grain, done.prepared.steps[node]
    operation = done.plan.nodes[node].operation
    if isinstance(operation, op.Only) and values[operation.condition] is False:
        return "condition", (("line", str(done.plan.nodes[node].lines[0].line)),)
    if values[node] is not NOT_APPLICABLE or not isinstance(operation, (op.Touchpoint, op.RowScore, op.Indicator)):
        return ("no period before" if _looks_back_in_vain(done, node, values) else "missing value"), ()
    if grain.kind == "row" and grain.table is not None:
        return "no row", (("table", grain.table),)
    decided = step.decide(values) if isinstance(step, (Score, Touchpoint)) else None
    if decided is not None:
        return "condition", (("line", str(_line_of(done, node, decided.place))),)
    if isinstance(operation, op.Indicator) and operation.row_score is not None:
        return _reason(done, operation.row_score, values)
    return ("its table" if isinstance(operation, op.Touchpoint) else "no part"), ()


def _looks_back_in_vain(done: Run, node: op.Node, values: Values) -> bool:
    """Whether the node reads a value of the period before that is not there."""
    if done.period is None:
        return False

    def absent(current: op.Node) -> list[op.Node]:
        operation = done.plan.nodes[current].operation
        below = [] if isinstance(operation, op.Previous) else operands(operation)
        return [operand for operand in below if values[operand] is ABSENT]

    return any(isinstance(done.plan.nodes[found].operation, op.Previous) for found in reach([node], absent))


def _line_of(done: Run, node: op.Node, place: int) -> int:
    """The line of a score's condition: its name stands first among the lines of its node."""
    lines = done.plan.nodes[node].lines[place + 1 :]
    return lines[0].line if lines else 0
