"""The document as an outline, and what of it can be folded."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from rubric_dsl.editor.project import Analysis
from rubric_dsl.editor.text import Document
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.print_parts import print_number
from rubric_dsl.text.source import Span

KINDS = {
    tree.Observe: lsp.SymbolKind.Struct,
    tree.Parameter: lsp.SymbolKind.Constant,
    tree.Measure: lsp.SymbolKind.Variable,
    tree.Formula: lsp.SymbolKind.Function,
    tree.Bands: lsp.SymbolKind.Enum,
    tree.Weights: lsp.SymbolKind.Array,
    tree.Indicator: lsp.SymbolKind.Class,
    tree.Touchpoint: lsp.SymbolKind.Field,
    tree.Ranking: lsp.SymbolKind.Event,
    tree.Example: lsp.SymbolKind.Object,
    tree.Test: lsp.SymbolKind.Method,
    tree.Promise: lsp.SymbolKind.Boolean,
}


def symbols(analysis: Analysis, document: Document, lang: str) -> list[lsp.DocumentSymbol]:
    """Statements with their columns, classes, indicators and touchpoints."""
    parsed = analysis.parsed
    if parsed is None:
        return []
    ends = block_ends(analysis)
    return [made for item in parsed.document.items for made in _symbols(item, document, ends, lang)]


def block_ends(analysis: Analysis) -> dict[int, int]:
    """The last line of what stands below each line, itself where nothing does."""
    ends: dict[int, int] = {}
    above: list[tuple[int, int]] = []
    parsed = analysis.parsed
    for logical, _ in parsed.lines if parsed is not None else ():
        last = logical.number + logical.text.count("\n")
        while above and above[-1][0] >= logical.indent:
            above.pop()
        for _, number in above:
            ends[number] = last
        ends[logical.number] = last
        above.append((logical.indent, logical.number))
    return ends


def _symbols(item: tree.Item, document: Document, ends: dict[int, int], lang: str) -> Iterator[lsp.DocumentSymbol]:
    kind = KINDS.get(type(item))
    if kind is None:
        return
    for name, label, at in _names(item):
        first = item.span.first_line
        last = ends.get(first, first)
        whole = lsp.Range(lsp.Position(first - 1, 0), document.position(last, 10**6))
        word = keywords().tokens[type(item).__name__.upper()].shown(lang)
        yield lsp.DocumentSymbol(
            name=f"{name} {label}" if label else name or "?",
            kind=kind,
            range=whole,
            selection_range=document.range(at),
            detail=f"{word} {_worth(item, lang)}".rstrip(),
            children=[made for child in _children(item) for made in _below(child, document, ends, lang)],
        )


def _names(item: tree.Item) -> Iterator[tuple[str, str | None, Span]]:
    match item:
        case tree.Measure():
            for named in item.names:
                yield named.name, named.label, named.word.span
        case tree.Formula() | tree.Example():
            yield item.word.text, None, item.word.span
        case tree.Test() | tree.Promise():
            yield item.title.text, None, item.title.span
        case tree.Ranking(named=None):
            yield ", ".join(word.text for word in item.by), None, item.by[0].span
        case tree.Use() | tree.Drop():
            return
        case _:
            assert item.named is not None
            yield item.named.name, item.named.label, item.named.word.span


def _worth(item: tree.Item, lang: str) -> str:
    if isinstance(item, tree.Indicator) and item.worth is not None:
        return print_number(item.worth, "zh" if lang == "zh" else "en")
    if isinstance(item, tree.Touchpoint) and item.stake is not None:
        return print_number(item.stake.amount, "zh" if lang == "zh" else "en")
    return ""


def _children(item: tree.Item) -> tuple[tree.Indicator | tree.Touchpoint | tree.Named, ...]:
    if isinstance(item, tree.Indicator):
        return item.children
    if isinstance(item, tree.Observe):
        return tuple(named for line in item.columns for named in line.names)
    return ()


def _below(
    child: tree.Indicator | tree.Touchpoint | tree.Named, document: Document, ends: dict[int, int], lang: str
) -> Iterator[lsp.DocumentSymbol]:
    if not isinstance(child, tree.Named):
        yield from _symbols(child, document, ends, lang)
        return
    at = document.range(child.word.span)
    name = f"{child.name} {child.label}" if child.label else child.name
    yield lsp.DocumentSymbol(name, lsp.SymbolKind.Property, at, at)


def folds(analysis: Analysis) -> list[lsp.FoldingRange]:
    """Every line with lines below it, and comments of several lines."""
    parsed = analysis.parsed
    if parsed is None:
        return []
    found = [lsp.FoldingRange(first - 1, last - 1) for first, last in block_ends(analysis).items() if last > first]
    run: list[int] = []
    source = analysis.compiled.sources[analysis.path]
    for number, line in enumerate([*source.lines(), ""]):
        if line.lstrip()[:1] in ("#", "＃"):
            run.append(number)
            continue
        if len(run) > 1:
            found.append(lsp.FoldingRange(run[0], run[-1], kind=lsp.FoldingRangeKind.Comment))
        run = []
    return found
