"""The documents that are open, the files around them, and what compiling makes of them after each edit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from rubric_dsl.editor.occurrences import Choice, Occurrence, choices_of, declared_names, occurrences
from rubric_dsl.editor.text import Document, Encoding
from rubric_dsl.plan.compile import Compiled, Workspace, compile_rubric
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.layout import main_language
from rubric_dsl.text.files import MAX_BYTES, read_source

MOST_FILES = 500
"""Rubrics of a folder that are looked at for uses of a name; a folder with more is looked at in part."""


@dataclass
class Analysis:
    """A version of a document, compiled."""

    path: str
    compiled: Compiled

    @property
    def parsed(self) -> Parsed | None:
        return self.compiled.parsed.get(self.path)

    @property
    def language(self) -> Language:
        return "en" if self.parsed is None else main_language(self.parsed)

    @cached_property
    def items(self) -> tuple[tree.Item, ...]:
        """Of all files: what the rubric consists of, and the tests of its own file."""
        return tuple(item for parsed in self.compiled.parsed.values() for item in parsed.document.items)

    @cached_property
    def choices(self) -> dict[str, Choice]:
        return choices_of(self.items)

    @cached_property
    def names(self) -> frozenset[str]:
        return declared_names(self.items)

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        return occurrences(self.items, self.choices, self.names)

    def at(self, path: str, line: int, column: int) -> Occurrence | None:
        """The name that a place lies in or right behind."""
        for one in self.occurrences:
            span = one.span
            if span.file == path and span.first_line == line and span.column <= column <= span.end_column:
                return one
        return None

    def of(self, one: Occurrence) -> list[Occurrence]:
        """All occurrences of the same thing, in the files of this rubric."""
        return [other for other in self.occurrences if (other.name, other.owner) == (one.name, one.owner)]


@dataclass
class Open:
    """A document that is open."""

    uri: str
    document: Document
    version: int | None
    workspace: Workspace = field(default_factory=Workspace)
    analysis: Analysis | None = None
    """Of this version; None until somebody asks."""


class Project:
    """All that the editor has open."""

    def __init__(self) -> None:
        self.encoding: Encoding = "utf-16"
        self.open: dict[str, Open] = {}
        """By path."""

    def put(self, uri: str, text: str, version: int | None) -> str:
        """A document as it is now; gives its path."""
        path = path_of(uri)
        document = Document(text, self.encoding)
        known = self.open.get(path)
        if known is None:
            self.open[path] = Open(uri, document, version)
        else:
            known.document, known.version = document, version
        # What uses the document has changed with it.
        for other in self.open.values():
            if other.analysis is not None and path in (other.analysis.path, *other.analysis.compiled.sources):
                other.analysis = None
        return path

    def close(self, uri: str) -> None:
        self.open.pop(path_of(uri), None)

    def analysis(self, path: str) -> Analysis | None:
        """The document compiled; only what changed since the last time is done again."""
        held = self.open.get(path)
        if held is None:
            return None
        if held.analysis is None:
            held.analysis = Analysis(path, compile_rubric(path, self.loader(path), workspace=held.workspace))
        return held.analysis

    def document(self, path: str) -> Document | None:
        """The text of a file as the editor would count in it: the open one, else the one on disk."""
        held = self.open.get(path)
        if held is not None:
            return held.document
        try:
            return Document(read_bytes(path).decode("utf-8-sig"), self.encoding)
        except (OSError, UnicodeDecodeError):
            return None

    def uri(self, path: str) -> str:
        """The address of a file; what stands beside an untitled document has none but its path."""
        held = self.open.get(path)
        if held is not None:
            return held.uri
        return Path(path).as_uri() if os.path.isabs(path) else path

    def loader(self, root: str) -> Loader:
        return Loader(root, {path: held.document.text for path, held in self.open.items()})

    def around(self, path: str) -> Iterator[Analysis]:
        """This rubric, and the other rubrics of its folder that are made with the files it is made of."""
        own = self.analysis(path)
        if own is None:
            return
        yield own
        files = set(own.compiled.sources)
        for other in sorted(rubrics_in(os.path.dirname(path)) - files):
            load = self.loader(other)
            if not self._mentions_a_file(other, load):
                continue
            compiled = compile_rubric(other, load)
            if files & set(compiled.sources):
                yield Analysis(other, compiled)

    def _mentions_a_file(self, path: str, load: Loader) -> bool:
        """Whether the rubric is made with other files at all."""
        try:
            source, _ = read_source(path, load(path))
        except OSError:
            return False
        if source is None:
            return False
        document = parse(source).document
        amends = document.header is not None and any(line.kind == "amends" for line in document.header.lines)
        return amends or any(isinstance(item, tree.Use) for item in document.items)


@dataclass(frozen=True)
class Loader:
    """Reads a rubric and files of its folder tree: an open document as it is in the editor, others from the disk."""

    root: str
    texts: dict[str, str]

    def __call__(self, path: str) -> bytes:
        if path in self.texts:
            return self.texts[path].encode("utf-8", "replace")
        folder = os.path.realpath(os.path.dirname(self.root))
        if not Path(os.path.realpath(path)).is_relative_to(folder):
            raise PermissionError(f"{path} lies outside the folder of the rubric")
        return read_bytes(path)


def read_bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


def rubrics_in(folder: str) -> set[str]:
    found: set[str] = set()
    for here, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        found |= {os.path.join(here, name) for name in names if name.endswith(".rubric")}
        if len(found) >= MOST_FILES:
            break
    return found


def path_of(uri: str) -> str:
    """The path that a `file:` address means; anything else (an untitled document) by itself."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = url2pathname(unquote(f"//{parts.netloc}{parts.path}" if parts.netloc else parts.path))
    return os.path.normpath(path)
