"""A finding as a picture: what is wrong, the author's own lines with the places marked, and the next act.

    error[R031]: no row of `heat` matches a connect_rate between 94% and 95%
      ┌ zhejiang.rubric:16:26
    16│ bands heat "热线等级" by connect_rate
      │                          ^^^^^^^^^^^^ 16 of 17 calls, 94.1%, falls in no band
      = help: move a bound: `31% to under 95%: warm`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic, Fix
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.render.pieces import Line, Look, Piece, Role
from rubric_dsl.render.width import visible, visible_char, width, wrap
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

LinesOf = Callable[[str], Sequence[str]]
"""The lines of a file, without line breaks; none for a file that nobody can show."""

TAB = "    "
CELL = re.compile(r"#.+![A-Z]{1,3}[0-9]+$")
"""The name of a text that is a cell of a workbook: `细则.xlsx#细则!E12`."""
LEAST_LABEL = 16
"""Columns that a label needs beside its mark before it moves to a line of its own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to be marked on one line, with its text."""

    span: Span
    text: str
    primary: bool


def report_lines(report: Report, lines_of: LinesOf, look: Look) -> Iterable[Line]:
    """All findings that are shown, apart by blank lines, then how many are not."""
    shown, more = report.shown()
    for diagnostic in shown:
        yield from diagnostic_lines(diagnostic, lines_of, look)
        yield ()
    for (file, severity), count in more.items():
        word = _severity_word(severity, look)
        yield (Piece(look.say(
            f"{visible(file)}: {count} more of severity {word}; these come up when those above are mended",
            f"{visible(file)}：另有 {count} 条{word}，先处理以上各条",
        )),)


def diagnostic_lines(diagnostic: Diagnostic, lines_of: LinesOf, look: Look) -> Iterable[Line]:
    marks = [Mark(diagnostic.span, prose.label_text(diagnostic, None, look.lang), True)]
    marks += [Mark(label.span, prose.label_text(diagnostic, label, look.lang), False) for label in diagnostic.labels]
    yield from _headline(diagnostic, look)
    yield from marked_lines(marks, lines_of, prose.severity(diagnostic.code), look)
    for fix in diagnostic.fixes:
        yield from _help(diagnostic, fix, _gutter(marks), look)


def marked_lines(marks: Sequence[Mark], lines_of: LinesOf, severity: Role, look: Look) -> Iterable[Line]:
    """The lines with the marks, file by file, each under `┌ FILE:LINE:COLUMN` of its first mark."""
    gutter = _gutter(marks)
    by_file: dict[str, list[Mark]] = {}
    for mark in marks:
        by_file.setdefault(mark.span.file, []).append(mark)
    for file, of_file in by_file.items():
        first = of_file[0].span
        at = "" if CELL.search(file) else f":{first.first_line}:{first.column + 1}"
        place = f" {visible(file)}{at}"
        yield Piece(" " * gutter + look.corner, "frame"), Piece(place, "place")
        yield from _excerpt(of_file, lines_of(file), gutter, severity, look)


def _gutter(marks: Sequence[Mark]) -> int:
    """Columns of the largest line number."""
    return max(len(str(mark.span.first_line)) for mark in marks)


def _severity_word(severity: str, look: Look) -> str:
    return look.say(severity, {"error": "错误", "warning": "警告", "hint": "提示"}[severity])


def _headline(diagnostic: Diagnostic, look: Look) -> Iterable[Line]:
    severity = prose.severity(diagnostic.code)
    head = f"{_severity_word(severity, look)}[{diagnostic.code}]"
    colon = look.say(": ", "：")
    text = visible(prose.message(diagnostic, look.lang))
    first, *rest = _wrapped(text, look, width(head + colon), hanging=2)
    yield Piece(head, severity), Piece(colon + first, "strong")
    for line in rest:
        yield (Piece("  " + line, "strong"),)


def _help(diagnostic: Diagnostic, fix: Fix, gutter: int, look: Look) -> Iterable[Line]:
    """The help under `= help:`; a text of several lines keeps them, so that it can be pasted."""
    head = " " * gutter + "= " + look.say("help: ", "建议：")
    indent = width(head)
    first = True
    for paragraph in prose.help_text(diagnostic, fix, look.lang).rstrip("\n").split("\n"):
        for line in _wrapped(visible(paragraph), look, indent, indent):
            yield (Piece(head, "help"), Piece(line)) if first else (Piece(" " * indent + line),)
            first = False


def _wrapped(text: str, look: Look, first: int, hanging: int) -> list[str]:
    """The text in lines that fit behind an indent of `first`, later ones of `hanging`; one line when not wrapped."""
    if not look.wrap or first + width(text) <= look.columns:
        return [text]
    head = wrap(text, look.columns - first)[0]
    return [head, *wrap(text[len(head):].lstrip(), look.columns - hanging)]


def _excerpt(marks: list[Mark], lines: Sequence[str], gutter: int, severity: Role, look: Look) -> Iterable[Line]:
    """The lines with marks, in line order; a jump between them shows as an ellipsis in the gutter."""
    last = None
    for number, on_line in groupby(sorted(marks, key=_order), key=lambda mark: mark.span.first_line):
        if not 1 <= number <= len(lines):
            yield from _texts_alone(on_line, gutter, look)
            continue
        if last is not None and number > last + 1:
            yield (Piece(" " * gutter + look.ellipsis[0], "frame"),)
        yield from _marked_line(number, lines[number - 1], list(on_line), gutter, severity, look)
        last = number


def _order(mark: Mark) -> tuple[int, int, bool]:
    return mark.span.first_line, mark.span.column, not mark.primary


def _texts_alone(marks: Iterable[Mark], gutter: int, look: Look) -> Iterable[Line]:
    """Places behind the end of the file, or of a file that cannot be shown: their texts only."""
    for mark in marks:
        if mark.text:
            yield Piece(" " * gutter + look.bar, "frame"), Piece(" " + visible(mark.text))


def _marked_line(number: int, text: str, marks: list[Mark], gutter: int, severity: Role, look: Look) -> Iterable[Line]:
    room = max(look.columns - gutter - 2, 20)
    shown_window = None
    for mark in marks:
        line = Window.around(text, mark.span, room, look.ellipsis)
        if line.text != shown_window:
            yield Piece(f"{number:>{gutter}}{look.bar}", "frame"), Piece(" " + line.text)
            shown_window = line.text
        sign = ("^" if mark.primary else "-") * line.length
        role: Role = severity if mark.primary else "place"
        yield from _mark_lines(line.start, sign, visible(mark.text), role, gutter, look)


def _mark_lines(start: int, sign: str, text: str, role: Role, gutter: int, look: Look) -> Iterable[Line]:
    bar = Piece(" " * gutter + look.bar, "frame")
    room = max(look.columns - gutter - 2, 20)
    beside = room - start - len(sign) - 1
    if not text or not look.wrap or width(text) <= beside:
        yield bar, Piece(" " + " " * start), Piece(sign, role), Piece(" " + text, role)
        return
    yield bar, Piece(" " + " " * start), Piece(sign, role)
    indent = min(start, max(0, room - width(text))) if room - start < width(text) else start
    if room - indent < LEAST_LABEL:
        indent = 0
    for line in wrap(text, room - indent):
        yield bar, Piece(" " + " " * indent + line, role)


@dataclass(frozen=True, slots=True)
class Window:
    """What of a line is shown, and from which column and how far it is marked there."""

    text: str
    start: int
    length: int

    @classmethod
    def around(cls, text: str, span: Span, room: int, ellipsis: str) -> Window:
        """The line, or when it is too long a part of it with the span's beginning in it.

        A span over several lines is marked to the end of its first one; an empty span has a mark of one column.
        """
        cells = [TAB if char == "\t" else visible_char(char) for char in text]
        begin = min(span.column, len(cells))
        end = min(span.end_column, len(cells)) if span.last_line == span.first_line else len(cells)
        left, right = 0, len(cells)
        widths = [width(cell) for cell in cells]
        if sum(widths) > room:
            left, right = _part(widths, begin, end, room - 2 * width(ellipsis))
        before = ellipsis if left > 0 else ""
        after = ellipsis if right < len(cells) else ""
        start = width(before) + sum(widths[left:begin])
        length = sum(widths[begin:min(max(end, begin), right)])
        return cls(before + "".join(cells[left:right]) + after, start, max(1, length))


def _part(widths: list[int], begin: int, end: int, room: int) -> tuple[int, int]:
    """From which cell to which a long line is shown: the span, then as much around it as fits, most of it before."""
    left = begin
    right = begin
    used = 0
    while right < len(widths) and right < max(end, begin + 1) and used + widths[right] <= room:
        used += widths[right]
        right += 1
    while left > 0 and used + widths[left - 1] <= room:
        left -= 1
        used += widths[left]
    while right < len(widths) and used + widths[right] <= room:
        used += widths[right]
        right += 1
    return left, right
