"""A gap between two subjects in a terminal: sentences, the items as a waterfall, the observations that made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from rubric_dsl.explain.sentences import gap_sentences
from rubric_dsl.explain.versus import ZERO, CallShare, Share, Versus
from rubric_dsl.numbers.reals import negate
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.explanation_rows import RowsDrawing, amount_text
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.terminal import CHANGES
from rubric_dsl.render.values import called, is_shown_rounded, number_text, subject_text, value_text
from rubric_dsl.render.width import cut, pad, visible, width, wrap
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import Outcome

WIDE = 84
"""Columns from which the waterfall has room."""
BAR = 24
WIDEST_NAME = 40
CALLS_SHOWN = 8
CALLS_SHOWN_IN_DETAIL = 40
GAP = "  "


def versus_lines(plan: ScoringPlan, found: Versus, look: Look) -> Iterable[Line]:
    yield from _Drawing(plan, found, look).lines()


class _Drawing:
    def __init__(self, plan: ScoringPlan, found: Versus, look: Look) -> None:
        self.plan = plan
        self.found = found
        self.look = look
        self.rows = RowsDrawing(plan, look, found.mine.item.line.file)
        self.detailed = all(not part.parts for part in found.top.parts)

    def lines(self) -> Iterable[Line]:
        for i, sentence in enumerate(gap_sentences(self.found, self.look.lang)):
            for line in wrap(visible(sentence), self.look.columns):
                yield (Piece(line, "strong" if i == 0 else ""),)
        if self.found.top.parts:
            yield ()
            yield from self._table()
        yield from self._calls()
        yield from self._notes()

    # ------------------------------------------------------------ the waterfall

    def _table(self) -> Iterator[Line]:
        shares = list(self.found.top.outline())
        heads = [subject_text(self.plan, one.subject, self.look) for one in (self.found.mine, self.found.theirs)]
        head = [*(cut(name, 12, self.look.ellipsis) for name in heads), self.look.say("gap", "差距")]
        cells = [self._cells(share) for share, _ in shares]
        widths = [max(width(row[k]) for row in (head, *cells)) for k in range(3)]
        bars = self._bars()
        room = self.look.columns - sum(widths) - len(GAP) * 3 - (BAR + 2 if bars else 0)
        names = [GAP * depth + self._name(share) for share, depth in shares]
        first = max(8, min(room, WIDEST_NAME, max(map(width, names))))
        title = pad(self.look.say("item", "项目"), first)
        yield (Piece(title + GAP + self._aligned(head, widths), "faint"),)
        for (share, depth), name, row in zip(shares, names, cells, strict=True):
            text = pad(cut(name, first, self.look.ellipsis), first)
            line = text + GAP + self._aligned(row, widths) + (GAP + bars[id(share)] if id(share) in bars else "")
            yield (Piece(line.rstrip(), "strong" if depth == 0 else ""),)
            if share.method in ("shapley", "two orders"):
                yield from self.rows.faint(GAP * (depth + 1) + self._method(share))
            if share.unsplit is not None:
                yield from self.rows.faint(GAP * (depth + 1) + self.look.say(
                    "not split further: values of one mixed with those of the other are impossible",
                    "不再细分：两者的值混在一起不可能成立",
                ))

    def _bars(self) -> dict[int, str]:
        """For each part of the compared item where it leads from and to, between the two scores."""
        parts = self.found.top.parts
        if self.look.columns < WIDE or not parts:
            return {}
        at, ends = ZERO, [ZERO]
        for part in parts:
            at += part.share
            ends.append(at)
        low, high = min(ends), max(ends)
        if low == high:
            return {}
        block = "#" if self.look.ascii else "█"

        def place(value: Fraction) -> int:
            return int((value - low) * BAR / (high - low))

        found = {}
        for part, start, end in zip(parts, ends, ends[1:], strict=False):
            left, right = sorted((place(start), place(end)))
            mark = block * max(right - left, 1) if part.share else ("|" if self.look.ascii else "│")
            found[id(part)] = " " * min(left, BAR - 1) + mark
        return found

    def _cells(self, share: Share) -> list[str]:
        return [self._outcome(share.mine), self._outcome(share.theirs), signed(share.share, self.look)]

    def _outcome(self, value: Outcome | None) -> str:
        return "" if value is None else value_text(value, NUMBER, self.look)

    def _name(self, share: Share) -> str:
        changes = {**CHANGES, "rule": (" (its rule)", "（算式）")}
        return called(share.name, share.label, self.look) + changes.get(share.kind, ("", ""))[self.look.lang == "zh"]

    def _aligned(self, cells: list[str], widths: list[int]) -> str:
        return GAP.join(pad(cell, widths[i], right=True) for i, cell in enumerate(cells))

    def _method(self, share: Share) -> str:
        if share.method == "two orders":
            return self.look.say(
                "no single split: mean of two orders, too many parts for all",
                "没有唯一的分法：部分太多，取正反两个次序的平均",
            )
        return self.look.say("no single split: Shapley value over its parts", "没有唯一的分法：按 Shapley 值分到各部分")

    # ------------------------------------------------------------ observations

    def _calls(self) -> Iterator[Line]:
        """The observations of both, all items together, most first."""
        added: dict[tuple[str, tuple[str, str, int]], list[CallShare]] = {}
        for share, _ in self.found.top.outline():
            for call in share.calls:
                if call.row is not None:
                    observed = call.row.observed
                    added.setdefault((call.subject, observed.place), []).append(call)
        if not added:
            return
        whole = [(sum((call.share for call in calls), ZERO), calls) for calls in added.values()]
        whole.sort(key=lambda pair: -abs(pair[0]))
        yield ()
        yield (Piece(self.look.say(
            "Observations that make the gap, most first", "形成差距的观测，从多到少",
        ), "strong"),)
        shown = whole[: CALLS_SHOWN_IN_DETAIL if self.detailed else CALLS_SHOWN]
        table = [self._call(amount, calls) for amount, calls in shown]
        widths = [max(width(row[k]) for row in table) for k in range(3)]
        for row in table:
            head = GAP + GAP.join(pad(cell, widths[k], right=k == 2) for k, cell in enumerate(row[:3])) + GAP
            yield from self.rows.hanging(head, row[3])
        more = whole[len(shown):]
        if more:
            amount = signed(sum((amount for amount, _ in more), ZERO), self.look)
            en = f"  and {len(more)} more: {amount} (--json lists them)"
            yield from self.rows.faint(self.look.say(en, f"  另有 {len(more)} 行：{amount}（见 --json）"))

    def _call(self, amount: Fraction, calls: list[CallShare]) -> list[str]:
        rows = [call.row for call in calls if call.row is not None]
        read = list({cell.column.name: cell for row in rows for cell in row.read}.values())
        subject = subject_text(self.plan, calls[0].subject, self.look)
        said = self.rows.cells(read) if len(read) <= 4 or self.detailed else self.rows.cells(rows[0].observed.keys)
        return [subject, self.rows.row_and_scenario(rows[0].observed), signed(amount, self.look), said]

    # ------------------------------------------------------------ notes

    def _notes(self) -> Iterator[Line]:
        notes = []
        if self.found.step is not None:
            step = number_text(self.found.step, NUMBER, self.look)
            notes.append(self.look.say(
                f"Scores are not rational: shares are rounded to {step}, and what that leaves is a part of its own.",
                f"得分不是有理数：各份取整到 {step}，取整的余数单列一份。",
            ))
        if any(is_shown_rounded(share.share, NUMBER) for share, _ in self.found.top.outline()):
            en = "Numbers are shown rounded here; everything adds up exactly."
            notes.append(self.look.say(en, "此处显示的数经过舍入；精确值逐项相加无误。"))
        if notes:
            yield ()
        for note in notes:
            for line in wrap(note, self.look.columns):
                yield (Piece(line),)


def signed(value: Fraction, look: Look) -> str:
    """`+0.375`, `−2`, `0`."""
    return amount_text(negate(value), look)

