"""What tests of a rubric reach and what they would notice, as it reads in a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from rubric_dsl.editions.coverage import Coverage
from rubric_dsl.editions.goals import Goal
from rubric_dsl.editions.mutants import Mutant
from rubric_dsl.editions.mutation import Mutation, Trial
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.plan.model import Lines, ScoringPlan, TableSchema
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.values import called, literal_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text

Json = dict[str, Any]

GOALS = {
    "row": ("rows", "行"), "bound": ("sides of bounds", "界限两侧"), "condition": ("conditions", "条件"),
    "answer": ("yes and no", "是与否"), "missing": ("rules for what is missing", "缺失规则"),
    "limit": ("limits", "上下限"),
    "cap": ("rank caps", "名次限制"), "exclusion": ("exclusions", "不排名"),
}  # fmt: skip
MUTANTS = {
    "bound": "界限移动一步", "open or closed": "界限开闭", "points": "得分", "weight": "权重", "and/or": "且/或",
    "missing rule": "缺失规则", "rounding": "舍入", "tie rule": "同分规则", "row dropped": "删去一行",
}  # fmt: skip


class CoverageWords:
    """Says goals and changes of a plan."""

    def __init__(self, plan: ScoringPlan, look: Look) -> None:
        self.plan = plan
        self.look = look
        self.words = PlanWords(plan, look)
        self.labels = {named.name: named.label for named in plan.values}

    def item(self, name: str) -> str:
        return called(name, self.labels.get(name), self.look)

    def goal(self, goal: Goal, data: bool = False) -> str:
        """What is missed: `wait_within_60: wait_seconds 61 s, just over 60 s, is never tried`."""
        say, item = self.look.say, self.item(goal.item)
        _, node, place, way = goal.key
        operation = self.plan.nodes[node].operation
        never = say("never occurs", "从未出现") if data else say("is never tried", "没有用例")
        text = {
            "row": lambda: self._row(operation, place, never),
            "bound": lambda: f"{self._bound(goal)} {never}",
            "answer": lambda: self._answer(operation, place, way),
            "condition": lambda: self._condition(operation, place, way),
            "missing": lambda: say("the rule for what is missing is never used", "缺失规则从未用到"),
            "limit": lambda: self._limit(operation, place, way),
            "cap": lambda: self._holds(operation, place, way),
            "exclusion": lambda: self._holds(operation, place, way),
        }[goal.kind]()
        return f"{item}{say(': ', '：')}{text}"

    def _row(self, operation: op.Operation, place: int, never: str) -> str:
        assert isinstance(operation, op.Table)
        row = operation.rows[place]
        said = f"{self.words.patterns(row)}{self.look.say(': ', '：')}{self.words.outcome(row.outcome)}"
        return self.look.say(f"row `{said}` ", f"行“{said}”") + never

    def _bound(self, goal: Goal) -> str:
        assert goal.bound is not None and goal.input is not None
        type = self.plan.nodes[goal.input].type
        say, read = self.look.say, self.words.expression(goal.input)
        bound = self._number(goal.bound, type)
        way = goal.way.split(" ")[0]
        if way == "on":
            return say(f"{read} of just {bound}", f"{read} 恰为 {bound}")
        side = say(f"just {way} {bound}", f"略{'低' if way == 'under' else '高'}于 {bound}")
        if goal.beside is None:
            return f"{read} {side}"
        beside = self._number(goal.beside, type)
        return say(f"{read} {beside}, {side},", f"{read} {beside}（{side}）")

    def _number(self, value: Fraction, type: Any) -> str:
        if type.kind in ("date", "time"):
            return moment_text(int(value), type.kind)
        return literal_text(exact_text(value), type, self.look)

    def _answer(self, operation: op.Operation, place: int, way: str) -> str:
        node = operation.condition if isinstance(operation, op.Choose) else operation.operands[place]  # type: ignore[union-attr]
        return self._never(self.words.expression(node), way)

    def _never(self, said: str, way: str) -> str:
        return self.look.say(f"`{said}` is never {way}", f"“{said}”从未为{'是' if way == 'yes' else '否'}")

    def _condition(self, operation: op.Operation, place: int, way: str) -> str:
        condition = operation.conditions[place]  # type: ignore[union-attr]
        word = self.look.say(condition.word, {"unless": "除非", "if": "若", "when": "当"}[condition.word])
        said = f"{word} {self.words.expression(condition.node)}"
        if way == "decides":
            return self.look.say(f"`{said}` never decides", f"“{said}”从未起作用")
        return self.look.say(f"`{said}` always decides", f"“{said}”每次都起作用")

    def _limit(self, operation: op.Operation, place: int, way: str) -> str:
        limit = operation.limits[place]  # type: ignore[union-attr]
        word = self.look.say(limit.word, {"at least": "下限", "at most": "上限"}[limit.word])
        said = f"{word} {self.words.expression(limit.value)}"
        if way == "binds":
            return self.look.say(f"`{said}` never holds anything", f"“{said}”从未触及")
        return self.look.say(f"`{said}` always holds", f"“{said}”每次都触及")

    def _holds(self, operation: op.Operation, place: int, way: str) -> str:
        assert isinstance(operation, op.Ranking)
        caps = len(operation.caps) > place and way in ("yes", "no")
        node = operation.caps[place].condition if caps else operation.excludes[place]
        return self._never(self.words.expression(node), way)

    # ------------------------------------------------------------ changes

    def mutant(self, mutant: Mutant) -> str:
        """`wait_within_15: bound wait_seconds <= 15 s, by one step to 14 s`."""
        say = self.look.say
        kind = say(mutant.kind, MUTANTS[mutant.kind])
        old, new = self._side(mutant, mutant.old.value), self._changed(mutant)
        arrow = " -> " if self.look.ascii else " → "
        return f"{self.item(mutant.item)}{say(': ', '：')}{kind} {old}" + (f"{arrow}{new}" if new else "")

    def _changed(self, mutant: Mutant) -> str:
        value, say = mutant.new.value, self.look.say
        if isinstance(value, tuple) and value and value[0] in ("moved", "cut"):
            end = value[2] if value[0] == "moved" else value[1]
            read = mutant.old.value
            type = mutant.old.type
            if isinstance(read, op.Compare):
                type = self.plan.nodes[read.right].type
            shown = literal_text(end, type, self.look)
            if value[0] == "cut" and mutant.kind == "open or closed":
                return say(f"{shown} to the other row", f"{shown} 归另一行")
            return say(f"bound {shown}", f"界限 {shown}")
        if value is None:
            return say("without it", "去掉")
        if isinstance(value, op.Judge):
            return ", ".join(value.cells)
        return self._side(mutant, value)

    def _side(self, mutant: Mutant, value: Any) -> str:
        say = self.look.say
        match value:
            case str():
                return literal_text(value, mutant.old.type, self.look) if mutant.kind == "points" else value
            case op.Row():
                return f"{self.words.patterns(value)}{say(': ', '：')}{self.words.outcome(value.outcome)}"
            case op.Condition():
                word = say(value.word, {"unless": "除非", "if": "若", "when": "当"}[value.word])
                return f"{word} {self.words.expression(value.node)}{say(': ', '：')}{self.words.outcome(value.outcome)}"
            case op.Limit():
                word = say(value.word, {"at least": "下限", "at most": "上限"}[value.word])
                return f"{word} {self.words.expression(value.value)}"
            case op.Rounding():
                return self.words.rounding(value.mode, value.step, mutant.old.type)
            case op.Value() | op.NotApplicable() | op.Linear():
                return self.words.outcome(value)
            case op.Judge():
                return ", ".join(value.cells)
            case op.Ranking():
                return {
                    "share": say("ties share", "并列同名次"), "by": say("ties by keys", "同分比较"),
                    "dense": say("ties share dense", "并列同名次，不跳号"),
                }[value.ties]
            case TableSchema():
                return value.missing or ""
            case op.Compare() | op.All() | op.Any():
                return self.words.operation(value, mutant.old.type)
        return say("it", "此行")


# ---------------------------------------------------------------- lines


def coverage_lines(plan: ScoringPlan, coverage: Coverage, look: Look, data: bool = False) -> Iterable[Line]:
    """How much is reached, by kind, and each miss with its line."""
    say, words = look.say, CoverageWords(plan, look)
    of = say("of the rubric's goals reached", "的考查点已触及")
    what = say("data", "数据") if data else say("tests", "用例")
    numbers = f"{coverage.percent}% ({coverage.reached} / {len(coverage.goals)})"
    yield (Piece(f"{what}{say(': ', '：')}{numbers} {of}", "strong"),)
    kinds = (f"{say(*GOALS[kind])} {reached}/{whole}" for kind, reached, whole in coverage.by_kind())
    yield from paragraph("  " + say(", ", "，").join(kinds), look, "faint")
    several = len({goal.lines.file for goal in coverage.goals if goal.lines is not None}) > 1
    for goal in coverage.missed:
        yield from paragraph(f"  {_place(goal.lines, several):>4}  {words.goal(goal, data)}", look)


def _place(lines: Lines | None, several: bool) -> str:
    """The line, after the file where the rubric stands in `several`."""
    if lines is None:
        return ""
    return f"{visible(lines.file)}:{lines.line}" if several else str(lines.line)


def mutation_lines(plan: ScoringPlan, mutation: Mutation, look: Look) -> Iterable[Line]:
    """The changes that no test notices, each with a test that would, then the counts by kind."""
    say, words = look.say, CoverageWords(plan, look)
    for trial in mutation.survivors:
        mutant = trial.mutant
        line = "" if mutant.lines is None else say(f"line {mutant.lines.line}: ", f"第 {mutant.lines.line} 行：")
        yield from paragraph(line + words.mutant(mutant), look, "warning")
        if trial.test is not None:
            yield from ((Piece("  " + text),) for text in trial.test.splitlines())
        else:
            yield from paragraph("  " + say("no test was found that notices it", "未找到能发现它的用例"), look, "faint")
        yield ()
    for kind, fates in mutation.by_kind():
        tried = sum(fates.values())
        none = fates["no difference"]
        seen, whole = fates["noticed"], tried - none
        text = say(f"{kind}: {seen} of {whole} noticed", f"{MUTANTS[kind]}：{whole} 处中发现 {seen} 处")
        if none:
            text += say(f" ({none} make no difference)", f"（另 {none} 处不改变任何结果）")
        yield from paragraph(text, look)
    count = len(mutation.survivors)
    yield from paragraph(
        say(f"{count} changes that no test would notice", f"有 {count} 处改动没有用例能发现"), look, "strong"
    )


# ---------------------------------------------------------------- for machines


def coverage_json(plan: ScoringPlan, coverage: Coverage) -> Json:
    words = CoverageWords(plan, Look("en"))
    return {
        "percent": coverage.percent, "reached": coverage.reached, "goals": len(coverage.goals),
        "kinds": {kind: {"reached": reached, "goals": whole} for kind, reached, whole in coverage.by_kind()},
        "missed": [_missed(goal, words) for goal in coverage.missed],
    }


def _missed(goal: Goal, words: CoverageWords) -> Json:
    return {
        "kind": goal.kind, "item": goal.item, "file": None if goal.lines is None else goal.lines.file,
        "line": None if goal.lines is None else goal.lines.line,
        "way": goal.way.split(" ")[0], "bound": None if goal.bound is None else exact_text(goal.bound),
        "value": None if goal.beside is None else exact_text(goal.beside), "text": words.goal(goal),
    }


def mutation_json(plan: ScoringPlan, mutation: Mutation) -> Json:
    words = CoverageWords(plan, Look("en"))
    return {
        "tried": len(mutation.trials), "survived": len(mutation.survivors),
        "kinds": {kind: dict(sorted(fates.items())) for kind, fates in mutation.by_kind()},
        "survivors": [_survivor(trial, words) for trial in mutation.survivors],
    }


def _survivor(trial: Trial, words: CoverageWords) -> Json:
    mutant = trial.mutant
    return {
        "kind": mutant.kind, "item": mutant.item, "file": None if mutant.lines is None else mutant.lines.file,
        "line": None if mutant.lines is None else mutant.lines.line,
        "text": words.mutant(mutant), "fate": trial.fate, "test": trial.test,
    }


