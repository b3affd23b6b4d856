"""Lines and the lines below them put together: a table gets its rows, an indicator its children, a test its grids.

Assembling is kept by content: a subtree whose lines are all the same objects as last time is the same object, findings
included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label
from rubric_dsl.surface import tree
from rubric_dsl.surface.build_parts import FirstMatch
from rubric_dsl.surface.faults import said_twice
from rubric_dsl.surface.parsed_line import ParsedLine
from rubric_dsl.surface.places import PLACES
from rubric_dsl.text.source import Span


@dataclass(slots=True, eq=False)
class Branch:
    """A line with everything below it, put together."""

    line: ParsedLine
    children: tuple[Branch, ...]
    node: Any
    """None: the line is broken, or lacks what it cannot be without."""
    whole: bool
    """Whether nothing in it is broken."""
    findings: tuple[Diagnostic, ...]
    """About how the lines fit together (those of single lines are with the lines)."""


class Assembler:
    """Makes branches; one that was made of the same lines before is handed out again."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, ...], Branch] = {}
        self.fresh: dict[tuple[int, ...], Branch] = {}

    def branch(self, line: ParsedLine, children: tuple[Branch, ...]) -> Branch:
        key = (id(line), *map(id, children))
        found = self.fresh.get(key) or self.kept.get(key)
        if found is None:
            found = assemble(line, children)
        self.fresh[key] = found
        return found

    def turn(self) -> None:
        """Forget what the last text did not use."""
        self.kept, self.fresh = self.fresh, {}


TABLES = ("table_line", "by_touchpoint_line")
"""Where rows have to stand, whatever else stands there."""


def assemble(line: ParsedLine, children: tuple[Branch, ...]) -> Branch:
    whole = line.node is not None and all(child.whole for child in children)
    findings: list[Diagnostic] = []
    node = line.node
    nodes = [child.node for child in children if child.node is not None]
    if node is not None and line.body is not None:
        no_rows = whole and line.body.place in TABLES and not any(isinstance(below, tree.Row) for below in nodes)
        if line.body.required and (not children or no_rows):
            findings.append(Diagnostic("R029", line.whole, {"place": PLACES[line.body.place]}))
            node, whole = None, False
        else:
            node = _joined(node, nodes, findings, whole)
            whole = whole and not findings
    return Branch(line, children, node, whole, tuple(findings))


def _joined(node: Any, below: list[Any], findings: list[Diagnostic], whole: bool) -> Any:
    """The node with the nodes of the lines below it."""
    match node:
        case tree.Header():
            return replace(node, lines=tuple(below))
        case tree.Observe():
            return _observe(node, below, findings)
        case tree.ColumnLine() if below:
            return replace(node, type=replace(node.type, members=tuple(below)))
        case tree.Measure(body=tree.Table() as table):
            return replace(node, body=_table(table, below, findings))
        case tree.Formula(body=tree.Table() as table):
            return replace(node, body=_table(table, below, findings))
        case tree.Bands():
            return replace(node, table=_table(node.table, below, findings))
        case tree.Weights() if below:
            return replace(node, grid=_grid(below))
        case tree.Indicator():
            parts = [b for b in below if isinstance(b, tree.Indicator | tree.Touchpoint)]
            lines = [b for b in below if not isinstance(b, tree.Indicator | tree.Touchpoint)]
            _once(lines, findings)
            return replace(node, lines=tuple(lines), children=tuple(parts))
        case tree.Touchpoint():
            return _touchpoint(node, below, findings)
        case tree.Ranking():
            _once(below, findings)
            return replace(node, lines=tuple(below))
        case tree.Example() | tree.Given() | tree.Expect() if below:
            return replace(node, grid=_grid(below))
        case tree.Test():
            return _test(node, below, findings, whole)
        case _:
            return node


def _observe(node: tree.Observe, below: list[Any], findings: list[Diagnostic]) -> tree.Observe:
    _once(below, findings)
    columns = tuple(b for b in below if isinstance(b, tree.ColumnLine))
    musts = tuple(b for b in below if isinstance(b, tree.Must))
    missing = next((b for b in below if isinstance(b, tree.MissingLine)), None)
    return replace(node, columns=columns, musts=musts, missing=missing)


def _table(table: tree.Table, below: list[Any], findings: list[Diagnostic]) -> tree.Table:
    first_match = None
    for index, line in enumerate(below):
        if isinstance(line, FirstMatch):
            if index:
                findings.append(Diagnostic("R155", line.span, fixes=(_moved_up(line, below[0].span),)))
            first_match = first_match or line.span
    rows = tuple(b for b in below if isinstance(b, tree.Row))
    return replace(table, first_match=first_match, rows=rows)


def _moved_up(line: FirstMatch, first: Span) -> Fix:
    blanks = " " * first.column
    return Fix("move", (Edit(first.before(), f"{line.words}\n{blanks}"), Edit(line.span, "#")))


def _grid(below: list[Any]) -> tree.Grid:
    first, last = below[0].span, below[-1].span
    return tree.Grid(tuple(below), first if first.origin is not last.origin else first.to(last))


def _touchpoint(node: tree.Touchpoint, below: list[Any], findings: list[Diagnostic]) -> tree.Touchpoint:
    rule = node.rule
    lines = [b for b in below if not isinstance(b, tree.Row | FirstMatch)]
    if isinstance(rule, tree.TableRule):
        rows = [b for b in below if isinstance(b, tree.Row | FirstMatch)]
        rule = replace(rule, table=_table(rule.table, rows, findings))
    _once(lines, findings)
    return replace(node, rule=rule, lines=tuple(lines))


def _test(node: tree.Test, below: list[Any], findings: list[Diagnostic], whole: bool) -> tree.Test | None:
    givens = tuple(b for b in below if isinstance(b, tree.Given))
    expects = [b for b in below if isinstance(b, tree.Expect)]
    for extra in expects[1:]:
        findings.append(Diagnostic("R154", extra.span, labels=(Label(expects[0].span, "first"),)))
    if not givens or not expects:
        if whole:
            findings.append(Diagnostic("R156", node.span, fixes=(Fix("given" if not givens else "expect"),)))
        return None
    return replace(node, givens=givens, expect=expects[0])


ONCE = (tree.MissingLine, tree.WeightsFrom, tree.CombinedBy, tree.RoundedLine, tree.Equals, tree.Precision, tree.Ties)


def _once(lines: Iterable[Any], findings: list[Diagnostic]) -> None:
    """A line that may be said once only is said once."""
    seen: dict[type, Span] = {}
    for line in lines:
        kind = type(line)
        if kind in ONCE:
            if kind in seen:
                findings.append(said_twice(line.span, seen[kind]))
            else:
                seen[kind] = line.span
