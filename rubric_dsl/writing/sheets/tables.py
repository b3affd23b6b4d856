"""The sheets beside the scoring table: weights, values, rankings, and statements without a table of their own."""

from __future__ import annotations

import re

from rubric_dsl.surface.keywords import is_keyword
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.writing.naming import NAME
from rubric_dsl.writing.sheets.draft import Piece
from rubric_dsl.writing.sheets.grid import Cell, Sheet
from rubric_dsl.writing.sheets.phrases import pattern_of, plain
from rubric_dsl.writing.sheets.scoring import Scoring
from rubric_dsl.writing.sheets.texts import NAMED, one_line, ranking_words, under_header


class Tables(Scoring):
    """Writes what these sheets say."""

    def _weights(self) -> None:
        for panel, label, children, cells, shown in self.panels:
            self.draft.blank()
            said = f"{panel} {quoted(label, 'en')}" if label else panel
            self.draft.add(0, ("weights ", cells[0]), said, " by mean")
            names = [self._name_of(child) for child in children]
            corner = quoted(self.say("sheet", "细则"), "en")
            self.draft.add(1, (" | ".join([corner, *names]), cells[0]))
            pieces: list[Piece] = [corner]
            for cell, text in zip(cells, shown, strict=True):
                pieces += [" | ", (text, cell)]
            self.draft.add(1, *pieces)
        sheet = self.parts["weights"]
        self._grids(sheet)

    def _grids(self, sheet: Sheet | None) -> None:
        """Each block of rows: the panel and its method, then its grid."""
        if sheet is None:
            return
        open_until = 0
        for row in sheet.rows:
            cells = [cell for _, cell in sorted(row.cells.items())]
            if not cells:
                open_until = 0
                continue
            if not open_until:
                self.draft.blank()
                by = cells[1] if len(cells) > 1 else None
                self.draft.add(0, "weights ", self.named(cells[0])[1], " by ", (by.text if by else "?", by or cells[0]))
                open_until = max(row.cells) + 1
                continue
            last = max(row.cells)
            pieces: list[Piece] = []
            for place in range(last + 1):
                cell = row.cells.get(place)
                pieces += ([" | "] if pieces else []) + [(self._grid_cell(cell), cell)]
            self.draft.add(1, *pieces)

    def _grid_cell(self, cell: Cell | None) -> str:
        if cell is None:
            return "-"
        text = one_line(cell.text)
        if found := NAMED.fullmatch(text):
            return found[2].strip()
        if plain(text) in self.items:
            return self.items[plain(text)]
        number = re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?(?:%|/[0-9]+| ?points?| ?分)?|-", text)
        if number or (NAME.fullmatch(text) and not is_keyword(text)) or text.startswith(('"', "“")):
            return text
        return quoted(text, "en")

    def _values(self) -> None:
        sheet = self.parts["values"]
        kinds = {"参数": "parameter", "测算": "measure", "分档": "bands"}
        for row in under_header(sheet, ("种类", "kind")) if sheet is not None else []:
            kind, name, definition, threshold, outcome = (row.cells.get(at) for at in range(5))
            if kind is not None and not kind.covered:
                word = kinds.get(plain(kind.text), plain(kind.text))
                self.draft.blank()
                named = self.named(name)[1] if name is not None else "?"
                self.draft.add(
                    0, (f"{word} ", kind), named, " ", (one_line(definition.text) if definition else "?", definition)
                )
            if threshold is None:
                continue
            if plain(threshold.text) in ("first match", "依次判定"):
                self.draft.add(1, (threshold.text, threshold))
                continue
            pattern = pattern_of(threshold.text)
            if pattern is None:
                self.found.append(
                    threshold.finding("I404", {"text": threshold.text, "part": threshold.text}, "threshold")
                )
            said = self._outcome(outcome) if outcome is not None else "?"
            self.draft.add(1, (pattern or "?", threshold), ": ", (said, outcome or threshold))

    def _outcome(self, cell: Cell) -> str:
        if found := NAMED.fullmatch(cell.text):
            return f"{found[2].strip()} {quoted(' '.join(found[1].split()), 'en')}"
        return one_line(cell.text)

    def _rankings(self) -> None:
        sheet = self.parts["rankings"]
        said = self.outline.head.get("ranking", ())
        if sheet is None and not said:
            cell = self.outline.sheet.at(self.outline.header.number, 0)
            self.found.append(cell.finding("I408", {}, "row"))
            return
        for cell in said:
            self.draft.blank()
            self.draft.add(0, "ranking by ", (self.root or "?", cell))
            for part in re.split(r"[,，;；、\n]", cell.text):
                if part.strip():
                    self.draft.add(1, (ranking_words(part.strip()), cell))
        for row in under_header(sheet, ("依据", "by")) if sheet is not None else []:
            name, by, lines = (row.cells.get(at) for at in range(3))
            if by is None:
                continue
            self.draft.blank()
            named: list[Piece] = [self.named(name)[1], " "] if name is not None else []
            self.draft.add(0, "ranking ", *named, "by ", (one_line(by.text), by))
            for line in lines.text.split("\n") if lines is not None else []:
                if line.strip():
                    self.draft.add(1, (line.strip(), lines))

    def _statements(self) -> None:
        sheet = self.parts["statements"]
        last = 0
        for row in sheet.rows if sheet is not None else ():
            cell = row.cells.get(0)
            if cell is None or row.number == 1:
                continue
            if last and row.number > last + 1:
                self.draft.blank()
            if not last:
                self.draft.blank()
            last = row.number
            depth = int(row.cells[1].text) if 1 in row.cells and row.cells[1].text.isdigit() else 0
            self.draft.add(min(depth, 8), (one_line(cell.text), cell))
