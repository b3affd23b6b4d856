"""Which nodes an operation reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rubric_dsl.resolved import operations as op


def operands_of(operation: op.Operation) -> tuple[op.Node, ...]:
    """All nodes that the operation names, in written order; a node may stand more than once."""
    return tuple(node for node in _operands(operation) if node is not None)


def _operands(operation: op.Operation) -> Iterable[op.Node | None]:
    match operation:
        case op.Constant() | op.Parameter() | op.Column() | op.Weights():
            return ()
        case op.Present() | op.Negate() | op.Round() | op.Member() | op.Not():
            return (operation.operand,)
        case op.Add():
            return operation.terms
        case op.Multiply():
            return operation.factors
        case op.Power():
            return (operation.base, operation.exponent)
        case op.Function() | op.All() | op.Any():
            return operation.operands
        case op.Compare():
            return (operation.left, operation.right)
        case op.Choose():
            return (operation.condition, operation.then, operation.otherwise)
        case op.Only():
            return (operation.condition, operation.operand)
        case op.Within():
            return (operation.operand, operation.low, operation.high)
        case op.Table():
            return _of_table(operation)
        case op.Aggregate():
            return (operation.operand, operation.where, operation.argument, operation.within)
        case op.Across():
            return (operation.operand, operation.argument, operation.within, operation.where)
        case op.Touchpoint():
            return (*_of_conditions(operation.conditions), operation.rule, *_of_outcome(operation.missing))
        case op.RowScore() | op.Indicator():
            return _of_score(operation)
        case op.Ranking():
            return _of_ranking(operation)
    raise TypeError(f"not an operation: {operation!r}")


def _of_table(table: op.Table) -> Iterator[op.Node | None]:
    yield from table.inputs
    for row in table.rows:
        for alternatives in row.patterns:
            for pattern in alternatives:
                if isinstance(pattern, op.Between):
                    yield from (pattern.low, pattern.high)
                elif isinstance(pattern, op.Equal):
                    yield pattern.value
        yield from _of_outcome(row.outcome)


def _of_outcome(outcome: op.Outcome | None) -> tuple[op.Node, ...]:
    match outcome:
        case op.Value():
            return (outcome.node,)
        case op.Linear():
            return (outcome.low, outcome.high, outcome.start, outcome.end)
        case _:
            return ()


def _of_conditions(conditions: Iterable[op.Condition]) -> Iterator[op.Node]:
    for condition in conditions:
        yield condition.node
        yield from _of_outcome(condition.outcome)


def _of_score(score: op.RowScore | op.Indicator) -> Iterator[op.Node | None]:
    yield from _of_conditions(score.conditions)
    if isinstance(score, op.Indicator):
        yield from (score.row_score, score.value, *_of_outcome(score.missing))
    yield from (part.node for part in score.parts)
    yield from score.extras
    yield score.panel
    for limit in score.limits:
        yield from (limit.value, limit.when)


def _of_ranking(ranking: op.Ranking) -> Iterator[op.Node | None]:
    yield from (ranking.by, ranking.within)
    yield from (key.node for key in ranking.keys)
    yield from (cap.condition for cap in ranking.caps)
    yield from ranking.excludes
