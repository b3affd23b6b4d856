"""What stands in one edition of a rubric, in its words: the old and the new side of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rubric_dsl.editions.changes import Difference, Part
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.values import called, literal_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER

KINDS: Mapping[str, str] = {
    "indicator": "指标", "touchpoint": "触点", "measure": "测算", "bands": "分档", "ranking": "排名",
    "table": "观测表", "column": "列", "parameter": "参数", "promise": "承诺", "rule between cells": "单元格之间的规则",
    "definition": "定义", "input": "输入", "bound": "界限", "pattern": "档", "row": "行", "points": "得分",
    "class": "等级", "value": "取值", "worth": "满分", "stake": "计分方式", "rule": "规则", "condition": "条件",
    "missing rule": "缺失规则", "rounding": "舍入", "limit": "上下限", "scenarios": "适用场景", "part": "组成",
    "weight": "权重", "weights": "权重", "combination": "合成方式", "ranked by": "排名依据", "ties": "同分规则",
    "rank cap": "名次限制", "exclusion": "不排名", "groups": "分组", "direction": "排序方向", "folding": "合并方式",
    "scenario weights": "场景权重", "subjects": "对象", "range": "范围",
}  # fmt: skip


class DifferenceWords:
    """Says differences; `old` and `new` are the plans of the two editions."""

    def __init__(self, old: ScoringPlan, new: ScoringPlan, look: Look) -> None:
        self.look = look
        self.plans = (old, new)
        self.words = (PlanWords(old, look), PlanWords(new, look))
        self.labels = {named.name: named.label for plan in self.plans for named in plan.values}
        self.labels |= {ranking.name: ranking.label for plan in self.plans for ranking in plan.rankings}
        self.labels |= {table.name: table.label for plan in self.plans for table in plan.tables}
        self.labels |= {one.name: one.label for plan in self.plans for one in plan.parameters}

    def item(self, name: str) -> str:
        return called(name, self.labels.get(name), self.look)

    def kind(self, difference: Difference) -> str:
        return self.look.say(difference.kind, KINDS[difference.kind])

    def sides(self, difference: Difference) -> tuple[str, str]:
        """The old and the new side; empty where nothing stands or nothing more is to be said than that it is there."""
        if difference.kind == "weight" and difference.old is not None and difference.new is not None:
            judges = difference.old.value, difference.new.value
            if isinstance(judges[0], op.Judge) and isinstance(judges[1], op.Judge):
                return self._judges(*judges, difference.new.base)
        return self._side(0, difference.old, difference), self._side(1, difference.new, difference)

    def _judges(self, old: op.Judge, new: op.Judge, items: tuple[str, ...]) -> tuple[str, str]:
        """The cells of an expert that are others; of judgements in pairs all, as they hang together."""
        if len(old.cells) != len(items):
            return " ".join(old.cells), " ".join(new.cells)
        changed = [place for place, cells in enumerate(zip(old.cells, new.cells, strict=True)) if cells[0] != cells[1]]
        comma = self.look.say(", ", "，")
        old_text, new_text = (
            comma.join(
                f"{self.item(items[place])} {literal_text(judge.cells[place], NUMBER, self.look)}" for place in changed
            )
            for judge in (old, new)
        )
        return old_text, new_text

    def _side(self, side: int, part: Part | None, difference: Difference) -> str:
        return "" if part is None else self._said(self.words[side], part, difference)

    def row_of(self, difference: Difference) -> str:
        """The patterns of the row in which something changed; empty where it is no part of a row."""
        base = None if difference.new is None else difference.new.base
        return self.words[1].patterns(base) if isinstance(base, op.Row) else ""

    def _said(self, words: PlanWords, part: Part, difference: Difference) -> str:
        say, value = self.look.say, part.value
        match value:
            case bool():
                return say("lowest first", "由低到高") if value else say("highest first", "由高到低")
            case int():
                return self._node(words, value, difference)
            case op.Condition():
                return self._condition(words, value)
            case op.Limit():
                word = say(value.word, {"at least": "下限", "at most": "上限"}[value.word])
                when = "" if value.when is None else f" {say('when', '当')} {words.expression(value.when)}"
                return f"{word} {words.expression(value.value)}{when}"
            case op.Rounding():
                return words.rounding(value.mode, value.step, part.type)
            case op.Row():
                return self._row(words, value, difference)
            case op.Value() | op.Linear() | op.NotApplicable():
                return f"{say('missing: ', '缺失：')}{words.outcome(value)}"
            case op.Constant():
                return words.literal(value.value, part.type)
            case op.Weights() | op.Judge() | op.Ranking():
                return self._panel_or_ties(words, value)
            case TableSchema():
                return self._folding(value, difference)
            case ColumnSchema():
                return self._column(words, value)
        return self._plain(words, part, difference)

    def _node(self, words: PlanWords, node: op.Node, difference: Difference) -> str:
        if difference.sort in ("added", "removed") and difference.kind in ("indicator", "touchpoint", "ranking"):
            amount = getattr(words.plan.nodes[node].operation, "worth", None)
            amount = amount or getattr(words.plan.nodes[node].operation, "amount", None)
            return "" if amount is None else self.look.say(f"worth {amount}", f"满分 {amount}")
        return words.expression(node, top=difference.kind == "definition" or difference.sort in ("added", "removed"))

    def _condition(self, words: PlanWords, condition: op.Condition) -> str:
        word = self.look.say(condition.word, {"unless": "除非", "if": "若", "when": "当"}[condition.word])
        said = f"{word} {words.expression(condition.node)}"
        if condition.word == "when":
            return said
        return said + self.look.say(": ", "：") + words.outcome(condition.outcome)

    def _row(self, words: PlanWords, row: op.Row, difference: Difference) -> str:
        if difference.kind in ("bound", "pattern"):
            return words.patterns(row)
        return words.patterns(row) + self.look.say(": ", "：") + words.outcome(row.outcome)

    def _panel_or_ties(self, words: PlanWords, value: op.Weights | op.Judge | op.Ranking) -> str:
        say = self.look.say
        if isinstance(value, op.Judge):
            return ", ".join(value.cells)
        if isinstance(value, op.Weights):
            experts = say(f"{len(value.judges)} experts", f"{len(value.judges)} 位专家")
            steps = "" if value.steps is None else say(f", in steps of {value.steps}", f"，取整到 {value.steps}")
            return f"{visible(value.name)}: {value.method}, {experts}{steps}"
        if value.ties == "by":
            keys = ", ".join(words.expression(key.node) for key in value.keys)
            return say(f"ties by {keys}", f"同分比较 {keys}")
        if value.ties == "dense":
            return say("ties share dense", "并列同名次，不跳号")
        return say("ties share", "并列同名次")

    def _folding(self, table: TableSchema, difference: Difference) -> str:
        say = self.look.say
        if difference.kind == "missing rule":
            if table.missing is None:
                return say("missing rows are an error", "缺行为错误")
            nothing = say("not applicable", "不适用") if table.missing == "not applicable" else table.missing
            return say(f"missing: {nothing}", f"缺失：{nothing}")
        word = say(table.folding, {"averaged": "平均", "totalled": "合计", "one row each": "各一行"}[table.folding])
        by = "" if table.stratum is None else say(f" by {visible(table.stratum)}", f" 按 {visible(table.stratum)}")
        return word + by + (say(", one row each", "，各一行") if table.one_row_each else "")

    def _column(self, words: PlanWords, column: ColumnSchema) -> str:
        say = self.look.say
        parts: list[str] = [column.type]
        if column.members:
            parts.append(" | ".join(visible(member.name) for member in column.members[:12]))
        if column.low is not None or column.high is not None:
            parts.append(f"{column.low or '…'} {say('to', '至')} {column.high or '…'}")
        if column.decimals is not None and column.type not in ("whole number", "seconds"):
            parts.append(say(f"{column.decimals} decimals", f"{column.decimals} 位小数"))
        if column.presence == "optional":
            parts.append(say("optional", "可缺"))
        if column.present_when is not None:
            parts.append(f"{say('when', '当')} {words.expression(column.present_when)}")
        parts += [say("key", "主键")] if column.key else []
        parts += [say("private", "保密")] if column.private else []
        return " ".join(parts) + (f" “{visible(column.label)}”" if column.label else "")

    def _plain(self, words: PlanWords, part: Part, difference: Difference) -> str:
        say, value = self.look.say, part.value
        match difference.kind:
            case "worth" | "weight":
                return literal_text(str(value), NUMBER, self.look) if value is not None else ""
            case "range":
                low, high = (None if end is None else words.literal(end, part.type) for end in value)
                return say(f"from {low or '…'} to {high or '…'}", f"{low or '…'} 至 {high or '…'}")
            case "rank cap":
                cap_text = say("no better than {} when {}", "名次不优于 {} 当 {}")
                return "; ".join(cap_text.format(cap.rank, words.expression(cap.condition)) for cap in value)
            case "exclusion":
                return "; ".join(say("exclude when ", "不排名 当 ") + words.expression(node) for node in value)
            case "rounding":
                return say("exact", "精确")
            case "scenarios":
                return " | ".join(map(visible, value)) or say("all scenarios", "全部场景")
            case "subjects":
                return ", ".join(visible(str(one)) for one in (value or ())[:12] if one is not None)
        if difference.sort == "moved":
            return self.item(value) if value else say("the top level", "最外层")
        return self._text(value)

    def _text(self, value: Any) -> str:
        return "" if value is None else visible(str(value))
