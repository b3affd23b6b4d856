"""A tree as text, in either language: `parse` of what is printed gives the same tree, spans apart.

Comments, blank lines and alignment are no business of the tree: `print_lines` says which line of the text each printed
line came from and which of its parts may stand in columns, and `layout` does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, assert_never

from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language, function_id, keywords
from rubric_dsl.surface.print_parts import (
    OPERAND,
    colon,
    comma,
    print_cell,
    print_expr,
    print_grid,
    print_limits,
    print_named,
    print_number,
    print_outcome,
    print_pattern,
    print_rounding,
    print_row,
    quoted,
    row_cells,
    width,
    word,
)
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin, Span

__all__ = [
    "PrintedLine",
    "print_cell",
    "print_document",
    "print_expr",
    "print_item",
    "print_lines",
    "print_outcome",
    "print_pattern",
    "print_row",
]

INDENT = "  "
MAX_WIDTH = 100

COLUMN_KINDS = {
    "text": "TEXT",
    "yes/no": "YESNO",
    "choice": "CHOICE",
    "whole number": "WHOLE",
    "number": "NUMBER",
    "percent": "PERCENT",
    "seconds": "SECONDS",
    "date": "DATE",
    "time": "TIME",
}


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of the output and the line of the text that it came from."""

    depth: int
    text: str
    origin: Origin
    columns: str = ""
    """Lines with the same word here, side by side at one depth, may be aligned; "": never."""
    cells: tuple[str, ...] = ()
    """What stands in each column, with what separates it from the next; together they are the text."""
    lead: int = 1
    """How many cells come before the ones that rows with fewer inputs have too: their first takes all these columns."""

    def __str__(self) -> str:
        return INDENT * self.depth + self.text


def print_document(document: tree.Document, lang: Language = "en") -> str:
    """The whole file, with a blank line between statements."""
    blocks = [[str(line) for line in lines] for lines in print_lines(document, lang)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n" if blocks else ""


def print_lines(document: tree.Document, lang: Language = "en") -> Iterator[list[PrintedLine]]:
    """The lines of the header and of each item."""
    printer = Printer(lang, any(function_id(name) == "rank" for name in declared_in(document.items)))
    if document.header is not None:
        yield list(printer.header(document.header))
    for item in document.items:
        yield list(printer.item(item, 0))


def print_item(item: tree.Item, lang: Language = "en") -> str:
    """One statement with the lines below it."""
    return "\n".join(map(str, Printer(lang).item(item, 0)))


Lines = Iterator[PrintedLine]


def declared_in(items: Iterable[tree.Item]) -> Iterator[str]:
    """The names that statements give."""
    for item in items:
        match item:
            case tree.Measure(names=names):
                yield from (named.name for named in names)
            case tree.Indicator(named=named, children=children):
                yield named.name
                yield from declared_in(children)
            case tree.Formula(word=word) | tree.Example(word=word):
                yield word.text
            case tree.Test() | tree.Promise() | tree.Use() | tree.Drop():
                pass
            case _ if item.named is not None:
                yield item.named.name


def as_written(*groups: Iterable[Any]) -> list[Any]:
    """Lines of several kinds in the order of the text."""
    return sorted((line for group in groups for line in group), key=first_line)


def first_line(line: Any) -> int:
    number: int = line.span.first_line
    return number


class Printer:
    """Prints statements in one language."""

    def __init__(self, lang: Language, rank_is_a_name: bool = False) -> None:
        self.lang = lang
        self.rank_is_a_name = rank_is_a_name
        """Whether something is called `rank` or `名次`: then these are no words of the language in what is expected."""

    # ------------------------------------------------------------ words

    def word(self, token: str) -> str:
        return word(token, self.lang)

    def named(self, named: tree.Named) -> str:
        return print_named(named, self.lang)

    def expr(self, expr: tree.Expr) -> str:
        return print_expr(expr, self.lang)

    def quoted(self, text: tree.Quoted) -> str:
        return quoted(text.text, self.lang)

    def number(self, number: tree.Number) -> str:
        return print_number(number, self.lang)

    def when(self, condition: tree.Expr | None) -> list[str]:
        return [] if condition is None else [self.word("WHEN"), self.expr(condition)]

    def listed(self, words: tuple[tree.Word, ...]) -> str:
        return comma(self.lang).join(word.text for word in words)

    def line(self, depth: int, span: Span, *parts: str) -> PrintedLine:
        return PrintedLine(depth, " ".join(part for part in parts if part), span.origin)

    def cells(self, depth: int, span: Span, columns: str, *cells: str, lead: int = 1) -> PrintedLine:
        return PrintedLine(depth, "".join(cells).rstrip(), span.origin, columns, cells, lead)

    # ------------------------------------------------------------ header, files

    def header(self, header: tree.Header) -> Lines:
        yield self.line(0, header.span, self.word("RUBRIC"), self.quoted(header.title))
        for line in header.lines:
            # A note is prose and may be long; it stands in no column.
            columns = "" if line.kind == "note" else "header"
            yield self.cells(1, line.span, columns, self.word(line.kind.upper()) + " ", self.quoted(line.text))

    def item(self, item: tree.Item, depth: int) -> Lines:
        match item:
            case tree.Observe():
                yield from self.observe(item)
            case tree.Parameter():
                limits = () if item.limits is None else (self.stated(item.limits),)
                yield self.value("PARAMETER", item.named, [*limits, "=", self.expr(item.value)], item.span)
            case tree.Measure():
                yield from self.measure(item)
            case tree.Formula():
                formula = f"{item.word.text}({self.listed(item.arguments)})"
                yield from self.body([self.word("FORMULA"), formula], item.body, None, item.span)
            case tree.Bands():
                yield from self.body([self.word("BANDS"), self.named(item.named)], item.table, item.when, item.span)
            case tree.Weights():
                yield from self.weights(item)
            case tree.Indicator():
                yield from self.indicator(item, depth)
            case tree.Touchpoint():
                yield from self.touchpoint(item, depth)
            case tree.Ranking():
                yield from self.ranking(item)
            case tree.Example():
                names = (item.word.text, self.word("OF"), item.table.text)
                yield self.line(0, item.span, self.word("EXAMPLE"), *names)
                yield from self.grid(item.grid, 1)
            case tree.Test():
                yield from self.test(item)
            case tree.Promise():
                claim = self.quoted(item.title) + colon(self.lang) + self.expr(item.claim)
                yield self.line(0, item.span, self.word("PROMISE"), claim)
            case tree.Use():
                yield self.line(0, item.span, self.word("USE"), self.quoted(item.path))
            case tree.Drop():
                yield self.line(0, item.span, self.word("DROP"), self.listed(item.words))
            case _:
                assert_never(item)

    # ------------------------------------------------------------ observations

    def observe(self, item: tree.Observe) -> Lines:
        each = f" {self.word('EACH')} {item.period.text}" if item.period is not None else ""
        head = f"{self.named(item.named)} {self.word('OF')} {item.subject.text}{each}{comma(self.lang)}"
        yield self.line(0, item.span, self.word("OBSERVE"), head + self.folding(item.folding))
        for line in as_written(item.columns, item.musts, [] if item.missing is None else [item.missing]):
            match line:
                case tree.ColumnLine():
                    yield from self.column(line)
                case tree.Must():
                    yield self.line(
                        1, line.span, self.word("MUST"), self.expr(line.condition), self.quoted(line.message)
                    )
                case _:
                    yield self.missing(line, 1)

    def folding(self, folding: tree.Folding) -> str:
        if folding.kind == "totalled":
            return self.word("TOTALLED")
        if folding.kind == "one row each":
            return self.word("ONE_ROW_EACH")
        if folding.by is None:
            return self.word("AVERAGED")
        parts = [f"{self.word('AVERAGED')} {self.word('BY')} {folding.by.text}"]
        if folding.one_row_each:
            parts.append(self.word("ONE_ROW_EACH"))
        if folding.weighted_by is not None:
            parts.append(f"{self.word('WEIGHTED_BY')} {folding.weighted_by.text}")
        return comma(self.lang).join(parts)

    def column(self, column: tree.ColumnLine) -> Lines:
        kind = column.type
        parts = [self.word(COLUMN_KINDS[kind.kind])]
        members = [self.named(member) for member in kind.members]
        below = any(member.word.span.origin is not column.span.origin for member in kind.members)
        below = below or width(" | ".join(members)) > MAX_WIDTH
        if members and not below:
            parts.append(" | ".join(members))
        if isinstance(kind.written, tree.Number):
            parts += [self.word("WRITTEN"), self.number(kind.written)]
        elif kind.written is not None:
            parts += [self.word("WRITTEN"), self.quoted(kind.written)]
        if kind.limits is not None:
            parts.append(print_limits(kind.limits, self.lang))
        if column.decimals is not None:
            parts[-1] += comma(self.lang) + self.decimals(column.decimals)
        match column.presence:
            case tree.Optional(written=written):
                parts.append(self.word("OPTIONAL"))
                if written:
                    parts += [self.word("WRITTEN"), " | ".join(map(self.quoted, written))]
            case tree.PresentWhen(condition=condition):
                parts += self.when(condition)
        parts += [self.word("KEY")] if column.key else []
        parts += [self.word("PRIVATE")] if column.private else []
        rest = " ".join(parts)
        if len(column.names) > 1:
            yield self.line(1, column.span, comma(self.lang).join(map(self.named, column.names)), rest)
        else:
            yield self.cells(1, column.span, "columns", *self.named_cells(column.names[0]), rest)
        if below:
            for member in kind.members:
                yield self.cells(2, member.word.span, "members", *self.named_cells(member))

    def named_cells(self, named: tree.Named) -> tuple[str, str]:
        labels = "".join(self.quoted(label) + " " for label in named.labels)
        return named.name + " ", labels

    def decimals(self, number: tree.Number) -> str:
        if self.lang == "zh":
            return number.text + self.word("DECIMALS")
        return f"{number.text} {keywords().tokens['DECIMALS'].en[1 if number.value == 1 else 0]}"

    def missing(self, line: tree.MissingLine, depth: int) -> PrintedLine:
        text = self.word("MISSING") + colon(self.lang) + print_outcome(line.outcome, self.lang)
        return self.line(depth, line.span, text)

    # ------------------------------------------------------------ values, tables, grids

    def body(self, head: list[str], body: tree.Expr | tree.Table, when: tree.Expr | None, span: Span) -> Lines:
        """`HEAD = EXPR when COND`, or `HEAD by INPUTS when COND` and rows."""
        if not isinstance(body, tree.Table):
            yield self.line(0, span, *head, "=", self.expr(body), *self.when(when))
            return
        yield self.line(0, span, *head, self.inputs(body), *self.when(when))
        yield from self.rows(body, 1)

    def inputs(self, table: tree.Table) -> str:
        return f"{self.word('BY')} {comma(self.lang).join(map(self.expr, table.inputs))}"

    def rows(self, table: tree.Table, depth: int) -> Lines:
        if table.first_match is not None:
            yield self.line(depth, table.first_match, self.word("FIRST_MATCH"))
        for row in table.rows:
            yield self.row(row, depth)

    def row(self, row: tree.Row, depth: int) -> PrintedLine:
        return self.cells(depth, row.span, "rows", *row_cells(row, self.lang), lead=len(row.patterns))

    def grid(self, grid: tree.Grid, depth: int) -> Lines:
        for row, text in zip(grid.rows, print_grid(grid, self.lang), strict=True):
            yield self.line(depth, row.span, text)

    def measure(self, item: tree.Measure) -> Lines:
        more = [] if item.limits is None else [self.stated(item.limits)]
        if item.optional:
            more.append(self.word("OPTIONAL"))
        if len(item.names) == 1 and not isinstance(item.body, tree.Table):
            more += ["=", self.expr(item.body), *self.when(item.when)]
            yield self.value("MEASURE", item.names[0], more, item.span)
        else:
            head = [self.word("MEASURE"), comma(self.lang).join(map(self.named, item.names)), *more]
            yield from self.body(head, item.body, item.when, item.span)

    def value(self, token: str, named: tree.Named, more: list[str], span: Span) -> PrintedLine:
        """A statement on one line that gives a name its value."""
        name, labels = self.named_cells(named)
        return self.cells(0, span, token, f"{self.word(token)} {name}", labels, " ".join(more))

    def stated(self, limits: tree.Limits) -> str:
        """The range of a measure or parameter: behind a name it needs `from`, which reads as a bound in Chinese."""
        text = print_limits(limits, self.lang)
        if limits.low is None or limits.high is None:
            return text
        bare = self.lang == "zh" and isinstance(limits.low, tree.Number | tree.Negate)
        return text if bare else f"{self.word('FROM')} {text}"

    def weights(self, item: tree.Weights) -> Lines:
        method = keywords().weight_methods[item.method].shown(self.lang)
        options = [method]
        if item.meet is not None:
            options.append(self.word("OF_JUDGEMENTS" if item.meet == "judgements" else "OF_WEIGHTS"))
        if item.consistency is not None:
            options.append(f"{self.word('CONSISTENCY')} {self.number(item.consistency)}")
        if item.steps is not None:
            options.append(f"{self.word('IN_STEPS')} {self.number(item.steps)}")
        head = (self.word("WEIGHTS"), self.named(item.named), self.word("BY"))
        yield self.line(0, item.span, *head, comma(self.lang).join(options))
        if item.grid is not None:
            yield from self.grid(item.grid, 1)

    # ------------------------------------------------------------ scoring

    def indicator(self, item: tree.Indicator, depth: int) -> Lines:
        worth = () if item.worth is None else (self.word("WORTH"), self.number(item.worth))
        yield self.line(depth, item.span, self.word("INDICATOR"), self.named(item.named), *worth)
        for line in as_written(item.lines, item.children):
            if isinstance(line, tree.Indicator | tree.Touchpoint):
                yield from self.item(line, depth + 1)
            else:
                yield self.scoring_line(line, depth + 1)

    def touchpoint(self, item: tree.Touchpoint, depth: int) -> Lines:
        head = [self.word("TOUCHPOINT"), self.named(item.named)]
        if item.stake is not None:
            head += [self.word(item.stake.kind.upper()), self.number(item.stake.amount)]
        if item.strata:
            head += [self.word("IN"), " | ".join(stratum.text for stratum in item.strata)]
        match item.rule:
            case tree.WhenRule(condition=condition):
                head += self.when(condition)
            case tree.ValueRule(value=value):
                head += ["=", self.expr(value)]
            case tree.TableRule(table=table):
                head.append(self.inputs(table))
            case tree.PerRule() as rule:
                per = f"{self.word('PER')} {print_expr(rule.per, self.lang, OPERAND)}"
                head[-1] += f"{comma(self.lang)}{self.word(rule.kind.upper())} {self.number(rule.amount)} {per}"
        if item.lines or isinstance(item.rule, tree.TableRule | tree.PerRule):
            yield self.line(depth, item.span, *head)
        else:
            name, labels = self.named_cells(item.named)
            yield self.cells(depth, item.span, "touchpoints", f"{head[0]} {name}", labels, " ".join(head[2:]))
        rows = item.rule.table if isinstance(item.rule, tree.TableRule) else None
        if rows is not None and rows.first_match is not None:
            yield self.line(depth + 1, rows.first_match, self.word("FIRST_MATCH"))
        for line in as_written(item.lines, () if rows is None else rows.rows):
            yield self.row(line, depth + 1) if isinstance(line, tree.Row) else self.scoring_line(line, depth + 1)

    def scoring_line(self, line: tree.IndicatorLine | tree.TouchpointLine, depth: int) -> PrintedLine:
        match line:
            case tree.Guard():
                condition = f"{self.expr(line.condition)}{colon(self.lang)}{print_outcome(line.outcome, self.lang)}"
                parts = [self.word(line.kind.upper()), condition]
            case tree.Applies():
                parts = self.when(line.condition)
            case tree.MissingLine():
                return self.missing(line, depth)
            case tree.Bound():
                token = "AT_LEAST" if line.kind == "at least" else "AT_MOST"
                parts = [self.word(token), self.expr(line.value), *self.when(line.when)]
            case tree.RoundedLine():
                parts = [print_rounding(line.rounding, self.lang)]
            case tree.Note():
                parts = [self.word("NOTE"), self.quoted(line.text)]
            case tree.WeightsFrom():
                parts = [self.word("WEIGHTS_FROM"), line.word.text]
            case tree.CombinedBy():
                parts = [self.word("COMBINED_BY"), keywords().combine_methods[line.method].shown(self.lang)]
            case tree.Equals():
                parts = ["=", self.expr(line.value)]
            case _:
                assert_never(line)
        return self.line(depth, line.span, *parts)

    # ------------------------------------------------------------ ranking, tests

    def ranking(self, item: tree.Ranking) -> Lines:
        head = [self.word("RANKING")]
        if item.named is not None:
            head.append(self.named(item.named))
        head += [self.word("BY"), self.listed(item.by)]
        if item.within is not None:
            head += [self.word("WITHIN"), item.within.text]
        if item.lowest_first:
            head[-1] += comma(self.lang) + self.word("LOWEST_FIRST")
        yield self.line(0, item.span, *head)
        for line in item.lines:
            yield self.line(1, line.span, *self.ranking_line(line))

    def ranking_line(self, line: tree.RankingLine) -> list[str]:
        match line:
            case tree.Precision(rounding=None):
                return [self.word("EXACT")]
            case tree.Precision(rounding=rounding):
                assert rounding is not None
                return [print_rounding(rounding, self.lang)]
            case tree.Ties(kind="by"):
                return [self.word("TIES_BY"), comma(self.lang).join(map(self.tie_key, line.keys))]
            case tree.Ties():
                return [self.word("TIES_SHARE"), self.word("DENSE") if line.kind == "dense" else ""]
            case tree.Cap():
                return [self.word("NO_BETTER"), self.number(line.rank), *self.when(line.condition)]
            case tree.Exclude():
                return [self.word("EXCLUDE"), *self.when(line.condition)]
            case _:
                assert_never(line)

    def tie_key(self, key: tree.TieKey) -> str:
        return f"{key.word.text} {self.word('LOWEST_FIRST')}" if key.lowest_first else key.word.text

    def test(self, item: tree.Test) -> Lines:
        yield self.line(0, item.span, self.word("TEST"), self.quoted(item.title))
        for given in item.givens:
            one = self.word("ONE") if given.one else ""
            like = () if given.like is None else (self.word("LIKE"), given.like.text)
            yield self.line(1, given.span, self.word("GIVEN"), one, given.table.text, *like)
            yield from self.grid(given.grid, 2)
        if item.expect.refused is not None:
            refused = (self.word("REFUSED"), item.expect.refused.text)
            yield self.line(1, item.expect.span, self.word("EXPECT"), *refused)
            return
        yield self.line(1, item.expect.span, self.word("EXPECT"))
        if item.expect.grid is not None:
            yield from self.grid(self.answers(item.expect.grid), 2)

    def answers(self, grid: tree.Grid) -> tree.Grid:
        """The grid with the column of ranks called by its word in the language."""
        if self.rank_is_a_name or not grid.rows:
            return grid
        spelled = keywords().functions["rank"].shown(self.lang)
        header = grid.rows[0]
        cells = tuple(
            replace(cell, text=spelled) if cell.kind == "name" and function_id(cell.text) == "rank" else cell
            for cell in header.cells
        )
        return replace(grid, rows=(replace(header, cells=cells), *grid.rows[1:]))
