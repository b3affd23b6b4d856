"""Data that stand in a CSV beside a rubric: expert panels, and the members of long choices."""

from __future__ import annotations

import csv
import io
import os.path
import re
from fractions import Fraction

from rubric_dsl.numbers.decimals import NotANumber, NumberTooLong, read_decimal
from rubric_dsl.resolved.files import Load
from rubric_dsl.resolved.report import Fix, Report
from rubric_dsl.surface import tree
from rubric_dsl.text.source import Origin, Span

MAX_ROWS = 10_000
MAX_CELLS = 200_000


class Beside:
    """Reads such files; what is wrong with one is reported where the rubric asks for it."""

    def __init__(self, load: Load, report: Report) -> None:
        self.load = load
        self.report = report

    def members(self, named: tree.Named) -> tuple[tree.Named, ...] | None:
        """Members of a choice: one a row, the name and then its labels, under a header row."""
        rows = self._rows(named)
        if rows is None:
            return None
        return tuple(
            tree.Named(tree.Word(row[0], span), tuple(tree.Quoted(cell, span) for cell in row[1:] if cell))
            for row, span in rows[1:]
            if row[0]
        )

    def grid(self, weights: tree.Weights) -> tree.Grid | None:
        """A panel as a grid: the header row names the items, then the rows of the experts."""
        rows = self._rows(weights.named)
        if rows is None:
            return None
        grid = []
        for row, span in rows:
            cells = tuple(self._cell(cell, span) for cell in row)
            if any(cell is None for cell in cells):
                self.report.add("R058", weights.named.word.span, facts={"cell": ", ".join(row)}, fixes=[Fix("rating")])
                return None
            grid.append(tree.GridRow(tuple(cell for cell in cells if cell is not None), span))
        return tree.Grid(tuple(grid), weights.span)

    def _rows(self, named: tree.Named) -> list[tuple[list[str], Span]] | None:
        file = os.path.join(os.path.dirname(named.word.span.file), f"{named.name}.csv")
        try:
            text = self.load(file).decode("utf-8-sig")
            read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (OSError, UnicodeDecodeError, csv.Error):
            self._unreadable(named, file)
            return None
        rows = [
            ([cell.strip() for cell in row], Span(Origin(file, number), 0, 0, 0, 0))
            for number, row in enumerate(read, 1)
            if any(cell.strip() for cell in row)
        ]
        if len(rows) < 2 or len(rows) > MAX_ROWS or sum(len(row) for row, _ in rows) > MAX_CELLS:
            self._unreadable(named, file)
            return None
        return rows

    def _unreadable(self, named: tree.Named, file: str) -> None:
        facts = {"path": file, "name": named.name}
        self.report.add("R192", named.word.span, facts=facts, fixes=[Fix("file"), Fix("here")])

    def _cell(self, text: str, span: Span) -> tree.Cell | None:
        found = _NUMBER.fullmatch(text) if len(text) <= 200 else None
        if text in ("", "-"):
            return tree.Cell("blank", "", None, "", span)
        if found is None:
            return tree.Cell("text", text, None, "", span)
        try:
            top = read_decimal(found.group(1))
            bottom = read_decimal(found.group(2)) if found.group(2) else Fraction(1)
        except (NotANumber, NumberTooLong):
            return None
        if bottom == 0:
            return None
        unit: tree.Unit = "%" if found.group(3) else ""
        return tree.Cell("ratio" if found.group(2) else "number", text, top / bottom, unit, span)


_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)(?:/([0-9]+(?:\.[0-9]+)?))?(%)?")
