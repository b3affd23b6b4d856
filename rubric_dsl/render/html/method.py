"""The method on a page: in plain words, and the text of the rubric with its lines to link to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.html.elements import Words, tag, together
from rubric_dsl.render.html.subject import Anchor
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.plan_page import plan_lines
from rubric_dsl.render.width import visible

COLUMNS = 110


def in_words(plan: ScoringPlan, identity: str) -> Markup:
    """The scoring plan as a page of text, in both languages."""
    return together(
        tag("pre", {"lang": lang}, plain(plan_lines(plan, identity, Look(lang, COLUMNS)))) for lang in ("en", "zh")
    )


def rubric_text(files: Mapping[str, Sequence[str]], anchor: Anchor) -> Markup:
    """Every file of the rubric, each line with its number and an anchor."""
    found = []
    for file, lines in files.items():
        name = file.replace("\\", "/").rsplit("/", 1)[-1]
        if len(files) > 1:
            found.append(tag("h3", {}, visible(name)))
        numbered = together(
            tag("span", {"id": anchor.id(file, i)}, tag("a", {"href": anchor(file, i)}, str(i)), visible(line) or " ")
            for i, line in enumerate(lines, 1)
        )
        found.append(tag("pre", {"class": "rubric"}, numbered))
    return tag("details", {"open": "open"}, tag("summary", {}, Words("the text of the rubric", "细则原文")), *found)
