"""What each row of a subject brought to a row score, told by evaluating it."""

from __future__ import annotations

from collections.abc import Iterator

from rubric_dsl.engines.contract import Change, RowPoints, Stratum, Subject
from rubric_dsl.engines.folding import has_scenario
from rubric_dsl.engines.reference.rows import touchpoint_points
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.arithmetic import ZERO, Values
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Row


def points_of_rows(done: Run, subject: Subject, score: Score) -> RowPoints:
    """The rows of the score's scenarios; an engine that can tell is asked, all others have them evaluated again."""
    told = None if done.totals.points is None else done.totals.points(score.node)
    table = done.plan.nodes[score.node].grain.table or ""
    touchpoints = tuple(dict.fromkeys(
        (*(part.node for part in score.combination.parts), *(extra.node for extra in score.extras))
    ))
    if told is not None:
        nothing = RowPoints(table, touchpoints, (), (), (), (), (), [()] * len(touchpoints), _as_it_is)
        return told.get(subject, nothing)
    numbers: list[int] = []
    strata: list[Stratum] = []
    scores: list[object] = []
    decided: list[bool] = []
    points: list[list[object]] = [[] for _ in touchpoints]
    changes: dict[tuple[Change, Stratum, Exact], list[int]] = {}
    for row, stratum, values in _evaluated(done, subject, score, table):
        by_node = dict(touchpoint_points(done.prepared, score, values, row.values))
        for node, own in zip(touchpoints, points, strict=True):
            value = by_node.get(node)
            own.append(value if value is not None and is_number(value) else None)
        result, by_condition = values[score.node], score.decide(values) is not None
        if is_number(result) and not by_condition:
            for kind, change in changes_of(score, values):
                changes.setdefault((kind, stratum, change), []).append(len(numbers))
        numbers.append(row.number)
        strata.append(stratum)
        scores.append(result if is_number(result) else None)
        decided.append(by_condition)
    return RowPoints(
        table, touchpoints, numbers, range(len(numbers)), strata, scores, decided, points, _as_it_is, changes
    )


def _as_it_is(place: int, value: Exact) -> Exact:
    return value


def _evaluated(done: Run, subject: Subject, score: Score, table: str) -> Iterator[tuple[Row, Stratum, Values]]:
    """The rows of the score's scenarios with the values of their nodes."""
    schema = next(schema for schema in done.plan.tables if schema.name == table)
    nodes = done.prepared.row_nodes.get(table, ())
    for row in done.rows[table].get(subject, ()):
        stratum = None if schema.stratum is None else row.values[schema.stratum]
        if has_scenario(score, done.prepared, stratum):
            values = done.totals.kept.get(id(row))
            if values is None:
                values = evaluate_row(done.prepared, row.values, nodes)
            yield row, None if stratum is None else str(stratum), values


def changes_of(score: Score, values: Values) -> Iterator[tuple[Change, Exact]]:
    """By how much bounds and rounding changed a score that no condition decided; nothing where they changed nothing."""
    summed = score.with_extras(score.source(values), values)
    limited = score.limited(summed, values)
    rounded = score.rounder(limited)
    if is_number(summed) and is_number(limited) and is_number(rounded):
        steps: list[tuple[Change, Exact]] = [
            ("limits", reals.subtract(limited, summed)),
            ("rounding", reals.subtract(rounded, limited)),
        ]
        yield from (step for step in steps if step[1] != ZERO)
