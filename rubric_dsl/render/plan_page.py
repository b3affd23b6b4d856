"""A scoring plan as a page that a person can follow: what is observed, how it becomes a score, who stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rubric_dsl.evaluation.prepare import panel_of
from rubric_dsl.evaluation.values import Undefined
from rubric_dsl.plan.model import ColumnSchema, NamedValue, RankingSchema, ScoringPlan, TableSchema
from rubric_dsl.plan.tables import table_of
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.values import called, number_text
from rubric_dsl.render.width import pad, visible, width
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import PERCENT, ValueType

COLUMN_TYPES = {
    "text": "文本", "yes/no": "是/否", "choice": "选项", "whole number": "整数", "number": "数值", "percent": "百分数",
    "seconds": "秒数", "date": "日期", "time": "时刻",
}
VALUE_TYPES: Mapping[str, ValueType] = {
    "whole number": ValueType("number"), "number": ValueType("number"), "percent": ValueType("percent"),
    "seconds": ValueType("duration"), "date": ValueType("date"), "time": ValueType("time"),
}
METHODS = {
    "mean": "均值", "trimmed mean": "截尾均值", "median": "中位数", "geometric mean": "几何平均",
    "ahp eigenvector": "AHP 特征向量", "ahp geometric mean": "AHP 几何平均",
}
COMBINATIONS = {"mean": "加权平均", "geometric mean": "几何平均", "lowest": "取最低", "highest": "取最高"}


def plan_lines(plan: ScoringPlan, plan_hash: str, look: Look) -> Iterable[Line]:
    page = _Page(plan, look)
    yield from page.head(plan_hash)
    yield from page.section("Observations", "观测", page.tables())
    yield from page.section("Parameters", "参数", page.parameters())
    yield from page.section("Measures", "测算", page.measures())
    yield from page.section("Bands", "分档", page.bands())
    yield from page.section("Scores", "得分", page.scores())
    yield from page.section("Weights", "权重", page.weights())
    yield from page.section("Rankings", "排名", page.rankings())
    yield from page.section("Promises", "承诺", page.promises())


def _is_whole_domain(column: ColumnSchema) -> bool:
    """Whether the range is what the type allows anyway: no duration is negative, a day has 24 hours."""
    if column.type == "time":
        return (column.low, column.high) == ("00:00", "23:59")
    return column.type == "seconds" and (column.low, column.high) == ("0", None)


class _Page:
    def __init__(self, plan: ScoringPlan, look: Look) -> None:
        self.plan = plan
        self.look = look
        self.words = PlanWords(plan, look)
        self.colon = look.say(": ", "：")

    def line(self, depth: int, text: str, role: str = "") -> Iterable[Line]:
        return paragraph("  " * depth + text, self.look, "strong" if role else "")

    def section(self, en: str, zh: str, lines: Iterable[Line]) -> Iterable[Line]:
        """The heading and the lines, or nothing when there are none."""
        found = list(lines)
        if found:
            yield ()
            yield (Piece(self.look.say(en, zh), "strong"),)
            yield from found

    def title(self, name: str, label: str | None) -> str:
        """`wait 等待时长`: the name, which rubrics and data use, and the label."""
        return visible(name) + (f" {visible(label)}" if label else "")

    def head(self, plan_hash: str) -> Iterable[Line]:
        header, say = self.plan.header, self.look.say
        yield from self.line(0, visible(header.title), "strong")
        if header.edition:
            yield from self.line(0, say(f"edition {visible(header.edition)}", f"{visible(header.edition)}版"))
        if header.source:
            yield from self.line(0, say(f"source {visible(header.source)}", f"依据 {visible(header.source)}"))
        for note in header.notes:
            yield from self.line(0, visible(note))
        yield from self.line(0, say(f"plan {plan_hash}", f"方案 {plan_hash}"))

    # ------------------------------------------------------------ what is observed

    def tables(self) -> Iterable[Line]:
        for table in self.plan.tables:
            yield from self.line(1, f"{self.title(table.name, table.label)}{self.colon}{self._folding(table)}")
            names = [self.title(column.name, column.label) for column in table.columns]
            widest = min(max(map(width, names), default=0), 36)
            for column, name in zip(table.columns, names, strict=True):
                yield from self.line(2, f"{pad(name, widest)}  {self._column(column)}")
            for must in table.musts:
                condition = self.words.expression(must.node)
                yield from self.line(2, self.look.say(f"must {condition}", f"必须 {condition}"))

    def _folding(self, table: TableSchema) -> str:
        say = self.look.say
        if table.folding == "one row each":
            both = visible(table.subject)
            if table.period is not None:
                both += say(f" and {visible(table.period)}", f"、每个{visible(table.period)}")
            return say(f"one row for each {both}", f"每个{both}一行")
        each = say(f" each {visible(table.period)}", f" 每期 {visible(table.period)}") if table.period else ""
        text = say(f"of {visible(table.subject)}{each}, ", f"对象 {visible(table.subject)}{each}，")
        text += say("totalled", "合计") if table.folding == "totalled" else say("averaged", "平均")
        if table.stratum:
            text += say(f" by {visible(table.stratum)}", f" 按 {visible(table.stratum)}")
        if table.one_row_each:
            text += say(", one row each", "，各一行")
        if table.stratum_weights is not None:
            text += say(", weighted by ", "，加权按 ") + self.words.expression(table.stratum_weights)
        if table.missing is not None:
            missing = say("not applicable", "不适用") if table.missing == "not applicable" else table.missing
            text += say(f"; a scenario without rows: {missing}", f"；没有行的场景：{missing}")
        return text

    def _column(self, column: ColumnSchema) -> str:
        say = self.look.say
        text = say(column.type, COLUMN_TYPES[column.type])
        if column.members:
            text += self.colon + " | ".join(" ".join(map(visible, (m.name, *m.labels))) for m in column.members)
        kind = VALUE_TYPES.get(column.type)
        if kind is not None:
            ends = (None, None) if _is_whole_domain(column) else (column.low, column.high)
            low, high = (None if end is None else self.words.literal(end, kind) for end in ends)
            if low and high:
                text += say(f" {low} to {high}", f" {low} 至 {high}")
            elif low or high:
                text += say(f" from {low}", f" 不低于 {low}") if low else say(f" up to {high}", f" 不超过 {high}")
        if column.decimals:
            text += say(f", {column.decimals} decimals", f"，{column.decimals} 位小数")
        if column.present_when is not None:
            condition = self.words.expression(column.present_when)
            text += say(f", when {condition}", f"，当 {condition}")
        elif column.presence == "optional":
            text += say(", may be absent", "，可缺")
        text += say(", key", "，主键") if column.key else ""
        return text + (say(", private", "，保密") if column.private else "")

    # ------------------------------------------------------------ values

    def parameters(self) -> Iterable[Line]:
        for parameter in self.plan.parameters:
            value, low, high = (
                None if text is None else self.words.literal(text, parameter.type)
                for text in (parameter.value, parameter.low, parameter.high)
            )
            limits = self.look.say(f" (may be {low} to {high})", f"（可取 {low} 至 {high}）") if low or high else ""
            yield from self.line(1, f"{self.title(parameter.name, parameter.label)} = {value}{limits}")

    def measures(self) -> Iterable[Line]:
        for named in self.plan.values:
            if named.kind == "measure":
                said = self.words.expression(named.node, top=True)
                yield from self.line(1, f"{self.title(named.name, named.label)} = {said}")
                yield from self._rows(named.node, 2)

    def bands(self) -> Iterable[Line]:
        for named in self.plan.values:
            if named.kind != "bands":
                continue
            table, around = self._table(named.node), self.plan.nodes[named.node].operation
            assert table is not None
            said = self.look.say(" by ", " 按 ") + ", ".join(map(self.words.expression, table.inputs))
            if isinstance(around, op.Only):
                said += self.look.say(" when ", " 当 ") + self.words.expression(around.condition)
            yield from self.line(1, self.title(named.name, named.label) + said)
            yield from self._rows(named.node, 2, named.class_labels)

    def _table(self, node: op.Node) -> op.Table | None:
        """The table that gives the node; None for other nodes."""
        table = table_of(self.plan, node)
        operation = None if table is None else self.plan.nodes[table].operation
        return operation if isinstance(operation, op.Table) else None

    def _rows(self, node: op.Node, depth: int, labels: dict[str, str] | None = None) -> Iterable[Line]:
        """The rows of the table that gives the node, patterns in one column; nothing for other nodes."""
        table = self._table(node)
        if table is None:
            return
        if table.first_match:
            said = self.look.say("the first row that matches decides:", "依次判定，先满足者为准：")
            yield from self.line(depth, said)
        rows = list(self.words.table_rows(table, labels))
        widest = min(max(width(pattern) for pattern, _ in rows), 40)
        for pattern, outcome in rows:
            yield from self.line(depth, f"{pad(pattern + self.colon, widest + 2)} {outcome}")

    # ------------------------------------------------------------ scores

    def scores(self) -> Iterable[Line]:
        for named in self.plan.values:
            operation = self.plan.nodes[named.node].operation
            depth = 1 + named.depth
            if isinstance(operation, op.Touchpoint):
                yield from self._touchpoint(named, operation, depth)
            elif isinstance(operation, op.Indicator):
                yield from self._indicator(named, operation, depth)

    def _indicator(self, named: NamedValue, operation: op.Indicator, depth: int) -> Iterable[Line]:
        say = self.look.say
        row = self.plan.nodes[operation.row_score].operation if operation.row_score is not None else None
        text = self.title(named.name, named.label) + say(f", worth {operation.worth}", f"，满分 {operation.worth}")
        combination = row.combination if isinstance(row, op.RowScore) else operation.combination
        if combination != "sum":
            text += say(f", combined by {combination}", f"，合成方式：{COMBINATIONS[combination]}")
        panel = operation.panel if operation.panel is not None else getattr(row, "panel", None)
        if panel is not None:
            text += say(", weights from ", "，权重取自 ") + self.words.expression(panel)
        yield from self.line(depth, text, "strong")
        if isinstance(row, op.RowScore):
            yield from self._rules(row.conditions, row.limits, None, depth + 1)
        yield from self._rules(operation.conditions, operation.limits, operation.rounding, depth + 1)
        if operation.value is not None:
            yield from self.line(depth + 1, "= " + self.words.expression(operation.value))
        if operation.missing is not None:
            yield from self._missing(operation.missing, depth + 1)
        yield from self._notes(named, depth + 1)

    def _touchpoint(self, named: NamedValue, operation: op.Touchpoint, depth: int) -> Iterable[Line]:
        stake = {"worth": "满分", "penalty": "扣分", "bonus": "加分"}[operation.stake]
        text = self.title(named.name, named.label)
        text += self.look.say(f", {operation.stake} {operation.amount}", f"，{stake} {operation.amount}")
        if operation.strata:
            members = " | ".join(map(visible, operation.strata))
            text += self.look.say(f", in {members}", f"，限 {members}")
        rule = self.plan.nodes[operation.rule].operation
        condition = self._all_or_nothing(operation)
        if isinstance(rule, op.Table):
            inputs = ", ".join(map(self.words.expression, rule.inputs))
            yield from self.line(depth, text + self.look.say(f", by {inputs}", f"，按 {inputs}"))
        elif condition is not None:
            said = self.words.expression(condition)
            yield from self.line(depth, text + self.look.say(f", when {said}", f"，当 {said}"))
        else:
            yield from self.line(depth, f"{text}{self.colon}{self.words.expression(operation.rule)}")
        yield from self._rules(operation.conditions, (), operation.rounding, depth + 1)
        yield from self._rows(operation.rule, depth + 1)
        if operation.missing is not None:
            yield from self._missing(operation.missing, depth + 1)
        yield from self._notes(named, depth + 1)

    def _all_or_nothing(self, touchpoint: op.Touchpoint) -> op.Node | None:
        """The condition of a touchpoint that gives all its points or none."""
        rule = self.plan.nodes[touchpoint.rule].operation
        if not isinstance(rule, op.Choose):
            return None
        outcomes = [self.plan.nodes[node].operation for node in (rule.then, rule.otherwise)]
        return rule.condition if outcomes == [op.Constant(touchpoint.amount), op.Constant("0")] else None

    def _rules(
        self, conditions: Iterable[op.Condition], limits: Iterable[op.Limit], rounding: op.Rounding | None, depth: int
    ) -> Iterable[Line]:
        say, part = self.look.say, self.words.expression
        for condition in conditions:
            word = say(condition.word, {"unless": "除非", "if": "若", "when": "当"}[condition.word])
            outcome = "" if condition.word == "when" else self.colon + self.words.outcome(condition.outcome)
            yield from self.line(depth, f"{word} {part(condition.node)}{outcome}")
        for limit in limits:
            word = say(limit.word, {"at least": "下限", "at most": "上限"}[limit.word])
            when = "" if limit.when is None else say(f" when {part(limit.when)}", f" 当 {part(limit.when)}")
            yield from self.line(depth, f"{word} {part(limit.value)}{when}")
        if rounding is not None:
            yield from self.line(depth, self.words.rounding(rounding.mode, rounding.step, ValueType("number")))

    def _missing(self, outcome: op.Outcome, depth: int) -> Iterable[Line]:
        said = self.words.outcome(outcome)
        return self.line(depth, self.look.say(f"missing: {said}", f"缺失：{said}"))

    def _notes(self, named: NamedValue, depth: int) -> Iterable[Line]:
        for note in named.notes:
            yield from self.line(depth, self.look.say(f"note: {visible(note)}", f"说明：{visible(note)}"))

    # ------------------------------------------------------------ weights, rankings, promises

    def weights(self) -> Iterable[Line]:
        for node in self.plan.nodes:
            if not isinstance(node.operation, op.Weights):
                continue
            weights, count = node.operation, len(node.operation.judges)
            said = self.look.say(f"{weights.method} of {count} experts", f"{count} 位专家，{METHODS[weights.method]}")
            yield from self.line(1, visible(weights.name) + self.colon + said)
            panel = panel_of(node.id, weights)
            if not isinstance(panel, Undefined):
                widest = min(max(map(width, weights.items)), 36)
                for item, weight in panel.items():
                    yield from self.line(2, f"{pad(visible(item), widest)}  {number_text(weight, PERCENT, self.look)}")

    def rankings(self) -> Iterable[Line]:
        for schema in self.plan.rankings:
            operation = self.plan.nodes[schema.node].operation
            if isinstance(operation, op.Ranking):
                yield from self._ranking(schema, operation)

    def _ranking(self, schema: RankingSchema, operation: op.Ranking) -> Iterable[Line]:
        say, part = self.look.say, self.words.expression
        text = called(schema.name, schema.label, self.look)
        text += say(f": by {part(operation.by)}", f"：按 {part(operation.by)}")
        if operation.within is not None:
            text += say(f" within {part(operation.within)}", f" 同一 {part(operation.within)}")
        text += say(", lowest first", "，由低到高") if operation.lowest_first else ""
        yield from self.line(1, text)
        rounding = operation.rounding
        exact = say("exact", "精确")
        kind = self.plan.nodes[operation.by].type
        yield from self.line(2, exact if rounding is None else self.words.rounding(rounding.mode, rounding.step, kind))
        shared = {"share": say("ties share", "并列同名次"), "dense": say("ties share dense", "并列同名次 不跳号")}
        lowest = say(" lowest first", " 由低到高")
        keys = [part(key.node) + (lowest if key.lowest_first else "") for key in operation.keys]
        yield from self.line(2, shared.get(operation.ties, say("ties by ", "同分比较 ") + ", ".join(keys)))
        for cap in operation.caps:
            condition = part(cap.condition)
            en, zh = f"no better than {cap.rank} when {condition}", f"名次不优于 {cap.rank} 当 {condition}"
            yield from self.line(2, say(en, zh))
        for excluded in operation.excludes:
            yield from self.line(2, say(f"exclude when {part(excluded)}", f"不排名 当 {part(excluded)}"))

    def promises(self) -> Iterable[Line]:
        for promise in self.plan.promises:
            proved = promise.status == "proved"
            status = self.look.say("proved", "已证明") if proved else self.look.say("not proved", "未证明")
            yield from self.line(1, f"{visible(promise.title)}{self.colon}{status}")
