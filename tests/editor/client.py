"""An editor that speaks to `rubric lsp` over standard input and output as a real one does."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
Json = dict[str, Any]


class Failed(Exception):
    """The server answered with an error."""


class Client:
    """One server, greeted. Positions are counted in UTF-16 units unless `encodings` offers others."""

    def __init__(
        self, folder: Path, locale: str = "en", options: Json | None = None, encodings: list[str] | None = None,
        words: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        for name in ("RUBRIC_LANG", "LANG", "LC_ALL", "PYTHONDONTWRITEBYTECODE"):
            environment.pop(name, None)
        self.server = subprocess.Popen(
            [sys.executable, "-P", "-m", "rubric_dsl", "lsp", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment, cwd=folder,
        )
        self.received: queue.Queue[Json] = queue.Queue()
        self.notes: list[Json] = []
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.number = 0
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        general = {"positionEncodings": encodings} if encodings else {}
        refreshing = {"inlayHint": {"refreshSupport": True}, "codeLens": {"refreshSupport": True}}
        self.greeting = self.ask("initialize", {
            "processId": None, "rootUri": folder.as_uri(), "locale": locale, "initializationOptions": options,
            "capabilities": {"general": general, "workspace": refreshing},
        })
        self.tell("initialized", {})

    # ------------------------------------------------------------ the protocol

    def _listen(self) -> None:
        assert self.server.stdout is not None
        stream = self.server.stdout
        while True:
            size = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
            if not size:
                return
            self.received.put(json.loads(stream.read(size)))

    def _send(self, message: Json) -> None:
        assert self.server.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.server.stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        self.number += 1
        number = self.number
        self._send({"id": number, "method": method, "params": params})
        answer = self.until(lambda message: message.get("id") == number and "method" not in message)
        if "error" in answer:
            raise Failed(answer["error"]["message"])
        return answer["result"]

    def until(self, wanted: Callable[[Json], bool]) -> Json:
        """The next message that is wanted; requests of the server are answered, other messages kept in `notes`."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                message = self.received.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing came; {self.complaints()}") from None
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            if wanted(message):
                return message
            self.notes.append(message)

    def complaints(self) -> str:
        self.server.kill()
        assert self.server.stderr is not None
        return self.server.stderr.read().decode("utf-8", "replace")[-3000:]

    def leave(self) -> int:
        self.ask("shutdown", None)
        self.tell("exit", None)
        code = self.server.wait(10)
        for stream in (self.server.stdin, self.server.stdout, self.server.stderr):
            if stream is not None:
                stream.close()
        return code

    # ------------------------------------------------------------ documents

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None) -> list[Json]:
        """Opens a file, as it is on the disk or with this text; gives its findings."""
        if text is None:
            text = (self.folder / name).read_text("utf-8")
        self.texts[name] = text
        self.versions[name] = 1
        document = {"uri": self.uri(name), "languageId": "rubric", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return self.findings(name)

    def change(self, name: str, changes: list[Json]) -> None:
        self.versions[name] += 1
        document = {"uri": self.uri(name), "version": self.versions[name]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def write(self, name: str, text: str) -> list[Json]:
        """The whole text anew; gives its findings."""
        self.texts[name] = text
        self.change(name, [{"text": text}])
        return self.findings(name)

    def replace(self, name: str, old: str, new: str) -> list[Json]:
        """One edit of the text, sent as an editor sends what is typed; gives the findings."""
        self.replaced(name, old, new)
        return self.findings(name)

    def replaced(self, name: str, old: str, new: str) -> None:
        text = self.texts[name]
        start = text.index(old)
        place = {"start": position_at(text, start), "end": position_at(text, start + len(old))}
        self.texts[name] = text[:start] + new + text[start + len(old) :]
        self.change(name, [{"range": place, "text": new}])

    def findings(self, name: str) -> list[Json]:
        """The findings that the server shows next."""
        uri = self.uri(name)
        shown = self.until(
            lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri
        )
        found: list[Json] = shown["params"]["diagnostics"]
        return found

    def at(self, name: str, text: str, offset: int = 0) -> Json:
        """The document and the position of a piece of its text."""
        return {
            "textDocument": {"uri": self.uri(name)},
            "position": position_at(self.texts[name], self.texts[name].index(text) + offset),
        }

    def of(self, name: str) -> Json:
        return {"textDocument": {"uri": self.uri(name)}}


def position_at(text: str, offset: int) -> Json:
    before = text[:offset].split("\n")
    return {"line": len(before) - 1, "character": len(before[-1].encode("utf-16-le")) // 2}


def text_at(text: str, place: Json) -> str:
    """What stands in a range."""
    return text[offset_at(text, place["start"]) : offset_at(text, place["end"])]


def offset_at(text: str, position: Json) -> int:
    lines = text.split("\n")
    line = lines[position["line"]].encode("utf-16-le")[: 2 * position["character"]].decode("utf-16-le")
    return sum(len(other) + 1 for other in lines[: position["line"]]) + len(line)


def edited(text: str, edits: list[Json]) -> str:
    """The text after edits, all of them of the text as it is."""
    for edit in sorted(edits, key=lambda edit: offset_at(text, edit["range"]["start"]), reverse=True):
        start, end = offset_at(text, edit["range"]["start"]), offset_at(text, edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
