"""What may be written at the cursor: the words that the parser would take there, and the names that make sense."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from rubric_dsl.editor.context import Cut, cursor_at
from rubric_dsl.editor.project import Analysis
from rubric_dsl.editor.text import Document, Place
from rubric_dsl.editor.wanted import Wanted, wanted
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved.scope import KindWord
from rubric_dsl.surface.keywords import Language, Spellings, keywords
from rubric_dsl.text.record import dataclass

ANSWERS = frozenset({"_YES", "_NO"})
CONDITIONS = frozenset({"_WHEN", "_UNLESS", "_IF", "_AND", "_OR", "_NOT", "_WHERE", "_MUST"})
KINDS = {
    "table": lsp.CompletionItemKind.Struct,
    "column": lsp.CompletionItemKind.Field,
    "parameter": lsp.CompletionItemKind.Constant,
    "measure": lsp.CompletionItemKind.Variable,
    "bands": lsp.CompletionItemKind.Enum,
    "formula": lsp.CompletionItemKind.Function,
    "weights": lsp.CompletionItemKind.Value,
    "touchpoint": lsp.CompletionItemKind.Property,
    "indicator": lsp.CompletionItemKind.Class,
    "ranking": lsp.CompletionItemKind.Event,
    "example": lsp.CompletionItemKind.Reference,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to write, and how near to the top of the list it belongs (0 first)."""

    text: str
    kind: lsp.CompletionItemKind
    rank: int
    detail: str | None = None
    shown: str | None = None


def completions(analysis: Analysis, document: Document, place: Place, lang: str) -> list[lsp.CompletionItem]:
    cursor = cursor_at(analysis, place)
    if cursor is None:
        return []
    found: dict[str, lsp.CompletionItem] = {}
    for number, cut in enumerate(cursor.cuts):
        begun = lsp.Range(
            document.position(place.line, cut.column), document.position(place.line, place.column)
        )
        asked = wanted(analysis, cursor, cut)
        named = _names(analysis, cut, asked, lang) if number == 0 else ()
        # Where members are asked for, or cells of a column that is no yes/no, neither answer is one.
        without = ANSWERS if (asked.members or cursor.place == "grid_line") and not asked.yes_no else frozenset()
        offers = [*named, *_words(cut.kinds - without, analysis.language)]
        for offer in offers:
            if not offer.text.startswith(cut.begun) or offer.text in found or (number and " " not in offer.text):
                continue
            found[offer.text] = lsp.CompletionItem(
                label=offer.shown or offer.text,
                kind=offer.kind,
                detail=offer.detail,
                filter_text=offer.text,
                sort_text=f"{offer.rank}{offer.text}",
                text_edit=lsp.TextEdit(begun, offer.text),
            )
    return list(found.values())


def _words(kinds: frozenset[str], language: Language) -> Iterator[Offer]:
    """The keywords that may stand here, in the language of the file, each with the other language's word."""
    for kind in sorted(kinds):
        if kind[0] == "_":
            spellings = keywords().tokens[kind[1:]]
            yield Offer(spellings.shown(language), lsp.CompletionItemKind.Keyword, 5, _other(spellings, language))


def _other(spellings: Spellings, language: Language) -> str:
    return spellings.shown("en" if language == "zh" else "zh")


def _names(analysis: Analysis, cut: Cut, asked: Wanted, lang: str) -> Iterator[Offer]:
    yield from (
        Offer(member.name, lsp.CompletionItemKind.EnumMember, 0, member.label) for member in asked.members
    )
    if asked.yes_no:
        for token in ("YES", "NO"):
            yield Offer(keywords().tokens[token].shown(analysis.language), lsp.CompletionItemKind.Keyword, 0)
    if "NAME" not in cut.kinds:
        return
    yield from _declared(analysis, cut, asked, lang)
    if asked.functions:
        for name, spellings in keywords().functions.items():
            text = spellings.shown(analysis.language)
            detail = _other(spellings, analysis.language) if name != text else _other(spellings, "en")
            yield Offer(f"{text}(", lsp.CompletionItemKind.Function, 3, detail, text)


def _declared(analysis: Analysis, cut: Cut, asked: Wanted, lang: str) -> Iterator[Offer]:
    scope = analysis.compiled.resolved.scope
    condition = bool(cut.tokens.kinds) and cut.tokens.kinds[-1] in CONDITIONS
    for name, binding in scope.names.items():
        kind = kind_of(binding)
        fact = asked.facts and isinstance(binding, bind.Column) and scope.tables[binding.table].register
        if not (fact or kind in asked.kinds) or not _of_table(binding, asked.table) or name in asked.not_these:
            continue
        said = type_of(analysis, binding)
        fits = (said == "yes/no") == condition if said else True
        detail = " · ".join(part for part in (label_of(binding), KindWord(kind).shown(lang)) if part)
        yield Offer(name, KINDS[kind], 1 if fits else 2, detail)
    for name, (kind, _) in scope.valueless.items():
        if kind in asked.kinds:
            yield Offer(name, KINDS[kind], 1, KindWord(kind).shown(lang))


def kind_of(binding: bind.Binding) -> str:
    return binding.kind if isinstance(binding, bind.Broken) else type(binding).__name__.lower()


def label_of(binding: bind.Binding) -> str | None:
    match binding:
        case bind.Table():
            return binding.label
        case bind.Formula() | bind.Broken():
            return None
        case _:
            return binding.named.label if binding.named is not None else None


def _of_table(binding: bind.Binding, table: str | None) -> bool:
    return table is None or not isinstance(binding, bind.Column) or binding.table == table


def type_of(analysis: Analysis, binding: bind.Binding) -> str | None:
    """The type of its value; None for what has none."""
    match binding:
        case bind.Column():
            return binding.type.kind
        case bind.Parameter():
            return binding.type.kind
        case bind.Measure() | bind.Bands() | bind.Indicator() | bind.Touchpoint():
            return analysis.compiled.resolved.graph.type(binding.node).kind
        case _:
            return None

