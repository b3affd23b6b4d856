"""An explanation in a terminal and as `rubric-explanation/1`: points won and lost, by which rows and lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rubric_dsl.evaluation.values import Undefined, Value, is_number
from rubric_dsl.explain.why import Explained, RowReason
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.terminal import CHANGES
from rubric_dsl.render.values import called, number_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.json import number_json

FORMAT = "rubric-explanation/1"
ROWS_SHOWN = 12
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """An explained item of a subject. `rank` is its place where the item decides a ranking."""

    plan: ScoringPlan
    subject: str
    rank: int | None
    explained: Explained


# ---------------------------------------------------------------- terminal


def explanation_lines(view: ExplanationView, look: Look) -> Iterable[Line]:
    yield from _Drawing(view, look).lines()


class _Drawing:
    def __init__(self, view: ExplanationView, look: Look) -> None:
        self.view = view
        self.plan = view.plan
        self.look = look
        self.words = PlanWords(view.plan, look)

    def lines(self) -> Iterable[Line]:
        top, say = self.view.explained, self.look.say
        subject = visible(self.view.subject)
        rank = "" if self.view.rank is None else say(f", rank {self.view.rank}", f"，第 {self.view.rank} 名")
        head = f"{subject}{say(': ', '：')}{self.title(top)} {self.points(top)}{rank}"
        yield from paragraph(head, self.look, "strong")
        for part in top.parts:
            yield from self.item(part, 1)
        yield from self.rows(top, 1, everything=True)

    def item(self, explained: Explained, depth: int) -> Iterable[Line]:
        """The item, and what is below it where points were lost."""
        lost = explained.item.lost
        full = lost is not None and reals.compare(lost, ZERO) <= 0
        minus = "" if full or lost is None else f"  {number_text(reals.negate(lost), NUMBER, self.look)}"
        text = f"{'  ' * depth}{self.title(explained)}  {self.points(explained)}{minus}{self.place(explained)}"
        yield from paragraph(text, self.look)
        if full:
            return
        for part in explained.parts:
            yield from self.item(part, depth + 1)
        yield from self.rows(explained, depth + 1, everything=False)

    def title(self, explained: Explained) -> str:
        named, item = explained.named, explained.item
        what = called(item.name, named.label if named else None, self.look)
        return what + CHANGES.get(item.kind, ("", ""))[self.look.lang == "zh"]

    def points(self, explained: Explained) -> str:
        """`7.5 of 10`; a change by a condition, a bound or rounding is an amount alone."""
        item = explained.item
        if not is_number(item.points):
            return self.look.say("not applicable", "不适用")
        points = number_text(item.points, NUMBER, self.look)
        if item.kind in CHANGES:
            return points
        worth = number_text(item.worth, NUMBER, self.look)
        return self.look.say(f"{points} of {worth}", f"{points}/{worth}")

    def place(self, explained: Explained) -> str:
        """The line of the rubric, with its file where that is not the one of the item that is explained."""
        top = self.view.explained.named
        if explained.named is None:
            return ""
        lines = explained.named.lines
        if top is not None and top.lines.file == lines.file:
            return self.look.say(f"  (line {lines.line})", f"  （第 {lines.line} 行）")
        return f"  ({visible(lines.file)}:{lines.line})"

    def rows(self, explained: Explained, depth: int, everything: bool) -> Iterable[Line]:
        """The rows that did not give all points, or all rows where the touchpoint alone is explained."""
        worth = explained.item.worth
        rows = [row for row in explained.rows if row.belongs and (everything or _below(row.points, worth))]
        for row in rows[:ROWS_SHOWN] if not everything else rows:
            yield from paragraph("  " * depth + self.row(row, explained), self.look, "faint")
        if len(rows) > ROWS_SHOWN and not everything:
            more = len(rows) - ROWS_SHOWN
            yield (Piece("  " * depth + self.look.say(f"and {more} more rows", f"另有 {more} 行"), "faint"),)

    def row(self, row: RowReason, explained: Explained) -> str:
        names = [called(cell.column.name, cell.column.label, self.look) for cell in row.cells]
        cells = ", ".join(f"{name} {visible(cell.text) or '-'}" for name, cell in zip(names, row.cells, strict=True))
        why = _why(row, explained, self.plan, self.words, self.look)
        say = self.look.say
        points = say("not applicable", "不适用")
        if is_number(row.points):
            got, worth = (number_text(value, NUMBER, self.look) for value in (row.points, explained.item.worth))
            points = say(f"{got} of {worth}", f"{got}/{worth}")
        parts = [part for part in (cells, why, points) if part]
        return say(f"row {row.number}: ", f"观测第 {row.number} 行：") + say("; ", "；").join(parts)


def _below(points: Value, worth: Exact) -> bool:
    return not is_number(points) or reals.compare(points, worth) < 0


def _why(row: RowReason, explained: Explained, plan: ScoringPlan, words: PlanWords, look: Look) -> str:
    """What decided on the row: a condition, the row of the table that matched, the `missing` line; else the rule."""
    if row.condition is not None:
        word = look.say(row.condition.word, {"unless": "除非", "if": "若", "when": "当"}[row.condition.word])
        return f"{word} {words.expression(row.condition.node)}"
    if row.missed:
        return look.say("missing", "缺失")
    touchpoint = plan.nodes[explained.item.node].operation
    if row.matched is None or not isinstance(touchpoint, op.Touchpoint):
        return ""
    table = plan.nodes[touchpoint.rule].operation
    if not isinstance(table, op.Table):
        return ""
    pattern, outcome = list(words.table_rows(table))[row.matched]
    return f"{pattern}{look.say(': ', '：')}{outcome}"


# ---------------------------------------------------------------- JSON


def explanation_json(view: ExplanationView) -> dict[str, Any]:
    top = view.explained.item
    found: dict[str, Any] = {
        "format": FORMAT,
        "subject": view.subject,
        "item": top.name,
        "rank": view.rank,
        "score": _value(top.points),
        "worth": number_json(top.worth, NUMBER),
        "items": [_item(part, view.plan) for part in view.explained.parts],
    }
    if view.explained.rows:
        found["rows"] = [_row(row, view.explained, view.plan) for row in view.explained.rows]
    return found


def _item(explained: Explained, plan: ScoringPlan) -> dict[str, Any]:
    """`lost` and `contribution` are in points of the item around it; `points` and `worth` are its own."""
    item, named = explained.item, explained.named
    found: dict[str, Any] = {
        "name": item.name,
        "label": named.label if named else None,
        "kind": item.kind,
        "points": _value(item.points),
        "worth": number_json(item.worth, NUMBER),
        "contribution": None if item.contribution is None else number_json(item.contribution, NUMBER),
        "lost": None if item.lost is None else number_json(item.lost, NUMBER),
        "rubric": None if named is None else {"file": named.lines.file, "line": named.lines.line},
        "items": [_item(part, plan) for part in explained.parts],
    }
    if explained.rows:
        found["rows"] = [_row(row, explained, plan) for row in explained.rows]
    return found


def _row(row: RowReason, explained: Explained, plan: ScoringPlan) -> dict[str, Any]:
    look = Look("en")
    words = PlanWords(plan, look)
    return {
        "table": row.table,
        "row": row.number,
        "line": row.line,
        "columns": {cell.column.name: cell.text for cell in row.cells},
        "matched": None if row.matched is None else {
            "row": row.matched + 1, "text": _why(row, explained, plan, words, look),
        },
        "condition": None if row.condition is None else _why(row, explained, plan, words, look),
        "belongs": row.belongs,
        "points": _value(row.points),
    }


def _value(value: Value) -> dict[str, Any]:
    if is_number(value):
        return number_json(value, NUMBER)
    return {"state": "undefined" if isinstance(value, Undefined) else "not applicable"}
