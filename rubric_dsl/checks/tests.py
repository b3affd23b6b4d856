"""Whether the tests and examples of a rubric name what exists, and give all that their answers depend on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.scope import near
from rubric_dsl.resolved.walking import reach
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.text.source import Span


def check_tests(resolved: Resolved) -> Iterator[Diagnostic]:
    for example in resolved.examples.values():
        yield from _example(resolved, example)
    for test in resolved.tests:
        yield from _Test(resolved, test).findings()


def _example(resolved: Resolved, example: tree.Example) -> Iterator[Diagnostic]:
    table = resolved.scope.tables.get(example.table.text)
    if table is None:
        yield _unknown(resolved, example.table, resolved.scope.tables, "R122")
        return
    yield from _grid(example.grid, table)
    if example.grid.rows and len(example.grid.rows) != 2:  # without any, a line that cannot be read stands there
        yield Diagnostic("R170", example.span, {"rows": max(len(example.grid.rows) - 1, 0)})


def _unknown(
    resolved: Resolved, word: tree.Word, candidates: Sequence[str] | dict[str, bind.Table], code: str
) -> Diagnostic:
    close = near(word.text, candidates)
    fixes = tuple(Fix("near", (Edit(word.span, other),), {"near": other}) for other in close)
    return Diagnostic(code, word.span, {"name": word.text}, fixes=fixes)


def _grid(grid: tree.Grid, table: bind.Table) -> Iterator[Diagnostic]:
    """Whether the header names columns of the table, and every row has a cell under each."""
    if not grid.rows:
        return
    header, *body = grid.rows
    for cell in header.cells:
        if cell.text not in table.columns:
            close = near(cell.text, table.columns)
            fixes = tuple(Fix("near", (Edit(cell.span, other),), {"near": other}) for other in close)
            yield Diagnostic(
                "R124",
                cell.span,
                {"name": cell.text, "table": table.name},
                (Label(table.span, "declared"),),
                fixes=fixes,
            )
    yield from _widths(header, body)


def _header(grid: tree.Grid) -> set[str]:
    return {cell.text for row in grid.rows[:1] for cell in row.cells}


def _widths(header: tree.GridRow, body: Sequence[tree.GridRow]) -> Iterator[Diagnostic]:
    for row in body:
        if len(row.cells) != len(header.cells):
            yield Diagnostic(
                "R127",
                row.span,
                {"given": len(row.cells), "wanted": len(header.cells)},
                (Label(header.span, "header"),),
            )


class _Test:
    def __init__(self, resolved: Resolved, test: tree.Test) -> None:
        self.resolved = resolved
        self.scope = resolved.scope
        self.test = test

    def findings(self) -> Iterator[Diagnostic]:
        sound = True
        for given in self.test.givens:
            for found in self._given(given):
                sound = False
                yield found
        for found in self._expect():
            sound = False
            yield found
        if sound:
            yield from self._left_out()

    def _given(self, given: tree.Given) -> Iterator[Diagnostic]:
        table = self.scope.tables.get(given.table.text)
        if table is None:
            yield _unknown(self.resolved, given.table, self.scope.tables, "R122")
            return
        if given.like is not None:
            example = self.resolved.examples.get(given.like.text)
            if example is None or example.table.text != table.name:
                own = [name for name, other in self.resolved.examples.items() if other.table.text == table.name]
                yield _unknown(self.resolved, given.like, own, "R123")
        yield from _grid(given.grid, table)
        if given.one and len(given.grid.rows) != 2:
            yield Diagnostic("R172", given.span, {"rows": max(len(given.grid.rows) - 1, 0)})

    def _expect(self) -> Iterator[Diagnostic]:
        expect = self.test.expect
        if expect.refused is not None:
            columns = [column for given in self.test.givens for column in self._columns(given)]
            if expect.refused.text not in columns:
                yield _unknown(self.resolved, expect.refused, columns, "R126")
            return
        if expect.grid is None or not expect.grid.rows:
            return
        header, *body = expect.grid.rows
        for cell in header.cells:
            if not self._expectable(cell.text):
                close = near(cell.text, self._answers())
                fixes = tuple(Fix("near", (Edit(cell.span, other),), {"near": other}) for other in close)
                yield Diagnostic("R125", cell.span, {"name": cell.text}, fixes=fixes)
        yield from _widths(header, body)

    def _columns(self, given: tree.Given) -> Sequence[str]:
        table = self.scope.tables.get(given.table.text)
        return list(table.columns) if table is not None else []

    def _answers(self) -> list[str]:
        kinds = bind.Measure | bind.Bands | bind.Indicator | bind.Touchpoint | bind.Ranking | bind.Broken
        names = [name for name, binding in self.scope.names.items() if isinstance(binding, kinds)]
        return [*names, *(["rank"] if len(self.resolved.rankings) == 1 else [])]

    def _expectable(self, name: str) -> bool:
        place = function_id(name) == "rank" and len(self.resolved.rankings) == 1
        return place or name in (self.scope.subject, self.scope.period) or name in self._answers()

    # ------------------------------------------------------------ columns that answers depend on

    def _left_out(self) -> Iterator[Diagnostic]:
        """Columns that an expected value reads and that are always present, but that the rows leave out."""
        grid = self.test.expect.grid
        if grid is None or not grid.rows:
            return
        needed = self._needed([cell.text for cell in grid.rows[0].cells])
        for given in self.test.givens:
            name = given.table.text
            table = self.scope.tables[name]
            said = _header(given.grid)
            if given.like is not None:
                said |= _header(self.resolved.examples[given.like.text].grid)
            for column in table.columns.values():
                read = (name, column.name) in needed or (column.name in (table.stratum, table.period) and not given.one)
                if read and column.presence == "always" and column.name not in said:
                    yield Diagnostic(
                        "R129",
                        self._header_span(given),
                        {"name": column.name, "table": name},
                        (Label(column.span, "declared"),),
                    )

    def _header_span(self, given: tree.Given) -> Span:
        return given.grid.rows[0].span if given.grid.rows else given.span

    def _needed(self, names: Sequence[str]) -> set[tuple[str, str]]:
        graph = self.resolved.graph
        roots: list[op.Node] = []
        for name in names:
            binding = self.scope.names.get(name)
            if isinstance(binding, bind.Measure | bind.Bands | bind.Indicator | bind.Touchpoint):
                roots.append(binding.node)
        if any(function_id(name) == "rank" for name in names):
            roots.extend(ranking.node for ranking in self.resolved.rankings)
        roots.extend(ranking.node for ranking in self.resolved.rankings if ranking.name in names)

        def reads(node: op.Node) -> Sequence[op.Node]:
            condition = graph[node].present_if
            return graph.operands(node) if condition is None else (condition, *graph.operands(node))

        operations = (graph[node].operation for node in reach(roots, reads))
        return {(found.table, found.column) for found in operations if isinstance(found, op.Column)}
