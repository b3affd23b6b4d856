"""What each row brought to a row score, told by a function instead of evaluating the row again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from rubric_dsl.engines.compiled.rows import ListRows
from rubric_dsl.engines.contract import RowPoints, Subject
from rubric_dsl.engines.folding import strata_of
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import Lowered, decoded
from rubric_dsl.engines.lowering.nodes import TableLowering
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import as_number
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass


class PointsOfRows:
    """Of the row scores of a run, by subject; None where bounds or rounding change the score of single rows."""

    def __init__(self, tables: Sequence[tuple[ListRows, TableLowering]]) -> None:
        self._tables = tables
        self._found: dict[op.Node, Mapping[Subject, RowPoints]] | None = None

    def __call__(self, node: op.Node) -> Mapping[Subject, RowPoints] | None:
        if self._found is None:
            self._found = {}
            for rows, lowering in self._tables:
                self._found |= _points(rows, lowering, [told for score in _scores(lowering) if (
                    told := _told(lowering, score)) is not None])
        return self._found.get(node)


@dataclass(frozen=True, slots=True)
class _Told:
    """A score, where conditions decide it, what its touchpoints bring, and its scenarios (none: all)."""

    node: op.Node
    score: Lowered
    decided: Expr
    shares: Mapping[op.Node, Lowered]
    scenarios: frozenset[str]

    def asked(self) -> list[Expr]:
        return [*(share.value for share in self.shares.values()), self.score.value, self.decided]

    def exact(self) -> Callable[[int, object], Exact]:
        forms = [*(share.form for share in self.shares.values()), self.score.form]
        return cache(lambda place, raw: as_number(decoded(forms[place], raw)))


def _scores(lowering: TableLowering) -> list[Score]:
    nodes = lowering.prepared.row_nodes.get(lowering.schema.name, ())
    return [step for node in nodes if isinstance(step := lowering.prepared.steps[node], Score)]


def _told(lowering: TableLowering, score: Score) -> _Told | None:
    operation, decided = lowering.prepared.operations[score.node], lowering.decided(score.node)
    assert isinstance(operation, op.RowScore)
    if decided is None or operation.limits or operation.rounding is not None:
        return None
    scenarios = strata_of(score, lowering.prepared)
    return _Told(score.node, lowering.nodes[score.node], decided, lowering.shares(score.node), scenarios)


def _points(rows: ListRows, lowering: TableLowering, told: list[_Told]) -> dict[op.Node, dict[Subject, RowPoints]]:
    """All scores in one pass over the rows."""
    numbers, order = rows.numbers
    columns = rows.columns([one for score in told for one in score.asked()])
    strata = [stratum for _, stratum, n in rows.groups for _ in range(n)]
    points: dict[op.Node, dict[Subject, RowPoints]] = {}
    for score in told:
        own, columns = columns[: len(score.shares) + 2], columns[len(score.shares) + 2 :]
        nodes, exact = tuple(score.shares), score.exact()
        found = points[score.node] = {}
        for subject, parts in _parts(rows, score.scenarios).items():

            def taken(column: Sequence[Any], parts: Sequence[slice] = parts) -> Sequence[Any]:
                return [value for part in parts for value in column[part]] if len(parts) > 1 else column[parts[0]]

            *brought, scores, decided = map(taken, own)
            found[subject] = RowPoints(
                lowering.schema.name, nodes, taken(numbers), taken(order), taken(strata), scores,
                [by_condition is True for by_condition in decided], brought, exact,
            )
    return points


def _parts(rows: ListRows, scenarios: frozenset[str]) -> dict[Subject, list[slice]]:
    """Where the rows of each subject stand that are of these scenarios (none: all)."""
    found: dict[Subject, list[slice]] = {}
    start = 0
    for subject, stratum, n in rows.groups:
        if not scenarios or stratum in scenarios:
            own = found.setdefault(subject, [])
            if own and own[-1].stop == start:
                own[-1] = slice(own[-1].start, start + n)
            else:
                own.append(slice(start, start + n))
        start += n
    return found
