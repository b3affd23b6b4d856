"""What changed between two editions, as `rubric-diff/1`: for machines, never translated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rubric_dsl.editions.changes import Difference
from rubric_dsl.editions.impact import Moved, Player, RankingImpact, Standing
from rubric_dsl.editions.shapley import Split
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import Lines, ScoringPlan
from rubric_dsl.render.diff import DiffView, player_text, summary
from rubric_dsl.render.diff_words import DifferenceWords
from rubric_dsl.render.pieces import Look
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.json import number_json
from rubric_dsl.results.model import NoValue
from rubric_dsl.results.nothing import sentence

FORMAT = "rubric-diff/1"
ENGLISH = Look("en")

Json = dict[str, Any]


def diff_json(view: DiffView) -> Json:
    """`changes` has one object a difference; those with the same `change` can only be made together."""
    comparison = view.comparison
    words = DifferenceWords(comparison.old.plan, comparison.new.plan, ENGLISH)
    found: Json = {
        "format": FORMAT,
        "old": _edition(comparison.written, view.files[0]),
        "new": _edition(comparison.new.plan, view.files[1]),
        "magnitude": view.magnitude,
        "not_comparable": [
            {"because": what, "item": item, "old": old, "new": new} for what, item, old, new in view.reasons
        ],
        "changes": [
            {"change": change.number + 1, "counts": change.counts} | _difference(one, words)
            for change in comparison.changes for one in change.differences
        ],
        "wording": [
            {"kind": one.kind, "item": one.item, "old": one.old, "new": one.new,
             "lines": _lines(one.old_lines, one.new_lines)}
            for one in view.wording
        ],
        "summary": summary(view, ENGLISH),
    }
    if view.impacts is not None:
        rankings = [_ranking(impact) for impact in view.impacts]
        found["rankings"] = rankings
        found["subjects"] = rankings[0]["subjects"] if rankings else []
    return found


def _edition(plan: ScoringPlan, file: str) -> Json:
    header = plan.header
    return {"file": file, "title": header.title, "edition": header.edition, "plan": plan_hash(plan)}


def _difference(difference: Difference, words: DifferenceWords) -> Json:
    old, new = words.sides(difference)
    return {
        "kind": difference.kind, "sort": difference.sort, "item": difference.item, **dict(difference.facts),
        "old": old if difference.old is not None else None, "new": new if difference.new is not None else None,
        "lines": _lines(difference.old_lines, difference.new_lines),
    }


def _lines(old: Lines | None, new: Lines | None) -> Json:
    return {
        side: None if lines is None else {"file": lines.file, "line": lines.line}
        for side, lines in (("old", old), ("new", new))
    }


def _ranking(impact: RankingImpact) -> Json:
    return {
        "name": impact.name, "by": impact.by,
        "subjects": [_moved(one, impact.players) for one in impact.subjects],
    }


def _moved(one: Moved, players: Sequence[Player]) -> Json:
    found: Json = {
        "subject": one.subject, "old": _standing(one.old), "new": _standing(one.new),
        "because": [_share(one, place, player) for place, player in enumerate(players)],
    }
    if one.own is not None:
        found["rank_moved_by"] = {"own_score": one.own, "others": one.others, "rules": one.rule}
    errors = [split.error for split in (one.score, one.rank) if split is not None]
    if any(error is not None for error in errors):
        found["error"] = number_json(max(error for error in errors if error is not None), NUMBER)
    return found


def _standing(standing: Standing | None) -> Json | None:
    if standing is None:
        return None
    return {"score": _score(standing.score), "rank": standing.rank}


def _score(score: Exact | NoValue) -> Json:
    if isinstance(score, NoValue):
        return {"state": score.state, "because": sentence(score)}
    return number_json(score, NUMBER)


def _share(one: Moved, place: int, player: Player) -> Json:
    return {
        "changes": [number + 1 for number in player.changes], "data": player.data, "text": player_text(player, ENGLISH),
        "score": _part(one.score, place), "rank": _part(one.rank, place),
    }


def _part(split: Split | None, place: int) -> Json | None:
    return None if split is None else number_json(split.shares[place], NUMBER)
