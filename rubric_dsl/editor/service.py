"""Answers an editor's requests from the project as it is now."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from lsprotocol import types as lsp

from rubric_dsl.editor import names
from rubric_dsl.editor.completion import completions
from rubric_dsl.editor.counting import Counts, counted, data_paths
from rubric_dsl.editor.findings import findings, quick_fixes
from rubric_dsl.editor.hints import hints
from rubric_dsl.editor.hover import hover
from rubric_dsl.editor.lenses import lenses, tested
from rubric_dsl.editor.outline import folds, symbols
from rubric_dsl.editor.project import Analysis, Project, path_of
from rubric_dsl.editor.text import Document, Encoding, Place
from rubric_dsl.editor.tokens import semantic_tokens
from rubric_dsl.editor.words import say
from rubric_dsl.surface.keywords import LANGUAGES, Language
from rubric_dsl.surface.layout import formatted
from rubric_dsl.testing.run import Outcome
from rubric_dsl.text.files import read_source

Later = Callable[[], bool]
"""Work to be done beside; True when what it found is to be shown."""


class Service:
    """One editor's session. `lang` is the language of what it is told."""

    def __init__(self, lang: str, encoding: Encoding, data: Mapping[str, str]) -> None:
        self.lang = lang
        self.data = dict(data)
        """Files of observations by table, relative to the rubric's folder."""
        self.project = Project()
        self.project.encoding = encoding
        self.outcomes: dict[str, dict[str, Outcome]] = {}
        self.counts: dict[str, Counts | None] = {}
        self.published: dict[str, set[str]] = {}
        """By document: the other files that have findings because of it."""

    # ------------------------------------------------------------ documents

    def put(self, uri: str, text: str, version: int | None) -> None:
        self.project.put(uri, text, version)

    def close(self, uri: str) -> dict[str, list[lsp.Diagnostic]]:
        """The document is gone; gives the files whose findings go with it."""
        path = path_of(uri)
        self.project.close(uri)
        self.outcomes.pop(path, None)
        self.counts.pop(path, None)
        gone: dict[str, list[lsp.Diagnostic]] = {self.project.uri(other): [] for other in self.published.pop(path, ())}
        return {uri: [], **gone}

    def check(self, uri: str) -> dict[str, list[lsp.Diagnostic]]:
        """By address what is to be shown now: of the document, of files it uses, and none where some were before."""
        path = path_of(uri)
        analysis = self.project.analysis(path)
        if analysis is None:
            return {}
        found = findings(self.project, analysis, self.lang)
        others = set(found) - {path}
        gone = self.published.get(path, set()) - others
        self.published[path] = others
        return {self.project.uri(file): found.get(file, []) for file in (*found, *gone)}

    def opened(self) -> list[str]:
        return [held.uri for held in self.project.open.values()]

    def _at(self, uri: str) -> tuple[Analysis, Document] | None:
        path = path_of(uri)
        analysis, document = self.project.analysis(path), self.project.document(path)
        return None if analysis is None or document is None else (analysis, document)

    def _place(self, uri: str, position: lsp.Position) -> Place:
        document = self.project.document(path_of(uri))
        return Place(1, 0) if document is None else document.place(position)

    # ------------------------------------------------------------ requests

    def code_actions(self, uri: str, asked: lsp.Range, only: Sequence[str] | None) -> list[lsp.CodeAction]:
        at = self._at(uri)
        if at is None:
            return []
        found: list[lsp.CodeAction] = []
        if only is None or any(lsp.CodeActionKind.QuickFix.value.startswith(kind) for kind in only):
            found += quick_fixes(self.project, at[0], asked, self.lang)
        rewriting = only is not None and any(TRANSLATE.startswith(kind) for kind in only)
        if rewriting or (only is None and asked.start.line == 0):
            for lang in LANGUAGES:
                if lang != at[0].language and (edit := self.translated(uri, lang)):
                    changes = {uri: [edit]}
                    found.append(lsp.CodeAction(
                        say(f"action.{lang}", self.lang), TRANSLATE, edit=lsp.WorkspaceEdit(changes=changes)
                    ))
        return found

    def completion(self, uri: str, position: lsp.Position) -> list[lsp.CompletionItem]:
        at = self._at(uri)
        return [] if at is None else completions(*at, at[1].place(position), self.lang)

    def hover(self, uri: str, position: lsp.Position) -> lsp.Hover | None:
        at = self._at(uri)
        return None if at is None else hover(*at, at[1].place(position), self.lang)

    def definition(self, uri: str, position: lsp.Position) -> list[lsp.Location]:
        return names.declarations(self.project, path_of(uri), self._place(uri, position))

    def references(self, uri: str, position: lsp.Position, with_declaration: bool) -> list[lsp.Location]:
        return names.references(self.project, path_of(uri), self._place(uri, position), with_declaration)

    def highlights(self, uri: str, position: lsp.Position) -> list[lsp.DocumentHighlight]:
        return names.highlights(self.project, path_of(uri), self._place(uri, position))

    def prepare_rename(self, uri: str, position: lsp.Position) -> lsp.Range | None:
        at = self._at(uri)
        if at is None:
            return None
        place = at[1].place(position)
        one = at[0].at(at[0].path, place.line, place.column)
        return None if one is None else at[1].range(one.span)

    def rename(self, uri: str, position: lsp.Position, new: str) -> lsp.WorkspaceEdit:
        return names.renamed(self.project, path_of(uri), self._place(uri, position), new, self.lang)

    def symbols(self, uri: str) -> list[lsp.DocumentSymbol]:
        at = self._at(uri)
        return [] if at is None else symbols(*at, self.lang)

    def folds(self, uri: str) -> list[lsp.FoldingRange]:
        at = self._at(uri)
        return [] if at is None else folds(at[0])

    def semantic_tokens(self, uri: str) -> list[int]:
        at = self._at(uri)
        return [] if at is None else semantic_tokens(*at)

    def hints(self, uri: str, asked: lsp.Range) -> list[lsp.InlayHint]:
        at = self._at(uri)
        return [] if at is None else hints(*at, self.counts.get(path_of(uri)), asked, self.lang)

    def lenses(self, uri: str) -> list[lsp.CodeLens]:
        at = self._at(uri)
        return [] if at is None else lenses(*at, uri, self.outcomes.get(path_of(uri), {}), self.lang)

    def format(self, uri: str) -> list[lsp.TextEdit]:
        edit = self.translated(uri, None)
        return [] if edit is None else [edit]

    def translated(self, uri: str, lang: Language | None) -> lsp.TextEdit | None:
        """The whole document laid out, in this language (None: in its own); None where nothing changes."""
        path = path_of(uri)
        document = self.project.document(path)
        if document is None:
            return None
        source, found = read_source(path, document.text.encode("utf-8", "replace"))
        done = formatted(source, lang) if source is not None and not found else None
        if done is None or done.text is None or done.text == document.text:
            return None
        return lsp.TextEdit(lsp.Range(lsp.Position(0, 0), document.end()), done.text)

    # ------------------------------------------------------------ what takes longer

    def count_later(self, uri: str) -> Later | None:
        """Counts observations in the text as it is now; None where there are none to count."""
        path = path_of(uri)
        analysis = self.project.analysis(path)
        if analysis is None or analysis.compiled.has_errors:
            return None
        tables = [(table.name, table.label) for table in analysis.compiled.resolved.scope.tables.values()]
        if data_paths(tables, os.path.dirname(path), self.data) is None:
            return None
        load = self.project.loader(path)

        def work() -> bool:
            before, self.counts[path] = self.counts.get(path), counted(path, load, self.data)
            return before != self.counts[path]

        return work

    def test_later(self, uri: str, titles: Sequence[str]) -> Later | None:
        """Runs the tests of these titles, all without any, in the text as it is now; None where nothing can run."""
        path = path_of(uri)
        analysis = self.project.analysis(path)
        if analysis is None or analysis.compiled.has_errors or not analysis.compiled.resolved.tests:
            return None
        load = self.project.loader(path)

        def work() -> bool:
            found = tested(path, load, frozenset(titles) or None)
            self.outcomes[path] = {} if found is None else {**self.outcomes.get(path, {}), **found}
            return True

        return work

    def is_stale(self, uri: str) -> bool:
        """Whether the document has not been checked as it is now, with the files it uses."""
        held = self.project.open.get(path_of(uri))
        return held is not None and held.analysis is None

    def files_changed(self) -> None:
        """Files on the disk are others than they were."""
        for held in self.project.open.values():
            held.analysis = None

    def forget_tests(self, uri: str) -> bool:
        """What became of tests counts for the text they ran in; True where something is forgotten."""
        return bool(self.outcomes.pop(path_of(uri), None))


TRANSLATE = "refactor.rewrite"
