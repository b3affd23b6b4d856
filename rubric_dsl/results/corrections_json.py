"""Corrections and what they do, in `rubric-result/1` under `corrections`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubric_dsl.observations.corrected import Placed, shown_key, shown_value
from rubric_dsl.observations.corrections import Corrections
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.effects import Effect, Effects, Moved, Stand
from rubric_dsl.results.json import outcome_json, refusal_json

Json = dict[str, Any]


def corrections_json(plan: ScoringPlan, corrections: Corrections, placed: Iterable[Placed], effects: Effects) -> Json:
    """Every correction with its decision, what each accepted appeal does alone, and what all do together."""
    entries = [_entry(one) for one in placed]
    return {
        "file": corrections.file,
        "sha256": corrections.sha256,
        "accepted": sum(one["decision"] == "accepted" for one in entries),
        "rejected": sum(one["decision"] == "rejected" for one in entries),
        "entries": entries,
        "appeals": effects.appeals,
        "effects": [_effect(plan, effect) for effect in effects.alone],
        "together": [_moved(plan, moved) for moved in effects.together],
    }


def refused_json(corrections: Corrections, refusals: Iterable[Any]) -> Json:
    """Where corrections could not be put on: why."""
    return {
        "file": corrections.file, "sha256": corrections.sha256, "refusals": [refusal_json(one) for one in refusals],
    }


def _entry(placed: Placed) -> Json:
    entry = placed.entry
    return {
        "row": entry.row, "table": placed.schema.name, "key": shown_key(placed), "observed_row": placed.row.number,
        "column": placed.column.name, "old": shown_value(placed, entry.old), "new": shown_value(placed, entry.new),
        "reason": entry.reason, "decided_by": entry.decided_by, "date": entry.date, "reference": entry.reference,
        "decision": "accepted" if entry.accepted else "rejected",
    }


def _effect(plan: ScoringPlan, effect: Effect) -> Json:
    found: Json = {
        "rows": [placed.entry.row for placed in effect.appeal], "reference": effect.appeal[0].entry.reference,
        "alone": effect.moved is not None,
    }
    if effect.moved is not None:
        found["moved"] = [_moved(plan, moved) for moved in effect.moved]
    return found


def _moved(plan: ScoringPlan, moved: Moved) -> Json:
    found: Json = {"ranking": moved.name, "subject": moved.subject}
    if moved.period is not None:
        found["period"] = moved.period
    return found | {"before": _stand(plan, moved, moved.before), "after": _stand(plan, moved, moved.after)}


def _stand(plan: ScoringPlan, moved: Moved, stand: Stand | None) -> Json:
    if stand is None:
        return {"state": "missing", "because": "the subject is not there"}
    return {"rank": stand.rank, "score": outcome_json(stand.score, plan.nodes[moved.by].type)}
