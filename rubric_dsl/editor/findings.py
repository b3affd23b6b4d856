"""Findings as an editor shows them, and their fixes as edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types as lsp

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic, Fix
from rubric_dsl.editor.project import Analysis, Project

SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "hint": lsp.DiagnosticSeverity.Information,
}
SOURCE = "rubric"


def findings(project: Project, analysis: Analysis, lang: str) -> dict[str, list[lsp.Diagnostic]]:
    """What `rubric check` finds, by path: of the document, and of files it uses that are not open themselves."""
    found: dict[str, list[lsp.Diagnostic]] = {analysis.path: []}
    for diagnostic in analysis.compiled.diagnostics:
        file = diagnostic.span.file
        if file == analysis.path or file not in project.open:
            shown = one_finding(project, diagnostic, lang)
            if shown is not None:
                found.setdefault(file, []).append(shown)
    return found


def one_finding(project: Project, diagnostic: Diagnostic, lang: str) -> lsp.Diagnostic | None:
    """None: its file cannot be shown."""
    document = project.document(diagnostic.span.file)
    if document is None:
        return None
    return lsp.Diagnostic(
        range=document.range(diagnostic.span),
        message=message(diagnostic, lang),
        severity=SEVERITIES[prose.severity(diagnostic.code)],
        code=diagnostic.code,
        source=SOURCE,
        related_information=list(_elsewhere(project, diagnostic, lang)),
    )


def message(diagnostic: Diagnostic, lang: str) -> str:
    """What is wrong, what stands there, and the acts that no edit does."""
    lines = [prose.message(diagnostic, lang)]
    label = prose.label_text(diagnostic, None, lang)
    if label:
        lines.append(label)
    head = "建议：" if lang == "zh" else "help: "
    lines += [head + prose.help_text(diagnostic, fix, lang) for fix in diagnostic.fixes if not fix.edits]
    return "\n".join(lines)


def _elsewhere(project: Project, diagnostic: Diagnostic, lang: str) -> Iterator[lsp.DiagnosticRelatedInformation]:
    for label in diagnostic.labels:
        document = project.document(label.span.file)
        text = prose.label_text(diagnostic, label, lang)
        if document is not None and text:
            place = lsp.Location(project.uri(label.span.file), document.range(label.span))
            yield lsp.DiagnosticRelatedInformation(place, text)


def quick_fixes(project: Project, analysis: Analysis, asked: lsp.Range, lang: str) -> Iterator[lsp.CodeAction]:
    """The fixes of the findings that touch the range; the first of each is the one to prefer."""
    for diagnostic in analysis.compiled.diagnostics:
        document = project.document(diagnostic.span.file)
        if diagnostic.span.file != analysis.path or document is None:
            continue
        place = document.range(diagnostic.span)
        if place.end < asked.start or asked.end < place.start:
            continue
        shown = one_finding(project, diagnostic, lang)
        preferred = True
        for fix in diagnostic.fixes:
            changes = edits(project, [fix])
            if changes:
                yield lsp.CodeAction(
                    title=prose.help_text(diagnostic, fix, lang),
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[shown] if shown is not None else [],
                    is_preferred=preferred,
                    edit=lsp.WorkspaceEdit(changes=changes),
                )
                preferred = False


def edits(project: Project, fixes: Iterable[Fix]) -> dict[str, list[lsp.TextEdit]]:
    """By address."""
    changes: dict[str, list[lsp.TextEdit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            document = project.document(edit.span.file)
            if document is None:
                return {}
            changes.setdefault(project.uri(edit.span.file), []).append(
                lsp.TextEdit(document.range(edit.span), edit.text)
            )
    return changes
