"""Places of the rubric: the line of an item, of a condition, of a row of a table, with the words that stand there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rubric_dsl.explain.explanation import RubricLine
from rubric_dsl.plan.model import Lines, ScoringPlan
from rubric_dsl.resolved import operations as op

LinesOf = Callable[[str], Sequence[str]]
"""The lines of a file of the rubric, without line breaks; none for a file that is not at hand."""

NOWHERE = Lines(file="", line=0, column=1, end_line=0, end_column=1)


class Places:
    """Finds places in the rubric a plan was made from; without its text, places have no words."""

    def __init__(self, plan: ScoringPlan, lines_of: LinesOf | None) -> None:
        self._plan = plan
        self._lines_of = lines_of
        self._files: dict[str, Sequence[str]] = {}
        self._items: dict[op.Node, RubricLine] = {}

    def at(self, lines: Lines, to_end: bool = False) -> RubricLine:
        """The place with its words; of a place of several lines the first, with `to_end` all to the end of the line."""
        written = self._line(lines.file, lines.line)
        if written is None:
            return RubricLine(lines.file, lines.line, None)
        end = None if to_end or lines.end_line > lines.line else lines.end_column - 1
        text = written[lines.column - 1 : end]
        # Cells of a table may stand far apart, in columns.
        return RubricLine(lines.file, lines.line, " ".join(without_comment(text).split()) or None)

    def item(self, node: op.Node) -> RubricLine:
        """The line on which an indicator, a touchpoint or a measure is named."""
        if node not in self._items:
            self._items[node] = self.at(self._first(node), to_end=True)
        return self._items[node]

    def condition(self, node: op.Node, place: int) -> RubricLine:
        """The line of the condition at this place of a score or touchpoint."""
        lines = self._plan.nodes[node].lines
        return self.at(lines[place + 1]) if len(lines) > place + 1 else self.item(node)

    def missing(self, node: op.Node, conditions: int) -> RubricLine:
        """The `missing:` line of a touchpoint, where it has its own; else the touchpoint."""
        lines = self._plan.nodes[node].lines
        return self.at(lines[-1]) if len(lines) > conditions + 1 else self.item(node)

    def table_row(self, touchpoint: op.Node, table: op.Node, place: int) -> RubricLine:
        """The row of the table of a touchpoint.

        Touchpoints with equal tables share one node, which knows the lines of the first of them. Where the same words
        stand as far below this touchpoint, that line is meant.
        """
        node = self._plan.nodes[table]
        assert isinstance(node.operation, op.Table)
        rows = len(node.operation.rows)
        if len(node.lines) <= rows:
            return self.item(touchpoint)
        found = node.lines[len(node.lines) - rows + place]
        own, elsewhere = self._first(touchpoint), node.lines[0]
        below = own.line + found.line - elsewhere.line
        if own.line == elsewhere.line or self._line(own.file, below) != self._line(found.file, found.line):
            return self.at(found)
        return self.at(found.model_copy(update={"file": own.file, "line": below}))

    def _first(self, node: op.Node) -> Lines:
        lines = self._plan.nodes[node].lines
        return lines[0] if lines else NOWHERE

    def _line(self, file: str, number: int) -> str | None:
        if self._lines_of is None:
            return None
        if file not in self._files:
            self._files[file] = self._lines_of(file)
        lines = self._files[file]
        return lines[number - 1] if 1 <= number <= len(lines) else None


def without_comment(text: str) -> str:
    """The text before a `#` that stands outside quotes."""
    if "#" not in text and "＃" not in text:
        return text
    closing = ""
    escaped = False
    for place, char in enumerate(text):
        if escaped:
            escaped = False
        elif closing:
            escaped = char == "\\"
            closing = "" if char == closing else closing
        elif char in QUOTES:
            closing = QUOTES[char]
        elif char in "#＃":
            return text[:place]
    return text


QUOTES = {'"': '"', "“": "”"}
