"""A rubric as a workbook that experts can read and change: the tree, the columns, thresholds, weights and rankings as
tables. What has no table of its own stands as statements on the last sheet; nothing is left out but comments.

Every cell is a text, so nothing in it is computed, and the words are those that `import` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rubric_dsl.render.width import width
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.print import Printer
from rubric_dsl.surface.print_parts import (
    OPERAND,
    comma,
    print_cell,
    print_expr,
    print_outcome,
    print_pattern,
    word,
)
from rubric_dsl.writing.sheets.book import SHEETS, Table

NONE_HERE = "—"


def workbook_of(header: tree.Header | None, items: Sequence[tree.Item], lang: Language) -> list[Table]:
    """The sheets of a rubric; `items` are those of its edition with all that it uses and amends."""
    return _Export(header, items, lang).tables()


class _Export:
    def __init__(self, header: tree.Header | None, items: Sequence[tree.Item], lang: Language) -> None:
        self.header = header
        self.items = items
        self.lang = lang
        self.printer = Printer(lang)

    def say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en

    def sheet(self, key: str) -> str:
        return self.say(*SHEETS[key])

    def word(self, token: str) -> str:
        return word(token, self.lang)

    def expr(self, expr: tree.Expr) -> str:
        return print_expr(expr, self.lang)

    def named(self, named: tree.Named) -> str:
        """`label {name}`; the name alone where it is what people read."""
        return named.name if named.label is None else f"{named.label} {{{named.name}}}"

    def tables(self) -> list[Table]:
        tables = [self.scoring()]
        statements: list[tree.Item] = []
        values: list[tree.Item] = []
        weights: list[tree.Weights] = []
        rankings: list[tree.Ranking] = []
        observes: list[tree.Observe] = []
        for item in self.items:
            match item:
                case tree.Indicator():
                    pass
                case tree.Observe():
                    (observes if _tabular(item) else statements).append(item)
                case tree.Parameter() | tree.Bands():
                    values.append(item)
                case tree.Measure(names=names) if len(names) == 1:
                    values.append(item)
                case tree.Weights(grid=grid) if grid is not None:
                    weights.append(item)
                case tree.Ranking():
                    rankings.append(item)
                case _:
                    statements.append(item)
        if observes:
            tables.append(self.observations(observes))
        tables.append(self.values(values))
        if weights:
            tables.append(self.weights(weights))
        tables.append(self.rankings(rankings))
        if statements:
            tables.append(self.statements(statements))
        return tables

    # ------------------------------------------------------------ the tree

    def scoring(self) -> Table:
        table = Table(self.sheet("tree"), title=True)
        if self.header is not None:
            table.rows.append([self.say("Title", "名称"), self.header.title.text])
            words = {"edition": ("Edition", "版本"), "source": ("Source", "依据"), "note": ("Note", "说明")}
            for line in self.header.lines:
                if line.kind != "amends":
                    table.rows.append([self.say(*words[line.kind]), line.text.text])
        table.rows.append([])
        roots = [item for item in self.items if isinstance(item, tree.Indicator)]
        depth = max([1, *(_levels(root) for root in roots)])
        self.depth = depth
        head: list[str] = []
        for level in range(depth):
            number = "一二三四五六七八九十"[level] if level < 10 else str(level + 1)
            head += [
                self.say(f"Indicator {level + 1}", f"{number}级指标"),
                self.say("Full marks", "满分"),
                self.say("Rules", "规定"),
            ]
        head += self.say(
            "Touchpoint|Full marks|Reads|Threshold|Points|Scenarios|Rules|Note",
            "触点|满分|判据|阈值|得分|场景|规定|说明",
        ).split("|")
        table.heads.add(len(table.rows))
        table.rows.append(head)
        for root in roots:
            self._indicator(root, 0, [], table)
        used = [any(len(row) > at and row[at] for row in table.rows[min(table.heads) + 1 :]) for at in range(len(head))]
        self._drop_unused(table, head, used)
        return table

    def _drop_unused(self, table: Table, head: list[str], used: list[bool]) -> None:
        """Columns that nothing stands in are left out."""
        optional = set(self.say("Rules|Threshold|Points|Scenarios|Note", "规定|阈值|得分|场景|说明").split("|"))
        kept = [at for at in range(len(head)) if used[at] or head[at] not in optional]
        new = {at: place for place, at in enumerate(kept)}
        start = min(table.heads)
        for number in range(start, len(table.rows)):
            row = table.rows[number] + [""] * (len(head) - len(table.rows[number]))
            table.rows[number] = [row[at] for at in kept]
        table.merged = [(first, last, new[at]) for first, last, at in table.merged if at in new]
        table.widths = [_column_width([row[at] for row in table.rows[start:]]) for at in range(len(kept))]

    def _indicator(self, item: tree.Indicator, level: int, before: list[str], table: Table) -> None:
        first = len(table.rows)
        worth = "" if item.worth is None else self.printer.number(item.worth)
        rules = "\n".join(str(self.printer.scoring_line(line, 0)) for line in item.lines)
        mine = [*before, self.named(item.named), worth, rules]
        if not item.children:
            table.rows.append(mine)
        for child in item.children:
            if isinstance(child, tree.Indicator):
                self._indicator(child, level + 1, mine, table)
            else:
                self._touchpoint(child, level + 1, mine, table)
        self._merge(table, first, range(3 * level, 3 * level + 3))

    def _merge(self, table: Table, first: int, columns: Iterable[int]) -> None:
        last = len(table.rows) - 1
        if last > first:
            for at in columns:
                table.merged.append((first, last, at))

    def _touchpoint(self, item: tree.Touchpoint, level: int, before: list[str], table: Table) -> None:
        first = len(table.rows)
        left = [*before, *([NONE_HERE, "", ""] * (self.depth - level))]
        stake = "" if item.stake is None else self.printer.number(item.stake.amount)
        if item.stake is not None and item.stake.kind != "worth":
            stake = f"{self.word(item.stake.kind.upper())} {stake}"
        strata = " | ".join(stratum.text for stratum in item.strata)
        rules = [line for line in item.lines if not isinstance(line, tree.Note)]
        notes = [line.text.text for line in item.lines if isinstance(line, tree.Note)]
        said = [strata, "\n".join(str(self.printer.scoring_line(line, 0)) for line in rules), "\n".join(notes)]
        reads, rows = self._rule(item.rule)
        mine = [*left, self.named(item.named), stake, reads]
        start = len(left)
        for threshold, points in rows or [("", "")]:
            table.rows.append([*mine, threshold, points, *said])
        self._merge(table, first, (start, start + 1, start + 2, start + 5, start + 6, start + 7))

    def _rule(self, rule: tree.Rule) -> tuple[str, list[tuple[str, str]]]:
        match rule:
            case tree.WhenRule(condition=condition):
                return f"{self.word('WHEN')} {self.expr(condition)}", []
            case tree.ValueRule(value=value):
                return f"= {self.expr(value)}", []
            case tree.PerRule():
                per = print_expr(rule.per, self.lang, OPERAND)
                return f"{self.word(rule.kind.upper())} {self.printer.number(rule.amount)} {self.word('PER')} {per}", []
            case tree.TableRule(table=inner):
                return f"{self.word('BY')} {comma(self.lang).join(map(self.expr, inner.inputs))}", list(
                    self._rows(inner)
                )

    def _rows(self, inner: tree.Table) -> Iterator[tuple[str, str]]:
        if inner.first_match is not None:
            yield self.word("FIRST_MATCH"), ""
        for row in inner.rows:
            patterns = comma(self.lang).join(
                " | ".join(print_pattern(one, self.lang) for one in alternatives) for alternatives in row.patterns
            )
            if len(row.outcomes) == 1 and isinstance(row.outcomes[0], tree.ClassOutcome):
                yield patterns, self.named(row.outcomes[0].named)
            else:
                yield patterns, comma(self.lang).join(print_outcome(outcome, self.lang) for outcome in row.outcomes)

    # ------------------------------------------------------------ observations

    def observations(self, items: Sequence[tree.Observe]) -> Table:
        table = Table(self.sheet("observations"))
        head = self.say(
            "Table|Ranked|How rows meet|Column|Kind and values|Filled in when|Marks",
            "观测表|对象|合并方式|列|类型与取值|何时有值|标记",
        )
        table.heads.add(0)
        table.rows.append(head.split("|"))
        for item in items:
            first = len(table.rows)
            of = item.subject.text + (f" {self.word('EACH')} {item.period.text}" if item.period is not None else "")
            left = [self.named(item.named), of, self.printer.folding(item.folding)]
            for column in item.columns:
                for named in column.names:
                    table.rows.append([*left, self.named(named), *self._column(column)])
            for must in item.musts:
                condition = self.expr(must.condition)
                table.rows.append([*left, self.word("MUST"), condition, must.message.text, ""])
            if item.missing is not None:
                outcome = print_outcome(item.missing.outcome, self.lang)
                table.rows.append([*left, self.word("MISSING"), outcome, "", ""])
            self._merge(table, first, (0, 1, 2))
        table.widths = [_column_width([row[at] for row in table.rows]) for at in range(7)]
        return table

    def _column(self, column: tree.ColumnLine) -> list[str]:
        """Kind and values, presence, and marks, as the printer of columns has them."""
        bare = _replaced(column)
        kind = str(next(iter(self.printer.column(bare)))).strip().split(" ", 1)[1].strip()
        match column.presence:
            case tree.Optional(written=written):
                parts = [self.word("OPTIONAL")]
                if written:
                    parts += [self.word("WRITTEN"), " | ".join(map(self.printer.quoted, written))]
                presence = " ".join(parts)
            case tree.PresentWhen(condition=condition):
                presence = f"{self.word('WHEN')} {self.expr(condition)}"
            case _:
                presence = ""
        marks = [self.word("KEY")] if column.key else []
        marks += [self.word("PRIVATE")] if column.private else []
        if column.type.members:
            kind = f"{self.word('CHOICE')} " + " | ".join(map(self.printer.named, column.type.members))
        return [kind, presence, " ".join(marks)]

    # ------------------------------------------------------------ values, weights, rankings, statements

    def values(self, items: Sequence[tree.Item]) -> Table:
        table = Table(self.sheet("values"))
        table.heads.add(0)
        table.rows.append(self.say("Kind|Name|Definition|Threshold|Result", "种类|名称|定义|阈值|结果").split("|"))
        for item in items:
            first = len(table.rows)
            rows: list[tuple[str, str]] = []
            match item:
                case tree.Parameter():
                    kind, named = "PARAMETER", item.named
                    limits = [] if item.limits is None else [self.printer.stated(item.limits)]
                    definition = " ".join([*limits, "=", self.expr(item.value)])
                case tree.Bands():
                    kind, named = "BANDS", item.named
                    definition = " ".join([self.printer.inputs(item.table), *self.printer.when(item.when)])
                    rows = list(self._rows(item.table))
                case tree.Measure():
                    kind, named = "MEASURE", item.names[0]
                    head = [] if item.limits is None else [self.printer.stated(item.limits)]
                    head += [self.word("OPTIONAL")] if item.optional else []
                    if isinstance(item.body, tree.Table):
                        body = self.printer.inputs(item.body)
                        rows = list(self._rows(item.body))
                    else:
                        body = f"= {self.expr(item.body)}"
                    definition = " ".join([*head, body, *self.printer.when(item.when)])
                case _:
                    raise AssertionError(item)
            for threshold, outcome in rows or [("", "")]:
                table.rows.append([self.word(kind), self.named(named), definition, threshold, outcome])
            self._merge(table, first, (0, 1, 2))
        table.widths = [_column_width([row[at] for row in table.rows]) for at in range(5)]
        return table

    def weights(self, items: Sequence[tree.Weights]) -> Table:
        table = Table(self.sheet("weights"))
        for item in items:
            if table.rows:
                table.rows.append([])
            assert item.grid is not None
            head = next(iter(self.printer.weights(item))).text
            by = head.split(f" {self.word('BY')} ", 1)[1]
            table.heads.add(len(table.rows))
            table.rows.append([self.named(item.named), by])
            table.rows += [[print_cell(cell, self.lang) for cell in row.cells] for row in item.grid.rows]
        columns = max(map(len, table.rows), default=0)
        table.widths = [_column_width([row[at] for row in table.rows if len(row) > at]) for at in range(columns)]
        return table

    def rankings(self, items: Sequence[tree.Ranking]) -> Table:
        table = Table(self.sheet("rankings"))
        table.heads.add(0)
        table.rows.append(self.say("Ranking|By|Rules", "排名|依据|规则").split("|"))
        for item in items:
            by = self.printer.listed(item.by)
            if item.within is not None:
                by += f" {self.word('WITHIN')} {item.within.text}"
            if item.lowest_first:
                by += comma(self.lang) + self.word("LOWEST_FIRST")
            lines = (" ".join(part for part in self.printer.ranking_line(line) if part) for line in item.lines)
            table.rows.append([self.named(item.named) if item.named is not None else "", by, "\n".join(lines)])
        table.widths = [_column_width([row[at] for row in table.rows]) for at in range(3)]
        return table

    def statements(self, items: Sequence[tree.Item]) -> Table:
        table = Table(self.sheet("statements"))
        table.heads.add(0)
        table.rows.append([self.say("Statement", "语句"), self.say("Level", "层次")])
        for item in items:
            if len(table.rows) > 1:
                table.rows.append([])
            for line in self.printer.item(item, 0):
                table.rows.append([line.text, str(line.depth) if line.depth else ""])
        table.widths = [100, 8]
        return table


def _tabular(item: tree.Observe) -> bool:
    """Whether a sheet can list its columns one by one: a choice over several columns whose members stand in a file
    cannot be taken apart, and a name has one label."""
    return all(
        len(column.names) == 1 or column.type.members or column.type.kind != "choice" for column in item.columns
    ) and all(len(named.labels) < 2 for column in item.columns for named in column.names)


def _replaced(column: tree.ColumnLine) -> tree.ColumnLine:
    """The column with nothing but its type, under a name that no type has in it."""
    span = column.span
    named = tree.Named(tree.Word("x", span), ())
    kind = tree.ColumnType(column.type.kind, (), column.type.limits, column.type.written, column.type.span)
    return tree.ColumnLine((named,), kind, column.decimals, None, None, None, span)


def _levels(item: tree.Indicator) -> int:
    """How many indicators stand one in another."""
    deepest, stack = 0, [(item, 1)]
    while stack:
        found, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in found.children if isinstance(child, tree.Indicator)]
    return deepest


def _column_width(texts: Iterable[str]) -> int:
    longest = max((width(line) for text in texts for line in text.split("\n")), default=8)
    return max(8, min(longest + 2, 32))
