"""Whose rank depends on a decision that other systems take in silence, as it reads in a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubric_dsl.editions.alternatives import ranks_of
from rubric_dsl.editions.robustness import choices
from rubric_dsl.engines.run import Run
from rubric_dsl.plan.naming import label_of
from rubric_dsl.render.alternatives import moves, outcome_json, outcome_lines
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.values import called
from rubric_dsl.render.width import visible

FORMAT = "rubric-choices/1"


def choices_lines(done: Run, look: Look) -> Iterable[Line]:
    """Of each ranking every decision taken the other way, then the subjects whose rank depends on one."""
    say = look.say
    for schema in done.plan.rankings:
        nominal, outcomes = ranks_of(done, schema.name), choices(done, schema)
        name = schema.label if look.lang == "zh" and schema.label else schema.name
        yield (Piece(say(f"Choices behind {visible(name)}", f"{visible(name)}背后的选择"), "strong"),)
        yield from outcome_lines(done.plan, outcomes, nominal, look)
        moved = dict.fromkeys(
            subject for one in outcomes if one.ranks is not None for subject, _, _ in moves(one, nominal)
        )
        names = say(", ", "、").join(called(subject, label_of(done.plan, subject), look) for subject in moved)
        count, whole = len(moved), len(nominal)
        text = say(f"{count} of {whole} ranks depend on a choice", f"{whole} 个名次中 {count} 个取决于选择")
        yield from paragraph(text + (f"{say(': ', '：')}{names}" if names else ""), look, "strong")


def choices_json(done: Run) -> dict[str, Any]:
    found = []
    for schema in done.plan.rankings:
        nominal = ranks_of(done, schema.name)
        outcomes = [outcome_json(one, nominal) for one in choices(done, schema)]
        depends = sorted({move["subject"] for one in outcomes for move in one["moves"] or ()})
        found.append({"ranking": schema.name, "choices": outcomes, "depends": depends})
    return {"format": FORMAT, "rankings": found}
