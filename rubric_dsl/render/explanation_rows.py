"""The rows of an explanation in a terminal: which observations cost points, what was read there, and what decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cmp_to_key
from pathlib import PurePath

from rubric_dsl.evaluation.arithmetic import ZERO
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import (
    Decision,
    ExplainedItem,
    ExplainedRow,
    Observed,
    ReadCell,
    RowCost,
    RubricLine,
    Unmatched,
    Unobserved,
)
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import PRIVATE
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.values import called, number_text
from rubric_dsl.render.width import cut, pad, visible, width, wrap
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER

ROWS_SHOWN = 6
"""Rows of one touchpoint in the view of everything; with one item explained there is room for more."""
ROWS_SHOWN_IN_DETAIL = 40
COSTS_SHOWN = 5
LONGEST_CELL = 40
LONGEST_FILE = 20
WORDS = {"unless": "除非", "if": "若", "when": "当"}


def amount_text(lost: Exact, look: Look) -> str:
    """What was lost as it changes a score: `−0.375`; a gain is `+0.5`."""
    if lost == ZERO:
        return "0"
    if reals.compare(lost, ZERO) < 0:
        return "+" + number_text(reals.negate(lost), NUMBER, look)
    return number_text(reals.negate(lost), NUMBER, look)


def rows_text(more: int) -> str:
    return "1 more row" if more == 1 else f"{more} more rows"


class RowsDrawing:
    """`file`: that of the explained item; places in other files are named with theirs."""

    def __init__(self, plan: ScoringPlan, look: Look, file: str) -> None:
        self.look = look
        self.words = PlanWords(plan, look)
        self._plan = plan
        self._file = file
        self._several = len(plan.tables) > 1

    # ------------------------------------------------------------ rows of an item

    def lines(self, item: ExplainedItem, indent: str, detailed: bool) -> Iterable[Line]:
        """The rows that changed the score, most first, and how many did not."""
        scaled = [_scaled(row, item) for row in item.rows]
        rows = sorted(filter(_matters, scaled), key=cmp_to_key(_most_first))
        if detailed:
            yield from self._each(rows[:ROWS_SHOWN_IN_DETAIL], item, indent)
            yield from self._more(rows[ROWS_SHOWN_IN_DETAIL:], indent)
            if item.rows and item.rows[0].observed.schema.folding != "one row each":
                yield from self._others([row for row in scaled if not _matters(row)], bool(rows), indent)
        else:
            own = [row for row in rows if not (item.kind == "touchpoint" and self.is_of_all(row))]
            yield from self._together(own[:ROWS_SHOWN], indent)
            yield from self._more(own[ROWS_SHOWN:], indent)
            yield from self.together_of(item, indent)
        yield from self._unobserved(item.unobserved, indent)

    def _others(self, others: Sequence[ExplainedRow], more: bool, indent: str) -> Iterable[Line]:
        """How many rows lost nothing, and on how many the item took no part."""
        whole = sum(is_number(row.points) for row in others)
        said_of = ((whole, "lost nothing", "行未失分"), (len(others) - whole, "not applicable", "行不适用"))
        for count, en, zh in said_of:
            if count:
                said = f"{count} {'more ' if more else ''}{'row' if count == 1 else 'rows'} {en}"
                yield from self.faint(indent + self.look.say(said, f"{'其余 ' if more else ''}{count} {zh}"))

    def _more(self, rows: Sequence[ExplainedRow], indent: str) -> Iterable[Line]:
        if rows:
            lost = _sum(row.lost for row in rows)
            more = amount_text(lost, self.look)
            yield from self.faint(indent + self.look.say(
                f"and {rows_text(len(rows))}: {more} (--json lists them)", f"另有 {len(rows)} 行：{more}（见 --json）",
            ))

    def _each(self, rows: Sequence[ExplainedRow], item: ExplainedItem, indent: str) -> Iterable[Line]:
        """A line a row: number, scenario, points, what it cost, what was read and what decided."""
        table = [self._columns(row) for row in rows]
        widths = [max((width(cells[k]) for cells in table), default=0) for k in range(4)]
        for row, cells in zip(rows, table, strict=True):
            head = indent + "  ".join(pad(cell, widths[k], right=k > 1) for k, cell in enumerate(cells) if widths[k])
            said = [self.cells(row.read)]
            if row.decision.by != "rule":
                said.append(self.decision(row.decision, with_place=True))
            elif row.decision.withheld:
                said.append(self.decision(row.decision))
            if row.unmatched:
                said.append(self.unmatched(row.unmatched))
            if row.unrounded is not None:
                before = number_text(row.unrounded, NUMBER, self.look)
                said.append(self.look.say(f"{before} before rounding", f"舍入前 {before}"))
            yield from self.hanging(head + "  ", self.look.say("; ", "；").join(text for text in said if text))

    def _columns(self, row: ExplainedRow) -> list[str]:
        look = self.look
        points = look.say("not applicable", "不适用")
        if is_number(row.points):
            points = number_text(row.points, NUMBER, look)
            points += f"/{number_text(row.worth, NUMBER, look)}" if row.worth != ZERO else ""
        scenario = row.observed.scenario
        name = "" if scenario is None else visible(scenario.name)
        return [self.row(row.observed), name, points, "" if row.lost is None else amount_text(row.lost, look)]

    def _together(self, rows: Sequence[ExplainedRow], indent: str) -> Iterable[Line]:
        """Rows that read the same columns and cost the same together: `wait, −0.375 each: row 4 (300), row 9 (279)`.

        Of rows of which nobody can say what they cost the points are told.
        """
        groups: dict[tuple[str, Exact | None], list[ExplainedRow]] = {}
        for row in rows:
            by_condition = row.decision.by == "condition"
            about = self.decision(row.decision, with_place=True) if by_condition else self._about(row.read)
            groups.setdefault((about, row.lost), []).append(row)
        for (about, lost), group in groups.items():
            named = [self._named(row) for row in group]
            yield from self._group(about, lost, named, indent)

    def _named(self, row: ExplainedRow) -> str:
        said = [] if row.decision.by == "condition" else [self._text(cell) for cell in row.read]
        text = "/".join(said)
        place = row.read[0].place if len(said) == 1 else ""
        if row.lost is None and is_number(row.points):
            points = f"{self._number(row.points)}/{self._number(row.worth)}"
            text = self.look.say(f"{text}: {points}", f"{text}：{points}") if text else points
        where = visible(place) or self.row(row.observed)
        return where + (self.look.say(f" ({text})", f"（{text}）") if text else "")

    def _group(self, about: str, lost: Exact | None, rows: Sequence[str], indent: str) -> Iterable[Line]:
        """What they have in common, then the rows; a row is not broken between lines as long as it fits on one."""
        head = [about] if about else []
        if lost is not None:
            amount, several = amount_text(lost, self.look), len(rows) > 1
            head.append(self.look.say(f"{amount} each", f"各{amount}") if several else amount)
        comma = self.look.say(", ", "、")
        line = self.look.say(", ", "，").join(head) + self.look.say(": ", "：") if head else ""
        for i, row in enumerate(rows):
            unit = row + (comma if i + 1 < len(rows) else "")
            if i and width(indent + line + unit.rstrip()) > self.look.columns:
                yield from self.faint(indent + line.rstrip())
                line = ""
            line += unit
        yield from self.faint(indent + line)

    def together_of(self, item: ExplainedItem, indent: str) -> Iterable[Line]:
        """Of an indicator the rows on which one of its conditions decided all touchpoints, each with all it cost."""
        found: dict[tuple[Decision, tuple[str, str, int]], list[ExplainedRow]] = {}
        for part in item.parts:
            for row in part.rows:
                if self.is_of_all(row):
                    found.setdefault((row.decision, row.observed.place), []).append(_scaled(row, part))
        costs: dict[tuple[Decision, Exact | None], list[str]] = {}
        for (decision, _), rows in found.items():
            lost = None if any(row.lost is None for row in rows) else _sum(row.lost for row in rows)
            if lost != ZERO:
                costs.setdefault((decision, lost), []).append(self.row(rows[0].observed))
        for (decision, lost), named in costs.items():
            shown = named[:ROWS_SHOWN]
            if len(named) > ROWS_SHOWN:
                more = len(named) - ROWS_SHOWN
                shown.append(self.look.say(rows_text(more), f"另 {more} 行"))
            yield from self._group(self.decision(decision, with_place=True), lost, shown, indent)

    def is_of_all(self, row: ExplainedRow) -> bool:
        """Whether a condition of the indicator decided, and so all its touchpoints at once."""
        decision = row.decision
        return decision.by == "condition" and isinstance(self._plan.nodes[decision.node].operation, op.RowScore)

    def _about(self, read: Sequence[ReadCell]) -> str:
        return self.look.say(", ", "、").join(called(cell.column.name, cell.column.label, self.look) for cell in read)

    def _unobserved(self, gone: Sequence[Unobserved], indent: str) -> Iterable[Line]:
        for one in gone:
            if one.lost == ZERO:
                continue
            name = "" if one.scenario is None else visible(one.scenario.name)
            en = f"scenario {name} has no row" if name else "no row"
            zh = f"场景{name}没有观测" if name else "没有观测"
            yield from self.faint(indent + self.look.say(en, zh) + " " + amount_text(one.lost, self.look))

    # ------------------------------------------------------------ rows of a measure, rows by cost

    def read_rows(self, item: ExplainedItem) -> Iterable[Line]:
        """The rows that a measure read, in order of the file."""
        shown = item.rows[:ROWS_SHOWN_IN_DETAIL]
        heads = [self.row_and_scenario(row.observed) for row in shown]
        widest = max(map(width, heads), default=0)
        for row, head in zip(shown, heads, strict=True):
            yield from self.hanging("  " + pad(head, widest) + "  ", self.cells(row.read))
        more = len(item.rows) - len(shown)
        if more:
            yield from self.faint(self.look.say(f"  and {rows_text(more)}", f"  另有 {more} 行"))

    def costs(self, costs: Sequence[RowCost]) -> Iterable[Line]:
        """The rows that cost most over all items; one alone is told already."""
        shown = costs[:COSTS_SHOWN]
        if len(shown) < 2:
            return
        yield ()
        yield (Piece(self.look.say("What rows cost, most first", "各行失分，从多到少"), "strong"),)
        heads = [self.row_and_scenario(cost.observed) for cost in shown]
        lost = [amount_text(cost.lost, self.look) for cost in shown]
        widest, right = max(map(width, heads)), max(map(width, lost))
        for cost, head, amount in zip(shown, heads, lost, strict=True):
            self_said = [self._keys(cost.observed), self.cells(cost.read), self._decisions(cost.decisions)]
            said = self.look.say("; ", "；").join(text for text in self_said if text)
            yield from self.hanging(f"  {pad(head, widest)}  {pad(amount, right, right=True)}  ", said)
        more = costs[COSTS_SHOWN:]
        if more:
            amount = amount_text(_sum(cost.lost for cost in more), self.look)
            en, zh = f"  and {rows_text(len(more))}: {amount}", f"  另有 {len(more)} 行：{amount}"
            yield from self.faint(self.look.say(en, zh))

    def corrected(self, cells: Sequence[tuple[Observed, ReadCell]]) -> Iterable[Line]:
        """The cells that were corrected, whether that changed points or not."""
        if cells:
            yield ()
            yield (Piece(self.look.say("Corrected cells", "更正过的格"), "strong"),)
        for observed, cell in cells:
            yield from self.hanging(f"  {self.row_and_scenario(observed)}  ", self.cells([cell]))

    def row_and_scenario(self, observed: Observed) -> str:
        scenario = observed.scenario
        if scenario is None:
            return self.row(observed)
        label = visible(scenario.label) if scenario.label and self.look.lang == "zh" else ""
        room = max(0, self.look.columns // 3 - 10)
        text = visible(scenario.name) + (f" {cut(label, room, self.look.ellipsis)}" if label and room > 8 else "")
        return f"{self.row(observed)}  {text}"

    def _keys(self, observed: Observed) -> str:
        return self.cells(observed.keys)

    def _decisions(self, decisions: Sequence[Decision]) -> str:
        """Conditions with the same words once, with all their lines."""
        by_words: dict[str, list[str]] = {}
        for decision in decisions:
            by_words.setdefault(self.decision(decision), []).append(self.place(decision.line))
        said = []
        for words, places in by_words.items():
            lines = self.look.say(", ", "、").join(dict.fromkeys(places))
            plural = "lines" if len(set(places)) > 1 else "line"
            said.append(self.look.say(f"{words} ({plural} {lines})", f"{words}（细则 {lines} 行）"))
        return self.look.say("; ", "；").join(said)

    # ------------------------------------------------------------ words

    def row(self, observed: Observed) -> str:
        """`row 30`, with the table where there are several and the line of the file where it differs; of a workbook
        with its sheet, of several files with its file, `拨测 row 30`."""
        sheet = visible(" ".join(filter(None, (PurePath(observed.part).name, observed.sheet))))
        if sheet:
            return self.look.say(f"{sheet} row {observed.number}", f"{sheet}第{observed.number}行")
        table = called(observed.schema.name, observed.schema.label, self.look) if self._several else ""
        line = ""
        if observed.line != observed.number:
            line = self.look.say(f" (line {observed.line})", f"（文件第{observed.line}行）")
        en = f"{table} row {observed.number}" if table else f"row {observed.number}"
        return self.look.say(en, f"{table}第{observed.number}行") + line

    def cells(self, read: Sequence[ReadCell]) -> str:
        """`wait 70`, of a workbook `wait 70 (F12)`."""
        said = [f"{called(c.column.name, c.column.label, self.look)} {self._text(c)}{self._at(c)}" for c in read]
        return self.look.say(", ", "，").join(said)

    def _at(self, cell: ReadCell) -> str:
        """The cell in its sheet, which is named with the row."""
        place = cell.place.rpartition("!")[2]
        return self.look.say(f" ({place})", f"（{place}）") if place else ""

    def _text(self, cell: ReadCell) -> str:
        now = cut(visible(cell.text), LONGEST_CELL, self.look.ellipsis) or "-"
        if cell.before is None:
            return now
        before = cut(visible(cell.before), LONGEST_CELL, self.look.ellipsis) or "-"
        return self.look.say(f"{now} [corrected, was {before}]", f"{now}［更正，原为{before}］")

    def _number(self, value: Exact) -> str:
        return number_text(value, NUMBER, self.look)

    def place(self, line: RubricLine) -> str:
        """The line; of another file than the explained item's with the file's own name."""
        if line.file == self._file:
            return str(line.line)
        name = line.file.replace("\\", "/").rsplit("/", 1)[-1]
        return f"{cut(visible(name), LONGEST_FILE, self.look.ellipsis)}:{line.line}"

    def decision(self, decision: Decision, with_place: bool = False) -> str:
        """What decided in the rubric's words, else as the plan says it."""
        text = self._decided(decision)
        if not (with_place and text):
            return text
        place = self.place(decision.line)
        return text + self.look.say(f" (line {place})", f"（细则 {place} 行）")

    def _decided(self, decision: Decision) -> str:
        if decision.withheld:
            return PRIVATE
        if decision.by == "limits":
            words = {"at least": "下限", "at most": "上限"}
            said = [f"{self.look.say(word, words[word])} {self._number(end)}" for word, end in decision.limits]
            return self.look.say(", ", "，").join(said)
        if decision.by in ("rounding", "combination"):
            return ""
        if decision.line.text is not None:
            return visible(decision.line.text)
        if decision.condition is not None and decision.word is not None:
            word = self.look.say(decision.word, WORDS[decision.word])
            return f"{word} {self.words.expression(decision.condition)}"
        table = None if decision.table is None else self._plan.nodes[decision.table].operation
        if isinstance(table, op.Table) and decision.row is not None:
            pattern, outcome = list(self.words.table_rows(table))[decision.row]
            return f"{pattern}{self.look.say(': ', '：')}{outcome}"
        return self.look.say("missing", "缺失") if decision.by == "missing" else ""

    def unmatched(self, rows: Sequence[Unmatched]) -> str:
        """`not lines 27, 28 (wait), 30 (decided before)`: the rows that did not match, with why."""
        by_reason: dict[str, list[str]] = {}
        for one in rows:
            by_reason.setdefault(self._because(one), []).append(self.place(one.line))
        groups = [
            self.look.say(f"{', '.join(places)} ({why})", f"{'、'.join(places)} 行（{why}）")
            for why, places in by_reason.items()
        ]
        word = "line" if len(rows) == 1 else "lines"
        return self.look.say(f"not {word} {', '.join(groups)}", f"不符：细则 {'、'.join(groups)}")

    def _because(self, one: Unmatched) -> str:
        if one.input is not None:
            return called(one.input, one.label, self.look)
        if one.because == "nothing missing":
            return self.look.say("nothing is missing", "没有缺失")
        return self.look.say("decided before it", "已先判定")

    # ------------------------------------------------------------ lines

    def faint(self, text: str) -> Iterable[Line]:
        """The text under its own indent, always broken to the columns: it is read beside numbers in columns."""
        indent = " " * (len(text) - len(text.lstrip(" ")))
        for line in wrap(text.lstrip(" "), self.look.columns - len(indent)):
            yield (Piece(indent + line, "faint"),)

    def hanging(self, head: str, text: str) -> Iterable[Line]:
        """The text behind its head; where little room is left, below it."""
        room = self.look.columns - width(head)
        if not text:
            yield (Piece(head.rstrip()),)
        elif width(text) <= room or room >= self.look.columns // 2:
            first, *rest = wrap(text, room)
            yield Piece(head), Piece(first, "faint")
            for line in rest:
                yield (Piece(" " * width(head) + line, "faint"),)
        else:
            yield (Piece(head.rstrip()),)
            indent = " " * (len(head) - len(head.lstrip(" ")) + 4)
            yield from self.faint(indent + text)


def _scaled(row: ExplainedRow, item: ExplainedItem) -> ExplainedRow:
    """The row with what it cost in points of the explained item; None where that cannot be told."""
    if row.lost is None or item.scale == 1:
        return row
    return replace(row, lost=None if item.scale is None else reals.multiply(row.lost, item.scale))


def _matters(row: ExplainedRow) -> bool:
    """Whether the row changed the score; of an item without contributions, whether it missed full points there."""
    if row.lost is not None:
        return row.lost != ZERO
    return is_number(row.points) and reals.compare(row.points, row.worth) < 0


def _most_first(a: ExplainedRow, b: ExplainedRow) -> int:
    if a.lost is None or b.lost is None:
        return (a.lost is None) - (b.lost is None)
    return reals.compare(b.lost, a.lost)


def _sum(values: Iterable[Exact | None]) -> Exact:
    return reals.total([value for value in values if value is not None])
