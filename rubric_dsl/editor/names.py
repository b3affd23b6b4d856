"""Where a name is declared and used, and giving it another, in all files that it reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types as lsp

from rubric_dsl.editor.occurrences import Occurrence
from rubric_dsl.editor.project import Project
from rubric_dsl.editor.text import Place
from rubric_dsl.editor.words import say
from rubric_dsl.surface.keywords import is_keyword
from rubric_dsl.surface.tokens import HAN, MAX_NAME
from rubric_dsl.text.source import Span

A_NAME = re.compile(rf"[A-Za-z_]*+[{HAN}][A-Za-z_{HAN}]*+|[A-Za-z_][A-Za-z0-9_]*+")


class NotAName(ValueError):
    """What a name may not be, said in the author's language."""


def declarations(project: Project, path: str, place: Place) -> list[lsp.Location]:
    """Where the name at this place is declared: mostly once, in an edition that amends another perhaps twice."""
    analysis = project.analysis(path)
    one = analysis.at(path, place.line, place.column) if analysis is not None else None
    if analysis is None or one is None:
        return []
    return list(_locations(project, [other.span for other in analysis.of(one) if other.declares]))


def references(project: Project, path: str, place: Place, with_declaration: bool) -> list[lsp.Location]:
    spans = [other.span for other in everywhere(project, path, place) if with_declaration or not other.declares]
    return list(_locations(project, spans))


def highlights(project: Project, path: str, place: Place) -> list[lsp.DocumentHighlight]:
    """The occurrences in this document."""
    analysis, document = project.analysis(path), project.document(path)
    one = analysis.at(path, place.line, place.column) if analysis is not None else None
    if analysis is None or document is None or one is None:
        return []
    kinds = {True: lsp.DocumentHighlightKind.Write, False: lsp.DocumentHighlightKind.Read}
    return [
        lsp.DocumentHighlight(document.range(other.span), kinds[other.declares])
        for other in analysis.of(one) if other.span.file == path
    ]


def everywhere(project: Project, path: str, place: Place) -> list[Occurrence]:
    """All occurrences of the name at this place: in this rubric, and in others that are made with its files."""
    analysis = project.analysis(path)
    one = analysis.at(path, place.line, place.column) if analysis is not None else None
    if one is None:
        return []
    found: dict[tuple[str, int, int], Occurrence] = {}
    for rubric in project.around(path):
        for other in rubric.of(one):
            found.setdefault((other.span.file, other.span.first_line, other.span.column), other)
    return list(found.values())


def renamed(project: Project, path: str, place: Place, new: str, lang: str) -> lsp.WorkspaceEdit:
    """The edits that give the name at this place another. Raises `NotAName` for one that cannot be a name here."""
    spans = [one.span for one in everywhere(project, path, place)]
    fault = _fault_of(project, path, place, new)
    if fault is not None:
        raise NotAName(say(f"name.{fault}", lang, name=new))
    changes: dict[str, list[lsp.TextEdit]] = {}
    for location in _locations(project, spans):
        changes.setdefault(location.uri, []).append(lsp.TextEdit(location.range, new))
    return lsp.WorkspaceEdit(changes=changes)


def _fault_of(project: Project, path: str, place: Place, new: str) -> str | None:
    if not A_NAME.fullmatch(new) or len(new) > MAX_NAME:
        return "shape"
    if is_keyword(new):
        return "keyword"
    analysis = project.analysis(path)
    one = analysis.at(path, place.line, place.column) if analysis is not None else None
    if analysis is None or one is None:
        return "nothing"
    choice = analysis.choices.get(one.owner)
    taken = new in analysis.names if choice is None else choice.has(new)
    return "taken" if taken and one.name != new else None


def _locations(project: Project, spans: list[Span]) -> Iterator[lsp.Location]:
    for span in spans:
        document = project.document(span.file)
        if document is not None:
            yield lsp.Location(project.uri(span.file), document.range(span))
