"""What stands in the margin of lines: shares of the total, and how many observations fall in each row of a table."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from rubric_dsl.editor.counting import Counts
from rubric_dsl.editor.project import Analysis
from rubric_dsl.editor.shares import shares
from rubric_dsl.editor.text import Document
from rubric_dsl.editor.words import say
from rubric_dsl.numbers.show import shown
from rubric_dsl.resolved.outline import units
from rubric_dsl.surface import tree


def hints(
    analysis: Analysis, document: Document, counts: Counts | None, asked: lsp.Range, lang: str
) -> list[lsp.InlayHint]:
    parsed = analysis.parsed
    if parsed is None:
        return []
    found = [*_shares(analysis, document, lang), *_counts(analysis, document, counts, lang)]
    return [hint for hint in found if asked.start.line <= hint.position.line <= asked.end.line]


def _shares(analysis: Analysis, document: Document, lang: str) -> Iterator[lsp.InlayHint]:
    """Beside touchpoints and indicators that stand in another."""
    assert analysis.parsed is not None
    known = shares(analysis.compiled.resolved)
    for unit in units(analysis.parsed.document.items):
        own = known.get(unit.item.named.name)
        if own is None or not unit.parents:
            continue
        share = shown(own.share, "percent", lang)
        yield lsp.InlayHint(
            position=document.range(unit.item.span).end,
            label=share,
            kind=lsp.InlayHintKind.Type,
            padding_left=True,
            tooltip=say("hover.share", lang, share=share, total=own.of),
        )


def _counts(
    analysis: Analysis, document: Document, counts: Counts | None, lang: str
) -> Iterator[lsp.InlayHint]:
    """Beside rows of tables that are still the lines they were when somebody counted."""
    assert analysis.parsed is not None
    if counts is None:
        return
    subject = analysis.compiled.resolved.scope.subject or ""
    for _, line in analysis.parsed.lines:
        at = (analysis.path, line.origin.line)
        if not isinstance(line.node, tree.Row) or at not in counts.rows:
            continue
        number = counts.rows[at]
        key = "hint.subjects" if at in counts.of_subjects else "hint.row" if number == 1 else "hint.rows"
        yield lsp.InlayHint(
            position=document.range(line.node.span).end,
            label=say(key, lang, count=number, subject=subject),
            kind=lsp.InlayHintKind.Parameter,
            padding_left=True,
            tooltip=say("hint.counted", lang, files=", ".join(counts.files)),
        )
