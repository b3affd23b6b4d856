"""The text of a rubric while it is put together, every piece with the cell it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rubric_dsl.diagnostics.model import Diagnostic, Fix, Label
from rubric_dsl.text.source import Origin, Span
from rubric_dsl.writing.sheets.grid import Cell

Piece = str | tuple[str, Cell | None]


class Draft:
    """Lines of text; none holds a line break."""

    def __init__(self) -> None:
        self._lines: list[list[tuple[str, Cell | None]]] = []

    def add(self, depth: int, *pieces: Piece) -> None:
        line: list[tuple[str, Cell | None]] = [("  " * depth, None)] if depth else []
        for piece in pieces:
            text, cell = (piece, None) if isinstance(piece, str) else piece
            if text:
                line.append((" ".join(text.split("\n")), cell))
        self._lines.append(line)

    def blank(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append([])

    def text(self) -> str:
        return "".join("".join(text for text, _ in line) + "\n" for line in self._lines)

    def at_cells(self, found: Iterable[Diagnostic], file: str, fallback: Cell) -> list[Diagnostic]:
        """Findings in the text as findings at the cells; advice keeps its words and loses its edits."""
        return [self._at_cell(diagnostic, file, fallback) for diagnostic in found]

    def _at_cell(self, diagnostic: Diagnostic, file: str, fallback: Cell) -> Diagnostic:
        labels = tuple(
            Label(self._span(label.span, fallback), label.key, label.facts)
            for label in diagnostic.labels
            if label.span.file == file
        )
        fixes = tuple(Fix(fix.key, (), fix.facts) for fix in diagnostic.fixes)
        span = self._span(diagnostic.span, fallback) if diagnostic.span.file == file else diagnostic.span
        return replace(diagnostic, span=span, labels=labels, fixes=fixes)

    def cell_at(self, span: Span, fallback: Cell) -> Cell:
        """The cell that the piece at a place came from: that of its line, else of a line above."""
        number = min(span.first_line, len(self._lines)) - 1
        at = 0
        before: Cell | None = None
        for text, cell in self._lines[number] if number >= 0 else []:
            if cell is not None:
                if at + len(text) > span.column:
                    return cell if at <= max(span.column, span.end_column - 1) or before is None else before
                before = cell
            at += len(text)
        if before is not None:
            return before
        for line in reversed(self._lines[: max(number, 0)]):
            for _, cell in line:
                if cell is not None:
                    return cell
        return fallback

    def _span(self, span: Span, fallback: Cell) -> Span:
        cell = self.cell_at(span, fallback)
        line = self._lines[min(span.first_line, len(self._lines)) - 1] if self._lines else []
        text = "".join(part for part, _ in line)
        part = text[span.column : span.end_column] if span.line == span.end_line else ""
        whole = cell.span()
        inside = cell.span(part) if part and part in cell.text.split("\n")[0] else whole
        return Span(Origin(cell.source, 1), 0, inside.column, 0, inside.end_column)
