"""The one layout of a rubric: what `print` prints, in columns, with the author's comments and blank lines put back.

Columns are aligned within a block, up to a blank line. A comment stays above the line it stood above, or at the end of
the block that it was indented with. Blank lines stay, never two; a statement with lines below it stands between two.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import pairwise

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.surface.from_text import LineCache, Parsed, parse
from rubric_dsl.surface.keywords import Language, keywords
from rubric_dsl.surface.lines import LogicalLine, Remark
from rubric_dsl.surface.print import INDENT, PrintedLine, print_lines
from rubric_dsl.surface.print_parts import width
from rubric_dsl.surface.same import has_the_same_words, says_the_same
from rubric_dsl.text.files import Source
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin, Span

MAX_WIDTH = 120
# A wider cell is left out of the alignment: one long label would push everything away.
WIDEST_CELL = 40
# What stands right behind the `#` of a line drawn with signs.
DRAWN = " #-=*!"
# The signs and words inside brackets before which a line that is too long goes on below.
BREAKING_SIGNS = ("+", "-", "*", "/")
BREAKING_WORDS = ("AND", "OR", "THEN", "ELSE", "WHERE", "ACROSS")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text laid out, or why it cannot be."""

    text: str | None
    """None: the text has errors, or would say something else."""
    diagnostics: tuple[Diagnostic, ...]


def formatted(source: Source, lang: Language | None = None) -> Formatted:
    """The text in the one layout, in this language (None: the one that most of its keywords are in)."""
    parsed = parse(source, LineCache(keep_tokens=True))
    if parsed.diagnostics:
        return Formatted(None, parsed.diagnostics)
    laid = laid_out(parsed, lang or main_language(parsed))
    if laid.text != source.text and not laid.same_words:
        again = parse(Source(source.name, laid.text))
        if again.diagnostics or not says_the_same(again.document, parsed.document):
            return Formatted(None, (Diagnostic("R400", Span(Origin(source.name, 1), 0, 0, 0, 0)),))
    return Formatted(laid.text, ())


def main_language(parsed: Parsed) -> Language:
    """The language that most keywords are in."""
    if parsed.language != "mixed":
        return parsed.language
    return "en" if sum(line.english - line.chinese for _, line in parsed.lines) >= 0 else "zh"


@dataclass(frozen=True, slots=True)
class LaidOut:
    text: str
    same_words: bool
    """Whether every line has the words it had, so that nothing needs to be read again to know that it says the same."""


def laid_out(parsed: Parsed, lang: Language) -> LaidOut:
    """The text of a file without faults."""
    read = {line.origin: (logical, line) for logical, line in parsed.lines}
    gaps = {origin for origin, (logical, _) in read.items() if has_gap(logical)}
    blocks = list(print_lines(parsed.document, lang))
    printed = [line for block in blocks for line in block]
    texts = iter(aligned(printed, gaps))
    writer = Writer()
    same = len(printed) == len(read)
    for above, block in pairwise([[], *blocks]):
        apart = len(above) > 1 or len(block) > 1
        for line in block:
            # A line may be printed as several, a choice with its members below: what was above it is above the first.
            logical, before = read.pop(line.origin, (None, None))
            text = next(texts)
            writer.line(line.depth, text, logical, before.comments if before else (), apart)
            apart = False
            if same:
                same = logical is not None and (text == logical.text.strip() or (
                    before is not None and before.tokens is not None and has_the_same_words(before.tokens, text)))
    writer.at_end(parsed.remarks_after)
    return LaidOut("".join(line + "\n" for line in writer.lines), same)


def has_gap(logical: LogicalLine) -> bool:
    """Whether a blank line stands between this line and the one before it, perhaps above its comments."""
    return logical.blank_before or any(remark.blank_before for remark in logical.remarks)


# ---------------------------------------------------------------- columns


def aligned(lines: Sequence[PrintedLine], gaps: set[Origin]) -> list[str]:
    """The texts of the lines with their cells in columns; a line with a gap above it starts new columns."""
    texts = [line.text for line in lines]
    for section in sections(lines, gaps):
        members = [lines[index] for index in section]
        lead = max(line.lead for line in members)
        widths = column_widths(members, lead)
        for index, line in zip(section, members, strict=True):
            texts[index] = in_columns(line, widths, lead)
    return texts


def sections(lines: Sequence[PrintedLine], gaps: set[Origin]) -> list[list[int]]:
    """The numbers of the lines that stand in the same columns."""
    found: list[list[int]] = []
    still_open: dict[int, tuple[str, list[int]]] = {}
    for index, line in enumerate(lines):
        depth = line.depth
        for deeper in [key for key in still_open if key > depth]:
            del still_open[deeper]
        if line.origin in gaps and (index == 0 or lines[index - 1].origin is not line.origin):
            still_open.pop(depth, None)
        columns, section = still_open.get(depth, ("", []))
        if line.columns and columns == line.columns:
            section.append(index)
        elif line.columns:
            still_open[depth] = (line.columns, [index])
            found.append(still_open[depth][1])
        elif depth == 0 or (index + 1 < len(lines) and lines[index + 1].depth > depth):
            # A line with lines below it stands between what is above it and what is below.
            still_open.pop(depth, None)
    return [section for section in found if len(section) > 1]


def column_widths(lines: Sequence[PrintedLine], lead: int) -> list[int]:
    """Of each column, the `lead` columns of the inputs first."""
    widths = [0] * (lead + max(len(line.cells) - line.lead for line in lines))
    for line in lines:
        for (column, cell), (after, _) in pairwise([*placed(line, lead), (-1, "")]):
            if after in (column + 1, -1) and widths[column] < (wide := width(cell)) <= WIDEST_CELL:
                widths[column] = wide
    # What stands for all inputs at once, such as `otherwise`, may need more than they do.
    spanning = max((width(line.cells[0]) for line in lines if line.lead == 1), default=0)
    if sum(widths[:lead]) < spanning <= WIDEST_CELL:
        widths[lead - 1] += spanning - sum(widths[:lead])
    return widths


def in_columns(line: PrintedLine, widths: Sequence[int], lead: int) -> str:
    text = ""
    end = 0
    for column, cell in placed(line, lead):
        start = sum(widths[:column])
        text += " " * (start - end) + cell
        end = max(start, end) + width(cell)
    return text.rstrip()


def placed(line: PrintedLine, lead: int) -> list[tuple[int, str]]:
    """The column that each cell starts in; with fewer inputs than others have, the first takes their columns too."""
    shift = lead - line.lead
    return [(index + shift if index else 0, cell) for index, cell in enumerate(line.cells)]


# ---------------------------------------------------------------- lines that are too long


def folded(text: str, room: int) -> list[str]:
    """The text over several lines where it is wider than the room: broken inside brackets, the outermost first.

    What stands behind the last bracket, a long message perhaps, is no reason to break.
    """
    if "(" not in text or width(text) <= room:
        return [text]
    places, last = breaking_places(text)
    if width(text[:last]) <= room:
        return [text]
    lines: list[str] = []
    start = 0
    inner = 0
    while width(text[start:]) > room - inner:
        open_places = [place for place in places if place[0] > start]
        fitting = [place for place in open_places if width(text[start : place[0]].rstrip()) <= room - inner]
        if not open_places:
            break
        outermost = min((depth for _, depth in fitting), default=0)
        end, depth = max(place for place in fitting if place[1] == outermost) if fitting else open_places[0]
        lines.append(" " * inner + text[start:end].rstrip())
        start, inner = end, len(INDENT) * (depth + 1)
    return [*lines, " " * inner + text[start:]]


def breaking_places(text: str) -> tuple[list[tuple[int, int]], int]:
    """Offsets inside brackets where a line may go on below, each with how many are open there; the end of the last."""
    depth = last = 0
    places = []
    for match in breaking_pattern().finditer(text):
        if match["bracket"]:
            depth += 1 if match["bracket"] == "(" else -1
            last = match.end()
        elif depth and match["before"]:
            places.append((match.start("before"), depth))
        elif depth and match["comma"]:
            places.append((match.end(), depth))
    return places, last


@functools.cache
def breaking_pattern() -> re.Pattern[str]:
    words = "|".join(word for token in BREAKING_WORDS for word in keywords().tokens[token].all())
    signs = "|".join(map(re.escape, BREAKING_SIGNS))
    return re.compile(
        r'"(?:[^"\\]|\\.)*+"|“(?:[^”\\]|\\.)*+”|(?P<bracket>[()])|(?P<comma>, |，)'
        rf"|(?<= )(?P<before>{signs}|{words})(?= )"
    )


# ---------------------------------------------------------------- comments and blank lines


class Writer:
    """Puts lines, remarks and blank lines below each other."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.above: list[tuple[int, int]] = []
        """Indentation in the text and depth as printed, of the line before and of those it stands under."""

    def line(
        self, depth: int, text: str, logical: LogicalLine | None, comments: Sequence[str], apart: bool
    ) -> None:
        """`logical`: what it is in the text; None: it goes on with the line before. `apart`: a blank line above it."""
        indent = INDENT * depth
        texts = folded(text, MAX_WIDTH - len(indent))
        above: tuple[Remark, ...] = ()
        blank = False
        if logical is not None:
            above = logical.remarks
            blank = logical.blank_before
            if comments and (len(comments) > 1 or len(texts) > 1):
                above += tuple(Remark(f" {comment}", logical.indent, False) for comment in comments)
            elif comments:
                texts[0] += f"  # {comments[0]}"
        opens = bool(self.above) and self.above[-1][1] < depth
        for remark in above:
            own = self.depth_of(remark.indent, depth, logical.indent if logical else 0)
            self.blank(remark.blank_before or (apart and own == depth), opens)
            apart = apart and own != depth
            opens = False
            self.remark(remark, own)
        self.blank(blank or apart, opens)
        self.lines += [indent + text for text in texts]
        if logical is not None:
            while self.above and self.above[-1][1] >= depth:
                self.above.pop()
            self.above.append((logical.indent, depth))

    def at_end(self, remarks: Sequence[Remark]) -> None:
        for remark in remarks:
            self.blank(remark.blank_before, False)
            self.remark(remark, self.depth_of(remark.indent, 0, 0))

    def depth_of(self, indent: int, depth: int, line_indent: int) -> int:
        """How deep a remark stands above a line of this depth: deeper where it was indented with the lines before."""
        if indent <= line_indent:
            return depth
        beside = [(outer, at) for outer, at in self.above if outer <= indent]
        if not beside:
            return depth
        outer, at = beside[-1]
        return max(depth, at if outer == indent else at + 1)

    def remark(self, remark: Remark, depth: int) -> None:
        blank = " " if remark.text and remark.text[0] not in DRAWN else ""
        self.lines.append(f"{INDENT * depth}#{blank}{remark.text}")

    def blank(self, wanted: bool, opens: bool) -> None:
        """A blank line, unless one is there, or nothing is, or the first line of a block follows (`opens`)."""
        if wanted and not opens and self.lines and self.lines[-1]:
            self.lines.append("")
