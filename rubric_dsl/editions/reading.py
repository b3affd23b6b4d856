"""Which nodes are read for a value: not what a decided condition, a matched row or a chosen branch leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rubric_dsl.evaluation.arithmetic import Cells, Values
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.scores import Score, Touchpoint
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.evaluation.values import Nothing, Undefined, Value
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands


def read_nodes(
    prepared: Prepared, roots: Iterable[op.Node], values: Values, cells: Cells, elsewhere: Collection[op.Node] = ()
) -> list[op.Node]:
    """The roots and all that was read for them, each once. What is `elsewhere` is read, and nothing of it here."""
    waiting, seen = list(roots), set[op.Node]()
    found = []
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        found.append(node)
        if node not in elsewhere:
            waiting.extend(_read_by(prepared, node, values, cells))
    return found


def _read_by(prepared: Prepared, node: op.Node, values: Values, cells: Cells) -> list[op.Node]:
    operation, step = prepared.operations[node], prepared.steps[node]
    match operation:
        case op.Choose(condition, then, otherwise):
            chosen = values[condition]
            return [condition, then if chosen else otherwise] if isinstance(chosen, bool) else [condition]
        case op.Only(condition, operand):
            return [condition, operand] if values[condition] is True else [condition]
        case op.All(nodes):
            return _until(nodes, values, True)
        case op.Any(nodes):
            return _until(nodes, values, False)
        case op.Table():
            assert isinstance(step, PreparedTable)
            row = step.match([values[one] for one in operation.inputs])
            own = operands(operation.rows[row].outcome) if isinstance(row, int) else []
            return [*operation.inputs, *own]
        case op.Touchpoint():
            assert isinstance(step, Touchpoint)
            if not step.belongs(cells):
                return []
            place = decided(operation.conditions, values)
            if place is not None:
                return list(_conditions(operation.conditions, place))
            given = [condition.node for condition in operation.conditions]
            missed = operands(operation.missing) if step.missed(values) else []
            return [*given, operation.rule, *missed]
        case op.RowScore() | op.Indicator():
            assert isinstance(step, Score)
            return _score(operation, values)
    return operands(operation)


def _until(nodes: tuple[op.Node, ...], values: Values, goes_on: bool) -> list[op.Node]:
    found = []
    for node in nodes:
        found.append(node)
        if values[node] is not goes_on:
            break
    return found


def _score(operation: op.RowScore | op.Indicator, values: Values) -> list[op.Node]:
    place = decided(operation.conditions, values)
    if place is not None:
        return list(_conditions(operation.conditions, place))
    found = [condition.node for condition in operation.conditions]
    found += [part.node for part in operation.parts]
    found += operation.extras
    if isinstance(operation, op.Indicator):
        found += [one for one in (operation.row_score, operation.value) if one is not None]
        if operation.missing is not None and operation.value is not None and values[operation.value] is Nothing.ABSENT:
            found += operands(operation.missing)
    for limit in operation.limits:
        found += [limit.value] if limit.when is None else [limit.value, limit.when]
    return found


def decided(conditions: tuple[op.Condition, ...], values: Values) -> int | None:
    """The place of the first condition that decides."""
    for place, condition in enumerate(conditions):
        holds: Value = values[condition.node]
        if isinstance(holds, Undefined) or (holds is True) == (condition.word == "if"):
            return place
    return None


def _conditions(conditions: tuple[op.Condition, ...], place: int) -> Iterator[op.Node]:
    yield from (condition.node for condition in conditions[: place + 1])
    yield from operands(conditions[place].outcome)
