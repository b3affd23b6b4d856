"""Corrections in a terminal: each appeal with its cells and what it does alone, the rejected ones, and all together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rubric_dsl.observations.corrected import Placed, shown_key, shown_value
from rubric_dsl.observations.corrections import Corrections
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.plan.naming import in_period
from rubric_dsl.render.pieces import Line, Look, Piece, Role
from rubric_dsl.render.values import called, subject_text, value_text
from rubric_dsl.render.width import cut, visible, width, wrap
from rubric_dsl.results.effects import Effects, Moved, Stand
from rubric_dsl.text.record import dataclass

MOST_MOVED = 12
LONGEST = 60


@dataclass(frozen=True, slots=True)
class CorrectionsView:
    """A corrections file that was put on a run, with what it does."""

    plan: ScoringPlan
    corrections: Corrections
    placed: tuple[Placed, ...]
    effects: Effects


def corrections_lines(view: CorrectionsView, look: Look) -> Iterable[Line]:
    accepted = sum(placed.entry.accepted for placed in view.placed)
    rejected = len(view.placed) - accepted
    file = visible(view.corrections.file)
    yield ()
    yield from _text(look.say(
        f"Corrections ({file}): {accepted} accepted, {rejected} rejected",
        f"申诉更正（{file}）：采纳 {accepted} 条，驳回 {rejected} 条",
    ), "", look, "strong")
    for effect in view.effects.alone:
        for placed in effect.appeal:
            yield from _text(_correction(placed, look), "  ", look)
        if effect.moved is None:
            yield from _text(look.say(
                "cannot stand alone: its rows hold to the rubric only together with other corrections",
                "不能单独成立：须与其他更正一起才符合细则",
            ), "    ", look)
        else:
            yield from moved_lines(view.plan, effect.moved, look, "    ")
    more = view.effects.appeals - len(view.effects.alone)
    if more:
        yield from _text(look.say(f"and {more} more appeals", f"另有 {more} 件"), "  ", look)
    for placed in view.placed:
        if not placed.entry.accepted:
            yield from _text(look.say("rejected: ", "驳回：") + _correction(placed, look), "  ", look, "faint")
    if len(view.effects.alone) > 1:
        yield from _text(look.say("All together:", "合计："), "  ", look, "strong")
        yield from moved_lines(view.plan, view.effects.together, look, "    ")


def moved_lines(plan: ScoringPlan, moved: Sequence[Moved], look: Look, indent: str) -> Iterable[Line]:
    """Who moves, by how much and to which rank; that nobody does is said too."""
    if not moved:
        yield from _text(look.say("changes no score and no rank", "得分和名次都没有变化"), indent, look)
        return
    several = len(plan.rankings) > 1
    for one in moved[:MOST_MOVED]:
        yield from _text(_moved(plan, one, several, look), indent, look)
    if len(moved) > MOST_MOVED:
        more = len(moved) - MOST_MOVED
        yield from _text(look.say(f"and {more} more (--json lists them)", f"另有 {more} 个（见 --json）"), indent, look)
    if not any(one.rank_changes for one in moved):
        yield from _text(look.say("no rank changes", "名次没有变化"), indent, look)


def _correction(placed: Placed, look: Look) -> str:
    entry = placed.entry
    column = called(placed.column.name, placed.column.label, look)
    old, new = (cut(visible(shown_value(placed, text)), LONGEST, look.ellipsis) for text in (entry.old, entry.new))
    row = visible(shown_key(placed))
    why = "; ".join(visible(text) for text in (entry.reason, entry.decided_by, entry.date, entry.reference) if text)
    if look.lang == "zh":
        return f"{row} {column}：“{old}”改为“{new}”（{why.replace('; ', '；')}）"
    return f'{row}, {column}: "{old}" becomes "{new}" ({why})'


def _moved(plan: ScoringPlan, moved: Moved, several: bool, look: Look) -> str:
    subject = in_period(subject_text(plan, moved.subject, look), moved.period, look.lang)
    name = f"{visible(moved.name)}: " if several else ""
    before, after = (_score(plan, moved, stand, look) for stand in (moved.before, moved.after))
    score = before if before == after else f"{before} → {after}"
    ranks = [("–" if one is None or one.rank is None else str(one.rank)) for one in (moved.before, moved.after)]
    rank = look.say("rank ", "名次 ") + (ranks[0] if ranks[0] == ranks[1] else f"{ranks[0]} → {ranks[1]}")
    said = f"{name}{subject} {score}"
    if not plan.rankings:
        return _drawn(said, look)
    return _drawn(said + look.say(", ", "，") + rank, look)


def _score(plan: ScoringPlan, moved: Moved, stand: Stand | None, look: Look) -> str:
    return "–" if stand is None else value_text(stand.score, plan.nodes[moved.by].type, look)


def _drawn(text: str, look: Look) -> str:
    return text.replace("→", "->").replace("–", "-") if look.ascii else text


def _text(text: str, indent: str, look: Look, role: Role = "") -> Iterable[Line]:
    for i, line in enumerate(wrap(text, look.columns - width(indent) - 2)):
        yield (Piece(indent + ("  " if i else "") + line, role),)
