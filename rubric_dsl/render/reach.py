"""What it would have taken, in a terminal: the least changes, what would cost a rank, how far the neighbours are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.changes import CellChange, RowChange
from rubric_dsl.explain.distances import ClassDistance, Neighbour, classes, places
from rubric_dsl.explain.goals import ClassGoal, Goal, RankGoal
from rubric_dsl.explain.reach import Proposal, Reach
from rubric_dsl.observations.model import Ledger
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, Piece, Role
from rubric_dsl.render.values import called, number_text, subject_text
from rubric_dsl.render.width import pad, visible, width, wrap
from rubric_dsl.resolved.types import NUMBER, PERCENT

PROPOSALS_SHOWN = 12
NEEDED_SHOWN = 3
NAMED = 3
GAP = "  "


def reach_lines(done: Run, subject: Subject, found: Reach, reverse: Reach | None, look: Look) -> Iterator[Line]:
    yield from _Drawing(done, subject, look).lines(found, reverse)


class _Drawing:
    def __init__(self, done: Run, subject: Subject, look: Look) -> None:
        self.done = done
        self.plan: ScoringPlan = done.plan
        self.subject = subject
        self.look = look
        self.several = len(self.plan.tables) > 1

    def lines(self, found: Reach, reverse: Reach | None) -> Iterator[Line]:
        yield from self._reach(found)
        if reverse is not None:
            yield ()
            yield from self._reach(reverse)
        yield ()
        yield from self._places()
        for one in classes(self.done, self.subject):
            yield from self._text(self._class(one), "")

    # ------------------------------------------------------------ proposals

    def _reach(self, found: Reach) -> Iterator[Line]:
        say, goal = self.look.say, self._goal(found.goal)
        subject = subject_text(self.plan, self.subject, self.look)
        if found.already:
            said = say(f"{subject}: {goal} is reached already.", f"{subject}：已达到{goal}。")
            yield from self._text(said, "", "strong")
            return
        if not found.proposals and found.proved:
            yield from self._text(say(
                f"{subject}: no change of its observations reaches {goal} (proved: all were tried).",
                f"{subject}：其观测无论如何改变都达不到{goal}（已逐一试过）。",
            ), "", "strong")
            return
        if not found.proposals:
            yield from self._text(say(
                f"{subject}: nothing was found that reaches {goal}; that there is nothing is not proved.",
                f"{subject}：没有找到能达到{goal}的改变；并未证明不存在。",
            ), "", "strong")
            return
        calls, cells, _ = found.proposals[0].cost
        proved = say("proved least", "已证明最少") if found.proved else say("not proved least", "未证明最少")
        least = say(
            f"{_count(calls, 'observation')}, {_count(cells, 'cell')} ({proved})", f"{calls} 行 {cells} 格（{proved}）",
        )
        yield from self._text(say(f"{subject}, for {goal}: {least}.", f"{subject}，要{goal}：{least}。"), "", "strong")
        if len(found.proposals) > 1:
            yield from self._text(say("Any one of these would have done:", "以下任何一项即可："), "")
        for proposal in found.proposals[:PROPOSALS_SHOWN]:
            yield from self._proposal(proposal)
        more = found.more + max(len(found.proposals) - PROPOSALS_SHOWN, 0)
        if more:
            en, zh = f"and {more} more of this size (--json lists them)", f"另有 {more} 种同样大小的改变（见 --json）"
            yield from self._text(say(en, zh), GAP, "faint")

    def _goal(self, goal: Goal) -> str:
        say = self.look.say
        if isinstance(goal, RankGoal):
            if goal.lose:
                return say(f"falling below rank {goal.rank}", f"跌出第{goal.rank}名")
            return say(f"rank {goal.rank}", f"升到第{goal.rank}名")
        if isinstance(goal, ClassGoal):
            name = called(goal.name, goal.named.class_labels.get(goal.name), self.look)
            what = called(goal.named.name, goal.named.label, self.look)
            return say(f"{what} {name}", f"{what}达到“{name}”")
        score, what = number_text(goal.score, NUMBER, self.look), called(goal.named.name, goal.named.label, self.look)
        return say(f"{what} of {score}", f"{what}达到{score}分")

    def _proposal(self, proposal: Proposal) -> Iterator[Line]:
        said = [self._row(change) for change in proposal.changes]
        outcome = self._outcome(proposal)
        if len(said) == 1:
            yield from self._text(said[0] + (self.look.say(": ", "：") + outcome if outcome else ""), GAP)
            return
        for one in said:
            yield from self._text(one, GAP)
        if outcome:
            yield from self._text(self.look.say("together: ", "合计：") + outcome, GAP * 2)

    def _row(self, change: RowChange) -> str:
        table = called(change.schema.name, change.schema.label, self.look) if self.several else ""
        number = change.row.number
        ledger = self.done.observations.tables[change.schema.name].ledger
        if ledger.sheet:
            table = visible(ledger.sheet)
        if change.row.file:
            table = visible(PurePath(change.row.file).name)
        row = self.look.say(f"{table} row {number}".strip(), f"{table}第{number}行")
        own = [cell for cell in change.cells if not cell.needed]
        needed = [cell for cell in change.cells if cell.needed]
        said = self.look.say(", ", "，").join(self._cell(cell, ledger, number) for cell in own)
        if needed:
            few = self.look.say(", ", "，").join(self._cell(cell, ledger, number) for cell in needed[:NEEDED_SHOWN])
            more = len(needed) - NEEDED_SHOWN
            rest = self.look.say(f" and {more} more cells", f"等{len(needed)}格") if more > 0 else ""
            said += self.look.say(f", which needs {few}{rest}", f"，因而还须填 {few}{rest}")
        return f"{row} {said}"

    def _cell(self, cell: CellChange, ledger: Ledger, row: int) -> str:
        arrow = "->" if self.look.ascii else "→"
        name = called(cell.column.name, cell.column.label, self.look)
        said = f"{name} {visible(cell.old_text) or '-'} {arrow} {visible(cell.new_text) or '-'}"
        place = ledger.place(row, cell.column.name).rpartition("!")[2] if ledger.sheet else ""
        return said + (self.look.say(f" ({place})", f"（{place}）") if place else "")

    def _outcome(self, proposal: Proposal) -> str:
        said = []
        if is_number(proposal.score):
            score = number_text(proposal.score, NUMBER, self.look)
            said.append(self.look.say(score, f"{score}分"))
        for name, stand in proposal.stands.items():
            which = f"{visible(name)} " if len(proposal.stands) > 1 else ""
            rank = self.look.say("no rank", "没有名次") if stand.rank is None else self.look.say(
                f"rank {stand.rank}", f"第{stand.rank}名",
            )
            said.append(which + rank)
            if stand.beside:
                names = self._names(stand.beside)
                said.append(self.look.say(f"ties with {names}", f"与{names}并列"))
        if proposal.passes:
            said.append(self.look.say(f"passes {self._names(proposal.passes)}", f"超过{self._names(proposal.passes)}"))
        return self.look.say(", ", "，").join(said)

    def _names(self, subjects: tuple[Subject, ...]) -> str:
        names = self.look.say(", ", "、").join(subject_text(self.plan, one, self.look) for one in subjects[:NAMED])
        more = len(subjects) - NAMED
        return names + (self.look.say(f" and {more} more", f"等{len(subjects)}个") if more > 0 else "")

    # ------------------------------------------------------------ distances

    def _places(self) -> Iterator[Line]:
        say = self.look.say
        head = [say("item", "项目"), say("place", "名次")]
        head += [say("to the next above", "距上一名"), say("to the next below", "距下一名")]
        rows = [head]
        for one in places(self.done, self.subject):
            name = GAP * one.named.depth + called(one.named.name, one.named.label, self.look)
            rows.append([name, f"{one.place}/{one.of}", self._neighbour(one.above), self._neighbour(one.below)])
        if len(rows) == 1:
            return
        widths = [max(width(row[k]) for row in rows) for k in range(4)]
        if sum(widths) + 3 * len(GAP) > self.look.columns:
            rows = [[row[0], row[1], *(cell.partition(" ")[0] if i else cell for cell in row[2:])]
                    for i, row in enumerate(rows)]
            widths = [max(width(row[k]) for row in rows) for k in range(4)]
        for i, row in enumerate(rows):
            line = GAP.join(pad(cell, widths[k], right=k == 1) for k, cell in enumerate(row)).rstrip()
            yield (Piece(line, "faint" if i == 0 else ""),)

    def _neighbour(self, neighbour: Neighbour | None) -> str:
        if neighbour is None:
            return ""
        distance = number_text(neighbour.distance, NUMBER, self.look)
        return f"{distance} ({self._names(neighbour.subjects)})"

    def _class(self, one: ClassDistance) -> str:
        what = called(one.named.name, one.named.label, self.look)
        name = called(one.name, one.named.class_labels.get(one.name), self.look)
        share = number_text(one.share, PERCENT, self.look)
        measure = next((n for n in self.plan.values if n.node == one.measure), None)
        by = "" if measure is None else called(measure.name, measure.label, self.look)
        count, makes = abs(one.more), "makes" if abs(one.more) == 1 else "make"
        en, zh = ("more", "多") if one.more > 0 else ("fewer", "少")
        return self.look.say(
            f"{what}: {count} {en} of {one.rows} rows {makes} {by} {share}: class {name}",
            f"{what}：{one.rows} 行中再{zh} {count} 行，{by}即为 {share}：{name}",
        )

    def _text(self, text: str, indent: str, role: Role = "") -> Iterator[Line]:
        for i, line in enumerate(wrap(text, self.look.columns - width(indent) - 2)):
            yield (Piece(indent + (GAP if i else "") + line, role),)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
