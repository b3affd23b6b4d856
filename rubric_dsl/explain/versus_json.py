"""A gap between two subjects as `rubric-versus/1`: for machines, never translated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubric_dsl.explain.explanation import Explanation
from rubric_dsl.explain.json import row_json, scenario_json
from rubric_dsl.explain.sentences import gap_sentences
from rubric_dsl.explain.versus import CallShare, Share, Versus
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.observations.model import Ledger
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.json import ledger_json, number_json, outcome_json

FORMAT = "rubric-versus/1"

Json = dict[str, Any]


def versus_json(plan: ScoringPlan, identity: str, found: Versus, ledgers: Iterable[Ledger] = ()) -> Json:
    """`gap` is subject − other; `shares` are those of the item's parts and add up to it exactly, level by level."""
    item = found.mine.item
    made: Json = {
        "format": FORMAT,
        "rubric": {"title": plan.header.title, "edition": plan.header.edition, "plan": identity},
        "item": {"name": item.name, "label": item.label},
        "subject": _side(found.mine), "other": _side(found.theirs),
        "gap": number_json(found.gap, NUMBER),
    }
    if found.mine.period is not None:
        made["period"] = found.mine.period
    if found.step is not None:
        made["rounded_to"] = exact_text(found.step)
    top = _share(found.top)
    for key in ("method", "calls", "unsplit"):
        if key in top:
            made[key] = top[key]
    made["shares"] = top["shares"]
    made["sentences"] = {lang: list(gap_sentences(found, lang)) for lang in ("en", "zh")}
    made["ledger"] = {ledger.table: ledger_json(ledger) for ledger in ledgers}
    return made


def _side(explanation: Explanation) -> Json:
    made: Json = {
        "name": explanation.subject, "label": explanation.subject_label,
        "score": outcome_json(explanation.item.points, explanation.item.type),
    }
    if explanation.place is not None:
        made["rank"] = explanation.place.placed.rank
    return made


def _share(share: Share) -> Json:
    made: Json = {
        "name": share.name, "label": share.label, "kind": share.kind, "share": number_json(share.share, NUMBER),
    }
    if share.mine is not None:
        made["subject"] = outcome_json(share.mine, NUMBER)
    if share.theirs is not None:
        made["other"] = outcome_json(share.theirs, NUMBER)
    if share.worth is not None:
        made["worth"] = number_json(share.worth, NUMBER)
    if share.line is not None:
        made["rubric"] = {"file": share.line.file, "line": share.line.line}
    if share.method is not None:
        made["method"] = share.method
    if share.unsplit is not None:
        made["unsplit"] = share.unsplit
    if share.calls:
        made["calls"] = [_call(call, share) for call in share.calls]
    made["shares"] = [_share(part) for part in share.parts]
    return made


def _call(call: CallShare, share: Share) -> Json:
    made: Json = {"subject": call.subject, "share": number_json(call.share, NUMBER)}
    if call.row is not None:
        return made | row_json(call.row, scored=share.worth is not None)
    if call.unobserved is not None and call.unobserved.scenario is not None:
        return made | {"unobserved": scenario_json(call.unobserved.scenario)}
    return made | {"because": "unobserved" if call.unobserved is not None else "rounding"}
