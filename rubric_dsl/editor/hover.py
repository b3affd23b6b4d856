"""What a name is, in a few lines: its label, type and grain, what it is worth and where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lsprotocol import types as lsp

from rubric_dsl.editor.completion import kind_of, label_of, type_of
from rubric_dsl.editor.occurrences import Occurrence
from rubric_dsl.editor.project import Analysis
from rubric_dsl.editor.shares import shares
from rubric_dsl.editor.text import Document, Place
from rubric_dsl.editor.words import say
from rubric_dsl.numbers.show import shown, written
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.panels import values_of
from rubric_dsl.resolved.scope import KindWord
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language, function_id, keywords
from rubric_dsl.surface.print_parts import print_expr, print_limits, word
from rubric_dsl.surface.tokens import tokens_of
from rubric_dsl.text.source import Origin

MOST_LINES = 12
TYPES = {
    "number": "NUMBER", "percent": "PERCENT", "duration": "SECONDS", "yes/no": "YESNO", "text": "TEXT",
    "choice": "CHOICE", "date": "DATE", "time": "TIME",
}


def hover(analysis: Analysis, document: Document, place: Place, lang: str) -> lsp.Hover | None:
    one = analysis.at(analysis.path, place.line, place.column)
    if one is None:
        return _word(analysis, document, place)
    lines = [*_told(analysis, one, lang), _used(analysis, one, lang)]
    return _shown("\n\n".join(lines), document.range(one.span))


def _shown(text: str, place: lsp.Range) -> lsp.Hover:
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), place)


def _word(analysis: Analysis, document: Document, place: Place) -> lsp.Hover | None:
    """A keyword, function or unit in both languages."""
    line = analysis.compiled.sources[analysis.path].lines()[place.line - 1 : place.line]
    tokens = tokens_of(line[0], Origin(analysis.path, place.line)) if line else None
    if tokens is None:
        return None
    for index, kind in enumerate(tokens.kinds):
        if not tokens.starts[index] <= place.column < tokens.ends[index]:
            continue
        known = function_id(tokens.texts[index]) if kind == "NAME" else None
        spellings = (
            keywords().tokens[kind[1:]] if kind[0] == "_" else keywords().functions[known] if known else None
        )
        if spellings is None:
            return None
        return _shown(f"`{spellings.en[0]}` · `{spellings.zh[0]}`", document.range(tokens.span(index, index)))
    return None


def _told(analysis: Analysis, one: Occurrence, lang: str) -> Iterator[str]:
    """A heading, then what is known."""
    if one.owner.endswith("()"):
        yield f"`{one.name}` · {say('hover.argument', lang, owner=one.owner[:-2])}"
        return
    if one.owner:
        choice = analysis.choices.get(one.owner)
        member = next((m for m in choice.members if m.name == one.name), None) if choice else None
        is_class = isinstance(analysis.compiled.resolved.scope.names.get(one.owner), bind.Bands)
        label = f" {'、'.join(label.text for label in member.labels)}" if member and member.labels else ""
        yield f"**{one.name}**{label}"
        yield say("hover.class" if is_class else "hover.member", lang, owner=one.owner)
        return
    scope = analysis.compiled.resolved.scope
    binding = scope.names.get(one.name)
    if binding is None:
        kind = scope.valueless.get(one.name, ("", None))[0]
        yield f"`{one.name}`" + (f" · {KindWord(kind).shown(lang)}" if kind else "")
        return
    called = label_of(binding)
    yield f"**{one.name}**" + (f" {called}" if called else "") + f" · {KindWord(kind_of(binding)).shown(lang)}"
    facts = [fact for fact in _facts(analysis, binding, lang) if fact]
    if facts:
        yield "  \n".join(facts)


def _facts(analysis: Analysis, binding: bind.Binding, lang: str) -> Iterator[str]:
    resolved = analysis.compiled.resolved
    language: Language = "zh" if lang == "zh" else "en"
    match binding:
        case bind.Column():
            line = _column_line(analysis, binding)
            limits = print_limits(line.type.limits, language) if line is not None and line.type.limits else ""
            yield f"{_type(binding.type.kind, language)} {limits}".rstrip()
            if binding.members:
                yield " | ".join(m.name + (f" {m.label}" if m.label else "") for m in binding.members[:MOST_LINES])
            yield say("hover.column", lang, table=binding.table)
            if line is not None and isinstance(line.presence, tree.PresentWhen):
                yield say("hover.when", lang, condition=f"`{print_expr(line.presence.condition, language)}`")
            elif binding.presence == "optional":
                yield say("hover.optional", lang)
            yield say("hover.key", lang) if binding.key else ""
            yield say("hover.private", lang) if binding.private else ""
        case bind.Parameter():
            kind = binding.type.kind
            yield f"{_type(kind, language)} {_between(binding.low, binding.high, kind, lang)}".rstrip()
            yield say("hover.default", lang, value=_number(binding.value, kind, lang))
        case bind.Measure() | bind.Bands():
            yield _type(type_of(analysis, binding) or "", language)
            if isinstance(binding, bind.Bands):
                yield " | ".join(m.name + (f" {m.label}" if m.label else "") for m in binding.classes[:MOST_LINES])
            else:
                domain = resolved.graph.domain(binding.node)
                kind = resolved.graph.type(binding.node).kind
                if isinstance(domain, ty.Interval) and kind in ("number", "percent", "duration"):
                    yield _between(domain.low, domain.high, kind, lang)
            yield _grain(analysis, resolved.graph.grain(binding.node), lang)
        case bind.Indicator():
            yield say("hover.worth", lang, worth=shown(binding.worth)) + _share(analysis, binding.name, lang)
            yield _scored_on(analysis, binding.table, lang)
            yield from binding.notes
        case bind.Touchpoint():
            said = say(f"hover.{binding.stake}", lang, worth=shown(binding.amount))
            yield said + _share(analysis, binding.name, lang)
            yield say("hover.strata", lang, members=" | ".join(binding.strata)) if binding.strata else ""
            yield _scored_on(analysis, binding.table, lang)
            yield from binding.notes
        case bind.Weights():
            operation = resolved.graph[binding.node].operation
            if isinstance(operation, op.Weights):
                pairs = zip(operation.items, values_of(operation), strict=True)
                yield ", ".join(f"{name} {shown(weight, 'percent', lang)}" for name, weight in pairs)
        case bind.Formula():
            yield f"`{binding.name}({', '.join(word.text for word in binding.formula.arguments)})`"
        case bind.Table():
            yield " · ".join(binding.columns)


def _column_line(analysis: Analysis, column: bind.Column) -> tree.ColumnLine | None:
    observe = analysis.compiled.resolved.scope.tables[column.table].observe
    return next((line for line in observe.columns if any(one.name == column.name for one in line.names)), None)


def _type(kind: str, language: Language) -> str:
    return word(TYPES[kind], language) if kind in TYPES else kind


def _number(value: Fraction, kind: str, lang: str) -> str:
    if kind in ("date", "time"):
        return str(value)
    return written(value, "percent" if kind == "percent" else "duration" if kind == "duration" else "number", lang)


def _between(low: Fraction | None, high: Fraction | None, kind: str, lang: str) -> str:
    facts = {
        name: _number(value, kind, lang) for name, value in (("low", low), ("high", high)) if value is not None
    }
    key = "range" if len(facts) == 2 else "from" if "low" in facts else "up_to" if facts else ""
    return say(f"hover.{key}", lang, **facts) if key else ""


def _grain(analysis: Analysis, grain: ty.Grain, lang: str) -> str:
    if grain.kind == "row":
        return say("hover.row", lang, table=grain.table)
    if grain.kind == "subject":
        return say("hover.subject", lang, subject=analysis.compiled.resolved.scope.subject or "")
    return say("hover.cohort", lang) if grain.kind == "cohort" else ""


def _scored_on(analysis: Analysis, table: str | None, lang: str) -> str:
    return _grain(analysis, ty.SUBJECT if table is None else ty.Grain("row", table), lang)


def _share(analysis: Analysis, name: str, lang: str) -> str:
    share = shares(analysis.compiled.resolved).get(name)
    if share is None or share.of == name:
        return ""
    said = say("hover.share", lang, share=shown(share.share, "percent", lang), total=share.of)
    return f"，{said}" if lang == "zh" else f", {said}"


def _used(analysis: Analysis, one: Occurrence, lang: str) -> str:
    """The lines of this document; those of other files by their number alone would mislead."""
    lines = sorted({
        other.span.first_line for other in analysis.of(one)
        if not other.declares and other.span.file == analysis.path
    })
    count = sum(not other.declares for other in analysis.of(one))
    shown_lines = ", ".join(map(str, lines[:MOST_LINES])) + (" …" if len(lines) > MOST_LINES else "")
    if not count:
        return say("hover.unused", lang)
    return say("hover.used-once" if count == 1 and lines else "hover.used", lang, count=count, lines=shown_lines)
