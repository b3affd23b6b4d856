"""One rubric from several files: what `use` brings in and what `amends` starts from."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.resolved.rankings import ranking_names
from rubric_dsl.resolved.report import Edit, Fix, Label, Report
from rubric_dsl.resolved.scope import near
from rubric_dsl.resolved.words import without_line
from rubric_dsl.surface import tree
from rubric_dsl.text.source import Origin, Span

MAX_LEVELS = 16
MAX_TOTAL_BYTES = 8 * 1024 * 1024


Load = Callable[[str], bytes]
"""Gives the bytes of a file by its path. FileNotFoundError: there is none; PermissionError: it lies outside the folders
that a rubric may take files from; any other OSError: it cannot be read."""


class Parse(Protocol):
    """How a file's bytes become a document; reports what is wrong with them."""

    def __call__(self, file: str, data: bytes, report: Report) -> tree.Document | None: ...


@dataclass(slots=True)
class Gathered:
    """The items of a rubric with all it uses and amends, as one list."""

    header: tree.Header | None
    items: tuple[tree.Item, ...]
    report: Report = field(default_factory=Report)
    files: list[str] = field(default_factory=list)

    @property
    def found(self) -> list[Diagnostic]:
        return self.report.found


class Gathering:
    """Walks `use` and `amends` from one file; every file is read once."""

    def __init__(self, load: Load, parse: Parse, report: Report, folders: Sequence[str] = ()) -> None:
        """`folders`: where a used file is looked for that is not found beside the file that names it."""
        self.load = load
        self.parse = parse
        self.report = report
        self.folders = folders
        self.complete = True
        """Whether every file was read; else a name that is not declared may well stand in one that was not."""
        self.total = 0
        self.files: list[str] = []
        self._used: set[str] = set()
        self._at_hand: dict[str, bytes] = {}
        """Files that were looked for in several folders, and so read already."""

    def gather(self, path: str) -> Gathered:
        document = self._read(path, None)
        if document is None:
            return Gathered(None, (), self.report, self.files)
        items = self._complete(path, document, (path,))
        return Gathered(document.header, items, self.report, self.files)

    def _read(self, path: str, span: Span | None) -> tree.Document | None:
        here = span or Span(Origin(path, 1), 0, 0, 0, 0)
        data = self._bytes(path, here)
        if data is None:
            return None
        self.total += len(data)
        if self.total > MAX_TOTAL_BYTES:
            self.complete = False
            self.report.add("R194", here, facts={"path": path, "limit": "8 MiB"}, fixes=[Fix("data")])
            return None
        self.files.append(path)
        document = self.parse(path, data, self.report)
        self.complete = self.complete and document is not None
        return document

    def _bytes(self, path: str, here: Span) -> bytes | None:
        try:
            return self._at_hand.pop(path) if path in self._at_hand else self.load(path)
        except OSError as problem:
            self.complete = False
            code, key = _code_of(problem)
            self.report.add(code, here, facts={"path": path}, fixes=[Fix(key)])
            return None

    def _complete(self, path: str, document: tree.Document, chain: tuple[str, ...]) -> tuple[tree.Item, ...]:
        """The document's items with those of the edition it amends and of the files it uses."""
        base = self._amended(path, document, chain)
        items: list[tree.Item] = []
        for item in document.items:
            if isinstance(item, tree.Use):
                items.extend(self._use(path, item, chain))
            elif not isinstance(item, tree.Drop) or base is not None:
                items.append(item)
            else:
                remove = Fix("remove", (without_line(item.span),))
                self.report.add("R197", item.span, fixes=[remove, Fix("amends")])
        if base is None:
            return tuple(items)
        if not self.complete:
            items = [item for item in items if not isinstance(item, tree.Drop)]
        return amend(base, items, self.report)

    def _amended(self, path: str, document: tree.Document, chain: tuple[str, ...]) -> tuple[tree.Item, ...] | None:
        lines = [line for line in document.header.lines if line.kind == "amends"] if document.header else []
        if not lines:
            return None
        if len(lines) > 1:
            fixes = [Fix("remove", (without_line(lines[1].span),))]
            self.report.add("R154", lines[1].span, labels=[Label(lines[0].span, "first")], fixes=fixes)
        target = self._target(path, lines[0].text, chain)
        base = self._read(target, lines[0].text.span) if target is not None else None
        if base is None or target is None:
            return ()
        return self._complete(target, base, (*chain, target))

    def _use(self, path: str, use: tree.Use, chain: tuple[str, ...]) -> tuple[tree.Item, ...]:
        target = self._target(path, use.path, chain)
        if target is None or target in self._used:
            return ()
        self._used.add(target)
        document = self._read(target, use.path.span)
        if document is None:
            return ()
        items = self._complete(target, document, (*chain, target))
        return tuple(item for item in items if not isinstance(item, tree.Test))

    def _target(self, path: str, written: tree.Quoted, chain: tuple[str, ...]) -> str | None:
        """The file that is meant; None, with a finding, where it cannot be taken in."""
        target = self._allowed(path, written, chain)
        self.complete = self.complete and target is not None
        return target

    def _allowed(self, path: str, written: tree.Quoted, chain: tuple[str, ...]) -> str | None:
        if written.text.startswith(("/", "\\")) or ":" in written.text or "\\" in written.text or not written.text:
            self.report.add("R198", written.span, facts={"path": written.text}, fixes=[Fix("relative")])
            return None
        target = self._found(path, written.text.split("/"))
        if target in chain:
            circle = " → ".join([*chain[chain.index(target) :], target])
            self.report.add("R195", written.span, facts={"circle": circle}, fixes=[Fix("cut")])
            return None
        if len(chain) >= MAX_LEVELS:
            self.report.add("R196", written.span, facts={"limit": MAX_LEVELS}, fixes=[Fix("flat")])
            return None
        return target

    def _found(self, path: str, parts: Sequence[str]) -> str:
        """The file beside the one that names it, else in the first of the other folders that has it."""
        beside = os.path.normpath(os.path.join(os.path.dirname(path), *parts))
        if not self.folders:
            return beside
        for place in (beside, *(os.path.normpath(os.path.join(folder, *parts)) for folder in self.folders)):
            try:
                self._at_hand[place] = self.load(place)
            except FileNotFoundError:
                continue
            except OSError:
                pass
            return place
        return beside


def _code_of(problem: OSError) -> tuple[str, str]:
    """The code and the key of its fix."""
    if isinstance(problem, FileNotFoundError):
        return "R190", "path"
    return ("R191", "folder") if isinstance(problem, PermissionError) else ("R193", "file")


# ---------------------------------------------------------------- amending


def names_of(item: tree.Item) -> tuple[str, ...]:
    """The names an item is replaced or dropped by (tests and promises: their title in quotes)."""
    if isinstance(item, tree.Measure):
        return tuple(named.name for named in item.names)
    if isinstance(item, tree.Formula | tree.Example):
        return (item.word.text,)
    if isinstance(item, tree.Test | tree.Promise):
        return (f'"{item.title.text}"',)
    if isinstance(item, tree.Ranking):
        return tuple(ranking_names(item))
    if isinstance(item, tree.Use | tree.Drop):
        return ()
    return (item.named.name,)


def amend(base: tuple[tree.Item, ...], changes: list[tree.Item], report: Report) -> tuple[tree.Item, ...]:
    """The base edition with each change in the place of what bears its name, new names added, dropped ones gone."""
    items: list[tree.Item] = list(base)
    for change in changes:
        if isinstance(change, tree.Drop):
            for word in change.words:
                if not _put(items, word.text, None):
                    known = [name for item in items for name in _all_names(item)]
                    meant = [
                        Fix("near", (Edit(word.span, other),), {"near": other}) for other in near(word.text, known)
                    ]
                    report.add("R199", word.span, facts={"name": word.text}, fixes=meant or [Fix("remove")])
            continue
        if not any(_put(items, name, change) for name in names_of(change)):
            items.append(change)
    return tuple(items)


def _all_names(item: tree.Item) -> tuple[str, ...]:
    if isinstance(item, tree.Indicator):
        return (item.named.name, *(name for child in item.children for name in _all_names(child)))
    return names_of(item)


def _put(items: list[tree.Item], name: str, change: tree.Item | None) -> bool:
    """Replaces (None: removes) the item of that name, at the top or inside an indicator."""
    for index, item in enumerate(items):
        if name in names_of(item):
            items[index : index + 1] = [change] if change is not None else []
            return True
        if isinstance(item, tree.Indicator) and name in _all_names(item):
            items[index] = _put_inside(item, name, change)
            return True
    return False


def _put_inside(indicator: tree.Indicator, name: str, change: tree.Item | None) -> tree.Indicator:
    children: list[tree.Indicator | tree.Touchpoint] = []
    for child in indicator.children:
        if child.named.name == name:
            children.extend([change] if isinstance(change, tree.Indicator | tree.Touchpoint) else [])
        elif isinstance(child, tree.Indicator) and name in _all_names(child):
            children.append(_put_inside(child, name, change))
        else:
            children.append(child)
    return replace(indicator, children=tuple(children))
