"""An explanation in a terminal: the score in three sentences, every item with what it lost, the rows that cost it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rubric_dsl.explain.explanation import ExplainedItem, Explanation, Input, counted, is_number_outcome, walk
from rubric_dsl.explain.sentences import sentences
from rubric_dsl.observations.model import PRIVATE
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.plan.naming import in_period
from rubric_dsl.render.explanation_rows import RowsDrawing, amount_text
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.terminal import CHANGES
from rubric_dsl.render.values import absence_text, called, is_shown_rounded, number_text, value_text, why_absent
from rubric_dsl.render.width import pad, visible, width, wrap
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import NoValue

NARROW = 56
"""Columns from which the rank has room."""
WIDE = 84
"""Columns from which the mean and the best of all subjects have room."""
WIDEST_NAME = 44
GAP = "  "
COMBINATIONS = {
    "geometric mean": ("a geometric mean", "的几何平均"), "lowest": ("the lowest", "取最低"),
    "highest": ("the highest", "取最高"),
}


def explanation_lines(plan: ScoringPlan, explanations: Sequence[Explanation], look: Look) -> Iterable[Line]:
    for i, explanation in enumerate(explanations):
        if i:
            yield ()
        yield from _Drawing(plan, explanation, look).lines()


class _Drawing:
    def __init__(self, plan: ScoringPlan, explanation: Explanation, look: Look) -> None:
        self.plan = plan
        self.explanation = explanation
        self.look = look
        self.top = explanation.item
        self.detailed = all(not part.parts for part in self.top.parts)
        self.rows = RowsDrawing(plan, look, self.top.line.file)

    def lines(self) -> Iterable[Line]:
        for i, sentence in enumerate(sentences(self.explanation, self.look.lang)):
            yield from self._sentence(visible(sentence), "strong" if i == 0 else "")
        yield from self._nothing()
        if self.top.worth is None:
            if self.top.decision is not None:
                yield from self._faint(GAP + self.rows.decision(self.top.decision, with_place=True))
            if self.top.unmatched:
                yield from self._faint(GAP + self.rows.unmatched(self.top.unmatched))
            yield from self._inputs(self.top, GAP)
            yield from self.rows.read_rows(self.top)
            return
        yield ()
        yield from self._table()
        if not self.detailed:
            yield from self.rows.costs(counted(self.explanation.costs))
        yield from self.rows.corrected(self.explanation.corrected)
        yield from self._notes()

    def _sentence(self, text: str, role: str) -> Iterable[Line]:
        for line in wrap(text, self.look.columns):
            yield (Piece(line, "strong" if role else ""),)

    def _nothing(self) -> Iterable[Line]:
        """Why there is no score or no rank."""
        points, place = self.top.points, self.explanation.place
        if isinstance(points, NoValue):
            yield from paragraph(why_absent(points, self.look), self.look)
        elif place is not None and place.placed.condition is not None:
            lines = self.plan.nodes[place.placed.condition].lines
            where = self.look.say(f" (line {lines[0].line})", f"（细则第 {lines[0].line} 行）") if lines else ""
            yield from paragraph(self.look.say("excluded from the ranking", "按规定不参加排名") + where, self.look)

    # ------------------------------------------------------------ the table of items

    def _table(self) -> Iterable[Line]:
        items = list(_outline(self.top))
        cells = [self._cells(item) for item, _ in items]
        head = self._head()
        widths = [max(width(row[k]) for row in (head, *cells)) for k in range(len(head))]
        room = self.look.columns - sum(widths) - len(GAP) * len(widths)
        names = [GAP * depth + self._name(item) for item, depth in items]
        first = max(8, min(room, WIDEST_NAME, max(map(width, names))))
        title = pad(self.look.say("item", "项目"), first)
        yield (Piece(title + GAP + self._aligned(head, widths), "faint"),)
        for (item, depth), name, row in zip(items, names, cells, strict=True):
            *before, last = _hanging(name, first, GAP * depth)
            for line in before:
                yield (Piece(line),)
            role = "strong" if item is self.top or (item.parts and not self.detailed) else ""
            yield Piece(pad(last, first), "strong" if role else ""), Piece(GAP + self._aligned(row, widths))
            yield from self._below(item, GAP * (depth + 1))

    def _head(self) -> list[str]:
        say = self.look.say
        head = [say("points", "得分/满分"), say("lost", "失分"), say("line", "细则行")]
        if self.look.columns >= NARROW:
            head.insert(2, say("rank", "名次"))
        if self.look.columns >= WIDE:
            head[3:3] = [say("mean", "平均"), say("best", "最好")]
        return head

    def _cells(self, item: ExplainedItem) -> list[str]:
        standing = item.standing
        place = self.explanation.place if item is self.top else None
        rank = "" if standing is None else str(standing.rank)
        if place is not None:
            rank = "-" if place.placed.rank is None else str(place.placed.rank)
        cells = [self._points(item), "" if item.overall is None else amount_text(item.overall, self.look)]
        if self.look.columns >= NARROW:
            cells.append(rank)
        if self.look.columns >= WIDE:
            cells += ["", ""] if standing is None else [
                number_text(value, item.type, self.look) for value in (standing.mean, standing.best)
            ]
        return [*cells, self._line(item)]

    def _points(self, item: ExplainedItem) -> str:
        if isinstance(item.points, NoValue):
            return absence_text(item.points, self.look)
        points = value_text(item.points, NUMBER, self.look)
        if item.kind in ("limits", "rounding"):
            return points if points.startswith(("-", "−")) else f"+{points}"
        if item.kind in ("penalty", "bonus", "condition") or not item.worth:
            return points
        return f"{points}/{number_text(item.worth, NUMBER, self.look)}"

    def _line(self, item: ExplainedItem) -> str:
        line = item.line if item.decision is None else item.decision.line
        return self.rows.place(line)

    def _name(self, item: ExplainedItem) -> str:
        return called(item.name, item.label, self.look) + CHANGES.get(item.kind, ("", ""))[self.look.lang == "zh"]

    def _aligned(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        return GAP.join(pad(cell, widths[i], right=True) for i, cell in enumerate(cells)).rstrip()

    # ------------------------------------------------------------ below an item

    def _below(self, item: ExplainedItem, indent: str) -> Iterable[Line]:
        if item.combination in COMBINATIONS:
            en, zh = COMBINATIONS[item.combination]
            en = f"{en} of its parts, which bring nothing of their own"
            yield from self._faint(indent + self.look.say(en, f"各项{zh}，各项没有各自的贡献"))
        if isinstance(item.points, NoValue) and item is not self.top and item.decision is None:
            yield from self._faint(indent + why_absent(item.points, self.look))
        yield from self._rule(item, indent)
        yield from self._inputs(item, indent)
        yield from self.rows.lines(item, indent, self.detailed)

    def _rule(self, item: ExplainedItem, indent: str) -> Iterable[Line]:
        """What decided where there is one value a subject; with one item explained also the rule of a touchpoint."""
        said = ""
        if item.decision is not None and item.decision.by not in ("combination", "rule"):
            told_with_rows = self.detailed and any(row.decision is item.decision for row in item.rows)
            said = "" if told_with_rows else self.rows.decision(item.decision)
        elif self.detailed and item.kind in ("touchpoint", "penalty", "bonus") and item.line.text is not None:
            said = visible(item.line.text)
        if said and self.detailed and item.unmatched:
            said += self.look.say("; ", "；") + self.rows.unmatched(item.unmatched)
        if said:
            yield from self._faint(indent + said)

    def _inputs(self, item: ExplainedItem, indent: str) -> Iterable[Line]:
        for one in item.inputs:
            yield from self._faint(indent + self._input(one))

    def _input(self, one: Input) -> str:
        period = None if one.period is None else visible(one.period)
        name = in_period(called(one.name, one.label, self.look), period, self.look.lang)
        if one.value is None:
            return f"{name} = {PRIVATE}"
        labels = next((named.class_labels for named in self.plan.values if named.name == one.name), {})
        return f"{name} = {value_text(one.value, one.type, self.look, labels)}"

    def _faint(self, text: str) -> Iterable[Line]:
        return self.rows.faint(text)

    # ------------------------------------------------------------ notes

    def _notes(self) -> Iterable[Line]:
        items = list(walk(self.top))
        name, notes = self._name(self.top), []
        if any(item.scale is not None and item.scale != 1 for item in items):
            notes.append(self.look.say(f"Lost: in points of {name}.", f"失分按{name}的分数计。"))
        if any(_rounded(item) for item in items):
            en = "Numbers are shown rounded here; everything adds up exactly."
            notes.append(self.look.say(en, "此处显示的数经过舍入；精确值逐项相加无误。"))
        if notes:
            yield ()
        for note in notes:
            yield from self._sentence(note, "")


def _outline(item: ExplainedItem) -> Iterable[tuple[ExplainedItem, int]]:
    """The item and all below it, each with its depth."""
    waiting = [(item, 0)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting.extend((part, depth + 1) for part in reversed(current.parts))


def _hanging(text: str, columns: int, indent: str) -> list[str]:
    """The text in lines of so many columns, all under its own indent."""
    lines = wrap(text.lstrip(" "), columns - len(indent))
    return [indent + line for line in lines]


def _rounded(item: ExplainedItem) -> bool:
    amounts = [item.points, item.overall, *(row.lost for row in item.rows)]
    return any(
        amount is not None and is_number_outcome(amount) and is_shown_rounded(amount, NUMBER) for amount in amounts
    )
