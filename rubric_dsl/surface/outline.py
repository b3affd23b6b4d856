"""Which line stands under which: indentation read as an outline, each line parsed for the place it stands in.

Indentation that is wrong is one finding for the whole block it shifts, and the block is read where it was meant to be.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix
from rubric_dsl.surface.assemble import Assembler, Branch
from rubric_dsl.surface.lines import LogicalLine
from rubric_dsl.surface.parsed_line import ParsedLine, parse_line, skipped_line, words_of
from rubric_dsl.surface.sentence import may_open
from rubric_dsl.surface.tokens import tokens_of
from rubric_dsl.text.source import Origin, Span

MAX_FINDINGS = 50
MAX_INDENTS = 64
STEP = 2


class LineCache:
    """Lines of the last text by content, and what was put together from them. One cache serves one file.

    Lines that are kept get the origin they have in the new text, so the tree of an earlier text points there too.
    """

    def __init__(self, keep_tokens: bool = False) -> None:
        self.keep_tokens = keep_tokens
        self.kept: dict[tuple[str, str, str, int], ParsedLine] = {}
        self.fresh: dict[tuple[str, str, str, int], ParsedLine] = {}
        self.counts: dict[tuple[str, str, str], int] = {}
        self.assembler = Assembler()

    def line(self, logical: LogicalLine, file: str, place: str, above: str) -> ParsedLine:
        """The n-th line of this text in this place under this line, from the last text if it was there."""
        content = (place, logical.text, above)
        count = self.counts.get(content, 0)
        self.counts[content] = count + 1
        key = (*content, count)
        found = self.kept.get(key)
        if found is None:
            origin = Origin(file, logical.number)
            found = parse_line(logical.text, origin, place, above) if place else skipped_line(logical.text, origin)
            if not self.keep_tokens:
                found.tokens = None
        else:
            found.origin.file = file
            found.origin.line = logical.number
        self.fresh[key] = found
        return found

    def turn(self) -> None:
        """Forget what the last text did not use."""
        self.kept, self.fresh, self.counts = self.fresh, {}, {}
        self.assembler.turn()


@dataclass(slots=True)
class Shift:
    """A block of lines that stand too deep or not deep enough: one finding with the edits of all its lines."""

    code: str
    span: Span
    found: int
    wanted: int
    edits: list[Edit] = field(default_factory=list)

    def finding(self) -> Diagnostic:
        facts = {"found": self.found, "wanted": self.wanted}
        return Diagnostic(self.code, self.span, facts, fixes=(Fix("indent", tuple(self.edits), facts),))


@dataclass(slots=True)
class Open:
    """A line that may still get lines below it; the margin is the outermost."""

    indent: int
    line: ParsedLine | None
    place: str | None
    """How lines below it are parsed; None: nothing stands below it."""
    skip: bool = False
    """Whether lines below it are not read: it is broken, so nobody knows what they are."""
    shift: Shift | None = None
    inner: int = -1
    """The indentation of the lines below it, once there is one."""
    tolerated: dict[int, Shift] = field(default_factory=dict)
    """Other indentations already reported."""
    lost: bool = False
    """Whether it is broken or stands below a broken line, so that the tree has nothing of what stands below it."""
    below: list[Branch] = field(default_factory=list)


class Outline:
    """Reads the lines of one file in order."""

    def __init__(self, file: str, cache: LineCache) -> None:
        self.file = file
        self.cache = cache
        self.findings: list[Diagnostic] = []
        self.shifts: list[Shift] = []
        self.lost: set[str] = set()
        self.lines: list[tuple[LogicalLine, ParsedLine]] = []
        self.english = 0
        self.chinese = 0
        self.stack = [Open(-1, None, "statement", inner=0)]

    def read(self, lines: list[LogicalLine]) -> tuple[list[Branch], LogicalLine | None]:
        """The branches at the margin, and the first line that was not read because there were too many findings."""
        unread = None
        for logical in lines:
            if len(self.findings) + len(self.shifts) >= MAX_FINDINGS:
                unread = logical
                break
            self._add(logical)
        while len(self.stack) > 1:
            self._close()
        self.findings.extend(shift.finding() for shift in self.shifts)
        self.findings.sort(key=lambda finding: (finding.span.first_line, finding.span.column))
        return self.stack[0].below, unread

    def _add(self, logical: LogicalLine) -> None:
        indent = logical.indent
        parent, shift = self._parent(logical)
        if shift is not None:
            shift.edits.append(Edit(self._blanks(logical), " " * max(0, indent + shift.wanted - shift.found)))
        above = parent.line.anchor if parent.line is not None else ""
        place = "" if parent.skip or parent.place is None else parent.place
        line = self.cache.line(logical, self.file, place, above)
        self.lines.append((logical, line))
        self.english += line.english
        self.chinese += line.chinese
        self.findings.extend(line.faults)
        self.lost.update(words_of(logical.text) if parent.lost else line.names)
        if parent.skip:
            # However deep it stands, it is one more line of what is not read: the tree stays as deep as the limit.
            parent.below.append(self.cache.assembler.branch(line, ()))
            return
        body = line.body
        broken = line.node is None
        skip = broken and body is None
        self.stack.append(Open(indent, line, body.place if body else None, skip, shift, lost=broken or parent.lost))

    def _parent(self, logical: LogicalLine) -> tuple[Open, Shift | None]:
        """The line that this one stands under, and the shift it is part of."""
        indent = logical.indent
        stack = self.stack
        while len(stack) > 1 and stack[-1].indent >= indent:
            top = stack[-1]
            if top.indent == indent and top.place is not None and self._forgotten(top, logical):
                return top, self._shifted(top, logical, "R009", indent + STEP)
            self._close()
        parent = stack[-1]
        if parent.skip:
            return parent, parent.shift
        if parent.place is None:
            self._close()
            if stack[-1].inner == indent:
                # The line above was the one that stood wrongly.
                return stack[-1], stack[-1].shift
            return stack[-1], self._shifted(stack[-1], logical, "R008", parent.indent)
        if parent.inner < 0:
            parent.inner = indent
            if len(stack) > MAX_INDENTS:
                parent.skip = True
                self.findings.append(Diagnostic("R017", self._blanks(logical), {"limit": MAX_INDENTS}))
        if indent == parent.inner:
            return parent, parent.shift
        code = "R008" if indent > parent.inner else "R010"
        return parent, self._shifted(parent, logical, code, parent.inner)

    def _forgotten(self, top: Open, logical: LogicalLine) -> bool:
        """Whether a line no deeper than this one belongs below it all the same: its indentation was forgotten."""
        if top.inner >= 0 and logical.indent not in top.tolerated:
            return False
        outer = self.stack[-2]
        kind = first_kind(logical.text)
        if outer.place is None or top.place is None or not kind:
            return False
        return may_open(top.place, kind) and not may_open(outer.place, kind)

    def _shifted(self, parent: Open, logical: LogicalLine, code: str, wanted: int) -> Shift:
        shift = parent.tolerated.get(logical.indent)
        if shift is None:
            shift = Shift(code, self._blanks(logical), logical.indent, wanted)
            parent.tolerated[logical.indent] = shift
            if parent.inner < 0:
                parent.inner = wanted
            self.shifts.append(shift)
        return shift

    def _blanks(self, logical: LogicalLine) -> Span:
        blanks = len(logical.text) - len(logical.text.lstrip())
        return Span(Origin(self.file, logical.number), 0, 0, 0, blanks)

    def _close(self) -> None:
        """The innermost open line is complete: put it together and hand it to the one it stands under."""
        done = self.stack.pop()
        assert done.line is not None
        branch = self.cache.assembler.branch(done.line, tuple(done.below))
        self.findings.extend(branch.findings)
        self.stack[-1].below.append(branch)


@functools.lru_cache(4096)
def first_kind(text: str) -> str:
    """The terminal that a line starts with; "" where it starts with none."""
    kinds = tokens_of(text, Origin("", 1)).kinds
    return kinds[0] if kinds else ""
