"""The Language Server Protocol over standard input and output (pygls): requests in, answers of the service out.

The service is made by whoever starts the server, after the editor has been greeted: loading the compiler takes longer
than everything else at the start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from rubric_dsl import __version__
from rubric_dsl.editor.legend import DECLARATION, TOKEN_TYPES

if TYPE_CHECKING:
    from rubric_dsl.editor.service import Later, Service

MakeService = Callable[[str, str, Mapping[str, str]], "Service"]
"""From the language of messages, the unit of positions and files of observations by table."""

SETTLED = 0.003
"""Seconds without a further edit after which a document is checked: what was typed together is checked once."""
AT_REST = 0.6
"""Seconds without a further edit after which observations are counted anew."""
RUN_TESTS = "rubric.runTests"
TRIGGERS = [" ", "(", "|", ",", "，", "（", "：", ":"]


class RubricServer(LanguageServer):
    def __init__(self, lang: str | None, make_service: MakeService) -> None:
        super().__init__("rubric", __version__)
        self.lang = lang
        self.make_service = make_service
        self.options: lsp.InitializeParams | None = None
        self._service: Service | None = None
        self.waiting: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def service(self) -> Service:
        if self._service is None:
            agreed = self.server_capabilities.position_encoding
            encoding = str(getattr(agreed, "value", agreed))
            self._service = self.make_service(self._language(), encoding, self._settings().get("data") or {})
        return self._service

    def _settings(self) -> Mapping[str, Any]:
        given = self.options.initialization_options if self.options is not None else None
        return given if isinstance(given, dict) else {}

    def _language(self) -> str:
        """What was said at the start, else the editor's setting, else its own language."""
        said = self.lang or self._settings().get("lang")
        if said in ("zh", "en"):
            return str(said)
        own = self.options.locale if self.options is not None else None
        return "zh" if (own or "").lower().startswith("zh") else "en"

    # ------------------------------------------------------------ soon, and once

    def soon(self, uri: str, what: str, seconds: float, act: Callable[[], None]) -> None:
        """Acts after a while without being asked again."""
        key = (uri, what)
        if key in self.waiting:
            self.waiting.pop(key).cancel()

        def due() -> None:
            self.waiting.pop(key, None)
            act()

        self.waiting[key] = asyncio.get_running_loop().call_later(seconds, due)

    def check_soon(self, uri: str) -> None:
        self.soon(uri, "check", SETTLED, lambda: self.check(uri))
        self.soon(uri, "count", AT_REST, lambda: self.beside(self.service.count_later(uri), self.refresh_hints))

    def check(self, uri: str) -> None:
        for changed in self.service.opened():
            if changed == uri or self.service.is_stale(changed):
                self.publish(self.service.check(changed))

    def publish(self, found: Mapping[str, list[lsp.Diagnostic]]) -> None:
        for uri, diagnostics in found.items():
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))

    def beside(self, work: Later | None, show: Callable[[], None]) -> None:
        """Works in another thread, then shows what was found."""
        if work is None:
            return

        async def run() -> None:
            if await asyncio.get_running_loop().run_in_executor(None, work):
                show()

        self.tasks.add(task := asyncio.get_running_loop().create_task(run()))
        task.add_done_callback(self.tasks.discard)

    def refresh_hints(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def refresh_lenses(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.code_lens is not None and workspace.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    def run_tests(self, uri: str, titles: list[str]) -> None:
        self.beside(self.service.test_later(uri, titles), self.refresh_lenses)


def serve(lang: str | None, make_service: MakeService, requests: BinaryIO, answers: BinaryIO) -> None:
    """Serves one editor until it leaves."""
    make_server(lang, make_service).start_io(requests, answers)


def make_server(lang: str | None, make_service: MakeService) -> RubricServer:
    server = RubricServer(lang, make_service)

    @server.feature(lsp.INITIALIZE)
    def initialize(ls: RubricServer, params: lsp.InitializeParams) -> None:
        ls.options = params

    @server.feature(lsp.INITIALIZED)
    def initialized(ls: RubricServer, params: lsp.InitializedParams) -> None:
        _ = ls.service

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: RubricServer, params: lsp.DidOpenTextDocumentParams) -> None:
        opened = params.text_document
        ls.service.put(opened.uri, opened.text, opened.version)
        ls.check_soon(opened.uri)
        ls.run_tests(opened.uri, [])

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RubricServer, params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        document = ls.workspace.get_text_document(uri)
        ls.service.put(uri, document.source, params.text_document.version)
        if ls.service.forget_tests(uri):
            ls.refresh_lenses()
        ls.check_soon(uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(ls: RubricServer, params: lsp.DidSaveTextDocumentParams) -> None:
        ls.run_tests(params.text_document.uri, [])

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RubricServer, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.publish(ls.service.close(params.text_document.uri))

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(ls: RubricServer, params: lsp.DidChangeWatchedFilesParams) -> None:
        ls.service.files_changed()
        for uri in ls.service.opened():
            ls.check_soon(uri)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=["quickfix", "refactor.rewrite"])
    )
    def code_action(ls: RubricServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        asked = params.context.only
        only = None if asked is None else [str(getattr(kind, "value", kind)) for kind in asked]
        return ls.service.code_actions(params.text_document.uri, params.range, only)

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=TRIGGERS))
    def completion(ls: RubricServer, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        return ls.service.completion(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: RubricServer, params: lsp.HoverParams) -> lsp.Hover | None:
        return ls.service.hover(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: RubricServer, params: lsp.DefinitionParams) -> list[lsp.Location]:
        return ls.service.definition(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(ls: RubricServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
        return ls.service.references(params.text_document.uri, params.position, params.context.include_declaration)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(ls: RubricServer, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
        return ls.service.highlights(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare_rename(ls: RubricServer, params: lsp.PrepareRenameParams) -> lsp.Range | None:
        return ls.service.prepare_rename(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(ls: RubricServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit:
        try:
            return ls.service.rename(params.text_document.uri, params.position, params.new_name)
        except ValueError as refused:
            raise JsonRpcInvalidParams(str(refused)) from None

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(ls: RubricServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return ls.service.symbols(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def folds(ls: RubricServer, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        return ls.service.folds(params.text_document.uri)

    legend = lsp.SemanticTokensLegend(list(TOKEN_TYPES), [DECLARATION])

    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)
    def tokens(ls: RubricServer, params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
        return lsp.SemanticTokens(data=ls.service.semantic_tokens(params.text_document.uri))

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    def hints(ls: RubricServer, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        return ls.service.hints(params.text_document.uri, params.range)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    def lenses(ls: RubricServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        return ls.service.lenses(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatting(ls: RubricServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        return ls.service.format(params.text_document.uri)

    @server.command(RUN_TESTS)
    def run_tests(ls: RubricServer, uri: str, *titles: str) -> None:
        ls.run_tests(uri, list(titles))

    return server

