"""Every name in a rubric with what it belongs to: the rubric, a choice or classification, or a formula's arguments.

Members of choices and classes of bands live inside their own choice: `tax` may be a member of two choices and an
indicator. Which one is meant is told by what stands beside it: the operand of `is`, the input of a table, the header
of a grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from rubric_dsl.resolved.outline import declared
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Occurrence:
    name: str
    owner: str
    """"" for a name of the rubric; else the first column of the choice, the bands, or the formula (as `f()`)."""
    span: Span
    declares: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice or classification: what it is known by here, and its members."""

    owner: str
    members: tuple[tree.Named, ...]

    def has(self, name: str) -> bool:
        return any(member.name == name for member in self.members)


def choices_of(items: Iterable[tree.Item]) -> dict[str, Choice]:
    """By each column or bands that takes them."""
    found: dict[str, Choice] = {}
    for item in items:
        if isinstance(item, tree.Observe):
            for line in item.columns:
                if line.type.members:
                    choice = Choice(line.names[0].name, line.type.members)
                    found |= {named.name: choice for named in line.names}
        elif isinstance(item, tree.Bands):
            found[item.named.name] = Choice(item.named.name, tuple(classes_of(item)))
    return found


def classes_of(bands: tree.Bands) -> Iterator[tree.Named]:
    """The classes in the order of their rows, each once; with its label where a row gives one."""
    found: dict[str, tree.Named] = {}
    for row in bands.table.rows:
        for outcome in row.outcomes:
            if isinstance(outcome, tree.ClassOutcome):
                known = found.get(outcome.named.name)
                if known is None or not known.labels:
                    found[outcome.named.name] = outcome.named
            elif isinstance(outcome, tree.ValueOutcome) and isinstance(outcome.value, tree.Name):
                found.setdefault(outcome.value.name, tree.Named(tree.Word(outcome.value.name, outcome.value.span), ()))
    yield from found.values()


def occurrences(items: Sequence[tree.Item], choices: Mapping[str, Choice], names: frozenset[str]) -> list[Occurrence]:
    """All names in these items, in written order. `names`: those declared anywhere in the rubric."""
    walker = Walker(choices, names)
    for item in items:
        walker.walk(item)
    return sorted(set(walker.found), key=lambda one: (one.span.first_line, one.span.column))


def declared_names(items: Sequence[tree.Item]) -> frozenset[str]:
    return frozenset(one.name for one in declared(items, None)) | {
        item.word.text for item in items if isinstance(item, tree.Example)
    }


class Walker:
    def __init__(self, choices: Mapping[str, Choice], names: frozenset[str]) -> None:
        self.choices = choices
        self.names = names
        self.found: list[Occurrence] = []

    def add(self, name: str, span: Span, owner: str = "", declares: bool = False) -> None:
        self.found.append(Occurrence(name, owner, span, declares))

    def walk(self, node: Any, formula: str = "", arguments: frozenset[str] = NOBODY) -> None:
        """A node of the tree with all below it; inside a formula its arguments are names of its own."""
        match node:
            case None | str() | int() | Span():
                return
            case tuple():
                for part in node:
                    self.walk(part, formula, arguments)
            case tree.Name(name=name, span=span) | tree.Word(text=name, span=span):
                self.add(name, span, f"{formula}()" if name in arguments else "")
            case tree.Named():
                self.add(node.name, node.word.span, declares=True)
            case tree.Is():
                self.walk(node.operand, formula, arguments)
                for word in node.members:
                    if isinstance(word, tree.Word):
                        self.member(word.text, word.span, node.operand)
            case tree.Call():
                if function_id(node.function.text) is None:
                    self.add(node.function.text, node.function.span)
                self.parts(node, formula, arguments)
            case tree.Formula():
                self.add(node.word.text, node.word.span, declares=True)
                own = frozenset(word.text for word in node.arguments)
                for word in node.arguments:
                    self.add(word.text, word.span, f"{node.word.text}()", declares=True)
                self.walk(node.body, node.word.text, own)
            case tree.ColumnLine():
                self.walk(node.names)
                for member in node.type.members:
                    self.add(member.name, member.word.span, node.names[0].name, declares=True)
                self.walk((node.type.limits, node.presence))
            case tree.Bands():
                self.add(node.named.name, node.named.word.span, declares=True)
                self.walk(node.when)
                self.table(node.table, formula, arguments, node.named.name)
            case tree.Table():
                self.table(node, formula, arguments, None)
            case tree.Touchpoint():
                self.add(node.named.name, node.named.word.span, declares=True)
                for stratum in node.strata:
                    self.member(stratum.text, stratum.span, None)
                self.walk((node.rule, node.lines))
            case tree.Weights():
                self.add(node.named.name, node.named.word.span, declares=True)
                if node.grid is not None:
                    self.panel(node.grid)
            case tree.Example():
                self.add(node.word.text, node.word.span, declares=True)
                self.walk(node.table)
                self.grid(node.grid)
            case tree.Grid():
                self.grid(node)
            case _:
                self.parts(node, formula, arguments)

    def parts(self, node: Any, formula: str, arguments: frozenset[str]) -> None:
        for name in parts_of(kind_of(node)):
            if not (isinstance(node, tree.Call) and name == "function"):
                self.walk(getattr(node, name), formula, arguments)

    def member(self, name: str, span: Span, operand: tree.Expr | None) -> None:
        """A member where the operand takes one; else of the only choice that has it, else a name of the rubric."""
        choice = self.choices.get(operand.name) if isinstance(operand, tree.Name) else None
        if choice is not None and choice.has(name):
            self.add(name, span, choice.owner)
            return
        owners = {other.owner for other in self.choices.values() if other.has(name)}
        alone = name not in self.names and len(owners) == 1
        self.add(name, span, next(iter(owners)) if alone or (operand is None and owners) else "")

    def table(self, table: tree.Table, formula: str, arguments: frozenset[str], bands: str | None) -> None:
        self.walk(table.inputs, formula, arguments)
        for row in table.rows:
            for place, alternatives in enumerate(row.patterns):
                asked = table.inputs[place] if place < len(table.inputs) else None
                for pattern in alternatives:
                    if isinstance(pattern, tree.Exactly) and isinstance(pattern.value, tree.Name):
                        self.value_or_member(pattern.value, asked, arguments, formula)
                    else:
                        self.walk(pattern, formula, arguments)
            for outcome in row.outcomes:
                if bands is not None and isinstance(outcome, tree.ClassOutcome):
                    self.named_class(outcome.named.name, outcome.named.word.span, bands)
                elif bands is not None and isinstance(outcome, tree.ValueOutcome) and type(outcome.value) is tree.Name:
                    self.named_class(outcome.value.name, outcome.value.span, bands)
                else:
                    self.walk(outcome, formula, arguments)

    def named_class(self, name: str, span: Span, bands: str) -> None:
        known = any(one.name == name and one.owner == bands for one in self.found)
        self.add(name, span, bands, declares=not known)

    def value_or_member(self, value: tree.Name, asked: Any, arguments: frozenset[str], formula: str) -> None:
        if value.name in arguments:
            self.add(value.name, value.span, f"{formula}()")
        else:
            self.member(value.name, value.span, asked)

    def grid(self, grid: tree.Grid) -> None:
        header, *body = grid.rows
        heads = [cell.text if cell.kind == "name" else "" for cell in header.cells]
        for cell in header.cells:
            if cell.kind == "name" and function_id(cell.text) is None:
                self.add(cell.text, cell.span)
        for row in body:
            for head, cell in zip(heads, row.cells, strict=False):
                choice = self.choices.get(head)
                if cell.kind == "name" and choice is not None:
                    self.add(cell.text, cell.span, choice.owner)

    def panel(self, grid: tree.Grid) -> None:
        """Experts are no names; the items, above the columns and in a matrix before the rows, are."""
        for row in grid.rows:
            for cell in row.cells:
                if cell.kind == "name" and cell.text in self.names:
                    self.add(cell.text, cell.span)


def kind_of(node: Any) -> Any:
    return type(node)


@cache
def parts_of(kind: Any) -> tuple[str, ...]:
    """The fields of a class of the tree that hold more of the tree."""
    if not is_dataclass(kind) or kind in (tree.Quoted, tree.Number, tree.Text, tree.YesNo):
        return ()
    return tuple(field.name for field in fields(kind) if field.type != "Span")
