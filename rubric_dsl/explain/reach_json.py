"""What it would have taken as `rubric-reach/1`: for machines, never translated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.changes import RowChange
from rubric_dsl.explain.distances import ClassDistance, Neighbour, PlaceDistance, classes, places
from rubric_dsl.explain.goals import ClassGoal, Goal, RankGoal
from rubric_dsl.explain.reach import Proposal, Reach
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved.types import NUMBER, PERCENT
from rubric_dsl.results.json import number_json, outcome_json

FORMAT = "rubric-reach/1"

Json = dict[str, Any]


def reach_json(done: Run, identity: str, subject: Subject, found: Reach, reverse: Reach | None) -> Json:
    header = done.plan.header
    made: Json = {
        "format": FORMAT, "rubric": {"title": header.title, "edition": header.edition, "plan": identity},
        "subject": subject, "goal": _goal(found.goal), **_reach(done, found),
    }
    if reverse is not None:
        made["reverse"] = {"goal": _goal(reverse.goal), **_reach(done, reverse)}
    made["places"] = [_place(one) for one in places(done, subject)]
    made["classes"] = [_class(one) for one in classes(done, subject)]
    return made


def _goal(goal: Goal) -> Json:
    if isinstance(goal, RankGoal):
        return {"ranking": goal.schema.name, "rank": goal.rank, "lose": goal.lose}
    if isinstance(goal, ClassGoal):
        return {"class": goal.name, "of": goal.named.name}
    return {"item": goal.named.name, "score": exact_text(goal.score)}


def _reach(done: Run, found: Reach) -> Json:
    return {
        "already": found.already, "proved_least": found.proved, "trials": found.trials, "more": found.more,
        "proposals": [_proposal(done, one) for one in found.proposals],
    }


def _proposal(done: Run, proposal: Proposal) -> Json:
    calls, cells, steps = proposal.cost
    made: Json = {
        "observations": calls, "cells": cells, "steps": steps,
        "changes": [change for one in proposal.changes for change in _changes(done, one)],
        "rankings": {
            name: {"rank": stand.rank, "ties_with": list(stand.beside)} for name, stand in proposal.stands.items()
        },
        "passes": list(proposal.passes),
    }
    if is_number(proposal.score):
        made["score"] = number_json(proposal.score, NUMBER)
    return made


def _changes(done: Run, change: RowChange) -> Iterator[Json]:
    ledger = done.observations.tables[change.schema.name].ledger
    for cell in change.cells:
        yield {
            "table": change.schema.name, "row": change.row.number, "column": cell.column.name,
            **({"file": change.row.file} if change.row.file else {}),
            "cell": ledger.place(change.row.number, cell.column.name, change.row.file),
            "old": cell.old_text, "new": cell.new_text, "steps": cell.steps, "needed": cell.needed,
        }


def _place(one: PlaceDistance) -> Json:
    made: Json = {"item": one.named.name, "place": one.place, "of": one.of}
    for key, neighbour in (("above", one.above), ("below", one.below)):
        if neighbour is not None:
            made[key] = _neighbour(neighbour)
    return made


def _neighbour(neighbour: Neighbour) -> Json:
    return {"distance": number_json(neighbour.distance, NUMBER), "subjects": list(neighbour.subjects)}


def _class(one: ClassDistance) -> Json:
    return {
        "bands": one.named.name, "class": one.name, "more": one.more, "rows": one.rows,
        "share": outcome_json(one.share, PERCENT),
    }
