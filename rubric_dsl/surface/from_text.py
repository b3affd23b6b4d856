"""The only way from text to a tree: logical lines, each parsed for the place it stands in, put together by indentation.

A line that cannot be read is one finding; its neighbours are read as if it were not there. Lines are kept by content,
so parsing a text again after one edit parses that line only, and every statement without an edited line is the same
object as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from rubric_dsl.diagnostics.model import Diagnostic, Label
from rubric_dsl.surface import tree
from rubric_dsl.surface.assemble import Branch
from rubric_dsl.surface.lines import LogicalLine, Remark, logical_lines
from rubric_dsl.surface.outline import MAX_FINDINGS, LineCache, Outline, first_kind
from rubric_dsl.surface.parsed_line import ParsedLine, words_of
from rubric_dsl.text.files import Source
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin, Span

__all__ = ["LineCache", "Parsed", "parse"]

MAX_LINES = 50_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's tree and what was wrong with its text."""

    document: tree.Document
    diagnostics: tuple[Diagnostic, ...]
    language: Literal["zh", "en", "mixed"]
    """Of the keywords; "en" where there are none."""
    incomplete: tuple[tree.Item, ...]
    """Items that lack a broken line, with the indicators and touchpoints in them that do; what is then left out is no
    finding of its own."""
    lost: frozenset[str]
    """Names that stand in broken lines or below them: that one of these is not declared is no finding of its own."""
    lines: tuple[tuple[LogicalLine, ParsedLine], ...]
    remarks_after: tuple[Remark, ...]
    """Comment lines below the last line."""


def parse(source: Source, cache: LineCache | None = None) -> Parsed:
    """The tree of a file, with every line that can be read and a finding for every line that cannot.

    With the cache of an earlier text of the file, items without an edited line are the same objects as then.
    """
    cache = LineCache() if cache is None else cache
    lines = logical_lines(source.text, MAX_LINES + 1)
    outline = Outline(source.name, cache)
    branches, unread = outline.read(lines.lines[:MAX_LINES])
    cache.turn()
    findings = outline.findings
    stopped_at = None
    if unread is not None:
        stopped_at = unread.number
        findings.append(Diagnostic("R007", _start(source, stopped_at), {"limit": MAX_FINDINGS}))
    elif len(lines.lines) > MAX_LINES:
        stopped_at = lines.lines[-1].number
        findings.append(Diagnostic("R019", _start(source, stopped_at), {"limit": MAX_LINES}))
    lost = outline.lost
    if stopped_at is not None:
        lost.update(words_of("\n".join(source.lines()[stopped_at - 1 :])))
    header = _header(branches, findings)
    items = tuple(branch.node for branch in branches if isinstance(branch.node, tree.Item))
    return Parsed(
        tree.Document(source.name, header, items),
        tuple(findings),
        _language(outline.english, outline.chinese),
        tuple(_incomplete(branches, stopped_at is not None)),
        frozenset(lost),
        tuple(outline.lines),
        lines.remarks_after,
    )


def _start(source: Source, number: int) -> Span:
    return Span(Origin(source.name, number), 0, 0, 0, 0)


def _language(english: int, chinese: int) -> Literal["zh", "en", "mixed"]:
    if english and chinese:
        return "mixed"
    return "zh" if chinese else "en"


CONDITIONS = frozenset({"_UNLESS", "_IF", "_WHEN", "_MISSING"})


def _incomplete(branches: Sequence[Branch], stopped: bool, inside: bool = False) -> Iterator[tree.Item]:
    """Of branches at one level; `stopped`: reading stopped somewhere in the last one; `inside`: all of them are.

    A line out of place is taken to have slipped out of what stands before it. A broken condition leaves everything
    below its indicator incomplete, since it may have said when that counts.
    """
    slipped: list[Branch] = []
    for branch in reversed(branches):
        last = stopped and branch is branches[-1]
        if any(fault.code == "R028" for fault in branch.line.faults):
            slipped.append(branch)
            continue
        if inside or last or slipped or not branch.whole:
            if isinstance(branch.node, tree.Item):
                yield branch.node
            below = inside or any(_is_broken_condition(line) for line in (*branch.children, *slipped))
            yield from _incomplete(branch.children, last, below)
        slipped = []


def _is_broken_condition(branch: Branch) -> bool:
    """Of a line at the margin or right below an indicator, whose anchor comes first in its own."""
    return branch.line.node is None and first_kind(branch.line.anchor.partition("\n")[2]) in CONDITIONS


def _header(branches: list[Branch], findings: list[Diagnostic]) -> tree.Header | None:
    """The header, which stands first and once."""
    headers = [branch.node for branch in branches if isinstance(branch.node, tree.Header)]
    if not headers:
        return None
    header = headers[0]
    findings.extend(Diagnostic("R150", other.span, labels=(Label(header.span, "first"),)) for other in headers[1:])
    first = branches[0]
    if first.node is not header:
        findings.append(Diagnostic("R151", header.span, labels=(Label(first.line.whole, "before"),)))
    return header
