"""A subject explained beside a saved result: its own rows scored again, everybody else as the result has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import Standing
from rubric_dsl.explain.standing import Standings
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved.operations import Node
from rubric_dsl.results.json import outcome_json
from rubric_dsl.results.model import Placed
from rubric_dsl.results.saved import NotSaved, Saved, Spread, without_place
from rubric_dsl.results.score import result_of


class SavedStandings(Standings):
    """Where a subject stands among all, of whom only what the saved result says is known."""

    def __init__(self, done: Run, saved: Saved, spreads: Mapping[str, Spread]) -> None:
        super().__init__(done)
        self._saved = saved
        self._spreads = {named.node: (named.name, spreads.get(named.name)) for named in done.plan.values}

    def of(self, subject: Subject, node: Node, lowest_first: bool) -> Standing | None:
        value, (name, spread) = self._done.values[subject][node], self._spreads.get(node, ("", None))
        if not is_number(value) or spread is None or not isinstance(value, Fraction):
            return None
        place = self._saved.place(subject, name, lowest_first)
        return Standing(place, spread.of, spread.mean, spread.lowest if lowest_first else spread.highest)

    def placed(self, schema: RankingSchema, placed: Placed) -> tuple[Placed, int]:
        """The subject's row of a ranking with its rank among all, and how many have one (in its group)."""
        row = self._saved.placed(schema.name, placed.subject)
        if row is None:
            raise NotSaved
        return replace(placed, rank=row.get("rank")), self._saved.ranked(schema.name, placed.group)


def differences(done: Run, saved: Saved, subject: Subject) -> Iterator[tuple[str, Any, Any]]:
    """The items of which the subject has something else in the saved result: name, saved, scored again."""
    own = saved.subject(subject)
    types = {named.name: done.plan.nodes[named.node].type for named in done.plan.values}
    for name, value in result_of(done).values[subject].items():
        now = outcome_json(value, types[name])
        before = None if own is None else without_place(own.get(name))
        if now != before:
            yield name, before, now

